"""The agreed worked examples of scoring, windows and decay (S.., W.., D..), with their arithmetic."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from syncd.agreement.counting import FOREVER, EventType
from syncd.agreement.scoring import NO_BAND, published, score
from syncd.agreement.terms import POINT, Band, Counting, Fades, Group
from syncd.model import Golden
from tests.agreement.build import (
    ARTICLE_000,
    ARTICLE_003,
    at,
    days_ago,
    femto,
    half_life,
    history,
    model,
    rule,
    sentence,
)

NOW = at("2026-11-20")
PRICING = ("page_view", "pricing")


@pytest.mark.parametrize(
    ("facts", "events", "points", "band"),
    [
        pytest.param({"company_size": 120, "industry": "technology"}, (), 55, "mql", id="S01 30 + 25 = 55 > 50"),
        pytest.param(
            {"company_size": 120}, (("2026-11-01 10:00", "webinar_attended"),), 50, "nurture", id="S02 30 + 20 = 50 is not > 50"
        ),
        pytest.param({"company_size": 9, "industry": "technology"}, (), 25, NO_BAND, id="S04 0 + 25 = 25 < 30"),
        pytest.param(
            {},
            tuple((f"2026-11-0{day} 10:00", *PRICING) for day in (1, 2, 3, 4)),
            15,
            NO_BAND,
            id="S07 4 > 3 visits give 15 once",
        ),
        pytest.param(
            {},
            tuple((f"2026-11-{day:02} 10:00", *PRICING) for day in (1, 2, 3)),
            0,
            NO_BAND,
            id="S07 3 visits are not more than 3",
        ),
        pytest.param(
            {},
            tuple((f"2026-11-{day:02} 10:00", "email_open") for day in range(1, 13)),
            5,
            NO_BAND,
            id="S08 12 >= 5 gives 5 once",
        ),
        pytest.param(
            {}, (("2026-11-01 10:00", "webinar_attended"),), 20, NO_BAND, id="S10 unknown facts give nothing, never less"
        ),
    ],
)
def test_article_000_scores(facts: dict[str, Golden], events: tuple[tuple[str, str], ...], points: int, band: str) -> None:
    result = score(ARTICLE_000, facts, history(*events), now=NOW)

    assert (result.published, result.band) == (points, band)


@pytest.mark.parametrize(
    ("size", "points"), [(9, 0), (10, 30), (500, 30), (501, 20), (2000, 20), (2001, 0)], ids=lambda value: f"{value}"
)
def test_size_bands_include_both_ends_and_exclude_each_other(size: int, points: int) -> None:  # S05
    assert score(ARTICLE_000, {"company_size": size}, {}, now=NOW).published == points


def test_a_negative_rule_is_a_fact_and_not_a_debt() -> None:  # S13: the student became a CEO: 20 + 10, without the -50
    visit = history(("2026-11-01 10:00", *PRICING))

    assert score(ARTICLE_003, {"role": "student"}, visit, now=NOW).published == -30
    assert score(ARTICLE_003, {"role": "ceo"}, visit, now=NOW).published == 30


@pytest.mark.parametrize(
    ("raw", "whole", "passes"),
    [
        pytest.param("70", 70, False, id="70 does not exceed 70"),
        pytest.param("71", 71, True, id="71 does"),
        pytest.param("70.49", 70, False, id="70.49 is published as 70"),
        pytest.param("70.5", 71, True, id="70.5 is published as 71, ties away from zero"),
        pytest.param("-70.5", -71, False, id="below zero as well"),
    ],
)
def test_thresholds_compare_the_published_points(raw: str, whole: int, passes: bool) -> None:  # S14
    assert published(femto(raw)) == whole
    assert Band(name="mql", low=71).holds(whole) is passes


def test_group_limits_apply_before_the_total() -> None:  # S15: engagement 20 + 15 + 30 = 65 → 40; 55 + 40 = 95
    fit = Group(id="fit", rules=(rule("a", ("email is known", 55)),), low=femto(-100), high=femto(60))
    engagement = Group(
        id="engagement",
        rules=(rule("b", ("role is known", 20)), rule("c", ("role is known", 15)), rule("d", ("role is known", 30))),
        low=0,
        high=femto(40),
    )
    result = score(model(fit, engagement, low=femto(-100), high=femto(100)), {"email": "a@b.example", "role": "x"}, {}, now=NOW)

    assert [group.points for group in result.groups] == [femto(55), femto(40)]
    assert result.published == 95


def test_a_cap_never_swallows_a_disqualifier() -> None:  # S16: 60 → 40; 40 - 50 = -10
    engagement = Group(id="engagement", rules=(rule("a", ("role is known", 60)),), low=0, high=femto(40))
    disqualifiers = Group(id="disqualifiers", rules=(rule("b", ("role is student", -50)),), low=femto(-1000), high=0)
    result = score(model(engagement, disqualifiers, low=femto(-100), high=femto(100)), {"role": "student"}, {}, now=NOW)

    assert result.published == -10


def test_merged_contacts_pool_their_events() -> None:  # S19: 2 visits and 2 visits give nothing apart, 15 together
    x = [at("2026-11-01 10:00"), at("2026-11-02 10:00")]
    y = [at("2026-11-12 10:00"), at("2026-11-13 10:00")]
    visits = EventType(*PRICING)

    assert score(ARTICLE_000, {}, {visits: x}, now=NOW).published == 0
    assert score(ARTICLE_000, {}, {visits: y}, now=NOW).published == 0
    assert score(ARTICLE_000, {}, {visits: x + y}, now=NOW).published == 15


def test_machine_opens_do_not_count() -> None:  # S20: 5 opens, 3 by machines, 2 < 5
    opens = tuple((f"2026-11-0{day} 10:00", "email_open") for day in range(1, 6))

    assert score(ARTICLE_000, {}, history(*opens, machine=(0, 2, 4)), now=NOW).published == 0
    assert score(ARTICLE_000, {}, history(*opens), now=NOW).published == 5


def test_the_order_agreed_in_article_004_holds() -> None:  # S21: 10 + 20 + 2·10 = 50 beats -50 + 1 = -49
    agreed = model(
        rule("visit", ("page_view of pricing", 20)),
        rule("download", ("each download", 10)),
        rule("open", ("each email_open", 1)),
        rule("manager", ("role is marketing_manager", 10)),
        rule("student", ("role is student", -50)),
    )
    keen = history(("2026-11-01", *PRICING), ("2026-11-02", "download"), ("2026-11-03", "download"))

    assert score(agreed, {"role": "marketing_manager"}, keen, now=NOW).published == 50
    assert score(agreed, {"role": "student"}, history(("2026-11-01", "email_open")), now=NOW).published == -49


def test_points_are_summed_first_and_rounded_once() -> None:  # S22: 1.5 + 1.5 + 1.5 = 4.5 → 5, not 2 + 2 + 2
    thrice = model(*(rule(name, ("role is known", 1.5)) for name in "abc"))

    assert score(thrice, {"role": "x"}, {}, now=NOW).published == 5


# ---------------------------------------------------------------- windows


HOT = model(rule("hot", ("page_view at least 3 times within 14d", 15)))
EVER = model(rule("ever", ("page_view at least 3 times ever within 14d", 15)))
THREE_VISITS = history(("2026-11-01 10:00", "page_view"), ("2026-11-08 10:00", "page_view"), ("2026-11-14 09:00", "page_view"))


def test_an_event_exactly_as_old_as_the_window_is_out() -> None:  # W02: (1 Nov 10:00, 15 Nov 10:00]
    assert score(HOT, {}, THREE_VISITS, now=at("2026-11-15 10:00") - 1).published == 15
    assert score(HOT, {}, THREE_VISITS, now=at("2026-11-15 10:00")).published == 0


def test_the_next_change_is_when_the_oldest_needed_event_leaves() -> None:  # W04: 1 Nov 10:00 + 14 d
    assert score(HOT, {}, THREE_VISITS, now=at("2026-11-14 09:00")).next_change_at == at("2026-11-15 10:00")


def test_ever_within_is_sticky_and_within_is_not() -> None:  # W05: 1, 10 and 14 September span 13 d
    events = history(("2026-09-01 10:00", "page_view"), ("2026-09-10 10:00", "page_view"), ("2026-09-14 10:00", "page_view"))

    assert score(EVER, {}, events, now=NOW).published == 15
    assert score(HOT, {}, events, now=NOW).published == 0


def test_events_a_whole_span_apart_were_never_within_it() -> None:
    def visited(last: str) -> int:
        events = history(*((f"2026-09-{when}", "page_view") for when in ("01 10:00", "10 10:00", last)))
        return score(EVER, {}, events, now=NOW).published

    assert (visited("15 09:59"), visited("15 10:00")) == (15, 0)


def test_local_dates_count_in_their_zone() -> None:  # W07: 03:30Z is 25 Oct 23:30 in New York, out; 04:30Z is 26 Oct, in
    dated = model(rule("dated", ("each page_view within last 14 dates", 1)))
    events = history(("2026-10-26 03:30", "page_view"), ("2026-10-26 04:30", "page_view"))
    result = score(dated, {}, events, now=at("2026-11-08 17:00"), zone="America/New_York")

    assert result.lines[0].counted == [at("2026-10-26 04:30")]
    assert result.next_change_at == at("2026-11-09 05:00")  # midnight in New York, by then EST


@pytest.mark.parametrize(
    ("times", "sessions"),
    [
        pytest.param("10:00 10:20 10:40 11:00 11:20 11:40 12:00", 1, id="W08 a gap counts from the previous hit"),
        pytest.param("10:00 10:10 10:29 11:05 11:30 12:00", 3, id="W09 36 min and exactly 30 min begin new sessions"),
    ],
)
def test_reloads_do_not_multiply_visits(times: str, sessions: int) -> None:
    visits = model(rule("visits", ("each page_view", 1), counting=Counting(session=timedelta(minutes=30))))
    events = history(*((f"2026-11-10 {time}", "page_view") for time in times.split()))

    assert score(visits, {}, events, now=NOW).published == sessions


def test_one_per_day_counts_local_dates() -> None:  # W10: 23:30 on the 10th and 00:30 on the 11th in Madrid
    daily = model(rule("daily", ("each page_view", 1), counting=Counting(day=True)))
    events = history(("2026-11-10 22:30", "page_view"), ("2026-11-10 23:30", "page_view"))

    assert score(daily, {}, events, now=NOW, zone="Europe/Madrid").published == 2
    assert score(daily, {}, events, now=NOW, zone="UTC").published == 1


def test_a_late_event_takes_its_true_place() -> None:  # W11: learnt on 20 Nov, it happened on the 10th
    then = history(("2026-11-02 10:00", "page_view"), ("2026-11-09 10:00", "page_view"))
    restated = history(("2026-11-02 10:00", "page_view"), ("2026-11-09 10:00", "page_view"), ("2026-11-10 10:00", "page_view"))

    assert score(HOT, {}, then, now=at("2026-11-12")).published == 0
    assert score(HOT, {}, restated, now=at("2026-11-12")).published == 15


def test_a_future_event_waits_and_is_awaited() -> None:  # W12
    visit = model(rule("visit", ("page_view", 20)))
    events = history(("2026-11-21 10:00", "page_view"))

    assert score(visit, {}, events, now=NOW).published == 0
    assert score(visit, {}, events, now=NOW).next_change_at == at("2026-11-21 10:00")
    assert score(visit, {}, events, now=at("2026-11-21 10:00")).published == 20


def test_after_a_recycle_only_later_events_count() -> None:  # W13: 20 Oct and 2 Nov: 2·20 = 40
    each = model(rule("each", ("each page_view", 20)))
    events = history(*((f"2026-{day} 10:00", "page_view") for day in ("09-01", "09-05", "10-20", "11-02")))

    assert score(each, {}, events, now=NOW, since=at("2026-10-01")).published == 40
    assert score(each, {}, events, now=NOW, since=at("2026-10-20 10:00")).published == 20  # not those of that very instant


# ---------------------------------------------------------------- decay


@pytest.mark.parametrize(
    ("fades", "points", "values"),
    [
        pytest.param(half_life(14), 20, {0: "20", 14: "10", 28: "5", 42: "2.5"}, id="D01 20·2^(-a/14)"),
        pytest.param(half_life(30), 15, {10: "11.905507889761495"}, id="D02 15·2^(-1/3)"),
        pytest.param(
            Fades(shape="linear_steps", every=timedelta(days=30), by=Decimal("0.5")),
            10,
            {0: "10", 29: "10", 30: "5", 59: "5", 60: "0", 90: "0"},
            id="D04 50 % per 30 d in steps is zero after two",
        ),
        pytest.param(
            Fades(shape="cliff", every=timedelta(days=30)), 15, {29.999: "15", 30: "0"}, id="D05 exactly 30 d is gone"
        ),
        pytest.param(Fades(shape="linear", every=timedelta(days=30)), 10, {0: "10", 15: "5", 30: "0", 45: "0"}, id="linear"),
        pytest.param(Fades(), 10, {4000: "10"}, id="none"),
    ],
)
def test_points_fade(fades: Fades, points: float, values: dict[float, str]) -> None:
    fading = model(rule("fading", ("each page_view", points), fades=fades))

    for age, value in values.items():
        exact = score(fading, {}, days_ago("2026-11-20", age), now=NOW).exact
        assert abs(exact - femto(value)) <= 2, age


def test_half_life_points_are_published_with_ties_away_from_zero() -> None:  # D01: 2.5 → 3
    fading = model(rule("fading", ("page_view", 20), fades=half_life(14)))

    assert score(fading, {}, days_ago("2026-11-20", 42), now=NOW).published == 3


def test_a_cap_on_faded_points_frees_room_as_events_age() -> None:  # D07: 37.5 → 30; 30 d later 18.75
    capped = model(rule("capped", ("each page_view", 20), fades=half_life(30), max_points=30))
    events = days_ago("2026-11-20", 0, 30, 60, 90)

    assert score(capped, {}, events, now=NOW).exact == femto(30)
    assert score(capped, {}, events, now=NOW + 30 * 86_400_000_000).exact == femto("18.75")


def test_max_times_keeps_the_newest() -> None:  # D08: 20 + 10 = 30, not the oldest two's 10 + 5
    twice = model(rule("twice", ("each page_view", 20), fades=half_life(30), max_times=2))

    assert score(twice, {}, days_ago("2026-11-20", 0, 30, 60), now=NOW).exact == femto(30)


def test_a_lead_changes_band_with_nobody_touching_it() -> None:  # D10: 30 + 20·2^(-a/14) + 20·2^(-b/14)
    lead = model(
        rule("fit", ("role is known", 30)),
        rule("events", ("each page_view", 20), fades=half_life(14)),
        bands=(Band(name="mql", low=51), Band(name="nurture", low=30, high=50)),
    )
    events = history(("2026-11-01", "page_view"), ("2026-11-08", "page_view"))
    results = [score(lead, {"role": "x"}, events, now=at(day)) for day in ("2026-11-08", "2026-11-15", "2026-11-22")]

    assert [result.published for result in results] == [64, 54, 47]  # 64.14, 54.14, 47.07
    assert [result.band for result in results] == ["mql", "mql", "nurture"]


def test_the_next_change_of_a_fading_score_is_its_next_rounding() -> None:
    # 20·2^(-a/30) falls below 19.5 at a = 30·log2(20/19.5) d = 94,675.07 s
    fading = model(rule("fading", ("page_view", 20), fades=half_life(30)))
    result = score(fading, {}, days_ago("2026-11-20", 0), now=NOW)

    assert abs(result.next_change_at - NOW - 94_675_070_000) < 1_000_000
    assert score(fading, {}, days_ago("2026-11-20", 0), now=result.next_change_at - 2).published == 20
    assert score(fading, {}, days_ago("2026-11-20", 0), now=result.next_change_at + 2).published == 19


@pytest.mark.parametrize("later", range(0, 512, 64))
def test_what_fades_below_every_rounding_is_never_looked_at_again(later: int) -> None:
    # 1·2^(-60/30) = 0.25 is published as 0 and will be for ever; FOREVER - now has no exact float at most instants
    fading = model(rule("fading", ("page_view", 1), fades=half_life(30)))

    assert score(fading, {}, days_ago("2026-11-20", 60), now=NOW + later).next_change_at == FOREVER


# ---------------------------------------------------------------- silence, gates, grades, reasons


def test_silence_is_a_function_of_the_last_activity() -> None:  # D09: nothing has to be undone when the person returns
    quiet = model(rule("quiet", ("no activity for 30d", -10)), rule("very", ("no activity for 60d", -20)))
    once = history(("2026-10-01", "page_view"))

    assert score(quiet, {}, once, now=at("2026-10-30")).published == 0
    assert score(quiet, {}, once, now=at("2026-10-30")).next_change_at == at("2026-10-31")
    assert score(quiet, {}, once, now=at("2026-10-31")).published == -10
    assert score(quiet, {}, once, now=at("2026-11-30")).published == -30
    assert (
        score(quiet, {}, history(("2026-10-01", "page_view"), ("2026-11-29", "page_view")), now=at("2026-11-30")).published == 0
    )


def test_a_person_without_any_activity_is_not_silent() -> None:
    assert score(model(rule("quiet", ("no activity for 30d", -10))), {}, {}, now=NOW).published == 0


def test_what_our_own_people_did_is_no_activity_of_the_person() -> None:
    quiet = model(rule("quiet", ("no activity for 30d", -10)))
    events = {EventType("page_view"): [at("2026-10-01")], EventType("call_out", outbound=True): [at("2026-11-19")]}

    assert score(quiet, {}, events, now=NOW).published == -10


def test_gates_name_the_sentence_that_holds() -> None:  # S17: a veto is a gate with a reason, not -1000 points
    gated = model(
        rule("fit", ("role is ceo", 10)),
        instantly_mql=(sentence("demo_request"),),
        never_mql=(sentence("unsubscribed"), sentence("industry is competitor")),
    )
    result = score(gated, {"role": "ceo", "unsubscribed": True}, history(("2026-11-01", "demo_request")), now=NOW)

    assert (result.published, result.instant, result.veto) == (10, "demo_request", "unsubscribed")


def test_grades_come_from_the_published_points_of_each_group() -> None:
    fit = Group(id="fit", rules=(rule("a", ("role is ceo", 44.5)),), grades=(Band(name="A", low=45), Band(name="B")))
    engagement = Group(
        id="engagement",
        rules=(rule("b", ("page_view", 20)),),
        grades=(Band(name="1", low=40), Band(name="2", low=20), Band(name="3")),
    )
    result = score(model(fit, engagement), {"role": "ceo"}, history(("2026-11-01", "page_view")), now=NOW)

    assert result.grade == "A2"


def test_a_grade_that_time_alone_changes_is_awaited() -> None:
    # 20·2^(-a/30) is published as 10 until it falls below 9.5, while the total is held at its limit of 5
    engagement = Group(
        id="engagement",
        rules=(rule("b", ("page_view", 20), fades=half_life(30)),),
        grades=(Band(name="1", low=10), Band(name="2")),
    )
    result = score(model(engagement, high=femto(5)), {}, days_ago("2026-11-20", 0), now=NOW)

    days = (result.next_change_at - NOW) / 86_400_000_000
    assert abs(days - 32.22) < 0.01  # 30·log2(20/9.5)


def test_the_top_reasons_are_the_heaviest_lines() -> None:
    result = score(
        ARTICLE_000, {"company_size": 700, "industry": "technology"}, history(("2026-11-01", "download", "pricing")), now=NOW
    )

    assert [(line.says, line.points // POINT) for line in result.reasons(2)] == [
        ("industry is technology", 25),
        ("company_size in 501..2000", 20),
    ]


def test_nothing_that_time_moves_means_no_next_change() -> None:
    assert (
        score(ARTICLE_000, {"company_size": 100}, history(("2026-11-01", "webinar_attended")), now=NOW).next_change_at
        == FOREVER
    )
