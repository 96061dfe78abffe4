"""What an agreement says of one person at one instant: slow, exact, and written from the reference, not from the engine.

Instants are microseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syncd.model import Golden
from tests.simulation.signed import ZONE, Count, Event, Fact, Fade, Line, Quiet, Section, Signed, When

HOUR = 3_600_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Deed(NamedTuple):
    """One activity of a person; ``source`` tells it from every other one."""

    at: int
    kind: str
    asset: str
    outbound: bool
    machine: bool
    source: tuple[int, str]


class Verdict(NamedTuple):
    """Everything published of a score; ``near_tie`` when rounding it hangs on the last digits of a float."""

    score: int
    band: str
    grade: str
    instant: str
    veto: str
    reasons: tuple[str, ...]
    near_tie: bool


class Given(NamedTuple):
    """The facts and deeds of one person."""

    facts: Mapping[str, Golden]
    deeds: Sequence[Deed]


class _Share(NamedTuple):
    line: Line
    when: When
    points: Fraction


def verdict(signed: Signed, given: Given, now: int) -> Verdict:
    """Judge a person at *now*."""
    shares: list[_Share] = []
    exact, grade, near, halves = Fraction(0), "", False, False
    for section in signed.sections:
        mine = [share for line in section.lines if (share := _share(line, given, now)) is not None]
        points = _within(sum((one.points for one in mine), Fraction(0)), section.low, section.high)
        exact += points
        grade += "A" if rounded(points) >= section.grade else "B"
        shares += mine
        halves = any(one.line.fade and one.line.fade.shape == "half_life" for one in shares)
        near = near or any(_is_near_tie(one, halves) for one in (points, *(share.points for share in mine)))
    score = rounded(exact)
    band = "mql" if score >= signed.mql else "nurture" if score >= signed.nurture else "cold"
    return Verdict(
        score,
        band,
        grade,
        _first(signed.instantly, given, now),
        _first(signed.never, given, now),
        _reasons(shares, signed.top),
        near or _is_near_tie(exact, halves),
    )


def stage(signed: Signed, facts: Mapping[str, Golden], said: Verdict, before: str) -> str:
    """Return the stage that follows *before*."""
    if "email" not in facts and "phone" not in facts:
        return ""
    by_band = "nurture" if said.band == "nurture" else "lead"
    if said.veto:
        return by_band
    if said.instant or said.band == "mql" or (before == "mql" and said.score >= signed.leave):
        return "mql"
    return by_band


def rounded(points: Fraction) -> int:
    """Round to whole points, ties away from zero.

    >>> [rounded(Fraction(x, 10)) for x in (25, -25, 24)]
    [3, -3, 2]
    """
    whole = int(abs(points) + Fraction(1, 2))
    return whole if points >= 0 else -whole


def _is_near_tie(points: Fraction, halves: bool) -> bool:
    """Tell whether rounding hangs on the last digits; a tie that half-lives amount to is itself one of floats."""
    distance = abs(abs(points) % 1 - Fraction(1, 2))
    return distance < Fraction(1, 10**6) and (distance > 0 or halves)


def _within(points: Fraction, low: int, high: int) -> Fraction:
    return max(Fraction(low), min(Fraction(high), points))


def _first(gates: Sequence[When], given: Given, now: int) -> str:
    return next((gate.sentence for gate in gates if _holds(gate, Count(), given, now)), "")


def _reasons(shares: Sequence[_Share], top: int) -> tuple[str, ...]:
    heaviest = sorted((one for one in shares if one.points), key=lambda one: (-abs(one.points), one.line.id))
    return tuple(f"{one.when.sentence.removeprefix('each ')} {rounded(one.points):+d}" for one in heaviest[:top])


# ---------------------------------------------------------------- one line


def _share(line: Line, given: Given, now: int) -> _Share | None:
    for when, points in line.branches:
        if not _holds(when, line.count, given, now):
            continue
        total = Fraction(points)
        if isinstance(when, Event) and (when.each or line.fade):
            seen = _counted(when, line.count, given.deeds, now)
            awarded = _kept(line, seen) if when.each else seen[-1:]
            total = sum((_faded(points, line.fade, now - at) for at in awarded), Fraction(0))
        if line.max_points:
            total = _within(total, -line.max_points, line.max_points)
        return _Share(line, when, total)
    return None


def _kept(line: Line, awarded: Sequence[int]) -> Sequence[int]:
    if not line.max_times:
        return awarded
    return awarded[-line.max_times :] if line.keep == "newest" else awarded[: line.max_times]


def _faded(points: int, fade: Fade | None, age: int) -> Fraction:
    if fade is None:
        return Fraction(points)
    every = fade.hours * HOUR
    match fade.shape:
        case "cliff":
            return Fraction(points if age < every else 0)
        case "linear":
            return points * max(Fraction(0), 1 - Fraction(age, every))
        case "linear_steps":
            return points * max(Fraction(0), 1 - Fraction(fade.percent, 100) * (age // every))
        case "half_life":
            return Fraction(round(points * 10**12 * 2.0 ** (-age / every)), 10**12)


# ---------------------------------------------------------------- conditions


def _holds(when: When, count: Count, given: Given, now: int) -> bool:
    match when:
        case Fact():
            return _fact(when, given.facts)
        case Quiet():
            seen = _seen(Event(when.kind), Count(human_only=count.human_only), given.deeds, now)
            return bool(seen) and now - seen[-1] >= when.hours * HOUR
        case Event() if when.ever:
            seen = _seen(when, count, given.deeds, now)
            return any(sum(first <= at < first + when.hours * HOUR for at in seen) >= when.at_least for first in seen)
        case Event():
            return len(_counted(when, count, given.deeds, now)) >= when.at_least


def _fact(when: Fact, facts: Mapping[str, Golden]) -> bool:
    value = facts.get(when.field)
    if when.operator in ("known", "unknown"):
        return (value is None) == (when.operator == "unknown")
    if value is None:
        return False
    words = {str(one).casefold() for one in (value if isinstance(value, tuple) else (value,))}
    match when.operator:
        case "true":
            return "true" in words
        case "is":
            return when.operand in words
        case "is not":
            return when.operand not in words
        case ">":
            return Decimal(str(value)) > Decimal(when.operand)
        case _:
            low, high = when.operand.split("..")
            return Decimal(low) <= Decimal(str(value)) <= Decimal(high)


def _counted(when: Event, count: Count, deeds: Sequence[Deed], now: int) -> list[int]:
    """Return the instants that count in the window, ascending."""
    seen = _seen(when, count, deeds, now)
    if when.dates:
        first = _date(now) - timedelta(days=when.dates - 1)
        return [at for at in seen if _date(at) >= first]
    if when.hours and not when.ever:
        return [at for at in seen if at > now - when.hours * HOUR]
    return seen


def _seen(when: Event, count: Count, deeds: Sequence[Deed], now: int) -> list[int]:
    """Return the instants of all events so far that the condition speaks of, thinned to sessions or days."""
    some = [one for one in deeds if one.at <= now and _speaks_of(when, one)]
    found = sorted(one.at for one in some if not (count.human_only and one.machine))
    if count.session_m:
        gap = count.session_m * 60_000_000
        return [at for i, at in enumerate(found) if i == 0 or at - found[i - 1] >= gap]
    if count.day:
        return [at for i, at in enumerate(found) if i == 0 or _date(at) != _date(found[i - 1])]
    return found


def _speaks_of(when: Event, deed: Deed) -> bool:
    if when.asset and when.asset != deed.asset.casefold():
        return False
    return not deed.outbound if when.kind == "activity" else when.kind == deed.kind


def _date(at: int) -> date:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(ZONE)).date()


__all__ = ["HOUR", "Deed", "Given", "Section", "Verdict", "rounded", "stage", "verdict"]
