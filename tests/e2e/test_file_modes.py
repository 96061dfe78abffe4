"""Under umask 000: what syncd keeps is for its own user only."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e import firm
from tests.e2e.program import COMMAND, PATIENCE_S, surroundings, until


@pytest.fixture(scope="module")
def home(place: Path, now: datetime) -> Path:
    """The firm after a sync that was allowed everything, a second one and an export."""
    folder = place / "home"
    firm.found(folder, now)
    assert _openly("--config", folder, "sync") == 3
    firm.moved_on(folder, now)
    assert _openly("--config", folder, "sync") == 3
    assert _openly("--config", folder, "people", "export", folder / "people.csv") == 0
    assert _openly("init", folder / "starter") == 0
    return folder


def test_the_store_and_what_is_written_back_are_private(home: Path) -> None:
    assert _open_ones(home, lambda path: path.name in ("syncd.db", "scores-contacts.csv", "syncd.db.locks")) == []


def test_the_write_ahead_log_is_private_while_a_daemon_runs(home: Path) -> None:
    daemon = subprocess.Popen([COMMAND, "--config", str(home), "run"], env=surroundings(), umask=0, stderr=subprocess.DEVNULL)
    try:
        until((home / "syncd.db-wal").exists, "the write-ahead log")
        assert _open_ones(home, lambda path: path.name.startswith("syncd.db-")) == []
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE_S)


@pytest.mark.parametrize(
    "what",
    [
        pytest.param("cache", id="the cache"),
        pytest.param("syncd.db.locks", id="the locks"),
        pytest.param("people.csv", id="an export"),
        pytest.param("starter", id="a new configuration"),
    ],
)
def test_whatever_else_it_makes_is_private(home: Path, what: str) -> None:
    assert _open_ones(home, lambda path: what in path.relative_to(home).parts) == []


def _openly(*arguments: object) -> int:
    """Run a command under umask 000."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)], env=surroundings(), umask=0, capture_output=True, timeout=PATIENCE_S, check=False
    )
    return done.returncode


def _open_ones(home: Path, wanted: Callable[[Path], bool]) -> list[str]:
    """Return what others than the owner may read, write or enter among the *wanted*."""
    found = [path for path in home.rglob("*") if wanted(path)]
    assert found
    return [f"{stat.filemode(path.stat().st_mode)} {path}" for path in found if path.stat().st_mode & 0o077]
