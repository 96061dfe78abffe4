"""What the scoring rules say, in English: for checking, comparing and the handbook."""

from __future__ import annotations

from syncd.agreement.language import EventCondition, english, percent, spoken
from syncd.agreement.terms import POINT, Band, Fades, Rule


def rule_in_words(rule: Rule, position: int) -> str:
    """Say a branch of a rule with everything that decides what its events are worth."""
    condition = rule.branches[position].when.condition
    words = [("otherwise, " if position else "") + english(condition)]
    if isinstance(condition, EventCondition):
        if rule.counting.session is not None:
            words.append(f"one per visit (a new one after {spoken(rule.counting.session)})")
        if rule.counting.day:
            words.append("one per local day")
        if rule.max_times is not None:
            words.append(f"the {rule.keep} {rule.max_times} only")
        words.append(_fading(rule.fades))
        if not rule.counting.human_only:
            words.append("machines count")
    if rule.max_points is not None:
        words.append(f"at most {rule.max_points / POINT:g} points")
    return "; ".join(word for word in words if word)


def range_in_words(band: Band) -> str:
    """Say which points a band or grade holds."""
    match band.low, band.high:
        case None, None:
            return "any"
        case None, high:
            return f"up to {high}"
        case low, None:
            return f"from {low}"
        case low, high:
            return f"{low} to {high}"


def _fading(fades: Fades) -> str:
    match fades.shape:
        case "none":
            return ""
        case "cliff":
            return f"gone after {spoken(fades.every)}"
        case "linear":
            return f"fading evenly to nothing over {spoken(fades.every)}"
        case "linear_steps":
            return f"{percent(fades.by)} less every {spoken(fades.every)}"
        case "half_life":
            return f"halved every {spoken(fades.every)}"
