"""Rules compiled into tests of one person: the points each gives now, because of what, and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple, TypeAlias

from syncd.agreement import horizon
from syncd.agreement.conditions import ALL, Facts, Timelines, compiled_channel, compiled_facts, compiled_test
from syncd.agreement.counting import FOREVER, Channel
from syncd.agreement.fading import Fader, Slide, fader
from syncd.agreement.language import EventCondition, FactCondition
from syncd.agreement.terms import POINT, Branch, Group, Rule


class Line(NamedTuple):
    """What one rule gives: femto-points, the sentence that held, and the instants of the events it counted."""

    group: str
    rule: str
    points: int
    says: str
    counted: Sequence[int]


class Standing(NamedTuple):
    """What the rules of a group give before its limits; nothing steps before ``until``, and only ``sliding`` moves."""

    raw: int
    lines: list[Line]
    sliding: list[horizon.Sliding]
    until: int


GroupTest: TypeAlias = Callable[[Facts, Timelines, int], Standing]


def compiled_group(group: Group, channels: dict[Channel, int], zone: str) -> GroupTest:
    """Compile the rules of *group*, adding the channels they look at to *channels*.

    Rules about facts alone are most of a model and give the same line whenever they hold; they are asked without ceremony.
    """
    of_facts = [rule for rule in group.rules if all(isinstance(one.when.condition, FactCondition) for one in rule.branches)]
    fact_rules = [_compiled_fact_rule(rule, group.id) for rule in of_facts]
    event_rules = [_compiled_rule(rule, channels, zone) for rule in group.rules if rule not in of_facts]

    def stand(facts: Facts, timelines: Timelines, now: int) -> Standing:
        raw, until = 0, FOREVER
        lines: list[Line] = []
        sliding: list[horizon.Sliding] = []
        for branches in fact_rules:
            for holds, line in branches:
                if holds(facts):
                    raw += line.points
                    lines.append(line)
                    break
        for rule_id, cap, channel, rule in event_rules:
            if channel is not None and not timelines[channel]:
                continue
            points, says, counted, slide, rule_until = rule(facts, timelines, now)
            if rule_until < until:
                until = rule_until
            if slide is not None:
                sliding.append(horizon.Sliding(slide, cap))
            if points:
                raw += points
                lines.append(Line(group.id, rule_id, points, says, counted))
        return Standing(raw, lines, sliding, until)

    return stand


# ---------------------------------------------------------------- rules about facts


def _compiled_fact_rule(rule: Rule, group: str) -> list[tuple[Callable[[Facts], bool], Line]]:
    return [
        (
            compiled_facts(branch.when.condition),
            Line(group, rule.id, _capped(branch.points, rule.max_points), _says(rule, branch), ()),
        )
        for branch in rule.branches
        if isinstance(branch.when.condition, FactCondition)
    ]


# ---------------------------------------------------------------- rules about events


_RuleStanding: TypeAlias = tuple[int, str, Sequence[int], Slide | None, int]
"""Femto-points, the sentence that holds ("" if none), the events it counted, how the points slide, and until when."""

_RuleTest: TypeAlias = Callable[[Facts, Timelines, int], _RuleStanding]

_NOTHING: _RuleStanding = (0, "", (), None, FOREVER)


class _CompiledRule(NamedTuple):
    """A rule ready to ask; without any event in its ``channel`` it gives nothing. ``None``: it also looks elsewhere."""

    id: str
    cap: float
    channel: int | None
    stand: _RuleTest


def _compiled_rule(rule: Rule, channels: dict[Channel, int], zone: str) -> _CompiledRule:
    fade = fader(rule.fades)
    branches = [_compiled_branch(rule, branch, fade, channels, zone) for branch in rule.branches]
    cap = inf if rule.max_points is None else rule.max_points / POINT
    if len(branches) == 1:
        only = compiled_channel(rule.branches[0].when.condition, rule.counting, channels, zone)
        return _CompiledRule(rule.id, cap, only, branches[0])

    def first_match(facts: Facts, timelines: Timelines, now: int) -> _RuleStanding:
        until = FOREVER
        for branch in branches:
            points, says, counted, slide, branch_until = branch(facts, timelines, now)
            until = min(until, branch_until)
            if says:
                return points, says, counted, slide, until
        return _NOTHING if until == FOREVER else _until(until)

    return _CompiledRule(rule.id, cap, None, first_match)


def _compiled_branch(rule: Rule, branch: Branch, fade: Fader, channels: dict[Channel, int], zone: str) -> _RuleTest:
    """Compile one branch; ``says`` of its standing is "" when it does not hold."""
    condition, says = branch.when.condition, _says(rule, branch)
    points, cap = branch.points, rule.max_points
    flat = _capped(points, cap)
    each = isinstance(condition, EventCondition) and condition.each
    fades = isinstance(condition, EventCondition) and rule.fades.shape != "none"
    holds = compiled_test(condition, rule.counting, channels, zone, matter=_matter(rule) if each else None)

    def stand(facts: Facts, timelines: Timelines, now: int) -> _RuleStanding:
        held, until, counted = holds(facts, timelines, now)
        if not held:
            return _NOTHING if until == FOREVER else _until(until)
        if not each and not fades:
            return flat, says, counted, None, until
        awarded = _kept(rule, counted) if each else counted[-1:]
        faded, steps_at, slide = fade(points, awarded, now)
        return _capped(faded, cap), says, awarded, slide, min(until, steps_at)

    return stand


def _says(rule: Rule, branch: Branch) -> str:
    return rule.says or branch.when.text.removeprefix("each ")


def _matter(rule: Rule) -> int:
    """Return how many of the newest events an "each" rule looks at."""
    return rule.max_times if rule.max_times is not None and rule.keep == "newest" else ALL


def _kept(rule: Rule, counted: Sequence[int]) -> Sequence[int]:
    if rule.max_times is None or len(counted) <= rule.max_times:
        return counted
    return counted[-rule.max_times :] if rule.keep == "newest" else counted[: rule.max_times]


def _capped(points: int, cap: int | None) -> int:
    return points if cap is None else min(max(points, -cap), cap)


def _until(until: int) -> _RuleStanding:
    return 0, "", (), None, until
