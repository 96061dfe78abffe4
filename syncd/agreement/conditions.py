"""Conditions compiled into tests of one person: does it hold now, until when at the earliest, and because of which events."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import NamedTuple, TypeAlias

from syncd.agreement.counting import (
    FOREVER,
    Channel,
    channel,
    dates_window_end,
    dates_window_start,
    happened_within,
    micros,
)
from syncd.agreement.language import Comparison, Condition, EventCondition, FactCondition, FactTest, Silence, Window
from syncd.agreement.terms import Counting
from syncd.model import Golden

Facts: TypeAlias = Mapping[str, Golden]
"""A person's mapped fields and their account's; a field that nobody filled is absent."""

Timelines: TypeAlias = Sequence[Sequence[int]]
"""The counted instants of each channel, ascending, none later than now."""

_COMPARE: dict[Comparison, Callable[[Decimal, Decimal], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}

ALL = 2**31
"""As many events as there are."""


class Holding(NamedTuple):
    """Whether a condition holds, the instant before which time alone does not change that, and the events that counted."""

    holds: bool
    until: int
    counted: Sequence[int]


Test: TypeAlias = Callable[[Facts, Timelines, int], Holding]


def compiled_test(
    condition: Condition, counting: Counting, channels: dict[Channel, int], zone: str, *, matter: int | None = None
) -> Test:
    """Compile *condition*, adding the channels it needs to *channels*.

    *matter* is how many of the newest events its user looks at; by default as many as the condition needs to hold.
    """
    match condition:
        case FactCondition():
            return _facts_test(condition)
        case Silence():
            steady = replace(counting, session=None, day=False)
            return _silence_test(condition, _index(channels, channel(condition, steady, zone)))
        case EventCondition():
            index = _index(channels, channel(condition, counting, zone))
            return _event_test(condition, index, zone, matter or condition.at_least)


def number(value: Golden) -> Decimal | None:
    """Return the number in a fact, of money its amount, or ``None``.

    >>> number("1234.50 EUR")
    Decimal('1234.50')
    """
    if isinstance(value, bool | tuple):
        return None
    try:
        return Decimal(value.partition(" ")[0] if isinstance(value, str) else value)
    except InvalidOperation:
        return None


def _index(channels: dict[Channel, int], wanted: Channel) -> int:
    return channels.setdefault(wanted, len(channels))


# ---------------------------------------------------------------- facts


def _facts_test(condition: FactCondition) -> Test:
    tests = [_fact_test(test) for test in condition.tests]
    yes, no = Holding(True, FOREVER, ()), Holding(False, FOREVER, ())
    if len(tests) == 1:
        only = tests[0]
        return lambda facts, timelines, now: yes if only(facts) else no
    return lambda facts, timelines, now: yes if all(test(facts) for test in tests) else no


def _fact_test(test: FactTest) -> Callable[[Facts], bool]:
    """Compile one test; an unknown fact passes none but "is unknown"."""
    field, values = test.field, test.values
    match test.operator:
        case "known":
            return lambda facts: field in facts
        case "unknown":
            return lambda facts: field not in facts
        case "is":
            return lambda facts: field in facts and not values.isdisjoint(_words(facts[field]))
        case "is not":
            return lambda facts: field in facts and values.isdisjoint(_words(facts[field]))
        case "compares":
            bounds = tuple((_COMPARE[sign], bound) for sign, bound in test.bounds)
            return lambda facts: field in facts and _within(number(facts[field]), bounds)


def _within(value: Decimal | None, bounds: Sequence[tuple[Callable[[Decimal, Decimal], bool], Decimal]]) -> bool:
    return value is not None and all(compare(value, bound) for compare, bound in bounds)


def _words(value: Golden) -> tuple[str, ...]:
    match value:
        case bool():
            return ("true",) if value else ("false",)
        case tuple():
            return tuple(text.casefold() for text in value)
        case str():
            return (value.casefold(),)
        case _:
            return (str(value),)


# ---------------------------------------------------------------- events


def _silence_test(condition: Silence, index: int) -> Test:
    span = micros(condition.span)

    def silent(facts: Facts, timelines: Timelines, now: int) -> Holding:
        last = timelines[index][-1:]
        if not last:
            return Holding(False, FOREVER, ())
        ends = last[0] + span
        return Holding(True, FOREVER, last) if now >= ends else Holding(False, ends, ())

    return silent


def _event_test(condition: EventCondition, index: int, zone: str, matter: int) -> Test:
    at_least = condition.at_least
    match condition.window:
        case None:
            return lambda facts, timelines, now: Holding(len(timelines[index]) >= at_least, FOREVER, timelines[index])
        case Window(span=None, dates=int(dates)):
            return lambda facts, timelines, now: _in_dates(timelines[index], now, dates, at_least, matter, zone)
        case Window(span=span, ever=ever) if span is not None:
            width = micros(span)
            if ever:
                return lambda facts, timelines, now: Holding(
                    happened_within(timelines[index], width, at_least), FOREVER, timelines[index]
                )
            return lambda facts, timelines, now: _in_window(timelines[index], now, width, at_least, matter)
        case Window():
            raise AssertionError("a window has a span or dates")


def _in_window(instants: Sequence[int], now: int, width: int, at_least: int, matter: int) -> Holding:
    """Count the half-open (now - width, now]; the count falls when the oldest event that matters is *width* old."""
    counted = instants[bisect_right(instants, now - width) :]
    count = len(counted)
    if count < at_least:
        return Holding(False, FOREVER, ())
    return Holding(True, counted[-min(matter, count)] + width, counted)


def _in_dates(instants: Sequence[int], now: int, dates: int, at_least: int, matter: int, zone: str) -> Holding:
    counted = instants[bisect_right(instants, dates_window_start(now, dates, zone) - 1) :]
    count = len(counted)
    if count < at_least:
        return Holding(False, FOREVER, ())
    return Holding(True, dates_window_end(counted[-min(matter, count)], dates, zone), counted)
