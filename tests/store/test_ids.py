"""Identifiers grow, never repeat, and survive being shown."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from syncd.store.ids import Ids, read, shown

NOW = 1_795_132_800_000_000


def test_identifiers_grow_even_when_the_clock_steps_back() -> None:
    instants = iter([NOW, NOW, NOW - 3_600_000_000, NOW + 5_000])
    ids = Ids(lambda: next(instants), Random(1))
    made = [ids() for _ in range(4)]

    assert made == sorted(set(made))


def test_a_restored_store_does_not_meet_identifiers_given_out_before() -> None:
    before = {Ids(lambda: NOW, Random(seed))() for seed in range(50)}

    assert len(before) == 50


def test_identifiers_fit_a_signed_column_until_the_next_century() -> None:
    assert Ids(lambda: 4_102_444_800_000_000, Random(1))() < 2**63


@given(st.integers(0, 2**63 - 1))
def test_what_is_shown_is_read_back(identifier: int) -> None:
    assert read(shown(identifier)) == identifier


@given(st.text(max_size=20))
def test_other_texts_are_no_identifiers(text: str) -> None:
    identifier = read(text)

    assert identifier is None or shown(identifier) == text
