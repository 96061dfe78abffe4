"""Source records: what each source last said, by what it can be recognised, and what it points at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from syncd.model import Raw
from syncd.store.schema import apart, blocked_key, connection, entity, link, record, record_key, stream
from syncd.store.sql import Cell, among, dumps, put, take_out, tuples

SAME = "same"
"""The role of a link between records that are one entity."""

_decode_fields = msgspec.json.Decoder(dict[str, str | bool | int | tuple[str, ...] | None]).decode
_decode_instants = msgspec.json.Decoder(dict[str, int]).decode


class Stored(NamedTuple):
    """A record as it stands in the store; ``fields`` is ``None`` while it is only heard of."""

    id: int
    stream_id: int
    external_id: str
    entity_id: int | None
    fields: Mapping[str, Raw] | None
    base_at: int
    field_at: Mapping[str, int]
    changed_at: int
    version: str
    known_at: int
    deleted_at: int | None
    problems: str | None

    @property
    def speaks(self) -> bool:
        """Whether its fields count: it was read and still exists."""
        return self.fields is not None and self.deleted_at is None


class Known(NamedTuple):
    """As much of a record as an activity needs."""

    id: int
    entity_id: int | None


class Holder(NamedTuple):
    """A record that holds some key."""

    record: int
    stream_id: int
    entity: int


class OwnerRecord(NamedTuple):
    """What a connection calls somebody who may own records; ``fields`` are the golden ones of *entity*, as JSON text."""

    connection: str
    external_id: str
    entity: int
    fields: str
    gone: bool


Links: TypeAlias = dict[int, set[tuple[str, int]]]
"""Per record its (role, record pointed at)."""


def load(tx: Connection, stream_id: int, external_ids: Collection[str]) -> dict[str, Stored]:
    """Return the stored records of a stream, by external identifier."""
    rows = tx.execute(select(record).where(record.c.stream_id == stream_id, among(tx, record.c.external_id, external_ids)))
    return {row.external_id: _stored(row) for row in rows}


def known(tx: Connection, stream_id: int, external_ids: Collection[str]) -> dict[str, Known]:
    """Return the identity of stored records of a stream, by external identifier."""
    query = select(record.c.external_id, record.c.id, record.c.entity_id).where(
        record.c.stream_id == stream_id, among(tx, record.c.external_id, external_ids)
    )
    return {external_id: Known(record_id, entity_id) for external_id, record_id, entity_id in tx.execute(query)}


def of_entities(tx: Connection, entity_ids: Collection[int]) -> dict[int, list[Stored]]:
    """Return all records of each entity, deleted ones too, oldest first."""
    found: dict[int, list[Stored]] = {}
    for row in tx.execute(select(record).where(among(tx, record.c.entity_id, entity_ids)).order_by(record.c.id)):
        found.setdefault(row.entity_id, []).append(_stored(row))
    return found


def in_streams(tx: Connection, entity_ids: Collection[int], stream_ids: Collection[int]) -> list[Stored]:
    """Return the records of entities in some streams that were read and exist."""
    query = select(record).where(among(tx, record.c.entity_id, entity_ids), among(tx, record.c.stream_id, stream_ids))
    return [one for row in tx.execute(query) if (one := _stored(row)).speaks]


def entities(tx: Connection, record_ids: Collection[int]) -> dict[int, int]:
    """Return the entity of each record that has one."""
    if not record_ids:
        return {}
    query = select(record.c.id, record.c.entity_id).where(among(tx, record.c.id, record_ids), record.c.entity_id.is_not(None))
    return {row.id: row.entity_id for row in tx.execute(query)}


def targets(tx: Connection, record_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return the (stream, entity) of each record that has an entity."""
    query = select(record.c.id, record.c.stream_id, record.c.entity_id).where(
        among(tx, record.c.id, record_ids), record.c.entity_id.is_not(None)
    )
    return {row.id: (row.stream_id, row.entity_id) for row in tx.execute(query)}


def count(tx: Connection, stream_id: int) -> int:
    """Return how many records of a stream are known, be they gone or not."""
    return tx.scalar(select(func.count()).where(record.c.stream_id == stream_id)) or 0


