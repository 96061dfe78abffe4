"""Calendars against a minute-by-minute oracle, over 30 years and 20 zones, most often near a change of clocks."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.agreement.calendars import MINUTE, Calendar, Hours, business_days_later, next_opening, open_time, used_up_at
from syncd.agreement.counting import micros_of

ZONES = (
    *("America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "America/Caracas", "America/Santiago"),
    *("Europe/Madrid", "Europe/London", "Europe/Dublin", "Europe/Istanbul", "Africa/Casablanca", "Africa/Cairo"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Pacific/Apia", "UTC"),
)
FIRST, YEARS = 1996, 30
DAYS = 9
"""How much the oracle walks through."""


@dataclass(frozen=True)
class Minutes:
    """Every open minute around a day, with its local date and minute as the walls show them, never going back."""

    calendar: Calendar
    opened: list[datetime]
    walls: list[datetime]

    @classmethod
    def around(cls, calendar: Calendar, day: date) -> Minutes:
        zone = ZoneInfo(calendar.zone)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=3)
        shown = at.astimezone(zone).replace(tzinfo=None)
        opened, walls = [], []
        for _ in range(DAYS * 24 * 60):
            shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
            minute = shown.hour * 60 + shown.minute
            if any(hours.opens <= minute < hours.closes for hours in calendar.hours_on(shown.date())):
                opened.append(at)
                walls.append(shown)
            at += timedelta(minutes=1)
        return cls(calendar, opened, walls)

    def between(self, start: datetime, end: datetime) -> int:
        return max(bisect_left(self.opened, end) - bisect_left(self.opened, start), 0)

    def used_up(self, start: datetime, minutes: int) -> datetime:
        return self.opened[bisect_left(self.opened, start) + minutes - 1] + timedelta(minutes=1)

    def business_days_later(self, start: datetime, days: int) -> datetime:
        first = bisect_left(self.opened, start)
        wall = self.opened[first].astimezone(ZoneInfo(self.calendar.zone)).time()
        dates = sorted({shown.date() for shown in self.walls})
        target = dates[dates.index(self.walls[first].date()) + days]
        of_day = [i for i, shown in enumerate(self.walls) if shown.date() == target]
        if wall <= self.walls[of_day[0]].time():
            return self.opened[of_day[0]]
        shown_so = [i for i in of_day if self.walls[i].time() == wall]
        if shown_so:
            return self.opened[shown_so[0]]
        return self.opened[max(i for i in of_day if self.walls[i].time() < wall)] + timedelta(minutes=1)


@cache
def changes(name: str) -> tuple[date, ...]:
    """The UTC dates on which a zone's offset changes."""
    zone, found = ZoneInfo(name), []
    day = datetime(FIRST, 1, 5, tzinfo=UTC)
    while day.year < FIRST + YEARS:
        if day.astimezone(zone).utcoffset() != (day + timedelta(days=1)).astimezone(zone).utcoffset():
            found.append(day.date())
        day += timedelta(days=1)
    return tuple(found)


@st.composite
def hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Up to three openings; edges near midnight and three o'clock, where clocks change, as often as others."""
    edge = st.one_of(st.integers(0, 240), st.integers(0, 1440), st.sampled_from((0, 60, 120, 150, 180, 1380, 1440)))
    edges = sorted(draw(st.sets(edge, max_size=6)))
    return tuple(Hours(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar, and a day in whose surroundings it is asked."""
    zone = draw(st.sampled_from(ZONES))
    anywhere = st.dates(date(FIRST, 1, 10), date(FIRST + YEARS - 1, 12, 20))
    day = draw(st.one_of(st.sampled_from(changes(zone)), anywhere) if changes(zone) else anywhere)
    near = st.integers(-3, 5).map(lambda days: day + timedelta(days=days))
    calendar = Calendar(
        name="any",
        zone=zone,
        week=tuple(draw(hours()) for _ in range(7)),
        holidays=draw(st.dictionaries(near, st.just("holiday"), max_size=2)),
        special=draw(st.dictionaries(near, hours(), max_size=2)),
    )
    return calendar, day


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=calendars(), data=st.data())
def test_calendars_agree_with_counting_minutes(made: tuple[Calendar, date], data: st.DataObject) -> None:
    calendar, day = made
    minutes = Minutes.around(calendar, day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for _ in range(5):
        start, end = (midnight + timedelta(minutes=data.draw(st.integers(-1440, 2880))) for _ in range(2))
        assert open_time(calendar, micros_of(start), micros_of(end)) == minutes.between(start, end) * MINUTE
        left = len(minutes.opened) - bisect_left(minutes.opened, start)
        if left > 0:
            amount = data.draw(st.integers(1, left))
            assert used_up_at(calendar, micros_of(start), amount * MINUTE) == micros_of(minutes.used_up(start, amount))
            opening = minutes.opened[bisect_left(minutes.opened, start)]
            assert next_opening(calendar, micros_of(start)) == micros_of(opening)
            ahead = sorted({shown.date() for shown in minutes.walls[-left:]})
            for days in range(1, min(len(ahead) - 1, 4)):  # the last date may be cut
                expected = minutes.business_days_later(start, days)
                assert business_days_later(calendar, micros_of(start), days) == micros_of(expected)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=calendars(), offset=st.integers(-(10**11), 10**11), amount=st.integers(0, 10**11))
def test_used_up_is_the_inverse_of_open_time(made: tuple[Calendar, date], offset: int, amount: int) -> None:
    """To the microsecond, and it is the earliest such instant."""
    calendar, day = made
    start = micros_of(datetime(day.year, day.month, day.day, tzinfo=UTC)) + offset
    end = used_up_at(calendar, start, amount)
    if end < 2**61:
        assert open_time(calendar, start, end) == amount
        assert amount == 0 or open_time(calendar, start, end - 1) == amount - 1


def test_the_zones_change_their_clocks_often_enough_to_matter() -> None:
    assert sum(len(changes(zone)) for zone in ZONES) > 500
