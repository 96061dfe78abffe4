"""The rule sentences of ``agreement.yaml``: a small fixed grammar, read into conditions and echoed back in English.

::

    fact      company_size in 10..500 | industry is technology | role is not student | location in US, CA
              budget > 1000 | email is known | unsubscribed            (a yes/no field by itself: it is true)
              facts may be joined by "and"
    counted   page_view of pricing | email_open at least 5 times within 30d | download more than 3 times
              each webinar_attended | page_view at least 2 times within last 14 dates | ... ever within 14d
    silence   no activity for 30d

"activity" stands for any kind the person did; a value with a comma or the word "and" in it stands in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

ANY_ACTIVITY = "activity"

Operator: TypeAlias = Literal["is", "is not", "compares", "known", "unknown"]
Comparison: TypeAlias = Literal[">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTest:
    """One test of one field: ``values`` are case-folded words, ``bounds`` the comparisons that must all hold."""

    field: str
    operator: Operator
    values: frozenset[str] = frozenset()
    bounds: tuple[tuple[Comparison, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCondition:
    """Facts that must all hold."""

    tests: tuple[FactTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where events count: the half-open (T - span, T], or the last ``dates`` local dates; ``ever`` means at any T so far."""

    span: timedelta | None = None
    dates: int | None = None
    ever: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCondition:
    """Events of one kind, awarded each time (``each``) or once when at least ``at_least`` of them count."""

    kind: str
    asset: str = ""
    each: bool = False
    at_least: int = 1
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The last event of this kind is at least ``span`` old; a person who never had one is not silent."""

    kind: str
    span: timedelta
    asset: str = ""


Condition: TypeAlias = FactCondition | EventCondition | Silence


class Sentence(NamedTuple):
    """A condition beside the words it was read from."""

    text: str
    condition: Condition


class SentenceError(ValueError):
    """A sentence that the grammar does not know; the message says which part and what to write."""


def parse(sentence: str, *, fields: Collection[str], kinds: Collection[str]) -> Condition:
    """Read one sentence; *fields* and *kinds* are the words that exist. Raises: SentenceError.

    >>> parse("page_view of pricing more than 3 times", fields=(), kinds={"page_view"}).at_least
    4
    """
    text = " ".join(sentence.split())
    if silence := _SILENCE.fullmatch(text):
        return Silence(kind=_kind(silence["kind"], kinds), asset=_word(silence["asset"]), span=duration(silence["span"]))
    first = text.partition(" ")[0]
    if first in fields or _FACT.match(text):
        return FactCondition(tests=tuple(_fact_test(part, fields) for part in _split(f"{text} ", " and ")))
    return _event(text, fields, kinds)


def duration(text: str) -> timedelta:
    """Read ``15m``, ``1h``, ``30d`` (days of 24 elapsed hours) or ``2w``. Raises: SentenceError.

    >>> duration("14d")
    datetime.timedelta(days=14)
    """
    match = _DURATION.fullmatch(text)
    if not match:
        raise SentenceError(f"{text!r} is not a duration; write for example 30m, 12h, 14d or 2w")
    return int(match["n"]) * _UNITS[match["unit"]]


def english(condition: Condition) -> str:
    """Echo *condition* in plain English, so that both teams see what syncd understood.

    >>> english(parse("email_open at least 5 times within 30d", fields=(), kinds={"email_open"}))
    'email_open at least 5 times in the last 30 days of 24 h'
    """
    match condition:
        case FactCondition():
            return " and ".join(_english_test(test) for test in condition.tests)
        case EventCondition():
            return _english_event(condition)
        case Silence():
            return f"the last {_subject(condition.kind, condition.asset)} is {spoken(condition.span)} old or older"


def percent(share: Fraction | Decimal) -> str:
    """Say an agreed share.

    >>> percent(Fraction(1, 8)), percent(Decimal("0.4"))
    ('12.5%', '40%')
    """
    return f"{float(share * 100):g}%"


def spoken(span: timedelta) -> str:
    """Say a duration: ``14 days of 24 h``, ``30 minutes``."""
    for size, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if span % size == timedelta(0):
            count = span // size
            return f"{count} {word}{'s' * (count != 1)}{' of 24 h' * (word == 'day')}"
    return str(span)


# ---------------------------------------------------------------- reading

_VALUE = r'(?:"[^"]*"|[^",\s]+)'
_SILENCE = re.compile(rf"no (?P<kind>\w+)(?: of (?P<asset>{_VALUE}))? for (?P<span>\S+)")
_FACT = re.compile(r"\w+ (?:is|in|>=|<=|>|<)(?: |$)")
_TEST = re.compile(r"(?P<field>\w+)(?: (?P<operator>is not|is|in|>=|<=|>|<) (?P<rest>.+))?")
_HEAD = re.compile(rf"(?P<each>each )?(?P<kind>\w+)(?: of (?P<asset>{_VALUE}))?")
_COUNT = re.compile(r" (?P<how>at least|more than) (?P<n>\d+) times?")
_WINDOW = re.compile(r" within last (?P<dates>\d+) dates?| (?P<ever>ever )?within (?P<span>\S+)")
_DURATION = re.compile(r"(?P<n>\d+)(?P<unit>[mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_COMPARISONS: dict[str, Comparison] = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")


def _fact_test(text: str, fields: Collection[str]) -> FactTest:
    match = _TEST.fullmatch(text)
    if not match:
        raise SentenceError(f"cannot read {text!r}; write for example 'role is ceo' or 'company_size in 10..500'")
    field, operator, rest = match["field"], match["operator"], match["rest"]
    if field not in fields:
        raise SentenceError(f"no field {field!r}{_did_you_mean(field, fields)}")
    if operator is None:
        return FactTest(field=field, operator="is", values=frozenset({"true"}))
    if operator == "is" and rest in ("known", "unknown"):
        return FactTest(field=field, operator="known" if rest == "known" else "unknown")
    if operator in _COMPARISONS:
        return FactTest(field=field, operator="compares", bounds=((_COMPARISONS[operator], _number(rest, operator)),))
    if operator == "in" and (ends := _RANGE.fullmatch(rest)):
        low, high = Decimal(ends[1]), Decimal(ends[2])
        if low > high:
            raise SentenceError(f"{rest} is empty; write the smaller number first")
        return FactTest(field=field, operator="compares", bounds=((">=", low), ("<=", high)))
    values = frozenset(_word(value).casefold() for value in _split(rest, ","))
    return FactTest(field=field, operator="is not" if operator == "is not" else "is", values=values)


def _number(text: str, operator: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise SentenceError(f"{text!r} after {operator} is not a number") from None


def _event(text: str, fields: Collection[str], kinds: Collection[str]) -> EventCondition:
    head = _HEAD.match(text)
    if not head:
        raise SentenceError(f"cannot read {text!r}; a rule starts with a field or a kind of activity")
    kind = _kind(head["kind"], kinds, also=fields)
    rest = text[head.end() :]
    at_least, rest = _count(rest)
    window, rest = _window(rest)
    if rest:
        raise SentenceError(
            f"understood {text[: len(text) - len(rest)]!r} but not {rest.strip()!r}; "
            "a count reads 'at least 3 times' or 'more than 3 times', a window 'within 14d' or 'within last 14 dates'"
        )
    each = head["each"] is not None
    if each and at_least is not None:
        raise SentenceError("'each' gives points every time and 'at least' gives them once; choose one")
    if window and window.ever and each:
        raise SentenceError("'ever within' asks whether it happened once; it does not go with 'each'")
    return EventCondition(kind=kind, asset=_word(head["asset"]), each=each, at_least=at_least or 1, window=window)


def _count(rest: str) -> tuple[int | None, str]:
    match = _COUNT.match(rest)
    if not match:
        return None, rest
    at_least = int(match["n"]) + (match["how"] == "more than")
    if at_least < 1:
        raise SentenceError("'at least 0 times' always holds; write 1 or more")
    return at_least, rest[match.end() :]


def _window(rest: str) -> tuple[Window | None, str]:
    match = _WINDOW.match(rest)
    if not match:
        return None, rest
    if match["dates"]:
        return Window(dates=int(match["dates"])), rest[match.end() :]
    return Window(span=duration(match["span"]), ever=match["ever"] is not None), rest[match.end() :]


def _kind(kind: str, kinds: Collection[str], *, also: Collection[str] = ()) -> str:
    if kind == ANY_ACTIVITY or kind in kinds:
        return kind
    raise SentenceError(f"no kind of activity and no field is called {kind!r}{_did_you_mean(kind, [*kinds, *also])}")


def _did_you_mean(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _word(text: str | None) -> str:
    return text.strip().strip('"') if text else ""


def _split(text: str, separator: str) -> list[str]:
    """Split outside double quotes."""
    parts, quoted = [""], False
    for piece in re.split(f'("|{re.escape(separator)})', text):
        if piece == separator and not quoted:
            parts.append("")
            continue
        quoted ^= piece == '"'
        parts[-1] += piece
    return [part.strip() for part in parts]


# ---------------------------------------------------------------- echoing


def _english_test(test: FactTest) -> str:
    match test.operator:
        case "known" | "unknown":
            return f"{test.field} is {test.operator}"
        case "compares":
            words = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
            return f"{test.field} is " + " and ".join(f"{words[sign]} {bound}" for sign, bound in test.bounds)
        case "is" | "is not":
            return f"{test.field} {test.operator} {' or '.join(sorted(test.values))}"


def _english_event(condition: EventCondition) -> str:
    subject = _subject(condition.kind, condition.asset)
    if condition.each:
        count = f"each {subject}"
    elif condition.at_least == 1:
        count = f"{subject} at least once"
    else:
        count = f"{subject} at least {condition.at_least} times"
    window = condition.window
    if window is None:
        return count
    if window.span is None:
        return f"{count} in the last {window.dates} local dates, today included"
    if window.ever:
        return f"{count} at any time so far within {spoken(window.span)}"
    return f"{count} in the last {spoken(window.span)}"


def _subject(kind: str, asset: str) -> str:
    return f"{kind} of {asset}" if asset else kind
