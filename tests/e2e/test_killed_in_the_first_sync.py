"""Kill -9 at every instant of a first sync, in a real process: the schema, the pages, the scores, the writes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.e2e import firm
from tests.e2e.forks import Forks, sweep, telling, uninterrupted


def test_a_first_sync_killed_at_any_instant_loses_and_doubles_nothing(forks: Forks, place: Path, now: datetime) -> None:
    before = place / "before"
    firm.found(before, now)
    after = firm.copied(before, place / "after")

    instants = uninterrupted(forks, after)

    assert instants.count("after a commit") > 15
    assert sweep(forks, before, after, telling(instants)) == []
