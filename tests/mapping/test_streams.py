"""Streams: remote fields into candidates, words for activities into ours."""

from __future__ import annotations

import pytest

from syncd.mapping.fields import Candidate
from syncd.mapping.reading import Reading
from syncd.mapping.streams import Read, StreamMap, Write, asset_of, kind_of, mapped
from syncd.mapping.transforms import transform
from syncd.model import Raw

PHONE = Read("phone", ("Mobile", "Phone"), transform(Reading(type="phone", region="ES")), None)
CITY = Read("city", ("City",), transform(Reading()), None)
STREAM = StreamMap(
    connection="crm",
    stream="contacts",
    kind="person",
    reads=(PHONE, CITY),
    writes=(Write("Score", "score"),),
    kinds=(("view*", "page_view"), ("*open*", "email_open")),
    assets=(("*/pricing*", "pricing"),),
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param({"Mobile": "600 000 001", "Phone": "910 000 001"}, "+34600000001", id="the first that has a value"),
        pytest.param({"Mobile": "", "Phone": "910 000 001"}, "+34910000001", id="the next if it is blank"),
        pytest.param({"Mobile": "call me", "Phone": "910 000 001"}, "+34910000001", id="or cannot be read"),
        pytest.param({"Mobile": "", "Phone": " "}, None, id="all blank is an explicit blank"),
    ],
)
def test_a_field_is_read_from_the_first_remote_field_with_a_value(raw: dict[str, Raw], value: str | None) -> None:
    found = mapped(STREAM, raw, record=7, at=3, field_at={"Phone": 5})

    assert found.candidates["phone"].value == value


def test_absent_fields_say_nothing() -> None:
    assert mapped(STREAM, {}, record=7, at=3, field_at={}).candidates == {}


def test_a_candidate_knows_its_source_and_since_when() -> None:
    found = mapped(STREAM, {"City": "Leon", "Phone": "910 000 001"}, record=7, at=3, field_at={"City": 5})

    assert found.candidates["city"] == Candidate("Leon", 5, "crm", 7)
    assert found.candidates["phone"].at == 3


def test_a_value_that_cannot_be_read_is_a_problem_without_the_value() -> None:
    found = mapped(STREAM, {"Phone": "0000"}, record=7, at=3, field_at={})

    (problem,) = found.problems
    assert problem.where == "contacts.Phone"
    assert "0000" not in problem.what
    assert "phone" not in found.candidates


@pytest.mark.parametrize(
    ("raw", "word"),
    [("Viewed", "page_view"), ("email.OPENED", "email_open"), ("Trial Started!", "trial_started")],
    ids=["by pattern", "in any case", "unmapped becomes a plain word"],
)
def test_kinds_of_activities_become_our_words(raw: str, word: str) -> None:
    assert kind_of(STREAM, raw) == word


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        pytest.param("https://x.example/Pricing?utm=1", "pricing", id="by pattern"),
        pytest.param(
            "https://x.example/blog?mail=ann@x.example#top", "https://x.example/blog", id="query and fragment dropped"
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_assets_become_our_words(raw: str, word: str) -> None:
    assert asset_of(STREAM, raw) == word


def test_only_fields_that_are_read_or_written_are_kept() -> None:
    assert STREAM.wanted == {"Mobile", "Phone", "City"}
    assert STREAM.kept == {"Mobile", "Phone", "City", "Score"}
