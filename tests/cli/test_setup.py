"""`syncd init`: a folder to start from, for whatever systems there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncd import plugins
from syncd.cli import main
from syncd.config import load


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)


def syncd(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize("systems", [["csv"], ["hubspot"], ["salesforce"], ["salesforce", "csv", "hubspot"]], ids=" ".join)
def test_a_start_for_these_systems_has_no_mistake(tmp_path: Path, systems: list[str]) -> None:
    done = syncd("init", "home", *(word for name in systems for word in ("--for", name)))
    config = load(tmp_path / "home", plugins.found().specs)

    assert (done.exit_code, done.stderr) == (0, "")
    assert [(one.name, one.spec.name, one.write_back) for one in config.connections.values()] == [
        (name, name, "shadow") for name in systems
    ]
    assert config.warnings == ()
    assert (tmp_path / "home/inbox").exists() == ("csv" in systems)


def test_a_start_for_csv_files_is_what_is_shipped(tmp_path: Path) -> None:
    syncd("init", "home")
    shipped = Path(__file__).parents[2] / "config"

    assert (tmp_path / "home/syncd.yaml").read_text() == (shipped / "syncd.yaml").read_text()


def test_what_stands_for_the_reader_s_own_is_named() -> None:
    done = syncd("init", "home", "--for", "hubspot")

    assert "Fill in connections.hubspot.settings in home/syncd.yaml" in done.stdout


def test_quietly_nothing_is_said_of_a_start_without_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    syncd("init", "home")
    monkeypatch.setenv("SYNCD_CONFIG", "home")

    for words in (["check"], ["mapping", "check"]):
        assert "ok" in syncd(*words).stdout
        assert (syncd(*words, "--quiet").exit_code, syncd(*words, "--quiet").stdout) == (0, "")


def test_a_system_nobody_knows_is_wrong_usage(tmp_path: Path) -> None:
    done = syncd("init", "home", "--for", "hubspt")

    assert done.exit_code == 2
    assert "'hubspt' is not one of 'csv', 'hubspot', 'salesforce'" in " ".join(done.stderr.split())
    assert not (tmp_path / "home").exists()


def test_the_mistake_of_the_tutorial_is_where_it_says() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    told = re.search(r"`(agreement\.yaml:\d+)  …(unknown key 'poinst'; did you mean 'points'\?)`", readme)
    assert told is not None
    syncd("init", "home")
    agreement = Path("home/agreement.yaml")
    agreement.write_text(agreement.read_text().replace("points:", "poinst:", 1))
    line = next(one for one in syncd("--config", "home", "check").stdout.splitlines() if "unknown key" in one)

    assert line.split()[1] == told[1]
    assert told[2] in line


def test_a_file_in_the_way_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("")
    done = syncd("init", "afile/x")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "afile/x cannot be written: Not a directory; choose another folder\n"


def test_what_was_written_can_be_read_by_programs(tmp_path: Path) -> None:
    done = syncd("init", "home", "--for", "hubspot", "--output", "json")

    assert json.loads(done.stdout) == {
        "folder": str(tmp_path / "home"),
        "wrote": ["syncd.yaml", "agreement.yaml", "mapping/hubspot.yaml"],
    }
