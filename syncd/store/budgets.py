"""Requests counted against limits of a day or longer, in slots of a quarter of an hour."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from syncd.store.schema import budget
from syncd.store.sql import put

SLOT = 15 * 60 * 1_000_000


class Key(NamedTuple):
    """A budget of a connection."""

    connection_id: int
    name: str


def take(tx: Connection, key: Key, calls: int, *, limit: int, per: int, now: int) -> int:
    """Count *calls* and return zero; or count nothing and return the microseconds until there is room.

    No span of *per* then holds more than *limit* calls: a slot counts until its last instant is *per* ago.
    """
    tx.execute(delete(budget).where(_of(key), budget.c.slot_at <= now - per - SLOT))
    slots = tx.execute(select(budget.c.slot_at, budget.c.calls).where(_of(key)).order_by(budget.c.slot_at)).all()
    over = sum(slot.calls for slot in slots) + calls - limit
    if over > 0:
        return _until_free([(slot.slot_at, slot.calls) for slot in slots], over, per, now)
    slot_at = now - now % SLOT
    had = next((slot.calls for slot in slots if slot.slot_at == slot_at), 0)
    put(tx, budget, ("connection_id", "name", "slot_at", "calls"), [(*key, slot_at, had + calls)])
    return 0


def used(tx: Connection, key: Key, *, per: int, now: int) -> int:
    """Return how many calls count in the span of *per* that ends now."""
    counting = _of(key) & (budget.c.slot_at > now - per - SLOT)
    return tx.scalar(select(func.sum(budget.c.calls)).where(counting)) or 0


def give_back(tx: Connection, key: Key, calls: int) -> None:
    """Take back the last *calls* that were counted and not made."""
    for slot in tx.execute(select(budget.c.slot_at, budget.c.calls).where(_of(key)).order_by(budget.c.slot_at.desc())).all():
        less = min(calls, slot.calls)
        tx.execute(update(budget).where(_of(key), budget.c.slot_at == slot.slot_at).values(calls=slot.calls - less))
        calls -= less
        if not calls:
            return


def _of(key: Key) -> ColumnElement[bool]:
    return (budget.c.connection_id == key.connection_id) & (budget.c.name == key.name)


def _until_free(slots: list[tuple[int, int]], over: int, per: int, now: int) -> int:
    """Return how long until the oldest slots that hold *over* calls no longer count."""
    for slot_at, calls in slots:
        over -= calls
        if over <= 0:
            return slot_at + SLOT + per - now
    return per
