"""Who gets a lead: the owner of its account, else whose turn it is in the team that the rules choose, and why.

The turn is smooth weighted rotation: everybody who takes part gains their weight, the one with most is chosen and pays for all.
Each `Assignment` keeps who took part with which weight, so that the log of assignments alone gives every turn again: whoever
was away gains and owes nothing, and a new member starts even.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple

from syncd.agreement.calendars import Calendar, business_days_later
from syncd.agreement.conditions import Facts, compiled_facts
from syncd.agreement.counting import micros
from syncd.agreement.handoff import Absence, Member, RoutingRule, RoutingTerms
from syncd.agreement.teams import away_since, members

ACCOUNT_OWNER, HIGH_INTENT, CALENDAR_CLOSED = "account_owner", "high_intent", "owner_calendar_closed"
ROUTING_FACTS = (ACCOUNT_OWNER, HIGH_INTENT, CALENDAR_CLOSED)
"""The words that rules of routing know beside the golden fields."""

LET_LIE = "let it lie and is offline"
"""Why the owner of a breached clock was passed over, who is to get nothing for a while; see `offline`."""

_ROLLING = micros(timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead without owner, which goes to nobody of ``not_to`` (again), among them who is set ``offline`` for letting it lie.

    ``facts`` are the golden fields and `ROUTING_FACTS`; whether the owner's calendar is closed may be left to `route`.
    """

    person: int
    facts: Facts
    not_to: tuple[str, ...] = ()
    offline: str = ""


