"""How often a source may be asked: a request takes a slot of every budget that covers it, and waits for its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Lock
from typing import Protocol, TypeAlias

from syncd.spi import Budget, Unavailable
from syncd.transport.limits import Limits, Timing

DAY = timedelta(days=1)

Reserve: TypeAlias = Callable[[Budget, int], timedelta]
"""Count calls of a budget where other processes see it; return zero, or how long until there is room and count nothing.

A negative number gives back what was reserved and not used.
"""


class Meters:
    """The budgets of one connection, shared by all who use it in this process; those of a day are counted by *reserve*."""

    def __init__(self, budgets: Sequence[Budget], reserve: Reserve) -> None:
        self._lock = Lock()
        self._meters = [(one, _Reserved(one, reserve) if one.per >= DAY else _Sliding(one)) for one in budgets]

    def take(self, method: str, path: str, limits: Limits, timing: Timing) -> None:
        """Take a slot of each budget that covers the request, waiting up to the longest pause. Raises: Unavailable."""
        waited = 0.0
        while wait := self._taken(method, path, timing.clock()):
            name, seconds = wait
            if waited + seconds > limits.pause_s:
                after = timedelta(seconds=seconds)
                raise Unavailable(f"{method} {path}: the budget {name!r} is used up; it goes on by itself", retry_after=after)
            waited += seconds
            if timing.sleep(seconds):
                raise Unavailable("not sent because syncd is stopping; it goes on after the next start")

    def rest(self) -> None:
        """Give back what was reserved ahead; for when nobody will ask for a while."""
        with self._lock:
            for _, meter in self._meters:
                meter.rest()

    def _taken(self, method: str, path: str, now: float) -> tuple[str, float] | None:
        """Take a slot of all or of none; return the budget that is used up and the seconds until it has room."""
        with self._lock:
            covering = [(budget, meter) for budget, meter in self._meters if budget.covers(method, path)]
            waits = [(budget.name, meter.wait(now)) for budget, meter in covering]
            longest = max(waits, key=lambda one: one[1], default=("", 0.0))
            if longest[1] > 0:
                return longest
            for _, meter in covering:
                meter.take(now)
            return None


class _Meter(Protocol):
    def wait(self, now: float) -> float: ...
    def take(self, now: float) -> None: ...
    def rest(self) -> None: ...


class _Sliding:
    """Remembers when each of the last calls was made."""

    def __init__(self, budget: Budget) -> None:
        self._per = budget.per.total_seconds()
        self._calls: deque[float] = deque(maxlen=budget.calls)

    def wait(self, now: float) -> float:
        full = len(self._calls) == self._calls.maxlen
        return max(self._calls[0] + self._per - now, 0.0) if full else 0.0

    def take(self, now: float) -> None:
        self._calls.append(now)

    def rest(self) -> None:
        """Nothing is reserved ahead."""


class _Reserved:
    """Reserves calls some at a time, since each reservation is a transaction."""

    def __init__(self, budget: Budget, reserve: Reserve) -> None:
        self._budget, self._reserve = budget, reserve
        self._some = min(max(budget.calls // 1000, 1), 100)
        self._left = 0

    def wait(self, now: float) -> float:
        if self._left:
            return 0.0
        wait = timedelta()
        for some in (self._some, 1):
            wait = self._reserve(self._budget, some)
            if not wait:
                self._left = some
                break
        return wait.total_seconds()

    def take(self, now: float) -> None:
        self._left -= 1

    def rest(self) -> None:
        if self._left:
            self._reserve(self._budget, -self._left)
            self._left = 0
