"""When a sum of sliding points next changes what is published, if nothing else happens.

The sum is made of rules, each bounded, in groups, each bounded, in a total, bounded again. Every slide has a largest speed
from now on, so a value cannot leave its limits before (distance to the limit) / (speed): step that far, look again, and stop
when the step is far below a microsecond. For points of one sign this is Newton's method from the safe side and takes some five
steps; for mixed signs it may stop early. It is never late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, log
from typing import NamedTuple, TypeAlias

from syncd.agreement.fading import Slide

_LN2 = log(2.0)
_LOOKS = 200
_NEAR = 0.01


class Sliding(NamedTuple):
    """A rule that slides, and the magnitude it may not exceed."""

    slide: Slide
    cap: float = inf


class Sum(NamedTuple):
    """A bounded sum of a constant and sliding rules, with the limits within which its published form stays the same."""

    constant: float
    sliding: Sequence[Sliding]
    low: float = -inf
    high: float = inf
    stays_above: float = -inf
    stays_below: float = inf


_Motion: TypeAlias = tuple[float, float, float]
"""Value, largest speed from here on, and how long a bounded part certainly stays at its bound."""


def time_to_change(groups: Sequence[Sum], total: Sum, limit: float) -> float:
    """Return microseconds until a group or the total leaves its limits; *limit* if that is not before it."""
    x = 0.0
    for _ in range(_LOOKS):
        step = _certain(groups, total, x)
        if step < _NEAR:
            return x
        x += step
        if x >= limit:
            return limit
    return x


def together(sliding: Iterable[Sliding]) -> list[Sliding]:
    """Join the unbounded slides of one half-life: they fall as one.

    >>> together([Sliding(Slide(2.0, half_life=9.0)), Sliding(Slide(3.0, half_life=9.0))])
    [Sliding(slide=Slide(amount=5.0, half_life=9.0, rate=0.0), cap=inf)]
    """
    joined: dict[float, float] = {}
    apart: list[Sliding] = []
    for one in sliding:
        half_life = one.slide.half_life
        if half_life and one.cap == inf:
            joined[half_life] = joined.get(half_life, 0.0) + one.slide.amount
        else:
            apart.append(one)
    return [*(Sliding(Slide(amount, half_life)) for half_life, amount in joined.items()), *apart]


def _certain(groups: Sequence[Sum], total: Sum, x: float) -> float:
    """Return how long after *x* certainly nothing published changes."""
    whole, whole_speed, certain = total.constant, 0.0, inf
    for group in groups:
        value, speed, stall = group.constant, 0.0, inf
        for (amount, half_life, rate), cap in group.sliding:
            if half_life:
                now = amount * 2.0 ** (-x / half_life)
                pace = abs(now) * _LN2 / half_life
            else:
                now, pace = amount - rate * x, abs(rate)
            held, pace, still = _held(now, pace, -cap, cap)
            value += held
            speed += pace
            stall = min(stall, still)
        value, speed, still = _held(value, speed, group.low, group.high)
        certain = min(certain, stall, still, _room(group, value, speed))
        whole += value
        whole_speed += speed
    whole, whole_speed, still = _held(whole, whole_speed, total.low, total.high)
    return min(certain, still, _room(total, whole, whole_speed))


def _held(value: float, speed: float, low: float, high: float) -> _Motion:
    """Hold a value at its bounds: beyond one it stands still at least until its own speed could bring it back."""
    if low <= value <= high:
        return value, speed, inf
    excess, bound = (value - high, high) if value > high else (low - value, low)
    return (bound, 0.0, max(excess / speed, 1.0)) if speed else (bound, 0.0, inf)


def _room(limits: Sum, value: float, speed: float) -> float:
    return min(value - limits.stays_above, limits.stays_below - value) / speed if speed else inf
