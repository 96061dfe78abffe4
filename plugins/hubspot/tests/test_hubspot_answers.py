"""Answers: strict as a whole, forgiving row by row."""

from __future__ import annotations

import pytest
from syncd_hubspot.answers import Objects, objects
from syncd_hubspot.plain import ErrorItem, plain

from syncd.spi import BadAnswer

GOOD = (
    b'{"id":"101","properties":{"email":"ana@acme.example","firstname":null},"createdAt":"2024-02-01T10:00:00.000Z",'
    b'"updatedAt":"2026-11-20T09:15:02.117Z","archived":false}'
)


def page(*rows: bytes, rest: bytes = b"") -> Objects:
    return objects(b'{"results":[' + b",".join(rows) + b"]" + rest + b"}", "contacts: listing")


def test_a_page_says_where_the_next_one_begins() -> None:
    assert page(GOOD, rest=b',"paging":{"next":{"after":"102","link":"https://api.example/x"}}').after == "102"
    assert page(GOOD).after == ""


def test_an_empty_property_is_none_and_one_that_was_not_answered_is_absent() -> None:
    assert page(GOOD).results[0].properties == {"email": "ana@acme.example", "firstname": None}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{}", id="without results"),
        pytest.param(b'{"results":null}', id="null"),
        pytest.param(b"<html>Just a moment</html>", id="a page for people"),
        pytest.param(b'{"results":[', id="cut short"),
        pytest.param(b'{"results":[' + b"[" * 200_000, id="deep"),
        pytest.param(b'{"results":[' + b"9" * 5000 + b"]}", id="a number of 5000 digits"),
        pytest.param(b'{"results":[NaN]}', id="no number"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_an_answer_that_is_none_is_never_taken_for_an_end(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="contacts: listing"):
        objects(body, "contacts: listing")


@pytest.mark.parametrize(
    ("row", "where"),
    [
        pytest.param(b'{"properties":{},"updatedAt":"2026-11-20T09:15:02.117Z"}', "id", id="no identifier"),
        pytest.param(b'{"id":"7","properties":{}}', "updatedAt", id="no date"),
        pytest.param(b'{"id":"7","properties":{},"updatedAt":"0001-01-01T00:00:00Z"}', "updatedAt", id="an impossible date"),
        pytest.param(b'{"id":"7","properties":[],"updatedAt":"2026-11-20T09:15:02Z"}', "properties", id="no properties"),
        pytest.param(b'"7"', "row", id="no record"),
    ],
)
def test_a_row_that_is_no_record_spoils_only_itself(row: bytes, where: str) -> None:
    read = page(GOOD, row, GOOD)
    assert [one.id for one in read.results] == ["101", "101"]
    assert [one.where for one in read.odd] == [where]


def test_dates_and_values_of_other_types_are_forgiven() -> None:
    row = b'{"id":7,"properties":{"age":12,"ok":true},"updatedAt":"1763628600117","archived":false}'
    (one,) = page(GOOD, row).results[1:]
    assert (one.id, one.properties, one.updated_at.year) == ("7", {"age": "12", "ok": "true"}, 2025)


def test_characters_that_no_store_takes_are_dropped() -> None:
    row = GOOD.replace(b"ana@", b"a\\u0000n\\ud83da@")
    assert page(row).results[0].properties["email"] == "ana@acme.example"


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert plain(b'"\\ud83d\\ude00"', "x") == "\U0001f600"


def test_an_odd_error_beside_a_batch_spoils_no_record() -> None:
    error = b'{"category":"OBJECT_NOT_FOUND","subCategory":null,"context":{"ids":[9],"type":"x"},"errors":null}'
    read = page(GOOD, rest=b',"numErrors":2,"errors":[' + error + b",7]")
    assert [one.id for one in read.results] == ["101"]
    assert read.errors[0] == ErrorItem(category="OBJECT_NOT_FOUND", context={"ids": ["9"], "type": ["x"]})
    assert page(GOOD, rest=b',"errors":null').errors == []
