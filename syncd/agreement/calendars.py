"""Business calendars: when an office is open, and arithmetic in open time.

Open time is real time: microseconds between UTC instants, so a window in which clocks are put forward is an hour shorter.
Hours are told by the wall clock. An edge that clocks skip is the instant they jump; one they show twice is its first showing.
A calendar keeps the years it was asked about as sorted opening instants with running sums: a question is two bisections.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from syncd.agreement.counting import FOREVER, instant, micros_of

MINUTE = 60_000_000
DAY_MINUTES = 24 * 60
_LAST_YEAR = 2200  # what is not used up by then never is


class Hours(NamedTuple):
    """One opening: minutes since local midnight, ``closes`` up to 1440 and not included."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in self)


Week: TypeAlias = tuple[tuple[Hours, ...], ...]
"""The hours of Monday to Sunday, each day's ascending and apart."""

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")


def parsed(*texts: str) -> tuple[Hours, ...]:
    """Read one day's openings, in order. Raises: ValueError, with the remedy.

    >>> parsed("15:00-18:00", "09:00-14:00")
    (Hours(opens=540, closes=840), Hours(opens=900, closes=1080))
    """
    found = []
    for text in texts:
        match = _HOURS.fullmatch(text.strip())
        if not match:
            raise ValueError(f"{text!r} is not an opening; write for example 09:00-17:00, the day's end as 24:00")
        numbers = [int(part) for part in match.groups() if part is not None]
        found.append(Hours(numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]))
    found.sort()
    for hours, following in pairwise([*found, Hours(DAY_MINUTES, DAY_MINUTES)]):
        if hours.opens >= hours.closes:
            raise ValueError(f"{hours} closes before it opens; write a night as two days, 22:00-24:00 and 00:00-06:00")
        if hours.closes > following.opens:
            raise ValueError(f"{hours} and {following} overlap")
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Opening hours by weekday in a zone. ``holidays`` are closed and say why; ``special`` days outrank both."""

    name: str
    zone: str
    week: Week = ((),) * 7
    holidays: Mapping[date, str] = field(default_factory=dict)
    special: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    always: bool = False

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the hours of a local date."""
        if day in self.special:
            return self.special[day]
        return () if day in self.holidays else self.week[day.weekday()]

    @cached_property
    def _kept(self) -> list[_Openings]:
        return []


ALWAYS = Calendar(name="always", zone="UTC", week=((Hours(0, DAY_MINUTES),),) * 7, always=True)
"""The calendar of elapsed time."""


def open_time(calendar: Calendar, start: int, end: int) -> int:
    """Return the open microseconds between two instants, 0 if *end* is not later.

    >>> office = Calendar(name="office", zone="UTC", week=(parsed("09:00-17:00"),) * 5 + ((), ()))
    >>> friday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    >>> open_time(office, micros_of(friday), micros_of(friday + timedelta(days=3))) == 8 * 60 * MINUTE
    True
    """
    if end <= start:
        return 0
    if calendar.always:
        return end - start
    start, end = _within_reach(start), _within_reach(end)
    openings = _openings(calendar, start, end)
    return openings.so_far(end) - openings.so_far(start)


def used_up_at(calendar: Calendar, start: int, amount: int) -> int:
    """Return the earliest instant at which *amount* of open time since *start* has passed; `FOREVER` if it never does.

    >>> office = Calendar(name="office", zone="UTC", week=(parsed("09:00-17:00"),) * 5 + ((), ()))
    >>> friday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    >>> instant(used_up_at(office, micros_of(friday), 60 * MINUTE)).isoformat()
    '2026-11-23T09:30:00+00:00'
    """
    if calendar.always or amount <= 0:
        return start + max(amount, 0)
    start = _within_reach(start)
    openings = _openings(calendar, start, start)
    while (target := openings.so_far(start) + amount) > openings.total:
        if openings.last >= _LAST_YEAR:
            return FOREVER
        openings = _further(calendar, openings)
    i = bisect_left(openings.through, target)
    return openings.closes[i] - (openings.through[i] - target)


def next_opening(calendar: Calendar, at: int) -> int:
    """Return *at* if the calendar is open then, else the next instant it opens; `FOREVER` if it never does."""
    if calendar.always:
        return at
    openings = _openings(calendar, _within_reach(at), _within_reach(at))
    while (i := bisect_right(openings.closes, at)) == len(openings.closes):
        if openings.last >= _LAST_YEAR:
            return FOREVER
        openings = _further(calendar, openings)
    return max(openings.opens[i], at)


