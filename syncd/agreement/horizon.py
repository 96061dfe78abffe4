"""When a sum of sliding points next changes what is published, if nothing else happens.

The sum is made of rules, each bounded, in groups, each bounded, in a total, bounded again. Every slide has a largest speed
from now on, so a value cannot leave its limits before (distance to the limit) / (speed): step that far, look again, and stop
when the step is below a microsecond. For points of one sign this is Newton's method from the safe side and takes some five
steps; for mixed signs it may stop early. It is never late.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import NamedTuple

from syncd.agreement.fading import Slide

_LN2 = log(2.0)
_LOOKS = 200


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


class _Motion(NamedTuple):
    value: float
    speed: float
    stall: float  # how long a bounded part certainly stays at its bound


def time_to_change(groups: Sequence[Sum], total: Sum, limit: float) -> float:
    """Return microseconds until a group or the total leaves its limits; *limit* if that is not before it."""
    x = 0.0
    for _ in range(_LOOKS):
        step = _certain(groups, total, x)
        if step < 1.0:
            return x
        x += step
        if x >= limit:
            return limit
    return x


def _certain(groups: Sequence[Sum], total: Sum, x: float) -> float:
    """Return how long after *x* certainly nothing published changes."""
    value, speed, certain = total.constant, 0.0, inf
    for group in groups:
        motion = _group_motion(group, x)
        certain = min(certain, motion.stall, _room(group, motion))
        value += motion.value
        speed += motion.speed
    whole = _bounded(_Motion(value, speed, certain), total.low, total.high)
    return min(whole.stall, _room(total, whole))


def _group_motion(group: Sum, x: float) -> _Motion:
    value, speed, stall = group.constant, 0.0, inf
    for slide, cap in group.sliding:
        moved = _bounded(_slide_motion(slide, x), -cap, cap)
        value += moved.value
        speed += moved.speed
        stall = min(stall, moved.stall)
    return _bounded(_Motion(value, speed, stall), group.low, group.high)


def _slide_motion(slide: Slide, x: float) -> _Motion:
    if slide.half_life:
        value = slide.amount * 2.0 ** (-x / slide.half_life)
        return _Motion(value, abs(value) * _LN2 / slide.half_life, inf)
    return _Motion(slide.amount - slide.rate * x, abs(slide.rate), inf)


def _bounded(motion: _Motion, low: float, high: float) -> _Motion:
    """Hold *motion* at its bounds: beyond one it stands still at least until its own speed could bring it back."""
    value, speed, stall = motion
    excess = max(value - high, low - value)
    if excess <= 0.0 or speed == 0.0:
        return _Motion(min(max(value, low), high), speed, stall)
    return _Motion(min(max(value, low), high), 0.0, min(stall, max(excess / speed, 1.0)))


def _room(limits: Sum, motion: _Motion) -> float:
    if motion.speed == 0.0:
        return inf
    return min(motion.value - limits.stays_above, limits.stays_below - motion.value) / motion.speed
