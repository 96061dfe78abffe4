"""Clocks of promises: derived from the facts of an episode, never changed by hand or counted up.

For every promise of the agreement in force at its start there is one clock for the customer, who waits however often the owner
changes, and, if the owner does change, one for each owner from their own first minute on their own calendar. A fact that
arrives late, or is taken back, makes another clock of the same name. Instants and spans are microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.calendars import ALWAYS
from syncd.agreement.conditions import Facts, compiled_facts
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause, union, used
from syncd.agreement.journey import Episode, Event, Owner
from syncd.agreement.language import FactCondition
from syncd.agreement.moments import first, progress, starts
from syncd.agreement.plans import Mark, Plan, planned
from syncd.agreement.policies import Desk, Goal, Policy, Sla, desk
from syncd.agreement.turns import owner_at, turns

State: TypeAlias = Literal["running", "at_risk", "breached", "paused", "met", "met_late", "cancelled", "void"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What else clocks depend on: the person's facts, times in which a cause stopped them, and who waits for an owner."""

    facts: Facts = field(default_factory=dict)
    pauses: Mapping[str, tuple[Pause, ...]] = field(default_factory=dict)
    team: str = ""


class Held(NamedTuple):
    """How much of a clock's open time an owner ("" if nobody) had the person."""

    who: str
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise about one person, as it stands.

    ``rep`` is the owner whose own clock it is, "" for the customer's. ``due`` and ``escalates_at`` are `FOREVER` while a pause
    has no end. ``stop`` is the instant it was fulfilled, ``stopped_by`` the event; ``ended_at`` when it stopped, was canceled
    or made void, ``None`` while it runs, breached or not. ``historical``: it was due before go-live and is measured only.
    ``silent``: nobody is alarmed, for that reason or because it is the first owner's, which says what the customer's says.
    ``owner`` is to whom a breach is booked: who owned the person at ``due``. ``known_at`` is when we learnt of what it says.
    """

    id: str
    policy: Policy
    version: int
    episode: int
    rep: str
    desk: Desk
    goal: Goal
    start: int
    due: int
    marks: tuple[Mark, ...]
    escalates_at: int
    stop: int | None
    stopped_by: str
    ended_at: int | None
    state: State
    historical: bool
    silent: bool
    used: int
    pauses: tuple[Pause, ...]
    owner: str
    held: tuple[Held, ...]
    done: int
    known_at: int
    next_change_at: int

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.ended_at is None


def clocks(versions: Sequence[Sla], episode: Episode, *, person: str, situation: Situation, now: int) -> tuple[Clock, ...]:
    """Return every clock of *episode* as of *now*, by due time.

    *versions* are those of the agreement, ascending; each governs what starts while it is in force, the first also what
    started before it. *person* goes into the names of the clocks, which stay the same whenever this is asked.
    """
    events = [event for event in episode.events if event.at <= now]
    owners = [owner for owner in episode.owners if owner.at <= now]
    found: list[Clock] = []
    for n, sla in enumerate(versions):
        since = sla.effective_from if n else -FOREVER
        until = versions[n + 1].effective_from if n + 1 < len(versions) else FOREVER
        for policy in sla.policies:
            case = _Case(sla, policy, episode, events, owners, person, situation, now)
            found += [clock for run in _runs(case) if since <= run.start.at < until for clock in _family(case, run)]
    return tuple(sorted(found, key=lambda clock: (clock.due, clock.id)))


def most_urgent(found: Sequence[Clock]) -> Clock | None:
    """Return the open clock of the customer that is due first, or was; historical ones last."""
    waiting = [clock for clock in found if clock.open and not clock.rep]
    return min(waiting, key=lambda clock: (clock.historical, clock.due, clock.id), default=None)


# ---------------------------------------------------------------- one promise

_ELAPSED = Desk(ALWAYS, "elapsed time")


class _Case(NamedTuple):
    """A promise, and all that is known to judge it by."""

    sla: Sla
    policy: Policy
    episode: Episode
    events: Sequence[Event]
    owners: Sequence[Owner]
    person: str
    situation: Situation
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One time a promise began: for the customer, or from ``began`` on for ``rep``, over when another owner takes over."""

    id: str
    start: Event
    began: int
    credit: int
    over_at: int = FOREVER
    rep: str = ""
    silent: bool = False


class _End(NamedTuple):
    """How a clock ended, if it did."""

    at: int | None
    stop: int | None
    by: str
    void: bool


def _runs(case: _Case) -> list[_Run]:
    return [
        _Run(
            id=f"{case.person}/{case.episode.n}/{case.policy.id}/{start.at if case.policy.each else n}",
            start=start,
            began=start.at,
            credit=case.sla.credit if n == 1 else 0,
        )
        for n, start in enumerate(starts(case.policy, case.episode, case.events), start=1)
    ]


