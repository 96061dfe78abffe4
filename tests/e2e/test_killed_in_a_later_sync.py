"""Kill -9 at every instant of a sync that finds changes: people who turn out to be one, a deletion, a corrected row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e import firm
from tests.e2e.dump import dump
from tests.e2e.forks import Forks, sweep, telling, uninterrupted


@pytest.fixture(scope="module")
def before(forks: Forks, place: Path, now: datetime) -> Path:
    """The firm after a first sync, when its files have moved on."""
    home = place / "before"
    firm.found(home, now)
    uninterrupted(forks, home)
    firm.moved_on(home, now)
    return home


def test_a_later_sync_killed_at_any_instant_loses_and_doubles_nothing(forks: Forks, place: Path, before: Path) -> None:
    after = firm.copied(before, place / "after")
    instants = uninterrupted(forks, after)

    assert dump(after)["merge"], "people have to become one in this sync, or it tests too little"
    assert sweep(forks, before, after, telling(instants)) == []


def test_a_write_that_was_done_but_not_noted_is_not_done_again(forks: Forks, before: Path, place: Path) -> None:
    instants = uninterrupted(forks, firm.copied(before, place / "counted"))
    renamed = next(i for i, what in enumerate(instants, 1) if what.startswith("before os.rename .scores-contacts"))
    assert instants[renamed] == "before a commit"
    home = firm.copied(before, place / "renamed")

    forks.run(home, "sync", kill_at=renamed + 1)
    written = (home / firm.SCORES).stat()
    assert len(dump(home)["outbox"]) == 5
    forks.run(home, "sync")

    assert (home / firm.SCORES).stat().st_ino == written.st_ino
    assert dump(home)["outbox"] == []


def test_after_all_is_done_another_sync_changes_nothing(forks: Forks, before: Path, place: Path) -> None:
    home = firm.copied(before, place / "quiet")
    uninterrupted(forks, home)
    seen, written = dump(home), (home / firm.SCORES).stat()

    uninterrupted(forks, home)

    assert dump(home) == seen
    assert (home / firm.SCORES).stat().st_mtime_ns == written.st_mtime_ns
