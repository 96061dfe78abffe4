"""`syncd demo` as somebody tries it who has nothing yet."""

from __future__ import annotations

import csv
import shlex
import signal
from pathlib import Path

import msgspec
import pytest

from syncd.testing import company
from tests.e2e.forks import Forks
from tests.e2e.program import running, syncd, until


def test_the_demo_scores_a_company_and_every_command_it_proposes_works(forks: Forks, tmp_path: Path) -> None:
    home = tmp_path / "demo"

    ended = syncd("demo", "--once", "--people", 60, "--home", home)

    assert (ended.code, ended.err) == (0, "")
    with (home / "exports" / "contacts-scores.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 60
    proposed = [line.strip() for line in ended.out.partition("Look at next:")[2].splitlines() if line.startswith("  syncd ")]
    assert len(proposed) >= 6
    for line in proposed:
        _, option, folder, *words = shlex.split(line)
        assert (option, folder) == ("--config", str(home))
        tried = forks.run(home, *words)
        assert (tried.code, tried.err) == (0, ""), line
        assert len(tried.out.splitlines()) > 1, line
    _is_one_company(forks, home)
    _is_a_whole_story(told(forks, home, shlex.split(proposed[-1])[-1]))


class Part(msgspec.Struct):
    """A record, a deed, a move … of `syncd why --output json`, as far as it is asked here."""

    source: str = ""
    kind: str = ""
    stage: str = ""
    inferred: bool = False
    owner: str = ""
    by: str = ""
    state: str = ""
    to: str = ""
    field: str = ""
    new: object = None


class Story(msgspec.Struct):
    """What `syncd why` tells of somebody."""

    records: list[Part]
    activities: list[Part]
    stages: list[Part]
    assignments: list[Part]
    attempts: list[Part]
    clocks: list[Part]
    writes: list[Part]


def told(forks: Forks, home: Path, person: str) -> Story:
    return msgspec.json.decode(forks.run(home, "why", person, "--output", "json").out, type=Story)


def _is_one_company(forks: Forks, home: Path) -> None:
    """Every second prospect is in one emulated system too, every third in the other: every sixth in both, with one score."""
    for number in (0, 6, 54):
        person = told(forks, home, company.prospect(7, number).email)
        assert {one.source.partition(".")[0] for one in person.records} >= {"crm", "hubspot", "salesforce"}
        scores = {one.to.partition(".")[0]: str(one.new) for one in person.writes if "score" in one.field.lower()}
        assert scores.keys() == {"crm", "hubspot", "salesforce"}
        assert len(set(scores.values())) == 1


def _is_a_whole_story(lead: Story) -> None:
    """A first click, a form, an MQL given to somebody, called, accepted, a deal that was won: and known so in both systems."""
    assert (lead.activities[0].kind, lead.activities[0].source.partition(":")[0]) == ("page_view", "hubspot.page_views")
    assert {"webinar_attended", "form_submission", "demo_request", "call_out"} <= {one.kind for one in lead.activities}
    assert [one.stage for one in lead.stages[-5:]] == ["mql", "working", "sql", "opportunity", "customer"]
    assert not any(one.inferred for one in lead.stages[-5:])
    [given], [call] = lead.assignments, lead.attempts
    assert given.owner == call.by != ""
    assert {one.state for one in lead.clocks} == {"met"}
    written = {(one.to.partition(".")[0], str(one.new)) for one in lead.writes}
    assert {("hubspot", "customer"), ("salesforce", "customer"), ("hubspot", "Accepted/SQL")} <= written


def test_the_commands_it_proposes_work_in_a_folder_with_a_space(forks: Forks, tmp_path: Path) -> None:
    home = tmp_path / "my demo"
    ended = forks.run(tmp_path, "demo", "--once", "--people", "10", "--home", str(home))

    line = next(line for line in ended.out.splitlines() if line.startswith("  syncd "))
    assert shlex.split(line)[:3] == ["syncd", "--config", str(home)]


@pytest.mark.parametrize("count", ["0", "-3"])
def test_a_demo_of_nobody_is_refused_or_empty_but_no_traceback(forks: Forks, tmp_path: Path, count: str) -> None:
    ended = forks.run(tmp_path, "demo", "--once", "--people", count, "--home", str(tmp_path / "demo"))

    assert "Traceback" not in ended.err


def test_the_company_lives_on_until_ctrl_c(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with running(tmp_path / "log", "demo", "--people", 20, "--home", home) as demo:
        demo.until_event("daemon.started")
        assert "Ctrl-C ends it." in demo.out()
        until((home / "exports" / "marketing-events-today.csv").exists, "something to happen in the company")
        demo.until_event("page.saved")

        assert demo.stop(signal.SIGINT)[0] == 0
