"""What the teams agreed about time and deadlines, as data: already read and checked. Instants and spans are microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.calendars import ALWAYS, Calendar
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Target
from syncd.agreement.language import Sentence

_DAY = 86_400_000_000

Side: TypeAlias = Literal["marketing", "sales", "joint"]
"""Whose promise it is."""

Per: TypeAlias = Literal["week", "month", "quarter", "year"]
"""How often a figure is judged; quarters and years are fiscal ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTerms:
    """How dates and business hours are told.

    ``week_starts`` counts from 0, Monday. What was due before ``go_live`` is measured and never alarmed; alerts older than
    ``max_alert_age`` go into the digest.
    """

    zone: str = "UTC"
    week_starts: int = 0
    fiscal_year_starts: int = 1
    go_live: int | None = None
    max_alert_age: int = _DAY
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


# ---------------------------------------------------------------- clocks


class Moment(NamedTuple):
    """An event by its name; one whose detail is among ``but`` is another."""

    what: str
    but: frozenset[str] = frozenset()


class Moments(NamedTuple):
    """Any of several events, or ``all`` of them."""

    of: tuple[Moment, ...]
    all: bool = False


NEVER = Moments(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How long something may take for those ``when`` holds for: high intent, a sentence about facts as they are now, everybody.

    ``aim`` is an earlier mark of a range such as 1bd..2bd, at which a clock is at risk.
    """

    within: Target
    aim: Target | None = None
    when: Sentence | Literal["high_intent"] | None = None


class Escalation(NamedTuple):
    """What is done when a breached clock still runs ``after`` another while."""

    after: Target
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One promise that a clock measures.

    It runs from ``start`` to ``stop``, or to the ``need``-th such event once they fall on ``over_days`` dates, or to one of
    ``unless``. The first of ``goals`` that fits counts. ``each``: every start has its clock, not only the first of an episode.
    ``outlives``: the end of the episode does not cancel it. ``cancel_if`` ends a clock undecided, ``void_if`` unmakes it.
    """

    id: str
    side: Side
    start: Moments
    stop: Moments
    goals: tuple[Goal, ...]
    warn_at: tuple[Fraction, ...] = ()
    need: int = 1
    over_days: int = 1
    unless: Moments = NEVER
    pause_while: tuple[str, ...] = ()
    cancel_if: Moments = NEVER
    void_if: Moments = NEVER
    on_breach: tuple[str, ...] = ()
    escalation: Escalation | None = None
    each: bool = False
    outlives: bool = False


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumePromise:
    """At least so many people enter stage ``of`` in each period; ``pace`` also judges the forecast."""

    id: str
    side: Side
    at_least: int
    of: str
    per: Per = "month"
    pace: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePromise:
    """At least so many of those who enter ``of`` in a period are ``are``, or have ``are`` happen ``within`` a while.

    Only people in for ``mature_after`` count. With ``alarm_below`` an alarm is raised under it, by ``min_sample`` people or
    more, and cleared at ``clear_at``; ``on_alarm`` says what is to be done then.
    """

    id: str
    side: Side
    at_least: Fraction
    of: str
    are: str
    per: Per = "month"
    within: int | None = None
    mature_after: int = 0
    min_sample: int = 1
    alarm_below: Fraction | None = None
    clear_at: Fraction | None = None
    on_alarm: str = ""


Figure: TypeAlias = VolumePromise | SharePromise


# ---------------------------------------------------------------- one version


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who works when: calendars by owner, else by the owner's team, else ``default``; all by name."""

    default: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    team_of: Mapping[str, str] = field(default_factory=dict)


class Desk(NamedTuple):
    """A calendar, and in words whose it is."""

    calendar: Calendar
    whose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The promises of one version of the agreement, in force for what starts at ``effective_from`` or later.

    ``credit``: a contact attempt up to so long before a clock's start stops it at once.
    """

    version: int = 0
    effective_from: int = -FOREVER
    policies: tuple[Policy, ...] = ()
    figures: tuple[Figure, ...] = ()
    roster: Roster = Roster()
    rep_clocks: bool = True
    credit: int = _DAY
    time: TimeTerms = TimeTerms()


def desk(sla: Sla, who: str, *, team: str = "") -> Desk:
    """Return the calendar of *who*, else of their team, or of *team* while nobody owns a person, else the default.

    >>> roster = Roster(teams={"emea": "madrid"}, team_of={"kim": "emea"})
    >>> sla = Sla(roster=roster, time=TimeTerms(calendars={"madrid": Calendar(name="madrid", zone="Europe/Madrid")}))
    >>> desk(sla, "kim").whose
    'of team emea'
    """
    roster, calendars = sla.roster, sla.time.calendars
    team = roster.team_of.get(who, who or team)
    for name, whose in ((roster.owners.get(who, ""), "of the owner"), (roster.teams.get(team, ""), f"of team {team}")):
        if name in calendars:
            return Desk(calendars[name], whose)
    return Desk(calendars.get(roster.default, ALWAYS), "by default")
