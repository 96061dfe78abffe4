"""The score: a pure function of (model, facts, history, instant), with points per rule and the instant it next changes.

No running totals: whatever arrives late, twice, out of order or is taken back, the score is what the history says.
Per event, then summed, then bounded: rule cap, group limits, total limits; rounded once, at the end, ties away from zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import NamedTuple

from syncd.agreement import horizon
from syncd.agreement.conditions import Facts, Test, Timelines, compiled_test
from syncd.agreement.counting import FOREVER, Channel, EventType, History, takes, thinned
from syncd.agreement.rules import Line, Standing, compiled_group
from syncd.agreement.terms import POINT, Band, Counting, Group, Model

HALF = POINT // 2
_FLOAT_ERROR = 0.001  # microseconds; a rounding may step at the very instant, and early is harmless
NO_BAND = "below"
"""The band of a score that no band of the model holds."""


class GroupScore(NamedTuple):
    """A group's femto-points before and after its limits, and its grade ("" without grades)."""

    id: str
    raw: int
    points: int
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score at one instant. ``exact`` is in femto-points, ``published`` the whole points that bands compare.

    ``instant`` and ``veto`` are the sentences that make or forbid an MQL, "" if none. ``next_change_at`` (microseconds UTC,
    `FOREVER` if never) is the first instant at which anything published may differ if nothing else happens.
    """

    model: str
    exact: int
    published: int
    band: str
    grade: str
    groups: tuple[GroupScore, ...]
    lines: tuple[Line, ...]
    instant: str
    veto: str
    next_change_at: int

    def reasons(self, count: int) -> tuple[Line, ...]:
        """Return the *count* lines that weigh most, heaviest first."""
        return tuple(sorted(self.lines, key=lambda line: (-abs(line.points), line.rule))[:count])


def score(model: Model, facts: Facts, history: History, *, now: int, since: int = -FOREVER, zone: str = "UTC") -> Score:
    """Score a person at *now*, counting events later than *since* (the last recycle) and not later than *now*."""
    return scorer(model, zone).score(facts, history, now, since)


def published(points: int) -> int:
    """Round femto-points to whole points, ties away from zero.

    >>> [published(p * POINT // 100) for p in (7049, 7050, -50)]
    [70, 71, -1]
    """
    whole = (abs(points) + HALF) // POINT
    return whole if points >= 0 else -whole


def reason(line: Line) -> str:
    """Say what a line gives: ``company_size in 10..500 +30``; a text that began with the sign would be a formula to some."""
    return f"{line.says} {published(line.points):+d}"


class Scorer(NamedTuple):
    """A compiled model: ``score(facts, history, now, since)``, and whether it asks for a type of event at all."""

    score: Callable[[Facts, History, int, int], Score]
    wants: Callable[[EventType], bool]


def scorer(model: Model, zone: str) -> Scorer:
    """Compile *model*, once for many people."""
    channels: dict[Channel, int] = {}
    groups = [compiled_group(group, channels, zone) for group in model.groups]
    gates = [
        tuple((gate.text, compiled_test(gate.condition, Counting(), channels, zone)) for gate in sentences)
        for sentences in (model.instantly_mql, model.never_mql)
    ]
    wanted = tuple(channels)
    routes: dict[EventType, tuple[int, ...]] = {}

    def score_one(facts: Facts, history: History, now: int, since: int) -> Score:
        found, until = timelines(wanted, routes, history, now, since)
        standings = [group(facts, found, now) for group in groups]
        instant, until_instant = first_holding(gates[0], facts, found, now)
        veto, until_veto = first_holding(gates[1], facts, found, now)
        until = min(until, until_instant, until_veto, *(standing.until for standing in standings))
        return _result(model, standings, instant, veto, now, until)

    return Scorer(score_one, lambda event: any(takes(one, event) for one in wanted))


def timelines(
    wanted: Sequence[Channel], routes: dict[EventType, tuple[int, ...]], history: History, now: int, since: int
) -> tuple[Timelines, int]:
    """Sort *history* into channels; also return when the next event that is dated after *now* begins to count."""
    merged: dict[int, list[int]] = {}
    for event, instants in history.items():
        indexes = routes.get(event)
        if indexes is None:
            indexes = routes[event] = tuple(i for i, one in enumerate(wanted) if takes(one, event))
        for index in indexes:
            if index in merged:
                merged[index].extend(instants)
            else:
                merged[index] = list(instants)
    until = FOREVER
    found: list[Sequence[int]] = [()] * len(wanted)
    for index, instants in merged.items():
        instants.sort()
        end = bisect_right(instants, now)
        if end < len(instants):
            until = min(until, instants[end])
            del instants[end:]
        if instants and instants[0] <= since:
            del instants[: bisect_right(instants, since)]
        found[index] = thinned(wanted[index], instants)
    return found, until


def first_holding(gates: Sequence[tuple[str, Test]], facts: Facts, timelines: Timelines, now: int) -> tuple[str, int]:
    """Return the first sentence that holds, and the instant before which time alone does not change any of them."""
    first, until = "", FOREVER
    for text, test in gates:
        held, test_until, _ = test(facts, timelines, now)
        until = min(until, test_until)
        if held and not first:
            first = text
    return first, until


# ---------------------------------------------------------------- the whole


def _result(model: Model, standings: Sequence[Standing], instant: str, veto: str, now: int, until: int) -> Score:
    groups = tuple([_group_score(group, standing) for group, standing in zip(model.groups, standings, strict=True)])
    exact = _limited(sum([group.points for group in groups]), model.low, model.high)
    whole = published(exact)
    return Score(
        model=model.id,
        exact=exact,
        published=whole,
        band=band_of(model.bands, whole, NO_BAND),
        grade="".join([group.grade for group in groups]),
        groups=groups,
        lines=tuple([line for standing in standings for line in standing.lines]),
        instant=instant,
        veto=veto,
        next_change_at=_next_change(model, standings, groups, whole, now, until),
    )


def _group_score(group: Group, standing: Standing) -> GroupScore:
    points = _limited(standing.raw, group.low, group.high)
    return GroupScore(group.id, standing.raw, points, band_of(group.grades, published(points), ""))


def band_of(bands: Sequence[Band], whole: int, default: str) -> str:
    """Return the name of the first band that holds the published score."""
    for band in bands:
        if band.holds(whole):
            return band.name
    return default


def _limited(points: int, low: int | None, high: int | None) -> int:
    if high is not None and points > high:
        return high
    return low if low is not None and points < low else points


def _next_change(
    model: Model, standings: Sequence[Standing], groups: Sequence[GroupScore], whole: int, now: int, until: int
) -> int:
    """Return when the published score, or a grade, next changes; groups that do not slide are part of the constant."""
    constant, sums = 0, []
    for group, standing, result in zip(model.groups, standings, groups, strict=True):
        if standing.sliding:
            sums.append(_group_sum(group, standing, result))
        else:
            constant += result.points
    if not sums:
        return until
    low, high = _rounds_to(whole, whole)
    total = horizon.Sum(constant / POINT, (), *_points_range(model.low, model.high), stays_above=low, stays_below=high)
    limit = float(until - now)
    waits = horizon.time_to_change(sums, total, limit)
    return until if waits >= limit else min(until, now + max(ceil(waits - _FLOAT_ERROR), 1))


def _group_sum(group: Group, standing: Standing, result: GroupScore) -> horizon.Sum:
    sliding = horizon.together(standing.sliding)
    amounts = sum([min(max(slide.amount, -cap), cap) for slide, cap in sliding])
    above, below = -inf, inf
    if result.grade:
        grade = next(band for band in group.grades if band.name == result.grade)
        above, below = _rounds_to(grade.low, grade.high)
    low, high = _points_range(group.low, group.high)
    return horizon.Sum(standing.raw / POINT - amounts, sliding, low, high, above, below)


def _points_range(low: int | None, high: int | None) -> tuple[float, float]:
    return (-inf if low is None else low / POINT, inf if high is None else high / POINT)


def _rounds_to(low: int | None, high: int | None) -> tuple[float, float]:
    """Return the range of exact points that is published as *low* to *high*."""
    return (-inf if low is None else low - 0.5, inf if high is None else high + 0.5)
