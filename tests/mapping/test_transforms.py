"""What holds for every field type and every value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.mapping.transforms import FieldType, Reading, Unfit, inverse, problems, transform
from syncd.model import Golden, Raw

_TABLE = {"ceo": ("chief exec*", "CEO"), "other": ("*",)}
READINGS = [
    pytest.param(Reading(), id="text"),
    pytest.param(Reading(blank=("n/a", "-")), id="text with blanks"),
    pytest.param(Reading(type="email"), id="email"),
    pytest.param(Reading(type="domain"), id="domain"),
    pytest.param(Reading(type="phone"), id="phone"),
    pytest.param(Reading(type="phone", region="IT"), id="phone in Italy"),
    pytest.param(Reading(type="country"), id="country"),
    pytest.param(Reading(type="country", language="pl"), id="country in Polish"),
    pytest.param(Reading(type="number"), id="number"),
    pytest.param(Reading(type="number", decimal=","), id="number with comma"),
    pytest.param(Reading(type="money"), id="money"),
    pytest.param(Reading(type="money", currency="KWD"), id="money in one currency"),
    pytest.param(Reading(type="money", currency="JPY", decimal=","), id="money with comma"),
    pytest.param(Reading(type="date"), id="date"),
    pytest.param(Reading(type="date", formats=("%d/%m/%y", "epoch_s")), id="date by custom"),
    pytest.param(Reading(type="date", formats=("epoch_ms",)), id="date in ms"),
    pytest.param(Reading(type="datetime"), id="datetime"),
    pytest.param(Reading(type="datetime", zone="Europe/Madrid"), id="datetime in a zone"),
    pytest.param(Reading(type="datetime", formats=("epoch_us",)), id="datetime in µs"),
    pytest.param(Reading(type="choice"), id="any choice"),
    pytest.param(Reading(type="choice", choices=("hot", "Cold")), id="choice"),
    pytest.param(Reading(type="choice", table=_TABLE), id="choice by table"),
    pytest.param(Reading(type="bool"), id="bool"),
    pytest.param(Reading(type="bool", table={"true": ("opted in",)}), id="bool by table"),
    pytest.param(Reading(type="list"), id="list"),
    pytest.param(Reading(type="list", separator=","), id="list in a cell"),
    pytest.param(Reading(type="list", separator=";", table=_TABLE), id="list by table"),
]

_MARKS = "0123456789+-.,:/TZ@<>€$ '()%;\"=x\n\r\0\u200b\u202f²³٣５eEßİﬁ\u0308\ud83d"
_WORDS = "ann acme.com xn-- mailto: http:// 2026-11-20 20/11/2026 10:00 EUR USD Spain 中国 ann@acme.com +34600111222 1,234.50"
_PIECES = st.sampled_from([*_MARKS, *_WORDS.split()])
_RAW: st.SearchStrategy[Raw] = st.one_of(
    st.text(max_size=20),
    st.lists(_PIECES, max_size=10).map("".join),
    st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=3).map(tuple),
    st.none() | st.booleans() | st.integers() | st.integers(-(10**50), 10**50) | st.decimals(),
)
_any_raw = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("reading", READINGS)
@_any_raw
@given(value=_RAW)
def test_any_value_becomes_golden_blank_or_unfit(reading: Reading, value: Raw) -> None:
    found = transform(reading)(value)

    assert found is None or isinstance(found, str | bool | int | Decimal | tuple | Unfit)


@pytest.mark.parametrize("reading", READINGS)
@_any_raw
@given(value=_RAW)
def test_the_normal_form_stays_itself(reading: Reading, value: Raw) -> None:
    golden = transform(reading)(value)
    plain = Reading(type=reading.type, choices=reading.choices, table=reading.table)

    if golden is not None and not isinstance(golden, Unfit):
        assert transform(plain)(golden) == golden


@pytest.mark.parametrize("reading", READINGS)
@_any_raw
@given(value=_RAW)
def test_what_is_written_reads_back_as_the_same(reading: Reading, value: Raw) -> None:
    write = inverse(reading)
    assert write is not None

    for read in (transform(reading), transform(Reading(type=reading.type))):
        golden = read(value)
        written = golden if isinstance(golden, Unfit) else write(golden)
        assert isinstance(written, Unfit) or transform(reading)(written) == golden


@pytest.mark.parametrize("reading", READINGS)
def test_an_unfit_says_the_same_whatever_the_value(reading: Reading) -> None:
    said: dict[str, str] = {}

    @_any_raw
    @given(value=_RAW)
    def check(value: Raw) -> None:
        found = transform(reading)(value)
        if isinstance(found, Unfit):
            assert said.setdefault(found.code, found.what) == found.what

    check()


@pytest.mark.parametrize("value", [None, "", "  \t\n", "\u200b", (), ("", " ")], ids=repr)
@pytest.mark.parametrize("reading", READINGS)
def test_nothing_is_blank_in_every_type(reading: Reading, value: Raw) -> None:
    assert transform(reading)(value) is None


@pytest.mark.parametrize("reading", READINGS)
def test_blank_is_written_as_nothing(reading: Reading) -> None:
    write = inverse(reading)

    assert write is not None
    assert write(None) is None


def test_a_word_for_blank_is_not_written_as_a_value() -> None:
    write = inverse(Reading(blank=("N/A",)))

    assert write is not None
    assert getattr(write("n/a"), "code", "fit") == "text.reads_as_blank"


@pytest.mark.parametrize("word", ["n/a", "N/A ", "-", 0])
def test_declared_words_are_blank(word: Raw) -> None:
    assert transform(Reading(blank=("N/A", "-", "0")))(word) is None


@pytest.mark.parametrize("word", ["N/A", "-", "null", "None", "unknown"])
def test_no_word_is_blank_undeclared(word: str) -> None:
    assert transform(Reading())(word) == word


def test_a_list_of_one_is_that_one() -> None:
    assert transform(Reading(type="email"))(("", "Ann@Example.com")) == "ann@example.com"


def test_a_list_of_several_is_no_single_value() -> None:
    found = transform(Reading(type="email"))(("ann@example.com", "ben@example.com"))

    assert isinstance(found, Unfit)
    assert found.code == "email.is_a_list"


@pytest.mark.parametrize(
    ("field_type", "golden"),
    [
        *[("text", 5), ("email", True), ("number", "5"), ("number", True), ("money", "5"), ("money", "five EUR"), ("bool", 1)],
        *[("date", "20/11/2026"), ("date", "20261120"), ("datetime", "2026-11-20"), ("datetime", "2026-11-20T10:00:00+00:00")],
        *[("date", "0001-01-01"), ("datetime", "0001-01-01T00:00:00+10:00"), ("datetime", "9999-12-31T23:59:59-10:00")],
        *[("country", "Spain"), ("list", "a"), ("choice", ("a",))],
    ],
)
def test_only_the_normal_form_is_written(field_type: FieldType, golden: Golden) -> None:
    write = inverse(Reading(type=field_type))
    assert write is not None
    found = write(golden)

    assert isinstance(found, Unfit)
    assert found.code == f"{field_type}.not_normal"


@pytest.mark.parametrize(
    ("reading", "where"),
    [
        pytest.param(Reading(type="phone", region="Spain"), ["region"], id="region"),
        pytest.param(Reading(type="phone", region="es"), ["region"], id="region in lower case"),
        pytest.param(Reading(type="country", language="tlh"), ["language"], id="language"),
        pytest.param(Reading(type="money", currency="EURO"), ["currency"], id="currency"),
        pytest.param(Reading(type="datetime", zone="Mars/Base"), ["zone"], id="zone"),
        pytest.param(Reading(type="datetime", zone="Europe"), ["zone"], id="zone that is a folder"),
        pytest.param(Reading(type="datetime", zone="../etc"), ["zone"], id="zone that is a path"),
        pytest.param(Reading(type="date", formats=("%d/%m", "day")), ["formats", "formats"], id="formats without a day"),
        pytest.param(Reading(type="datetime", formats=("%d/%m/%Y",), zone="UTC"), ["formats"], id="format without an hour"),
        pytest.param(Reading(type="datetime", formats=("%d/%m/%Y %H:%M",)), ["formats"], id="format without offset or zone"),
        pytest.param(Reading(type="list", separator=", "), ["separator"], id="separator"),
        pytest.param(Reading(type="list", separator='"'), ["separator"], id="quotation mark as separator"),
        pytest.param(Reading(type="choice", choices=("a",), table={"b": ("x",)}), ["table.b"], id="row of no choice"),
        pytest.param(Reading(type="choice", table={"a": ("*",), "b": ("x",)}), ["table.a"], id="catch-all before the end"),
        pytest.param(Reading(type="choice", choices=("Hot", "hot")), ["choices"], id="choices alike but for case"),
        pytest.param(Reading(type="bool", table={"maybe": ("x",)}), ["table.maybe"], id="third truth value"),
    ],
)
def test_a_wrong_declaration_is_named_and_refused(reading: Reading, where: list[str]) -> None:
    assert [problem.where for problem in problems(reading)] == where
    with pytest.raises(ValueError, match=where[0]):
        transform(reading)
    with pytest.raises(ValueError, match=where[0]):
        inverse(reading)


@pytest.mark.parametrize("reading", READINGS)
def test_a_right_declaration_has_no_problems(reading: Reading) -> None:
    assert problems(reading) == ()
