"""How long something may take, and when that is used up: ``1h`` of open time, ``5d`` of 24 hours, ``1bd`` of business days.

Pauses are a union and take away open time only. The same words on an elapsed clock run on a calendar that never closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.calendars import ALWAYS, MINUTE, Calendar, business_days_later, longest_day, open_time, used_up_at
from syncd.agreement.counting import FOREVER

Clockwork: TypeAlias = Literal["business", "elapsed"]
"""Whether a clock runs in open time only."""

_TARGET = re.compile(r"([1-9]\d*)(bd|m|h|d)")
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
_WORDS = {"m": "minute", "h": "hour", "d": "day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promised duration as written: ``amount`` is microseconds, or business days if ``days``."""

    text: str
    clockwork: Clockwork
    amount: int
    days: bool = False

    def __str__(self) -> str:
        return self.text


def target(text: str, clockwork: Clockwork, calendars: Mapping[str, Calendar]) -> Target:
    """Read a duration for a clock that may run on any of *calendars*. Raises: ValueError where two readings are possible.

    >>> target("1h", "business", {}).amount // MINUTE
    60
    >>> target("5d", "business", {})
    Traceback (most recent call last):
    ValueError: 5d are days of 24 h, which a business clock does not count; did you mean 5bd? Or write clock: elapsed
    """
    match = _TARGET.fullmatch(text.replace(" ", ""))
    if not match:
        raise ValueError(f"{text!r} is not a duration; write for example 15m, 1h, 5d (of 24 h) or 1bd (a business day)")
    number, unit = int(match[1]), match[2]
    if unit == "bd":
        if clockwork == "elapsed":
            raise ValueError(
                f"{text} are business days, which an elapsed clock does not know; write {number}d or clock: business"
            )
        return Target(text=text, clockwork=clockwork, amount=number, days=True)
    if clockwork == "business":
        if unit == "d":
            meant = f"did you mean {number}bd? Or write clock: elapsed"
            raise ValueError(f"{text} are days of 24 h, which a business clock does not count; {meant}")
        _refuse_days_in_hours(text, number * _MINUTES[unit], unit, calendars)
    return Target(text=text, clockwork=clockwork, amount=number * _MINUTES[unit] * MINUTE)


def _refuse_days_in_hours(text: str, minutes: int, unit: str, calendars: Mapping[str, Calendar]) -> None:
    """Whoever writes 24h means a day; a clock that stands still at night would take several."""
    for name, calendar in calendars.items():
        day = longest_day(calendar)
        if minutes >= _MINUTES["d"] and 0 < day < _MINUTES["d"]:
            days = (Decimal(minutes) / day).quantize(Decimal("0.1"))
            count = f"{days:f}".removesuffix(".0")
            raise ValueError(
                f"{text[:-1]} business {_WORDS[unit]}s on calendar {name!r} are {count} working days — "
                f"did you mean {-(-minutes // _MINUTES['d'])}bd? Or write clock: elapsed"
            )


def spoken(one: Target) -> str:
    """Say a target: ``1 business day``, ``2 open hours``, ``24 hours``.

    >>> spoken(target("1bd", "business", {})), spoken(target("24h", "elapsed", {}))
    ('1 business day', '24 hours')
    """
    if one.days:
        return f"{one.amount} business day{'s' * (one.amount != 1)}"
    unit, number = one.text[-1], int(one.text[:-1])
    kind = "open " if one.clockwork == "business" else ""
    return f"{number} {kind}{_WORDS[unit]}{'s' * (number != 1)}" + " of 24 h" * (unit == "d")


# ---------------------------------------------------------------- pauses


class Pause(NamedTuple):
    """A time in which a clock stands still; ``end`` is `FOREVER` while nobody knows it."""

    start: int
    end: int


def union(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Return the same time as pauses that do not touch, in order.

    >>> union([Pause(5, 9), Pause(1, 3), Pause(2, 4)])
    (Pause(start=1, end=4), Pause(start=5, end=9))
    """
    found: list[Pause] = []
    for pause in sorted(pauses):
        if found and pause.start <= found[-1].end:
            found[-1] = Pause(found[-1].start, max(found[-1].end, pause.end))
        elif pause.start < pause.end:
            found.append(pause)
    return tuple(found)


def used(calendar: Calendar, start: int, end: int, pauses: Sequence[Pause] = ()) -> int:
    """Return the open time from *start* to *end* that no pause (of a `union`) took away."""
    paused = sum(open_time(calendar, max(pause.start, start), min(pause.end, end)) for pause in pauses)
    return open_time(calendar, start, end) - paused


def used_up(calendar: Calendar, start: int, amount: int, pauses: Sequence[Pause] = ()) -> int:
    """Return the earliest instant at which `used` is *amount*; `FOREVER` while a pause has no end."""
    left, at = amount, start
    for pause in pauses:
        if pause.end <= at:
            continue
        until = open_time(calendar, at, pause.start)
        if left <= until or left == 0:
            break
        left, at = left - until, pause.end
        if at == FOREVER:
            return FOREVER
    return used_up_at(calendar, at, left)


class Deadline(NamedTuple):
    """When a target is used up, and how much open time that is; both `FOREVER` if nobody knows."""

    due: int
    amount: int


def deadline(one: Target, calendar: Calendar, start: int, pauses: Sequence[Pause] = ()) -> Deadline:
    """Return when *one* that began at *start* is due, with *pauses* (a `union`) taken out.

    A business day is as much open time as it takes to its wall time on its date; a pause moves it by the open time it took,
    never to an earlier instant. Nothing is due within a pause.
    """
    calendar = reckoned_on(one, calendar)
    first = business_days_later(calendar, start, one.amount) if one.days else used_up_at(calendar, start, one.amount)
    if first == FOREVER:
        return Deadline(FOREVER, FOREVER)
    amount = open_time(calendar, start, first)
    if not pauses:
        return Deadline(first, amount)
    at = max(first, used_up(calendar, start, amount, pauses))
    return Deadline(next((pause.end for pause in pauses if pause.start < at < pause.end), at), amount)


def reckoned_on(one: Target, calendar: Calendar) -> Calendar:
    """Return the calendar a target runs on: *calendar*, or one that never closes."""
    return calendar if one.clockwork == "business" else ALWAYS
