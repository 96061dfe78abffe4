"""One loop: a step repeated at its pace, with growing pauses while its source is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Event
from typing import Protocol

from syncd.spi import BadAnswer, ConnectorError, Misconfigured, Unauthorized, Unavailable
from syncd.store.database import Busy, StoreError
from syncd.store.streams import Fenced

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_ASKED = timedelta(minutes=15)
"""So long a source is believed that says when to come back; a wrong word must not keep it away for a day."""
LOCKED_PAUSE = timedelta(seconds=1)


class Log(Protocol):
    """What a loop logs with."""

    def info(self, event: str, **keys: object) -> None: ...

    def warning(self, event: str, **keys: object) -> None: ...

    def exception(self, event: str, **keys: object) -> None: ...


@dataclass(slots=True, kw_only=True)
class Loop:
    """A step and its pace. ``step`` returns how long to wait before the next one at most; ``wake`` ends the wait early."""

    name: str
    step: Callable[[], timedelta]
    wake: Event = field(default_factory=Event)


@dataclass(slots=True, kw_only=True)
class Absence:
    """How long a source has been lost, how often it was tried since, and why it was lost as far as that was logged."""

    since: datetime
    tries: int = 0
    logged: type[Exception] | None = None

    def pause(self, rng: Random, asked: timedelta | None) -> timedelta:
        """Return how long to wait: what the source asked for, else twice as long each time, never all loops at once."""
        self.tries += 1
        if asked is not None:
            return min(max(asked, FIRST_PAUSE), LONGEST_ASKED)
        longest = min(FIRST_PAUSE * 2 ** min(self.tries, 20), LONGEST_PAUSE)
        waits: timedelta = longest * (0.5 + rng.random() / 2)
        return waits


def repeat(loop: Loop, *, stop: Event, log: Log, clock: Callable[[], datetime], rng: Random) -> None:
    """Repeat the loop's step until *stop* is set.

    A lost source is logged when lost, when lost for another kind of reason, and once when back. Anything but a connector's
    or the store's error is a bug: it is logged with its traceback and parks this loop alone.
    """
    absence: Absence | None = None
    while not stop.is_set():
        loop.wake.clear()
        try:
            pause = loop.step()
        except (Busy, Fenced):  # somebody else works on the same
            pause = LOCKED_PAUSE
        except (ConnectorError, StoreError) as error:
            if stop.is_set():
                return  # what failed was broken off
            absence = absence or Absence(since=clock())
            if absence.logged is not type(error):
                absence.logged = type(error)
                log.warning("source.lost", loop=loop.name, error=type(error).__name__, what=str(error), next=_next(error))
            pause = absence.pause(rng, _asked(error))
        except Exception:
            log.exception("loop.parked", loop=loop.name, remedy="report this; syncd goes on without this loop until reloaded")
            return
        else:
            if absence is not None:
                log.info("source.back", loop=loop.name, away_s=round((clock() - absence.since).total_seconds()))
                absence = None
        if not stop.is_set():
            loop.wake.wait(pause.total_seconds())


def _asked(error: Exception) -> timedelta | None:
    match error:
        case Unavailable(retry_after=asked):
            return asked
        case Unauthorized() | Misconfigured():
            return LONGEST_PAUSE
        case _:
            return None


def _next(error: Exception) -> str:
    """Say what happens next."""
    match error:
        case Unauthorized():
            return "waits for an admin to renew the access; tried again every 5 minutes"
        case Misconfigured():
            return "waits for an admin to correct the configuration; tried again every 5 minutes"
        case BadAnswer():
            return "nothing of this page was saved; tried again with growing pauses"
        case _:
            return "tried again with growing pauses"
