"""Field laws: which value wins, why, and the same one whatever the order of arrival."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.mapping.fields import Blanks, Candidate, Choice, Field, LawName, choose
from syncd.mapping.fold import fold
from syncd.model import Golden

OLD = Candidate("old", 1, "crm", 11)
MID = Candidate("mid", 2, "shop", 12)
NEW = Candidate("new", 3, "fair", 13)
BLANK = Candidate(None, 9, "shop", 12)


@pytest.mark.parametrize(
    ("law", "sources", "value", "because"),
    [
        pytest.param("latest", (), "new", "latest of 3", id="the latest"),
        pytest.param("first", (), "old", "first known", id="the first"),
        pytest.param("prefer", ("shop", "crm"), "mid", "preferred source 1 of 2", id="the preferred source"),
        pytest.param("prefer", ("web", "crm"), "old", "preferred source 2 of 2", id="the next preferred source"),
        pytest.param("prefer", ("web",), "new", "latest of 3", id="the latest if no preferred source has one"),
        pytest.param("owned", ("crm",), "old", "owned", id="the owner's, however old"),
        pytest.param("fill_only", (), "old", "fills an empty field", id="the earliest fills an empty field"),
        pytest.param("max", (), "old", "largest", id="the largest text"),
        pytest.param("min", (), "mid", "smallest", id="the smallest text"),
        pytest.param("union", (), ("mid", "new", "old"), "union of 3", id="all of them"),
    ],
)
def test_a_law_chooses_the_same_whatever_the_order(law: LawName, sources: tuple[str, ...], value: Golden, because: str) -> None:
    field = Field(name="f", law=law, sources=sources)

    for order in permutations((OLD, MID, NEW)):
        choice = choose(field, order)
        assert choice is not None
        assert (choice.value, choice.because) == (value, because)


def test_a_value_that_others_repeat_is_as_old_as_when_it_was_first_said() -> None:
    said, echo, contact = (Candidate("yes", at, source, at) for at, source in [(3, "crm"), (5, "shop"), (9, "crm")])

    assert choose(Field(name="f"), [Candidate("no", 1, "shop", 5), said]) == Choice("yes", 3, "crm", 3, "latest of 2")
    assert choose(Field(name="f"), [echo, said]) == Choice("yes", 3, "shop", 5, "latest of 2")
    assert choose(Field(name="f"), [contact], said) == Choice("yes", 3, "crm", 9, "only source")
    assert choose(Field(name="f"), [contact], Candidate("no", 4, "shop", 5)) == Choice("yes", 9, "crm", 9, "only source")


def test_an_owned_field_knows_no_other_source() -> None:
    assert choose(Field(name="f", law="owned", sources=("web",)), [OLD, NEW]) is None


@pytest.mark.parametrize(
    ("blanks", "kept", "value"),
    [
        pytest.param("ignore", None, "old", id="ignored: the other source speaks"),
        pytest.param("clear", None, None, id="cleared: the latest says empty"),
        pytest.param("protect", None, "old", id="protected: the other source speaks"),
    ],
)
def test_a_blank_is_what_its_word_says(blanks: Blanks, kept: Candidate | None, value: Golden | None) -> None:
    choice = choose(Field(name="f", blanks=blanks), [OLD, BLANK], kept)

    assert choice is not None
    assert choice.value == value


@pytest.mark.parametrize(
    ("blanks", "value"),
    [
        pytest.param("ignore", None, id="ignored: the field is empty"),
        pytest.param("clear", None, id="cleared"),
        pytest.param("protect", "mid", id="protected: the last value stays"),
    ],
)
def test_the_only_source_emptying_a_field(blanks: Blanks, value: Golden | None) -> None:
    choice = choose(Field(name="f", blanks=blanks), [BLANK], MID)

    assert (choice.value if choice else None) == value


def test_first_and_fill_only_remember_what_their_source_no_longer_says() -> None:
    now = Candidate("other", 5, "crm", 11)

    for law in ("first", "fill_only"):
        choice = choose(Field(name="f", law=law), [now], OLD)
        assert choice is not None
        assert choice.value == "old"


def test_first_gives_way_to_something_earlier_and_fill_only_never() -> None:
    for law, value in (("first", "old"), ("fill_only", "mid")):
        choice = choose(Field(name="f", law=law), [OLD], MID)  # type: ignore[arg-type]
        assert choice is not None
        assert choice.value == value


@pytest.mark.parametrize(
    ("law", "values", "expected"),
    [
        pytest.param("max", [9, 10], 10, id="numbers by size"),
        pytest.param("max", ["9.50 EUR", "10.00 EUR"], "10.00 EUR", id="money by amount"),
        pytest.param("min", ["2026-02-01", "2025-12-31"], "2025-12-31", id="dates by time"),
        pytest.param("max", [False, True], True, id="once true, true"),
        pytest.param("union", [("a", "b"), ("b", "c")], ("a", "b", "c"), id="lists together"),
    ],
)
def test_sizes_are_those_of_the_type(law: LawName, values: list[Golden], expected: Golden) -> None:
    candidates = [Candidate(value, at, "crm", at) for at, value in enumerate(values)]

    choice = choose(Field(name="f", law=law), candidates)
    assert choice is not None
    assert choice.value == expected


candidates = st.builds(
    Candidate,
    value=st.none() | st.sampled_from(["a", "b", "c"]),
    at=st.integers(0, 3),
    source=st.sampled_from(["crm", "shop", "fair"]),
    record=st.integers(1, 9),
)
laws = st.sampled_from(["latest", "first", "prefer", "owned", "max", "min", "union"])


@given(st.lists(candidates, max_size=5), laws, st.sampled_from(["ignore", "clear", "protect"]), st.randoms())
def test_the_value_never_depends_on_the_order(some: list[Candidate], law: LawName, blanks: Blanks, rng: Random) -> None:
    field = Field(name="f", law=law, sources=("shop", "crm"), blanks=blanks)
    shuffled = rng.sample(some, len(some))
    one, other = choose(field, some), choose(field, shuffled)

    assert (one.value if one else None) == (other.value if other else None)


@given(st.lists(candidates.filter(lambda one: one.value is not None), min_size=1, max_size=4), laws)
def test_the_only_value_there_is_is_chosen_by_every_law_but_a_strangers(some: list[Candidate], law: LawName) -> None:
    alike = [one._replace(value="a", source="shop") for one in some]
    choice = choose(Field(name="f", law=law, sources=("shop",)), alike)

    assert choice is not None
    assert choice.value in ("a", ("a",))


def test_folding_leaves_out_fields_that_no_longer_exist() -> None:
    chosen = fold({"city": Field(name="city")}, [{"city": OLD, "gone": NEW}], {"gone": MID})

    assert set(chosen) == {"city"}
