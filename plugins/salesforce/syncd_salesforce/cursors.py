"""What a cursor of Salesforce says: how far an object was read, and what is under way. Pure.

It holds everything that is needed to go on in another process without a cache: the window that was chosen, the last row that
was saved, the vendor's locator or job. Whoever loses a locator goes on behind the last row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

__all__ = ["Job", "Listed", "Phase", "Reading", "State", "decoded", "encoded", "narrowed"]

_BEGINNING = datetime(1999, 3, 8, tzinfo=UTC)  # Salesforce's; no record is older

Phase: TypeAlias = Literal["window", "deleted", "refresh", "sweep"]
"""The pieces of work of one cycle, in order."""

Listed: TypeAlias = Literal["window", "refresh", "sweep", "shown"]
"""What is listed; behind a sweep comes whom it saw and nobody knew."""


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Bulk API 2.0 query: where its next page begins, how many rows of how many came. ``polls`` counts looks at it.

    Its results are read with the ``version`` that made it: any other is answered 409.
    """

    id: str
    version: str
    begun_at: datetime
    locator: str = ""
    rows: int = 0
    total: int = -1
    polls: int = 0

    @property
    def is_ready(self) -> bool:
        """Tell whether its results can be read."""
        return self.total >= 0


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A listing under way: rows of [lo, hi), all that live for a refresh or a sweep, or whom the sweep of ``hi`` showed.

    ``next`` is the locator of REST, ``last_at`` and ``last_id`` the last row that was read. ``tries`` counts Bulk jobs that
    failed; ``rest_only`` is set once Bulk refused the object.
    """

    phase: Listed
    hi: datetime
    lo: datetime | None = None
    next: str = ""
    last_at: datetime | None = None
    last_id: str = ""
    job: Job | None = None
    tries: int = 0
    rest_only: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far an object was read.

    ``to``: all that changed before it has been read. ``deleted_to``: all deletions before it are known. ``refreshed_at`` and
    ``swept_at``: when what bumps no date was last read in full. ``hidden``: the wanted fields that could not be seen.
    ``todo``: what is left of this cycle behind ``reading``.
    """

    format: Literal[1]
    to: datetime | None = None
    deleted_to: datetime | None = None
    refreshed_at: datetime | None = None
    swept_at: datetime | None = None
    hidden: tuple[str, ...] = ()
    todo: tuple[Phase, ...] = ()
    reading: Reading | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether a cycle is under way."""
        return self.reading is not None or bool(self.todo)


def encoded(state: State) -> str:
    """Return *state* as compact JSON without what is empty.

    >>> encoded(State(format=1, todo=("deleted",)))
    '{"format":1,"todo":["deleted"]}'
    """
    return msgspec.json.encode(state).decode()


def decoded(text: str | None) -> State:
    """Return the state that *text* stands for; one that is not ours begins anew.

    That costs time and no changes; deletions since the last look at the log are found by the sweep, while its list is there.
    """
    if text is None:
        return State(format=1)
    try:
        return msgspec.json.decode(text, type=State)
    except msgspec.DecodeError:
        return State(format=1)


def narrowed(state: State, reading: Reading) -> Reading | None:
    """Return the first half of a window that is too large; ``None`` if it cannot be halved."""
    if reading.phase != "window" or reading.job is not None:
        return None
    lo = reading.lo or _BEGINNING
    half = (lo + (reading.hi - lo) / 2).replace(microsecond=0)
    # A window begins an overlap before `state.to`: a half that ended there would get no further, and come again for ever.
    hi = max(half, (state.to or lo) + timedelta(seconds=1))
    return Reading(phase="window", lo=lo, hi=hi) if hi < reading.hi else None
