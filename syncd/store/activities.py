"""Activities: each stored once per record it is about, clustered by that record in order of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, exists, or_, select

from syncd.model import Direction
from syncd.store.schema import activity, activity_type, record
from syncd.store.sql import among, put, take_out, tuples


class Type(NamedTuple):
    """What many activities have in common, in the agreement's words."""

    kind: str
    asset: str
    direction: Direction
    machine: bool


class Stored(NamedTuple):
    """One activity of one record, the *nth* of those it is about."""

    record_id: int
    occurred_at: int
    stream_id: int
    source_id: str
    type_id: int
    actor: str
    known_at: int
    nth: int


class Happened(NamedTuple):
    """One activity as a person's history shows it."""

    occurred_at: int
    type: Type
    actor: str
    stream_id: int
    source_id: str
    known_at: int


def type_ids(tx: Connection, types: Iterable[Type]) -> dict[Type, int]:
    """Return the key of each of *types*, adding those that are new."""
    wanted = dict.fromkeys(types)
    found = _types(tx, {one.kind for one in wanted})
    for one in wanted:
        if one not in found:
            key = tx.execute(activity_type.insert().values(one._asdict()).returning(activity_type.c.id)).scalar_one()
            found[one] = key
    return {one: found[one] for one in wanted}


def all_types(tx: Connection, above: int) -> dict[int, Type]:
    """Return the types with keys above *above*; keys only ever grow."""
    return {
        row.id: _type(row.kind, row.asset, row.direction, row.machine)
        for row in tx.execute(_TYPES.where(activity_type.c.id > above))
    }


def load(tx: Connection, stream_id: int, source_ids: Collection[str]) -> dict[str, list[Stored]]:
    """Return what is stored of each of *source_ids*, one row per record it is about."""
    found: dict[str, list[Stored]] = {}
    query = select(activity).where(activity.c.stream_id == stream_id, among(tx, activity.c.source_id, source_ids))
    for row in tx.execute(query):
        found.setdefault(row.source_id, []).append(Stored(*row))
    return found


def save(tx: Connection, rows: Iterable[Stored]) -> None:
    """Write activities."""
    put(tx, activity, Stored._fields, list(rows))


def remove(tx: Connection, rows: Iterable[Stored]) -> None:
    """Take activities out, because they changed place or were deleted in their source."""
    take_out(tx, activity, [(row.record_id, row.occurred_at, row.stream_id, row.source_id) for row in rows])


def instants(tx: Connection, people: Collection[int], types: Collection[int] | None) -> dict[int, dict[int, list[int]]]:
    """Return, per person that has any, the instants of their activities by type key, of *types* only unless ``None``."""
    query = (
        select(record.c.entity_id, activity.c.type_id, activity.c.occurred_at)
        .join(activity, activity.c.record_id == record.c.id)
        .where(among(tx, record.c.entity_id, people), _COUNTS)
    )
    if types is not None:
        query = query.where(among(tx, activity.c.type_id, types))
    found: dict[int, dict[int, list[int]]] = {}
    for person, type_id, at in tuples(tx, query):
        mine = found.get(person)
        if mine is None:
            mine = found[person] = {}
        if type_id in mine:
            mine[type_id].append(at)
        else:
            mine[type_id] = [at]
    return found


def timelines(tx: Connection, people: Collection[int], types: Collection[int] | None) -> dict[int, list[Happened]]:
    """Return everything that happened with each person, of *types* only unless ``None``, oldest first."""
    query = (
        select(
            record.c.entity_id,
            activity,
            activity_type.c.kind,
            activity_type.c.asset,
            activity_type.c.direction,
            activity_type.c.machine,
        )
        .join(record, activity.c.record_id == record.c.id)
        .join(activity_type, activity.c.type_id == activity_type.c.id)
        .where(among(tx, record.c.entity_id, people), _COUNTS)
        .order_by(activity.c.occurred_at, activity.c.stream_id, activity.c.source_id)
    )
    if types is not None:
        query = query.where(among(tx, activity.c.type_id, types))
    found: dict[int, list[Happened]] = {}
    for row in tx.execute(query):
        happened = Happened(
            row.occurred_at,
            _type(row.kind, row.asset, row.direction, row.machine),
            row.actor,
            row.stream_id,
            row.source_id,
            row.known_at,
        )
        found.setdefault(row.entity_id, []).append(happened)
    return found


_TYPES = select(activity_type)
_OTHER, _WHOSE = activity.alias("other"), record.alias("whose")
_COUNTS = or_(
    activity.c.nth == 0,
    ~exists(
        select(_OTHER.c.nth)
        .join(_WHOSE, _WHOSE.c.id == _OTHER.c.record_id)
        .where(_OTHER.c.stream_id == activity.c.stream_id, _OTHER.c.source_id == activity.c.source_id)
        .where(_OTHER.c.nth < activity.c.nth, _WHOSE.c.entity_id == record.c.entity_id)
        .correlate(activity, record)
    ),
)
"""An activity about two records of one person counts once."""


def _types(tx: Connection, kinds: Collection[str]) -> dict[Type, int]:
    rows = tx.execute(_TYPES.where(among(tx, activity_type.c.kind, kinds)))
    return {_type(row.kind, row.asset, row.direction, row.machine): row.id for row in rows}


def _type(kind: str, asset: str, direction: str, machine: bool) -> Type:
    return Type(kind, asset, Direction(direction), machine)
