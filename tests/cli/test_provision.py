from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.plugins import Plugins
from syncd.spi import Misconfigured, Unauthorized, Unavailable
from syncd.testing import FakeRemote, VirtualClock, fake_spec
from tests.engine.build import AGREEMENT, MAPPING, START, STREAMS


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRemote:
    """The remote of the one connection of an installation in the working folder."""
    (tmp_path / "mapping").mkdir()
    (tmp_path / "syncd.yaml").write_text("connections:\n  crm: {type: crm}\n")
    (tmp_path / "agreement.yaml").write_text(AGREEMENT)
    (tmp_path / "mapping" / "crm.yaml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    one = FakeRemote(STREAMS, page_size=3, now=VirtualClock(START).now)
    monkeypatch.setattr("syncd.plugins.found", lambda: Plugins(installed=(), specs={"crm": fake_spec(one, name="crm")}))
    return one


def test_a_rehearsal_says_what_would_be_created_and_creates_nothing(remote: FakeRemote) -> None:
    done = CliRunner().invoke(main, ["provision", "crm", "--dry-run", "--output", "json"])
    told = json.loads(done.output)

    assert done.exit_code == 0
    assert [one["what"] for one in told["findings"]] == [f"contacts.{name} is new" for name in ("Score", "Stage", "Why")]
    assert [(one["name"], one["type"]) for one in told["needed"]["contacts"]] == [
        ("Score", "number"),
        ("Stage", "choice"),
        ("Why", "text"),
    ]
    assert all(not stream.fields for stream in remote.schema().streams)


def test_fields_are_created_once(remote: FakeRemote) -> None:
    first = CliRunner().invoke(main, ["provision", "crm"])
    again = CliRunner().invoke(main, ["provision", "crm"])

    assert "contacts.Score is new" in first.output
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, "every field that is needed is there")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(Unauthorized("scope missing"), 5, id="access refused"),
        pytest.param(Misconfigured("no such portal"), 4, id="configuration"),
        pytest.param(Unavailable("down"), 1, id="failed"),
    ],
)
def test_a_source_that_cannot_be_asked_is_told_by_the_exit_code(
    remote: FakeRemote, error: Unauthorized | Misconfigured | Unavailable, code: int
) -> None:
    remote.fail(error)
    done = CliRunner().invoke(main, ["provision", "crm"])

    assert (done.exit_code, done.stderr.strip()) == (code, f"connections.crm: {error}")


def test_a_connection_that_is_none_is_wrong_usage(remote: FakeRemote) -> None:
    done = CliRunner().invoke(main, ["provision", "crmm"])

    assert done.exit_code == 2
    assert "there is no 'crmm'; there is crm" in done.stderr
