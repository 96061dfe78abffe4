"""The inbox: rows we refused and writes a source refused, each waiting for somebody, grouped by cause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, delete, func, select, update

from syncd.mapping.characters import clean
from syncd.model import Problem
from syncd.store.schema import connection, inbox, stream
from syncd.store.sql import among, put

Way: TypeAlias = Literal["in", "out"]

LONGEST_CODE = 100
"""Letters of a code that count: PostgreSQL indexes it together with the place."""


class Refusal(NamedTuple):
    """Something refused: ``place`` is the record it concerns, or where it stood if it has no identifier."""

    stream_id: int
    way: Way
    place: str
    problem: Problem
    raw: str = ""


class Waiting(NamedTuple):
    """An item of the inbox."""

    id: int
    connection: str
    stream: str
    stream_id: int
    way: Way
    place: str
    code: str
    spot: str
    what: str
    raw: str
    first_at: int
    last_at: int
    times: int
    skipped: bool


def refuse(tx: Connection, ids: Callable[[], int], refusals: Iterable[Refusal], now: int) -> None:
    """Put refusals into the inbox; the same one again only counts up, and stays skipped if it was."""
    for one in refusals:
        said = one.problem
        where, what, code, raw = (clean(text) for text in (said.where, said.what, said.code[:LONGEST_CODE], one.raw))
        same = (
            (inbox.c.stream_id == one.stream_id)
            & (inbox.c.way == one.way)
            & (inbox.c.place == one.place)
            & (inbox.c.code == code)
        )
        again = update(inbox).where(same).values(last_at=now, times=inbox.c.times + 1, spot=where, what=what, raw=raw)
        if tx.execute(again).rowcount == 0:
            row = (ids(), one.stream_id, one.way, one.place, code, where, what, raw)
            put(tx, inbox, _COLUMNS, [(*row, now, now, 1, False)])


def resolve(tx: Connection, stream_id: int, way: Way, places: Collection[str]) -> None:
    """Take out items whose record came or went without complaint."""
    tx.execute(delete(inbox).where(inbox.c.stream_id == stream_id, inbox.c.way == way, among(tx, inbox.c.place, places)))


def resolve_older(tx: Connection, stream_id: int, since: int) -> None:
    """Take out rows that a reading from the beginning, begun at *since*, did not refuse again."""
    tx.execute(delete(inbox).where(inbox.c.stream_id == stream_id, inbox.c.way == "in", inbox.c.last_at < since))


def skip(tx: Connection, item_ids: Collection[int]) -> int:
    """Set items aside for good and return how many there were."""
    return tx.execute(update(inbox).where(among(tx, inbox.c.id, item_ids)).values(skipped=True)).rowcount


def take(tx: Connection, item_ids: Collection[int]) -> None:
    """Take items out because they are tried again."""
    tx.execute(delete(inbox).where(among(tx, inbox.c.id, item_ids)))


def waiting(tx: Connection, *, connection_name: str | None = None, skipped: bool = False) -> list[Waiting]:
    """Return the items that wait (or were *skipped*), newest first."""
    query = _ITEMS.where(inbox.c.skipped == skipped).order_by(inbox.c.last_at.desc(), inbox.c.id)
    if connection_name is not None:
        query = query.where(connection.c.name == connection_name)
    return [Waiting(**row._mapping) for row in tx.execute(query)]


def count(tx: Connection) -> dict[str, int]:
    """Return how many items wait, by connection."""
    query = (
        select(connection.c.name, func.count())
        .select_from(inbox)
        .join(stream, stream.c.id == inbox.c.stream_id)
        .join(connection, connection.c.id == stream.c.connection_id)
        .where(~inbox.c.skipped)
        .group_by(connection.c.name)
    )
    return {name: total for name, total in tx.execute(query)}


_COLUMNS = ("id", "stream_id", "way", "place", "code", "spot", "what", "raw", "first_at", "last_at", "times", "skipped")
_ITEMS = (
    select(inbox, stream.c.name.label("stream"), connection.c.name.label("connection"))
    .join(stream, stream.c.id == inbox.c.stream_id)
    .join(connection, connection.c.id == stream.c.connection_id)
)
