"""Agreements as data: drawn at random, written as the file that syncd reads, and kept for `judge`.

Knows the words of ``agreement.yaml`` and nothing of how syncd reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple, TypeAlias

Shape: TypeAlias = Literal["cliff", "linear", "linear_steps", "half_life"]

ZONE = "Europe/Madrid"
ROLES = ("ceo", "student", "other")


class Fact(NamedTuple):
    """``field`` compared with ``operand``; the operators are the sentence's own words."""

    field: str
    operator: Literal["is", "is not", ">", "in", "known", "unknown", "true"]
    operand: str = ""

    @property
    def sentence(self) -> str:
        match self.operator:
            case "true":
                return self.field
            case "known" | "unknown":
                return f"{self.field} is {self.operator}"
            case _:
                return f"{self.field} {self.operator} {self.operand}"


class Event(NamedTuple):
    """Events of a kind, each or at least so many, perhaps within so many ``hours`` or local ``dates``."""

    kind: str
    asset: str = ""
    each: bool = False
    at_least: int = 1
    hours: int = 0
    dates: int = 0
    ever: bool = False

    @property
    def sentence(self) -> str:
        head = ("each " if self.each else "") + self.kind + (f" of {self.asset}" if self.asset else "")
        count = f" at least {self.at_least} times" if self.at_least > 1 else ""
        if self.dates:
            return f"{head}{count} within last {self.dates} dates"
        window = f" {'ever ' if self.ever else ''}within {self.hours}h" if self.hours else ""
        return head + count + window


class Quiet(NamedTuple):
    """Nothing of a kind for so many ``hours``."""

    kind: str
    hours: int

    @property
    def sentence(self) -> str:
        return f"no {self.kind} for {self.hours}h"


When: TypeAlias = Fact | Event | Quiet


class Fade(NamedTuple):
    """How points fade; ``percent`` belongs to linear_steps."""

    shape: Shape
    hours: int
    percent: int = 0

    def written(self) -> dict[str, str]:
        by = {"by": f"{self.percent}%"} if self.percent else {}
        return {"shape": self.shape, "every": f"{self.hours}h", **by}


class Count(NamedTuple):
    """Which events count; one per session of so many minutes, one per local day, or each."""

    human_only: bool = True
    session_m: int = 0
    day: bool = False

    def written(self) -> dict[str, object]:
        per: object = {"session": f"{self.session_m}m"} if self.session_m else "day" if self.day else "each"
        return {"human_only": self.human_only, "one_per": per}


