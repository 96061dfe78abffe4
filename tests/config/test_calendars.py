"""The section ``time``: calendars, holidays by law and by file, and every mistake with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from syncd.agreement.calendars import ALWAYS, parsed
from syncd.agreement.counting import micros
from syncd.agreement.language import duration
from syncd.agreement.policies import TimeTerms
from syncd.config import ConfigInvalid, load
from tests.agreement.build import at
from tests.agreement.calendars import weekdays
from tests.config.build import AGREEMENT, SPECS, write

TIME = """\
time:
  reporting_tz: Europe/Madrid
  week_starts: sunday
  fiscal_year_starts: 4
  go_live: "2026-12-01T00:00:00+01:00"
  max_alert_age: 12h
  calendars:
    ny:
      tz: America/New_York
      hours: {mon-fri: [09:00-17:00]}
      holidays: {country: US, region: NY, except: [columbus day]}
      special: {"2026-11-27": [09:00-13:00]}
    madrid:
      tz: Europe/Madrid
      hours: {"mon-thu": [09:00-14:00, 15:00-18:00], fri: [09:00-15:00]}
      holidays: {file: holidays/es.ics, days: {"2026-12-24": Christmas Eve}}
    cairo: {tz: Africa/Cairo, hours: {sun-thu: [10:00-18:00]}}
    always: {tz: UTC, hours: always}
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//holidays//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261207
DTEND;VALUE=DATE:20261209
SUMMARY:Constitution bridge
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20200501
SUMMARY:Labor Day
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20270501
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20261111
SUMMARY:Moved
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def loaded(folder: Path, time: str = TIME, ics: str = ICS) -> TimeTerms:
    write(folder, agreement=AGREEMENT + time)
    (folder / "holidays").mkdir(exist_ok=True)
    (folder / "holidays" / "es.ics").write_text(ics, encoding="utf-8")
    return load(folder, SPECS).time


def problems(folder: Path, time: str = TIME, ics: str = ICS) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(folder, time, ics)
    return [str(problem) for problem in caught.value.problems]


def test_the_section_is_compiled(tmp_path: Path) -> None:
    time = loaded(tmp_path)

    assert (time.zone, time.week_starts, time.fiscal_year_starts) == ("Europe/Madrid", 6, 4)
    assert (time.go_live, time.max_alert_age) == (at("2026-11-30T23:00"), micros(duration("12h")))
    assert time.calendars["ny"].week == weekdays("09:00-17:00")
    assert time.calendars["ny"].special == {date(2026, 11, 27): parsed("09:00-13:00")}
    assert time.calendars["madrid"].week[3:5] == (parsed("09:00-14:00", "15:00-18:00"), parsed("09:00-15:00"))
    assert [bool(day) for day in time.calendars["cairo"].week] == [True, True, True, True, False, False, True]
    assert time.calendars["always"] == ALWAYS


