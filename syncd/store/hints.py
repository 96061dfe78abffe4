"""Records to read again soon: a webhook spoke of them, or a read left something open. Many hints of one record are one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select

from syncd.store.schema import connection, hint, stream
from syncd.store.sql import put

TRIES = 5
"""So often a record is read again before its hint is given up; the pull finds what changed in any case."""

_COLUMNS = ("stream_id", "external_id", "heard_at", "due_at", "tries")


class Hint(NamedTuple):
    """A record to read again from ``due_at`` on; ``heard_at`` tells whether another hint came meanwhile."""

    stream_id: int
    external_id: str
    heard_at: int
    due_at: int
    tries: int


def hear(tx: Connection, refs: Iterable[tuple[int, str]], now: int) -> None:
    """Let records (stream, identifier) be read again at once."""
    put(tx, hint, _COLUMNS, [(stream_id, external_id, now, now, 0) for stream_id, external_id in refs])


def look_again(tx: Connection, refs: Iterable[tuple[int, str]], now: int, due: int) -> None:
    """Let records be read again at *due*, unless they are sooner anyway."""
    rows = [(stream_id, external_id, now, due, 0) for stream_id, external_id in refs]
    put(tx, hint, _COLUMNS, rows, only="due_at", unless="hint.due_at <= excluded.due_at")


def due(tx: Connection, name: str, now: int, limit: int) -> list[Hint]:
    """Return the hints of a connection whose time has come, the oldest first."""
    mine = _of(name) & (hint.c.due_at <= now)
    query = select(hint).where(mine).order_by(hint.c.due_at, hint.c.stream_id, hint.c.external_id).limit(limit)
    return [Hint(*row) for row in tx.execute(query)]


def next_due(tx: Connection, name: str) -> int | None:
    """Return when the next hint of a connection is due."""
    at: int | None = tx.scalar(select(func.min(hint.c.due_at)).where(_of(name)))
    return at


def done(tx: Connection, hints: Sequence[Hint]) -> None:
    """Forget *hints*, but not those of records that were spoken of again meanwhile."""
    if hints:
        same = [hint.c[name] == bindparam(f"its_{name}") for name in ("stream_id", "external_id", "heard_at")]
        rows = [
            {"its_stream_id": one.stream_id, "its_external_id": one.external_id, "its_heard_at": one.heard_at} for one in hints
        ]
        tx.execute(delete(hint).where(*same), rows)


def put_off(tx: Connection, hints: Sequence[Hint], due: int) -> None:
    """Try *hints* again at *due*; those tried too often are forgotten."""
    done(tx, hints)
    rows = [one._replace(due_at=due, tries=one.tries + 1) for one in hints if one.tries + 1 < TRIES]
    put(tx, hint, _COLUMNS, rows, only="due_at", unless="hint.due_at <= excluded.due_at")


def _of(name: str) -> ColumnElement[bool]:
    ours = select(stream.c.id).join(connection, connection.c.id == stream.c.connection_id).where(connection.c.name == name)
    return hint.c.stream_id.in_(ours)