def problem_counts(tx: Connection) -> list[tuple[str, str, int]]:
    """Return (where, code, records) of the values that could not be read, most frequent first."""
    counts = Counter[tuple[str, str]]()
    for text in tx.scalars(select(record.c.problems).where(record.c.problems.is_not(None), record.c.deleted_at.is_(None))):
        counts.update((where, code) for where, code, _ in msgspec.json.decode(text, type=list[tuple[str, str, str]]))
    return [(where, code, count) for (where, code), count in counts.most_common()]


def save(tx: Connection, rows: Iterable[Stored]) -> None:
    """Write whole records."""
    put(tx, record, Stored._fields, [_cells(row) for row in rows])


def move(tx: Connection, loser: int, winner: int) -> list[int]:
    """Give the records of entity *loser* to *winner* and return them."""
    moved = list(tx.scalars(select(record.c.id).where(record.c.entity_id == loser).order_by(record.c.id)))
    tx.execute(update(record).where(record.c.entity_id == loser).values(entity_id=winner))
    return moved


def give(tx: Connection, record_ids: Collection[int], entity_id: int) -> None:
    """Give single records to an entity."""
    tx.execute(update(record).where(among(tx, record.c.id, record_ids)).values(entity_id=entity_id))


def _stored(row: Row[*tuple[object, ...]]) -> Stored:
    return Stored(
        row.id,
        row.stream_id,
        row.external_id,
        row.entity_id,
        None if row.fields is None else _decode_fields(row.fields),
        row.base_at,
        _decode_instants(row.field_at) if row.field_at else {},
        row.changed_at,
        row.version,
        row.known_at,
        row.deleted_at,
        row.problems,
    )


def _cells(row: Stored) -> tuple[Cell, ...]:
    return (
        row.id,
        row.stream_id,
        row.external_id,
        row.entity_id,
        None if row.fields is None else dumps(row.fields),
        row.base_at,
        dumps(row.field_at) if row.field_at else None,
        row.changed_at,
        row.version,
        row.known_at,
        row.deleted_at,
        row.problems,
    )


# ---------------------------------------------------------------- keys


def set_keys(tx: Connection, keys: Mapping[int, Collection[str]]) -> None:
    """Replace the keys of records."""
    present: dict[int, set[str]] = {}
    for key, record_id in tx.execute(select(record_key).where(among(tx, record_key.c.record_id, keys))):
        present.setdefault(record_id, set()).add(key)
    lost = [(key, record_id) for record_id, had in present.items() for key in had.difference(keys[record_id])]
    take_out(tx, record_key, lost)
    put(
        tx,
        record_key,
        ("key", "record_id"),
        [(key, record_id) for record_id, found in keys.items() for key in sorted(set(found) - present.get(record_id, set()))],
    )


