"""`syncd sync --record`: one person, or one record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncd.cli import main
from syncd.plugins import Plugins
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
    for number in range(5):
        one.put("contacts", str(number), {"Email": f"p{number}@gmail.com"})
    return one


def sync(*words: str) -> Result:
    return CliRunner().invoke(main, ["sync", "--output", "json", *words])


def test_one_record_is_read_without_reading_the_others(remote: FakeRemote) -> None:
    done = sync("--record", "crm:contacts/3")
    (step,) = json.loads(done.stdout)["steps"]

    assert (done.exit_code, step["connection"], step["counts"]) == (0, "crm", {"read": 1, "new": 1})


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
def test_a_record_that_cannot_be_meant_is_wrong_usage(remote: FakeRemote, words: list[str], what: str) -> None:
    done = sync(*words)

    assert done.exit_code == 2
    assert what in " ".join(done.stderr.split())
