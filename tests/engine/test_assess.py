"""Assessing whoever is due: at the very instant, whatever the order, and never twice for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.engine import sync
from syncd.model import EMAIL_STREAM, Activity, Direction, Ref
from syncd.store import assessments
from tests.engine.build import START, Home, Quiet

ANN = Ref("contacts", "1")


def visit(number: int, days_ago: float, *, about: Ref = ANN, kind: str = "view", machine: bool = False) -> Activity:
    return Activity(
        stream="visits",
        source_id=f"v{number}",
        kind=kind,
        asset="https://www.example.com/pricing?utm=x",
        occurred_at=START - timedelta(days=days_ago),
        about=(about,),
        machine=machine,
    )


@pytest.fixture
def known(home: Home) -> Home:
    """An installation that knows Ann, a CEO."""
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Title": "CEO"})
    home.sync()
    return home


def settle(home: Home) -> int:
    return sync.settle(home.site, Quiet())["assessed"]


def test_a_window_expires_at_its_very_instant_without_any_event(known: Home) -> None:
    # three visits 13, 12 and 1 d ago: 15 + 10 for the CEO + fading points; the third leaves after 14 d
    for number, age in enumerate((13, 12, 1)):
        known.crm.commit(visit(number, age))
    known.sync()
    leaves = START + timedelta(days=1)
    lines = {line.rule for line in known.person("ann@firm.example").score.lines}
    assert "pricing" in lines

    known.clock.set(leaves - timedelta(microseconds=1))
    settle(known)
    before = known.score("ann@firm.example")[0]
    known.clock.set(leaves)

    assert settle(known) == 1
    assert before - known.score("ann@firm.example")[0] == 15


def test_nobody_is_assessed_while_nothing_is_due(known: Home) -> None:
    assert settle(known) == 0
    known.clock.advance(timedelta(days=400))
    assert settle(known) == 0  # facts do not fade


def test_fading_points_are_followed_from_one_rounding_to_the_next(known: Home) -> None:
    known.crm.commit(visit(1, 0))
    known.sync()
    scores = [known.score("ann@firm.example")[0]]
    for _ in range(4):
        with known.store.read() as tx:
            due = assessments.next_due(tx)
        assert due is not None
        known.clock.advance(timedelta(microseconds=due - known.site.now()))
        settle(known)
        scores.append(known.score("ann@firm.example")[0])

    # 10 + 5·2^(-a/30) falls below 14.5, 13.5, 12.5; at exactly 30 d it is 12.5, which is published as 13 for one more moment
    assert scores == [15, 14, 13, 13, 12]


def test_a_late_event_takes_its_true_place(known: Home) -> None:
    known.crm.commit(visit(1, 0))
    known.sync()
    on_time = known.score("ann@firm.example")
    known.crm.commit(visit(2, 29))
    known.sync()

    assert on_time == (15, "lead")
    assert known.score("ann@firm.example") == (18, "lead")  # 10 + 5 + 5·2^(-29/30) = 17.56


def test_a_future_event_waits_for_its_time(known: Home) -> None:
    known.crm.commit(visit(1, -2))
    known.sync()
    assert known.score("ann@firm.example") == (10, "lead")

    known.clock.set(START + timedelta(days=2))
    settle(known)
    assert known.score("ann@firm.example") == (15, "lead")


def test_the_same_activity_again_counts_once_and_a_corrected_one_replaces_it(known: Home) -> None:
    known.crm.commit(visit(1, 0))
    known.sync()
    known.pull("crm", full=True)
    settle(known)
    assert known.score("ann@firm.example") == (15, "lead")

    known.crm.commit(visit(1, 30))
    known.sync()
    assert known.score("ann@firm.example") == (13, "lead")  # 10 + 5·2^(-1) = 12.5, ties away from zero


def test_an_activity_that_moves_to_somebody_else_leaves_the_first(known: Home) -> None:
    known.crm.put("contacts", "2", {"Email": "ben@firm.example"})
    known.crm.commit(visit(1, 0))
    known.sync()
    known.crm.commit(visit(1, 0, about=Ref("contacts", "2")))
    known.sync()

    assert known.score("ann@firm.example") == (10, "lead")
    assert known.score("ben@firm.example") == (5, "lead")


def test_a_deleted_activity_counts_no_more(known: Home) -> None:
    known.crm.commit(visit(1, 0))
    known.sync()
    gone = Activity(stream="visits", source_id="v1", kind="view", occurred_at=START, about=(ANN,), deleted=True)
    known.crm.commit(gone)
    known.sync()

    assert known.score("ann@firm.example") == (10, "lead")


def test_machines_and_our_own_people_are_not_the_persons_activity(known: Home) -> None:
    known.crm.commit(visit(1, 0, machine=True))
    known.crm.commit(
        Activity(
            stream="visits",
            source_id="c1",
            kind="call_out",
            occurred_at=START,
            about=(ANN,),
            direction=Direction.UNKNOWN,
        )
    )
    known.sync()

    assert known.score("ann@firm.example") == (10, "lead")


def test_an_activity_before_its_person_waits_for_them(home: Home) -> None:
    home.crm.commit(visit(1, 0))
    home.pull("crm")
    assert home.people() == [["crm:1"]]  # heard of, nothing more

    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.sync()
    assert home.score("ann@firm.example") == (5, "lead")


@pytest.mark.parametrize("order", ["contact first", "activity first"])
def test_an_activity_by_address_finds_its_person_in_either_order(home: Home, order: str) -> None:
    def contact() -> None:
        home.shop.put("contacts", "9", {"Email": "Ann@firm.example"})

    def activity() -> None:
        home.crm.commit(visit(1, 0, about=Ref(EMAIL_STREAM, "ann@FIRM.example")))

    for step in (contact, activity) if order == "contact first" else (activity, contact):
        step()
        home.sync()

    assert home.score("ann@firm.example") == (5, "lead")
    assert len(home.people()) == 1


def test_an_activity_about_nobody_goes_to_the_inbox(home: Home) -> None:
    home.crm.commit(visit(1, 0, about=Ref(EMAIL_STREAM, "not an address")))

    assert home.pull("crm").counts["refused"] == 1
    assert home.people() == []


def test_an_instant_sentence_makes_an_mql_and_hysteresis_keeps_one(known: Home) -> None:
    known.crm.commit(visit(1, 0, kind="demo"))
    known.sync()
    assert known.score("ann@firm.example") == (10, "mql")

    stages = known.person("ann@firm.example").stages
    assert [(one.before, one.stage, one.because) for one in stages] == [
        ("", "lead", "score 10"),
        ("lead", "mql", "demo_request"),
    ]


def test_a_changed_agreement_lets_everybody_be_assessed_once(known: Home) -> None:
    known.agreement = known.agreement.replace("points: 10}", "points: 11}")
    known.open()

    assert settle(known) == 1
    assert known.score("ann@firm.example") == (11, "lead")
    assert settle(known) == 0


def test_people_who_merge_pool_their_events_and_keep_the_further_stage(known: Home) -> None:
    known.crm.put("contacts", "2", {"Email": "ann@home.example"})
    known.crm.commit(visit(1, 0, about=Ref("contacts", "2"), kind="demo"))
    known.crm.commit(visit(2, 0))
    known.sync()
    assert known.score("ann@home.example") == (0, "mql")

    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Others": "ann@home.example"})
    known.sync()

    assert len(known.people()) == 1
    assert known.score("ann@home.example") == (15, "mql")


def test_somebody_who_became_another_is_assessed_no_more_when_the_account_changes(known: Home) -> None:
    known.crm.put("accounts", "7", {"Name": "Firm", "Website": "firm.example"})
    known.crm.put("contacts", "2", {"Email": "a.smith@firm.example"})
    known.sync()
    known.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    known.sync()
    known.crm.put("accounts", "7", {"Size": "120"})
    known.pull()

    assert settle(known) == 1


def test_an_activity_about_two_records_of_one_person_counts_once(known: Home) -> None:
    known.crm.put("contacts", "2", {"Email": "a.smith@firm.example", "Others": "ann@firm.example"})
    known.crm.commit(replace(visit(1, 0), about=(ANN, Ref("contacts", "2"))))
    known.sync()

    assert known.score("ann@firm.example") == (15, "lead")  # 10 for the CEO + 5
    assert len(known.person("ann@firm.example").activities) == 1


def test_what_nobody_said_and_what_was_inbound_count_together(known: Home) -> None:
    known.crm.commit(visit(1, 0))
    known.crm.commit(replace(visit(2, 0), direction=Direction.INBOUND))
    known.sync()

    assert known.score("ann@firm.example") == (20, "lead")
