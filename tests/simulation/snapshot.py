"""The store's tables as they are, read past the store's own code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from syncd.model import Golden, Raw
from tests.simulation.terms import TYPES


class Stream(NamedTuple):
    connection: str
    name: str
    kind: str
    cursor: str | None


class Record(NamedTuple):
    """A record; ``fields`` is ``None`` while it is only heard of."""

    id: int
    stream: Stream
    external_id: str
    entity: int | None
    fields: Mapping[str, str | bool | int | None] | None
    base_at: int
    field_at: Mapping[str, int]
    changed_at: int
    deleted: bool

    @property
    def name(self) -> str:
        return f"{self.stream.connection}.{self.stream.name}:{self.external_id}"

    @property
    def speaks(self) -> bool:
        return self.fields is not None and not self.deleted

    @property
    def inferred(self) -> bool:
        return self.stream.name.startswith("@")


class Entity(NamedTuple):
    id: int
    kind: str
    fields: Mapping[str, Golden]
    proof: Mapping[str, tuple[int, int]]
    account: int | None
    merged_into: int | None
    deleted: bool


class Happened(NamedTuple):
    record: int
    at: int
    stream: int
    source_id: str
    kind: str
    asset: str
    direction: str
    machine: bool
    actor: str


class Assessed(NamedTuple):
    person: int
    assess_at: int | None
    assessed_at: int | None
    stage: str
    score: int | None
    band: str | None
    grade: str | None
    reasons: tuple[str, ...]


class Waiting(NamedTuple):
    record: int
    fields: Mapping[str, tuple[Golden | None, Golden | None]]
    version: int
    not_before: int
    held: str
    job: str | None


class Overridden(NamedTuple):
    """What somebody put where syncd had written, and what became of it."""

    record: int
    field: str
    new: str | bool | int | None
    known_at: int
    answer: str


class Complaint(NamedTuple):
    id: int
    stream: int
    way: str
    place: str
    code: str
    skipped: bool


class Merged(NamedTuple):
    loser: int
    winner: int
    at: int
    records: tuple[int, ...]


@dataclass
class Snapshot:
    """All tables at one instant; each is read when it is first asked for."""

    tx: sqlite3.Connection

    @cached_property
    def streams(self) -> dict[int, Stream]:
        query = "SELECT s.id, c.name, s.name, s.kind, s.cursor FROM stream s JOIN connection c ON c.id = s.connection_id"
        return {key: Stream(*rest) for key, *rest in self.tx.execute(query)}

    @cached_property
    def records(self) -> dict[int, Record]:
        query = "SELECT id, stream_id, external_id, entity_id, fields, base_at, field_at, changed_at, deleted_at FROM record"
        return {
            row[0]: Record(
                row[0],
                self.streams[row[1]],
                row[2],
                row[3],
                None if row[4] is None else json.loads(row[4]),
                row[5],
                json.loads(row[6]) if row[6] else {},
                row[7],
                row[8] is not None,
            )
            for row in self.tx.execute(query + " ORDER BY id")
        }

    @cached_property
    def entities(self) -> dict[int, Entity]:
        query = "SELECT id, kind, fields, proof, account_id, merged_into, deleted_at FROM entity"
        return {
            key: Entity(key, kind, _golden(fields), json.loads(proof), account, into, gone is not None)
            for key, kind, fields, proof, account, into, gone in self.tx.execute(query)
        }

    @cached_property
    def members(self) -> dict[int, list[Record]]:
        """The records of each entity, oldest first."""
        found: dict[int, list[Record]] = {}
        for one in self.records.values():
            if one.entity is not None:
                found.setdefault(one.entity, []).append(one)
        return found

    @cached_property
    def people(self) -> dict[int, list[Record]]:
        """The records of each person."""
        return {key: found for key, found in self.members.items() if found[0].stream.kind == "person"}

    @cached_property
    def keys(self) -> set[tuple[str, int]]:
        return {(key, record) for key, record in self.tx.execute("SELECT key, record_id FROM record_key")}

    @cached_property
    def links(self) -> set[tuple[int, str, int]]:
        return {(one, role, to) for one, role, to in self.tx.execute("SELECT from_id, role, to_id FROM link")}

    @cached_property
    def blocked(self) -> set[str]:
        return {key for (key,) in self.tx.execute("SELECT key FROM blocked_key")}

    @cached_property
    def apart(self) -> set[tuple[int, int]]:
        return {(one, other) for one, other in self.tx.execute("SELECT one_id, other_id FROM apart")}

    @cached_property
    def merges(self) -> list[Merged]:
        query = "SELECT loser_id, winner_id, merged_at, records FROM merge"
        return [Merged(loser, winner, at, tuple(json.loads(moved))) for loser, winner, at, moved in self.tx.execute(query)]

    @cached_property
    def activities(self) -> list[Happened]:
        query = (
            "SELECT a.record_id, a.occurred_at, a.stream_id, a.source_id, t.kind, t.asset, t.direction, t.machine, a.actor"
            " FROM activity a JOIN activity_type t ON t.id = a.type_id"
        )
        return [Happened._make((*row[:7], bool(row[7]), row[8])) for row in self.tx.execute(query)]

    @cached_property
    def assessed(self) -> dict[int, Assessed]:
        query = "SELECT person_id, assess_at, assessed_at, stage, score, band, grade, reasons FROM assessment"
        return {row[0]: Assessed._make((*row[:7], tuple(json.loads(row[7] or "[]")))) for row in self.tx.execute(query)}

    @cached_property
    def stages(self) -> dict[int, list[str]]:
        """The stages each person ever entered."""
        found: dict[int, list[str]] = {}
        for person, stage in self.tx.execute("SELECT person_id, stage_to FROM stage_move ORDER BY moved_at"):
            found.setdefault(person, []).append(stage)
        return found

    @cached_property
    def outbox(self) -> dict[int, Waiting]:
        query = "SELECT record_id, fields, version, not_before, held, job FROM outbox"
        return {row[0]: Waiting(row[0], json.loads(row[1]), *row[2:]) for row in self.tx.execute(query)}

    @cached_property
    def read_back(self) -> dict[tuple[int, str], Raw]:
        """What the records and fields that were read again after they were written showed."""
        rows = self.tx.execute("SELECT record_id, fields FROM ledger ORDER BY record_id")
        entries = [(record, name, entry) for record, fields in rows for name, entry in json.loads(fields).items()]
        return {(record, name): entry[4] for record, name, entry in entries if entry[3] == "read"}

    @cached_property
    def overrides(self) -> list[Overridden]:
        rows = self.tx.execute("SELECT record_id, field, new, known_at, answer FROM override ORDER BY id")
        return [Overridden(row[0], row[1], json.loads(row[2]), *row[3:]) for row in rows]

    @cached_property
    def inbox(self) -> list[Complaint]:
        query = "SELECT id, stream_id, way, place, code, skipped FROM inbox"
        return [Complaint._make((*row[:5], bool(row[5]))) for row in self.tx.execute(query)]


@dataclass
class Reader:
    """Takes snapshots of the store in a file."""

    file: Path
    _tx: sqlite3.Connection | None = None

    def now(self) -> Snapshot:
        """Return the tables as they are now; read them before the next commit."""
        if self._tx is None:
            self._tx = sqlite3.connect(self.file, isolation_level=None)
        return Snapshot(self._tx)

    def close(self) -> None:
        if self._tx is not None:
            self._tx.close()
            self._tx = None


def named(snapshot: Snapshot, records: Iterable[Record]) -> str:
    """Name records for people."""
    return "{" + ", ".join(sorted(one.name for one in records)) + "}"


def _golden(text: str) -> dict[str, Golden]:
    found: dict[str, Golden] = {}
    for name, value in json.loads(text).items():
        if isinstance(value, list):
            found[name] = tuple(value)
        elif isinstance(value, str) and TYPES.get(name) == "number":
            found[name] = Decimal(value)
        else:
            found[name] = value
    return found
