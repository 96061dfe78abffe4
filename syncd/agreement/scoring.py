"""The score: a pure function of (model, facts, history, instant), with points per rule and the instant it next changes.

No running totals: whatever arrives late, twice, out of order or is taken back, the score is what the history says.
Per event, then summed, then bounded: rule cap, group limits, total limits; rounded once, at the end, ties away from zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from syncd.agreement import horizon
from syncd.agreement.conditions import ALL, Facts, Test, Timelines, compiled_test
from syncd.agreement.counting import FOREVER, Channel, EventType, History, takes, thinned
from syncd.agreement.fading import Fader, Slide, fader
from syncd.agreement.language import EventCondition
from syncd.agreement.terms import PICO, Band, Branch, Counting, Group, Model, Rule

HALF = PICO // 2
NO_BAND = "below"
"""The band of a score that no band of the model holds."""


class Line(NamedTuple):
    """What one rule gives: pico-points, the sentence that held, and the instants of the events it counted."""

    group: str
    rule: str
    points: int
    says: str
    counted: Sequence[int]


class GroupScore(NamedTuple):
    """A group's pico-points before and after its limits, and its grade ("" without grades)."""

    id: str
    raw: int
    points: int
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score at one instant. ``exact`` is in pico-points, ``published`` the whole points that bands compare.

    ``instant`` and ``veto`` are the sentences that make or forbid an MQL, "" if none. ``next_change_at`` (microseconds UTC,
    `FOREVER` if never) is the first instant at which anything published may differ if nothing else happens.
    """

    model: str
    exact: int
    published: int
    band: str
    groups: tuple[GroupScore, ...]
    lines: tuple[Line, ...]
    instant: str
    veto: str
    next_change_at: int

    @property
    def grade(self) -> str:
        return "".join(group.grade for group in self.groups)

    def reasons(self, count: int) -> tuple[Line, ...]:
        """Return the *count* lines that weigh most, heaviest first."""
        return tuple(sorted(self.lines, key=lambda line: (-abs(line.points), line.rule))[:count])


def score(model: Model, facts: Facts, history: History, *, now: int, since: int = -FOREVER, zone: str = "UTC") -> Score:
    """Score a person at *now*, counting events later than *since* (the last recycle) and not later than *now*."""
    return scorer(model, zone).score(facts, history, now, since)


def published(points: int) -> int:
    """Round pico-points to whole points, ties away from zero.

    >>> [published(p * PICO // 100) for p in (7049, 7050, -50)]
    [70, 71, -1]
    """
    whole = (abs(points) + HALF) // PICO
    return whole if points >= 0 else -whole


class Scorer(NamedTuple):
    """A compiled model: ``score(facts, history, now, since)``, and whether it asks for a type of event at all."""

    score: Callable[[Facts, History, int, int], Score]
    wants: Callable[[EventType], bool]


@lru_cache(maxsize=32)
def scorer(model: Model, zone: str) -> Scorer:
    """Compile *model* once, for many people."""
    channels: dict[Channel, int] = {}
    groups = [_compiled_group(group, channels, zone) for group in model.groups]
    gates = [
        tuple((gate.text, compiled_test(gate.condition, Counting(), channels, zone)) for gate in sentences)
        for sentences in (model.instantly_mql, model.never_mql)
    ]
    wanted = tuple(channels)
    routes: dict[EventType, tuple[int, ...]] = {}

    def score_one(facts: Facts, history: History, now: int, since: int) -> Score:
        timelines, until = _timelines(wanted, routes, history, now, since)
        standings = [group(facts, timelines, now) for group in groups]
        instant, until_instant = _first_holding(gates[0], facts, timelines, now)
        veto, until_veto = _first_holding(gates[1], facts, timelines, now)
        until = min(until, until_instant, until_veto, *(standing.until for standing in standings))
        return _result(model, standings, instant, veto, now, until)

    return Scorer(score_one, lambda event: any(takes(one, event) for one in wanted))


# ---------------------------------------------------------------- groups and rules


class _GroupStanding(NamedTuple):
    raw: int
    lines: list[Line]
    sliding: list[horizon.Sliding]
    until: int


class _RuleStanding(NamedTuple):
    points: int
    says: str
    counted: Sequence[int]
    slide: Slide | None
    until: int


_RuleTest: TypeAlias = Callable[[Facts, Timelines, int], _RuleStanding]


def _compiled_group(group: Group, channels: dict[Channel, int], zone: str) -> Callable[[Facts, Timelines, int], _GroupStanding]:
    rules = [(rule.id, _cap(rule), _compiled_rule(rule, channels, zone)) for rule in group.rules]

    def stand(facts: Facts, timelines: Timelines, now: int) -> _GroupStanding:
        raw, until = 0, FOREVER
        lines: list[Line] = []
        sliding: list[horizon.Sliding] = []
        for rule_id, cap, rule in rules:
            points, says, counted, slide, rule_until = rule(facts, timelines, now)
            if rule_until < until:
                until = rule_until
            if slide is not None:
                sliding.append(horizon.Sliding(slide, cap))
            if points:
                raw += points
                lines.append(Line(group.id, rule_id, points, says, counted))
        return _GroupStanding(raw, lines, sliding, until)

    return stand


def _cap(rule: Rule) -> float:
    return float("inf") if rule.max_points is None else rule.max_points / PICO


def _compiled_rule(rule: Rule, channels: dict[Channel, int], zone: str) -> _RuleTest:
    fade = fader(rule.fades)
    branches = [_compiled_branch(rule, branch, fade, channels, zone) for branch in rule.branches]
    if len(branches) == 1:
        return branches[0]

    def first_match(facts: Facts, timelines: Timelines, now: int) -> _RuleStanding:
        until = FOREVER
        for branch in branches:
            standing = branch(facts, timelines, now)
            until = min(until, standing.until)
            if standing.says:
                return standing._replace(until=until)
        return _nothing(until)

    return first_match


def _compiled_branch(rule: Rule, branch: Branch, fade: Fader, channels: dict[Channel, int], zone: str) -> _RuleTest:
    """Compile one branch; ``says`` of its standing is "" when it does not hold."""
    condition, says = branch.when.condition, rule.says or branch.when.text.removeprefix("each ")
    points, cap = branch.points, rule.max_points
    flat = _capped(points, cap)
    each = isinstance(condition, EventCondition) and condition.each
    fades = isinstance(condition, EventCondition) and rule.fades.shape != "none"
    holds = compiled_test(condition, rule.counting, channels, zone, matter=_matter(rule) if each else None)

    def stand(facts: Facts, timelines: Timelines, now: int) -> _RuleStanding:
        held, until, counted = holds(facts, timelines, now)
        if not held:
            return _nothing(until)
        if not each and not fades:
            return _RuleStanding(flat, says, counted, None, until)
        awarded = _kept(rule, counted) if each else counted[-1:]
        faded = fade(points, awarded, now)
        return _RuleStanding(_capped(faded.points, cap), says, awarded, faded.slide, min(until, faded.until))

    return stand


def _matter(rule: Rule) -> int:
    """Return how many of the newest events an "each" rule looks at."""
    return rule.max_times if rule.max_times is not None and rule.keep == "newest" else ALL


def _kept(rule: Rule, counted: Sequence[int]) -> Sequence[int]:
    if rule.max_times is None or len(counted) <= rule.max_times:
        return counted
    return counted[-rule.max_times :] if rule.keep == "newest" else counted[: rule.max_times]


def _capped(points: int, cap: int | None) -> int:
    return points if cap is None else min(max(points, -cap), cap)


def _nothing(until: int) -> _RuleStanding:
    return _RuleStanding(0, "", (), None, until)


def _timelines(
    wanted: Sequence[Channel], routes: dict[EventType, tuple[int, ...]], history: History, now: int, since: int
) -> tuple[Timelines, int]:
    """Sort *history* into channels; also return when the next event that is dated after *now* begins to count."""
    merged: list[list[int]] = [[] for _ in wanted]
    for event, instants in history.items():
        indexes = routes.get(event)
        if indexes is None:
            indexes = routes[event] = tuple(i for i, one in enumerate(wanted) if takes(one, event))
        for index in indexes:
            merged[index].extend(instants)
    until = FOREVER
    timelines: list[Sequence[int]] = []
    for one, instants in zip(wanted, merged, strict=True):
        instants.sort()
        end = bisect_right(instants, now)
        if end < len(instants):
            until = min(until, instants[end])
        timelines.append(thinned(one, instants[bisect_right(instants, since) : end]))
    return timelines, until


def _first_holding(gates: Sequence[tuple[str, Test]], facts: Facts, timelines: Timelines, now: int) -> tuple[str, int]:
    """Return the first sentence that holds, and the instant before which time alone does not change any of them."""
    first, until = "", FOREVER
    for text, test in gates:
        held, test_until, _ = test(facts, timelines, now)
        until = min(until, test_until)
        if held and not first:
            first = text
    return first, until


# ---------------------------------------------------------------- the whole


def _result(model: Model, standings: Sequence[_GroupStanding], instant: str, veto: str, now: int, until: int) -> Score:
    groups = tuple(_group_score(group, standing) for group, standing in zip(model.groups, standings, strict=True))
    exact = _limited(sum(group.points for group in groups), model.low, model.high)
    whole = published(exact)
    return Score(
        model=model.id,
        exact=exact,
        published=whole,
        band=band_of(model.bands, whole, NO_BAND),
        groups=groups,
        lines=tuple(line for standing in standings for line in standing.lines),
        instant=instant,
        veto=veto,
        next_change_at=_next_change(model, standings, groups, whole, now, until),
    )


def _group_score(group: Group, standing: _GroupStanding) -> GroupScore:
    points = _limited(standing.raw, group.low, group.high)
    return GroupScore(group.id, standing.raw, points, band_of(group.grades, published(points), ""))


def band_of(bands: Sequence[Band], whole: int, default: str) -> str:
    """Return the name of the first band that holds the published score."""
    return next((band.name for band in bands if band.holds(whole)), default)


def _limited(points: int, low: int | None, high: int | None) -> int:
    if high is not None and points > high:
        return high
    return low if low is not None and points < low else points


def _next_change(
    model: Model, standings: Sequence[_GroupStanding], groups: Sequence[GroupScore], whole: int, now: int, until: int
) -> int:
    if not any(standing.sliding for standing in standings):
        return until
    sums = [_group_sum(*row) for row in zip(model.groups, standings, groups, strict=True)]
    low, high = _rounds_to(whole, whole)
    total = horizon.Sum(0.0, (), *_points_range(model.low, model.high), stays_above=low, stays_below=high)
    waits = horizon.time_to_change(sums, total, float(until - now))
    return min(until, now + max(int(waits), 1))


def _group_sum(group: Group, standing: _GroupStanding, result: GroupScore) -> horizon.Sum:
    slides = sum(_bounded_amount(sliding) for sliding in standing.sliding)
    grade = next((band for band in group.grades if band.name == result.grade), Band(name=""))
    above, below = _rounds_to(grade.low, grade.high)
    return horizon.Sum(
        standing.raw / PICO - slides,
        standing.sliding,
        *_points_range(group.low, group.high),
        stays_above=above,
        stays_below=below,
    )


def _bounded_amount(sliding: horizon.Sliding) -> float:
    return min(max(sliding.slide.amount, -sliding.cap), sliding.cap)


def _points_range(low: int | None, high: int | None) -> tuple[float, float]:
    return (float("-inf") if low is None else low / PICO, float("inf") if high is None else high / PICO)


def _rounds_to(low: int | None, high: int | None) -> tuple[float, float]:
    """Return the range of exact points that is published as *low* to *high*."""
    return (float("-inf") if low is None else low - 0.5, float("inf") if high is None else high + 0.5)
