"""The sections ``attempts`` and ``sla`` of ``agreement.yaml`` as the clocks use them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from syncd.agreement.alarms import OFFLINE, REASSIGN, TELL_MANAGER, TELL_OWNER
from syncd.agreement.attempts import CONTACT_ATTEMPT, AttemptTerms
from syncd.agreement.counting import micros
from syncd.agreement.durations import Clockwork, Target, target
from syncd.agreement.handoff import SQL, Handoff, RoutingTerms
from syncd.agreement.language import FactCondition, Sentence
from syncd.agreement.policies import (
    NEVER,
    Escalation,
    Figure,
    Goal,
    Moment,
    Policy,
    Roster,
    Side,
    Sla,
    TimeTerms,
)
from syncd.agreement.teams import own_calendars, team_of, with_calendar
from syncd.config.agreement import AgreementFile
from syncd.config.figures import figure
from syncd.config.notices import NotifyTerms
from syncd.config.phrases import ANSWERED, FEEDBACK, MERGED, VETOED, Phrases
from syncd.config.sla import (
    AttemptsSection,
    ClockTerms,
    Promise,
    SlaSection,
    StillOpen,
    TargetTerms,
)
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.validation import did_you_mean
from syncd.config.words import Checks, Words
from syncd.mapping.fields import Field
from syncd.model import ACTIVITY_KINDS

FLAG = "flag crm"
ACTS = (TELL_OWNER, TELL_MANAGER, FLAG, REASSIGN, OFFLINE)
"""What can be done about a breach."""

_PAUSES = ("date", "datetime", "bool")
"""The types of fields that can make a clock stand still."""

_CALENDAR = re.compile(r"(of the owner, else )?(of the team, else )?(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What was agreed; ``sla`` is ``None`` without the section. ``warnings`` stop nothing."""

    sla: Sla | None
    attempts: AttemptTerms
    problems: tuple[ConfigProblem, ...]
    warnings: tuple[ConfigProblem, ...]


def promised(
    terms: AgreementFile, document: Document, fields: Mapping[str, Field], *, time: TimeTerms, handoff: Handoff
) -> Promised:
    """Compile both sections, with every problem and warning."""
    problems = list[ConfigProblem]()
    words = Words(fields=fields, kinds=[*ACTIVITY_KINDS, *terms.activities])
    checks = Checks(document=document, words=words, problems=problems)
    attempts = _attempts(terms.attempts, checks)
    if terms.sla is None:
        return Promised(sla=None, attempts=attempts, problems=tuple(problems), warnings=())
    accepted = [value for value, one in handoff.dispositions.values.items() if one.to == SQL]
    phrases = Phrases(checks=checks, accepted=accepted)
    reader = _Reader(
        terms=terms.sla,
        checks=checks,
        phrases=phrases,
        time=time,
        routing=handoff.routing,
        notify=terms.notify,
        pauses=[name for name, field in fields.items() if field.type in _PAUSES],
    )
    sla = reader.sla(terms.agreement.version, attempts.credit)
    return Promised(sla=sla, attempts=attempts, problems=tuple(problems), warnings=tuple(_one_sided(terms.sla, document)))


def _attempts(terms: AttemptsSection, checks: Checks) -> AttemptTerms:
    lists = {"count": terms.count, "not": terms.never, "connected": terms.connected}
    for name, kinds in lists.items():
        checks.known(kinds, ("attempts", name), [*checks.words.kinds, *terms.bounces], "kind of activity")
    for kind in terms.count:
        if kind in terms.never:
            checks.wrong(("attempts", "not"), f"{kind!r} is counted already; take it out of one of the two")
    return AttemptTerms(
        count=frozenset(terms.count),
        never=frozenset(terms.never),
        connects=frozenset(terms.connected),
        bounces=frozenset(terms.bounces),
        apart=micros(terms.one_per.within),
        per_channel=terms.one_per.channel,
        booking_by_lead=terms.booking_by_the_lead_counts,
        bounce_reopens=terms.if_later_found_bounced == "reopen the clock",
        credit=micros(terms.credit_contact_before_handoff),
    )


