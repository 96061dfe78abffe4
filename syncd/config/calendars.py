"""The section ``time`` of ``agreement.yaml``: zones, business calendars, and from when on alarms are meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from syncd.agreement.calendars import Calendar, Hours, Week, longest_day, parsed
from syncd.agreement.counting import micros, micros_of
from syncd.agreement.policies import TimeTerms
from syncd.config.holidays import by_law, from_file, without
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.validation import Strict
from syncd.spi import Duration

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)

_SHORT = [name[:3] for name in WEEKDAYS]
_ALL_DAY = {"mon-sun": ["00:00-24:00"]}


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("is not a time zone; write for example Europe/Madrid or UTC")
    ZoneInfo(text)
    return text


def _hours(value: object) -> object:
    if value == "always":
        return _ALL_DAY
    if isinstance(value, dict):
        return value
    raise ValueError("is not a week; write for example {mon-fri: [09:00-14:00, 15:00-18:00]}, or the word always")


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("is not an instant; write for example 2026-12-01T00:00:00Z, with its offset or Z")
    return at


Instant: TypeAlias = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]
WeekTerms: TypeAlias = Annotated[
    dict[str, list[str]],
    BeforeValidator(_hours),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "always"},
                {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            ]
        }
    ),
]


class HolidayTerms(Strict):
    """The days a calendar is closed; what is said here adds up, 'except' then takes away."""

    country: str | None = Field(None, description="A country's public holidays, by its code of two letters, for example US.")
    region: str = Field("", description="Also those of a state or region, by its code, for example NY.")
    file: str | None = Field(None, description="An iCalendar file (.ics), relative to this folder.")
    days: dict[str, str] = Field(default_factory=dict, description="Single days: date to name.")
    open_on: list[str] = Field(default_factory=list, alias="except", description="Names of holidays on which it is open.")


class CalendarTerms(Strict):
    """When an office is open."""

    tz: Zone = Field(description="The zone whose clocks its hours are told by.")
    hours: WeekTerms = Field(description="Weekdays to openings, for example {mon-fri: [09:00-17:00]}, or always.")
    holidays: HolidayTerms = HolidayTerms()
    special: dict[str, list[str]] = Field(
        default_factory=dict, description="Dates with hours of their own, holidays or not; [] is closed."
    )


class Time(Strict):
    """How local dates and business hours are told."""

    reporting_tz: Zone = Field(
        "UTC", description="The zone of 'within last N dates', 'one_per: day', dates in fields, weeks and months."
    )
    week_starts: Weekday = Field("monday", description="The first day of a week in figures.")
    fiscal_year_starts: int = Field(1, ge=1, le=12, description="The month a fiscal year begins with.")
    go_live: Instant | None = Field(
        None, description="What was due before this instant is measured, but nobody is told and nothing is written about it."
    )
    max_alert_age: Duration = Field(
        timedelta(hours=24), description="After an outage, alerts older than this go into the digest instead."
    )
    calendars: dict[str, CalendarTerms] = Field(default_factory=dict, description="Business calendars by name.")


def times(terms: Time, document: Document, folder: Path) -> tuple[TimeTerms, list[ConfigProblem]]:
    """Compile the section with its calendars, and every problem; *folder* is where holiday files are looked for."""
    problems = list[ConfigProblem]()
    return (
        TimeTerms(
            zone=terms.reporting_tz,
            week_starts=WEEKDAYS.index(terms.week_starts),
            fiscal_year_starts=terms.fiscal_year_starts,
            go_live=micros_of(terms.go_live) if terms.go_live else None,
            max_alert_age=micros(terms.max_alert_age),
            calendars={name: _calendar(name, one, document, folder, problems) for name, one in terms.calendars.items()},
        ),
        problems,
    )


def weekdays(text: str) -> list[int]:
    """Read ``mon-fri``, ``sun-thu`` or ``mon,wed,fri`` as numbers, Monday 0. Raises: ValueError, with the remedy.

    >>> weekdays("mon, fri-sun")
    [0, 4, 5, 6]
    """
    days = list[int]()
    for part in text.lower().split(","):
        match = re.fullmatch(rf"({'|'.join(_SHORT)})(?:-({'|'.join(_SHORT)}))?", part.strip())
        if not match:
            raise ValueError("is not a weekday; write for example mon-fri, sat or mon,wed,fri")
        first, last = _SHORT.index(match[1]), _SHORT.index(match[2] or match[1])
        days += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return days


def _calendar(name: str, terms: CalendarTerms, document: Document, folder: Path, problems: list[ConfigProblem]) -> Calendar:
    at: Path_ = ("time", "calendars", name)
    week = _week(terms.hours, (*at, "hours"), document, problems)
    holidays = _holidays(terms.holidays, (*at, "holidays"), document, folder, problems)
    special = dict[date, tuple[Hours, ...]]()
    for text, openings in terms.special.items():
        try:
            special[_date(text)] = parsed(*openings)
        except ValueError as error:
            problems.append(document.wrong((*at, "special", text), str(error)))
    calendar = Calendar(name=name, zone=terms.tz, week=week, holidays=holidays, special=special)
    if longest_day(calendar) == 0 and not problems:
        problems.append(document.wrong((*at, "hours"), "is never open; write for example {mon-fri: [09:00-17:00]}"))
    if terms.hours == _ALL_DAY and not holidays and not special:
        return Calendar(name=name, zone=terms.tz, week=week, always=True)
    return calendar


def _week(terms: Mapping[str, list[str]], at: Path_, document: Document, problems: list[ConfigProblem]) -> Week:
    week = dict[int, tuple[Hours, ...]]()
    for text, openings in terms.items():
        try:
            days, hours = weekdays(text), parsed(*openings)
        except ValueError as error:
            problems.append(document.wrong((*at, text), str(error)))
            continue
        if twice := [_SHORT[day] for day in days if day in week]:
            problems.append(document.wrong((*at, text), f"{', '.join(twice)} has hours already"))
        week.update(dict.fromkeys(days, hours))
    return tuple(week.get(day, ()) for day in range(7))


def _holidays(
    terms: HolidayTerms, at: Path_, document: Document, folder: Path, problems: list[ConfigProblem]
) -> dict[date, str]:
    found = dict[date, str]()
    try:
        if terms.country is not None:
            found |= by_law(terms.country, terms.region)
        elif terms.region:
            problems.append(document.wrong((*at, "region"), "goes with 'country'"))
    except ValueError as error:
        problems.append(document.wrong((*at, "country"), str(error)))
    try:
        if terms.file is not None:
            found |= from_file(folder / terms.file)
    except ValueError as error:
        problems.append(document.wrong((*at, "file"), str(error)))
    for text, name in terms.days.items():
        try:
            found[_date(text)] = name
        except ValueError as error:
            problems.append(document.wrong((*at, "days", text), str(error)))
    if not found and (terms.country or terms.file):
        return found  # that it could not be read is said already
    try:
        return without(found, terms.open_on)
    except ValueError as error:
        problems.append(document.wrong((*at, "except"), str(error)))
        return found


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write for example 2026-11-27") from None