def keys_of(tx: Connection, record_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the keys of each record."""
    found: dict[int, list[str]] = {}
    for key, record_id in tx.execute(select(record_key).where(among(tx, record_key.c.record_id, record_ids))):
        found.setdefault(record_id, []).append(key)
    return found


def holders(tx: Connection, keys: Collection[str]) -> dict[str, list[Holder]]:
    """Return the stored records that hold each key."""
    query = (
        select(record_key.c.key, record.c.id, record.c.stream_id, record.c.entity_id)
        .join(record, record.c.id == record_key.c.record_id)
        .where(among(tx, record_key.c.key, keys), record.c.entity_id.is_not(None))
    )
    found: dict[str, list[Holder]] = {}
    for key, record_id, stream_id, entity_id in tx.execute(query):
        found.setdefault(key, []).append(Holder(record_id, stream_id, entity_id))
    return found


def sole_holders(tx: Connection, keys: Collection[str]) -> dict[str, Known]:
    """Return the oldest record that holds each key, of those keys that one entity alone holds."""
    query = (
        select(record_key.c.key, func.min(record.c.id), func.min(record.c.entity_id), func.max(record.c.entity_id))
        .join(record, record.c.id == record_key.c.record_id)
        .where(among(tx, record_key.c.key, keys))
        .group_by(record_key.c.key)
    )
    return {key: Known(record_id, one) for key, record_id, one, other in tx.execute(query) if one == other}


def blocked(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return those of *keys* that no longer identify anybody."""
    return set(tx.scalars(select(blocked_key.c.key).where(among(tx, blocked_key.c.key, keys))))


def block(tx: Connection, keys: Iterable[str], now: int) -> None:
    """Let *keys* identify nobody from now on."""
    put(tx, blocked_key, ("key", "blocked_at"), [(key, now) for key in keys])


# ---------------------------------------------------------------- links


def set_links(tx: Connection, links: Links) -> None:
    """Replace the links that go out from records."""
    present: Links = {}
    for from_id, role, to_id in tx.execute(select(link).where(among(tx, link.c.from_id, links))):
        present.setdefault(from_id, set()).add((role, to_id))
    relinked = {from_id for from_id, found in links.items() if found != present.get(from_id, set())}
    take_out(tx, link, [(one, role, to) for one in relinked & present.keys() for role, to in present[one] - links[one]])
    new = [(one, role, to) for one in sorted(relinked) for role, to in sorted(links[one] - present.get(one, set()))]
    put(tx, link, ("from_id", "role", "to_id"), new)


def linked(tx: Connection, record_ids: Collection[int], role: str) -> dict[int, list[int]]:
    """Return, for each record, those it points at with *role*."""
    found: dict[int, list[int]] = {}
    for from_id, to_id in tx.execute(
        select(link.c.from_id, link.c.to_id).where(among(tx, link.c.from_id, record_ids), link.c.role == role)
    ):
        found.setdefault(from_id, []).append(to_id)
    return found


def linking(tx: Connection, record_ids: Collection[int], role: str) -> dict[int, list[int]]:
    """Return, for each record, those that point at it with *role*."""
    found: dict[int, list[int]] = {}
    for from_id, to_id in tx.execute(
        select(link.c.from_id, link.c.to_id).where(among(tx, link.c.to_id, record_ids), link.c.role == role)
    ):
        found.setdefault(to_id, []).append(from_id)
    return found


def deals_of(tx: Connection, people: Collection[int]) -> dict[int, set[int]]:
    """Return the deals that point at each person that has any."""
    whose, deal = record.alias("whose"), record.alias("deal")
    query = (
        select(whose.c.entity_id, deal.c.entity_id)
        .join(link, link.c.to_id == whose.c.id)
        .join(deal, deal.c.id == link.c.from_id)
        .join(stream, stream.c.id == deal.c.stream_id)
        .where(among(tx, whose.c.entity_id, people), stream.c.kind == "deal", deal.c.deleted_at.is_(None))
    )
    found: dict[int, set[int]] = {}
    for person, one in tuples(tx, query):
        found.setdefault(person, set()).add(one)
    return found


def people_of_deals(tx: Connection, deals: Collection[int]) -> set[int]:
    """Return the people that *deals* point at."""
    whose, deal = record.alias("whose"), record.alias("deal")
    query = (
        select(whose.c.entity_id)
        .join(link, link.c.to_id == whose.c.id)
        .join(deal, deal.c.id == link.c.from_id)
        .join(entity, entity.c.id == whose.c.entity_id)
        .where(among(tx, deal.c.entity_id, deals), entity.c.kind == "person")
    )
    return set(tx.scalars(query))


def owners(tx: Connection) -> list[OwnerRecord]:
    """Return every record of somebody who may own others, or might until they left."""
    of_owners = select(stream.c.id, connection.c.name).join(connection).where(stream.c.kind == "owner")
    names = {key: name for key, name in tx.execute(of_owners)}
    # By the streams' keys, not by a join with them: that walks all records there are.
    query = (
        select(record.c.stream_id, record.c.external_id, entity.c.id, entity.c.fields, entity.c.deleted_at)
        .join(entity, entity.c.id == record.c.entity_id)
        .where(among(tx, record.c.stream_id, names))
    )
    return [
        OwnerRecord(names[stream_id], external_id, owner, fields, deleted_at is not None)
        for stream_id, external_id, owner, fields, deleted_at in tx.execute(query)
    ]


def pairs_apart(tx: Connection) -> list[tuple[int, int]]:
    """Return all pairs of records that somebody took apart."""
    return [(one, other) for one, other in tx.execute(select(apart.c.one_id, apart.c.other_id))]


def keep_apart(tx: Connection, pairs: Iterable[tuple[int, int]], now: int) -> None:
    """Never join these pairs of records again."""
    put(tx, apart, ("one_id", "other_id", "decided_at"), [(min(pair), max(pair), now) for pair in pairs])
