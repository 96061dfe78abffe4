"""The way of one lead through three systems, day by day, from a first click to a signed contract, as `syncd why` tells it."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest
from syncd_hubspot.emulator import given as hubspot
from syncd_hubspot.emulator import story as page
from syncd_salesforce.emulator import given as salesforce
from syncd_salesforce.emulator import story as desk

from syncd.engine.shown import Why
from tests.systems.firm import START, Firm, firm

MIA = "mia@firm.example"
ROW = {"email": MIA, "first_name": "Mia", "last_name": "Moss", "job_title": "Head of Sales", "company": "Firm"}
TALK = START - timedelta(days=4)
FLAGS = ("score", "stage", "sla", "sla_due", "next_step", "assigned_to", "disposition")
FIELDS = dict(zip(FLAGS, "Score Stage SLA SLA_Due Next_Step Assigned_To Disposition".split(), strict=True))


class Seen(NamedTuple):
    """What both CRMs said of her."""

    hubspot: dict[str, str | None]
    salesforce: dict[str, object]


class Told(NamedTuple):
    """What `why` tells in the end, and what was seen on the way, by what had happened."""

    why: Why
    seen: dict[str, Seen]


def seen(here: Firm) -> Seen:
    return Seen(
        {name: here.in_hubspot(MIA, f"syncd_{name}") or None for name in FLAGS},
        {name: here.in_salesforce(MIA, f"syncd_{field}__c") for name, field in FIELDS.items()},
    )


def at(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Generator[Told]:
    """Let everything happen. Friday 2026-11-20 at 09:00 UTC, 10:00 in Madrid, all three systems are read for the first time."""
    with firm(tmp_path_factory.mktemp("story")) as here:
        found: dict[str, Seen] = {}

        def in_hubspot() -> str:
            with here.hub.portal.lock:
                return page.step(here.hub.portal, Random(1), hubspot.given(ROW))

        def in_salesforce() -> str:
            with here.force.lock:
                return desk.step(here.force.org, salesforce.given(ROW))

        def next_at(when: str) -> None:
            here.clock.advance(at(when) - here.clock.now())

        in_hubspot()
        in_salesforce()
        (here.folder / "talks.csv").write_text(f"talk,what,at,mail\n1,talk,{TALK.isoformat()},{MIA}\n")
        here.later(minutes=6)
        found["known"] = seen(here)
        next_at("2026-11-20T10:00")
        assert in_hubspot() == "looked at our prices and asked for a demo"
        next_at("2026-11-20T10:15")  # forms are read four times an hour
        here.later(minutes=0)
        found["asked"] = seen(here)
        next_at("2026-11-20T10:40")
        assert in_salesforce() == "called"
        here.later(minutes=6)
        found["called"] = seen(here)
        next_at("2026-11-23T09:00")
        assert in_salesforce() == "answered Accepted/SQL"
        here.later(minutes=6)
        found["answered"] = seen(here)
        next_at("2026-11-26T09:00")
        assert in_salesforce() == "opened an opportunity"
        here.later(minutes=6)
        next_at("2026-12-09T15:00")
        assert in_salesforce() == "signed the contract"
        here.later(minutes=6)
        found["signed"] = seen(here)
        assert (in_hubspot(), in_salesforce()) == ("", "")
        yield Told(here.person(MIA), found)


def test_the_story_begins_with_the_first_click_and_has_every_deed(told: Told) -> None:
    deeds = [(one.kind, one.source.partition(".")[0]) for one in told.why.activities]

    assert told.why.activities[0].at == START - timedelta(days=9)
    assert deeds[0] == ("page_view", "hubspot")
    wanted = [
        ("webinar_attended", "fair"),
        ("form_submission", "hubspot"),
        ("demo_request", "hubspot"),
        ("call_out", "salesforce"),
    ]
    assert [one for one in deeds if one in wanted] == wanted


def test_every_line_of_the_score_has_its_reason(told: Told) -> None:
    """110 or 120 employees 30; prices looked at 19.2 days ago 20·2^(−19.2/30), the webinar 23.3 days ago 20·2^(−23.3/30)."""
    assert [(one.says, one.points) for one in told.why.score.lines] == [
        ("company size", "30"),
        ("looked at pricing", "12.83"),
        ("came to a webinar", "11.69"),
    ]
    assert told.why.score.score == 55


def test_every_stage_says_who_gave_it_and_why(told: Told) -> None:
    moves = [(one.stage, one.by, one.because, one.inferred) for one in told.why.stages]

    assert moves == [
        ("nurture", "daemon", "score 48", False),
        ("mql", "daemon", "demo_request within 30d", False),
        ("working", "mar@example.com", "contact attempt", False),
        ("sql", "sales", "Accepted/SQL", False),
        ("opportunity", "crm", "deal with amount and close_date", False),
        ("customer", "crm", "deal won", False),
    ]
    assert [one.at for one in told.why.stages[1:]] == [
        at("2026-11-20T10:15"),
        at("2026-11-20T10:40"),
        at("2026-11-23T09:00"),
        at("2026-11-26T09:00"),
        at("2026-12-09T15:00"),
    ]


def test_the_lead_was_given_to_somebody_told_and_called_in_time(told: Told) -> None:
    [given] = told.why.assignments
    [call] = told.why.attempts

    assert (given.owner, given.because) == (
        "mar@example.com",
        "otherwise: team emea, mar@example.com's turn by weighted rotation",
    )
    assert ("mql_assigned", "mar@example.com") in [(one.event, one.to) for one in told.why.notices]
    assert (call.kind, call.by, call.counted, call.at) == ("call_out", "mar@example.com", True, at("2026-11-20T10:40"))
    promises = {one.policy: (one.state, one.used_minutes) for one in told.why.clocks}
    assert promises["first_contact"] == ("met", 25)
    assert {policy: state for policy, (state, _) in promises.items()} == dict.fromkeys(
        ("handoff", "first_contact", "decide", "depth", "feedback"), "met"
    )
    assert not any(one.historical for one in told.why.clocks)


def test_scores_stages_and_promises_reached_both_crms(told: Told) -> None:
    known, asked, called, answered, signed = told.seen.values()

    assert (known.hubspot["stage"], known.hubspot["score"]) == ("nurture", "48")
    assert (known.salesforce["stage"], known.salesforce["score"]) == ("nurture", 48.0)
    assert asked.hubspot == {
        "score": "68",
        "stage": "mql",
        "sla": "running",
        "sla_due": "2026-11-20T11:15:00.000Z",  # an hour of Madrid's morning
        "next_step": "make contact",
        "assigned_to": "mar@example.com",
        "disposition": None,
    }
    assert asked.salesforce == {
        "score": 68.0,
        "stage": "mql",
        "sla": "running",
        "sla_due": "2026-11-20T11:15:00.000+0000",
        "next_step": "make contact",
        "assigned_to": "mar@example.com",
        "disposition": None,
    }
    assert called.hubspot["stage"] == called.salesforce["stage"] == "working"
    assert called.hubspot["next_step"] == called.salesforce["next_step"]
    assert str(called.hubspot["next_step"]).startswith("answer: Accepted/SQL")
    assert answered.hubspot["disposition"] == answered.salesforce["disposition"] == "Accepted/SQL"
    assert answered.hubspot["stage"] == answered.salesforce["stage"] == "sql"
    assert signed.hubspot["stage"] == signed.salesforce["stage"] == "customer"
    assert signed.hubspot["sla"] is None and signed.salesforce["sla"] is None


def test_what_was_written_is_part_of_the_story(told: Told) -> None:
    written = {(one.to.partition(":")[0], one.field): one.new for one in told.why.writes}

    assert written["hubspot.contacts", "syncd_stage"] == written["salesforce.Contact", "syncd_Stage__c"] == "customer"
    assert written["hubspot.contacts", "syncd_disposition"] == "Accepted/SQL"
    assert not any(one.waiting for one in told.why.writes)