def _one_sided(terms: SlaSection, document: Document) -> list[ConfigProblem]:
    sides = {"marketing": terms.marketing, "sales": terms.sales}
    silent = [side for side, promises in sides.items() if not promises]
    what = "an agreement that binds one side only is a wish; say what {} promises too"
    return [document.problem(("sla",), f"sla: {what.format(side)}") for side in silent]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """The section, and what it refers to."""

    terms: SlaSection
    checks: Checks
    phrases: Phrases
    time: TimeTerms
    routing: RoutingTerms | None
    notify: NotifyTerms
    pauses: Collection[str]

    def sla(self, version: int, credit: int) -> Sla:
        policies, figures = list[Policy](), list[Figure]()
        sides: tuple[tuple[Side, Mapping[str, Promise]], ...] = (
            ("marketing", self.terms.marketing),
            ("sales", self.terms.sales),
            ("joint", self.terms.joint),
        )
        for side, promises in sides:
            for name, promise in promises.items():
                at: Path_ = ("sla", side, name)
                if not isinstance(promise, ClockTerms):
                    figures.append(figure(name, side, promise, self.checks))
                    continue
                if name in [policy.id for policy in policies]:
                    self.checks.wrong(at, "another clock is called so; every clock has a name of its own")
                policies.append(self._policy(name, side, promise, at))
        self._first_contact(policies)
        return Sla(
            version=version,
            policies=tuple(policies),
            figures=tuple(figures),
            roster=_roster(self.terms, policies, checks=self.checks, time=self.time, routing=self.routing),
            rep_clocks=self.terms.on_owner_change.rep_clock == "restarts",
            credit=credit,
            time=self.time,
        )

    def _first_contact(self, policies: Sequence[Policy]) -> None:
        """Without a longest time to the first contact nothing else is worth promising; what cannot be read may be one."""
        promised = [policy for policy in policies if policy.side == "sales" and policy.need == 1]
        written = {path[2] for path in self.checks.document.lines if path[:2] == ("sla", "sales") and len(path) == 3}
        unread = written - self.terms.sales.keys() or any(policy.stop == NEVER for policy in promised)
        if not unread and not any(Moment(CONTACT_ATTEMPT) in policy.stop.of for policy in promised):
            example = "first_contact: {start: assigned, stop: contact_attempt, within: 1bd}"
            self.checks.wrong(("sla", "sales"), f"nobody promises how soon a lead is contacted; write for example {example}")

    # ------------------------------------------------------------ clocks

    def _policy(self, name: str, side: Side, terms: ClockTerms, at: Path_) -> Policy:
        clockwork = terms.clock or self.terms.default_clock
        start = self.phrases.moments(terms.start, (*at, "start"))
        need, stop = 1, NEVER
        if terms.stop is not None:
            stop = self.phrases.moments(terms.stop, (*at, "stop"))
        elif terms.need is not None:
            need, stop = self.phrases.need(terms.need, (*at, "need"))
        whats = {moment.what for moment in (*start.of, *stop.of)}
        for i, act in enumerate(terms.on_breach):
            self._acts([act], (*at, "on_breach", i), beside=terms.on_breach)
        self.checks.known(terms.pause_while, (*at, "pause_while"), self.pauses, "date or yes/no field")
        outlives = not whats.isdisjoint((FEEDBACK, ANSWERED))
        return Policy(
            id=name,
            side=side,
            start=start,
            stop=stop,
            goals=self._goals(terms, clockwork, at),
            warn_at=tuple(sorted(map(Fraction, terms.warn_at))),
            need=need,
            over_days=terms.over_at_least_days,
            unless=self.phrases.moments(terms.unless, (*at, "unless")) if terms.unless else NEVER,
            pause_while=tuple(terms.pause_while),
            cancel_if=self.phrases.any_of(terms.cancel_if, (*at, "cancel_if"), (MERGED,) if outlives else (MERGED, VETOED)),
            void_if=self.phrases.any_of(terms.void_if, (*at, "void_if"), (MERGED,)),
            on_breach=tuple(terms.on_breach),
            escalation=self._escalation(terms.if_still_open_after, clockwork, (*at, "if_still_open_after")),
            each=any(moment.what == FEEDBACK for moment in start.of),
            outlives=outlives,
        )

    def _goals(self, terms: ClockTerms, clockwork: Clockwork, at: Path_) -> tuple[Goal, ...]:
        if terms.within is not None:
            return self._goal(terms.within, None, clockwork, (*at, "within"))
        found = list[Goal]()
        for i, one in enumerate(terms.targets):
            here = (*at, "targets", i)
            found += self._goal(one.within, self._when(one, (*here, "when")), clockwork, (*here, "within"))
        whens = [one.when for one in terms.targets]
        if whens[-1] != "otherwise":
            self.checks.wrong((*at, "targets"), "nobody else has a target; end with {when: otherwise, within: …}")
        elif "otherwise" in whens[:-1]:
            self.checks.wrong((*at, "targets"), "what follows 'otherwise' never counts; put it last")
        return tuple(found)

    def _goal(
        self, text: str, when: Sentence | Literal["high_intent"] | None, clockwork: Clockwork, at: Path_
    ) -> tuple[Goal, ...]:
        aim, _, within = text.rpartition("..")
        found = [self._target(one, clockwork, at) for one in (aim, within) if one]
        if None in found:
            return ()
        targets = [one for one in found if one is not None]
        return (Goal(within=targets[-1], aim=targets[0] if aim else None, when=when),)

    def _target(self, text: str, clockwork: Clockwork, at: Path_) -> Target | None:
        try:
            return target(text, clockwork, self.time.calendars)
        except ValueError as error:
            self.checks.wrong(at, str(error))
            return None

    def _when(self, terms: TargetTerms, at: Path_) -> Sentence | Literal["high_intent"] | None:
        if terms.when == "otherwise":
            return None
        if terms.when == "high_intent":
            return "high_intent"
        found = self.checks.sentences([terms.when], at, numbered=False)
        if found and not isinstance(found[0].condition, FactCondition):
            self.checks.wrong(at, "is about events; a target asks for high_intent or for facts, for example company_size > 500")
        return found[0] if found else None

    def _escalation(self, terms: StillOpen | None, clockwork: Clockwork, at: Path_) -> Escalation | None:
        if terms is None:
            return None
        acts = terms.then.split(" and ")
        self._acts(acts, (*at, "then"), beside=acts)
        after = self._target(terms.another, clockwork, (*at, "another"))
        return Escalation(after, tuple(acts)) if after else None

    def _acts(self, acts: Sequence[str], at: Path_, *, beside: Sequence[str]) -> None:
        for act in acts:
            if why := self._unkept(act, beside):
                self.checks.wrong(at, f"{act!r}: {why}" if act in ACTS else why)

    def _unkept(self, act: str, beside: Sequence[str]) -> str:
        """Say why nothing would come of *act* and what to write, "" if something does."""
        if act not in ACTS:
            return f"nothing is called {act!r}{did_you_mean(act, list(ACTS))}"
        if act == REASSIGN and self.routing is None:
            return "there is nobody to give leads to; write the section routing, or leave it out"
        if act == OFFLINE and REASSIGN not in beside:
            return "goes together with reassign alone; write reassign and set owner offline"
        told = {to for one in self.notify.instant if one.event == "sla_breached" for to in one.to}
        whom = act.removeprefix("tell ")
        if act in (TELL_OWNER, TELL_MANAGER) and whom not in told:
            return f"no notice does; add {{event: sla_breached, to: {whom}, by: CHANNEL}} to notify.instant, or leave it out"
        if act == TELL_MANAGER and not (self.routing and self.routing.managers):
            return "nobody is named as manager; write them under routing.nobody_available.tell, or leave it out"
        return ""


