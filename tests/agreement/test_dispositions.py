"""Answers of sales, what is owed about them, disputes, and feedback both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.dispositions import (
    FEEDBACK,
    Chase,
    Dispute,
    Feedback,
    chases,
    dispute_problem,
    feedback_events,
    feedback_problem,
    hint,
    latest,
    verdict,
)
from syncd.agreement.handoff import DispositionTerms, DisputeTerms, Handoff, StageTerms
from syncd.agreement.journey import Answer, Deal, Event, Evidence
from tests.agreement.build import at
from tests.agreement.ways import attempt, score, steps, way

ASKED = DispositionTerms(
    also_ask=("what_content_was_mentioned", "main_objection"),
    dispute=DisputeTerms(decided_by=("ana@firm.example", "ben@firm.example")),
)
TERMS = Handoff(dispositions=ASKED)
REJECTED = Answer(at=10, value="Rejected-Nurture", by="kim")
MQL = score("2026-11-02", "mql")
BOTH = {"what_content_was_mentioned": "price list", "main_objection": "too dear"}


def test_the_last_answer_stands() -> None:
    accepted = Answer(at=20, value="Accepted/SQL")

    assert latest(Evidence(answers=(accepted, REJECTED)), now=30) == accepted
    assert latest(Evidence(answers=(accepted, REJECTED)), now=15) == REJECTED
    assert latest(Evidence(), now=30) is None


# ---------------------------------------------------------------- what each answer does


@pytest.mark.parametrize(
    ("value", "reason", "expected", "feedback"),
    [
        pytest.param("Accepted/SQL", "", ["(lead)", "mql", "(working)", "sql"], True, id="accepted needs no reason"),
        pytest.param("Rejected-Nurture", "timing", ["(lead)", "mql", "nurture"], True, id="to nurture"),
        pytest.param("Rejected-Nurture", "", ["(lead)", "mql", "nurture"], False, id="without reason the feedback is owed"),
        pytest.param("Rejected-Unqualified", "no need", ["(lead)", "mql", "disqualified"], True, id="unqualified"),
    ],
)
def test_an_answer_moves_and_only_a_reason_stops_the_feedback_clock(
    value: str, reason: str, expected: list[str], feedback: bool
) -> None:
    given = Answer(at=at("2026-11-04"), value=value, by="kim", reason=reason)
    found = way(Evidence(claims=(MQL,), answers=(given,)))

    assert steps(found) == expected
    assert ("feedback" in [event.what for event in found.episodes[0].events]) is feedback


# ---------------------------------------------------------------- what is owed


@pytest.mark.parametrize(
    ("given", "facts", "owed"),
    [
        pytest.param(REJECTED, {}, ["reason", "what_content_was_mentioned", "main_objection"], id="everything"),
        pytest.param(
            replace(REJECTED, reason="price"), {"main_objection": "too dear"}, ["what_content_was_mentioned"], id="one question"
        ),
        pytest.param(replace(REJECTED, reason="price", reason_at=99), BOTH, ["reason"], id="a reason that comes later"),
        pytest.param(Answer(at=10, value="Accepted/SQL"), {"main_objection": "none"}, ["what_content_was_mentioned"], id="yes"),
    ],
)
def test_what_is_owed_about_an_answer_is_chased(given: Answer, facts: dict[str, str], owed: list[str]) -> None:
    assert [chase.what for chase in chases(TERMS, Evidence(answers=(given,)), facts, now=50)] == owed


def test_nothing_is_owed_about_an_answer_that_was_taken_back() -> None:
    plain = Handoff()

    assert chases(plain, Evidence(answers=(REJECTED, Answer(at=20, value="Accepted/SQL"))), {}, now=50) == ()


def test_a_lost_deal_owes_its_reason_too() -> None:
    lost = Deal(id="D-1", created_at=1, lost_at=9, by="kim")

    assert chases(Handoff(), Evidence(deals=(lost,)), {}, now=50) == (Chase("reason", "lost deal D-1", 9, "kim"),)
    assert chases(Handoff(), Evidence(deals=(replace(lost, reason="price"),)), {}, now=50) == ()
    assert chases(Handoff(stages=StageTerms(lost_needs_reason=False)), Evidence(deals=(lost,)), {}, now=50) == ()


def test_the_next_step_is_said_to_the_rep() -> None:
    untouched = Evidence(claims=(MQL,))
    called = replace(untouched, events=(attempt("2026-11-03"),))
    rejected = replace(called, answers=(Answer(at=at("2026-11-04"), value="Rejected-Nurture"),))
    later = at("2026-12-01")

    assert hint(ASKED, way(untouched), ()) == "make contact"
    assert hint(ASKED, way(called), ()) == "answer: Accepted/SQL or Rejected-Nurture or Rejected-Unqualified"
    assert hint(ASKED, way(rejected), chases(TERMS, rejected, {}, later)) == "give the reason: Rejected-Nurture"
    asked = chases(TERMS, Evidence(answers=(replace(REJECTED, reason="price"),)), {}, later)
    assert hint(ASKED, way(rejected), asked) == "say: what content was mentioned, main objection"


# ---------------------------------------------------------------- disputes

DISPUTE = Dispute(about=10, at=20, by="ana@firm.example", party="marketing", why="asked for a demo")


@pytest.mark.parametrize(
    ("dispute", "disputed", "problem"),
    [
        pytest.param(DISPUTE, REJECTED, None, id="in time"),
        pytest.param(replace(DISPUTE, at=30), REJECTED, None, id="at the last instant"),
        pytest.param(replace(DISPUTE, at=31), REJECTED, "a rejection may be disputed within 5 business days", id="too late"),
        pytest.param(replace(DISPUTE, at=9), REJECTED, "a rejection may be disputed within 5 business days", id="too early"),
        pytest.param(replace(DISPUTE, party="sales"), REJECTED, "only marketing may dispute a rejection", id="not by sales"),
        pytest.param(DISPUTE, None, "sales rejected nobody here: there is no answer about this person yet", id="of nothing"),
        pytest.param(
            replace(DISPUTE, about=11),
            REJECTED,
            "there is no answer of that instant",
            id="of another answer than the one given",
        ),
        pytest.param(DISPUTE, Answer(at=10, value="Accepted/SQL"), "Accepted/SQL is no rejection", id="of an acceptance"),
        pytest.param(
            replace(DISPUTE, verdict="stands", decided_at=25, decided_by="kim"),
            REJECTED,
            "disputes are decided by ana@firm.example or ben@firm.example",
            id="decided by somebody else",
        ),
    ],
)
def test_a_dispute_is_heard_within_the_agreed_limits(dispute: Dispute, disputed: Answer | None, problem: str | None) -> None:
    assert dispute_problem(ASKED, dispute, disputed, until=30) == problem


def test_an_overturned_rejection_begins_a_new_episode_at_once() -> None:
    rejected = Answer(at=at("2026-11-04"), value="Rejected-Unqualified", reason="no need")
    heard = replace(
        DISPUTE, about=rejected.at, verdict="overturned", decided_at=at("2026-11-06"), decided_by="ben@firm.example"
    )
    claim = verdict(heard, rejected)
    assert claim is not None

    found = way(Evidence(claims=(MQL, claim), answers=(rejected,)))
    assert steps(found) == ["(lead)", "mql", "disqualified", "mql"]
    assert found.moves[-1].cause == "Rejected-Unqualified overturned: asked for a demo"
    assert len(found.episodes) == 2


def test_a_rejection_overturned_too_late_takes_nobody_from_sales() -> None:
    rejected = Answer(at=at("2026-11-04"), value="Rejected-Nurture", reason="timing")
    heard = replace(DISPUTE, about=rejected.at, verdict="overturned", decided_at=at("2026-11-20"), decided_by="ben")
    claim = verdict(heard, rejected)
    assert claim is not None
    won = Deal(id="d", created_at=at("2026-11-10"), won_at=at("2026-11-15"))

    found = way(Evidence(claims=(MQL, claim), answers=(rejected,), deals=(won,)))

    assert (found.stage, len(found.episodes)) == ("customer", 2)
    assert [one.why for one in found.refused] == ["sales has the lead already"]


@pytest.mark.parametrize("word", ["", "stands"])
def test_a_rejection_that_stands_moves_nobody(word: str) -> None:
    heard = replace(DISPUTE, verdict="stands", decided_at=25) if word else DISPUTE

    assert verdict(heard, REJECTED) is None


# ---------------------------------------------------------------- feedback


def test_sales_tells_of_five_kinds_and_marketing_of_four() -> None:
    assert [len(FEEDBACK[party]) for party in ("sales", "marketing")] == [5, 4]


SAID = Feedback(id="f1", at=10, party="sales", by="kim", kind="missing_content", text="a page on security")


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        pytest.param(SAID, None, id="well said"),
        pytest.param(replace(SAID, text=" "), "says nothing", id="empty"),
        pytest.param(replace(SAID, replied_at=9), "was answered before it was said", id="answered too early"),
        pytest.param(replace(SAID, party="marketing", kind="asset"), None, id="the other way"),
    ],
)
def test_feedback_is_of_the_agreed_kinds(item: Feedback, problem: str | None) -> None:
    assert feedback_problem(item) == problem


def test_feedback_starts_the_answer_clock_and_its_reply_stops_it() -> None:
    replied = replace(SAID, replied_at=30, replied_by="ana")

    assert feedback_events(SAID) == (Event(at=10, what="feedback_received", by="kim", detail="f1"),)
    assert feedback_events(replied)[1] == Event(at=30, what="answered", by="ana", detail="f1")
