"""From touches and answers over the journey to clocks: one lead's way under the article's promises."""

from __future__ import annotations

import pytest

from syncd.agreement.attempts import AttemptTerms, Touch, attempt_events, verdicts
from syncd.agreement.clocks import Situation, clocks
from syncd.agreement.handoff import Handoff
from syncd.agreement.journey import Answer, Claim, Deal, Evidence, Owner
from syncd.agreement.policies import Sla
from syncd.agreement.stages import journey
from syncd.config import load
from tests.agreement.build import at
from tests.config.build import AGREEMENT, SPECS, write

YAML = """\
time: {calendars: {ny: {tz: America/New_York, hours: {mon-fri: [09:00-17:00]}}}}
sla: {preset: article_000, sales: {first_contact: {on_breach: []}}}
"""
TOUCHES = (
    Touch(at=at("2026-11-16T10:30-05:00"), kind="email_1to1_out", by="kim"),
    Touch(at=at("2026-11-16T16:00-05:00"), kind="email_bounced"),
    Touch(at=at("2026-11-17T09:30-05:00"), kind="call_out", by="kim", connected=True),
)
MONDAY = Evidence(
    claims=(
        Claim(at("2026-11-16T09:00-05:00"), "lead", "daemon"),
        Claim(at("2026-11-16T10:00-05:00"), "mql", "daemon", cause="score 60"),
    ),
    owners=(Owner("kim", at("2026-11-16T10:05-05:00")),),
)
REJECTED = Answer(
    at=at("2026-11-18T10:00-05:00"), value="Rejected-Nurture", by="kim", reason="timing", reason_at=at("2026-11-19T10:00-05:00")
)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Sla:
    sla = load(write(tmp_path_factory.mktemp("agreed"), agreement=AGREEMENT + YAML), SPECS).sla
    assert sla is not None
    return sla


def states(agreed: Sla, now: str, *touches: Touch, answers: tuple[Answer, ...] = ()) -> list[dict[str, str]]:
    """The states of the clocks of each episode, by promise."""
    terms = AttemptTerms()
    evidence = Evidence(
        claims=MONDAY.claims, owners=MONDAY.owners, answers=answers, events=attempt_events(terms, verdicts(terms, touches))
    )
    way = journey(Handoff(), evidence, at(now))
    found = [clocks((agreed,), one, person="ann", situation=Situation(), now=at(now)) for one in way.episodes]
    return [{clock.policy.id: clock.state for clock in several} for several in found]


def test_after_the_handoff_three_clocks_of_sales_run(agreed: Sla) -> None:
    assert states(agreed, "2026-11-16T10:20-05:00") == [
        {"handoff": "met", "first_contact": "running", "decide": "running", "feedback": "running"}
    ]


def test_a_mail_that_came_back_was_no_contact(agreed: Sla) -> None:
    mail, bounce, _ = TOUCHES

    assert states(agreed, "2026-11-16T15:00-05:00", mail)[0]["first_contact"] == "met"
    assert states(agreed, "2026-11-16T17:00-05:00", mail, bounce)[0]["first_contact"] == "at_risk"


def test_an_answer_with_its_reason_meets_all_of_sales_and_starts_marketings(agreed: Sla) -> None:
    """Wednesday's rejection ends the episode; Thursday's reason still counts, and marketing owes a reply from then on."""
    assert states(agreed, "2026-11-20T12:00-05:00", *TOUCHES, answers=(REJECTED,)) == [
        {"handoff": "met", "first_contact": "met", "decide": "met", "feedback": "met", "answer_feedback": "running"}
    ]


def test_an_acceptance_owes_no_reply(agreed: Sla) -> None:
    accepted = Answer(at=REJECTED.at, value="Accepted/SQL", by="kim")

    assert "answer_feedback" not in states(agreed, "2026-11-20T12:00-05:00", *TOUCHES, answers=(accepted,))[0]


def test_a_lead_sent_back_uncalled_leaves_the_contact_undecided(agreed: Sla) -> None:
    early = Answer(at=at("2026-11-16T11:00-05:00"), value="Rejected-Nurture", by="kim")

    assert states(agreed, "2026-11-20T12:00-05:00", answers=(early,)) == [
        {"handoff": "met", "first_contact": "cancelled", "decide": "met", "feedback": "running"}
    ]


def test_a_customer_who_never_was_an_mql_was_promised_nothing(agreed: Sla) -> None:
    """The MQL of somebody whom a deal made a customer is inferred: nobody was handed a lead, whoever owns them since."""
    won = Deal(id="7", created_at=at("2026-11-02"), complete_at=at("2026-11-02"), won_at=at("2026-11-09"))
    evidence = Evidence(deals=(won,), owners=MONDAY.owners)
    way = journey(Handoff(), evidence, at("2026-11-20"))
    [one] = way.episodes

    assert way.stage == "customer"
    assert clocks((agreed,), one, person="ann", situation=Situation(), now=at("2026-11-20")) == ()


def test_a_lead_that_sales_took_by_hand_is_theirs_to_work(agreed: Sla) -> None:
    """Who makes a lead working skips the MQL that marketing would have handed over, not what sales then owes."""
    taken = Claim(at("2026-11-16T10:00-05:00"), "working", "sales", by="kim")
    [one] = journey(Handoff(), Evidence(claims=(taken,), owners=MONDAY.owners), at("2026-11-20")).episodes
    found = clocks((agreed,), one, person="ann", situation=Situation(), now=at("2026-11-20"))

    assert sorted(clock.policy.id for clock in found) == ["decide", "feedback", "first_contact"]
