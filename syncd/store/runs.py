"""Sync runs: what each connection did last, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from syncd.store.schema import connection, run
from syncd.store.sql import dumps

KEPT = 200
"""Finished runs kept per connection and step."""


class Run(NamedTuple):
    """One run. ``outcome`` is running, complete, stopped, interrupted, or the error that ended it."""

    id: int
    connection: str
    step: str
    started_at: int
    ended_at: int | None
    outcome: str
    counts: Mapping[str, int]
    message: str


def begin(tx: Connection, run_id: int, connection_id: int, step: str, now: int) -> None:
    """Note that a run began; one still running was cut off, and the oldest are dropped."""
    mine = (run.c.connection_id == connection_id) & (run.c.step == step)
    tx.execute(update(run).where(mine, run.c.outcome == "running").values(outcome="interrupted"))
    kept = select(run.c.id).where(mine).order_by(run.c.id.desc()).limit(KEPT)
    tx.execute(delete(run).where(mine, run.c.id.not_in(kept)))
    tx.execute(
        run.insert().values(
            id=run_id, connection_id=connection_id, step=step, started_at=now, outcome="running", counts="{}", message=""
        )
    )


def end(tx: Connection, run_id: int, outcome: str, counts: Mapping[str, int], message: str, now: int) -> None:
    """Note how a run ended."""
    tx.execute(
        update(run).where(run.c.id == run_id).values(outcome=outcome, counts=dumps(counts), message=message, ended_at=now)
    )


def latest(tx: Connection) -> list[Run]:
    """Return the last run of each connection and step."""
    newest = select(func.max(run.c.id)).group_by(run.c.connection_id, run.c.step)
    query = (
        select(run, connection.c.name)
        .join(connection, connection.c.id == run.c.connection_id)
        .where(run.c.id.in_(newest))
        .order_by(connection.c.id, run.c.step)
    )
    return [
        Run(
            row.id,
            row.name,
            row.step,
            row.started_at,
            row.ended_at,
            row.outcome,
            msgspec.json.decode(row.counts, type=dict[str, int]),
            row.message,
        )
        for row in tx.execute(query)
    ]
