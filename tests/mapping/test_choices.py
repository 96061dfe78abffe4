from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.mapping.transforms import Reading, Unfit, inverse, transform
from syncd.model import Golden, Raw

ROLE = Reading(
    type="choice",
    table={
        "ceo": ("ceo", "chief executive*", "founder"),
        "student": ("student*", "intern"),
        "marketing_manager": ("*marketing manager*",),
        "other": ("assistant ?", "*"),
    },
)
TIER = Reading(type="choice", choices=("Gold", "Silver"))


@pytest.mark.parametrize(
    ("value", "golden"),
    [
        pytest.param("Founder", "ceo", id="case"),
        pytest.param("chief executive", "ceo", id="star is also nothing"),
        pytest.param("Senior  Marketing\nManager EMEA", "marketing_manager", id="runs of spaces"),
        pytest.param("Student marketing manager", "student", id="the first row wins"),
        pytest.param("MARKETING_MANAGER", "marketing_manager", id="its own name, before the catch-all"),
        pytest.param("Assistant X", "other", id="question mark"),
        pytest.param("anything [else]", "other", id="catch-all"),
        pytest.param(True, "other", id="truth"),
        pytest.param(Decimal("1.50"), "other", id="number"),
    ],
)
def test_the_first_matching_pattern_wins(value: Raw, golden: str) -> None:
    assert transform(ROLE)(value) == golden


@pytest.mark.parametrize(("pattern", "value"), [("a[b]*", "A[B]c"), ("5.0", "5.0"), ("STRASSE", "Straße"), ("１st", "1st")])
def test_only_star_and_question_mark_are_wildcards(pattern: str, value: str) -> None:
    assert transform(Reading(type="choice", table={"x": (pattern,)}))(value) == "x"


def test_a_remote_word_outweighs_a_golden_name() -> None:
    stages = Reading(type="choice", table={"mql": ("Lead",), "lead": ("Raw",)})

    assert transform(stages)("lead") == "mql"


@pytest.mark.parametrize(("value", "golden"), [("gold", "Gold"), (" SILVER ", "Silver")])
def test_a_choice_takes_the_spelling_of_the_agreement(value: str, golden: str) -> None:
    assert transform(TIER)(value) == golden


@pytest.mark.parametrize("value", ["Bronze", "x" * 1000, 5])
def test_an_unknown_choice_names_the_known_ones(value: Raw) -> None:
    found = transform(TIER)(value)

    assert isinstance(found, Unfit)
    assert found.code == "choice.unknown"
    assert "Gold, Silver" in found.what


def test_without_table_and_choices_any_text_is_a_choice() -> None:
    assert transform(Reading(type="choice"))(" Anything Goes ") == "Anything Goes"


@pytest.mark.parametrize(("golden", "written"), [("ceo", "ceo"), ("student", "intern")])
def test_the_first_word_without_wildcards_is_written(golden: str, written: str) -> None:
    write = inverse(ROLE)

    assert write is not None
    assert write(golden) == written


@pytest.mark.parametrize(("golden", "why"), [("marketing_manager", "choice.only_wildcards"), ("pope", "choice.unknown")])
def test_a_choice_without_a_word_is_not_written(golden: str, why: str) -> None:
    write = inverse(ROLE)

    assert write is not None
    assert getattr(write(golden), "code", "fit") == why


def test_a_word_that_an_earlier_row_takes_is_not_written() -> None:
    write = inverse(Reading(type="choice", table={"a": ("x*", "y"), "b": ("xylophone", "zither")}))

    assert write is not None
    assert write("b") == "zither"


def test_a_table_of_wildcards_has_no_inverse() -> None:
    assert inverse(Reading(type="choice", table={"a": ("x*",), "b": ("*",)})) is None


@pytest.mark.parametrize(
    "value",
    [True, 1, Decimal(1), *["1", "１", "TRUE", "Yes", "t", "y", "on", "sí", "Si", "verdadero", "ja", "wahr", "oui", "vrai"]],
)
def test_the_usual_words_for_yes_are_known(value: Raw) -> None:
    assert transform(Reading(type="bool"))(value) is True


@pytest.mark.parametrize(
    "value", [False, 0, Decimal(0), *["0", "０", "False", "no", "f", "n", "off", "falso", "nein", "falsch", "non", "faux"]]
)
def test_the_usual_words_for_no_are_known(value: Raw) -> None:
    assert transform(Reading(type="bool"))(value) is False


@pytest.mark.parametrize(
    "value", ["maybe", "2", 2, -1, Decimal("0.5"), Decimal("NaN"), "yes no", pytest.param(10**5000, id="long")]
)
def test_anything_else_is_no_truth_value(value: Raw) -> None:
    assert getattr(transform(Reading(type="bool"))(value), "code", "fit") == "bool.not_a_truth_value"


@pytest.mark.parametrize(("golden", "written"), [(True, "Opted in"), (False, False)])
def test_a_truth_value_is_written_in_the_words_of_the_table(golden: Golden, written: Raw) -> None:
    write = inverse(Reading(type="bool", table={"true": ("opted*", "Opted in")}))

    assert write is not None
    assert write(golden) == written


def test_a_catch_all_of_truth_leaves_the_usual_words() -> None:
    read = transform(Reading(type="bool", table={"true": ("opted in",), "false": ("*",)}))

    assert [read("Opted in"), read("yes"), read("gone")] == [True, True, False]
