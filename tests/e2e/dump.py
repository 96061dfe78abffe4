"""The whole of a store in words that two installations share: no identifiers of ours, no instants of the clock on the wall."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Row, Table, select, text

from syncd.engine.judging import LIVE_MARK
from syncd.store import schema
from syncd.store.database import connect
from syncd.store.streams import INFERRED

Dump: TypeAlias = dict[str, list[str]]
Rows: TypeAlias = dict[str, list[list[object]]]

SQLITE = "sqlite:///syncd.db"
_INSTANTS = re.compile(rf"{LIVE_MARK}|digest|first read ")


def dump(home: Path, *, store: str = SQLITE) -> Dump:
    """Return every row of the store by table, in words and in order; a row that is there twice comes twice."""
    return _read(home, store, lambda reader: reader.everything())


def present(home: Path, *, store: str = SQLITE) -> Dump:
    """Return what is left of `dump` if it must not matter in which order, and in how many steps, the sources were read."""
    return _read(home, store, lambda reader: reader.outcome())


def difference(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> list[str]:
    """Say which rows only one of two dumps has."""
    said = []
    for table in one:
        said += [f"lost from {table}: {row}" for row in _minus(one[table], other[table])]
        said += [f"too much in {table}: {row}" for row in _minus(other[table], one[table])]
    return said


def _minus(rows: list[str], others: list[str]) -> list[str]:
    return sorted((Counter(rows) - Counter(others)).elements())


def _read(home: Path, store: str, reading: Callable[[_Reader], Rows]) -> Dump:
    opened = connect(store, home=home)
    try:
        with opened.read() as tx:
            if tx.dialect.name == "sqlite":
                assert tx.scalar(text("PRAGMA integrity_check")) == "ok"
                assert not tx.execute(text("PRAGMA foreign_key_check")).all()
            said = reading(_Reader(tx))
    finally:
        opened.close()
    return {table: sorted(json.dumps(row, default=str, ensure_ascii=False) for row in rows) for table, rows in said.items()}


class _Reader:
    """Names streams, records and entities by what the sources call them, then says every table with these names."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        connections = {row.id: row.name for row in self._rows(schema.connection)}
        self._streams = {row.id: f"{connections[row.connection_id]}.{row.name}" for row in self._rows(schema.stream)}
        self._inferred = {row.id for row in self._rows(schema.stream) if row.name in INFERRED}
        records = self._rows(schema.record)
        self._records = {row.id: f"{self._streams[row.stream_id]}:{row.external_id}" for row in records}
        self._entities = self._named(records)

    def everything(self) -> Rows:
        return {**self._sources(), **self._people(), **self._past(), **self._activities(self._records), **self._writing()}

    def outcome(self) -> Rows:
        """Leave out records only heard of, since when something is known, and histories; say of activities whose they are."""
        records = self._rows(schema.record)
        self._entities = self._named([row for row in records if row.stream_id not in self._inferred])
        whose = {row.id: self._entity(row.entity_id) for row in records}
        said, writing = self._sources(), self._writing()
        return {
            "record": [[row[0], row[1], *row[4:]] for row in said["record"] if "@" not in str(row[0]).partition(":")[0]],
            "entity": [[*row[:3], *row[4:]] for row in self._people()["entity"] if row[0] != _NOBODY],
            "assessment": self._people()["assessment"],
            "inbox": [row[:-2] for row in said["inbox"]],
            **self._activities(whose),
            "outbox": writing["outbox"],
            "ledger": [[name, _filled(sent)] for name, sent in writing["ledger"]],
            "running": writing["running"],
        }

    # -- tables

    def _sources(self) -> Rows:
        stream, record = self._streams, self._records
        return {
            "mark": [[row.name, bool(_INSTANTS.match(row.name)) or row.value] for row in self._rows(schema.mark)],
            "stream": [
                [stream[row.id], row.kind, row.cursor is None, row.wanted, row.complete_at is None, row.full_since is None]
                for row in self._rows(schema.stream)
            ],
            "record": [
                [
                    record[row.id],
                    row.fields,
                    row.base_at,
                    row.field_at,
                    row.changed_at,
                    row.version,
                    row.deleted_at,
                    row.problems,
                ]
                for row in self._rows(schema.record)
            ],
            "record_key": [[row.key, record[row.record_id]] for row in self._rows(schema.record_key)],
            "blocked_key": [[row.key] for row in self._rows(schema.blocked_key)],
            "link": [[record[row.from_id], row.role, record[row.to_id]] for row in self._rows(schema.link)],
            "inbox": [
                [stream[row.stream_id], row.way, row.place, row.code, row.spot, row.what, row.raw, row.times, row.skipped]
                for row in self._rows(schema.inbox)
            ],
        }

    def _people(self) -> Rows:
        return {
            "partition": [[name] for name in self._entities.values()],
            "entity": [
                [
                    *(self._entity(row.id), row.kind, row.fields, self._proof(row.proof)),
                    *(self._entity(row.account_id), self._entity(row.merged_into), row.deleted_at is None),
                ]
                for row in self._rows(schema.entity)
            ],
            "assessment": [
                [
                    *(self._entity(row.person_id), row.assess_at, row.assessed_at is None, row.version),
                    *(row.stage, row.score, row.band, row.grade, row.reasons),
                ]
                for row in self._rows(schema.assessment)
            ],
        }

    def _past(self) -> Rows:
        return {
            "entity_history": [
                [self._entity(row.entity_id), row.field, row.value, self._proof(row.proof)]
                for row in self._rows(schema.entity_history)
            ],
            "merge": [
                [self._entity(row.winner_id), row.because, sorted(self._records[one] for one in json.loads(row.records))]
                for row in self._rows(schema.merge)
            ],
            "stage_move": [
                [self._entity(row.person_id), row.stage_from, row.stage_to, row.cause, row.version]
                for row in self._rows(schema.stage_move)
            ],
        }

    def _activities(self, whose: Mapping[int, str]) -> Rows:
        types = {row.id: [row.kind, row.asset, row.direction, row.machine] for row in self._rows(schema.activity_type)}
        return {
            "activity_type": [list(one) for one in types.values()],
            "activity": [
                [
                    whose[row.record_id],
                    row.occurred_at,
                    self._streams[row.stream_id],
                    row.source_id,
                    types[row.type_id],
                    row.actor,
                ]
                for row in self._rows(schema.activity)
            ],
        }

    def _writing(self) -> Rows:
        return {
            "outbox": [
                [self._records[row.record_id], row.fields, row.attempts, row.held, row.job] for row in self._rows(schema.outbox)
            ],
            "ledger": [[self._records[row.record_id], _sent(row.fields)] for row in self._rows(schema.ledger)],
            "running": [[row.step] for row in self._rows(schema.run) if row.outcome == "running"],
        }

    # -- names

    def _named(self, records: list[Row[*tuple[object, ...]]]) -> dict[int, str]:
        """Name entities by their records."""
        members: dict[int, list[str]] = {}
        for row in records:
            members.setdefault(row.entity_id, []).append(self._records[row.id])
        return {key: " = ".join(sorted(names)) for key, names in members.items()}

    def _entity(self, key: int | None) -> str:
        return "" if key is None else self._entities.get(key, _NOBODY)

    def _proof(self, proof: str | None) -> object:
        said = json.loads(proof or "null")
        if isinstance(said, dict):
            return {field: [self._records.get(record, record), at] for field, (record, at) in said.items()}
        return [self._records.get(said[0], said[0]), *said[1:]] if isinstance(said, list) else said

    def _rows(self, table: Table) -> list[Row[*tuple[object, ...]]]:
        return list(self._tx.execute(select(table)))


_NOBODY = "nobody any more"


def _sent(entries: str) -> dict[str, object]:
    """Leave out what was there before and when it was replaced: what was sent is what has to be the same."""
    return {field: entry[0] for field, entry in json.loads(entries).items()}


def _filled(sent: object) -> dict[str, object]:
    """Leave out what was emptied: never filled is the same."""
    assert isinstance(sent, dict)
    return {name: value for name, value in sorted(sent.items()) if value is not None}
