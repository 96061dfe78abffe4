"""What a fault is: when it can strike, and the ways an answer can go wrong on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from syncd_hubspot.emulator.access import Access
from syncd_hubspot.emulator.limits import Limits
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.versions import family_of
from syncd_hubspot.emulator.wire import Answer, ErrorBody


class Unit(Enum):
    """What the number of a switch is."""

    SHARE = "share, 0 to 1"
    SECONDS = "seconds"
    MS = "milliseconds"
    REQUESTS = "once in so many requests"
    NONE = "no number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer and how it is sent: after *delay_s* seconds, *cut* after so many bytes, *lost* altogether, or in drips."""

    answer: Answer
    delay_s: float = 0
    cut: int | None = None
    lost: bool = False
    drips: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a fault strikes."""

    portal: Portal
    access: Access
    limits: Limits
    path: str
    number: float
    rng: Random

    @property
    def table(self) -> Table | None:
        """The records the request is about."""
        place = family_of(self.path)
        return None if place is None or place[0] != "objects" or not place[1] else self.portal.table(place[1][0])


Concerns = Callable[[str, bool], bool]
Setup = Callable[[Portal, Access, float, Random], None]
Before = Callable[[Scene], Outcome | None]
After = Callable[[Scene, Answer], Outcome]
Moment = Callable[[Scene], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault: the number it has if none is given, what it does at each moment it can, and whether that spoils an answer."""

    name: str
    default: float
    unit: Unit
    about: str
    spoils: bool = False
    concerns: Concerns = lambda request, writes: True
    setup: Setup | None = None
    before: Before | None = None
    after: After | None = None
    thins: Callable[[Mapping[str, object]], ErrorBody | None] | None = None
