"""Promises that no single clock measures: volumes and shares per period, as functions of counted facts.

A share is that of a cohort: of the people who came in a period, those old enough to be judged. Shares are exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.calendars import Calendar, open_time
from syncd.agreement.counting import local_date, midnight
from syncd.agreement.policies import Per, SharePromise, TimeTerms, VolumePromise

Attainment: TypeAlias = Literal["met", "on_pace", "behind", "missed"]
Alarming: TypeAlias = Literal["ok", "alarm", "too_few"]


class Period(NamedTuple):
    """From ``start`` to before ``end``."""

    start: int
    end: int


def period(at: int, per: Per, time: TimeTerms) -> Period:
    """Return the week, month, fiscal quarter or fiscal year in the reporting zone that *at* falls into.

    >>> period(0, "month", TimeTerms()).end // 86_400_000_000
    31
    """
    day = local_date(at, time.zone)
    if per == "week":
        first = day - timedelta(days=(day.weekday() - time.week_starts) % 7)
        return Period(midnight(first, time.zone), midnight(first + timedelta(days=7), time.zone))
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    month = day.year * 12 + day.month - 1
    start = month - (month - (time.fiscal_year_starts - 1)) % months
    return Period(midnight(_first_of(start), time.zone), midnight(_first_of(start + months), time.zone))


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


# ---------------------------------------------------------------- volumes


class Volume(NamedTuple):
    """How many came so far, how many it will be at this pace (``None`` before the first open minute), and what that means."""

    so_far: int
    forecast: int | None
    state: Attainment


def volume(promise: VolumePromise, entered: Iterable[int], when: Period, *, calendar: Calendar, now: int) -> Volume:
    """Judge a volume as of *now*: *entered* are the instants of the counted stage, pace is by open time on *calendar*.

    >>> from syncd.agreement.calendars import ALWAYS
    >>> promised = VolumePromise(id="volume", side="marketing", at_least=100, of="mql")
    >>> volume(promised, range(30), Period(0, 90), calendar=ALWAYS, now=30)
    Volume(so_far=30, forecast=90, state='behind')
    """
    count = sum(when.start <= at < when.end and at <= now for at in entered)
    gone, whole = open_time(calendar, when.start, min(now, when.end)), open_time(calendar, when.start, when.end)
    forecast = (2 * count * whole + gone) // (2 * gone) if gone else None
    if count >= promise.at_least:
        return Volume(count, forecast, "met")
    if now >= when.end:
        return Volume(count, count, "missed")
    behind = promise.pace and forecast is not None and forecast < promise.at_least
    return Volume(count, forecast, "behind" if behind else "on_pace")


# ---------------------------------------------------------------- shares


class Entry(NamedTuple):
    """A person who came in at ``at``, and when what was promised of them happened, if it did."""

    at: int
    hit_at: int | None


class Share(NamedTuple):
    """How many of how many, and how many are too young to be judged."""

    hits: int
    of: int
    young: int

    @property
    def share(self) -> Fraction | None:
        """The share; ``None`` of nobody."""
        return Fraction(self.hits, self.of) if self.of else None


def share(promise: SharePromise, entries: Sequence[Entry], when: Period, *, now: int) -> Share:
    """Count a cohort as of *now*: those who came in *when* and are old enough; exactly at the limit still counts.

    >>> promised = SharePromise(id="first_week", side="sales", at_least=Fraction(1, 2), of="mql", are="contacted", within=7)
    >>> share(promised, [Entry(0, 7), Entry(0, 8), Entry(1, None), Entry(9, 9)], Period(0, 10), now=12)
    Share(hits=1, of=3, young=1)
    """
    wait = max(promise.mature_after, promise.within or 0)
    cohort = [entry for entry in entries if when.start <= entry.at < when.end and entry.at <= now]
    mature = [entry for entry in cohort if entry.at + wait <= now]
    return Share(sum(_hit(promise, entry, now) for entry in mature), len(mature), len(cohort) - len(mature))


def _hit(promise: SharePromise, entry: Entry, now: int) -> bool:
    if entry.hit_at is None or entry.hit_at > now:
        return False
    return promise.within is None or entry.hit_at - entry.at <= promise.within


def attained(promise: SharePromise, counted: Share) -> bool | None:
    """Tell whether the promise is kept; ``None`` of too few people to say."""
    if counted.share is None or counted.of < promise.min_sample:
        return None
    return counted.share >= promise.at_least


def alarm(promise: SharePromise, counted: Share, before: Alarming = "ok") -> Alarming:
    """Return whether to raise an alarm: below its limit, by people enough, and then until the share is back at ``clear_at``.

    >>> promised = SharePromise(id="c", side="joint", at_least=Fraction(1, 4), of="mql", are="sql", alarm_below=Fraction(1, 5))
    >>> alarm(promised, Share(5, 30, 0)), alarm(promised, Share(6, 30, 0))
    ('alarm', 'ok')
    """
    if promise.alarm_below is None:
        return "ok"
    if counted.share is None or counted.of < promise.min_sample:
        return "alarm" if before == "alarm" else "too_few"
    limit = promise.clear_at if before == "alarm" and promise.clear_at is not None else promise.alarm_below
    return "alarm" if counted.share < limit else "ok"
