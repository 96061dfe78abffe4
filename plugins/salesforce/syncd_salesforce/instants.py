"""Times as Salesforce writes them: whole seconds, UTC, in three forms. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["floor_second", "instant", "written"]


def instant(text: str) -> datetime:
    """Return the instant that *text* names. Raises: ValueError if it names none, or in no zone.

    REST writes ``+0000``, Bulk API 2.0 ``Z``: bulk_api_2_0 guide, "Valid Date Format in Records" (read 2026-11-21).

    >>> instant("2026-11-20T08:15:02.000+0000") == instant("2026-11-20T08:15:02.000Z")
    True
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone is no instant")
    return at.astimezone(UTC)


def written(at: datetime) -> str:
    """Return *at* as SOQL, getDeleted and mappings read it; fractions only if there are any.

    >>> written(datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC))
    '2026-11-20T08:15:02Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def floor_second(at: datetime) -> datetime:
    """Cut fractions: SystemModstamp has none."""
    return at.replace(microsecond=0)
