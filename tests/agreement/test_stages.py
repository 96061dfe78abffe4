"""Stages led by the score: hysteresis, instant MQLs, vetoes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.counting import FOREVER, History
from syncd.agreement.gates import gates
from syncd.agreement.handoff import StageTerms
from syncd.agreement.scoring import Score, reason, score
from syncd.agreement.stages import standing
from syncd.model import Golden
from tests.agreement.build import ARTICLE_000, at, history, sentence

NOW = at("2026-11-20")
MODEL = replace(
    ARTICLE_000, leave_mql_below=40, instantly_mql=(sentence("demo_request"),), never_mql=(sentence("unsubscribed"),)
)
KNOWN: dict[str, Golden] = {"email": "ann@firm.example"}
SMALL: dict[str, Golden] = {**KNOWN, "company_size": 120}  # 30 points
DEMO = (("2026-11-01", "demo_request"),)
WEBINAR = (("2026-11-01", "webinar_attended"),)  # 20 points
CASE_STUDY = (("2026-11-01", "download", "case_study"),)  # 10 points


def scored(facts: dict[str, Golden], happened: History) -> Score:
    return score(MODEL, facts, happened, now=NOW)


@pytest.mark.parametrize(
    ("facts", "events", "before", "stage", "cause"),
    [
        pytest.param(KNOWN, (), "", "lead", "score 0", id="known by e-mail is a lead"),
        pytest.param({"phone": "+3491"}, (), "", "lead", "score 0", id="known by phone is a lead"),
        pytest.param(
            {"company_size": 120}, WEBINAR, "", "", "neither e-mail nor phone is known", id="unreachable has no stage"
        ),
        pytest.param(SMALL, (), "lead", "nurture", "score 30", id="30 is nurture"),
        pytest.param(SMALL, WEBINAR, "lead", "nurture", "score 50", id="50 is not above 50"),
        pytest.param(SMALL, (*WEBINAR, *CASE_STUDY), "lead", "mql", "score 60", id="60 is an MQL"),
        pytest.param(SMALL, CASE_STUDY, "mql", "mql", "score 40, not below 40", id="T03 an MQL stays at 40"),
        pytest.param(SMALL, (), "mql", "nurture", "score 30", id="T03 and leaves below 40"),
        pytest.param(KNOWN, (), "mql", "lead", "score 0", id="to lead when it is cold"),
        pytest.param(KNOWN, DEMO, "lead", "mql", "demo_request", id="a demo request makes an MQL at once"),
        pytest.param(
            {**KNOWN, "unsubscribed": True}, DEMO, "mql", "lead", "never an MQL: unsubscribed", id="a veto outweighs it"
        ),
        pytest.param(
            {**SMALL, "unsubscribed": True},
            WEBINAR,
            "mql",
            "nurture",
            "never an MQL: unsubscribed",
            id="a vetoed MQL goes by its band",
        ),
    ],
)
def test_a_score_leads_to_a_stage(
    facts: dict[str, Golden], events: tuple[tuple[str, str], ...], before: str, stage: str, cause: str
) -> None:
    happened = history(*events)
    asked = gates(StageTerms(), "UTC").ask(facts, happened, NOW, -FOREVER)

    assert standing(MODEL, scored(facts, happened), before, asked)[:2] == (stage, cause)


def test_reasons_are_said_in_the_words_of_the_agreement() -> None:
    result = scored(SMALL, history(*WEBINAR, *CASE_STUDY))

    assert [reason(line) for line in result.reasons(MODEL.top_reasons)] == [
        "company_size in 10..500 +30",
        "webinar_attended +20",
        "download of case_study +10",
    ]
