"""Instants and dates as the org keeps them: texts in UTC that sort as time does, to the second as the vendor's do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

__all__ = ["bulk", "day", "moment", "moment_of", "parse_date", "parse_datetime", "shifted"]

_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?")


def moment(at: datetime) -> str:
    """Return *at* as the REST API writes it, cut to the second.

    >>> moment(datetime(2026, 11, 20, 8, 15, 2, 999, UTC))
    '2026-11-20T08:15:02.000+0000'
    """
    return at.astimezone(UTC).isoformat()[:19] + ".000+0000"


def day(on: date) -> str:
    """Return a date as the APIs write it."""
    return on.isoformat()[:10]


def moment_of(text: str) -> datetime:
    """Return the instant of a text that `moment` made."""
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)


def parse_datetime(text: str) -> str | None:
    """Return the `moment` of a date-time as clients write it, ``None`` if it is none. Without a zone it is UTC."""
    found = _DATETIME.fullmatch(text)
    if found is None:
        return None
    zone = (found[3] or "Z").replace("Z", "+00:00")
    try:
        return moment(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}"))
    except (ValueError, OverflowError):
        return None


def parse_date(text: str) -> str | None:
    """Return a date as the org keeps it, ``None`` if *text* is none; of a date-time its day."""
    if len(text) != 10:
        instant = parse_datetime(text)
        return None if instant is None else instant[:10]
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return None


def bulk(text: str) -> str:
    """Return a `moment` as Bulk API 2.0 writes it: with Z.

    Source: estuary/connectors PR#2519 (read 2026-11-21).
    """
    return text[:-5] + "Z"


def shifted(text: str, by: timedelta) -> str:
    """Return a `moment` that much later."""
    return moment(moment_of(text) + by)
