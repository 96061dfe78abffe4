"""Dates and instants: no guessing of order, unit or zone.

A date is a day on a calendar and stays that day as written: it never passes through an instant, so no zone can move it.
An instant is UTC text with ``Z``, and has microseconds only if there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncd.mapping.amounts import exact
from syncd.mapping.characters import plain
from syncd.mapping.reading import Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.model import Golden, Problem, Raw

_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}  # microseconds of one unit
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FARTHEST = 2**53  # microseconds before or after 1970: more than the years below, less than a timedelta holds
_YEARS = range(1900, 2101)
_PROBE = datetime(2026, 11, 20, 13, tzinfo=UTC)

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?"
_OFFSET = r"(?P<offset>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})(?P<by>[-/.])(?P<month>\d{{1,2}})(?P=by)(?P<day>\d{{1,2}})(?:[T ]{_TIME} ?{_OFFSET}?)?",
    re.ASCII | re.IGNORECASE,
)
_NUMERIC = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_HAS_YEAR = re.compile(r"%[YyGcx]")
_BY_CUSTOM = re.compile(r"\d{1,2}([-/. ])\d{1,2}\1\d{2,4}(?:\D.*)?", re.ASCII | re.DOTALL)

_WHATS = {
    "ambiguous": "Only a rule tells day and month apart here; declare the format, such as %d/%m/%Y or %m/%d/%Y.",
    "impossible": "There is no such day or time of day; correct it in the source.",
    "no_time": "A day without a time of day is no instant; map the field as date.",
    "no_zone": "A time without an offset from UTC; declare the zone of this connection, such as Europe/Madrid.",
    "not_a_day": "An instant other than midnight UTC, whose day depends on the zone; map the field as datetime.",
    "not_readable": "Not written as 2026-11-20 or 2026-11-20T10:00:00Z; declare the format that this source writes.",
    "not_writable": "In the first declared format this reads back as another day; declare one with four-digit years first.",
    "out_of_range": "The year is not from 1900 to 2100; correct it in the source, or the declared unit (epoch_s, epoch_ms).",
    "unit_unknown": "A bare number is no time; declare as the format what it counts: epoch_s, epoch_ms, epoch_us, or %Y%m%d.",
}


class _Stamp(NamedTuple):
    """A time as written: the day that is read there, if it is a day's, and the instant, if there is a time of day."""

    day: date | None
    at: datetime | None


def date_reader(reading: Reading) -> Reader:
    """Return what reads a date as ``YYYY-MM-DD``; of an instant, the day that is written there.

    >>> read = date_reader(Reading(type="date"))
    >>> read("2026-11-20T23:30:00-05:00"), read("03/04/2026").code, read("2026-02-30").code
    ('2026-11-20', 'date.ambiguous', 'date.impossible')
    """

    def read(value: Scalar) -> Golden | Unfit:
        stamp = _stamp(value, reading)
        if isinstance(stamp, Unfit):
            return stamp
        if stamp.day is None:
            return _unfit(reading, "not_a_day")
        return stamp.day.isoformat() if stamp.day.year in _YEARS else _unfit(reading, "out_of_range")

    return read


def date_writer(reading: Reading) -> Writer:
    """Return what writes a date: in the first declared format, else as ISO text."""
    first = (*reading.formats, "%Y-%m-%d")[0]
    read = date_reader(reading)

    def write(golden: Golden) -> Raw | Unfit:
        midnight = _parsed(golden)
        if midnight is None or midnight.year not in _YEARS or midnight.date().isoformat() != golden:
            return not_normal("date")
        written = _in_format(midnight, first)
        return written if read(written) == golden else _unfit(reading, "not_writable")

    return write


def datetime_reader(reading: Reading) -> Reader:
    """Return what reads an instant as UTC text.

    Of the two instants that a clock shows when it is put back, the first; 24:00 is the next day, and a leap second the next
    second. Digits beyond microseconds are cut.

    >>> read = datetime_reader(Reading(type="datetime", zone="Europe/Madrid"))
    >>> read("2026-11-20 10:00"), read("2026-11-20T10:00:00.250+0000"), read("2026-11-20").code
    ('2026-11-20T09:00:00Z', '2026-11-20T10:00:00.250000Z', 'datetime.no_time')
    """
    zone = ZoneInfo(reading.zone) if reading.zone else None

    def read(value: Scalar) -> Golden | Unfit:
        stamp = _stamp(value, reading)
        if isinstance(stamp, Unfit):
            return stamp
        at = stamp.at
        if at is None:
            return _unfit(reading, "no_time")
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone)
        if at.tzinfo is None:
            return _unfit(reading, "no_zone")
        return _iso(at) if at.year in _YEARS and at.astimezone(UTC).year in _YEARS else _unfit(reading, "out_of_range")

    return read


