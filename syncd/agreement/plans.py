"""What a promise's clock will come to if nothing happens: when it is at risk, due, and escalated."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause, deadline, used_up
from syncd.agreement.language import percent
from syncd.agreement.policies import Desk, Goal, Policy


class Mark(NamedTuple):
    """An instant at which a clock is at risk, and how that is called: ``75%``, or the ``1bd`` of a range."""

    at: int
    threshold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The instants of one clock, `FOREVER` for what never comes; ``marks`` are those before it is due."""

    desk: Desk
    pauses: tuple[Pause, ...]
    due: int
    marks: tuple[Mark, ...] = ()
    escalates_at: int = FOREVER

    def next_change_at(self, now: int) -> int:
        """Return the next instant at which time alone changes the clock, or makes something of it to be told."""
        edges = [edge for pause in self.pauses for edge in pause]
        instants = (*(mark.at for mark in self.marks), self.due + 1, self.escalates_at, *edges)
        return min((at for at in instants if now < at < FOREVER), default=FOREVER)


def planned(policy: Policy, goal: Goal, began: int, *, place: Desk, pauses: tuple[Pause, ...]) -> Plan:
    """Plan a clock that *began*: marks are shares of the open time to its due time, however that is told."""
    calendar = place.calendar
    due, amount = deadline(goal.within, calendar, began, pauses)
    if due == FOREVER:
        return Plan(desk=place, pauses=pauses, due=FOREVER)
    marks = [Mark(used_up(calendar, began, ceil(amount * share), pauses), percent(share)) for share in policy.warn_at]
    if goal.aim is not None:
        marks.append(Mark(deadline(goal.aim, calendar, began, pauses).due, goal.aim.text))
    return Plan(
        desk=place,
        pauses=pauses,
        due=due,
        marks=tuple(sorted(mark for mark in marks if mark.at < due)),
        escalates_at=deadline(policy.escalation.after, calendar, due, pauses).due if policy.escalation else FOREVER,
    )
