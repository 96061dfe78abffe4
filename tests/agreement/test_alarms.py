"""Alarms: what is told once, what only with the digest, and what never."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.alarms import actions
from syncd.agreement.clocks import Situation
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause
from syncd.agreement.journey import Episode
from syncd.agreement.policies import Escalation, Policy
from tests.agreement.build import at
from tests.agreement.promises import CONTACT, as_of, episode, event, goal, on, one, percents, promise, sla

ASSIGNED = ("2026-11-16T10:00-05:00", "assigned")  # a Monday, due at 11:00 in New York
STRICT = replace(
    CONTACT,
    warn_at=percents(50, 75),
    on_breach=("tell owner", "tell manager", "flag crm"),
    escalation=Escalation(goal("2h").within, ("reassign", "set owner offline")),
)


def told(
    now: str, *, since: str | None = None, way: Episode | None = None, policy: Policy = STRICT, go_live: str | None = None
) -> list[tuple[str, str, bool]]:
    """What is told at *now* as (kind, threshold, digest)."""
    terms = sla(policy, go_live=go_live)
    clock = one(now, way or episode(ASSIGNED), terms)
    found = actions(clock, terms.time, since=-FOREVER if since is None else at(since), now=at(now))
    return [(action.kind, action.threshold, action.digest) for action in found]


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        pytest.param("2026-11-16T10:00-05:00", "2026-11-16T10:29-05:00", [], id="nothing before the first mark"),
        pytest.param("2026-11-16T10:00-05:00", "2026-11-16T10:30-05:00", [("at_risk", "50%", False)], id="half of it"),
        pytest.param("2026-11-16T10:30-05:00", "2026-11-16T10:44-05:00", [], id="a mark is not told again"),
        pytest.param(
            "2026-11-16T10:00-05:00", "2026-11-16T10:50-05:00", [("at_risk", "75%", False)], id="the last of two marks"
        ),
        pytest.param("2026-11-16T10:45-05:00", "2026-11-16T11:00-05:00", [], id="at due nobody is late"),
        pytest.param("2026-11-16T11:00-05:00", "2026-11-16T11:00:01-05:00", [("breached", "", False)], id="the breach"),
        pytest.param(
            "2026-11-16T10:00-05:00", "2026-11-16T11:10-05:00", [("breached", "", False)], id="a breach outweighs marks"
        ),
        pytest.param("2026-11-16T12:00-05:00", "2026-11-16T13:00-05:00", [("still_open", "2h", False)], id="the escalation"),
        pytest.param(
            "2026-11-16T10:00-05:00",
            "2026-11-16T13:00-05:00",
            [("breached", "", False), ("still_open", "2h", False)],
            id="both after a short outage",
        ),
    ],
)
def test_each_threshold_is_told_once(since: str, now: str, expected: list[tuple[str, str, bool]]) -> None:
    assert told(now, since=since) == expected


def test_an_action_says_what_is_to_be_done() -> None:
    clock = one("2026-11-16T13:00-05:00", episode(ASSIGNED), sla(STRICT))
    breached, still_open = actions(clock, sla().time, since=-FOREVER, now=at("2026-11-16T13:00-05:00"))

    assert (breached.does, breached.at) == (("tell owner", "tell manager", "flag crm"), at("2026-11-16T11:00-05:00") + 1)
    assert (still_open.does, still_open.at) == (("reassign", "set owner offline"), at("2026-11-16T13:00-05:00"))
    assert [breached.key, still_open.key] == ["ann/1/it/1 breached", "ann/1/it/1 still_open 2h"]


def test_history_is_never_alarmed() -> None:
    """L37: one due in June, before go-live, and one that passed a second ago."""
    policy = promise("assigned", "contact_attempt", "1h", "elapsed")
    old, new = episode(("2026-06-01T09:00", "assigned")), episode(("2026-11-23T14:00", "assigned"))
    now, live = "2026-11-23T15:00:01", "2026-11-21"

    assert [one(now, way, sla(policy, go_live=live)).state for way in (old, new)] == ["breached", "breached"]
    assert told(now, way=old, policy=policy, go_live=live) == []
    assert told(now, way=new, policy=policy, go_live=live) == [("breached", "", False)]


def test_a_mark_before_go_live_is_not_told() -> None:
    assert told("2026-11-16T10:35-05:00", go_live="2026-11-16T10:31-05:00") == []
    assert told("2026-11-16T10:50-05:00", go_live="2026-11-16T10:31-05:00") == [("at_risk", "75%", False)]


def test_after_an_outage_old_alerts_go_into_the_digest() -> None:
    """L38: back on Monday at 15:00, what was due four hours ago is told, what was due on Friday is digested."""
    policy = promise("assigned", "contact_attempt", "1h", "elapsed")
    outage, now = "2026-11-19T14:00", "2026-11-23T15:00"

    assert told(now, since=outage, way=episode(("2026-11-23T10:00", "assigned")), policy=policy) == [("breached", "", False)]
    assert told(now, since=outage, way=episode(("2026-11-20T10:00", "assigned")), policy=policy) == [("breached", "", True)]


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        pytest.param("2026-11-17T11:00:00.000001-05:00", False, id="exactly a day"),
        pytest.param("2026-11-17T11:00:00.000002-05:00", True, id="longer"),
    ],
)
def test_an_alert_is_too_old_after_more_than_a_day(now: str, digest: bool) -> None:
    """Breached since the first instant after 11:00."""
    assert told(now, policy=CONTACT) == [("breached", "", digest)]


def test_a_breach_that_is_over_disturbs_nobody() -> None:
    way = episode(ASSIGNED, ("2026-11-16T11:10-05:00", "contact_attempt"))

    assert told("2026-11-16T11:30-05:00", way=way) == [("breached", "", True)]


def test_what_was_answered_in_time_is_not_told_of() -> None:
    assert told("2026-11-16T11:30-05:00", way=episode(ASSIGNED, ("2026-11-16T10:50-05:00", "contact_attempt"))) == []


@pytest.mark.parametrize("answered", ["2026-11-16T12:59-05:00", "2026-11-16T13:00-05:00"], ids=["before", "in that instant"])
def test_nothing_is_escalated_that_was_answered_late_but_no_later(answered: str) -> None:
    way = episode(ASSIGNED, (answered, "contact_attempt"))

    assert told("2026-11-16T13:30-05:00", way=way) == [("breached", "", True)]


def test_while_paused_nothing_is_told() -> None:
    policy = replace(STRICT, pause_while=("leave",))
    situation = Situation(pauses={"leave": (Pause(at("2026-11-16T10:40-05:00"), at("2026-11-16T12:00-05:00")),)})
    now = "2026-11-16T11:30-05:00"
    clock = one(now, episode(ASSIGNED), sla(policy), situation=situation)

    assert clock.state == "paused"
    assert actions(clock, sla().time, since=-FOREVER, now=at(now)) == ()


def test_what_was_learnt_late_is_told_when_it_is_learnt() -> None:
    """The assignment reached us half an hour after the hour was over."""
    late = episode(event(*ASSIGNED, known="2026-11-16T11:30-05:00"))

    assert told("2026-11-16T11:31-05:00", since="2026-11-16T11:29-05:00", way=late) == [("breached", "", False)]


def test_a_bounce_learnt_late_is_told_although_the_due_time_is_long_past() -> None:
    way = episode(ASSIGNED, event("2026-11-16T10:30-05:00", "contact_bounced", known="2026-11-16T12:30-05:00"))

    assert told("2026-11-16T12:31-05:00", since="2026-11-16T12:00-05:00", way=way) == [("breached", "", False)]


def test_a_void_clock_alarms_nobody() -> None:
    policy = replace(STRICT, void_if=on("merged"))
    way = episode(ASSIGNED, ("2026-11-16T12:00-05:00", "merged"))

    assert told("2026-11-16T13:00-05:00", way=way, policy=policy) == []


# ---------------------------------------------------------------- owners

HANDED_OVER = episode(ASSIGNED, owners=(("A", ASSIGNED[0]), ("B", "2026-11-16T12:30-05:00")))


def keys(now: str) -> list[str]:
    terms = sla(STRICT)
    found = as_of(now, HANDED_OVER, terms)
    return [action.key for clock in found for action in actions(clock, terms.time, since=-FOREVER, now=at(now))]


def test_the_first_owners_clock_adds_nothing_to_the_customers() -> None:
    assert keys("2026-11-16T12:31-05:00") == ["ann/1/it/1 breached"]


def test_a_later_owner_is_alarmed_by_a_clock_of_their_own() -> None:
    """B took over at 12:30 and is due at 13:30; the customer's own escalation at 13:00 would blame B for A."""
    b = f"ann/1/it/1/{at('2026-11-16T12:30-05:00')}"

    assert keys("2026-11-16T13:16-05:00") == ["ann/1/it/1 breached", f"{b} at_risk 75%"]
    assert keys("2026-11-16T15:30-05:00") == ["ann/1/it/1 breached", f"{b} breached", f"{b} still_open 2h"]


def test_marketings_promise_at_risk_is_told_to_its_manager() -> None:
    terms = sla(replace(STRICT, side="marketing"))
    clock = one("2026-11-16T10:30-05:00", episode(ASSIGNED), terms)

    (action,) = actions(clock, terms.time, since=-FOREVER, now=at("2026-11-16T10:30-05:00"))
    assert action.does == ("tell manager",)