def business_days_later(calendar: Calendar, start: int, days: int) -> int:
    """Return the local wall time of *start* on the *days*-th following business date, held to that date's hours.

    Closed time counts as the next opening. Dates without hours are skipped. A wall time before that date's hours becomes its
    first opening; one after them, or in a break, the closing before it. `FOREVER` if there are not so many dates.

    >>> office = Calendar(name="office", zone="UTC", week=(parsed("09:00-17:00"),) * 5 + ((), ()))
    >>> friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    >>> instant(business_days_later(office, micros_of(friday), 1)).isoformat()
    '2026-11-23T15:00:00+00:00'
    """
    opened = next_opening(calendar, start)
    if opened == FOREVER:
        return FOREVER
    zone = ZoneInfo(calendar.zone)
    local = instant(opened).astimezone(zone)
    if calendar.always:
        return _edge(local.date() + timedelta(days=days), _wall(local), zone)
    openings = _openings(calendar, opened, opened)
    while (to := openings.day_of[bisect_right(openings.closes, opened)] + days) + 1 >= len(openings.days):
        if openings.last >= _LAST_YEAR:
            return FOREVER
        openings = _further(calendar, openings)
    first, end = openings.days[to], openings.days[to + 1]
    day = instant(openings.opens[first]).astimezone(zone).date()
    wanted = max(_edge(day, _wall(local), zone), openings.opens[first])
    return min(wanted, openings.closes[bisect_right(openings.opens, wanted, first, end) - 1])


def longest_day(calendar: Calendar) -> int:
    """Return the open minutes of the calendar's longest weekday."""
    return max(sum(hours.closes - hours.opens for hours in day) for day in calendar.week)


# ---------------------------------------------------------------- the years asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class _Openings:
    """The openings of the years *first* to *last*, which cover the instants from ``start`` to ``end``.

    ``through[i]`` is the open time up to ``closes[i]``. ``day_of[i]`` is the position of its local date among the dates with
    hours, and ``days[n]`` the first opening of the n-th of them, with one more entry for the end.
    """

    first: int
    last: int
    start: int
    end: int
    opens: Sequence[int]
    closes: Sequence[int]
    through: Sequence[int]
    day_of: Sequence[int]
    days: Sequence[int]

    @property
    def total(self) -> int:
        return self.through[-1] if self.through else 0

    def so_far(self, at: int) -> int:
        """Return the open time from ``start`` to *at*."""
        i = bisect_right(self.opens, at) - 1
        if i < 0:
            return 0
        left = self.closes[i] - at
        return self.through[i] - left if left > 0 else self.through[i]


def _openings(calendar: Calendar, start: int, end: int) -> _Openings:
    """Return openings that cover two instants, of which *end* is not the earlier."""
    kept = calendar._kept
    if kept and kept[0].start <= start and end < kept[0].end:
        return kept[0]
    first, last = instant(start).year - 1, instant(end).year + 1
    if kept:
        first, last = min(first, kept[0].first), max(last, kept[0].last)
    return _grown(calendar, first, last)


def _further(calendar: Calendar, openings: _Openings) -> _Openings:
    """Return openings of about twice as many years."""
    return _grown(calendar, openings.first, 2 * openings.last - openings.first + 1)


def _grown(calendar: Calendar, first: int, last: int) -> _Openings:
    """Open the calendar for these years and keep them; two threads that do so at once keep equal ones."""
    openings = _opened(calendar, first, min(last, _LAST_YEAR))
    calendar._kept[:] = [openings]
    return openings


def _opened(calendar: Calendar, first: int, last: int) -> _Openings:
    zone = ZoneInfo(calendar.zone)
    opens, closes, through, day_of, days = list[int](), list[int](), list[int](), list[int](), list[int]()
    total = 0
    day, end = date(first, 1, 1), date(last + 1, 1, 1)
    while day < end:
        at = len(opens)
        for hours in calendar.hours_on(day):
            opening, closing = _edge(day, hours.opens * MINUTE, zone), _edge(day, hours.closes * MINUTE, zone)
            if opening < closing:
                total += closing - opening
                opens.append(opening)
                closes.append(closing)
                through.append(total)
                day_of.append(len(days))
        if len(opens) > at:
            days.append(at)
        day += timedelta(days=1)
    days.append(len(opens))
    return _Openings(
        first=first,
        last=last,
        start=_edge(date(first, 1, 1), 0, zone),
        end=_edge(end, 0, zone),
        opens=opens,
        closes=closes,
        through=through,
        day_of=day_of,
        days=days,
    )


# ---------------------------------------------------------------- wall clocks

_REACH = micros_of(datetime(1900, 1, 2, tzinfo=UTC)), micros_of(datetime(_LAST_YEAR, 12, 30, tzinfo=UTC))


def _within_reach(at: int) -> int:
    """Return *at*, or the nearest instant of the years a calendar is opened for."""
    if _REACH[0] <= at <= _REACH[1]:
        return at
    return min(max(at, _REACH[0]), _REACH[1])


def _wall(local: datetime) -> int:
    """Return the microseconds since midnight that the wall clock shows."""
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def _edge(day: date, wall: int, zone: ZoneInfo) -> int:
    """Return the first instant at which the wall clock of *day* shows *wall* or later."""
    naive = datetime.combine(day, time()) + timedelta(microseconds=wall)
    before = micros_of(naive.replace(tzinfo=zone))
    after = micros_of(naive.replace(tzinfo=zone, fold=1))
    return before if before <= after else _jump(after, before, zone)


def _jump(low: int, high: int, zone: ZoneInfo) -> int:
    """Return the instant after *low*, not after *high*, at which clocks jump forward."""
    offset = instant(low).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if instant(middle).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
