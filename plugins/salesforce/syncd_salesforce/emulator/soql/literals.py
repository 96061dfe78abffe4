"""Date literals: what TODAY and LAST_N_DAYS:3 mean to a user at an instant, as a range of days.

Source: developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta, page "Date Formats and Date Literals" (from memory).
Weeks begin on Sunday, the fiscal year is the calendar year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd_salesforce.emulator.instants import moment

__all__ = ["COUNTED", "PLAIN", "days", "instants"]

_UNITS = ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
PLAIN = frozenset(
    {"TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"}
    | {f"{which}_{unit}" for which in ("LAST", "THIS", "NEXT") for unit in _UNITS}
)
COUNTED = frozenset(
    {f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in ("DAY", *_UNITS)}
    | {f"N_{unit}S_AGO" for unit in ("DAY", *_UNITS)}
)


def days(name: str, count: int | None, today: date) -> tuple[date, date]:
    """Return the first day and the day after the last.

    >>> days("LAST_N_DAYS", 3, date(2026, 11, 21))
    (datetime.date(2026, 11, 18), datetime.date(2026, 11, 22))
    """
    if count is None:
        return _plain(name, today)
    unit = name.replace("LAST_N_", "").replace("NEXT_N_", "").replace("N_", "", 1).removesuffix("_AGO").removesuffix("S")
    if name.endswith("_AGO"):
        return _unit(unit, today, -count), _unit(unit, today, 1 - count)
    if name.startswith("NEXT"):
        return _unit(unit, today, 1), _unit(unit, today, count + 1)
    # LAST_N_DAYS includes today, the other units end before the present one.
    return _unit(unit, today, -count), _unit(unit, today, 1 if unit == "DAY" else 0)


def instants(name: str, count: int | None, *, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Return the range as `moment` texts: days begin at midnight where the user is."""
    first, behind = days(name, count, now.astimezone(zone).date())
    return _midnight(first, zone), _midnight(behind, zone)


def _midnight(on: date, zone: ZoneInfo) -> str:
    return moment(datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC))


def _plain(name: str, today: date) -> tuple[date, date]:
    one = timedelta(days=1)
    match name:
        case "TODAY":
            return today, today + one
        case "YESTERDAY":
            return today - one, today
        case "TOMORROW":
            return today + one, today + 2 * one
        case "LAST_90_DAYS":
            return today - 90 * one, today + one
        case "NEXT_90_DAYS":
            return today + one, today + 91 * one
    which, _, unit = name.partition("_")
    step = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
    return _unit(unit, today, step), _unit(unit, today, step + 1)


def _unit(unit: str, today: date, step: int) -> date:
    """Return the first day of the unit that is *step* units from the present one."""
    match unit.removeprefix("FISCAL_"):
        case "DAY":
            return today + timedelta(days=step)
        case "WEEK":
            return today - timedelta(days=today.isoweekday() % 7) + timedelta(weeks=step)
        case "MONTH":
            return _month(today.year, today.month - 1 + step)
        case "QUARTER":
            return _month(today.year, (today.month - 1) // 3 * 3 + 3 * step)
    return date(today.year + step, 1, 1)


def _month(year: int, index: int) -> date:
    return date(year + index // 12, index % 12 + 1, 1)
