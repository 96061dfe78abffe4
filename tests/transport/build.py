"""A client whose time is in the test's hands."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from syncd.spi import Budget, Client, Pass
from syncd.transport import Access, HttpClient, Limits, Meters, Passport, Timing

API = "https://api.example.com"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Time:
    """A clock that a pause moves on; after ``stop_after`` pauses a stop is asked for."""

    now: datetime = NOW
    naps: list[float] = field(default_factory=list)
    stop_after: int = 1000

    def sleep(self, seconds: float) -> bool:
        self.naps.append(seconds)
        self.now += timedelta(seconds=seconds)
        return len(self.naps) > self.stop_after

    def seconds(self) -> float:
        return self.now.timestamp()

    def timing(self) -> Timing:
        return Timing(now=lambda: self.now, clock=self.seconds, sleep=self.sleep, rng=Random(7))


def unlimited(budget: Budget, calls: int) -> timedelta:
    return timedelta()


@contextmanager
def client(
    time: Time,
    log_in: Callable[[Client], Pass] = lambda nobody: Pass(headers={}),
    *,
    origins: Sequence[str] = (API,),
    budgets: Sequence[Budget] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Generator[HttpClient]:
    access = Access(origins=tuple(origins), passport=Passport(log_in, lambda: time.now), meters=Meters(budgets, unlimited))
    one = HttpClient(access, limits, time.timing())
    try:
        yield one
    finally:
        one.close()