def _family(case: _Case, run: _Run) -> list[Clock]:
    """Return the customer's clock and, if several people owned the person while it ran, one for each of them.

    Owners' clocks are named by the instant they took over, so that none takes the name of another when a change of owner comes
    to light later. From then on it is they who escalate.
    """
    goal = _goal(case)
    if goal is None:
        return []
    customer = _clock(case, goal, run)
    until = FOREVER if customer.ended_at is None else customer.ended_at
    owned = [turn for turn in turns(case.owners, run.began, until) if turn.who]
    if case.policy.side != "sales" or not case.sla.rep_clocks or len(owned) < 2:
        return [customer]
    reps = [
        replace(
            run,
            id=f"{run.id}/{turn.start}",
            began=turn.start,
            over_at=turn.end,
            credit=0,
            rep=turn.who,
            silent=n == 0,
        )
        for n, turn in enumerate(owned)
    ]
    return [replace(customer, escalates_at=FOREVER), *(_clock(case, goal, rep, customer=customer) for rep in reps)]


def _goal(case: _Case) -> Goal | None:
    """Return the first goal that fits the person; ``None`` if nothing was promised to such people."""
    for goal in case.policy.goals:
        if goal.when is None:
            return goal
        if goal.when == "high_intent":
            if case.episode.high_intent:
                return goal
        elif isinstance(goal.when.condition, FactCondition) and compiled_facts(goal.when.condition)(case.situation.facts):
            return goal
    return None


def _clock(case: _Case, goal: Goal, run: _Run, *, customer: Clock | None = None) -> Clock:
    """Return one clock; an owner's stops with the *customer*'s at the latest."""
    plan = _plan(case, goal, run)
    made = progress(case.policy, case.events, run.began, credit=run.credit, zone=plan.desk.calendar.zone)
    stop, by = (made.stop.at, made.stop.event.what) if made.stop else (FOREVER, "")
    if customer is not None and customer.stop is not None and customer.stop < stop:
        stop, by = customer.stop, customer.stopped_by
    end = _end(case, run, stop, by)
    until = case.now if end.at is None else end.at
    state = _state(plan, end, case.now)
    go_live = case.sla.time.go_live
    historical = go_live is not None and plan.due < go_live
    return Clock(
        id=run.id,
        policy=case.policy,
        version=case.sla.version,
        episode=case.episode.n,
        rep=run.rep,
        desk=plan.desk,
        goal=goal,
        start=run.began,
        due=plan.due,
        marks=plan.marks,
        escalates_at=plan.escalates_at,
        stop=end.stop,
        stopped_by=end.by,
        ended_at=end.at,
        state=state,
        historical=historical,
        silent=historical or run.silent,
        used=used(plan.desk.calendar, run.began, until, plan.pauses),
        pauses=plan.pauses,
        owner=run.rep or (owner_at(case.owners, min(plan.due, until)) if case.policy.side == "sales" else ""),
        held=_held(case, plan, run.began, until),
        done=made.done,
        known_at=max(run.start.known_at, run.began, made.corrected_at or run.began),
        next_change_at=FOREVER if end.at is not None else plan.next_change_at(case.now),
    )


def _plan(case: _Case, goal: Goal, run: _Run) -> Plan:
    place = _ELAPSED
    if goal.within.clockwork == "business":
        place = desk(case.sla, run.rep or owner_at(case.owners, run.began), team=case.situation.team)
    pauses = union(pause for cause in case.policy.pause_while for pause in case.situation.pauses.get(cause, ()))
    return planned(case.policy, goal, run.began, place=place, pauses=pauses)


def _end(case: _Case, run: _Run, stop: int, by: str) -> _End:
    """Say how the clock ended: made void, fulfilled, or canceled by an event, the episode's end or a new owner."""
    void = first(case.policy.void_if, case.events, run.start.at)
    if void is not None:
        return _End(void.at, None, "", void=True)
    canceled = first(case.policy.cancel_if, case.events, run.start.at)
    over_at = run.over_at if canceled is None else min(run.over_at, canceled.at)
    ended_at = case.episode.ended_at
    if ended_at is not None and not case.policy.outlives:
        over_at = min(over_at, max(ended_at, run.began))
    if stop <= min(over_at, case.now):
        return _End(stop, stop, by, void=False)
    return _End(over_at if over_at <= case.now else None, None, "", void=False)


def _state(plan: Plan, end: _End, now: int) -> State:
    if end.void:
        return "void"
    if end.stop is not None:
        return "met" if end.stop <= plan.due else "met_late"
    if plan.due < (now if end.at is None else end.at):
        return "breached"
    if end.at is not None:
        return "cancelled"
    if any(pause.start <= now < pause.end for pause in plan.pauses):
        return "paused"
    return "at_risk" if plan.marks and plan.marks[0].at <= now else "running"


def _held(case: _Case, plan: Plan, start: int, end: int) -> tuple[Held, ...]:
    times: dict[str, int] = {}
    for who, since, until in turns(case.owners, start, end):
        times[who] = times.get(who, 0) + used(plan.desk.calendar, since, until, plan.pauses)
    return tuple(Held(who, time) for who, time in times.items())
