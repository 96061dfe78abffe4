"""Judging people as one: their score, their way, whom they go to, and the clocks that run on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from syncd.agreement import judging as agreement
from syncd.agreement.alarms import OFFLINE, REASSIGN, Action, actions
from syncd.agreement.calendars import ALWAYS, Calendar
from syncd.agreement.clocks import Clock, Situation, clocks
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, History
from syncd.agreement.handoff import MQL, WORKING
from syncd.agreement.journey import Claim, Episode, Evidence, Owner
from syncd.agreement.judging import Judgment
from syncd.agreement.policies import Sla, desk
from syncd.agreement.routing import (
    ACCOUNT_OWNER,
    HIGH_INTENT,
    Assignment,
    Lead,
    TeamState,
    after,
    offline,
    route,
    turns,
)
from syncd.agreement.teams import opens_at, to_reassign_at
from syncd.engine import evidence
from syncd.engine.echo import SKEW
from syncd.engine.evidence import Known
from syncd.engine.site import Site
from syncd.model import Golden
from syncd.store import assessments, ids, journeys, records, streams

LIVE_MARK = "live since"

ASK_AGAIN = 10 * 60 * 1_000_000
"""How long a lead that nobody could take waits for the next try."""

_MONTH = 31 * 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is judged: by their own golden fields, the facts with their account's, and what happened.

    ``assessed_at`` is when they last were, ``stage`` where they stood then.
    """

    id: int
    golden: Mapping[str, Golden]
    facts: Facts
    history: History
    account_id: int | None
    assessed_at: int | None
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of it. ``assigned`` are new; ``alarms`` those since the last assessment.

    ``at_rest``: only the score spoke, and moved nobody; the moves that led there were not asked for.
    """

    person: Person
    known: Known
    judgment: Judgment
    keep: tuple[Claim, ...]
    assigned: tuple[Assignment, ...]
    clocks: tuple[Clock, ...]
    alarms: tuple[Action, ...]
    next_change_at: int
    at_rest: bool = False

    @property
    def owner(self) -> str:
        """Who has the person now."""
        return _owner(self.known.evidence, FOREVER)


class Court:
    """A compiled agreement, and what is known of the teams, for one batch of people."""

    def __init__(self, tx: Connection, site: Site, now: int, *, whole: bool = False) -> None:
        """*whole*: tell the moves even of those whom only the score ever spoke of."""
        self._tx, self._site, self._now, self._whole = tx, site, now, whole
        self._live_since = live_since(tx, site)
        self._imported = imported_at(tx)
        self._judge = agreement.judge(site.config.agreement, site.config.handoff)
        self._teams: TeamState | None = None
        self.wants = self._judge.wants

    def judged(self, people: Sequence[Person]) -> Iterator[Judged]:
        """Judge *people*, in their order: a lead's owner depends on who got the one before."""
        claims = journeys.claims(self._tx, [one.id for one in people])
        further = evidence.on_their_way(self._tx, self._site, {one.id: one.golden for one in people}, claims)
        known = evidence.known(self._tx, self._site, further) if further else {}
        first = {one.id: self._first(one, known.get(one.id), claims.get(one.id, ())) for one in people}
        new = {person for person, said in first.items() if said.way.episodes and person not in known}
        known |= evidence.known(self._tx, self._site, new) if new else {}
        for one in people:
            mine, said = known.get(one.id), first[one.id]
            if mine is None:
                yield _by_score_alone(one, said)
            else:
                yield self._with_clocks(one, mine, self._asked(one, mine.evidence) if one.id in new else said)

    def _first(self, person: Person, known: Known | None, claims: tuple[Claim, ...]) -> Judgment:
        """Judge somebody for a start: most are known to the score alone, and where it left them."""
        if known is None and claims and not self._whole:
            glanced = self._judge.glance(person.facts, person.history, claims[-1].to, self._now)
            if glanced is not None:
                return glanced
        return self._asked(person, known.evidence if known is not None else Evidence(claims=claims))

    def _asked(self, person: Person, said: Evidence) -> Judgment:
        return self._judge.judge(person.facts, person.history, said, self._now)

    # -- with sales in it

    def _with_clocks(self, person: Person, known: Known, said: Judgment) -> Judged:
        said, keep = self._dated(person, known, said)
        known = replace(known, evidence=replace(known.evidence, claims=(*known.evidence.claims, *keep)))
        made = self._routed(person, known, said)
        if made is not None:
            known = _given(known, made)
            said = self._asked(person, known.evidence)
        running = self._clocks(person, known, said)
        alarms = self._alarms(person, running)
        assigned = () if made is None else (made,)
        taken = (
            None if made is not None else self._taken_over(person, known, said, alarms) or self._stood_in(person, known, said)
        )
        if taken is not None:
            known, assigned = _given(known, taken), (taken,)
            said = self._asked(person, known.evidence)
            running = self._clocks(person, known, said)
        return Judged(
            person=person,
            known=known,
            judgment=said,
            keep=keep,
            assigned=assigned,
            clocks=running,
            alarms=alarms,
            next_change_at=min([said.next_change_at, self._again_at(known, said), *(one.next_change_at for one in running)]),
        )

    def _dated(self, person: Person, known: Known, said: Judgment) -> tuple[Judgment, tuple[Claim, ...]]:
        """Date what the score says for the first time of history to when the last of it happened, and judge again by that.

        History is what came before the first import was complete, and whoever the first reading of a later stream brings.
        """
        if not said.keep or not (self._imported is None or (person.assessed_at is None and self._came_at_first(person))):
            return said, said.keep
        happened = max((at for mine in person.history.values() for at in mine if at <= self._now), default=self._now)
        keep = tuple(one._replace(at=min(one.at, happened)) for one in said.keep)
        dated = replace(known.evidence, claims=(*known.evidence.claims, *keep))
        return self._asked(person, dated), keep

    def _came_at_first(self, person: Person) -> bool:
        """Tell whether all that is known of somebody was read before their streams had been read to the end once."""
        mine = records.of_entities(self._tx, [person.id]).get(person.id, ())
        return all(one.known_at <= self._first_read.get(one.stream_id, FOREVER) for one in mine)

    @cached_property
    def _first_read(self) -> dict[int, int]:
        return streams.first_read(self._tx)

    def _clocks(self, person: Person, known: Known, said: Judgment) -> tuple[Clock, ...]:
        whole = Situation(facts=person.facts, pauses=known.pauses)
        return tuple(
            clock
            for episode in said.way.episodes
            for situation in (replace(whole, team=_team(known, episode)),)
            for clock in clocks(
                self._versions(episode), episode, person=ids.shown(person.id), situation=situation, now=self._now
            )
        )

    def _versions(self, episode: Episode) -> list[Sla]:
        """Return all promises, none of which is meant for an episode from before the first import was complete."""
        is_history = self._imported is None or episode.started_at < self._imported
        go_live = FOREVER if is_history else self._live_since
        return [replace(sla, time=replace(sla.time, go_live=go_live)) for sla in self._site.slas]

    def _alarms(self, person: Person, running: Sequence[Clock]) -> tuple[Action, ...]:
        since = self._now if person.assessed_at is None else person.assessed_at - 1  # twice in one instant is possible
        time = self._site.config.time
        return tuple(alarm for one in running for alarm in actions(one, time, since=since, now=self._now))

    # -- owners

    def _routed(self, person: Person, known: Known, said: Judgment) -> Assignment | None:
        """Give an MQL without owner to somebody; one that waits in the queue only if somebody can take it now."""
        if not self._waits(known, said):
            return None
        made = self._route(person, said, ())
        waited = bool(known.assignments) and not known.assignments[-1].owner
        return None if waited and not made.owner else made

    def _waits(self, known: Known, said: Judgment) -> bool:
        """Tell whether somebody has to be found; whoever became an MQL before going live is history."""
        return self._is_open(said) and not self._owner_of(known)

    def _owner_of(self, known: Known) -> str:
        """Return who has a lead, be it since an instant that a source's clock alone has reached."""
        return _owner(known.evidence, self._now + SKEW)

    def _is_open(self, said: Judgment) -> bool:
        """Tell whether sales has to decide about somebody whom we give to people."""
        if self._site.config.handoff.routing is None or self._live_since is None or said.way.stage not in (MQL, WORKING):
            return False
        return said.way.episodes[-1].started_at >= self._live_since

    def _again_at(self, known: Known, said: Judgment) -> int:
        """Return when to look again for somebody to have the lead, if that is not settled."""
        at = self._away_at(known, said)
        return self._now + ASK_AGAIN if self._waits(known, said) or at <= self._now else at

    def _taken_over(self, person: Person, known: Known, said: Judgment, alarms: Sequence[Action]) -> Assignment | None:
        """Give a lead whose owner let a breached clock run on to somebody else, if the agreement says so and nobody did yet."""
        due = [one.at for one in alarms if not one.digest and REASSIGN in one.does]
        if self._site.config.handoff.routing is None or not due:
            return None
        if any(owner.at >= max(due) for owner in known.evidence.owners if owner.who):
            return None
        had = tuple({owner.who for owner in known.evidence.owners if owner.who})
        let_lie = any(OFFLINE in one.does for one in alarms if not one.digest)
        made = self._route(person, said, had, let_lie_by=self._owner_of(known) if let_lie else "")
        self._teams = replace(self._state, absences=(*self._state.absences, *offline([made], self._calendar)))
        return made if made.owner else None

    def _stood_in(self, person: Person, known: Known, said: Judgment) -> Assignment | None:
        """Give a lead whose owner is away for so long as was agreed to somebody else."""
        if self._away_at(known, said) > self._now:
            return None
        made = self._route(person, said, (self._owner_of(known),))
        return made if made.owner else None

    def _away_at(self, known: Known, said: Judgment) -> int:
        """Return when a lead goes to somebody else because its owner is away, or when they will be."""
        terms, owner = self._site.config.handoff.routing, self._owner_of(known)
        if terms is None or terms.reassign_absent_after is None or not owner or not self._is_open(said):
            return FOREVER
        at = to_reassign_at(terms, (), owner, self._calendar(owner), self._now)
        to_come = [one.start for one in terms.absences if one.who == owner and one.start > self._now]
        return min(to_come, default=FOREVER) if at is None else at

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return evidence.owner_names(self._tx)

    def _calendar(self, who: str) -> Calendar:
        return desk(self._site.slas[-1], who).calendar if self._site.slas else ALWAYS

    def _route(self, person: Person, said: Judgment, not_to: tuple[str, ...], *, let_lie_by: str = "") -> Assignment:
        terms = self._site.config.handoff.routing
        if terms is None:
            raise AssertionError("asked only where leads are routed")
        asked = terms.match_account and person.account_id is not None
        owner = evidence.account_owner(self._tx, self._site, person.account_id or 0, self._names) if asked else ""
        high_intent = bool(said.way.episodes) and said.way.episodes[-1].high_intent
        facts: Facts = {**person.facts, ACCOUNT_OWNER: owner, HIGH_INTENT: high_intent}
        made = route(terms, Lead(person=person.id, facts=facts, not_to=not_to, offline=let_lie_by), self._state, self._now)
        self._teams = after(self._state, made)
        return made

    @property
    def _state(self) -> TeamState:
        if self._teams is None:
            self._teams = self._look_around()
        return self._teams

    def _look_around(self) -> TeamState:
        terms, calendars = self._site.config.handoff.routing, self._site.config.time.calendars
        members = [one for team in terms.teams.values() for one in team.members] if terms is not None else []
        bounded = any(one.max_open is not None for one in members)
        recent = journeys.assigned_since(self._tx, self._now - _MONTH)
        return TeamState(
            owed=turns(journeys.turns_taken(self._tx)),
            recent=recent,
            absences=offline(recent, self._calendar),
            open_leads=assessments.open_leads(self._tx) if bounded else {},  # walks all assessments
            opens_at=opens_at(terms, calendars, self._now) if terms is not None else {},
            left=evidence.left(self._tx),
        )


