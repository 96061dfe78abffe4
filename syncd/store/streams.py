"""Connections, their streams, and how far each has been read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select, update

from syncd.model import EMAIL_STREAM, Kind
from syncd.store.database import StoreError
from syncd.store.schema import connection as connection_table
from syncd.store.schema import mark, stream
from syncd.store.sql import among, dumps, put

DOMAIN_STREAM = "@domain"
"""Accounts known only by the domain of somebody's e-mail address."""

INFERRED: Mapping[str, Kind] = {EMAIL_STREAM: "person", DOMAIN_STREAM: "account"}

_FIRST_READ = "first read"
"""A mark that begins so says when a stream, whose key follows, was first read to its end."""

_READ_ANEW = "read anew"
"""A mark that begins so is set while a stream, whose key follows, is read for fields that its records may still lack."""


class Fenced(StoreError):
    """Somebody else moved the cursor meanwhile; the page is not saved."""


class Stream(NamedTuple):
    """A stream of a connection; ``wanted`` are the remote fields its cursor covers."""

    id: int
    connection: str
    name: str
    kind: Kind
    cursor: str | None
    wanted: frozenset[str]
    saved_at: int | None
    complete_at: int | None
    full_since: int | None


def declare(tx: Connection, name: str, connector: str, streams: Mapping[str, Kind]) -> None:
    """Make sure the connection and its *streams* exist.

    Raises: StoreError if the connection was another kind of system before.
    """
    known = tx.execute(select(connection_table).where(connection_table.c.name == name)).first()
    if known is not None and known.type != connector:
        raise StoreError(
            f"connections.{name}: was {known.type!r} before and is {connector!r} now; "
            "give the new system a new name, what the old one brought in stays"
        )
    if known is None:
        tx.execute(connection_table.insert().values(name=name, type=connector))
    connection_id = tx.scalar(select(connection_table.c.id).where(connection_table.c.name == name))
    present = {one.name: one for one in of_connection(tx, name)}
    for stream_name, kind in {**streams, **INFERRED}.items():
        if stream_name not in present:
            tx.execute(stream.insert().values(connection_id=connection_id, name=stream_name, kind=kind, wanted="[]"))
        elif present[stream_name].kind != kind:
            tx.execute(update(stream).where(stream.c.id == present[stream_name].id).values(kind=kind))


def cover(tx: Connection, at: Stream, wanted: frozenset[str]) -> Stream:
    """Note that *at* is read for the remote fields *wanted* from now on, and return it as it is then.

    One from which more is wanted than before starts again from the beginning.
    """
    if at.wanted == wanted:
        return at
    covered = at._replace(wanted=wanted, cursor=at.cursor if wanted <= at.wanted else None)
    if at.wanted and not wanted <= at.wanted:
        remember(tx, f"{_READ_ANEW} {at.id}", "1")
    changed = update(stream).where(stream.c.id == at.id)
    tx.execute(changed.values(wanted=dumps(sorted(wanted)), cursor=covered.cursor))
    return covered


def of_connection(tx: Connection, name: str) -> list[Stream]:
    """Return the streams of a connection, in the order they were declared."""
    return [one for one in everything(tx) if one.connection == name]


def everything(tx: Connection) -> list[Stream]:
    """Return all streams of all connections."""
    rows = tx.execute(
        select(stream, connection_table.c.name.label("connection"))
        .join(connection_table, stream.c.connection_id == connection_table.c.id)
        .order_by(stream.c.id)
    )
    return [
        Stream(
            id=row.id,
            connection=row.connection,
            name=row.name,
            kind=row.kind,
            cursor=row.cursor,
            wanted=frozenset(msgspec.json.decode(row.wanted)),
            saved_at=row.saved_at,
            complete_at=row.complete_at,
            full_since=row.full_since,
        )
        for row in rows
    ]


def advance(tx: Connection, at: Stream, cursor: str, *, now: int, complete: bool) -> Stream:
    """Move the cursor of a stream from where it stood, with the page that follows, and return the stream as it is now.

    Raises: Fenced.
    """
    full_since = now if at.cursor is None else at.full_since
    moved = at._replace(
        cursor=cursor,
        saved_at=now,
        complete_at=now if complete else at.complete_at,
        full_since=None if complete else full_since,
    )
    unmoved = stream.c.cursor.is_(None) if at.cursor is None else stream.c.cursor == at.cursor
    values = {name: getattr(moved, name) for name in ("cursor", "saved_at", "complete_at", "full_since")}
    if tx.execute(update(stream).where(stream.c.id == at.id, unmoved).values(values)).rowcount != 1:
        raise Fenced("another run moved the cursor of this stream; nothing of this page was saved")
    if complete and at.complete_at is None:
        remember(tx, f"{_FIRST_READ} {at.id}", str(now))
    return moved._replace(full_since=full_since)


def read_anew(tx: Connection) -> set[int]:
    """Return the streams whose records may lack fields that are wanted now."""
    query = select(mark.c.name).where(mark.c.name.startswith(_READ_ANEW), mark.c.value != "")
    return {int(name.removeprefix(_READ_ANEW)) for name in tx.scalars(query)}


def was_read_anew(tx: Connection, stream_id: int) -> None:
    """Note that every record of a stream was read for all that is wanted now."""
    remember(tx, f"{_READ_ANEW} {stream_id}", "")


def rewind(tx: Connection, stream_id: int) -> None:
    """Read the stream from the beginning next time."""
    tx.execute(update(stream).where(stream.c.id == stream_id).values(cursor=None))


def all_complete(tx: Connection, stream_ids: Collection[int]) -> bool:
    """Tell whether each of these streams that is read from a source was once read to its end."""
    unread = select(stream.c.id).where(
        among(tx, stream.c.id, stream_ids), stream.c.complete_at.is_(None), stream.c.name.not_in(INFERRED)
    )
    return bool(stream_ids) and tx.execute(unread.limit(1)).first() is None


def first_read(tx: Connection) -> dict[int, int]:
    """Return when each stream was read to its end for the first time."""
    query = select(mark.c.name, mark.c.value).where(mark.c.name.startswith(_FIRST_READ))
    return {int(name.removeprefix(_FIRST_READ)): int(value) for name, value in tx.execute(query)}


def connection_id(tx: Connection, name: str) -> int:
    """Return the key of a declared connection."""
    found: int = tx.execute(select(connection_table.c.id).where(connection_table.c.name == name)).scalar_one()
    return found


# ---------------------------------------------------------------- marks


def remembered(tx: Connection, name: str) -> str | None:
    """Return a remembered fact about the store."""
    return tx.scalar(select(mark.c.value).where(mark.c.name == name))


def remember(tx: Connection, name: str, value: str) -> None:
    put(tx, mark, ("name", "value"), [(name, value)])


def counted(tx: Connection) -> int:
    """Return how many connections were ever declared."""
    return tx.scalar(select(func.count()).select_from(connection_table)) or 0
