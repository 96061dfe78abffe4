"""Runs: whoever did not end was cut off, and old ones go."""

from __future__ import annotations

from sqlalchemy import select

from syncd.store import runs
from syncd.store.database import Store
from syncd.store.runs import KEPT
from syncd.store.schema import run


def outcomes(store: Store) -> dict[int, str]:
    with store.read() as tx:
        return {one: outcome for one, outcome in tx.execute(select(run.c.id, run.c.outcome))}


def test_a_run_that_did_not_end_before_the_next_was_cut_off(store: Store, connection: int) -> None:
    with store.write() as tx:
        runs.begin(tx, 1, connection, "pull", 10)
        runs.begin(tx, 2, connection, "push", 20)
        runs.begin(tx, 3, connection, "pull", 30)

    assert outcomes(store) == {1: "interrupted", 2: "running", 3: "running"}


def test_of_old_runs_the_last_are_kept(store: Store, connection: int) -> None:
    with store.write() as tx:
        for number in range(KEPT + 5):
            runs.begin(tx, number, connection, "pull", number)
            runs.end(tx, number, "complete", {}, "", number)

    assert sorted(outcomes(store)) == list(range(4, KEPT + 5))  # so many that ended, and the one that began after them
