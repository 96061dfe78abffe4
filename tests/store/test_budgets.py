"""Budgets of a day: counted by the quarter of an hour, and given back from the last."""

from __future__ import annotations

from syncd.store import budgets
from syncd.store.budgets import SLOT, Key
from syncd.store.database import Store
from tests.agreement.build import at

DAY = 96 * SLOT
NOON = at("2026-11-20 12:00")


def test_a_call_counts_until_its_whole_slot_is_over(store: Store, connection: int) -> None:
    key = Key(connection, "daily")
    with store.write() as tx:
        waits = [
            budgets.take(tx, key, 1, limit=1, per=DAY, now=now)
            for now in (NOON, NOON + DAY + SLOT - 1, NOON + DAY + SLOT)  # it may have been made a microsecond before 12:15
        ]

    assert waits == [0, 1, 0]


def test_what_was_not_called_is_taken_back_from_the_last_slot(store: Store, connection: int) -> None:
    key = Key(connection, "daily")
    with store.write() as tx:
        budgets.take(tx, key, 3, limit=9, per=DAY, now=NOON)
        budgets.take(tx, key, 2, limit=9, per=DAY, now=NOON + SLOT)
        budgets.give_back(tx, key, 1)

        assert [budgets.used(tx, key, per=DAY, now=now) for now in (NOON + SLOT, NOON + DAY + SLOT)] == [4, 1]
