"""Score and journey together: what a person does, what sales answers, and what time alone changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.agreement.counting import EventType, History
from syncd.agreement.handoff import Handoff, Party, StageTerms
from syncd.agreement.journey import Claim, Evidence
from syncd.agreement.judging import Judge, judge
from syncd.agreement.language import Sentence
from syncd.agreement.terms import Agreement, Band
from syncd.model import Golden
from tests.agreement.build import at, history, model, rule, sentence
from tests.agreement.ways import answer, attempt, steps

MODEL = model(
    rule("size", ("company_size in 10..500", 30)),
    rule("webinar", ("each webinar_attended", 20)),
    bands=(Band(name="mql", low=51), Band(name="nurture", low=30, high=50)),
    leave_mql_below=40,
    instantly_mql=(sentence("demo_request"), sentence("role is ceo")),
    never_mql=(sentence("unsubscribed"),),
)
AGREEMENT = Agreement(name="test", version=7, zone="UTC", kinds=(), models={"m": MODEL}, active="m")
ANN: dict[str, Golden] = {"email": "ann@firm.example", "company_size": 120}  # 30 points
NOTHING: History = {}


def judged(terms: StageTerms | None = None) -> Judge:
    return judge(AGREEMENT, Handoff(version=7, stages=terms or StageTerms()))


def live(facts: dict[str, Golden], events: History, evidence: Evidence, days: Sequence[str]) -> tuple[Evidence, list[str]]:
    """Judge a person on each of *days*, keeping what syncd moved, and return the stages seen."""
    seen = []
    for day in days:
        found = judged().judge(facts, events, evidence, at(day))
        evidence = replace(evidence, claims=(*evidence.claims, *found.keep))
        seen.append(found.way.stage)
    return evidence, seen


def test_points_alone_move_a_person_as_they_always_did() -> None:
    events = history(("2026-11-05", "webinar_attended"), ("2026-11-07", "webinar_attended"))
    evidence, seen = live(ANN, events, Evidence(), ["2026-11-01", "2026-11-06", "2026-11-08", "2026-11-09"])

    assert seen == ["nurture", "nurture", "mql", "mql"]  # 30, 50, 70 points
    assert [(one.to, one.cause) for one in evidence.claims] == [("nurture", "score 30"), ("mql", "score 70")]


def test_t05_after_a_rejection_only_fresh_points_count_and_only_after_the_cool_down() -> None:
    before = [("2026-09-01", "webinar_attended"), ("2026-09-05", "webinar_attended")]
    rejected = Evidence(answers=(answer("2026-10-01", "Rejected-Nurture", "timing"),))
    old = history(*before)
    fresh = history(*before, ("2026-10-10", "webinar_attended"), ("2026-10-20", "webinar_attended"))
    days = ["2026-09-06", "2026-10-02", "2026-10-25", "2026-10-31"]

    assert live(ANN, old, rejected, days)[1] == ["mql", "nurture", "nurture", "nurture"]
    assert live(ANN, fresh, rejected, days)[1] == ["mql", "nurture", "nurture", "mql"]


def test_the_end_of_the_cool_down_is_when_to_look_again() -> None:
    fresh = history(("2026-10-10", "webinar_attended"), ("2026-10-20", "webinar_attended"))
    evidence = Evidence(claims=(Claim(at("2026-09-06"), "mql", "daemon"),), answers=(answer("2026-10-01", "Rejected-Nurture"),))
    found = judged().judge(ANN, fresh, evidence, at("2026-10-25"))

    assert (found.score.published, found.way.stage, found.next_change_at) == (70, "nurture", at("2026-10-31"))


@pytest.mark.parametrize(
    ("facts", "events", "stage"),
    [
        pytest.param(ANN, (("2026-09-30", "demo_request"),), "nurture", id="asked before the rejection"),
        pytest.param(ANN, (("2026-10-02", "demo_request"),), "mql", id="asks again after it"),
        pytest.param({**ANN, "role": "ceo"}, (), "nurture", id="a standing fact is nothing new"),
    ],
)
def test_only_a_new_event_ends_the_cool_down(facts: dict[str, Golden], events: tuple[tuple[str, str], ...], stage: str) -> None:
    rejected = Evidence(
        claims=(Claim(at("2026-09-06"), "mql", "daemon"),), answers=(answer("2026-10-01", "Rejected-Nurture", "timing"),)
    )

    assert judged().judge(facts, history(*events), rejected, at("2026-10-05")).way.stage == stage


def test_high_intent_is_an_mql_by_an_event() -> None:
    demo = judged().judge(ANN, history(("2026-10-02", "demo_request")), Evidence(), at("2026-10-05"))
    ceo = judged().judge({**ANN, "role": "ceo"}, NOTHING, Evidence(), at("2026-10-05"))

    assert [one.way.episodes[0].high_intent for one in (demo, ceo)] == [True, False]


def test_t04_once_sales_has_the_lead_not_even_a_veto_moves_it() -> None:
    evidence = Evidence(claims=(Claim(at("2026-11-01"), "mql", "daemon"),), events=(attempt("2026-11-02"),))
    found = judged().judge({**ANN, "unsubscribed": True}, NOTHING, evidence, at("2026-11-03"))

    assert (found.way.stage, found.keep) == ("working", ())


def test_an_mql_may_leave_by_an_agreed_sentence_at_its_very_instant() -> None:
    terms = StageTerms(leave_mql=(sentence("no activity for 90d"),))
    events = history(("2026-01-01", "webinar_attended"), ("2026-01-02", "webinar_attended"))
    mql = Evidence(claims=(Claim(at("2026-01-02"), "mql", "daemon"),))
    early = judged(terms).judge(ANN, events, mql, at("2026-03-01"))

    assert (early.way.stage, early.next_change_at) == ("mql", at("2026-04-02"))
    late = judged(terms).judge(ANN, events, mql, at("2026-04-02"))
    assert [(one.to, one.cause) for one in late.keep] == [("lead", "no longer an MQL: no activity for 90d")]


def test_an_agreed_sentence_may_make_sqls() -> None:
    allowed = {**StageTerms().may_move, "sql": frozenset[Party]({"sales", "daemon"})}
    terms = StageTerms(automatic_sql=(sentence("budget > 1000"),), may_move=allowed)
    events = history(("2026-01-01", "webinar_attended"), ("2026-01-02", "webinar_attended"))
    found = judged(terms).judge({**ANN, "budget": 5000}, events, Evidence(), at("2026-01-03"))

    assert steps(found.way) == ["(lead)", "mql", "(working)", "sql"]
    again = replace(Evidence(), claims=found.keep)
    assert steps(judged(terms).judge({**ANN, "budget": 5000}, events, again, at("2026-01-09")).way) == steps(found.way)
    rejected = replace(again, answers=(answer("2026-01-05", "Rejected-Nurture", "price"),))
    assert judged(terms).judge({**ANN, "budget": 5000}, events, rejected, at("2026-01-09")).way.stage == "nurture"


def test_who_is_a_lead_can_be_agreed() -> None:
    terms = StageTerms(lead=(Sentence("location is ES", sentence("location is ES").condition),))

    assert judged(terms).judge(ANN, NOTHING, Evidence(), at("2026-01-03")).way.stage == ""
    assert judged(terms).judge({**ANN, "location": "ES"}, NOTHING, Evidence(), at("2026-01-03")).way.stage == "nurture"


@given(st.lists(st.integers(0, 100), max_size=6), st.lists(st.integers(0, 120), min_size=1, max_size=8))
def test_looking_more_often_changes_nothing_that_was_kept(webinars: list[int], looks: list[int]) -> None:
    start, day = at("2026-01-01"), 86_400_000_000
    events = {EventType("webinar_attended"): sorted(start + one * day for one in webinars)}
    evidence = Evidence(answers=(answer("2026-03-01", "Rejected-Nurture", "timing"),))
    for look in sorted(looks):
        found = judged().judge(ANN, events, evidence, start + look * day)
        kept = replace(evidence, claims=(*evidence.claims, *found.keep))
        again = judged().judge(ANN, events, kept, start + look * day)

        assert again.keep == ()
        assert steps(again.way) == steps(found.way)
        assert found.next_change_at > start + look * day
        evidence = kept


@given(
    said=st.lists(st.sampled_from(["lead", "nurture"]), min_size=1, max_size=4),
    size=st.sampled_from([None, 120, 900]),
    days=st.lists(st.integers(1, 20), max_size=4),
)
def test_a_glance_says_what_a_whole_judgment_would(said: list[str], size: int | None, days: list[int]) -> None:
    claims = tuple(Claim(at(f"2026-10-{day:02}"), to, "daemon") for day, to in enumerate(said, start=1))
    facts: dict[str, Golden] = {"email": "ann@firm.example"}
    if size is not None:
        facts["company_size"] = size
    events = history(*((f"2026-10-{day:02}", "webinar_attended") for day in days))
    whole = judged().judge(facts, events, Evidence(claims=claims), at("2026-10-25"))

    glanced = judged().glance(facts, events, said[-1], at("2026-10-25"))

    assert (glanced is None) == (whole.way.stage != said[-1])
    if glanced is not None:
        assert (glanced.score, glanced.way.stage, glanced.keep) == (whole.score, whole.way.stage, whole.keep)
        assert glanced.next_change_at == whole.next_change_at
