"""A person's way: the agreed worked examples (T..), who may move whom, and that only the facts matter, not how they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.agreement.counting import FOREVER, micros
from syncd.agreement.handoff import MAIN, STAGES, Handoff, Recycle, StageTerms
from syncd.agreement.journey import Answer, Claim, Deal, Event, Evidence, Owner
from syncd.agreement.stages import journey, recorded
from tests.agreement.build import at
from tests.agreement.ways import TERMS, adding, answer, attempt, claimed, hand, score, steps, way

MQL = (score("2026-11-01", "lead"), score("2026-11-02", "mql", "lead"))
DAY = micros(timedelta(days=1))


def with_recycle(recycle: Recycle) -> Handoff:
    return replace(TERMS, stages=StageTerms(recycle=recycle))


# ---------------------------------------------------------------- the agreed worked examples


def test_t01_a_skipped_stage_has_the_instant_of_the_later_one_and_is_inferred() -> None:
    found = way(claimed(hand("2026-11-01", "lead"), hand("2026-11-10 09:00", "sql")))

    assert steps(found) == ["lead", "(mql)", "(working)", "sql"]
    assert found.first_mql_at == at("2026-11-10 09:00")


def test_t02_first_and_latest_mql_are_different_facts_of_one_person() -> None:
    found = way(
        claimed(score("2026-08-03 10:00", "mql"), score("2026-09-20", "nurture", "mql"), score("2026-11-04 10:00", "mql"))
    )

    assert found.first_mql_at == at("2026-08-03 10:00")
    assert found.latest_mql_at == at("2026-11-04 10:00")
    assert [(one.n, one.started_at, one.ended_at) for one in found.episodes] == [
        (1, at("2026-08-03 10:00"), at("2026-09-20")),
        (2, at("2026-11-04 10:00"), None),
    ]


def test_t04_the_score_takes_an_mql_back_only_before_sales_has_it() -> None:
    untouched = claimed(*MQL, score("2026-11-05", "nurture", "mql"))
    called = replace(untouched, events=(attempt("2026-11-04"),))

    assert way(untouched).stage == "nurture"
    assert way(called).stage == "working"
    assert [one.why for one in way(called).refused] == ["sales has the lead; the score only informs"]


@pytest.mark.parametrize(
    ("when", "stage"),
    [
        pytest.param("2026-11-15", "nurture", id="day 14 < 30"),
        pytest.param("2026-11-30 23:59:59", "nurture", id="one second before day 30"),
        pytest.param("2026-12-01", "mql", id="day 30 >= 30"),
        pytest.param("2026-12-02", "mql", id="day 31 >= 30"),
    ],
)
def test_t05_a_rejected_lead_cools_down_for_thirty_days(when: str, stage: str) -> None:
    rejected = Evidence(claims=(score("2026-10-01", "mql"),), answers=(answer("2026-11-01", "Rejected-Nurture", "timing"),))

    found = way(adding(rejected, score(when, "mql", "nurture")), now=when)

    assert found.stage == stage
    assert found.counts_after == at("2026-11-01")


def test_t06_the_echo_of_our_own_write_changes_nothing() -> None:
    before = claimed(score("2026-11-20 10:00", "mql"))

    echoed = adding(before, hand("2026-11-20 10:00:02", "mql", "marketing"))

    assert way(echoed) == way(before)


def test_t07_what_arrives_late_takes_its_true_place_and_replaces_an_inferred_instant() -> None:
    sql = hand("2026-11-12 10:00", "sql")
    early = way(claimed(sql))
    late = way(claimed(sql, score("2026-11-12 09:00", "mql")))

    assert steps(early) == ["(lead)", "(mql)", "(working)", "sql"]
    assert steps(late) == ["(lead)", "mql", "(working)", "sql"]
    assert [move.at - at("2026-11-12 09:00") for move in late.moves if move.to in ("mql", "sql")] == [0, 3_600_000_000]


def test_t08_a_merge_keeps_the_earliest_first_mql_and_one_person() -> None:
    one = claimed(score("2026-09-01", "lead"), score("2026-10-01", "mql", "lead"))
    other = claimed(score("2026-10-20", "lead"), score("2026-11-01", "mql", "lead"))

    found = way(claimed(*one.claims, *other.claims))

    assert found.first_mql_at == found.latest_mql_at == at("2026-10-01")
    assert len(found.episodes) == 1


# ---------------------------------------------------------------- forward


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        pytest.param(claimed(*MQL), ["lead", "mql"], id="by score"),
        pytest.param(Evidence(claims=MQL, events=(attempt("2026-11-03"),)), ["lead", "mql", "working"], id="an attempt"),
        pytest.param(
            Evidence(claims=MQL, events=(Event(at=at("2026-11-03"), what="owner_accepted", by="kim"),)),
            ["lead", "mql", "working"],
            id="its owner accepts",
        ),
        pytest.param(Evidence(claims=MQL[:1], events=(attempt("2026-11-03"),)), ["lead"], id="a call makes no MQL of a lead"),
        pytest.param(
            Evidence(claims=MQL, answers=(answer("2026-11-04", "Accepted/SQL"),)),
            ["lead", "mql", "(working)", "sql"],
            id="accepted without a logged attempt",
        ),
        pytest.param(
            Evidence(claims=MQL, deals=(Deal(id="d", created_at=at("2026-11-05"), complete_at=at("2026-11-06")),)),
            ["lead", "mql", "(working)", "(sql)", "opportunity"],
            id="a deal with amount and close date",
        ),
        pytest.param(
            Evidence(claims=MQL, deals=(Deal(id="d", created_at=at("2026-11-05")),)), ["lead", "mql"], id="a deal without them"
        ),
        pytest.param(
            Evidence(deals=(Deal(id="d", created_at=at("2026-11-05"), won_at=at("2026-11-20")),)),
            ["(lead)", "(mql)", "(working)", "(sql)", "(opportunity)", "customer"],
            id="a deal that was won",
        ),
        pytest.param(
            Evidence(claims=MQL, deals=(Deal(id="d", created_at=1, lost_at=at("2026-11-05"), complete_at=at("2026-11-06")),)),
            ["lead", "mql"],
            id="a deal completed after it was lost",
        ),
    ],
)
def test_facts_move_a_person_forward(evidence: Evidence, expected: list[str]) -> None:
    assert steps(way(evidence)) == expected


def test_a_move_says_who_why_and_under_which_version() -> None:
    found = way(Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),)))
    last = found.moves[-1]

    assert (last.to, last.was, last.party, last.by, last.cause, last.version, last.episode) == (
        "nurture",
        "mql",
        "sales",
        "kim",
        "Rejected-Nurture: timing",
        7,
        1,
    )


# ---------------------------------------------------------------- backward


@pytest.mark.parametrize(
    ("deals", "stage"),
    [
        pytest.param((Deal(id="a", created_at=1, complete_at=5, lost_at=9),), "nurture", id="the only one lost"),
        pytest.param(
            (Deal(id="a", created_at=1, complete_at=5, lost_at=9), Deal(id="b", created_at=2)), "opportunity", id="one open"
        ),
        pytest.param(
            (Deal(id="a", created_at=1, complete_at=5, lost_at=9), Deal(id="b", created_at=2, won_at=8)),
            "customer",
            id="one won",
        ),
        pytest.param((Deal(id="a", created_at=1, complete_at=5),), "opportunity", id="opened again"),
    ],
)
def test_a_lost_deal_gives_a_person_back_unless_another_goes_on(deals: tuple[Deal, ...], stage: str) -> None:
    assert way(Evidence(deals=deals)).stage == stage


def test_a_rejection_ends_the_episode_and_an_acceptance_begins_another() -> None:
    found = way(
        Evidence(
            claims=MQL, answers=(answer("2026-11-04", "Rejected-Unqualified", "no need"), answer("2026-11-09", "Accepted/SQL"))
        )
    )

    assert steps(found) == ["lead", "mql", "disqualified", "(mql)", "(working)", "sql"]
    assert [(one.started_at, one.ended_at) for one in found.episodes] == [
        (at("2026-11-02"), at("2026-11-04")),
        (at("2026-11-09"), None),
    ]
    assert found.first_mql_at == at("2026-11-02")


def test_a_disqualified_person_stays_so_whatever_the_score_says() -> None:
    out = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Unqualified", "no need"),))
    again = adding(out, score("2027-03-01", "mql", "disqualified", outright=True))

    assert way(again).stage == "disqualified"
    assert way(again, terms=with_recycle(Recycle(disqualified_returns=True))).stage == "mql"


def test_an_instant_mql_ends_the_cool_down_unless_agreed_otherwise() -> None:
    given_back = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),))
    demo = adding(given_back, score("2026-11-06", "mql", "nurture", outright=True))

    assert way(demo).episodes[1].high_intent
    assert way(demo, terms=with_recycle(Recycle(unless_instant=False))).stage == "nurture"


def test_the_end_of_the_cool_down_is_told_in_advance() -> None:
    given_back = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),))

    assert way(given_back, now="2026-11-10").next_change_at == at("2026-12-04")
    assert way(given_back, now="2026-12-04").next_change_at == FOREVER


@pytest.mark.parametrize(
    ("evidence", "stage"),
    [
        pytest.param(claimed(*MQL, hand("2026-11-05", "lead", "marketing")), "lead", id="an MQL that marketing took back"),
        pytest.param(
            Evidence(claims=MQL[:1], answers=(answer("2026-11-05", "Rejected-Nurture", "timing"),)),
            "nurture",
            id="a lead that sales rejected before it was an MQL",
        ),
        pytest.param(claimed(hand("2026-11-05", "lead")), "mql", id="not a lead that somebody entered by hand"),
    ],
)
def test_whoever_people_gave_back_cools_down(evidence: Evidence, stage: str) -> None:
    assert way(adding(evidence, score("2026-11-06", "mql", stage))).stage == stage


def test_points_do_not_move_a_recycled_lead_but_up() -> None:
    given_back = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),))

    assert way(adding(given_back, score("2027-02-01", "lead", "nurture"))).stage == "nurture"


def test_marketing_waits_for_the_end_of_the_cool_down_too() -> None:
    given_back = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),))
    found = way(adding(given_back, hand("2026-11-06", "mql", "marketing", by="ana")))

    assert found.stage == "nurture"
    assert [one.why for one in found.refused] == ["the lead was given back; it cools down until 2026-12-04 00:00 UTC"]


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("claim", "stage", "why"),
    [
        pytest.param(
            hand("2026-11-05", "customer"),
            "mql",
            "customer is not for sales to give, but for crm",
            id="only deals make customers",
        ),
        pytest.param(
            hand("2026-11-05", "sql", "marketing"),
            "mql",
            "sql is not for marketing to give, but for sales",
            id="sales gives SQL",
        ),
        pytest.param(hand("2026-11-05", "sql"), "sql", None, id="a rep sets SQL in the CRM"),
        pytest.param(hand("2026-11-05", "nurture"), "nurture", None, id="a rep gives back in the CRM"),
        pytest.param(hand("2026-11-05", "lead", "marketing"), "lead", None, id="marketing takes its own MQL back"),
        pytest.param(
            hand("2026-11-05", "lead", "marketing", by=""),
            "mql",
            "back from mql to lead leads only an answer of sales, a lost deal or a named person",
            id="but not without a name",
        ),
        pytest.param(
            score("2026-11-05", "sql", "mql"), "mql", "sql is not for the score to give", id="the score gives no SQL by default"
        ),
        pytest.param(
            score("2026-11-05", "renewal", "mql"), "mql", "renewal is not for the score to give", id="nor anything further"
        ),
        pytest.param(hand("2026-11-05", "renewal", "person", by="boss"), "renewal", None, id="a named person may all"),
    ],
)
def test_a_change_wins_inside_its_owners_transitions(claim: Claim, stage: str, why: str | None) -> None:
    found = way(claimed(*MQL, claim))

    assert found.stage == stage
    assert [one.why for one in found.refused] == ([why] if why else [])


def test_a_rep_goes_back_between_stages_that_are_both_of_sales() -> None:
    found = way(claimed(*MQL, hand("2026-11-05", "sql"), hand("2026-11-06", "working")))

    assert steps(found)[-2:] == ["sql", "working"]
    assert len(found.episodes) == 1


@pytest.mark.parametrize(("by", "stage"), [("kim", "lead"), ("", "nurture")])
def test_a_rejection_is_taken_back_to_lead_by_somebody_with_a_name(by: str, stage: str) -> None:
    rejected = Evidence(claims=MQL, answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),))

    assert way(adding(rejected, hand("2026-11-05", "lead", by=by))).stage == stage


def test_points_do_not_take_back_an_mql_that_a_person_made_but_a_veto_does() -> None:
    made = claimed(score("2026-11-01", "lead"), hand("2026-11-02", "mql", "marketing", by="ana"))

    assert way(adding(made, score("2026-11-03", "lead", "mql"))).stage == "mql"
    assert way(adding(made, score("2026-11-03", "lead", "mql", outright=True))).stage == "lead"


def test_a_customer_is_not_given_back_by_an_answer() -> None:
    won = Evidence(
        deals=(Deal(id="d", created_at=1, won_at=at("2026-11-20")),), answers=(answer("2026-11-21", "Rejected-Nurture"),)
    )

    assert way(won).stage == "customer"


def test_the_score_takes_no_customer_back() -> None:
    won = Evidence(deals=(Deal(id="d", created_at=1, won_at=at("2026-11-20")),))

    assert way(adding(won, score("2026-11-21", "lead", "customer"))).stage == "customer"


def test_an_agreed_rule_may_make_sqls() -> None:
    terms = Handoff(stages=StageTerms(may_move={**StageTerms().may_move, "sql": frozenset({"sales", "daemon"})}))

    assert way(claimed(*MQL, score("2026-11-05", "sql", "mql")), terms=terms).stage == "sql"
    assert way(claimed(MQL[0], score("2026-11-05", "sql", "lead")), terms=terms).stage == "lead"


# ---------------------------------------------------------------- renewal


WON = Evidence(deals=(Deal(id="d", created_at=1, won_at=at("2026-01-10")),), renewal_at=at("2027-01-10"))


@pytest.mark.parametrize(
    ("now", "stage"),
    [
        pytest.param("2026-09-11 23:59", "customer", id="121 days before"),
        pytest.param("2026-09-12", "renewal", id="120 days before"),
        pytest.param("2027-02-01", "renewal", id="overdue"),
    ],
)
def test_a_customer_comes_up_for_renewal(now: str, stage: str) -> None:
    assert way(WON, now=now).stage == stage


def test_the_beginning_of_the_renewal_is_told_in_advance() -> None:
    assert way(WON, now="2026-05-01").next_change_at == at("2026-09-12")


def test_a_prolonged_contract_makes_a_customer_again_and_both_are_kept() -> None:
    up = way(WON, now="2026-10-01")
    kept = replace(WON, claims=recorded(up, WON), renewal_at=at("2028-01-10"))
    again = way(kept, now="2026-10-05")

    assert steps(again)[-2:] == ["renewal", "customer"]
    final = replace(kept, claims=(*kept.claims, *recorded(again, kept)))
    assert steps(way(final, now="2026-10-09")) == steps(again)


# ---------------------------------------------------------------- episodes


def test_an_episode_holds_what_happened_around_it_and_its_owners() -> None:
    evidence = Evidence(
        claims=(*MQL, score("2027-01-10", "mql", "nurture")),
        events=(attempt("2026-11-01 20:00"), attempt("2026-11-02 12:00"), attempt("2027-01-09 20:00")),
        answers=(answer("2026-11-04", "Rejected-Nurture", "timing"),),
        owners=(Owner("old", at("2026-01-01")), Owner("kim", at("2026-11-02 09:00")), Owner("lee", at("2027-01-11"))),
    )
    first, second = way(evidence).episodes

    assert [event.what for event in first.events if event.at < first.started_at] == ["became:lead", "contact_attempt"]
    assert [event.what for event in first.events if event.at == at("2026-11-04")] == [
        "became:nurture",
        "disposition",
        "feedback",
    ]
    assert first.owners == (Owner("old", at("2026-11-02")), Owner("kim", at("2026-11-02 09:00")))
    assert [event.at for event in second.events if event.at < second.started_at] == [at("2027-01-09 20:00")]
    assert second.owners == (Owner("kim", at("2027-01-10")), Owner("lee", at("2027-01-11")))
    assert [(one.what, one.by) for one in second.events if one.what == "assigned"] == [("assigned", "kim"), ("assigned", "lee")]


def test_what_begins_an_episode_is_not_part_of_the_one_before() -> None:
    first, second = way(claimed(*MQL, hand("2026-11-04", "nurture"), hand("2026-11-09", "mql", "person", by="boss"))).episodes

    assert [event.what for event in first.events if event.at == second.started_at] == []
    assert [event.what for event in second.events if event.at == second.started_at] == ["became:mql"]


def test_who_takes_over_at_the_start_of_an_episode_owns_it_and_at_its_end_does_not() -> None:
    took_over = (("old", "2026-11-01"), ("kim", "2026-11-02"), ("lee", "2026-11-04"))
    ended = claimed(*MQL, hand("2026-11-04", "nurture"))
    (episode,) = way(replace(ended, owners=tuple(Owner(who, at(when)) for who, when in took_over))).episodes

    assert episode.owners == (Owner("kim", at("2026-11-02")),)


def test_a_reason_given_later_belongs_to_the_episode_that_was_rejected() -> None:
    late = replace(answer("2026-11-04", "Rejected-Nurture", "timing"), reason_at=at("2026-11-09"))
    episode = way(Evidence(claims=MQL, answers=(late,))).episodes[0]

    assert [(one.at, one.detail) for one in episode.events if one.what == "feedback"] == [(at("2026-11-09"), "timing")]


def test_what_is_dated_later_than_now_waits_for_its_time() -> None:
    evidence = claimed(*MQL, hand("2026-12-01", "sql"))

    assert way(evidence, now="2026-11-20").stage == "mql"
    assert way(evidence, now="2026-11-20").next_change_at == at("2026-12-01")


# ---------------------------------------------------------------- laws

_instants = st.integers(0, 120).map(lambda day: at("2026-01-01") + day * DAY)
_people = st.sampled_from(["", "kim", "ana"])
_claims = st.builds(
    Claim,
    at=_instants,
    to=st.sampled_from(STAGES),
    party=st.sampled_from(["daemon", "marketing", "sales", "crm", "person"]),
    by=_people,
    was=st.sampled_from(STAGES),
    outright=st.booleans(),
)
_answers = st.builds(
    Answer,
    at=_instants,
    value=st.sampled_from(list(TERMS.dispositions.values)),
    by=_people,
    reason=st.sampled_from(["", "price"]),
)
_deals = st.builds(
    Deal,
    id=st.sampled_from("ab"),
    created_at=_instants,
    complete_at=st.none() | _instants,
    won_at=st.none() | _instants,
    lost_at=st.none() | _instants,
)
_evidence = st.builds(
    Evidence,
    claims=st.lists(_claims, max_size=8).map(tuple),
    events=st.lists(st.builds(Event, at=_instants, what=st.just("contact_attempt"), by=_people), max_size=4).map(tuple),
    answers=st.lists(_answers, max_size=3).map(tuple),
    deals=st.lists(_deals, max_size=2).map(tuple),
    owners=st.lists(st.builds(Owner, _people, _instants), max_size=3).map(tuple),
    renewal_at=st.none() | _instants,
)


@st.composite
def told_twice(draw: st.DrawFn) -> tuple[Evidence, Evidence]:
    """The same evidence as it came, and in another order with repetitions."""
    one = draw(_evidence)
    other = Evidence(
        claims=tuple(draw(st.permutations(one.claims + one.claims))),
        events=tuple(draw(st.permutations(one.events + one.events))),
        answers=tuple(draw(st.permutations(one.answers + one.answers))),
        deals=tuple(draw(st.permutations(one.deals))),
        owners=tuple(draw(st.permutations(one.owners + one.owners))),
        renewal_at=one.renewal_at,
    )
    return one, other


@given(told_twice())
def test_neither_the_order_nor_the_repetition_of_what_arrives_matters(both: tuple[Evidence, Evidence]) -> None:
    assert way(both[0]) == way(both[1])


@given(_evidence)
def test_moves_form_one_way_on_which_no_stage_is_missing(evidence: Evidence) -> None:
    found = way(evidence)
    reached: set[str] = set()
    was, last = "", 0
    for move in found.moves:
        assert move.was == was
        assert move.at >= last
        if move.to in MAIN:
            if MAIN.index(move.to) <= MAIN.index("mql"):
                reached -= set(MAIN[1:])
            reached.add(move.to)
            assert set(MAIN[1 : MAIN.index(move.to)]) <= reached
        was, last = move.to, move.at
    assert found.stage == was


@given(_evidence)
def test_episodes_follow_each_other_and_each_begins_with_an_mql(evidence: Evidence) -> None:
    found = way(evidence)

    for one, following in pairwise(found.episodes):
        assert one.ended_at is not None
        assert one.started_at <= one.ended_at <= following.started_at
    entered = {(move.episode, move.at) for move in found.moves if move.to == "mql"}
    assert {(one.n, one.started_at) for one in found.episodes} <= entered
    assert (found.stage in MAIN[1:]) == bool(found.episodes and found.episodes[-1].ended_at is None)


@given(_evidence, _instants)
def test_time_alone_does_not_rewrite_the_past(evidence: Evidence, now: int) -> None:
    evidence = replace(evidence, renewal_at=None)
    early, late = journey(TERMS, evidence, now), way(evidence)

    assert late.moves[: len(early.moves)] == early.moves
    if early.next_change_at == FOREVER:
        assert early.moves == late.moves


@given(_evidence, _instants)
def test_what_syncd_moved_and_kept_moves_nobody_again(evidence: Evidence, now: int) -> None:
    found = journey(TERMS, evidence, now)
    kept = replace(evidence, claims=(*evidence.claims, *recorded(found, evidence)))
    again = journey(TERMS, kept, now)

    assert steps(again) == steps(found)
    assert recorded(again, kept) == ()