class Passed(NamedTuple):
    """Somebody who was passed over, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """To whom a lead went at ``at`` and why; with ``owner`` "" it waits in ``queue``.

    ``team`` is the one it was meant for, ``turn`` are those who took part in its rotation with their weights; empty if no
    turn was used up.
    """

    person: int
    at: int
    owner: str
    why: str
    queue: str = ""
    rule: str = ""
    team: str = ""
    method: str = ""
    turn: tuple[tuple[str, int], ...] = ()
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamState:
    """What is known of the teams at one instant.

    ``owed`` are the `turns` after all assignments so far, ``recent`` those of the last 30 days at least, ``open_leads`` how
    many each has now, ``absences`` those beside the agreed ones, ``opens_at`` when the calendar of somebody opens
    next who has closed now, ``left`` who works here no more.
    """

    owed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    recent: Sequence[Assignment] = ()
    open_leads: Mapping[str, int] = field(default_factory=dict)
    absences: Sequence[Absence] = ()
    opens_at: Mapping[str, int] = field(default_factory=dict)
    left: frozenset[str] = frozenset()


def route(terms: RoutingTerms, lead: Lead, state: TeamState, now: int) -> Assignment:
    """Choose the owner of *lead* at *now*; the same arguments always give the same one.

    >>> from syncd.agreement.handoff import Team
    >>> team = Team(members=(Member(who="kim", weight=2), Member(who="lee")))
    >>> terms = RoutingTerms(teams={"us": team}, rules=(RoutingRule(says="otherwise", when=None, team="us"),))
    >>> route(terms, Lead(person=1, facts={}), TeamState(), now=0).why
    "otherwise: team us, kim's turn by weighted rotation"
    """
    passed: tuple[Passed, ...] = ()
    owner = lead.facts.get(ACCOUNT_OWNER)
    if terms.match_account and isinstance(owner, str) and owner:
        why = _away(terms, lead, state, owner, now)
        if not why:
            return Assignment(person=lead.person, at=now, owner=owner, why=f"{owner} owns the account", rule="match_account")
        passed = (Passed(owner, why),)
    rule = _rule(terms, lead, state, now)
    if rule is None:
        return _queued(terms, lead, now, "no rule holds", passed)
    return _by_rule(terms, rule, lead, state, now, passed)


def turns(log: Iterable[Assignment], owed: Mapping[str, Mapping[str, int]] | None = None) -> dict[str, dict[str, int]]:
    """Return what everybody of each team is owed after *log*, on top of what they were *owed* before it.

    >>> turns([Assignment(person=1, at=0, owner="kim", why="", team="us", turn=(("kim", 2), ("lee", 1)))])
    {'us': {'kim': -1, 'lee': 1}}
    """
    found = {team: dict(people) for team, people in (owed or {}).items()}
    for one in log:
        team = found.setdefault(one.team, {}) if one.turn else {}
        for who, weight in one.turn:
            team[who] = team.get(who, 0) + weight
        if one.turn:
            team[one.owner] -= sum(weight for _, weight in one.turn)
    return found


def offline(log: Iterable[Assignment], calendars: Callable[[str], Calendar]) -> tuple[Absence, ...]:
    """Return the absences of those who let a lead lie: for one business day of their own.

    >>> from syncd.agreement.calendars import ALWAYS
    >>> made = Assignment(person=1, at=0, owner="lee", why="", passed=(Passed("kim", LET_LIE),))
    >>> offline([made], lambda who: ALWAYS)
    (Absence(who='kim', start=0, end=86400000000),)
    """
    return tuple(
        Absence(who, one.at, business_days_later(calendars(who), one.at, 1))
        for one in log
        for who, why in one.passed
        if why == LET_LIE
    )


def after(state: TeamState, made: Assignment) -> TeamState:
    """Return the state in which the lead after *made* is routed."""
    open_leads = {**state.open_leads, made.owner: state.open_leads.get(made.owner, 0) + 1} if made.owner else state.open_leads
    return replace(state, owed=turns([made], state.owed), recent=(*state.recent, made), open_leads=open_leads)


# ---------------------------------------------------------------- a rule


def _rule(terms: RoutingTerms, lead: Lead, state: TeamState, now: int) -> RoutingRule | None:
    """Return the first rule that holds; whether the calendar is closed is seen at the team that gets it by the other rules."""
    facts = lead.facts
    if CALENDAR_CLOSED not in facts:
        other = next((one for one in terms.rules if not _asks_calendar(one) and _holds(one, facts)), None)
        people = members(terms, other.team) if other else ()
        closed = bool(people) and all(state.opens_at.get(one.who, now) > now for one in people)
        facts = {**facts, CALENDAR_CLOSED: closed}
    return next((one for one in terms.rules if _holds(one, facts)), None)


def _holds(rule: RoutingRule, facts: Facts) -> bool:
    return rule.when is None or compiled_facts(rule.when)(facts)


def _asks_calendar(rule: RoutingRule) -> bool:
    return rule.when is not None and any(test.field == CALENDAR_CLOSED for test in rule.when.tests)


# ---------------------------------------------------------------- a team


def _by_rule(
    terms: RoutingTerms, rule: RoutingRule, lead: Lead, state: TeamState, now: int, passed: tuple[Passed, ...]
) -> Assignment:
    able, unable = list[Member](), list[Passed]()
    for member in members(terms, rule.team):
        why = _away(terms, lead, state, member.who, now) or _full(state, member, now)
        if why:
            unable.append(Passed(member.who, why))
        else:
            able.append(member)
    passed = (*passed, *unable)
    if not able:
        what = f"{rule.says}: nobody of team {rule.team} is available"
        return replace(_queued(terms, lead, now, what, passed), rule=rule.says, team=rule.team)
    if rule.method == "first open":
        able = _first_open(able, state, now)
    owed = state.owed.get(rule.team, {})
    chosen = max(able, key=lambda member: owed.get(member.who, 0) + member.weight)
    return Assignment(
        person=lead.person,
        at=now,
        owner=chosen.who,
        why=_words(rule, chosen, passed),
        rule=rule.says,
        team=rule.team,
        method=rule.method,
        turn=tuple((member.who, member.weight) for member in able),
        passed=passed,
    )


def _first_open(able: Sequence[Member], state: TeamState, now: int) -> list[Member]:
    opens = {member.who: max(state.opens_at.get(member.who, now), now) for member in able}
    first = min(opens.values())
    return [member for member in able if opens[member.who] == first]


def _away(terms: RoutingTerms, lead: Lead, state: TeamState, who: str, now: int) -> str:
    """Say why somebody cannot take the lead at all, "" if they can."""
    if who == lead.offline:
        return LET_LIE
    if who in lead.not_to:
        return "had this lead before"
    if who in state.left:
        return "works here no more"
    return "" if away_since(terms, state.absences, who, now) is None else "is away"


def _full(state: TeamState, member: Member, now: int) -> str:
    """Say why somebody has enough leads, "" if not; of the last 30 days those count that are younger than 720 hours."""
    if member.max_open is not None and (count := state.open_leads.get(member.who, 0)) >= member.max_open:
        return f"has {count} open leads of at most {member.max_open}"
    if member.per_30d is not None:
        count = sum(1 for one in state.recent if one.owner == member.who and now - _ROLLING < one.at <= now)
        if count >= member.per_30d:
            return f"got {count} leads in 30 days of at most {member.per_30d}"
    return ""


# ---------------------------------------------------------------- in words


def _words(rule: RoutingRule, chosen: Member, passed: Sequence[Passed]) -> str:
    how = f"{chosen.who} opens first" if rule.method == "first open" else f"{chosen.who}'s turn by weighted rotation"
    return "; ".join([f"{rule.says}: team {rule.team}, {how}", *(f"{who} {why}" for who, why in passed)])


def _queued(terms: RoutingTerms, lead: Lead, now: int, what: str, passed: tuple[Passed, ...]) -> Assignment:
    why = "; ".join([what, *(f"{who} {why}" for who, why in passed)])
    return Assignment(person=lead.person, at=now, owner="", queue=terms.queue, why=why, passed=passed)
