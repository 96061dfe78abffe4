from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from syncd import plugins
from syncd.cli import main
from syncd.plugins import Plugins
from syncd.testing import FakeRemote, fake_spec


def ready(args: Sequence[str]) -> None:
    print(json.dumps({"url": "http://127.0.0.1:1", "args": list(args)}))


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connectors, one of them with an emulator."""
    remote = FakeRemote({"people": "person"}, page_size=1, now=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    specs = {"plain": fake_spec(remote), "acme": replace(fake_spec(remote, name="acme"), emulator=ready)}
    monkeypatch.setattr(plugins, "found", lambda: Plugins(installed=(), specs=specs))


@pytest.mark.parametrize(
    "args", [[], ["--port", "0"], ["--help"], ["-h"], ["-c", "x", "--output", "y", "-v", "word"]], ids=" ".join
)
def test_everything_behind_the_name_is_for_the_emulator(args: list[str]) -> None:
    done = CliRunner().invoke(main, ["emulate", "acme", *args])

    assert (done.exit_code, json.loads(done.output)["args"]) == (0, args)


@pytest.mark.parametrize("name", ["plain", "acmee"])
def test_of_a_name_without_emulator_those_that_have_one_are_listed(name: str) -> None:
    done = CliRunner().invoke(main, ["emulate", name])

    assert done.exit_code == 2
    assert f"there is no emulator '{name}'; there is acme" in done.output


def test_without_a_name_help_is_shown() -> None:
    assert "Everything behind NAME is for the emulator" in CliRunner().invoke(main, ["emulate", "--help"]).output
