"""Ids: fifteen characters, and eighteen with their checksum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncd_salesforce.emulator.ids import Ids, full, is_id

LETTERS = st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0014S000007Nxml", "0014S000007NxmlQAC"),
        ("0054S000000JQeq", "0054S000000JQeqQAG"),
        ("7014S00000097Hc", "7014S00000097HcQAI"),
    ],
)
def test_the_checksum_is_that_of_real_orgs(short: str, long: str) -> None:
    assert full(short) == long


@given(LETTERS)
def test_every_fifteen_characters_have_one_full_form(short: str) -> None:
    assert len(full(short)) == 18
    assert is_id(full(short))
    assert full(full(short)) == full(short)


def test_a_wrong_checksum_is_no_id() -> None:
    assert not is_id("0014S000007NxmlQAD")


def test_ids_are_never_given_twice() -> None:
    ids = Ids()
    given = [ids.next("00Q") for _ in range(500)] + [ids.next("003") for _ in range(500)]
    assert len(set(given)) == 1_000
    assert all(is_id(one) for one in given)
