"""`syncd status`: what it knows, and what it does not."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.testing import FakeRemote


@pytest.mark.usefixtures("remote")
def test_a_connection_never_read_to_its_end_was_never_read() -> None:
    [crm] = json.loads(CliRunner().invoke(main, ["status", "-o", "json"]).output)["connections"]

    assert crm["last_read_at"] is None


def test_it_says_when_a_source_was_last_read_and_not_how_far(remote: FakeRemote) -> None:
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0

    said = CliRunner().invoke(main, ["status"], env={"COLUMNS": "200"}).output

    assert "last read" in said
    assert "read up to" not in said, "a source may show a change later than it was made"
