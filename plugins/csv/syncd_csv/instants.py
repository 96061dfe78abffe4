"""Reads the date and time forms that exports hold, without guessing.

Understood as they are: year first (ISO 8601 and its usual variations) and English month names. Everything in which day
and month could be confused, and counts of seconds, must be declared. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias
from zoneinfo import ZoneInfo

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Instants", "instants", "likely_forms", "pattern"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside are typing errors and placeholders such as 0001-01-01 or 9999-12-31."""

Instants: TypeAlias = Callable[[str], datetime | None]
"""Turns a cell into an instant in UTC; ``None`` if it cannot be read for certain."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?(?:\s*(?P<half>[ap]m))?"
_ZONE = r"\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?(?:\d{2})?)?"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_FORMS = tuple(
    re.compile(rf"(?:[a-z]{{3}}, *)?{date}(?:[t,]?\s*{_TIME}{_ZONE})?", re.IGNORECASE | re.ASCII)
    for date in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})[ -]{_NAME}[ -](?P<year>\d{{4}})",
        rf"{_NAME} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})",
    )
)
_DIRECTIVES = {
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short_year>\d{2})",
    "%m": r"(?P<month>\d{1,2})",
    "%b": _NAME,
    "%B": _NAME,
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})",
    "%I": r"(?P<hour>\d{1,2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>\d{2})",
    "%f": r"(?P<fraction>\d{1,9})",
    "%p": r"(?P<half>[ap]m)",
    "%z": _ZONE,
    "%%": "%",
}
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}


def pattern(form: str) -> re.Pattern[str]:
    """Compile a declared date form, written with the directives of ``strptime``.

    Raises: ValueError for an unknown directive and for a form without year, month or day.
    """
    parts = re.split(r"(%.)", form.strip())
    unknown = [part for part in parts if part.startswith("%") and part not in _DIRECTIVES]
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not known in a date form; known are {" ".join(_DIRECTIVES)}')
    source = "".join(_DIRECTIVES.get(part) or re.escape(part) for part in parts)
    names = re.findall(r"\(\?P<(\w+)>", source)
    has_day = "day" in names and ("month" in names or "name" in names) and ("year" in names or "short_year" in names)
    if not has_day or len(names) != len(set(names)):
        raise ValueError("a date form names year, month and day once each, for example %d.%m.%Y %H:%M")
    return re.compile(source, re.IGNORECASE | re.ASCII)


def instants(forms: Sequence[str], zone: str) -> Instants:
    """Return the reader of a column whose *forms* are declared; times without an offset are local to *zone*.

    >>> instants(["%d-%m-%Y %H:%M"], "Europe/Paris")("12-04-2022 09:30")
    datetime.datetime(2022, 4, 12, 7, 30, tzinfo=datetime.timezone.utc)
    """
    declared = tuple(pattern(form) for form in forms if form not in _EPOCHS)
    units = [_EPOCHS[form] for form in forms if form in _EPOCHS]
    local = UTC if zone == "UTC" else ZoneInfo(zone)

    def read(cell: str) -> datetime | None:
        text = cell.strip()
        if text[4:5] == "-" and not declared:
            try:
                return _in_utc(datetime.fromisoformat(text), local)
            except ValueError:
                pass  # a form that only resembles ISO 8601, such as 2020-12-30 3:15:52
        if units and text.isdecimal() and text.isascii():
            return _counted(int(text) * units[0])
        for form in (*declared, *_FORMS):
            match = form.fullmatch(text)
            if match is not None:
                return _composed(match.groupdict(), local)
        return None

    return read


def likely_forms(values: Iterable[str]) -> tuple[str, ...]:
    """Return the forms of which each reads all *values*: several if day and month may be either, to be asked about.

    >>> likely_forms(["03/12/2024 9:14 AM", "03/25/2024 1:00 PM"])
    ('%m/%d/%Y %I:%M %p',)
    """
    texts = [value for value in values if value.strip()]
    readers = ((form, instants([form], "UTC")) for form in _CANDIDATES)
    forms = tuple(form for form, read in readers if texts and all(read(text) for text in texts))
    return forms[:1] if forms[:1] == ("epoch_s",) else forms  # as milliseconds the same numbers lie in January 1970


_CANDIDATES = (
    *(
        f"{first}{mark}{second}{mark}{year}{time}"
        for mark in "-/."
        for first, second in (("%d", "%m"), ("%m", "%d"))
        for year in ("%Y", "%y")
        for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    ),
    "epoch_s",
    "epoch_ms",
)


def _composed(parts: dict[str, str | None], local: timezone | ZoneInfo) -> datetime | None:
    """Put the named parts of a date together; 24:00 is the next midnight, second 60 the begin of the next minute."""
    month = _month(parts.get("month"), parts.get("name"))
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = parts.get("half")
    if month is None or minute > 59 or second > 60 or hour > 24 or (hour == 24 and minute + second > 0):
        return None
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    fraction = (parts.get("fraction") or "").ljust(6, "0")[:6]
    try:
        day = datetime(_year(parts), month, int(parts["day"] or 0), tzinfo=_offset(parts.get("zone")))
        moment = day + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(fraction))
        return _in_utc(moment, local)
    except (ValueError, OverflowError):
        return None


def _month(number: str | None, name: str | None) -> int | None:
    if number:
        return int(number)
    short = (name or "")[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _year(parts: dict[str, str | None]) -> int:
    """Two digits mean 1969 to 2068, as in POSIX."""
    short = parts.get("short_year")
    if short is None:
        return int(parts["year"] or 0)
    return int(short) + (1900 if int(short) >= 69 else 2000)


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    if zone.isalpha():
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone.startswith("-") else offset)


def _counted(microseconds: int) -> datetime | None:
    try:
        return _in_utc(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds), UTC)
    except OverflowError:
        return None


def _in_utc(moment: datetime, local: timezone | ZoneInfo) -> datetime | None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=local)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