def test_without_the_section_there_are_no_calendars(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == TimeTerms()


def test_holidays_by_law_know_their_names_and_exceptions(tmp_path: Path) -> None:
    holidays = loaded(tmp_path).calendars["ny"].holidays

    assert holidays[date(2026, 11, 26)] == "Thanksgiving Day"
    assert holidays[date(2026, 2, 12)] == "Lincoln's Birthday"  # in New York only
    assert date(2026, 10, 12) not in holidays  # Columbus Day, excepted
    assert holidays[date(2026, 7, 3)] == "Independence Day (observed)"


def test_a_country_may_be_known_for_fewer_years(tmp_path: Path) -> None:
    """India's moon is reckoned up to 2035; a warning would fail this test."""
    time = 'time: {calendars: {in: {tz: Asia/Kolkata, hours: {mon-fri: ["10:00-19:00"]}, holidays: {country: IN}}}}\n'

    assert date(2026, 1, 26) in loaded(tmp_path, time).calendars["in"].holidays  # Republic Day


def test_holidays_from_a_file_last_repeat_and_are_left_out(tmp_path: Path) -> None:
    holidays = loaded(tmp_path).calendars["madrid"].holidays

    assert holidays[date(2026, 12, 7)] == holidays[date(2026, 12, 8)] == "Constitution bridge"
    assert date(2026, 12, 9) not in holidays
    assert holidays[date(2026, 5, 1)] == holidays[date(2050, 5, 1)] == "Labor Day"
    assert date(2027, 5, 1) not in holidays  # EXDATE
    assert date(2026, 11, 11) not in holidays  # canceled
    assert holidays[date(2026, 12, 24)] == "Christmas Eve"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        pytest.param(
            "tz: America/New_York",
            "tz: New_York",
            "19: time.calendars.ny.tz: is not a time zone; write for example Europe/Madrid or UTC",
            id="a zone",
        ),
        pytest.param(
            "hours: always",
            "hours: allways",
            "28: time.calendars.always.hours: is not a week; "
            "write for example {mon-fri: [09:00-14:00, 15:00-18:00]}, or the word always",
            id="no week",
        ),
        pytest.param(
            "{mon-fri: [09:00-17:00]}",
            "{mo-fr: [09:00-17:00]}",
            "20: time.calendars.ny.hours.mo-fr: is not a weekday; write for example mon-fri, sat or mon,wed,fri",
            id="a weekday",
        ),
        pytest.param(
            "fri: [09:00-15:00]",
            "thu: [09:00-15:00]",
            "25: time.calendars.madrid.hours.thu: thu has hours already",
            id="a weekday twice",
        ),
        pytest.param(
            "15:00-18:00",
            "13:00-18:00",
            "25: time.calendars.madrid.hours.mon-thu: 09:00-14:00 and 13:00-18:00 overlap",
            id="overlapping hours",
        ),
        pytest.param(
            '"2026-11-27": [09:00',
            '"27.11.2026": [09:00',
            "22: time.calendars.ny.special.27.11.2026: '27.11.2026' is not a date; write for example 2026-11-27",
            id="a date",
        ),
        pytest.param(
            "country: US",
            "country: USA1",
            "21: time.calendars.ny.holidays.country: no holidays of 'USA1' are known; "
            "write a code of two letters such as US, ES or GB, or use 'file'",
            id="a country",
        ),
        pytest.param(
            "except: [columbus day]",
            "except: [colombus day]",
            "21: time.calendars.ny.holidays.except: no holiday is called 'colombus day'; did you mean 'Columbus Day'?",
            id="an exception that is none",
        ),
        pytest.param(
            "holidays/es.ics",
            "holidays/sp.ics",
            "26: time.calendars.madrid.holidays.file: sp.ics cannot be read: No such file or directory",
            id="a file that is not there",
        ),
        pytest.param(
            "{sun-thu: [10:00-18:00]}",
            "{}",
            "27: time.calendars.cairo.hours: is never open; write for example {mon-fri: [09:00-17:00]}",
            id="never open",
        ),
        pytest.param(
            "00:00:00+01:00",
            "00:00:00",
            "15: time.go_live: is not an instant; write for example 2026-12-01T00:00:00Z, with its offset or Z",
            id="an instant without zone",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in TIME
    assert problems(tmp_path, TIME.replace(before, after)) == [f"agreement.yaml:{problem}"]


@pytest.mark.parametrize(
    ("ics", "problem"),
    [
        pytest.param("holidays", "es.ics is not an iCalendar file (.ics)", id="no iCalendar"),
        pytest.param(
            ICS.replace("DTSTART;VALUE=DATE:20200501", "DTSTART:20200501T100000Z"),
            "es.ics: 'Labor Day' does not last whole days; a file of holidays holds only whole days",
            id="an appointment",
        ),
        pytest.param(ICS.replace("VEVENT", "VTODO"), "es.ics holds no event", id="no events"),
    ],
)
def test_a_file_that_holds_no_holidays_is_refused(tmp_path: Path, ics: str, problem: str) -> None:
    assert problems(tmp_path, ics=ics) == [f"agreement.yaml:26: time.calendars.madrid.holidays.file: {problem}"]


def test_other_holidays_are_other_terms(tmp_path: Path) -> None:
    """A changed file must be noticed although ``agreement.yaml`` stays the same."""
    before = loaded(tmp_path)

    assert loaded(tmp_path, ics=ICS.replace("20261207", "20261206")) != before
