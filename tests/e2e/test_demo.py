"""`syncd demo` as somebody tries it who has nothing yet."""

from __future__ import annotations

import csv
import shlex
import signal
from pathlib import Path

import pytest

from tests.e2e.forks import Forks
from tests.e2e.program import running, syncd, until


def test_the_demo_scores_a_company_and_every_command_it_proposes_works(forks: Forks, tmp_path: Path) -> None:
    home = tmp_path / "demo"

    ended = syncd("demo", "--once", "--people", 60, "--home", home)

    assert (ended.code, ended.err) == (0, "")
    with (home / "exports" / "contacts-scores.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 60
    proposed = [line.strip() for line in ended.out.partition("Look at next:")[2].splitlines() if line.startswith("  syncd ")]
    assert len(proposed) >= 5
    for line in proposed:
        _, option, folder, *words = shlex.split(line)
        assert (option, folder) == ("--config", str(home))
        tried = forks.run(home, *words)
        assert (tried.code, tried.err) == (0, ""), line
        assert len(tried.out.splitlines()) > 1, line


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