def _roster(
    terms: SlaSection, policies: Sequence[Policy], *, checks: Checks, time: TimeTerms, routing: RoutingTerms | None
) -> Roster:
    """Return who works by which calendar; nobody needs one if no clock runs on business time."""
    calendars, at = time.calendars, ("sla", "calendar")
    if not any(goal.within.clockwork == "business" for policy in policies for goal in policy.goals):
        return Roster()
    text = terms.calendar or (next(iter(calendars)) if len(calendars) == 1 else "")
    match = _CALENDAR.fullmatch(text)
    if match is None or match[3] not in calendars:
        missing = (
            "is missing; business clocks need one, for example: of the owner, else of the team, else ny (see time.calendars)"
        )
        checks.wrong(at, f"no calendar {match[3]!r}{did_you_mean(match[3], list(calendars))}" if match else missing)
        return Roster()
    for who, name in terms.calendar_of.items():
        checks.known([name], ("sla", "calendar_of", who), calendars, "calendar")
    routing = routing or RoutingTerms()
    teams = with_calendar(routing)
    return Roster(
        default=match[3],
        owners={**own_calendars(routing), **terms.calendar_of} if match[1] else {},
        teams={name: team.calendar for name, team in teams.items()} if match[2] else {},
        team_of=team_of(teams),
    )
