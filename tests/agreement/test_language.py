"""The rule sentences: read, refused with a remedy, and said back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.agreement.language import (
    Condition,
    EventCondition,
    FactCondition,
    FactTest,
    SentenceError,
    Silence,
    Window,
    english,
    parse,
)

FIELDS = ("company_size", "industry", "role", "location", "email", "unsubscribed", "budget")
KINDS = ("page_view", "download", "email_open", "webinar_attended")


def words(field: str, *values: str, operator: str = "is") -> FactCondition:
    return FactCondition(tests=(FactTest(field=field, operator=operator, values=frozenset(values)),))  # type: ignore[arg-type]


def bounds(field: str, *limits: tuple[str, int | str]) -> FactCondition:
    found = tuple((sign, Decimal(limit)) for sign, limit in limits)
    return FactCondition(tests=(FactTest(field=field, operator="compares", bounds=found),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("company_size in 10..500", bounds("company_size", (">=", 10), ("<=", 500))),
        ("company_size in -5..2.5", bounds("company_size", (">=", -5), ("<=", "2.5"))),
        ("budget > 1000", bounds("budget", (">", 1000))),
        ("budget <= 10.5", bounds("budget", ("<=", "10.5"))),
        ("role is CEO", words("role", "ceo")),
        ("role is not student", words("role", "student", operator="is not")),
        ("industry is financial services", words("industry", "financial services")),
        ('industry is "food and drink"', words("industry", "food and drink")),
        ('location in US, CA, "Isle of Man"', words("location", "us", "ca", "isle of man")),
        ("unsubscribed", words("unsubscribed", "true")),
        ("email is known", words("email", operator="known")),
        ("email is unknown", words("email", operator="unknown")),
        (
            "role is ceo and company_size > 10",
            FactCondition(tests=words("role", "ceo").tests + bounds("company_size", (">", 10)).tests),
        ),
        ("webinar_attended", EventCondition(kind="webinar_attended")),
        ("download of pricing", EventCondition(kind="download", asset="pricing")),
        ('download of "price list"', EventCondition(kind="download", asset="price list")),
        ("page_view of pricing more than 3 times", EventCondition(kind="page_view", asset="pricing", at_least=4)),
        (
            "email_open at least 5 times within 30d",
            EventCondition(kind="email_open", at_least=5, window=Window(span=timedelta(days=30))),
        ),
        ("each download", EventCondition(kind="download", each=True)),
        ("each page_view within last 14 dates", EventCondition(kind="page_view", each=True, window=Window(dates=14))),
        (
            "page_view at least 3 times ever within 2w",
            EventCondition(kind="page_view", at_least=3, window=Window(span=timedelta(weeks=2), ever=True)),
        ),
        ("activity within 12h", EventCondition(kind="activity", window=Window(span=timedelta(hours=12)))),
        ("no activity for 30d", Silence(kind="activity", span=timedelta(days=30))),
        ("no download of pricing for 90m", Silence(kind="download", asset="pricing", span=timedelta(minutes=90))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sentence_is_read(sentence: str, condition: Condition) -> None:
    assert parse(sentence, fields=FIELDS, kinds=KINDS) == condition
    assert parse(f"  {sentence.replace(' ', '   ', 2)} ", fields=FIELDS, kinds=KINDS) == condition


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("company_sise in 10..500", "no field 'company_sise'; did you mean 'company_size'?"),
        ("pageview", "no kind of activity and no field is called 'pageview'; did you mean 'page_view'?"),
        (
            "page_view at leats 3 times",
            "understood 'page_view' but not 'at leats 3 times'; a count reads 'at least 3 times' or 'more than 3 times', "
            "a window 'within 14d' or 'within last 14 dates'",
        ),
        ("company_size in 500..10", "500..10 is empty; write the smaller number first"),
        ("budget > many", "'many' after > is not a number"),
        ("each download at least 2 times", "'each' gives points every time and 'at least' gives them once; choose one"),
        ("each download ever within 14d", "'ever within' asks whether it happened once; it does not go with 'each'"),
        ("download at least 0 times", "'at least 0 times' always holds; write 1 or more"),
        ("page_view within a fortnight", "'a' is not a duration; write for example 30m, 12h, 14d or 2w"),
        ("no activity for ages", "'ages' is not a duration; write for example 30m, 12h, 14d or 2w"),
        ("role is ceo and", "cannot read ''; write for example 'role is ceo' or 'company_size in 10..500'"),
        ("", "cannot read ''; a rule starts with a field or a kind of activity"),
    ],
    ids=lambda value: value[:30],
)
def test_what_cannot_be_read_is_told_with_a_remedy(sentence: str, message: str) -> None:
    with pytest.raises(SentenceError) as caught:
        parse(sentence, fields=FIELDS, kinds=KINDS)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("company_size in 10..500", "company_size is at least 10 and at most 500"),
        ("role is ceo, cfo and budget > 5", "role is ceo or cfo and budget is more than 5"),
        ("each download of pricing within 1d", "each download of pricing in the last 1 day of 24 h"),
        (
            "page_view at least 3 times within last 14 dates",
            "page_view at least 3 times in the last 14 local dates, today included",
        ),
        ("page_view at least 3 times ever within 90m", "page_view at least 3 times at any time so far within 90 minutes"),
        ("no activity for 30d", "the last activity is 30 days of 24 h old or older"),
    ],
    ids=lambda value: value[:30],
)
def test_a_sentence_is_said_back_in_english(sentence: str, said: str) -> None:
    assert english(parse(sentence, fields=FIELDS, kinds=KINDS)) == said


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from('each no page_view role is in at least 3 times within 14d of and , .. " 1..2 >'.split())).map(
        " ".join
    )
)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        condition = parse(text, fields=FIELDS, kinds=KINDS)
    except SentenceError:
        return
    assert english(condition)
