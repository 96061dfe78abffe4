from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.spi import Misconfigured, Unauthorized, Unavailable
from syncd.testing import FakeRemote


def test_a_rehearsal_says_what_would_be_created_and_creates_nothing(remote: FakeRemote) -> None:
    before = remote.schema()
    done = CliRunner().invoke(main, ["provision", "crm", "--dry-run", "--output", "json"])
    told = json.loads(done.output)

    assert done.exit_code == 0
    assert [one["what"] for one in told["findings"]] == [f"contacts.{name} is new" for name in ("Score", "Stage", "Why")]
    assert [(one["name"], one["type"]) for one in told["needed"]["contacts"]] == [
        ("Score", "number"),
        ("Stage", "choice"),
        ("Why", "text"),
    ]
    assert remote.schema() == before


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
    assert "there is no connection 'crmm'; there is crm" in done.stderr
