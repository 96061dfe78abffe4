"""What was written into each record of a source, what the source shows for it, and whatever else stood there afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, delete, func, select

from syncd.model import Golden, Raw
from syncd.store.schema import ledger, override, record
from syncd.store.sql import among, dumps, put

_Value: TypeAlias = str | bool | int | tuple[str, ...] | None

Answer: TypeAlias = Literal["again", "left", "weighed"]
"""What becomes of a value that somebody else put there: ours is written again, theirs is left, or the field's law decides."""


Known: TypeAlias = Literal["", "told", "read"]
"""How we know what a source shows for our value: not yet, its receipt said so, or it was read back."""


class Entry(NamedTuple):
    """One field as it was last written: the value *sent* when the source showed *before*, and what it *shows* for it."""

    sent: _Value
    before: _Value
    at: int
    known: Known = ""
    shows: _Value = None


class Override(NamedTuple):
    """Somebody else changed a field that we had written. ``of`` is what we write there; ``at`` when, as the source says."""

    id: int
    record_id: int
    field: str
    of: str
    old: _Value
    new: _Value
    at: int
    known_at: int
    answer: Answer


_decode_entries = msgspec.json.Decoder(dict[str, Entry]).decode
_decode_value = msgspec.json.Decoder(_Value).decode


def entries(tx: Connection, record_ids: Collection[int]) -> dict[int, dict[str, Entry]]:
    """Return what was last written into each record, by remote field."""
    rows = tx.execute(select(ledger).where(among(tx, ledger.c.record_id, record_ids)))
    return {row.record_id: _decode_entries(row.fields) for row in rows}


def save(tx: Connection, rows: Mapping[int, Mapping[str, Entry]]) -> None:
    """Replace what is known of records; one without entries is forgotten."""
    forgotten = [key for key, fields in rows.items() if not fields]
    if forgotten:
        tx.execute(delete(ledger).where(among(tx, ledger.c.record_id, forgotten)))
    put(tx, ledger, ("record_id", "fields"), [(key, dumps(fields)) for key, fields in rows.items() if fields])


def plain(value: Golden | Raw) -> _Value:
    """Return a value as it is kept here."""
    return value if value is None or isinstance(value, str | bool | int | tuple) else str(value)


def add_overrides(tx: Connection, rows: Sequence[Override]) -> None:
    """Keep that somebody else changed fields."""
    put(tx, override, Override._fields, [(*one[:4], dumps(one.old), dumps(one.new), *one[6:]) for one in rows])


def overrides(tx: Connection, record_ids: Collection[int]) -> list[Override]:
    """Return whatever else was put into records, oldest first."""
    rows = tx.execute(select(override).where(among(tx, override.c.record_id, record_ids)).order_by(override.c.id))
    return [
        Override(
            id=row.id,
            record_id=row.record_id,
            field=row.field,
            of=row.of,
            old=_decode_value(row.old),
            new=_decode_value(row.new),
            at=row.at,
            known_at=row.known_at,
            answer=row.answer,
        )
        for row in rows
    ]


def stage_overrides(tx: Connection, people: Collection[int]) -> dict[int, list[Override]]:
    """Return the stages that somebody else set for each person, oldest first."""
    query = select(record.c.entity_id, record.c.id).join(override, override.c.record_id == record.c.id)
    whose = {
        row.id: row.entity_id
        for row in tx.execute(query.where(among(tx, record.c.entity_id, people), override.c.of == "stage"))
    }
    found: dict[int, list[Override]] = {}
    for one in overrides(tx, whose):
        if one.of == "stage":
            found.setdefault(whose[one.record_id], []).append(one)
    return found


def written_again(tx: Connection, record_id: int, field: str, since: int) -> int:
    """Return how often since an instant a field was not left as somebody else had put it."""
    mine = (override.c.record_id == record_id) & (override.c.field == field) & (override.c.answer != "left")
    return tx.scalar(select(func.count()).select_from(override).where(mine, override.c.known_at >= since)) or 0
