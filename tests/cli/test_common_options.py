"""`--output json` and `--quiet` mean the same everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncd.cli import main
from syncd.spi import Unavailable
from syncd.testing import FakeRemote

BAD = "Invalid value for "


def syncd(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        pytest.param(["why", "nobody"], "nobody is known as 'nobody'; syncd people list shows who is", 1, id="failed"),
        pytest.param(["plan", "crn"], BAD + "CONNECTION: there is no connection 'crn'; there is crm", 2, id="usage"),
        pytest.param(
            ["sync", "--since", "soon"],
            BAD + "'--since': 'soon' is not a time; write 2026-11-20 or 2026-11-20T09:30:00Z",
            2,
            id="an option",
        ),
    ],
)
def test_what_went_wrong_is_json_where_the_rest_is(remote: FakeRemote, words: list[str], error: str, code: int) -> None:
    behind, ahead = syncd(*words, "--output", "json"), syncd("--output", "json", *words)

    for done in (behind, ahead):
        assert (done.exit_code, done.stdout, json.loads(done.stderr)) == (code, "", {"error": error, "code": code})


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param(
            "-o json -c /nowhere sync", BAD + "--config: '/nowhere' is not a folder; syncd init makes one", id="folder"
        ),
        pytest.param("sync -o json --bogus", "No such option '--bogus'", id="before the option"),
        pytest.param("sync --bogus --output=json", "No such option '--bogus'", id="behind it"),
        pytest.param("--bogus -qo json sync", "No such option '--bogus'", id="before the command"),
        pytest.param("-ojson bogus", "No such command 'bogus'", id="the command"),
        pytest.param("mapping bogus -o json", "No such command 'bogus'", id="the command of a group"),
        pytest.param("-o json", "Missing command", id="no command"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_in_json_too(line: str, error: str) -> None:
    done = syncd(*line.split())

    assert (done.exit_code, done.stdout, json.loads(done.stderr)["code"]) == (2, "", 2)
    assert json.loads(done.stderr)["error"].startswith(error)
    assert syncd(*line.replace("json", "table").split()).stderr.startswith("Usage: ")


def test_an_invalid_configuration_is_told_in_json_too(remote: FakeRemote) -> None:
    Path("agreement.yaml").write_text("")
    done = syncd("status", "--output", "json")

    assert (done.exit_code, json.loads(done.stderr)["code"]) == (4, 4)
    assert "agreement.yaml:1: scoring: is missing" in json.loads(done.stderr)["error"]


@pytest.mark.parametrize(
    "words",
    [
        ["agreement", "handbook"],
        ["agreement", "reviewed", "sla"],
        ["agreement", "sign", "--as", "sales", "--who", "ben", "--yes"],
        ["init", "elsewhere"],
    ],
    ids=" ".join,
)
def test_what_was_done_can_be_read_by_programs(remote: FakeRemote, words: list[str]) -> None:
    Path("agreement.yaml").write_text(Path("agreement.yaml").read_text().replace(", needs_signatures_from: []", ""))

    assert isinstance(json.loads(syncd(*words, "--output", "json").stdout), dict)


def test_people_are_exported_as_json_if_all_else_is(remote: FakeRemote) -> None:
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    syncd("sync")

    (one,) = syncd("people", "export", "--output", "json").stdout.splitlines()
    assert json.loads(one)["email"] == "ann@firm.example"
    assert syncd("people", "export", "--output", "json", "--format", "csv").stdout.startswith("id,stage,")


@pytest.mark.parametrize("words", [["sync"], ["provision", "crm"]], ids=" ".join)
def test_quietly_nothing_is_said_if_all_is_well(remote: FakeRemote, words: list[str]) -> None:
    syncd("provision", "crm")

    assert syncd(*words).stdout != ""
    assert (syncd(*words, "--quiet").exit_code, syncd(*words, "--quiet").stdout) == (0, "")


def test_quietly_a_source_that_fails_is_still_named(remote: FakeRemote) -> None:
    remote.fail(Unavailable("down for repairs"))
    done = syncd("sync", "--quiet")

    assert done.exit_code == 1
    assert "crm: down for repairs" in done.stdout
    assert "people:" not in done.stdout


def test_quietly_only_what_is_wrong_is_found(remote: FakeRemote) -> None:
    remote.fail(Unavailable("down for repairs"))
    lines = syncd("check", "--quiet").stdout.splitlines()

    assert [line.split()[:2] for line in lines[1:]] == [["error", "crm"]]
