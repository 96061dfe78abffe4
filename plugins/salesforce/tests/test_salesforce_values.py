"""Values: the same whichever way they came, exact, and in the form a field takes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from syncd_salesforce.values import flat, for_csv, for_json, raw

from syncd.spi import Golden, Raw


@pytest.mark.parametrize(
    ("kind", "rest", "bulk", "meant"),
    [
        pytest.param("boolean", True, "true", True, id="true"),
        pytest.param("boolean", False, "false", False, id="false"),
        pytest.param("int", 1200, "1200.0", 1200, id="a whole number of Bulk has a fraction"),
        pytest.param("currency", Decimal("1000.0"), "1000.00", Decimal(1000), id="money"),
        pytest.param("double", Decimal("1E+3"), "1000", Decimal(1000), id="an exponent"),
        pytest.param("datetime", "2026-11-20T08:15:02.000+0000", "2026-11-20T08:15:02.000Z", "2026-11-20T08:15:02Z", id="time"),
        pytest.param("date", "2026-11-20", "2026-11-20", "2026-11-20", id="a day stays as it is"),
        pytest.param("string", None, "", None, id="nothing"),
        pytest.param("anyType", True, "true", "true", id="yes where the type is not told"),
        pytest.param("anyType", Decimal("1.2E7"), "12000000", "12000000", id="a number where the type is not told"),
        pytest.param("string", "N/A", "N/A", "N/A", id="N/A is text"),
        pytest.param("string", "null", "null", "null", id="null is text"),
        pytest.param("textarea", 'a "b"\r\n🙂', 'a "b"\r\n🙂', 'a "b"\r\n🙂', id="quotes, line ends, emoji"),
        pytest.param("string", "a\0b", "a\0b", "ab", id="no store holds NUL"),
        pytest.param("double", "a lot", "a lot", "a lot", id="what is no number stays text"),
        pytest.param("datetime", "soon", "soon", "soon", id="what is no time stays text"),
    ],
)
def test_rest_and_bulk_mean_the_same(kind: str, rest: object, bulk: str, meant: Raw) -> None:
    assert raw(kind, rest) == raw(kind, bulk) == meant
    assert type(raw(kind, rest)) is type(raw(kind, bulk)) is type(meant)


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert raw("string", "a\ud800b") == "a?b"


def test_a_parent_lies_flat_beside_its_child_and_one_that_is_missing_is_nothing() -> None:
    record = {"attributes": {"type": "CampaignMember"}, "Id": "1", "Campaign": {"attributes": {}, "Name": "Fair"}, "Lead": None}
    assert flat(record) == {"Id": "1", "Campaign.Name": "Fair", "Lead": None}


@pytest.mark.parametrize(
    ("kind", "value", "json", "csv"),
    [
        pytest.param("double", 87, 87, "87", id="number"),
        pytest.param("double", Decimal("87.50"), "87.50", "87.50", id="a fraction is never a float"),
        pytest.param("string", 87, "87", "87", id="a text field refuses numbers in JSON"),
        pytest.param("double", Decimal("1E+2"), 100, "100", id="a hundred"),
        pytest.param("double", Decimal("1E-7"), "0.0000001", "0.0000001", id="a fraction without an exponent"),
        pytest.param("string", Decimal("1E+2"), "100", "100", id="a hundred as text"),
        pytest.param("boolean", True, True, "true", id="true"),
        pytest.param("boolean", "Yes", True, "true", id="yes"),
        pytest.param("boolean", "no", False, "false", id="no"),
        pytest.param("boolean", "perhaps", "perhaps", "perhaps", id="neither yes nor no is not no"),
        pytest.param("string", True, "true", "true", id="true as text"),
        pytest.param("multipicklist", ("a", "b"), "a;b", "a;b", id="multi-select"),
        pytest.param("string", ("a", "b"), "a; b", "a; b", id="a list in a text"),
        pytest.param("string", None, None, "#N/A", id="nothing empties the field; an empty cell would leave it"),
        pytest.param("string", "", None, "#N/A", id="there is no empty text"),
    ],
)
def test_a_golden_value_becomes_what_the_field_takes(kind: str, value: Golden | None, json: object, csv: str) -> None:
    assert for_json(kind, value) == json
    assert for_csv(kind, value) == csv
