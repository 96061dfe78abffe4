"""Golden records: people, accounts, deals and owners, with the proof and the history of their fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select, update

from syncd.mapping.fields import Field
from syncd.model import Golden, Kind
from syncd.store.schema import entity, entity_history, merge
from syncd.store.sql import among, dumps, put

_DAY = 86_400_000_000
_decode_golden = msgspec.json.Decoder(dict[str, str | bool | int | tuple[str, ...]]).decode
_decode_proof = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode


class Entity(NamedTuple):
    """A golden record as stored. ``fields`` and ``proof`` stay JSON text until someone asks; equal text is equal content."""

    id: int
    kind: Kind
    fields: str
    proof: str
    account_id: int | None
    merged_into: int | None
    deleted_at: int | None
    born_at: int
    changed_at: int


class Past(NamedTuple):
    """A value that a field had until ``until_at``; ``value`` and ``proof`` are JSON text."""

    entity_id: int
    field: str
    until_at: int
    value: str | None
    proof: str | None


class Undo(NamedTuple):
    """A merge as it was made."""

    loser_id: int
    winner_id: int
    merged_at: int
    because: str
    records: tuple[int, ...]


def load(tx: Connection, entity_ids: Collection[int]) -> dict[int, Entity]:
    """Return stored entities by identifier."""
    return {row.id: Entity(*row) for row in tx.execute(select(entity).where(among(tx, entity.c.id, entity_ids)))}


def after(tx: Connection, entity_id: int, limit: int) -> list[int]:
    """Return the next living entities in order of identifier, for walks over all of them."""
    alive = entity.c.merged_into.is_(None)
    return list(tx.scalars(select(entity.c.id).where(entity.c.id > entity_id, alive).order_by(entity.c.id).limit(limit)))


def living(tx: Connection, kind: str, start: int, limit: int) -> list[Entity]:
    """Return up to *limit* existing entities of a kind with identifiers above *start*, in order."""
    query = (
        select(entity)
        .where(entity.c.id > start, entity.c.kind == kind, entity.c.merged_into.is_(None), entity.c.deleted_at.is_(None))
        .order_by(entity.c.id)
        .limit(limit)
    )
    return [Entity(*row) for row in tx.execute(query)]


def save(tx: Connection, rows: Iterable[Entity]) -> None:
    """Write whole entities."""
    put(tx, entity, Entity._fields, list(rows))


def remember(tx: Connection, past: Iterable[Past]) -> None:
    """Keep values that were replaced."""
    put(tx, entity_history, Past._fields, list(past))


def history(tx: Connection, entity_ids: Collection[int]) -> list[Past]:
    """Return the former values of entities, oldest first."""
    query = (
        select(entity_history)
        .where(among(tx, entity_history.c.entity_id, entity_ids))
        .order_by(entity_history.c.until_at, entity_history.c.field)
    )
    return [Past(*row) for row in tx.execute(query)]


def past_of(tx: Connection, entity_ids: Collection[int], fields: Collection[str]) -> dict[int, list[Past]]:
    """Return what some *fields* of each entity held before, oldest first."""
    query = select(entity_history).where(
        among(tx, entity_history.c.entity_id, entity_ids), among(tx, entity_history.c.field, fields)
    )
    found: dict[int, list[Past]] = {}
    for row in tx.execute(query.order_by(entity_history.c.until_at)):
        found.setdefault(row.entity_id, []).append(Past(*row))
    return found


def people_of(tx: Connection, account_ids: Collection[int]) -> list[int]:
    """Return the people whose account is one of *account_ids*; who was merged away is none of them."""
    alive = (entity.c.kind == "person") & entity.c.merged_into.is_(None)
    return list(tx.scalars(select(entity.c.id).where(among(tx, entity.c.account_id, account_ids), alive)))


# ---------------------------------------------------------------- merges


def merged(tx: Connection, loser: int, winner: int, *, because: str, records: Sequence[int], now: int) -> None:
    """Note that *loser* became *winner*, so that it can be undone."""
    tx.execute(update(entity).where(entity.c.id == loser).values(merged_into=winner, changed_at=now))
    tx.execute(update(entity).where(entity.c.account_id == loser).values(account_id=winner))
    put(tx, merge, Undo._fields, [(loser, winner, now, because, dumps(list(records)))])


def merges_into(tx: Connection, winner: int) -> list[Undo]:
    """Return the merges into an entity, the last one first."""
    query = select(merge).where(merge.c.winner_id == winner).order_by(merge.c.merged_at.desc(), merge.c.loser_id.desc())
    return [
        Undo(row.loser_id, row.winner_id, row.merged_at, row.because, tuple(msgspec.json.decode(row.records)))
        for row in tx.execute(query)
    ]


def absorbed(tx: Connection, winner: int) -> set[int]:
    """Return everybody who became an entity, by however many merges."""
    found: set[int] = set()
    for undo in merges_into(tx, winner):
        found |= {undo.loser_id, *absorbed(tx, undo.loser_id)}
    return found


def unmerged(tx: Connection, undo: Undo) -> None:
    """Take a merge back."""
    tx.execute(
        merge.delete().where(
            merge.c.loser_id == undo.loser_id, merge.c.winner_id == undo.winner_id, merge.c.merged_at == undo.merged_at
        )
    )
    tx.execute(update(entity).where(entity.c.id == undo.loser_id).values(merged_into=None))


def survivor(tx: Connection, entity_id: int) -> int:
    """Follow merges to the entity that lives on."""
    while (into := tx.scalar(select(entity.c.merged_into).where(entity.c.id == entity_id))) is not None:
        entity_id = into
    return entity_id


# ---------------------------------------------------------------- golden values as JSON


def values(text: str) -> Mapping[str, str | bool | int | tuple[str, ...]]:
    """Read golden values as they are written, numbers with a fraction as text."""
    return _decode_golden(text)


def golden(fields: Mapping[str, Field], text: str) -> dict[str, Golden]:
    """Read golden values; numbers with a fraction come back as Decimal.

    What was kept as text before its field became a number is left out where it is none: the records are folded anew.
    """
    said = values(text)
    found: dict[str, Golden] = {**said}
    for name, value in said.items():
        if isinstance(value, str) and name in fields and fields[name].type == "number":
            number = _number(value)
            if number is None:
                del found[name]
            else:
                found[name] = number
    return found


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def proof(text: str) -> dict[str, tuple[int, int]]:
    """Read the proof: per field the record it comes from and the instant it took the value there."""
    return _decode_proof(text)


def team_changed_at(tx: Connection) -> int | None:
    """Return when an owner last joined or left, ``None`` if nobody did since the day the first ones were learnt of."""
    born, gone = entity.c.born_at, func.coalesce(entity.c.deleted_at, 0)
    first, last_born, last_gone = tx.execute(
        select(func.min(born), func.max(born), func.max(gone)).where(entity.c.kind == "owner")
    ).one()
    last = max(last_born or 0, last_gone or 0)
    return last if first is not None and last > first + _DAY else None
