"""The first ten minutes: the starter configuration, exactly as its own words propose."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.e2e.forks import Forks
from tests.e2e.program import syncd


@pytest.fixture
def home(forks: Forks, tmp_path: Path) -> Path:
    """A folder with the starter configuration."""
    folder = tmp_path / "my-company"
    ended = forks.run(tmp_path, "init", str(folder))
    assert (ended.code, ended.err) == (0, "")
    return folder


def test_init_names_the_next_commands_and_they_work(tmp_path: Path) -> None:
    said = syncd("init", "my-company", cwd=tmp_path).out.splitlines()[-1]

    check, sync = (part.strip() for part in said.removeprefix("Next:").split(", then"))
    assert syncd(*shlex.split(check)[1:], cwd=tmp_path).code == 0
    ended = syncd(*shlex.split(sync)[1:], cwd=tmp_path)

    assert (ended.code, ended.err) == (0, "")
    assert "7 read, 7 new" in ended.out


def test_check_finds_nothing_wrong_with_the_starter(forks: Forks, home: Path) -> None:
    ended = forks.run(home, "check")

    assert (ended.code, ended.err) == (0, "")
    levels = {line.split()[0] for line in ended.out.splitlines()[1:] if line.strip()}
    assert levels == {"ok"}


def test_why_explains_each_of_the_starter_s_people(forks: Forks, home: Path) -> None:
    assert forks.run(home, "sync").code == 0

    for email, stage in {"ana@alder.example": "mql", "ben@birch.example": "nurture", "carla@gmail.com": "lead"}.items():
        ended = forks.run(home, "why", email)
        assert (ended.code, ended.err) == (0, "")
        assert f"stage {stage}" in ended.out
        assert "shadow: would be written" in ended.out


def test_nothing_is_written_before_both_signed_and_somebody_says_live(forks: Forks, home: Path) -> None:
    forks.run(home, "sync")
    assert not (home / "inbox" / "scores.csv").exists()
    main = (home / "syncd.yaml").read_text()
    (home / "syncd.yaml").write_text(main.replace("write_back: shadow", "write_back: live"))
    assert "nothing is written until marketing and sales signed it" in forks.run(home, "sync").err
    forks.run(home, "agreement", "sign", "--as", "marketing", "--who", "ana", "--yes")
    assert "written" not in forks.run(home, "sync").out
    forks.run(home, "agreement", "sign", "--as", "sales", "--who", "ben", "--yes")

    assert "3 written" in forks.run(home, "sync").out
    assert len((home / "inbox" / "scores.csv").read_text().splitlines()) == 4


def test_the_configuration_is_found_where_it_is(home: Path, tmp_path: Path) -> None:
    assert syncd("sync", cwd=home).code == 0
    assert syncd("status", cwd=tmp_path, env={"SYNCD_CONFIG": str(home)}).code == 0
    home.rename(tmp_path / "config")
    assert "mql" in syncd("people", "list", cwd=tmp_path).out


def test_init_touches_nothing_that_exists(forks: Forks, home: Path) -> None:
    (home / "agreement.yaml").write_text("mine")

    ended = forks.run(home, "init", str(home))

    assert (ended.code, ended.out) == (1, "")
    assert "exists; choose another folder" in ended.err
    assert (home / "agreement.yaml").read_text() == "mine"


def test_a_folder_without_a_configuration_says_how_to_get_one(tmp_path: Path) -> None:
    ended = syncd("sync", cwd=tmp_path)

    assert (ended.code, ended.out) == (4, "")
    assert "syncd.yaml:1: no such file; syncd init writes one to start from" in ended.err


def test_the_export_of_people_can_be_read_by_syncd_itself(forks: Forks, home: Path) -> None:
    forks.run(home, "sync")

    header = forks.run(home, "people", "export").out.splitlines()[0].split(",")

    assert len(header) == len(set(header))