ALL_HUMAN = Count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule: the first of ``branches`` that holds gives its points."""

    id: str
    branches: tuple[tuple[When, int], ...]
    fade: Fade | None = None
    count: Count = ALL_HUMAN
    max_times: int = 0
    keep: Literal["newest", "first"] = "newest"
    max_points: int = 0

    def written(self) -> dict[str, object]:
        found: dict[str, object] = {"id": self.id, "counts": self.count.written()}
        found["fades"] = self.fade.written() if self.fade else "none"
        if len(self.branches) == 1:
            found |= {"when": self.branches[0][0].sentence, "points": self.branches[0][1]}
        else:
            found["first_match"] = [{"when": when.sentence, "points": points} for when, points in self.branches]
        if self.max_times:
            found |= {"max_times": self.max_times, "keep": self.keep}
        return found | ({"max_points": self.max_points} if self.max_points else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of rules with limits and two grades: A from ``grade`` points on, else B."""

    name: str
    lines: tuple[Line, ...]
    low: int
    high: int
    grade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An agreement. Bands: mql from ``mql`` on, nurture from ``nurture`` on, else cold."""

    version: int
    sections: tuple[Section, ...]
    mql: int = 40
    nurture: int = 15
    leave: int = 30
    instantly: tuple[When, ...] = ()
    never: tuple[When, ...] = ()
    top: int = 3
    fields: dict[str, object] = field(default_factory=dict)

    def written(self) -> dict[str, object]:
        """Return the agreement as ``agreement.yaml`` holds it."""
        model = {
            "groups": {
                one.name: {"limit": f"{one.low}..{one.high}", "rules": [line.written() for line in one.lines]}
                for one in self.sections
            },
            "bands": {"mql": f">= {self.mql}", "nurture": f"{self.nurture}..{self.mql - 1}", "cold": f"< {self.nurture}"},
            "leave_mql_below": self.leave,
            "instantly_mql": [one.sentence for one in self.instantly],
            "never_mql": [one.sentence for one in self.never],
            "show": {
                "grade": {one.name: {"A": f">= {one.grade}", "B": "else"} for one in self.sections},
                "top_reasons": self.top,
            },
        }
        return {
            "agreement": {"version": self.version, "needs_signatures_from": []},
            "time": {"reporting_tz": ZONE},
            "fields": self.fields,
            "scoring": {"active_model": "m", "models": {"m": model}},
            "stages": {"enter": {"working": ["owner_accepted"]}},  # which nobody here does; the judge knows scores alone
        }


# ---------------------------------------------------------------- drawing one

KINDS = ("page_view", "download", "demo_request", "call_out")
_KINDS = ("page_view", "page_view", "download", "activity", "call_out")
_FACTS: tuple[tuple[tuple[When, int], ...], ...] = (
    ((Fact("budget", ">", "100"), 12), (Fact("budget", ">", "10"), 5)),
    ((Fact("company_size", "in", "10..500"), 20), (Fact("company_size", ">", "500"), 8)),
    ((Fact("role", "is", "ceo"), 15),),
    ((Fact("role", "is not", "student"), 4),),
    ((Fact("tags", "is", "vip"), 7),),
    ((Fact("city", "known"), 3),),
    ((Fact("source", "is", "web"), 6),),
    ((Fact("email", "unknown"), -9),),
    ((Fact("unsubscribed", "true"), -11),),
)


def drawn(number: int, fields: dict[str, object]) -> Signed:
    """Return the agreement with this number; *fields* are its field laws, as written."""
    rng = Random(f"agreement {number}")
    facts = rng.sample(_FACTS, rng.randint(3, 6))
    fit = tuple(Line(id=f"fact_{i}", branches=branches) for i, branches in enumerate(facts))
    deeds = tuple(_line(rng, f"deed_{i}") for i in range(rng.randint(2, 5)))
    return Signed(
        version=number + 1,
        sections=(
            Section(name="fit", lines=fit, low=-20, high=rng.choice((30, 50)), grade=15),
            Section(name="deeds", lines=deeds, low=rng.choice((-15, 0)), high=rng.choice((25, 60)), grade=12),
        ),
        instantly=(Event("demo_request", hours=rng.choice((5, 72))),) if rng.random() < 0.6 else (),
        never=(Fact("unsubscribed", "true"),) if rng.random() < 0.4 else (),
        fields=fields,
    )


def _line(rng: Random, name: str) -> Line:
    each = rng.random() < 0.5
    hours = rng.choice((0, 0, 2, 30, 200))
    if rng.random() < 0.15:
        return Line(id=name, branches=((Quiet(rng.choice(_KINDS), rng.choice((3, 40, 200))), -rng.randint(3, 12)),))
    event = Event(
        rng.choice(_KINDS),
        asset=rng.choice(("", "", "pricing")),
        each=each,
        at_least=1 if each else rng.choice((1, 2, 3)),
        hours=hours,
        dates=0 if hours else rng.choice((0, 0, 2, 9)),
        ever=bool(hours) and not each and rng.random() < 0.2,
    )
    points = rng.choice((3, 5, 10, 20, -4))
    return Line(
        id=name,
        branches=((event, points),),
        fade=_fade(rng) if rng.random() < 0.6 else None,
        count=rng.choice((Count(), Count(), Count(session_m=30), Count(day=True), Count(human_only=False))),
        max_times=rng.choice((0, 2, 3)) if each else 0,
        keep=rng.choice(("newest", "first")),
        max_points=rng.choice((0, 0, 8)),
    )


def _fade(rng: Random) -> Fade:
    shape: Shape = rng.choice(("cliff", "linear", "linear_steps", "half_life"))
    return Fade(shape, rng.choice((5, 48, 24 * 14)), rng.choice((25, 50)) if shape == "linear_steps" else 0)
