"""Clocks by hand: the worked examples, and every state they can be in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.calendars import MINUTE
from syncd.agreement.clocks import Held, Situation, most_urgent
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause
from syncd.agreement.journey import Episode
from syncd.agreement.plans import Mark
from syncd.agreement.policies import Goal, Moment, Moments, Roster
from tests.agreement.build import at, sentence
from tests.agreement.promises import CONTACT, as_of, episode, event, goal, on, one, percents, promise, sla

HOUR = 60 * MINUTE
ASSIGNED = ("2026-11-16T10:15-05:00", "assigned")  # a Monday, due at 11:15 in New York
CALLED = "2026-11-16T10:45-05:00"


# ---------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param("2026-11-16T10:15-05:00", "running", id="at its start"),
        pytest.param("2026-11-16T10:44:59-05:00", "running", id="before half of it"),
        pytest.param("2026-11-16T10:45-05:00", "at_risk", id="L34 at half of it"),
        pytest.param("2026-11-16T11:15-05:00", "at_risk", id="at due it can still be met"),
        pytest.param("2026-11-16T11:15:01-05:00", "breached", id="a second later no more"),
        pytest.param("2026-12-16T11:15-05:00", "breached", id="for ever"),
    ],
)
def test_an_unanswered_clock_runs_into_its_breach(now: str, state: str) -> None:
    clock = one(now, episode(ASSIGNED), sla(replace(CONTACT, warn_at=percents(50, 75))))

    assert (clock.state, clock.due, clock.open) == (state, at("2026-11-16T11:15-05:00"), True)


@pytest.mark.parametrize(
    ("stop", "state"),
    [
        pytest.param("2026-11-16T11:15-05:00", "met", id="L35 at due"),
        pytest.param("2026-11-16T11:15:01-05:00", "met_late", id="L35 one second later"),
        pytest.param("2026-11-16T10:15-05:00", "met", id="at its start"),
    ],
)
def test_an_answer_at_due_is_in_time(stop: str, state: str) -> None:
    clock = one("2026-11-17T09:00-05:00", episode(ASSIGNED, (stop, "contact_attempt")))

    assert (clock.state, clock.stop, clock.ended_at, clock.stopped_by) == (state, at(stop), at(stop), "contact_attempt")
    assert clock.next_change_at == FOREVER


def test_an_answer_that_is_still_to_come_does_not_count() -> None:
    assert one("2026-11-16T10:30-05:00", episode(ASSIGNED, (CALLED, "contact_attempt"))).state == "running"


def test_only_the_first_answer_counts() -> None:
    clock = one(
        "2026-11-17T09:00-05:00",
        episode(ASSIGNED, ("2026-11-16T12:00-05:00", "contact_attempt"), (CALLED, "contact_attempt")),
    )

    assert (clock.state, clock.stop) == ("met", at(CALLED))


def test_an_answer_in_closed_time_costs_nothing() -> None:
    """L29: assigned on Friday evening, called on Saturday."""
    friday = ("2026-11-20T18:00-05:00", "assigned")
    clock = one("2026-11-23T09:00-05:00", episode(friday, ("2026-11-21T10:00-05:00", "contact_attempt")))

    assert (clock.state, clock.used) == ("met", 0)


def test_an_unassigned_person_has_no_clock_that_starts_with_the_assignment() -> None:
    assert as_of("2026-11-17T09:00-05:00", episode(("2026-11-16T10:15-05:00", "became:mql"))) == ()


def test_the_name_of_a_clock_tells_person_episode_promise_and_start() -> None:
    assert one(CALLED, episode(ASSIGNED)).id == "ann/1/it/1"


# ---------------------------------------------------------------- marks


def test_marks_are_shares_of_the_open_time() -> None:
    """L34: four hours from Friday 15:00: half at closing, three quarters on Monday at 10."""
    policy = promise("assigned", "contact_attempt", "4h", warn_at=percents(50, 75, 90))
    clock = one("2026-11-20T15:00-05:00", episode(("2026-11-20T15:00-05:00", "assigned")), sla(policy))

    assert clock.marks == (
        Mark(at("2026-11-20T17:00-05:00"), "50%"),
        Mark(at("2026-11-23T10:00-05:00"), "75%"),
        Mark(at("2026-11-23T10:36-05:00"), "90%"),
    )
    assert clock.next_change_at == at("2026-11-20T17:00-05:00")


def test_a_business_day_is_at_risk_by_the_open_time_it_takes() -> None:
    """Thursday 15:00 to Friday 15:00 are eight open hours, half of which are used up on Friday at 11."""
    policy = promise("assigned", "contact_attempt", "1bd", warn_at=percents(50))
    clock = one("2026-11-19T15:00-05:00", episode(("2026-11-19T15:00-05:00", "assigned")), sla(policy))

    assert clock.marks == (Mark(at("2026-11-20T11:00-05:00"), "50%"),)


def test_the_lower_end_of_a_range_is_a_mark() -> None:
    """Article 004: within one to two business days."""
    policy = replace(CONTACT, goals=(replace(goal("2bd"), aim=goal("1bd").within),))
    clock = one("2026-11-16T15:00-05:00", episode(("2026-11-16T15:00-05:00", "assigned")), sla(policy))

    assert clock.marks == (Mark(at("2026-11-17T15:00-05:00"), "1bd"),)
    assert clock.due == at("2026-11-18T15:00-05:00")


def test_a_clock_next_changes_just_after_due() -> None:
    assert one(CALLED, episode(ASSIGNED)).next_change_at == at("2026-11-16T11:15-05:00") + 1


# ---------------------------------------------------------------- goals


def test_high_intent_has_a_goal_of_its_own() -> None:
    policy = replace(CONTACT, goals=(replace(goal("1h"), when="high_intent"), goal("1bd")))

    assert one(CALLED, episode(ASSIGNED, high_intent=True), sla(policy)).due == at("2026-11-16T11:15-05:00")
    assert one(CALLED, episode(ASSIGNED), sla(policy)).due == at("2026-11-17T10:15-05:00")


def test_a_goal_may_ask_for_facts() -> None:
    policy = replace(CONTACT, goals=(Goal(within=goal("2h").within, when=sentence("company_size > 500")), goal("1bd")))

    assert (
        one(CALLED, episode(ASSIGNED), sla(policy), situation=Situation(facts={"company_size": 501})).goal.within.text == "2h"
    )
    assert (
        one(CALLED, episode(ASSIGNED), sla(policy), situation=Situation(facts={"company_size": 500})).goal.within.text == "1bd"
    )


def test_whom_no_goal_fits_has_no_clock() -> None:
    policy = replace(CONTACT, goals=(replace(goal("1h"), when="high_intent"),))

    assert as_of(CALLED, episode(ASSIGNED), sla(policy)) == ()


# ---------------------------------------------------------------- whose calendar


@pytest.mark.parametrize(
    ("roster", "owner", "team", "due", "whose"),
    [
        pytest.param(Roster(default="ny"), "kim", "", "2026-11-16T10:00-05:00", "by default", id="the default"),
        pytest.param(
            Roster(default="ny", owners={"kim": "madrid"}, teams={"us": "ny"}, team_of={"kim": "us"}),
            "kim",
            "",
            "2026-11-16T15:30+01:00",
            "of the owner",
            id="L23 the owner's before the team's",
        ),
        pytest.param(
            Roster(default="ny", teams={"emea": "madrid"}, team_of={"kim": "emea"}),
            "kim",
            "",
            "2026-11-16T15:30+01:00",
            "of team emea",
            id="the owner's team's",
        ),
        pytest.param(
            Roster(default="ny", teams={"emea": "madrid"}),
            "",
            "emea",
            "2026-11-16T15:30+01:00",
            "of team emea",
            id="L24 the team's while nobody owns the person",
        ),
    ],
)
def test_a_clock_runs_on_somebodys_calendar(roster: Roster, owner: str, team: str, due: str, whose: str) -> None:
    """From 13:30 in Madrid, half an hour before lunch there and before New York opens at 9."""
    start = "2026-11-16T13:30+01:00"
    policy = promise("became:mql", "contact_attempt", "1h")
    owners = ((owner, start),) if owner else ()
    clock = one(
        start, episode((start, "became:mql"), owners=owners), sla(policy, roster=roster), situation=Situation(team=team)
    )

    assert (clock.due, clock.desk.whose) == (at(due), whose)


def test_elapsed_time_is_nobodys_calendar() -> None:
    policy = promise("assigned", "contact_attempt", "24h", "elapsed")
    clock = one("2026-11-20T15:00-05:00", episode(("2026-11-20T15:00-05:00", "assigned")), sla(policy))

    assert (clock.due, clock.desk.whose) == (at("2026-11-21T15:00-05:00"), "elapsed time")


# ---------------------------------------------------------------- owners


def test_the_customer_waits_on_and_each_owner_has_a_clock() -> None:
    """L36: A has the person for 40 minutes, B answers after 30 more: an hour was promised."""
    way = episode(
        ("2026-11-16T10:00-05:00", "assigned"),
        ("2026-11-16T11:10-05:00", "contact_attempt"),
        owners=(("A", "2026-11-16T10:00-05:00"), ("B", "2026-11-16T10:40-05:00")),
    )
    customer, first, second = as_of("2026-11-16T12:00-05:00", way)

    assert (customer.due, customer.state, customer.owner) == (at("2026-11-16T11:00-05:00"), "met_late", "B")
    assert customer.held == (Held("A", 40 * MINUTE), Held("B", 30 * MINUTE))
    assert (first.rep, first.state, first.ended_at) == ("A", "cancelled", at("2026-11-16T10:40-05:00"))
    assert (second.rep, second.due, second.state) == ("B", at("2026-11-16T11:40-05:00"), "met")


def test_an_owner_named_twice_has_one_turn() -> None:
    way = episode(ASSIGNED, owners=(("kim", ASSIGNED[0]), ("kim", CALLED)))

    assert one("2026-11-16T11:00-05:00", way).held == (Held("kim", 45 * MINUTE),)


def test_time_without_an_owner_is_nobodys() -> None:
    way = episode(ASSIGNED, owners=(("kim", CALLED),))

    assert one("2026-11-16T11:00-05:00", way).held == (Held("", 30 * MINUTE), Held("kim", 15 * MINUTE))


def test_an_owners_clock_is_named_by_when_they_took_over() -> None:
    """So that it keeps its name when an owner in between comes to light later."""
    b = ("B", "2026-11-16T11:00-05:00")
    before = as_of("2026-11-16T12:00-05:00", episode(ASSIGNED, owners=(("A", ASSIGNED[0]), b)))
    after = as_of("2026-11-16T12:00-05:00", episode(ASSIGNED, owners=(("A", ASSIGNED[0]), ("C", CALLED), b)))

    assert [clock.id for clock in before if clock.rep == "B"] == ["ann/1/it/1/1794844800000000"]
    assert [clock.id for clock in after if clock.rep == "B"] == ["ann/1/it/1/1794844800000000"]


def test_before_the_answer_the_customer_clock_is_breached() -> None:
    way = episode(
        ("2026-11-16T10:00-05:00", "assigned"),
        owners=(("A", "2026-11-16T10:00-05:00"), ("B", "2026-11-16T10:40-05:00")),
    )
    clocks = {clock.rep: clock.state for clock in as_of("2026-11-16T11:05-05:00", way)}

    assert clocks == {"": "breached", "A": "cancelled", "B": "running"}


def test_an_owner_who_was_late_before_handing_over_stays_so() -> None:
    way = episode(
        ("2026-11-16T10:00-05:00", "assigned"),
        owners=(("A", "2026-11-16T10:00-05:00"), ("B", "2026-11-16T11:30-05:00")),
    )
    clocks = {clock.rep: (clock.state, clock.owner) for clock in as_of("2026-11-16T11:45-05:00", way)}

    assert clocks == {"": ("breached", "A"), "A": ("breached", "A"), "B": ("running", "B")}


def test_one_owner_has_no_second_clock() -> None:
    clock = one(CALLED, episode(ASSIGNED, owners=(("kim", ASSIGNED[0]),)))

    assert (clock.rep, clock.owner, clock.held) == ("", "kim", (Held("kim", 30 * MINUTE),))


def test_a_clock_is_booked_to_whoever_met_it_not_to_who_took_over_before_due() -> None:
    way = episode(ASSIGNED, (CALLED, "contact_attempt"), owners=(("A", ASSIGNED[0]), ("B", "2026-11-16T11:00-05:00")))

    assert one("2026-11-16T12:00-05:00", way).owner == "A"


def test_the_agreement_may_do_without_clocks_of_owners() -> None:
    way = episode(ASSIGNED, owners=(("A", ASSIGNED[0]), ("B", CALLED)))

    assert [clock.rep for clock in as_of(CALLED, way, sla(rep_clocks=False))] == [""]


def test_an_owner_runs_on_their_own_calendar() -> None:
    """From A in New York to B in Madrid, where at 17:45 a quarter of an hour is left of the day."""
    way = episode(ASSIGNED, owners=(("A", ASSIGNED[0]), ("B", "2026-11-16T17:45+01:00")))
    roster = Roster(default="ny", owners={"B": "madrid"})
    mine = next(clock for clock in as_of("2026-11-16T18:00+01:00", way, sla(roster=roster)) if clock.rep == "B")

    assert (mine.desk.calendar.name, mine.due) == ("madrid", at("2026-11-17T09:45+01:00"))


# ---------------------------------------------------------------- pauses

LEAVE = "contact_on_leave_until"


def away(start: str, end: str | None) -> Situation:
    return Situation(pauses={LEAVE: (Pause(at(start), FOREVER if end is None else at(end)),)})


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-16T10:20-05:00", "running"),
        ("2026-11-16T10:30-05:00", "paused"),
        ("2026-11-16T12:59-05:00", "paused"),
        ("2026-11-16T13:00-05:00", "running"),
        ("2026-11-16T13:46-05:00", "breached"),
    ],
)
def test_a_paused_clock_stands_still(now: str, state: str) -> None:
    policy = replace(CONTACT, pause_while=(LEAVE,))
    clock = one(now, episode(ASSIGNED), sla(policy), situation=away("2026-11-16T10:30-05:00", "2026-11-16T13:00-05:00"))

    assert (clock.state, clock.due) == (state, at("2026-11-16T13:45-05:00"))


def test_a_pause_after_the_breach_heals_nothing() -> None:
    policy = replace(CONTACT, pause_while=(LEAVE,))

    assert one(
        "2026-11-16T12:30-05:00", episode(ASSIGNED), sla(policy), situation=away("2026-11-16T12:00-05:00", None)
    ).state == ("breached")


def test_a_pause_without_end_leaves_nothing_due() -> None:
    policy = replace(CONTACT, pause_while=(LEAVE,), warn_at=percents(50))
    clock = one(CALLED, episode(ASSIGNED), sla(policy), situation=away("2026-11-16T10:30-05:00", None))

    assert (clock.state, clock.due, clock.marks, clock.used) == ("paused", FOREVER, (), 15 * MINUTE)
    assert clock.next_change_at == FOREVER


def test_causes_the_promise_does_not_name_pause_nothing() -> None:
    assert one(CALLED, episode(ASSIGNED), situation=away("2026-11-16T10:30-05:00", None)).state == "running"


# ---------------------------------------------------------------- the other ends


def test_a_clock_is_canceled_by_what_the_agreement_names() -> None:
    policy = replace(CONTACT, cancel_if=on("became:disqualified"))
    clock = one("2026-11-16T12:00-05:00", episode(ASSIGNED, ("2026-11-16T10:30-05:00", "became:disqualified")), sla(policy))

    assert (clock.state, clock.ended_at, clock.open) == ("cancelled", at("2026-11-16T10:30-05:00"), False)


def test_a_breach_is_not_undone_by_canceling() -> None:
    policy = replace(CONTACT, cancel_if=on("became:disqualified"))
    clock = one("2026-11-16T13:00-05:00", episode(ASSIGNED, ("2026-11-16T12:30-05:00", "became:disqualified")), sla(policy))

    assert (clock.state, clock.open) == ("breached", False)


def test_a_void_clock_never_was() -> None:
    policy = replace(CONTACT, void_if=on("merged"))
    clock = one("2026-11-16T13:00-05:00", episode(ASSIGNED, ("2026-11-16T12:30-05:00", "merged")), sla(policy))

    assert (clock.state, clock.open) == ("void", False)


def test_the_end_of_the_episode_cancels_what_does_not_outlive_it() -> None:
    way = episode(ASSIGNED, ended="2026-11-16T10:30-05:00")
    feedback = replace(promise("assigned", "feedback", "10bd"), id="feedback", outlives=True)
    states = {clock.policy.id: clock.state for clock in as_of("2026-11-16T12:00-05:00", way, sla(CONTACT, feedback))}

    assert states == {"it": "cancelled", "feedback": "running"}


def test_an_answer_at_the_episodes_end_fulfills() -> None:
    """Decided within five business days: the disposition is what ends the episode."""
    when = "2026-11-18T10:00-05:00"
    decide = promise("assigned", "disposition", "5bd")

    assert one("2026-11-19T10:00-05:00", episode(ASSIGNED, (when, "disposition"), ended=when), sla(decide)).state == "met"


# ---------------------------------------------------------------- episodes, re-opening, corrections


def test_another_episode_has_another_clock() -> None:
    """L41: fifty of sixty minutes are more than three quarters; the answer of the first episode stops nothing here."""
    policy = promise("became:mql", "contact_attempt", "1h", "elapsed", warn_at=percents(75))
    first = episode(("2026-09-01T10:00", "became:mql"), ("2026-09-01T10:30", "contact_attempt"), ended="2026-10-01T10:00")
    second = episode(("2026-11-10T10:00", "became:mql"), n=2)
    now = "2026-11-10T10:50"

    assert [one(now, way, sla(policy)).state for way in (first, second)] == ["met", "at_risk"]
    assert one(now, second, sla(policy)).due == at("2026-11-10T11:00")
    assert one(now, second, sla(policy)).id == "ann/2/it/1"


def test_each_feedback_has_its_own_answer_clock() -> None:
    """Marketing replies within ten business days, whether or not the episode is over."""
    reply = replace(promise("feedback", "answered", "10bd"), side="marketing", each=True, outlives=True)
    way = episode(
        ("2026-11-02T09:00-05:00", "became:mql"),
        ("2026-11-03T10:00-05:00", "feedback"),
        ("2026-11-04T10:00-05:00", "answered"),
        ("2026-11-05T10:00-05:00", "feedback"),
        ended="2026-11-03T10:00-05:00",
    )
    first, second = as_of("2026-11-06T09:00-05:00", way, sla(reply))

    assert (first.state, second.state) == ("met", "running")
    assert (second.id, second.due) == ("ann/1/it/1793890800000000", at("2026-11-19T10:00-05:00"))  # named by its start


def test_an_event_may_be_told_apart_by_its_detail() -> None:
    """An acceptance is no feedback that marketing would have to answer."""
    reply = replace(promise("feedback", "answered", "10bd"), start=Moments((Moment("feedback", frozenset({"Accepted/SQL"})),)))
    way = episode(("2026-11-02T09:00-05:00", "became:mql"), event("2026-11-03T10:00-05:00", "feedback", "Accepted/SQL"))

    assert as_of("2026-11-06T09:00-05:00", way, sla(reply)) == ()


def test_a_stop_may_need_several_events() -> None:
    """The handoff is done when somebody is assigned and told."""
    handoff = replace(
        promise("became:mql", "assigned", "24h", "elapsed"), stop=on("assigned", "notified", every=True), side="marketing"
    )
    began = ("2026-11-16T10:00", "became:mql")
    half = episode(began, ("2026-11-16T11:00", "assigned"))
    whole = episode(began, ("2026-11-16T11:00", "assigned"), ("2026-11-16T11:05", "notified"))

    assert one("2026-11-16T12:00", half, sla(handoff)).state == "running"
    assert one("2026-11-16T12:00", whole, sla(handoff)).stop == at("2026-11-16T11:05")
    assert one("2026-11-16T12:00", whole, sla(handoff)).owner == ""  # marketing's promise is nobody's of sales


def test_a_contact_just_before_the_handoff_is_credited() -> None:
    way = episode(("2026-11-15T12:00-05:00", "became:mql"), ("2026-11-15T13:00-05:00", "contact_attempt"), ASSIGNED)
    clock = one(CALLED, way)

    assert (clock.state, clock.stop, clock.used, clock.done) == ("met", at(ASSIGNED[0]), 0, 1)


def test_a_contact_longer_ago_is_not() -> None:
    way = episode(("2026-11-15T10:14-05:00", "contact_attempt"), ASSIGNED)  # a minute more than 24 hours

    assert one(CALLED, way).state == "running"
    assert one(CALLED, way, sla(credit=25 * HOUR)).state == "met"


def test_a_contact_is_credited_to_the_first_start_only() -> None:
    """The call that answered the first question says nothing about the second."""
    reply = promise("chat", "contact_attempt", each=True)
    way = episode(
        ("2026-11-16T09:00-05:00", "became:mql"),
        ("2026-11-16T10:00-05:00", "chat"),
        ("2026-11-16T10:30-05:00", "contact_attempt"),
        ("2026-11-16T11:00-05:00", "chat"),
    )

    assert [clock.state for clock in as_of("2026-11-16T11:15-05:00", way, sla(reply))] == ["met", "running"]


def test_a_bounce_opens_the_clock_again_as_a_correction() -> None:
    """The mail of 10:45 came back on the next day: nobody was contacted, and we know it since then."""
    bounced = event(CALLED, "contact_bounced", known="2026-11-17T08:00-05:00")
    clock = one("2026-11-17T09:00-05:00", episode(ASSIGNED, bounced))

    assert (clock.state, clock.id) == ("breached", "ann/1/it/1")
    assert (clock.due, clock.known_at) == (at("2026-11-16T11:15-05:00"), at("2026-11-17T08:00-05:00"))


# ---------------------------------------------------------------- depth

DEPTH = replace(promise("assigned", "contact_attempt", "10bd"), need=5, over_days=3, unless=on("connected", "disposition"))


def attempts(*whens: str) -> Episode:
    return episode(ASSIGNED, *((f"2026-11-{when}-05:00", "contact_attempt") for when in whens))


@pytest.mark.parametrize(
    ("whens", "done", "stop"),
    [
        pytest.param(("16T11:00", "16T12:00", "17T11:00", "18T11:00"), 4, None, id="four are too few"),
        pytest.param(
            ("16T11:00", "16T12:00", "17T11:00", "18T11:00", "18T12:00"), 5, "2026-11-18T12:00-05:00", id="five on three days"
        ),
        pytest.param(("16T11:00", "16T12:00", "16T13:00", "17T11:00", "17T12:00"), 5, None, id="five on two days"),
        pytest.param(
            ("16T11:00", "16T12:00", "16T13:00", "17T11:00", "17T12:00", "19T09:00"),
            5,
            "2026-11-19T09:00-05:00",
            id="the sixth falls on a third day",
        ),
    ],
)
def test_depth_asks_for_attempts_on_several_days(whens: tuple[str, ...], done: int, stop: str | None) -> None:
    clock = one("2026-11-20T09:00-05:00", attempts(*whens), sla(DEPTH))

    assert (clock.done, clock.stop) == (done, at(stop) if stop else None)
    assert clock.state == ("met" if stop else "running")


def test_depth_is_enough_when_the_person_was_reached() -> None:
    way = episode(ASSIGNED, (CALLED, "contact_attempt"), (CALLED, "connected"))
    clock = one("2026-11-20T09:00-05:00", way, sla(DEPTH))

    assert (clock.state, clock.stopped_by, clock.done) == ("met", "connected", 1)


def test_a_contact_before_the_handoff_is_no_first_attempt_of_five() -> None:
    way = episode(("2026-11-16T10:00-05:00", "contact_attempt"), ASSIGNED)

    assert one(CALLED, way, sla(DEPTH)).done == 0


# ---------------------------------------------------------------- versions and history


def test_the_version_in_force_at_the_start_governs() -> None:
    """L40: the second start falls exactly on the new version."""
    old = sla(promise("assigned", "contact_attempt", "24h", "elapsed"), version=1, effective_from=at("2026-01-01"))
    new = sla(promise("assigned", "contact_attempt", "2h", "elapsed"), version=2, effective_from=at("2026-12-01"))
    found = [one("2026-12-01", episode((start, "assigned")), old, new) for start in ("2026-11-30T20:00", "2026-12-01T00:00")]

    assert [(clock.version, clock.due) for clock in found] == [(1, at("2026-12-01T20:00")), (2, at("2026-12-01T02:00"))]


def test_what_started_before_the_first_version_is_measured_by_it() -> None:
    assert (
        one("2026-12-01", episode(("2025-06-02T10:00", "assigned")), sla(version=1, effective_from=at("2026-01-01"))).version
        == 1
    )


def test_what_was_due_before_go_live_is_history() -> None:
    assert one("2026-11-20", episode(ASSIGNED), sla(go_live="2026-11-17")).historical
    assert not one("2026-11-20", episode(ASSIGNED), sla(go_live="2026-11-16T16:15")).historical  # due at that very instant


# ---------------------------------------------------------------- several


def test_clocks_come_by_due_time_and_the_first_open_one_is_most_urgent() -> None:
    decide = replace(promise("assigned", "disposition", "5bd"), id="decide")
    found = as_of("2026-11-16T12:00-05:00", episode(ASSIGNED, (CALLED, "contact_attempt")), sla(decide, CONTACT))
    urgent = most_urgent(found)

    assert [clock.policy.id for clock in found] == ["it", "decide"]
    assert urgent is not None
    assert urgent.policy.id == "decide"
    assert most_urgent(found[:1]) is None
