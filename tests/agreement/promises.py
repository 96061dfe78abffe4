"""Short ways to write promises and episodes down in a test."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypedDict, Unpack

from syncd.agreement.calendars import ALWAYS, Calendar
from syncd.agreement.clocks import Clock, Situation, clocks
from syncd.agreement.durations import Clockwork, target
from syncd.agreement.journey import Episode, Event, Owner
from syncd.agreement.policies import Escalation, Goal, Moment, Moments, Policy, Roster, Side, Sla, TimeTerms
from tests.agreement.build import at
from tests.agreement.calendars import KOLKATA, MADRID, NY

CALENDARS: Mapping[str, Calendar] = {"ny": NY, "madrid": MADRID, "kolkata": KOLKATA, "always": ALWAYS}


class PolicyOptions(TypedDict, total=False):
    side: Side
    goals: tuple[Goal, ...]
    warn_at: tuple[Fraction, ...]
    need: int
    over_days: int
    unless: Moments
    pause_while: tuple[str, ...]
    cancel_if: Moments
    void_if: Moments
    on_breach: tuple[str, ...]
    escalation: Escalation
    each: bool
    outlives: bool


class SlaOptions(TypedDict, total=False):
    version: int
    effective_from: int
    roster: Roster
    rep_clocks: bool
    credit: int


def on(*whats: str, every: bool = False) -> Moments:
    return Moments(tuple(Moment(what) for what in whats), every)


def goal(within: str, clockwork: Clockwork = "business") -> Goal:
    return Goal(within=target(within, clockwork, {}))


def percents(*numbers: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(number, 100) for number in numbers)


def promise(
    start: str, stop: str, within: str = "1h", clockwork: Clockwork = "business", **more: Unpack[PolicyOptions]
) -> Policy:
    options: PolicyOptions = {"side": "sales", "goals": (goal(within, clockwork),), **more}
    return Policy(id="it", start=on(start), stop=on(stop), **options)


CONTACT = promise("assigned", "contact_attempt")


def sla(*policies: Policy, go_live: str | None = None, **more: Unpack[SlaOptions]) -> Sla:
    options: SlaOptions = {"roster": Roster(default="ny"), **more}
    time = TimeTerms(calendars=CALENDARS, go_live=None if go_live is None else at(go_live))
    return Sla(policies=policies or (CONTACT,), time=time, **options)


def event(when: str, what: str, detail: str = "", *, known: str = "") -> Event:
    return Event(at=at(when), what=what, detail=detail, known_at=at(known or when))


def episode(
    *events: tuple[str, str] | Event,
    owners: tuple[tuple[str, str], ...] = (),
    ended: str | None = None,
    high_intent: bool = False,
    n: int = 1,
) -> Episode:
    """An episode that begins with its first event; owners are (who, when)."""
    made = tuple(one if isinstance(one, Event) else event(*one) for one in events)
    return Episode(
        n=n,
        started_at=made[0].at,
        ended_at=None if ended is None else at(ended),
        high_intent=high_intent,
        events=tuple(sorted(made)),
        owners=tuple(Owner(who, at(when)) for who, when in owners),
    )


def as_of(now: str, way: Episode, *versions: Sla, situation: Situation | None = None) -> tuple[Clock, ...]:
    return clocks(versions or (sla(),), way, person="ann", situation=situation or Situation(), now=at(now))


def one(now: str, way: Episode, *versions: Sla, situation: Situation | None = None) -> Clock:
    (found,) = as_of(now, way, *versions, situation=situation)
    return found
