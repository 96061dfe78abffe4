"""Evidence out of golden fields: answers with their own reasons, deals by the instants of their stages, changes by hand."""

from __future__ import annotations

from typing import Literal

import pytest

from syncd.agreement.evidence import Filled, answer, changed_by_hand, deal
from syncd.agreement.handoff import DispositionTerms, StageTerms
from syncd.agreement.journey import Answer, Deal

TERMS = DispositionTerms()
REJECTED = Answer(at=10, value="Rejected-Nurture", by="kim")

# ---------------------------------------------------------------- answers


def test_an_answer_and_its_reason_are_read_from_golden_fields() -> None:
    fields = {"disposition": Filled("Rejected-Unqualified", 10, "kim"), "disposition_reason": Filled("no need", 12)}

    assert answer(TERMS, fields) == Answer(at=10, value="Rejected-Unqualified", by="kim", reason="no need", reason_at=12)


def test_a_reason_chosen_before_the_answer_counts_from_the_answer_on() -> None:
    fields = {"disposition": Filled("Rejected-Nurture", 10), "disposition_reason": Filled("timing", 8)}

    read = answer(TERMS, fields)
    assert read is not None
    assert read.reason_at == 10


def test_the_reason_of_an_earlier_answer_is_not_that_of_the_next() -> None:
    first = Answer(at=10, value="Rejected-Nurture", reason="timing", reason_at=12)
    fields = {"disposition": Filled("Rejected-Unqualified", 90), "disposition_reason": Filled("timing", 12)}

    second = answer(TERMS, fields, [first])
    assert second == Answer(at=90, value="Rejected-Unqualified")
    assert answer(TERMS, fields, [first, second]) is None


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        pytest.param({}, (), id="nothing filled"),
        pytest.param({"disposition_reason": Filled("price", 5)}, (), id="a reason alone"),
        pytest.param({"disposition": Filled("Maybe", 5)}, (), id="a word nobody agreed on"),
        pytest.param({"disposition": Filled("Rejected-Nurture", 10, "kim")}, (REJECTED,), id="known already"),
        pytest.param(
            {"disposition": Filled("Rejected-Nurture", 10), "disposition_reason": Filled("timing", 12)},
            (Answer(at=10, value="Rejected-Nurture", reason="timing", reason_at=12),),
            id="known already with its reason",
        ),
    ],
)
def test_there_is_nothing_new_to_read(fields: dict[str, Filled], known: tuple[Answer, ...]) -> None:
    assert answer(TERMS, fields, known) is None


# ---------------------------------------------------------------- deals

AMOUNT, CLOSES = Filled("900 EUR", 20), Filled("2026-12-01", 30)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, Deal(id="d", created_at=10, missing=("amount", "close_date")), id="nothing known"),
        pytest.param({"amount": AMOUNT}, Deal(id="d", created_at=10, missing=("close_date",)), id="no close date"),
        pytest.param({"amount": AMOUNT, "close_date": CLOSES}, Deal(id="d", created_at=10, complete_at=30), id="complete"),
        pytest.param(
            {"amount": AMOUNT, "close_date": CLOSES, "stage": Filled("Closed Won", 90)},
            Deal(id="d", created_at=10, complete_at=30, won_at=90),
            id="won when its stage said so",
        ),
        pytest.param(
            {"stage": Filled("closedlost", 90), "lost_reason": Filled("price", 91)},
            Deal(id="d", created_at=10, lost_at=90, reason="price", missing=("amount", "close_date")),
            id="lost, with its reason",
        ),
        pytest.param(
            {"stage": Filled("negotiation", 90)}, Deal(id="d", created_at=10, missing=("amount", "close_date")), id="still open"
        ),
    ],
)
def test_a_deal_is_read_as_it_stands(fields: dict[str, Filled], expected: Deal) -> None:
    assert deal(StageTerms(), "d", fields, created_at=10) == expected


def test_a_deal_that_needs_nothing_is_complete_at_once() -> None:
    assert deal(StageTerms(deal_needs=()), "d", {}, created_at=10).complete_at == 10


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("to", "team", "party"),
    [
        pytest.param("mql", "", "marketing", id="an MQL is marketing's"),
        pytest.param("sql", "", "sales", id="an SQL is sales'"),
        pytest.param("customer", "", "sales", id="what no team gives counts as sales', to be refused"),
        pytest.param("sql", "marketing", "marketing", id="whose team is known speaks for it"),
    ],
)
def test_a_change_by_hand_speaks_for_a_team(to: str, team: Literal["marketing", "sales", ""], party: str) -> None:
    assert changed_by_hand(StageTerms(), to, at=5, by="ana", team=team).party == party
