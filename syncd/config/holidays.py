"""Holidays by country and region, or from an iCalendar file, as dates with their names.

They are listed for `YEARS`, as far as they are known, when the configuration is read, so that the rules, which know no files,
take them as a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings

from syncd.config.validation import did_you_mean

if TYPE_CHECKING:  # the libraries take a quarter of a second each, for which most commands need not wait
    from icalendar import Event

YEARS = range(2000, 2051)

_DAY = timedelta(days=1)


def by_law(country: str, region: str) -> dict[date, str]:
    """Return a country's public holidays, its region's too if one is named, in English. Raises: ValueError, with the remedy.

    >>> by_law("US", "NY")[date(2026, 11, 26)]
    'Thanksgiving Day'
    """
    import holidays

    regions = holidays.list_supported_countries().get(country)
    if regions is None:
        raise ValueError(
            f"no holidays of {country!r} are known; write a code of two letters such as US, ES or GB, or use 'file'"
        )
    if region and region not in regions:
        raise ValueError(f"no region {region!r} of {country}{did_you_mean(region, regions)}")
    with catch_warnings(action="ignore"):  # a country whose moon is not reckoned so far ahead has the years it has
        return dict(holidays.country_holidays(country, subdiv=region or None, years=YEARS, language="en_US"))


def from_file(path: Path) -> dict[date, str]:
    """Return the whole days that the events of an iCalendar file fill. Raises: ValueError, with the remedy."""
    from icalendar import Calendar

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8; save it as UTF-8") from error
    try:
        events = [event for calendar in Calendar.from_ical(text, multiple=True) for event in calendar.events]
        found = {day: name for event in events for day, name in _days(event)}
    except NotWholeDays as error:
        raise ValueError(f"{path.name}: {error} does not last whole days; a file of holidays holds only whole days") from error
    except ValueError as error:
        raise ValueError(f"{path.name} is not an iCalendar file (.ics)") from error
    if not found:
        raise ValueError(f"{path.name} holds no event")
    return found


def without(holidays: Mapping[date, str], names: Collection[str]) -> dict[date, str]:
    """Return *holidays* but those called by one of *names*, observed ones too. Raises: ValueError about an unknown name."""
    known = {part for name in holidays.values() for part in _names(name)}
    for name in names:
        if name.casefold() not in {one.casefold() for one in known}:
            raise ValueError(f"no holiday is called {name!r}{did_you_mean(name, sorted(known))}")
    refused = {name.casefold() for name in names}
    return {day: name for day, name in holidays.items() if not {one.casefold() for one in _names(name)} <= refused}


def _names(name: str) -> list[str]:
    """Return the names of the holidays that fall on one day: ``Labor Day; X (observed)``."""
    return [part.removesuffix(" (observed)").strip() for part in name.split(";")]


class NotWholeDays(Exception):
    """An event that begins or ends within a day."""


def _days(event: Event) -> Iterator[tuple[date, str]]:
    name = str(event.get("SUMMARY", "holiday"))
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start, end = _whole(event.start, name), _whole(event.end, name)
    length = max((end - start) // _DAY, 1)
    left_out = {_whole(day, name) for day in event.exdates}
    for first in _repeated(event, start):
        if first not in left_out:
            for days in range(length):
                yield first + timedelta(days=days), name


def _whole(at: date | datetime, name: str) -> date:
    if not isinstance(at, datetime):
        return at
    if at.time() != time():
        raise NotWholeDays(repr(name))
    return at.date()


def _repeated(event: Event, start: date) -> Iterator[date]:
    """Yield the first day of every repetition in `YEARS`."""
    from dateutil.rrule import rrulestr

    yield start
    for rule in event.rrules:
        repetitions = rrulestr(rule.to_ical().decode(), dtstart=datetime.combine(start, time()), ignoretz=True)
        for at in repetitions.between(datetime(YEARS.start, 1, 1), datetime(YEARS.stop, 1, 1)):  # noqa: DTZ001 - local dates
            yield at.date()
