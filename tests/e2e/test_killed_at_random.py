"""Kill -9 at random moments of `syncd sync` and of `syncd run`, again and again, while the sources go on changing."""

from __future__ import annotations

import csv
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from signal import SIGKILL
from threading import Event, Thread
from time import monotonic

import pytest

from tests.e2e import crowd, firm
from tests.e2e.dump import Dump, difference, dump, present
from tests.e2e.forks import LONG, Forks
from tests.e2e.program import running, until

VERSIONS = 12 if LONG else 3
KILLS = 20 if LONG else 5
RESTARTS = 200 if LONG else 15


def test_syncs_killed_at_random_moments_end_like_syncs_that_were_not(forks: Forks, place: Path, now: datetime) -> None:
    rng = Random(1)
    calm = place / "calm"
    crowd.found(calm)
    killed = firm.copied(calm, place / "killed")
    deaths = 0
    for version in range(VERSIONS):
        crowd.export(calm, now, version)
        firm.copied(calm / "exports", place / f"exports-{version}")
        start = monotonic()
        assert forks.run(calm, "sync").code == 0
        took = monotonic() - start

        _exports_from(place / f"exports-{version}", killed)
        for _ in range(KILLS):
            deaths += forks.run(killed, "sync", kill_after_s=rng.uniform(0.01, 0.7 * took)).code == -SIGKILL
        assert forks.run(killed, "sync").code == 0

        assert difference(dump(calm), dump(killed)) == []
        assert (killed / crowd.SCORES).read_bytes() == (calm / crowd.SCORES).read_bytes()
    assert deaths >= VERSIONS


def test_a_daemon_killed_at_random_moments_arrives_where_a_single_sync_does(
    forks: Forks, place: Path, now: datetime, tmp_path: Path
) -> None:
    rng = Random(2)
    home, last = place / "home", 2 * VERSIONS
    crowd.found(home)
    crowd.export(home, now, 0)
    with _living_on(home, now, last):
        for restart in range(RESTARTS * 5):  # on a busy machine each lives a little longer than the one before
            assert forks.run(home, "run", kill_after_s=rng.uniform(0.05, 0.5 + restart / 20)).code == -SIGKILL
            if restart >= RESTARTS and len(dump(home)["record"]) > crowd.PEOPLE:
                break
        else:
            pytest.fail("so many restarts and still nothing saved")

    fresh = place / "fresh"
    crowd.found(fresh)
    crowd.export(fresh, now, last)
    assert forks.run(fresh, "sync").code == 0
    expected = _arrived(fresh)
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("daemon.started")
        until(lambda: _arrived(home) == expected, lambda: difference(expected, _arrived(home)))
        assert daemon.stop()[0] == 0

    assert dump(home)["running"] == []


def _exports_from(source: Path, home: Path) -> None:
    """Let *home* have the very files of *source*, times included, each put there whole."""
    (home / "exports").mkdir(exist_ok=True)
    copy = firm.copied(source, home / "arriving")
    for path in copy.glob("*.csv"):
        if path.name != Path(crowd.SCORES).name:
            path.replace(home / "exports" / path.name)
    for path in copy.iterdir():
        path.unlink()
    copy.rmdir()


@contextmanager
def _living_on(home: Path, now: datetime, last: int) -> Generator[None]:
    """Let the exports go from version to version meanwhile, up to the *last*."""
    ended = Event()

    def live() -> None:
        for version in range(1, last + 1):
            ended.wait(0.5)
            crowd.export(home, now, version)

    thread = Thread(target=live)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _arrived(home: Path) -> Dump:
    """Return the store's outcome, and the rows written back in any order; none as long as nothing was."""
    try:
        with (home / crowd.SCORES).open(newline="") as file:
            written = sorted(str(row) for row in csv.reader(file))
    except FileNotFoundError:
        written = []
    return present(home) | {"written": written}


@pytest.mark.skipif(not LONG, reason="takes minutes; SYNCD_E2E_LONG=1 runs it")
def test_a_daemon_killed_every_two_seconds_still_gets_on(place: Path, now: datetime, tmp_path: Path) -> None:
    home = place / "home-2s"
    crowd.found(home)
    for version in range(30):
        crowd.export(home, now, version)
        with running(tmp_path / "log", "--config", home, "run") as daemon:
            daemon.until_event("daemon.started", within_s=5)
            until(lambda: bool(dump(home)["record"]), "anything at all", within_s=5)
            daemon.process.kill()
            assert daemon.ended() == -SIGKILL
