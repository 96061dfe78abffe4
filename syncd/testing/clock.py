"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """An aware UTC instant. Pass its `now` wherever a clock is wanted.

    >>> clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    >>> clock.advance(timedelta(minutes=90))
    >>> clock.now().isoformat()
    '2026-11-21T10:30:00+00:00'
    """

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)

    def now(self) -> datetime:
        """Return the instant it is."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let *by* pass. Raises: ValueError if it is negative."""
        if by < timedelta(0):
            raise ValueError(f"time does not pass backward: {by}; use set for a clock that is put back")
        self._now += by

    def set(self, instant: datetime) -> None:
        """Put the clock to *instant*, be it before now: real clocks are put back too. Raises: ValueError if it is naive."""
        self._now = _utc(instant)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; write tzinfo=UTC")
    return instant.astimezone(UTC)
