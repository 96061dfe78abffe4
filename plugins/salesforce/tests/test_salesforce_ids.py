"""Identifiers: two forms of one."""

from __future__ import annotations

import pytest
from syncd_salesforce.ids import is_id, long_id, misplaced, stream_of

from syncd.spi import Ref


@pytest.mark.parametrize("known", ["0014S000007NxmlQAC", "0034S000005YJVlQAO", "00Q4S000002sSacUAE", "00O000000000000EAA"])
def test_fifteen_characters_become_the_eighteen_that_salesforce_gives(known: str) -> None:
    assert long_id(known[:15]) == long_id(known) == known


@pytest.mark.parametrize("text", ["", "00Q", "00Q4S000002sSac!", "00Q4S000002sSacUA", "00Q4S000002sSacUAE0"])
def test_what_is_none_is_refused(text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValueError, match="not an identifier"):
        long_id(text)


def test_the_first_three_letters_tell_the_object() -> None:
    assert [stream_of(one) for one in ("00Q4S000002sSac", "0034S000005YJVlQAO", "00G000000000000")] == ["Lead", "Contact", ""]


@pytest.mark.parametrize(
    ("stream", "text", "what"),
    [
        pytest.param("Lead", "00Q4S000002sSac", "", id="one of its own"),
        pytest.param("OpportunityFieldHistory", "0174S000002sSac", "", id="of an object not known by its letters"),
        pytest.param("Contact", "00Q4S000002sSac", "this is the identifier of a Lead", id="of another object"),
        pytest.param("Lead", "NOPE", "not an identifier of Salesforce: those have 15 or 18 letters and digits", id="none"),
    ],
)
def test_what_names_no_record_is_told(stream: str, text: str, what: str) -> None:
    assert misplaced(Ref(stream, text)) == what
