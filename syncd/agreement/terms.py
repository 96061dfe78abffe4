"""The agreement as data: what the teams signed, already read and checked.

Points are whole numbers of femto-points, `POINT` of which make one, so that sums are exact, independent of their order and
free of floating-point ties; only a half-life's fraction is computed in floating point, and rounded to a femto-point at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.language import Sentence

POINT = 10**15

Shape: TypeAlias = Literal["none", "cliff", "linear", "linear_steps", "half_life"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fades:
    """How points fade with age: ``every`` is the window W, the step P or the half-life H; ``by`` the share per step."""

    shape: Shape = "none"
    every: timedelta = timedelta(0)
    by: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Which events of a rule count: people's only, and one per session (a pause of at least ``session``) or local ``day``."""

    human_only: bool = True
    session: timedelta | None = None
    day: bool = False


class Branch(NamedTuple):
    """Points for a condition. A rule with several branches gives the points of the first that holds."""

    when: Sentence
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the score. ``max_times`` keeps the newest (or first) events; ``max_points`` bounds the rule's faded sum."""

    id: str
    branches: tuple[Branch, ...]
    fades: Fades
    counting: Counting
    max_times: int | None = None
    keep: Literal["newest", "first"] = "newest"
    max_points: int | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A named range of published scores, both ends included; ``None`` is unbounded."""

    name: str
    low: int | None = None
    high: int | None = None

    def holds(self, score: int) -> bool:
        return (self.low is None or score >= self.low) and (self.high is None or score <= self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules with common limits. ``grades`` turns the group's published points into a letter, best first."""

    id: str
    rules: tuple[Rule, ...]
    low: int | None = None
    high: int | None = None
    grades: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A complete scoring model. Limits are femto-points; bands and grades are published, whole points."""

    id: str
    groups: tuple[Group, ...]
    bands: tuple[Band, ...]
    low: int | None = None
    high: int | None = None
    leave_mql_below: int | None = None
    instantly_mql: tuple[Sentence, ...] = ()
    never_mql: tuple[Sentence, ...] = ()
    top_reasons: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version of the agreement. ``zone`` is the reporting zone, in which local dates are told; ``kinds`` the activities."""

    name: str
    version: int
    zone: str
    kinds: tuple[str, ...]
    models: Mapping[str, Model]
    active: str

    @property
    def model(self) -> Model:
        return self.models[self.active]
