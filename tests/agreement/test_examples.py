"""The agreement's worked examples hold or are named with what came instead."""

from __future__ import annotations

import pytest

from syncd.agreement.examples import Example, Made, event_problem, failure
from syncd.agreement.terms import Agreement
from syncd.model import Golden
from tests.agreement.build import ARTICLE_000, ARTICLE_003

AGREEMENT = Agreement(
    name="test",
    version=1,
    zone="UTC",
    kinds=(),
    models={"article_000": ARTICLE_000, "article_003": ARTICLE_003},
    active="article_000",
)


def made(*events: str, **facts: Golden) -> Made:
    return Made(facts=facts, events=events)


SMALL_TECH = made(company_size=120, industry="technology")


@pytest.mark.parametrize(
    ("example", "wrong"),
    [
        pytest.param(Example(name="a", model=None, person=SMALL_TECH, expect={"score": 55, "band": "mql"}), "", id="it holds"),
        pytest.param(
            Example(name="a", model=None, person=SMALL_TECH, expect={"score": 56, "band": "cold"}),
            "score is 55, not 56; band is mql, not cold",
            id="both that do not are told",
        ),
        pytest.param(
            Example(name="a", model="article_003", person=made("page_view pricing", role="ceo"), expect={"score": 30}),
            "",
            id="of another model",
        ),
        pytest.param(
            Example(name="a", model=None, person=SMALL_TECH, expect={}, worse=made(company_size=5)), "", id="better scores more"
        ),
        pytest.param(
            Example(name="a", model=None, person=made(), expect={}, worse=made()),
            "the better one scores 0, the worse one 0",
            id="equal is not better",
        ),
        pytest.param(
            Example(name="a", model=None, person=made(*["page_view pricing"] * 4), expect={"score": 15}),
            "",
            id="events without an age are apart",
        ),
        pytest.param(
            Example(name="a", model=None, person=SMALL_TECH, expect={"stage": "mql", "grade": ""}), "", id="stage and grade"
        ),
    ],
)
def test_an_example_holds_or_is_named(example: Example, wrong: str) -> None:
    assert failure(AGREEMENT, example) == wrong


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("page_view", None),
        ("page_view pricing", None),
        ("page_view pricing 10d ago", None),
        ("page_view 10d ago", None),
        ("pageview", "no kind of activity is called 'pageview'"),
        ("page_view of pricing", "is not an event; write 'KIND', 'KIND ASSET' or 'KIND ASSET 10d ago'"),
    ],
)
def test_the_words_of_an_event_are_checked(text: str, problem: str | None) -> None:
    assert event_problem(text, ["page_view"]) == problem