def datetime_writer(reading: Reading) -> Writer:
    """Return what writes an instant: in the first declared format and the declared zone, else as ISO text in UTC.

    What the format has no room for, such as seconds, is cut.
    """
    zone = ZoneInfo(reading.zone or "UTC")
    read = datetime_reader(reading)

    def write(golden: Golden) -> Raw | Unfit:
        at = _parsed(golden)
        if at is None or at.year not in _YEARS or _iso(at) != golden:
            return not_normal("datetime")
        written = _in_format(at.astimezone(zone), reading.formats[0]) if reading.formats else golden
        return written if str(read(written))[:10] == str(golden)[:10] else _unfit(reading, "not_writable")

    return write


def time_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with zone and formats: a format must keep the day, and of an instant the hour and the zone."""
    try:
        ZoneInfo(reading.zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f"no time zone {reading.zone!r}; write an IANA name such as Europe/Madrid"
        yield Problem(where="zone", what=what, code="reading.zone")
    for pattern in reading.formats:
        if pattern not in _UNITS and (what := _fault(pattern, reading)):
            yield Problem(where="formats", what=f"{pattern!r} {what}", code="reading.formats")


def _fault(pattern: str, reading: Reading) -> str:
    back = _by_pattern(_PROBE.strftime(pattern), pattern) if _HAS_YEAR.search(pattern) else None
    if back is None or back.date() != _PROBE.date():
        return "is no strptime format of a whole date, such as %d/%m/%Y, and none of epoch_s, epoch_ms, epoch_us"
    if reading.type == "datetime" and back.hour != _PROBE.hour:
        return "has no hour of the day, such as %H:%M; map the field as date"
    if reading.type == "datetime" and back.tzinfo is None and not reading.zone:
        return "has no offset %z, so the zone must be declared too"
    return ""


def _stamp(value: Scalar, reading: Reading) -> _Stamp | Unfit:
    unit = next((_UNITS[name] for name in reading.formats if name in _UNITS), 0)
    text = plain(value) if isinstance(value, str) else ""
    if unit and not isinstance(value, bool) and (not isinstance(value, str) or _NUMERIC.fullmatch(text)):
        return _since_epoch(Decimal(text) if isinstance(value, str) else value, unit) or _unfit(reading, "out_of_range")
    if not isinstance(value, str):
        return _unfit(reading, "not_readable" if isinstance(value, bool) else "unit_unknown")
    for pattern in reading.formats:
        if pattern not in _UNITS and (at := _by_pattern(text, pattern)):
            return _Stamp(at.date(), at)
    match = _ISO.fullmatch(text)
    if match is None:
        return _unfit(reading, _why_unreadable(text))
    return _from_iso(match) or _unfit(reading, "impossible")


def _since_epoch(ticks: int | Decimal, unit: int) -> _Stamp | None:
    amount = exact(ticks)
    if amount is None or not -_FARTHEST < (microseconds := int(amount * unit)) < _FARTHEST:
        return None
    at = _EPOCH + microseconds * _MICROSECOND
    return _Stamp(at.date() if at == at.replace(hour=0, minute=0, second=0, microsecond=0) else None, at)


def _by_pattern(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is declared and added by the caller
    except (ValueError, re.error):
        return None


def _from_iso(match: re.Match[str]) -> _Stamp | None:
    try:
        day = date(*map(int, match.group("year", "month", "day")))
        return _Stamp(day, None if match["hour"] is None else _at(day, match))
    except (ValueError, OverflowError):
        return None


def _at(day: date, match: re.Match[str]) -> datetime:
    """Return the instant, naive if no offset is written; 24:00 and a leap second are the moment after. Raises: ValueError."""
    hour, minute, second = (int(part or 0) for part in match.group("hour", "minute", "second"))
    micro = int((match["fraction"] or "").ljust(6, "0")[:6])
    late = timedelta()
    if (hour, minute, second, micro) == (24, 0, 0, 0):
        hour, late = 0, timedelta(days=1)
    elif (minute, second) == (59, 60):
        second, late = 59, timedelta(seconds=1)
    return datetime(day.year, day.month, day.day, hour, minute, second, micro, _offset(match["offset"])) + late


def _offset(written: str | None) -> timezone | None:
    if written is None:
        return None
    if not written.startswith(("+", "-")):
        return UTC
    hours, minutes = int(written[1:3]), int(written[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError("no such offset")
    east = timedelta(hours=hours, minutes=minutes)
    return timezone(east if written[0] == "+" else -east)


def _why_unreadable(text: str) -> str:
    if _NUMERIC.fullmatch(text):
        return "unit_unknown"
    return "ambiguous" if _BY_CUSTOM.fullmatch(text) else "not_readable"


def _parsed(golden: Golden) -> datetime | None:
    try:
        at = datetime.fromisoformat(golden) if isinstance(golden, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _in_format(at: datetime, pattern: str) -> str | int:
    if unit := _UNITS.get(pattern):
        return (at - _EPOCH) // _MICROSECOND // unit
    return at.strftime(pattern)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _unfit(reading: Reading, why: str) -> Unfit:
    return Unfit(code=f"{reading.type}.{why}", what=_WHATS[why])
