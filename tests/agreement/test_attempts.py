"""What counts as a contact attempt, and in which words the rest does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TypedDict, Unpack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.agreement.attempts import AttemptTerms, Touch, attempt_events, verdicts
from syncd.agreement.calendars import MINUTE
from tests.agreement.build import at

TERMS = AttemptTerms()
MORNING = at("2026-11-16T09:00")


class More(TypedDict, total=False):
    id: str
    outbound: bool
    machine: bool
    connected: bool
    bounced_at: int


def touch(minute: int, kind: str, **more: Unpack[More]) -> Touch:
    return Touch(at=MORNING + minute * MINUTE, kind=kind, **more)


def judged(*touches: Touch, terms: AttemptTerms = TERMS) -> list[tuple[bool, str]]:
    return [(counted, why) for _, counted, why, _ in verdicts(terms, touches)]


def said(*touches: Touch, terms: AttemptTerms = TERMS) -> list[tuple[int, str]]:
    """What the touches amount to, as (minute, what)."""
    return [((event.at - MORNING) // MINUTE, event.what) for event in attempt_events(terms, verdicts(terms, touches))]


@pytest.mark.parametrize("kind", ["call_out", "email_1to1_out", "meeting_booked", "linkedin_out", "sms_out", "whatsapp_out"])
def test_what_people_of_ours_do_to_reach_somebody_counts(kind: str) -> None:
    assert judged(touch(0, kind)) == [(True, f"an attempt by {kind.partition('_')[0]}")]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(touch(0, "marketing_email"), "the agreement does not count marketing_email", id="automated mail"),
        pytest.param(touch(0, "task_created"), "the agreement does not count task_created", id="a task"),
        pytest.param(touch(0, "note"), "the agreement does not count note", id="a note"),
        pytest.param(touch(0, "status_change"), "the agreement does not count status_change", id="a change of status"),
        pytest.param(touch(0, "email_reply"), "inbound: the person came to us", id="inbound by its kind"),
        pytest.param(touch(0, "call_out", outbound=False), "inbound: the person came to us", id="inbound by its direction"),
        pytest.param(touch(0, "email_1to1_out", machine=True), "sent by a machine, not by a person", id="a machine"),
        pytest.param(
            touch(0, "email_1to1_out", bounced_at=MORNING + MINUTE), "bounced: it did not reach the person", id="a bounce"
        ),
    ],
)
def test_what_does_not_count_says_why(one: Touch, why: str) -> None:
    assert judged(one) == [(False, why)]


def test_a_booking_by_the_lead_counts_if_the_agreement_says_so() -> None:
    booking = touch(0, "meeting_booked", outbound=False)

    assert judged(booking) == [(True, "an attempt by meeting")]
    assert judged(booking, terms=replace(TERMS, booking_by_lead=False)) == [
        (False, "booked by the lead, which the agreement does not count")
    ]


def test_a_booking_by_the_lead_counts_only_where_meetings_booked_do() -> None:
    terms = replace(TERMS, count=frozenset({"call_out"}))

    assert judged(touch(0, "meeting_booked", outbound=False), terms=terms) == [(False, "inbound: the person came to us")]


def test_one_attempt_counts_per_channel_and_ten_minutes() -> None:
    calls = [touch(0, "call_out"), touch(4, "call_out"), touch(5, "sms_out"), touch(10, "call_out")]

    again = "within 10 minutes of another attempt by call"
    assert judged(*calls) == [
        (True, "an attempt by call"),
        (False, again),
        (True, "an attempt by sms"),
        (True, "an attempt by call"),
    ]


def test_the_ten_minutes_run_from_the_attempt_that_counted() -> None:
    assert [counted for counted, _ in judged(*(touch(minute, "call_out") for minute in (0, 6, 12, 18, 24)))] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_the_agreement_may_count_one_for_all_channels() -> None:
    terms = replace(TERMS, per_channel=False)

    assert judged(touch(0, "call_out"), touch(5, "sms_out"), terms=terms)[1] == (False, "within 10 minutes of another attempt")


def test_a_bounced_mail_makes_room_for_the_next_one() -> None:
    first, second = touch(0, "email_1to1_out", bounced_at=MORNING + MINUTE), touch(5, "email_1to1_out")

    assert [counted for counted, _ in judged(first, second)] == [False, True]


def test_a_bounce_takes_the_last_mail_before_it_back() -> None:
    touches = [touch(0, "email_1to1_out"), touch(30, "email_1to1_out"), touch(45, "call_out"), touch(60, "email_bounced")]
    events = attempt_events(TERMS, verdicts(TERMS, touches))

    assert said(*touches) == [(0, "contact_attempt"), (30, "contact_bounced"), (45, "contact_attempt")]
    assert events[1].known_at == MORNING + 60 * MINUTE


def test_a_mail_may_bounce_in_its_very_instant() -> None:
    assert said(touch(0, "email_1to1_out"), touch(0, "email_bounced")) == [(0, "contact_bounced")]


def test_a_mail_that_bounces_twice_is_taken_back_the_first_time() -> None:
    touches = [touch(0, "email_1to1_out"), touch(30, "email_1to1_out"), touch(45, "email_bounced"), touch(60, "email_bounced")]
    events = attempt_events(TERMS, verdicts(TERMS, touches))

    assert said(*touches) == [(0, "contact_attempt"), (30, "contact_bounced")]
    assert events[1].known_at == MORNING + 45 * MINUTE


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        pytest.param([touch(0, "email_1to1_out", machine=True)], [], id="a machine sent it"),
        pytest.param([touch(0, "email_1to1_out", outbound=False)], [], id="the person sent it"),
        pytest.param(
            [touch(-5, "email_1to1_out"), touch(0, "email_1to1_out")], [(-5, "contact_attempt")], id="too soon after another"
        ),
        pytest.param(
            [touch(-10, "email_1to1_out"), touch(0, "email_1to1_out")],
            [(-10, "contact_attempt"), (0, "contact_bounced")],
            id="it counted",
        ),
    ],
)
def test_a_bounce_takes_back_only_what_counted(touches: list[Touch], expected: list[tuple[int, str]]) -> None:
    assert said(*touches, touch(60, "email_bounced")) == expected


def test_a_bounce_is_left_where_the_agreement_says_so() -> None:
    terms = replace(TERMS, bounce_reopens=False)

    assert said(touch(0, "email_1to1_out"), touch(60, "email_bounced"), terms=terms) == [(0, "contact_attempt")]


def test_reached_is_another_fact_than_tried() -> None:
    touches = [touch(0, "call_out"), touch(20, "call_out", connected=True), touch(25, "call_out", connected=True)]

    assert said(*touches, touch(40, "email_reply")) == [
        (0, "contact_attempt"),
        (20, "contact_attempt"),
        (20, "connected"),
        (25, "connected"),
        (40, "connected"),
    ]


kinds = st.sampled_from(["call_out", "email_1to1_out", "sms_out", "marketing_email", "email_reply", "email_bounced"])
many = st.lists(st.tuples(st.integers(0, 90), kinds), max_size=12)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=many, seed=st.randoms())
def test_the_order_of_arrival_does_not_matter(drawn: list[tuple[int, str]], seed: Random) -> None:
    touches = [touch(minute, kind, id=str(i)) for i, (minute, kind) in enumerate(drawn)]
    shuffled = touches.copy()
    seed.shuffle(shuffled)

    assert verdicts(TERMS, shuffled) == verdicts(TERMS, touches)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=many)
def test_attempts_by_one_channel_are_ten_minutes_apart(drawn: list[tuple[int, str]]) -> None:
    counted = [one.touch for one in verdicts(TERMS, [touch(minute, kind) for minute, kind in drawn]) if one.counted]

    for kind in {one.kind for one in counted}:
        instants = [one.at for one in counted if one.kind == kind]
        assert all(later - earlier >= 10 * MINUTE for earlier, later in pairwise(instants))
