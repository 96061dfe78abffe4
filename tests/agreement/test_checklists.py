"""What is missing of the agreed checklists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.checklists import lacking, spoken
from syncd.agreement.handoff import Checklist, StageTerms
from syncd.agreement.journey import Event, Evidence
from syncd.model import Golden
from tests.agreement.build import at
from tests.agreement.ways import adding, claimed, hand, score, way

SQL = Checklist(fields=("budget", "timeline", "authority", "fit"), required=3)
OPPORTUNITY = Checklist(fields=("amount", "close_date", "need_confirmed"), required=3)
TERMS = StageTerms(sql_checklist=SQL, opportunity_checklist=OPPORTUNITY)
QUALIFIED = claimed(score("2026-11-01", "mql"), hand("2026-11-03", "sql"))


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        pytest.param({}, "sql lacks 3 of budget, timeline, authority, fit", id="nothing known"),
        pytest.param({"budget": "900 EUR", "fit": True}, "sql lacks 1 of timeline, authority", id="2 of 4"),
        pytest.param({"budget": "900 EUR", "fit": True, "authority": "cfo"}, None, id="3 of 4 suffice"),
        pytest.param(
            {"budget": "900 EUR", "fit": False, "authority": "cfo"}, "sql lacks 1 of timeline, fit", id="no is not yes"
        ),
    ],
)
def test_an_sql_has_three_of_four_fields_or_names_those_missing(facts: dict[str, Golden], says: str | None) -> None:
    lack = lacking(TERMS, way(QUALIFIED), facts)

    assert (lack and spoken(lack)) == says


def test_an_opportunity_has_all_of_its_fields() -> None:
    opportunity = way(adding(QUALIFIED, hand("2026-11-05", "opportunity", "crm")))
    lack = lacking(TERMS, opportunity, {"amount": "900 EUR", "close_date": "2026-12-01"})

    assert lack is not None
    assert spoken(lack) == "opportunity lacks need_confirmed"


def test_other_stages_have_no_checklist() -> None:
    assert lacking(TERMS, way(claimed(score("2026-11-01", "mql"))), {}) is None


@pytest.mark.parametrize(
    ("when", "says"),
    [
        pytest.param("2026-11-02", None, id="before"),
        pytest.param("2026-11-03 00:00:01", "sql lacks connected or meeting held before it", id="after is too late"),
    ],
)
def test_an_sql_may_have_to_follow_a_conversation(when: str, says: str | None) -> None:
    terms = StageTerms(sql_checklist=Checklist(after=("connected", "meeting_held")))
    talked = Evidence(claims=QUALIFIED.claims, events=(Event(at=at(when), what="meeting_held", by="kim"),))
    lack = lacking(terms, way(replace(talked)), {})

    assert (lack and spoken(lack)) == says