def live_since(tx: Connection, site: Site) -> int | None:
    """Return from when on alarms are meant: since the first import was complete, or later as agreed; ``None`` before that."""
    imported, agreed = imported_at(tx), site.config.time.go_live
    return imported if imported is None or agreed is None else max(imported, agreed)


def imported_at(tx: Connection) -> int | None:
    """Return when the first import was complete."""
    since = streams.remembered(tx, LIVE_MARK)
    return None if since is None else int(since)


_NOTHING = Known(evidence=Evidence(), pauses={})
"""What is known of those of whom only the score spoke: their claims are in the judgment."""


def _by_score_alone(person: Person, said: Judgment) -> Judged:
    return Judged(
        person=person,
        known=_NOTHING,
        judgment=said,
        keep=said.keep,
        assigned=(),
        clocks=(),
        alarms=(),
        next_change_at=said.next_change_at,
        at_rest=not said.way.moves,
    )


def _given(known: Known, made: Assignment) -> Known:
    owners = (*known.evidence.owners, Owner(made.owner, made.at)) if made.owner else known.evidence.owners
    return replace(known, evidence=replace(known.evidence, owners=owners), assignments=(*known.assignments, made))


def _team(known: Known, episode: Episode) -> str:
    """Return the team that an episode's lead was meant for first: who waits for an owner waits for one of theirs."""
    return next((one.team for one in known.assignments if one.at >= episode.started_at and one.team), "")


def _owner(said: Evidence, at: int) -> str:
    if not said.owners:
        return ""
    owners = sorted((one for one in said.owners if one.at <= at), key=lambda one: one.at)
    return owners[-1].who if owners else ""
