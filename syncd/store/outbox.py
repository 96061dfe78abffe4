"""What is to be written into each record of a source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, delete, exists, func, or_, select, update

from syncd.model import FieldChange
from syncd.store.schema import assessment, connection, outbox, record, stream
from syncd.store.sql import among, dumps, put

Held: TypeAlias = Literal["", "on_change", "never"]

SENT = "sent"
"""Stands in ``job`` from before a write is sent until its receipt is known: the source may hold it already."""

_decode_changes = msgspec.json.Decoder(
    dict[str, tuple[str | bool | int | tuple[str, ...] | None, str | bool | int | tuple[str, ...] | None]]
).decode


class Pending(NamedTuple):
    """A write that waits; ``version`` differs whenever ``fields`` do. ``job`` is a job of the source, or `SENT`."""

    record_id: int
    stream_id: int
    fields: Mapping[str, FieldChange]
    version: int
    queued_at: int
    not_before: int
    attempts: int
    held: Held
    job: str | None


class Addressed(NamedTuple):
    """A pending write with the identifier of the record it goes to."""

    pending: Pending
    external_id: str


def pending(tx: Connection, record_ids: Collection[int]) -> dict[int, Pending]:
    """Return the writes that wait for each record."""
    return {row.record_id: _pending(row) for row in tx.execute(select(outbox).where(among(tx, outbox.c.record_id, record_ids)))}


def sendable(tx: Connection, stream_id: int, now: int, limit: int) -> list[Addressed]:
    """Return the oldest writes of a stream that may be sent now, or that a job works on.

    What concerns somebody who is due for assessment waits for it: it may say what was true long ago.
    """
    due = exists().where(assessment.c.person_id == record.c.entity_id, assessment.c.assess_at <= now)
    at_work = outbox.c.job != SENT  # null: nobody does
    query = (
        select(outbox, record.c.external_id)
        .join(record, record.c.id == outbox.c.record_id)
        .where(outbox.c.stream_id == stream_id, outbox.c.not_before <= now, outbox.c.held == "", or_(at_work, ~due))
        .order_by(outbox.c.not_before, outbox.c.record_id)
        .limit(limit)
    )
    return [Addressed(_pending(row), row.external_id) for row in tx.execute(query)]


def ready(tx: Connection, now: int) -> set[int]:
    """Return the streams in which a write's time has come; `sendable` still leaves out whom an assessment is due for."""
    may_be_sent = exists().where(outbox.c.stream_id == stream.c.id, outbox.c.not_before <= now, outbox.c.held == "")
    return set(tx.scalars(select(stream.c.id).where(may_be_sent)))


def waiting(tx: Connection, connection_name: str, limit: int) -> list[tuple[str, Addressed]]:
    """Return writes of a connection, oldest first, with the name of their stream."""
    query = (
        select(outbox, record.c.external_id, stream.c.name)
        .join(record, record.c.id == outbox.c.record_id)
        .join(stream, stream.c.id == outbox.c.stream_id)
        .join(connection, connection.c.id == stream.c.connection_id)
        .where(connection.c.name == connection_name)
        .order_by(outbox.c.queued_at, outbox.c.record_id)
        .limit(limit)
    )
    return [(row.name, Addressed(_pending(row), row.external_id)) for row in tx.execute(query)]


def counts(tx: Connection) -> dict[str, int]:
    """Return how many writes wait, by connection."""
    query = (
        select(connection.c.name, func.count())
        .select_from(outbox)
        .join(stream, stream.c.id == outbox.c.stream_id)
        .join(connection, connection.c.id == stream.c.connection_id)
        .group_by(connection.c.name)
    )
    return {name: count for name, count in tx.execute(query)}


def mark_sent(tx: Connection, record_ids: Collection[int]) -> None:
    """Note that writes are about to be sent."""
    tx.execute(update(outbox).where(among(tx, outbox.c.record_id, record_ids)).values(job=SENT))


def save(tx: Connection, rows: Iterable[Pending]) -> None:
    """Write pending writes whole."""
    put(tx, outbox, Pending._fields, [(*row[:2], dumps(row.fields), *row[3:]) for row in rows])


def drop(tx: Connection, record_ids: Collection[int]) -> None:
    """Take writes out of the outbox."""
    tx.execute(delete(outbox).where(among(tx, outbox.c.record_id, record_ids)))


def release(tx: Connection, record_ids: Collection[int], now: int) -> None:
    """Let held writes be tried again now; one that a job works on is not sent again."""
    tx.execute(update(outbox).where(among(tx, outbox.c.record_id, record_ids)).values(held="", not_before=now))


def _pending(row: Row[*tuple[object, ...]]) -> Pending:
    return Pending(
        record_id=row.record_id,
        stream_id=row.stream_id,
        fields={name: FieldChange(old, new) for name, (old, new) in _decode_changes(row.fields).items()},
        version=row.version,
        queued_at=row.queued_at,
        not_before=row.not_before,
        attempts=row.attempts,
        held=row.held,
        job=row.job,
    )
