"""One loop: its pace, its pauses, and what it says of a lost source."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from threading import Event

import pytest

from syncd.daemon.loop import LONGEST_PAUSE, Absence, Loop, repeat
from syncd.spi import Misconfigured, Unauthorized, Unavailable
from syncd.store.database import Busy, StoreUnavailable
from syncd.store.streams import Fenced
from syncd.testing import VirtualClock
from tests.engine.build import START


class Logged:
    """A log that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **keys: object) -> None:
        self.events.append((event, keys))

    warning = info
    exception = info

    @property
    def names(self) -> list[str]:
        return [event for event, _ in self.events]


class Waits(Event):
    """A wake-up call that never waits: it moves the clock and remembers how long it would have been."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0)
        self.clock.advance(timedelta(seconds=timeout or 0))
        return False


def run(*steps: Exception | timedelta) -> tuple[Logged, Waits]:
    """Repeat a step that does each of *steps* in turn and then stops."""
    clock, log, stop = VirtualClock(START), Logged(), Event()
    wake, todo = Waits(clock), list(steps)

    def step() -> timedelta:
        one = todo.pop(0)
        if not todo:
            stop.set()
        if isinstance(one, Exception):
            raise one
        return one

    repeat(Loop(name="pull crm", step=step, wake=wake), stop=stop, log=log, clock=clock.now, rng=Random(1))
    return log, wake


SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_a_step_is_repeated_at_its_pace() -> None:
    log, waits = run(MINUTE, timedelta(0), MINUTE)

    assert waits.pauses == [60, 0]
    assert log.events == []


def test_a_lost_source_is_logged_once_when_lost_and_once_when_back() -> None:
    log, _ = run(MINUTE, Unavailable("down"), Unavailable("still"), Unavailable("down"), MINUTE, MINUTE)

    assert log.names == ["source.lost", "source.back"]
    lost, back = (keys for _, keys in log.events)
    assert (lost["loop"], lost["error"], lost["what"]) == ("pull crm", "Unavailable", "down")
    assert back["loop"] == "pull crm"


def test_a_lost_source_is_logged_again_when_the_reason_is_another() -> None:
    log, _ = run(Unavailable("down"), Unauthorized("no"), Unauthorized("no"), MINUTE)

    assert [keys.get("error") for _, keys in log.events] == ["Unavailable", "Unauthorized", None]
    assert log.names == ["source.lost", "source.lost", "source.back"]


def test_pauses_grow_to_five_minutes_and_are_never_all_alike() -> None:
    pauses = [Absence(since=START, tries=tries).pause(Random(seed), None) for tries in range(12) for seed in range(3)]

    assert max(pauses) <= LONGEST_PAUSE
    assert min(pauses) >= timedelta(seconds=1)
    assert sorted(pauses[::3]) == pauses[::3] or pauses[-1] > pauses[0]
    assert len(set(pauses)) > 20


def test_a_source_that_says_when_to_come_back_is_believed_up_to_a_quarter_of_an_hour() -> None:
    _, waits = run(*(Unavailable("busy", retry_after=one) for one in (42 * SECOND, 14 * MINUTE, timedelta(days=1))), MINUTE)

    assert waits.pauses == [42, 840, 900]


@pytest.mark.parametrize("error", [Unauthorized("no"), Misconfigured("what")], ids=["unauthorized", "misconfigured"])
def test_what_an_admin_has_to_mend_is_not_hurried(error: Exception) -> None:
    log, waits = run(error, error, MINUTE)

    assert waits.pauses == [300, 300]
    assert "an admin" in str(log.events[0][1]["next"])


def test_a_store_that_is_away_is_a_lost_source_too() -> None:
    log, _ = run(StoreUnavailable("store: disk I/O error"), MINUTE)

    assert log.names == ["source.lost", "source.back"]


@pytest.mark.parametrize("error", [Busy("held"), Fenced("moved")], ids=["lock", "cursor"])
def test_somebody_else_at_work_on_the_same_is_no_loss(error: Exception) -> None:
    log, waits = run(error, MINUTE)

    assert log.events == []
    assert waits.pauses == [1]


def test_what_a_stop_breaks_off_is_no_loss() -> None:
    stop, log = Event(), Logged()

    def step() -> timedelta:
        stop.set()
        raise Unavailable("not sent because syncd is stopping")

    repeat(Loop(name="pull crm", step=step), stop=stop, log=log, clock=VirtualClock(START).now, rng=Random(7))

    assert log.events == []


def test_a_bug_parks_its_loop_with_one_traceback() -> None:
    log, _ = run(MINUTE, ZeroDivisionError("bug"), MINUTE)

    assert log.names == ["loop.parked"]
