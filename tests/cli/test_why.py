"""`syncd why` on the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.model import Activity, Ref, RemoteField
from syncd.testing import FakeRemote
from tests.engine.build import AGREEMENT

PROMISES = """\
sla:
  default_clock: elapsed
  marketing: {handoff: {start: became mql, stop: assigned, within: 1h}}
  sales:
    first_contact: {start: became mql, stop: contact_attempt, within: 1h}
    depth: {start: became mql, need: 5 contact_attempts, within: 400d}
"""


def test_a_clock_of_history_and_how_far_one_for_depth_came_are_told(remote: FakeRemote, tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text(AGREEMENT + PROMISES)
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    happened = datetime.now(UTC) - timedelta(days=9)
    remote.commit(Activity(stream="visits", source_id="v1", kind="demo", occurred_at=happened, about=(Ref("contacts", "1"),)))
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0

    said = CliRunner().invoke(main, ["why", "ann@firm.example"], env={"COLUMNS": "200"}).output

    assert "breached (history)" in said
    assert "running (history), 0 of 5" in said


def happened(remote: FakeRemote, kind: str, *, hours_ago: int) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    remote.commit(Activity(stream="visits", source_id=kind, kind=kind, occurred_at=at, about=(Ref("contacts", "1"),)))


@pytest.fixture
def given_back(remote: FakeRemote, tmp_path: Path) -> None:
    """An installation in which Ann asked for a demo two days ago, looked at a page, and was given back by sales a day later."""
    (tmp_path / "agreement.yaml").write_text(AGREEMENT + "dispositions: {}\n")
    asked = "email: Email\n      disposition: Answer\n      disposition_reason: Reason"
    mapping = tmp_path / "mapping" / "crm.yaml"
    mapping.write_text(mapping.read_text().replace("email: Email", asked))
    for name in ("Answer", "Reason"):
        remote.add_field("contacts", RemoteField(name=name))
    answer = {"Email": "ann@firm.example", "Answer": "Rejected-Nurture", "Reason": "timing"}
    remote.put("contacts", "1", answer, changed_at=datetime.now(UTC) - timedelta(days=1))
    happened(remote, "demo", hours_ago=48)
    happened(remote, "view", hours_ago=47)
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0


@pytest.mark.usefixtures("given_back")
def test_the_score_of_somebody_given_back_is_explained_as_it_is_stored() -> None:
    [stored] = json.loads(CliRunner().invoke(main, ["people", "list", "-o", "json"]).output)
    why = json.loads(CliRunner().invoke(main, ["why", "ann@firm.example", "-o", "json"]).output)["score"]
    scored = json.loads(CliRunner().invoke(main, ["agreement", "score", "ann@firm.example", "-o", "json"]).output)

    assert (stored["score"], stored["band"]) == (0, "below")  # the page view gave 5 until yesterday
    assert (why["score"], why["band"], why["lines"]) == (0, "below", [])
    assert (scored["score"], scored["band"], scored["lines"]) == (0, "below", [])


@pytest.mark.usefixtures("given_back")
@pytest.mark.parametrize("command", ["why", "agreement score"])
def test_what_no_longer_counts_of_somebody_given_back_is_said(command: str) -> None:
    said = CliRunner().invoke(main, [*command.split(), "ann@firm.example"], env={"COLUMNS": "200"}).output

    assert "given back" in said
    assert "no longer counts: 1 demo_request, 1 page_view" in said


@pytest.mark.usefixtures("given_back")
def test_a_score_as_of_before_a_recycle_counts_what_happened_before() -> None:
    at = f"{datetime.now(UTC) - timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ}"
    scored = json.loads(CliRunner().invoke(main, ["agreement", "score", "ann@firm.example", "--at", at, "-o", "json"]).output)

    assert (scored["score"], scored["counts_after"]) == (5, None)


def test_another_model_counts_events_that_the_active_one_does_not_ask_for(remote: FakeRemote, tmp_path: Path) -> None:
    rules = "[{id: call, when: each call_in, points: 7}]"
    other = f"    other: {{groups: {{all: {{rules: {rules}}}}}, bands: {{mql: '> 50', nurture: 30..50}}}}\n"
    (tmp_path / "agreement.yaml").write_text(AGREEMENT + other)
    mapping = tmp_path / "mapping" / "crm.yaml"
    mapping.write_text(mapping.read_text().replace("page_view: [view]", "page_view: [view], call_in: [call]"))
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    happened(remote, "call", hours_ago=2)
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0

    asked = ["agreement", "score", "ann@firm.example", "--model", "other", "-o", "json"]

    assert json.loads(CliRunner().invoke(main, asked).output)["score"] == 7
