"""Who gets a lead: the agreed worked examples (R..), capacity, absence, and fairness over any history."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.agreement.calendars import Calendar, parsed
from syncd.agreement.counting import micros
from syncd.agreement.durations import target
from syncd.agreement.handoff import Absence, Member, Method, RoutingRule, RoutingTerms, Team
from syncd.agreement.language import FactCondition, parse
from syncd.agreement.routing import (
    ROUTING_FACTS,
    Assignment,
    Lead,
    TeamState,
    after,
    route,
    turns,
)
from syncd.agreement.teams import away_since, calendar_of, everybody, members, opens_at, to_reassign_at
from syncd.model import Golden
from tests.agreement.build import at

NOW = 10**15
DAY = micros(timedelta(days=1))


def rule(text: str, team: str, method: Method = "weighted rotation") -> RoutingRule:
    when = None if text == "otherwise" else parse(text, fields=("location", *ROUTING_FACTS), kinds=())
    assert when is None or isinstance(when, FactCondition)
    return RoutingRule(says=text, when=when, team=team, method=method)


def one_team(*people: Member, method: Method = "weighted rotation") -> RoutingTerms:
    return RoutingTerms(teams={"us": Team(members=people)}, rules=(rule("otherwise", "us", method),), queue="inbound")


def rep(who: str, weight: int = 1) -> Member:
    return Member(who=who, weight=weight)


def lead(person: int = 1, **facts: Golden) -> Lead:
    return Lead(person=person, facts=facts)


def sequence(terms: RoutingTerms, count: int, state: TeamState | None = None) -> list[Assignment]:
    """Route *count* leads, an hour apart."""
    made, state = list[Assignment](), state or TeamState()
    for i in range(count):
        made.append(route(terms, lead(i), state, NOW + i))
        state = after(state, made[-1])
    return made


def owners(made: list[Assignment]) -> str:
    return "".join(one.owner or "-" for one in made)


# ---------------------------------------------------------------- the agreed worked examples


def test_r01_weighted_rotation_is_smooth_and_repeatable() -> None:
    # (2,1)→A (-1,1) | (1,2)→B (1,-1) | (3,0)→A (0,0), and again
    assert owners(sequence(one_team(rep("A", 2), rep("B", 1)), 6)) == "ABAABA"


def test_r02_the_turns_of_somebody_absent_pass_on() -> None:
    terms = replace(one_team(rep("A"), rep("B"), rep("C")), absences=(Absence("B", NOW, NOW + DAY),))

    assert owners(sequence(terms, 4)) == "ACAC"


@pytest.mark.parametrize(
    ("age", "owner"),
    [
        pytest.param(30 * DAY - 1, "B", id="14 within 30 days are enough"),
        pytest.param(30 * DAY, "A", id="one is 30 days old and counts no more"),
    ],
)
def test_r03_capacity_counts_the_last_thirty_days_at_every_instant(age: int, owner: str) -> None:
    terms = one_team(Member(who="A", weight=9, per_30d=14), rep("B"))
    first = Assignment(person=0, at=NOW - age, owner="A", why="")
    rest = [Assignment(person=i, at=NOW - DAY, owner="A", why="") for i in range(13)]

    assert route(terms, lead(), TeamState(recent=(first, *rest)), NOW).owner == owner


def test_r04_the_owner_of_the_account_comes_first_and_uses_up_no_turn() -> None:
    terms = one_team(rep("A"), rep("B"))
    own = route(terms, lead(account_owner="C"), TeamState(), NOW)

    assert (own.owner, own.turn, own.why) == ("C", (), "C owns the account")
    assert route(terms, lead(), after(TeamState(), own), NOW).owner == "A"


# ---------------------------------------------------------------- rules

WORLD = RoutingTerms(
    teams={
        "us": Team(members=(rep("kim", 2), rep("lee"))),
        "emea": Team(members=(rep("mar"), rep("ivo"))),
        "follow_the_sun": Team(teams=("us", "emea")),
    },
    rules=(
        rule("high_intent and owner_calendar_closed", "follow_the_sun", "first open"),
        rule("location in US, CA", "us"),
        rule("otherwise", "emea"),
    ),
)


@pytest.mark.parametrize(
    ("facts", "owner", "team"),
    [
        pytest.param({"location": "CA"}, "kim", "us", id="by territory"),
        pytest.param({"location": "ES"}, "mar", "emea", id="otherwise"),
        pytest.param({}, "mar", "emea", id="nothing known"),
        pytest.param(
            {"location": "US", "high_intent": True, "owner_calendar_closed": False}, "kim", "us", id="the calendar is open"
        ),
        pytest.param(
            {"location": "US", "high_intent": True, "owner_calendar_closed": True},
            "mar",
            "follow_the_sun",
            id="closed: who is open",
        ),
        pytest.param({"location": "US", "account_owner": "mar"}, "mar", "", id="the account's owner before all"),
    ],
)
def test_the_first_rule_that_holds_decides(facts: dict[str, Golden], owner: str, team: str) -> None:
    night = TeamState(opens_at={"kim": NOW + 8 * DAY, "lee": NOW + 8 * DAY, "mar": NOW - 5})
    made = route(WORLD, Lead(person=1, facts=facts), night, NOW)

    assert (made.owner, made.team) == (owner, team)


def test_when_all_have_closed_those_who_open_first_take_turns() -> None:
    night = TeamState(opens_at={"kim": NOW + 3 * DAY, "lee": NOW + 2 * DAY, "mar": NOW + 2 * DAY, "ivo": NOW + 4 * DAY})
    terms = replace(WORLD, rules=(rule("otherwise", "follow_the_sun", "first open"),))

    assert [one.owner for one in sequence(terms, 4, night)] == ["lee", "mar", "lee", "mar"]


def test_a_team_of_teams_has_everybody_once() -> None:
    teams = {**WORLD.teams, "all": Team(members=(rep("ivo", 5),), teams=("follow_the_sun", "us"))}

    assert [one.who for one in members(replace(WORLD, teams=teams), "all")] == ["ivo", "kim", "lee", "mar"]
    assert everybody(WORLD) == {"kim", "lee", "mar", "ivo"}


def test_a_team_that_holds_itself_or_one_that_is_not_there_ends_there() -> None:
    teams = {"a": Team(members=(rep("kim"),), teams=("b", "gone")), "b": Team(members=(rep("lee"),), teams=("a",))}

    assert [one.who for one in members(RoutingTerms(teams=teams), "a")] == ["kim", "lee"]


# ---------------------------------------------------------------- nobody


def test_a_lead_nobody_can_take_waits_in_the_queue_and_says_why() -> None:
    terms = replace(one_team(rep("A"), Member(who="B", max_open=40)), absences=(Absence("A", 0, NOW + 1),))
    made = route(terms, lead(), TeamState(open_leads={"B": 40}), NOW)

    assert (made.owner, made.queue, made.team, made.turn) == ("", "inbound", "us", ())
    assert made.why == "otherwise: nobody of team us is available; A is away; B has 40 open leads of at most 40"


def test_a_lead_given_away_counts_against_the_capacity_at_once() -> None:
    assert owners(sequence(one_team(Member(who="A", max_open=1)), 2)) == "A-"


def test_a_lead_no_rule_speaks_of_waits_in_the_queue() -> None:
    made = route(replace(WORLD, rules=WORLD.rules[:2]), lead(location="ES"), TeamState(), NOW)

    assert (made.queue, made.why) == ("inbound", "no rule holds")


@pytest.mark.parametrize(
    ("state", "not_to", "why"),
    [
        pytest.param(TeamState(absences=(Absence("C", NOW, NOW + 1),)), (), "is away", id="away"),
        pytest.param(TeamState(left=frozenset({"C"})), (), "works here no more", id="left"),
        pytest.param(TeamState(), ("C",), "had this lead before", id="taken away from them"),
    ],
)
def test_an_account_owner_who_cannot_is_passed_over(state: TeamState, not_to: tuple[str, ...], why: str) -> None:
    made = route(one_team(rep("A")), Lead(person=1, facts={"account_owner": "C"}, not_to=not_to), state, NOW)

    assert made.why == f"otherwise: team us, A's turn by weighted rotation; C {why}"


def test_an_absence_ends_at_its_end() -> None:
    terms = replace(one_team(rep("A"), rep("B")), absences=(Absence("A", NOW - DAY, NOW),))

    assert route(terms, lead(), TeamState(), NOW).owner == "A"
    assert route(terms, lead(), TeamState(), NOW - 1).owner == "B"


@pytest.mark.parametrize(
    ("opens", "team"),
    [
        pytest.param({}, "us", id="nobody has a calendar"),
        pytest.param({"kim": NOW, "lee": NOW + DAY}, "us", id="one of those who would get it is there"),
        pytest.param({"kim": NOW + DAY, "lee": NOW + DAY}, "follow_the_sun", id="none of them is"),
    ],
)
def test_whether_the_calendar_is_closed_is_seen_at_the_team_that_would_get_the_lead(opens: dict[str, int], team: str) -> None:
    made = route(WORLD, lead(high_intent=True, location="US"), TeamState(opens_at=opens), NOW)

    assert made.team == team


# ---------------------------------------------------------------- calendars and absences

NINE_TO_FIVE = Calendar(name="ny", zone="America/New_York", week=(*[parsed("09:00-17:00")] * 5, (), ()))
OFFICES = RoutingTerms(
    teams={
        "sun": Team(members=(rep("kim"), Member(who="lee", calendar="night"))),
        "us": Team(members=(rep("kim"), rep("lee")), calendar="ny"),
    },
    reassign_absent_after=target("1bd", "business", {}),
)


def test_the_calendar_is_ones_own_else_the_teams() -> None:
    assert [calendar_of(OFFICES, who) for who in ("kim", "lee", "mar")] == ["ny", "night", ""]


def test_when_somebody_opens_next_is_told_by_their_calendar() -> None:
    sunday = at("2026-11-22T12:00:00-05:00")

    assert opens_at(OFFICES, {"ny": NINE_TO_FIVE}, sunday) == {"kim": at("2026-11-23T09:00:00-05:00")}
    assert opens_at(OFFICES, {"ny": NINE_TO_FIVE}, at("2026-11-23T10:00:00-05:00")) == {"kim": at("2026-11-23T10:00:00-05:00")}


def test_open_leads_of_somebody_away_go_to_others_after_a_business_day() -> None:
    away = [Absence("kim", at("2026-11-20T10:00:00-05:00"), at("2026-11-30T00:00:00-05:00"))]
    now = at("2026-11-21T00:00:00-05:00")

    assert to_reassign_at(OFFICES, away, "kim", NINE_TO_FIVE, now) == at("2026-11-23T10:00:00-05:00")
    assert to_reassign_at(OFFICES, away, "lee", NINE_TO_FIVE, now) is None
    assert to_reassign_at(replace(OFFICES, reassign_absent_after=None), away, "kim", NINE_TO_FIVE, now) is None


@pytest.mark.parametrize(
    ("absences", "since"),
    [
        pytest.param([(10, 20)], 10, id="one"),
        pytest.param([(10, 15), (15, 20)], 10, id="one after the other"),
        pytest.param([(10, 14), (15, 20)], 15, id="with a break"),
        pytest.param([(10, 12), (11, 30), (15, 18)], 10, id="within each other"),
        pytest.param([(10, 17)], None, id="over"),
        pytest.param([(18, 20)], None, id="to come"),
    ],
)
def test_somebody_is_away_since_they_were_last_here(absences: list[tuple[int, int]], since: int | None) -> None:
    assert away_since(RoutingTerms(), [Absence("kim", *one) for one in absences], "kim", now=17) == since


# ---------------------------------------------------------------- fairness

_weights = st.lists(st.integers(1, 5), min_size=1, max_size=5)


def team_of(weights: list[int]) -> RoutingTerms:
    return one_team(*(rep("ABCDE"[i], weight) for i, weight in enumerate(weights)))


@given(_weights, st.integers(1, 3))
def test_over_a_full_cycle_everybody_gets_their_weight(weights: list[int], cycles: int) -> None:
    made = sequence(team_of(weights), cycles * sum(weights))

    assert Counter(owners(made)) == {"ABCDE"[i]: cycles * weight for i, weight in enumerate(weights)}
    assert set(turns(made)["us"].values()) == {0}


@given(_weights, st.integers(1, 20))
def test_at_no_time_is_anybody_ahead_or_behind_by_a_whole_lead(weights: list[int], count: int) -> None:
    got = Counter(owners(sequence(team_of(weights), count)))

    for i, weight in enumerate(weights):
        assert abs(got["ABCDE"[i]] - count * weight / sum(weights)) < 1


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 3), st.data())
def test_absence_falls_on_all_others_by_their_weight_and_leaves_no_debt(
    weights: list[int], cycles: int, data: st.DataObject
) -> None:
    terms = team_of(weights)
    away = data.draw(st.integers(0, len(weights) - 1))
    gone = replace(terms, absences=(Absence("ABCDE"[away], 0, 2 * NOW),))
    rest = sum(weights) - weights[away]
    during = sequence(gone, cycles * rest)
    back = sequence(terms, sum(weights), TeamState(owed=turns(during)))

    expected = {"ABCDE"[i]: cycles * weight for i, weight in enumerate(weights) if i != away}
    assert Counter(owners(during)) == expected
    assert Counter(owners(back)) == {"ABCDE"[i]: weight for i, weight in enumerate(weights)}


@given(_weights, st.lists(st.sets(st.sampled_from("ABCDE"), max_size=4), min_size=1, max_size=25))
def test_the_log_alone_gives_the_same_owners_again(weights: list[int], absent: list[set[str]]) -> None:
    terms, log = team_of(weights), list[Assignment]()
    for i, away in enumerate(absent):
        state = TeamState(owed=turns(log), recent=log, absences=[Absence(who, 0, 2 * NOW) for who in away])
        log.append(route(terms, lead(i), state, NOW + i))

    for i, away in enumerate(absent):
        state = TeamState(owed=turns(log[:i]), recent=log[:i], absences=[Absence(who, 0, 2 * NOW) for who in away])
        assert route(terms, lead(i), state, NOW + i) == log[i]
        assert log[i].owner not in away


@given(_weights, st.lists(st.sets(st.sampled_from("ABCDE"), max_size=4), max_size=25))
def test_whoever_comes_and_goes_nobody_owes_more_than_a_round(weights: list[int], absent: list[set[str]]) -> None:
    terms, log = team_of(weights), list[Assignment]()
    for i, away in enumerate(absent):
        state = TeamState(owed=turns(log), absences=[Absence(who, 0, 2 * NOW) for who in away])
        log.append(route(terms, lead(i), state, NOW + i))

    for owed in turns(log).values():
        assert all(abs(turn) <= len(weights) * sum(weights) for turn in owed.values())
