"""Rescoring everybody: people and activities read from SQLite, 30 rules (15 facts, 15 counted, 4 of them fading), written back.

Prints one JSON line: the whole process, the second time (`first_score` also gives everybody a stage), beside one SQL statement
with the same rules on the same file, in one pass and by the k-th newest event (`rescore_floor`: neither reasons nor stages nor
the next change).
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import click
from sqlalchemy import text

from syncd.store.database import connect
from syncd.store.migrate import migrate
from syncd.store.schema import activity, activity_type, assessment, entity, record
from syncd.store.sql import dumps, put
from tests.benchmarks.measure import cost, machine, syncd
from tests.benchmarks.rescore_rules import COUNTED, DAY, FADING, NOW, TYPES


@click.command()
@click.option("--people", default=200_000)
@click.option("--activities", default=4_000_000)
def main(people: int, activities: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _configure(home)
        _fill(home, people, activities)
        first = cost(syncd("--config", str(home), "sync", "--push-only", "--quiet"))
        agreement = home / "agreement.yaml"
        agreement.write_text(agreement.read_text().replace("version: 1", "version: 2"))
        run = cost(syncd("--config", str(home), "sync", "--push-only", "--quiet"))
        start_up = cost(syncd("--config", str(home), "sync", "--push-only", "--quiet"))
        floors = {
            name: cost([sys.executable, "-m", "tests.benchmarks.rescore_floor", str(home / "syncd.db"), name])
            for name in ("one_pass", "kth_newest")
        }
        print(
            json.dumps(
                {
                    "benchmark": "rescore",
                    **machine(),
                    "people": people,
                    "activities": activities,
                    "first_score": first.shown(),
                    "rescore": run.shown(),
                    "us_per_person": round((run.cpu_s - start_up.cpu_s) / people * 1e6, 1),
                    "start_up": start_up.shown(),
                    "sql_floors": {name: floor.shown() for name, floor in floors.items()},
                }
            )
        )


def _configure(home: Path) -> None:
    facts = [f"{{id: f{i}, when: company_size in {i * 50}..{i * 50 + 400}, points: {i % 7 + 1}}}" for i in range(10)]
    facts += [f"{{id: r{i}, when: job_title is title{i}, points: {i}}}" for i in range(1, 6)]
    events = [
        f"{{id: e{i}, when: {kind} of {asset} at least {at_least} times within {days}d, points: {i % 9 + 1}"
        + (", fades: {shape: half_life, every: 30d}" if i < FADING else "")
        + "}"
        for i, (kind, asset, at_least, days) in enumerate(COUNTED)
    ]
    rules = "\n".join(f"            - {rule}" for rule in (*facts, *events))
    (home / "syncd.yaml").write_text("connections: {}\n")
    (home / "agreement.yaml").write_text(
        "agreement: {version: 1, needs_signatures_from: []}\nscoring:\n  active_model: m\n  models:\n    m:\n"
        "      groups:\n        all:\n          rules:\n" + rules + '\n      bands: {mql: "> 50", nurture: 30..50}\n'
    )


def _fill(home: Path, people: int, activities: int) -> None:
    """Write a store as a sync of one connection would have left it."""
    store = connect("sqlite:///syncd.db", home=home)
    migrate(store)
    rng = Random(1)
    first = NOW // 1000 << 21
    with store.write() as tx:
        tx.execute(text("INSERT INTO connection (id, name, type) VALUES (1, 'crm', 'csv')"))
        for key, name, kind in ((1, "contacts", "person"), (2, "visits", "activity")):
            tx.execute(
                text(f"INSERT INTO stream (id, connection_id, name, kind, wanted) VALUES ({key}, 1, '{name}', '{kind}', '[]')")
            )
        types = [(key, kind, asset, "", False) for (kind, asset), key in TYPES.items()]
        put(tx, activity_type, ("id", "kind", "asset", "direction", "machine"), types)
        for start in range(0, people, 10_000):
            keys = range(start, min(start + 10_000, people))
            fields = [
                dumps(
                    {
                        "company_size": rng.randrange(900),
                        "email": f"p{key}@firm.example",
                        "job_title": f"title{rng.randrange(9)}",
                    }
                )
                for key in keys
            ]
            put(
                tx,
                entity,
                ("id", "kind", "fields", "proof", "born_at", "changed_at"),
                [(first + key, "person", one, "{}", NOW, NOW) for key, one in zip(keys, fields, strict=True)],
            )
            put(
                tx,
                record,
                ("id", "stream_id", "external_id", "entity_id", "fields", "base_at", "changed_at", "version", "known_at"),
                [(first + key, 1, str(key), first + key, "{}", NOW, NOW, "", NOW) for key in keys],
            )
            put(tx, assessment, ("person_id", "assess_at", "stage"), [(first + key, NOW, "") for key in keys])
    per_person = activities // people
    columns = ("record_id", "occurred_at", "stream_id", "source_id", "type_id", "actor", "known_at", "nth")
    for start in range(0, people, 5_000):
        rows = list(_activities(rng, first, range(start, min(start + 5_000, people)), per_person, len(types)))
        with store.write() as tx:
            put(tx, activity, columns, rows)
    store.close()
    sqlite3.connect(home / "syncd.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _activities(
    rng: Random, first: int, keys: range, per_person: int, types: int
) -> Iterator[tuple[int, int, int, str, int, str, int, int]]:
    for key in keys:
        for number in range(per_person):
            age = int(rng.random() * 120 * DAY)
            yield first + key, NOW - age, 2, f"{key}-{number}", rng.randrange(types) + 1, "", NOW, 0


if __name__ == "__main__":
    main()
