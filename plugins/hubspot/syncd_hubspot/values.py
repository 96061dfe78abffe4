"""How HubSpot writes values: everything is text, instants come in several forms, and empty text empties a property. Pure.

Source: developers.hubspot.com/docs, properties guide (read 2026-11-21).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from syncd.spi import Golden

__all__ = ["instant", "iso", "millis", "written"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
# Milliseconds also as "1672531200000.0": github.com/airbytehq/airbyte/pull/60962 (read 2026-11-21)
_MILLIS = re.compile(r"-?[0-9]{1,14}(?:\.0+)?").fullmatch


def instant(value: object) -> datetime | None:
    """Return the instant that *value* says, ``None`` if it says none between 1900 and 2100.

    >>> instant("1763628600000") == instant("2025-11-20T08:50:00Z")
    True
    >>> instant("soon") is None
    True
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    try:
        at = _EPOCH + timedelta(milliseconds=int(float(value))) if _MILLIS(value) else datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at < _LATEST else None


def millis(at: datetime) -> int:
    """Return *at* in milliseconds, which is as fine as HubSpot's clock goes."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def iso(at_ms: int) -> str:
    """Return an instant in milliseconds as text.

    >>> iso(1763628600000)
    '2025-11-20T08:50:00.000Z'
    """
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def written(value: Golden | None) -> str:
    """Return the text that stores *value*; nothing empties the property, since ``null`` is refused.

    >>> written(True), written(("a", "b")), written(None), written(Decimal("12.50"))
    ('true', 'a;b', '', '12.50')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return ";".join(value)
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case str():
            return value
