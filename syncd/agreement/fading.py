"""How points fade with an event's age, and when the faded sum next steps.

Age a, points p: ``none`` p; ``cliff W`` p while a < W; ``linear W`` p·max(0, 1-a/W); ``linear_steps x every P``
p·max(0, 1-x·⌊a/P⌋), so that "50 % a month" reads 10, 5, 0; ``half_life H`` p·2^(-a/H).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from syncd.agreement.counting import FOREVER, micros
from syncd.agreement.terms import POINT, Fades


class Slide(NamedTuple):
    """Points that move continuously: ``amount`` now, falling by ``rate`` per microsecond or, if set, by ``half_life``."""

    amount: float
    half_life: float = 0.0
    rate: float = 0.0


class Faded(NamedTuple):
    """The faded sum in femto-points; it does not step before ``until``, and between now and then moves only by ``slide``."""

    points: int
    until: int = FOREVER
    slide: Slide | None = None


Fader: TypeAlias = Callable[[int, Sequence[int], int], Faded]
"""(points per event, instants ascending, now) → what is left of them."""


def fader(fades: Fades) -> Fader:
    """Compile *fades*.

    >>> from datetime import timedelta
    >>> half = fader(Fades(shape="half_life", every=timedelta(microseconds=14)))
    >>> [half(20 * POINT, [0], age).points / POINT for age in (0, 14, 42)]
    [20.0, 10.0, 2.5]
    """
    every = micros(fades.every)
    match fades.shape:
        case "none":
            return lambda points, instants, now: Faded(points * len(instants))
        case "cliff":
            return lambda points, instants, now: _cliff(points, instants, now, every)
        case "linear":
            return lambda points, instants, now: _linear(points, instants, now, every)
        case "linear_steps":
            by = Fraction(fades.by)
            return lambda points, instants, now: _steps(points, instants, now, every, by)
        case "half_life":
            return lambda points, instants, now: _half_life(points, instants, now, every)


def _cliff(points: int, instants: Sequence[int], now: int, width: int) -> Faded:
    left = [at for at in instants if now - at < width]
    return Faded(points * len(left), left[0] + width if left else FOREVER)


def _linear(points: int, instants: Sequence[int], now: int, width: int) -> Faded:
    left = [at for at in instants if now - at < width]
    if not left:
        return Faded(0)
    total = sum((2 * points * (width - now + at) + width) // (2 * width) for at in left)
    rate = len(left) * points / POINT / width
    return Faded(total, left[0] + width, Slide(total / POINT, rate=rate))


def _steps(points: int, instants: Sequence[int], now: int, period: int, by: Fraction) -> Faded:
    total, until = 0, FOREVER
    for at in instants:
        steps = (now - at) // period
        share = by.denominator - by.numerator * steps
        if share > 0:
            total += points * share // by.denominator
            until = min(until, at + (steps + 1) * period)
    return Faded(total, until)


def _half_life(points: int, instants: Sequence[int], now: int, half: int) -> Faded:
    total = sum([round(points * 2.0 ** ((at - now) / half)) for at in instants])
    return Faded(total, FOREVER, Slide(total / POINT, half_life=half) if total else None)
