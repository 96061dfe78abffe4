"""`syncd sync --record`: one person, or one record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncd.cli import main
from syncd.plugins import Plugins
from syncd.spi import Ref
from syncd.testing import FakeRemote, fake_spec


@pytest.fixture
def crowd(remote: FakeRemote) -> FakeRemote:
    """Five contacts in it."""
    for number in range(5):
        remote.put("contacts", str(number), {"Email": f"p{number}@gmail.com"})
    return remote


def sync(*words: str) -> Result:
    return CliRunner().invoke(main, ["sync", "--output", "json", *words])


def test_one_record_is_read_without_reading_the_others(crowd: FakeRemote) -> None:
    done = sync("--record", "crm:contacts/3")
    (step,) = json.loads(done.stdout)["steps"]

    assert (done.exit_code, step["connection"], step["counts"]) == (0, "crm", {"read": 1, "new": 1})


@pytest.mark.parametrize(
    ("record", "what"),
    [
        pytest.param("crm:contacts/33", "crm:contacts/33: not there", id="a record"),
        pytest.param("crm:visits/33", "crm:visits/33: not there", id="an activity"),
        pytest.param("email:late@late.example", "no record of this address is in crm", id="a person"),
    ],
)
def test_what_is_not_there_is_not_gone(crowd: FakeRemote, record: str, what: str) -> None:
    done = sync("--record", record)
    report = json.loads(done.stdout)

    assert json.loads(done.stderr) == {
        "error": f"{what}, or not visible to the user that syncd logs in as; nothing was deleted",
        "code": 1,
    }
    assert (done.exit_code, report["steps"][0]["counts"], report["settled"]) == (1, {}, {})


def test_a_record_that_is_known_and_deleted_is_gone(crowd: FakeRemote) -> None:
    sync()
    crowd.delete(Ref("contacts", "3"))
    done = sync("--record", "crm:contacts/3")

    assert (done.exit_code, json.loads(done.stdout)["steps"][0]["counts"]) == (0, {"read": 1, "deleted": 1})


def test_what_is_no_identifier_is_wrong_usage_and_begins_no_run(crowd: FakeRemote, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(fake_spec(crowd, name="crm"), not_rereadable=lambda ref: "not an identifier: those are digits")
    monkeypatch.setattr("syncd.plugins.found", lambda: Plugins(installed=(), specs={"crm": spec}))
    done = sync("--record", "crm:contacts/NOPE")

    assert json.loads(done.stderr) == {
        "error": "Invalid value for --record: crm:contacts/NOPE: not an identifier: those are digits",
        "code": 2,
    }
    assert "running" not in CliRunner().invoke(main, ["status", "--output", "json"]).stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["--record", "crm:tickets/3"], "crm has no mapped stream 'tickets'; there is", id="no such stream"),
        pytest.param(["--record", "shop:contacts/3"], "there is no connection 'shop'; there is crm", id="no such connection"),
        pytest.param(["--record", "crm:contacts"], "write email:ADDRESS", id="no identifier"),
        pytest.param(["--record", "email:nobody"], "write email:ADDRESS", id="no address"),
        pytest.param(["--record", "crm:contacts/3", "--since", "2026-11-01"], "without --since and --until", id="and a span"),
    ],
)
def test_a_record_that_cannot_be_meant_is_wrong_usage(crowd: FakeRemote, words: list[str], what: str) -> None:
    done = sync(*words)

    assert done.exit_code == 2
    assert what in " ".join(done.stderr.split())


def test_a_misspelt_field_ends_with_4_and_is_told_once(crowd: FakeRemote, tmp_path: Path) -> None:
    (tmp_path / "syncd.yaml").write_text("connections:\n  crm: {type: crm, write_back: live}\n")
    assert sync().exit_code == 0
    written = len(crowd.written)
    mapping = tmp_path / "mapping" / "crm.yaml"
    mapping.write_text(mapping.read_text().replace("email: Email", "email: Emial"))

    done = CliRunner().invoke(main, ["sync"])

    assert (done.exit_code, len(crowd.written)) == (4, written)
    assert done.stdout.replace("\n", " ").count("did you mean") == 1
