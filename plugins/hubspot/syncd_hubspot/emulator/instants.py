"""Instants as HubSpot writes and reads them: epoch milliseconds inside, ISO 8601 with milliseconds outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms(at: datetime) -> int:
    """Return *at* as epoch milliseconds."""
    return (at - _EPOCH) // _MS


@lru_cache(maxsize=1 << 17)
def iso(at: int) -> str:
    """Write an instant.

    >>> iso(1_763_628_600_117)
    '2025-11-20T08:50:00.117Z'
    """
    seconds, rest = divmod(at, 1000)
    return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]}.{rest:03d}Z"


@lru_cache(maxsize=1 << 17)
def instant(text: str) -> int | None:
    """Read ISO 8601 (a date is midnight UTC, no zone is UTC) or epoch milliseconds; None if it is neither.

    >>> instant("2025-11-20T08:50:00.117Z") == instant("1763628600117")
    True
    """
    body = text.strip()
    if body.lstrip("-").isascii() and body.lstrip("-").isdigit():
        number = int(body) if len(body) < 16 else None
        return number if number is not None and abs(number) < 253_402_300_800_000 else None
    try:
        at = datetime.fromisoformat(body)
    except ValueError:
        return None
    try:
        return ms(at if at.tzinfo else at.replace(tzinfo=UTC))
    except OverflowError:
        return None


def day(text: str) -> str | None:
    """Read a date: written out, or milliseconds at midnight UTC and no other hour; None if it is neither.

    >>> day("1763596800000"), day("1763628600000")
    ('2025-11-20', None)
    """
    at = instant(text)
    if at is None or at % DAY:
        return None
    return (date(1970, 1, 1) + timedelta(days=at // DAY)).isoformat()
