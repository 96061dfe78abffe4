"""The section ``routing`` of ``agreement.yaml`` with its file of absences: as written, and as the rules use it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import Field

from syncd.agreement.counting import micros_of, midnight
from syncd.agreement.durations import Target, target
from syncd.agreement.handoff import Absence, Member, Method, RoutingRule, RoutingTerms, Team
from syncd.agreement.language import FactCondition
from syncd.agreement.policies import TimeTerms
from syncd.agreement.routing import ROUTING_FACTS
from syncd.agreement.teams import calendar_of, everybody
from syncd.config.source import ConfigProblem, Document
from syncd.config.validation import Strict, Who, did_you_mean, known_as
from syncd.config.words import Checks, Words

_SPOKEN = {"account has owner": "account_owner is known", "owner calendar closed": "owner_calendar_closed"}
_COLUMNS = ("who", "from", "until")

# ---------------------------------------------------------------- as written


class MemberTerms(Strict):
    """Somebody who gets leads."""

    who: Who = Field(description="Their owner identifier or e-mail address, as the CRM knows them.")
    weight: int = Field(1, ge=1, le=1000, description="Their share of the turns.")
    max_open: int | None = Field(None, ge=1, description="The most open leads at a time.")
    per_30d: int | None = Field(None, ge=1, description="The most leads within any 30 days.")
    calendar: str = Field("", description="Their own business calendar; otherwise the team's.")


class TeamTerms(Strict):
    """People, and whole teams."""

    calendar: str = Field("", description="The business calendar of those who have none of their own.")
    members: list[MemberTerms | str] = Field(min_length=1, description="People as {who: ...}, other teams by their name.")


class RuleOfRouting(Strict):
    """To whom a lead goes."""

    when: str = Field(description="A sentence about facts, or otherwise.")
    to: str = Field(description="A team.")
    method: Method = Field("weighted rotation", description="In turn by weight, or whoever's calendar opens first.")


class NobodyTerms(Strict):
    """What happens to a lead nobody can take."""

    queue: str = Field("inbound", description="Where it waits.")
    tell: list[Who] = Field(default_factory=list, description="Who is told at once.")


class RoutingSection(Strict):
    """Who gets a new MQL that has no owner."""

    match_account: bool = Field(True, description="The owner of the account comes before all rules and uses up no turn.")
    rules: list[RuleOfRouting] = Field(min_length=1, description="The first that holds decides.")
    teams: dict[str, TeamTerms] = Field(min_length=1, description="Teams by name.")
    nobody_available: NobodyTerms = NobodyTerms()
    absences: str | None = Field(None, description="A CSV file in this folder with the columns who, from, until.")
    reassign_absent_after: str | None = Field(
        None, description="How long after somebody went away their open leads go to others, for example 1bd; none: they stay."
    )
    write_owner: bool = Field(False, description="Write the owner back; otherwise it is only shown.")


# ---------------------------------------------------------------- as the rules use it


def routing(
    terms: RoutingSection, document: Document, words: Words, *, time: TimeTerms, folder: Path
) -> tuple[RoutingTerms, list[ConfigProblem]]:
    """Compile the section, with every problem; *folder* is where the file of absences is looked for."""
    problems = list[ConfigProblem]()
    known = Words(fields=[*words.fields, *ROUTING_FACTS], kinds=())
    checks = Checks(document=document, words=known, problems=problems)
    teams = {name: _team(name, one, terms, checks, time) for name, one in terms.teams.items()}
    for name in teams:
        if _holds_itself(name, teams):
            checks.wrong(("routing", "teams", name), "holds itself; take it out of its own members")
    compiled = RoutingTerms(
        rules=tuple(_rules(terms, checks)),
        teams=teams,
        match_account=terms.match_account,
        queue=terms.nobody_available.queue,
        managers=tuple(terms.nobody_available.tell),
        reassign_absent_after=_patience(terms, checks),
        write_owner=terms.write_owner,
    )
    if terms.absences is None:
        return compiled, problems
    absences, unread = read_absences(folder / terms.absences, compiled, time)
    return replace(compiled, absences=absences), [*problems, *unread]


def _team(name: str, terms: TeamTerms, section: RoutingSection, checks: Checks, time: TimeTerms) -> Team:
    people, inner, at = list[Member](), list[str](), ("routing", "teams", name)
    for i, one in enumerate(terms.members):
        here = (*at, "members", i)
        if isinstance(one, str):
            inner.append(one)
            if one not in section.teams:
                checks.wrong(here, f"is no team{did_you_mean(one, list(section.teams))}; a person is written {{who: ...}}")
        elif any(one.who == other.who for other in people):
            checks.wrong(here, "is in this team twice; give one of them more weight")
        else:
            people.append(Member(**one.model_dump()))
            checks.known([one.calendar] if one.calendar else [], (*here, "calendar"), time.calendars, "calendar")
    checks.known([terms.calendar] if terms.calendar else [], (*at, "calendar"), time.calendars, "calendar")
    return Team(members=tuple(people), teams=tuple(inner), calendar=terms.calendar)


def _patience(terms: RoutingSection, checks: Checks) -> Target | None:
    if terms.reassign_absent_after is None:
        return None
    try:
        return target(terms.reassign_absent_after, "business", {})
    except ValueError as error:
        checks.wrong(("routing", "reassign_absent_after"), str(error))
        return None


def _holds_itself(name: str, teams: Mapping[str, Team]) -> bool:
    inside, open_ = set[str](), list(teams[name].teams)
    while open_:
        one = open_.pop()
        if one not in inside and one in teams:
            inside.add(one)
            open_ += teams[one].teams
    return name in inside


def _rules(terms: RoutingSection, checks: Checks) -> Iterator[RoutingRule]:
    for i, one in enumerate(terms.rules):
        at = ("routing", "rules", i)
        team = one.to.removeprefix("team ")
        checks.known([team], (*at, "to"), terms.teams, "team")
        if one.when == "otherwise":
            if i < len(terms.rules) - 1:
                checks.wrong((*at, "when"), "always holds, so that no rule below is ever asked; put it last")
            yield RoutingRule(says=one.when, when=None, team=team, method=one.method)
            continue
        text = one.when
        for spoken, written in _SPOKEN.items():
            text = text.replace(spoken, written)
        for sentence in checks.sentences([text], (*at, "when"), numbered=False):
            if isinstance(sentence.condition, FactCondition):
                yield RoutingRule(says=one.when, when=sentence.condition, team=team, method=one.method)


# ---------------------------------------------------------------- absences


def read_absences(path: Path, terms: RoutingTerms, time: TimeTerms) -> tuple[tuple[Absence, ...], list[ConfigProblem]]:
    """Read who is away: dates, both included, by the clocks of their team's calendar; or instants with an offset."""
    problems = list[ConfigProblem]()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return (), [ConfigProblem(path.name, 1, "cannot be read; it is a CSV file in UTF-8 with the columns who,from,until")]
    reader = csv.DictReader(lines, delimiter=";" if lines and ";" in lines[0] else ",", skipinitialspace=True)
    if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
        return (), [ConfigProblem(path.name, 1, f"has no column {' and '.join(missing)}; write who,from,until")]
    people, found = sorted(everybody(terms)), list[Absence]()
    for row in reader:
        try:
            found.append(_absence(row, people, terms, time))
        except ValueError as error:
            problems.append(ConfigProblem(path.name, reader.line_num, str(error)))
    return tuple(sorted(found)), problems


def _absence(row: Mapping[str, str | None], people: Sequence[str], terms: RoutingTerms, time: TimeTerms) -> Absence:
    who, start, end = ((row[name] or "").strip() for name in _COLUMNS)
    who = known_as(who)
    if who not in people:
        raise ValueError("who: nobody of any team is called so; write them as under routing.teams")
    calendar = time.calendars.get(calendar_of(terms, who))
    zone = calendar.zone if calendar else time.zone
    absence = Absence(who, _edge(start, zone), _edge(end, zone, days=1))
    if absence.end <= absence.start:
        raise ValueError(f"ends on {end} before it begins on {start}")
    return absence


def _edge(text: str, zone: str, days: int = 0) -> int:
    """Read a date as its first instant, *days* later, or an instant as it stands."""
    try:
        if len(text) == len("2026-12-24"):
            return midnight(date.fromisoformat(text) + timedelta(days=days), zone)
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{text!r} is not a date; write for example 2026-12-24, or 2026-12-24T12:00:00+01:00")
    return micros_of(at)
