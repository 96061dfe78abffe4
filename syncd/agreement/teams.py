"""Who is in a team, when they are there, and what becomes of their leads when they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from syncd.agreement.calendars import Calendar, next_opening
from syncd.agreement.durations import deadline
from syncd.agreement.handoff import Absence, Member, RoutingTerms, Team


def members(terms: RoutingTerms, team: str) -> tuple[Member, ...]:
    """Return everybody of *team* and of the teams within it, each once, in the order of the file."""
    found: dict[str, Member] = {}
    for member in _members(terms, team, ()):
        found.setdefault(member.who, member)
    return tuple(found.values())


def everybody(terms: RoutingTerms) -> frozenset[str]:
    """Return all who get leads: the people whose changes in a CRM are those of sales."""
    return frozenset(member.who for team in terms.teams.values() for member in team.members)


def team_of(teams: Mapping[str, Team]) -> dict[str, str]:
    """Return everybody's team: of several the first of the file; a team of teams is nobody's own.

    >>> us = Team(members=(Member(who="kim"),))
    >>> team_of({"all": Team(teams=("us",)), "us": us, "night": us})
    {'kim': 'us'}
    """
    return {member.who: name for name, team in reversed(list(teams.items())) for member in team.members}


def own_calendars(terms: RoutingTerms) -> dict[str, str]:
    """Return the calendars of those who have one of their own, by name."""
    return {one.who: one.calendar for team in reversed(list(terms.teams.values())) for one in team.members if one.calendar}


def with_calendar(terms: RoutingTerms) -> dict[str, Team]:
    """Return the teams that have a calendar for those who have none of their own."""
    return {name: team for name, team in terms.teams.items() if team.calendar}


def calendar_of(terms: RoutingTerms, who: str) -> str:
    """Return the name of somebody's own calendar, else of the first team of theirs that has one, else "".

    >>> calendar_of(RoutingTerms(teams={"us": Team(calendar="ny", members=(Member(who="kim"),))}), "kim")
    'ny'
    """
    teams = with_calendar(terms)
    team = teams.get(team_of(teams).get(who, ""))
    return own_calendars(terms).get(who) or (team.calendar if team else "")


def opens_at(terms: RoutingTerms, calendars: Mapping[str, Calendar], now: int) -> dict[str, int]:
    """Return when the calendar of everybody who has one opens next: *now* if it is open."""
    named = {who: calendar_of(terms, who) for who in everybody(terms)}
    return {who: next_opening(calendars[name], now) for who, name in sorted(named.items()) if name in calendars}


def away_since(terms: RoutingTerms, absences: Sequence[Absence], who: str, now: int) -> int | None:
    """Return since when somebody is away without a break, ``None`` if they are here; *absences* are those beside the agreed.

    >>> away_since(RoutingTerms(), [Absence("kim", 0, 5), Absence("kim", 5, 9), Absence("lee", 0, 9)], "kim", now=7)
    0
    """
    own = [one for one in (*terms.absences, *absences) if one.who == who and one.start <= now]
    since = now + 1
    for one in sorted(own, key=lambda one: one.end, reverse=True):
        if one.end >= since:
            since = min(since, one.start)
    return since if since <= now else None


def to_reassign_at(terms: RoutingTerms, absences: Sequence[Absence], who: str, calendar: Calendar, now: int) -> int | None:
    """Return the instant at which the open leads of somebody who is away go to others; ``None`` if they stay."""
    since = away_since(terms, absences, who, now)
    if since is None or terms.reassign_absent_after is None:
        return None
    return deadline(terms.reassign_absent_after, calendar, since).due


def _members(terms: RoutingTerms, team: str, within: tuple[str, ...]) -> Iterator[Member]:
    """Yield the people of *team*; a team that holds itself, which the loader refuses, ends there."""
    if team in within or team not in terms.teams:
        return
    yield from terms.teams[team].members
    for inner in terms.teams[team].teams:
        yield from _members(terms, inner, (*within, team))
