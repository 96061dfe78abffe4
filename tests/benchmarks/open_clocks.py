"""Open clocks in the default store, a few of them due: those found, judged, told to the outbox and kept, the rest untouched.

Prints one JSON line. Filling the store is not measured; finding that nobody is due any more is.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click

from syncd.agreement.counting import micros_of
from syncd.config import load
from syncd.engine.assess import AGREEMENT_MARK, assess_due
from syncd.engine.judging import LIVE_MARK
from syncd.engine.site import Site, opened
from syncd.store import ids, notices, streams
from syncd.store.clocks import Kept
from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from syncd.store.schema import assessment, assignment, clock, entity, stage_claim
from syncd.store.sql import put
from tests.benchmarks.measure import machine

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = 3_600_000_000
OWNER = "kim@firm.example"
AGREEMENT = """\
agreement: {version: 1, needs_signatures_from: []}
scoring:
  active_model: m
  models:
    m:
      groups: {all: {rules: [{id: known, when: email is known, points: 60}]}}
      bands: {mql: "> 50"}
routing:
  rules: [{when: otherwise, to: us}]
  teams: {us: {members: [{who: kim@firm.example}]}}
sla:
  sales: {first_contact: {start: assigned, stop: contact_attempt, within: 24h, clock: elapsed, on_breach: [tell owner]}}
notify:
  instant: [{event: sla_breached, to: owner, by: trial}]
"""
_PAGE = 20_000


@click.command()
@click.option("--open", "open_", default=1_000_000, show_default=True, help="Open clocks.")
@click.option("--due", default=1_000, show_default=True, help="So many of them are due.")
def main(open_: int, due: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "syncd.yaml").write_text("channels: {trial: {file: notices.txt}}\nconnections: {}\n")
        (home / "agreement.yaml").write_text(AGREEMENT)
        store = connect("sqlite:///syncd.db", home=home)
        migrate(store)
        site = opened(load(home, {}), store, clock=lambda: NOW, rng=Random(1))
        _fill(site, open_, due)
        began, began_cpu = time.perf_counter(), time.process_time()
        while assess_due(site, site.now()):
            pass
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        fired = _fired(store)
        if fired != due:
            raise SystemExit(f"{fired} clocks fired, {due} were due")
        shown = {"open": open_, "due": due, "fired": fired, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}
        print(json.dumps({"benchmark": "open_clocks", **machine(), **shown}))
        store.close()


def _fired(store: Store) -> int:
    with store.read() as tx:
        return sum(one.event == "sla_breached" for one in notices.untold(tx))


def _fill(site: Site, people: int, due: int) -> None:
    """Write a store in which everybody was given to somebody and nobody called: *due* people a day ago, the others since."""
    now = micros_of(NOW)
    with site.store.write() as tx:
        streams.remember(tx, LIVE_MARK, str(now - 1000 * HOUR))
        streams.remember(tx, AGREEMENT_MARK, site.config.assess_print)
    first = now // 1000 << 21
    for start in range(0, people, _PAGE):
        numbers = range(start, min(start + _PAGE, people))
        given = {first + n: now - 24 * HOUR - 1 if _is_due(n, people, due) else now - n for n in numbers}
        _write(site, given)


def _is_due(number: int, people: int, due: int) -> bool:
    """Tell whether somebody is one of the *due*, who are spread evenly."""
    return number % (people // due) == 0 and number // (people // due) < due


def _write(site: Site, given: dict[int, int]) -> None:
    with site.store.write() as tx:
        put(
            tx,
            entity,
            ("id", "kind", "fields", "proof", "born_at", "changed_at"),
            [(one, "person", f'{{"email":"p{one}@firm.example"}}', "{}", at, at) for one, at in given.items()],
        )
        put(
            tx,
            stage_claim,
            ("origin_id", "claimed_at", "stage", "person_id", "was", "cause", "version", "outright"),
            [(one, at, "mql", one, "", "score 60", 1, False) for one, at in given.items()],
        )
        put(
            tx,
            assignment,
            ("origin_id", "assigned_at", "person_id", "owner", "queue", "why", "rule", "team", "method", "turn", "passed"),
            [
                (one, at, one, "kim@firm.example", "", "", "", "us", "", '[["kim@firm.example",1]]', "[]")
                for one, at in given.items()
            ],
        )
        put(
            tx,
            assessment,
            ("person_id", "assess_at", "assessed_at", "stage", "score", "band", "version", "owner", "first_mql_at"),
            [(one, at + 24 * HOUR + 1, at, "mql", 60, "mql", 1, OWNER, at) for one, at in given.items()],
        )
        put(tx, clock, Kept._fields, [_clock(one, at) for one, at in given.items()])


def _clock(person: int, at: int) -> Kept:
    return Kept(
        id=f"{ids.shown(person)}/1/first_contact/1",
        person_id=person,
        policy="first_contact",
        side="sales",
        rep="",
        owner=OWNER,
        episode=1,
        version=1,
        started_at=at,
        due_at=at + 24 * HOUR,
        ended_at=None,
        stopped_by="",
        state="running",
        historical=False,
        used=0,
        calendar="elapsed time",
    )


if __name__ == "__main__":
    main()
