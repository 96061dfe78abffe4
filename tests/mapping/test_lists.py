from __future__ import annotations

import pytest

from syncd.mapping.transforms import Reading, inverse, transform
from syncd.model import Raw


@pytest.mark.parametrize(
    ("separator", "value", "words"),
    [
        pytest.param("", ("b", " a ", "b", ""), ("a", "b"), id="sorted, trimmed, once"),
        pytest.param("", "a;b", ("a;b",), id="one value without a separator"),
        pytest.param(";", "12; 34;;12", ("12", "34"), id="HubSpot's semicolons"),
        pytest.param(";", ("a;b",), ("a;b",), id="a real list is not split again"),
        pytest.param(",", '"VIP","Blog"', ("Blog", "VIP"), id="Mailchimp's cell"),
        pytest.param(",", '"""VIP"",""Blog"""', ("Blog", "VIP"), id="Mailchimp's cell as in the file"),
        pytest.param(",", '"Paris, France",x', ("Paris, France", "x"), id="separator in quotes"),
        pytest.param(",", '5" pipe, 6" pipe', ('5" pipe', '6" pipe'), id="inches"),
        pytest.param(",", '"open, end', ('"open', "end"), id="unmatched quote"),
        pytest.param(",", ",,", None, id="separators alone"),
        pytest.param(",", 5, ("5",), id="number"),
        pytest.param("", True, ("true",), id="truth"),
        pytest.param("", ("VIP", "vip"), ("VIP", "vip"), id="case matters"),
    ],
)
def test_a_list_is_its_words_once_and_sorted(separator: str, value: Raw, words: tuple[str, ...] | None) -> None:
    assert transform(Reading(type="list", separator=separator))(value) == words


def test_declared_blanks_are_no_words() -> None:
    assert transform(Reading(type="list", separator=";", blank=("n/a",)))("a;N/A") == ("a",)


def test_the_words_go_through_the_table() -> None:
    reading = Reading(type="list", separator=";", table={"news": ("Newsletter*",), "blog": ("Blog",)})

    assert transform(reading)("newsletter 2026;BLOG;Newsletter") == ("blog", "news")


def test_one_unknown_word_makes_the_list_unfit() -> None:
    assert getattr(transform(Reading(type="list", choices=("a",)))(("a", "b")), "code", "fit") == "list.unknown"


@pytest.mark.parametrize(("separator", "written"), [("", ("a", "b c")), (";", "a;b c")])
def test_a_list_is_written_as_it_is_read(separator: str, written: Raw) -> None:
    write = inverse(Reading(type="list", separator=separator))

    assert write is not None
    assert write(("a", "b c")) == written


@pytest.mark.parametrize("word", ["a;b", '"a"'])
def test_a_word_that_would_read_back_as_others_is_not_written(word: str) -> None:
    write = inverse(Reading(type="list", separator=";"))

    assert write is not None
    assert getattr(write((word,)), "code", "fit") == "list.unjoined"


def test_a_list_with_a_table_is_written_in_remote_words() -> None:
    write = inverse(Reading(type="list", separator=";", table={"blog": ("Blog",), "news": ("News*",)}))

    assert write is not None
    assert write(("blog",)) == "Blog"
    assert getattr(write(("blog", "news")), "code", "fit") == "choice.only_wildcards"
