"""Business calendars by hand: worked examples, daylight saving, holidays, special days."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.agreement.calendars import (
    ALWAYS,
    MINUTE,
    Calendar,
    business_days_later,
    longest_day,
    next_opening,
    open_time,
    parsed,
    used_up_at,
)
from syncd.agreement.counting import FOREVER, micros
from syncd.agreement.language import duration
from tests.agreement.build import at
from tests.agreement.calendars import KOLKATA, MADRID, MADRID_DAILY, NY, NY_SUNDAY_NIGHT, weekdays

HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("calendar", "start", "amount", "due"),
    [
        pytest.param(NY, "2026-11-16T10:15-05:00", "1h", "2026-11-16T11:15-05:00", id="L01 inside the day"),
        pytest.param(NY, "2026-11-20T16:30-05:00", "1h", "2026-11-23T09:30-05:00", id="L02 over the weekend"),
        pytest.param(NY, "2026-11-20T18:00-05:00", "1h", "2026-11-23T10:00-05:00", id="after closing"),
        pytest.param(NY, "2026-11-16T07:00-05:00", "1h", "2026-11-16T10:00-05:00", id="L04 before opening"),
        pytest.param(NY, "2026-11-16T16:00-05:00", "1h", "2026-11-16T17:00-05:00", id="used up at closing, not next morning"),
        pytest.param(NY, "2026-11-25T16:30-05:00", "1h", "2026-11-27T09:30-05:00", id="L07 a holiday, then a half day"),
        pytest.param(NY, "2026-11-27T12:30-05:00", "1h", "2026-11-30T09:30-05:00", id="a special day closes early"),
        pytest.param(ALWAYS, "2026-11-19T15:00-05:00", "24h", "2026-11-20T15:00-05:00", id="L09 elapsed"),
        pytest.param(NY, "2026-11-19T15:00-05:00", "24h", "2026-11-24T15:00-05:00", id="24 open hours are three days of eight"),
        pytest.param(ALWAYS, "2026-11-20T15:00-05:00", "24h", "2026-11-21T15:00-05:00", id="L12 elapsed on a Saturday"),
        pytest.param(ALWAYS, "2026-11-20T11:00-05:00", "5d", "2026-11-25T11:00-05:00", id="L15 five times 24 h"),
        pytest.param(ALWAYS, "2026-03-07T12:00-05:00", "24h", "2026-03-08T13:00-04:00", id="L17 elapsed in spring"),
        pytest.param(ALWAYS, "2026-10-31T12:00-04:00", "24h", "2026-11-01T11:00-05:00", id="L18 elapsed in autumn"),
        pytest.param(NY_SUNDAY_NIGHT, "2026-03-08T00:00-05:00", "5h", "2026-03-08T06:00-04:00", id="L20 a missing hour"),
        pytest.param(NY_SUNDAY_NIGHT, "2026-11-01T00:00-04:00", "5h", "2026-11-01T04:00-05:00", id="L21 a repeated hour"),
        pytest.param(MADRID, "2026-11-17T13:30+01:00", "1h", "2026-11-17T15:30+01:00", id="L22 lunch"),
        pytest.param(KOLKATA, "2026-11-20T18:30+05:30", "2h", "2026-11-23T11:30+05:30", id="L25 half-hour zone"),
    ],
)
def test_an_amount_of_open_time_is_used_up_at(calendar: Calendar, start: str, amount: str, due: str) -> None:
    assert used_up_at(calendar, at(start), micros(duration(amount))) == at(due)


@pytest.mark.parametrize(
    ("calendar", "start", "days", "due"),
    [
        pytest.param(NY, "2026-11-19T15:00-05:00", 1, "2026-11-20T15:00-05:00", id="L10 the next day"),
        pytest.param(NY, "2026-11-20T15:00-05:00", 1, "2026-11-23T15:00-05:00", id="L13 Friday to Monday"),
        pytest.param(NY, "2026-11-20T11:00-05:00", 5, "2026-11-30T11:00-05:00", id="L14 over a holiday and a half day"),
        pytest.param(NY, "2026-11-25T16:00-05:00", 1, "2026-11-27T13:00-05:00", id="held to a half day's closing"),
        pytest.param(NY, "2026-03-06T10:00-05:00", 1, "2026-03-09T10:00-04:00", id="L19 71 hours over a missing one"),
        pytest.param(NY, "2026-11-20T18:00-05:00", 1, "2026-11-24T09:00-05:00", id="closed time counts as the next opening"),
        pytest.param(NY, "2026-11-20T17:00-05:00", 1, "2026-11-24T09:00-05:00", id="closing is not open any more"),
        pytest.param(NY_SUNDAY_NIGHT, "2026-03-01T02:30-05:00", 1, "2026-03-08T03:00-04:00", id="a wall time that is skipped"),
        pytest.param(NY_SUNDAY_NIGHT, "2026-10-25T01:30-04:00", 1, "2026-11-01T01:30-04:00", id="a wall time shown twice"),
        pytest.param(ALWAYS, "2026-11-20T15:00+00:00", 2, "2026-11-22T15:00+00:00", id="where every day is one"),
    ],
)
def test_business_days_keep_the_wall_time(calendar: Calendar, start: str, days: int, due: str) -> None:
    assert business_days_later(calendar, at(start), days) == at(due)


def test_a_wall_time_in_a_break_is_the_closing_before_it() -> None:
    calendar = Calendar(
        name="lunch",
        zone="UTC",
        week=weekdays("09:00-17:00"),
        special={date(2026, 11, 17): parsed("09:00-12:00", "14:00-17:00")},
    )

    assert business_days_later(calendar, at("2026-11-16T13:00"), 1) == at("2026-11-17T12:00")


def test_a_wall_time_before_opening_is_the_opening() -> None:
    calendar = Calendar(
        name="late", zone="UTC", week=weekdays("09:00-17:00"), special={date(2026, 11, 17): parsed("11:00-17:00")}
    )

    assert business_days_later(calendar, at("2026-11-16T09:30"), 1) == at("2026-11-17T11:00")


@pytest.mark.parametrize(
    ("calendar", "start", "end", "minutes"),
    [
        pytest.param(MADRID_DAILY, "2026-03-28T23:30+01:00", "2026-03-30T10:00+02:00", 540, id="L28 the short Sunday counts"),
        pytest.param(NY, "2026-11-20T18:00-05:00", "2026-11-21T10:00-05:00", 0, id="L29 both ends closed"),
        pytest.param(NY, "2026-11-16T00:00-05:00", "2026-11-23T00:00-05:00", 40 * 60, id="a week"),
        pytest.param(NY, "2026-11-17T10:00-05:00", "2026-11-16T10:00-05:00", 0, id="backwards is nothing"),
        pytest.param(ALWAYS, "2026-11-16T10:00", "2026-11-16T10:01", 1, id="elapsed"),
    ],
)
def test_open_time_is_measured_between_instants(calendar: Calendar, start: str, end: str, minutes: int) -> None:
    assert open_time(calendar, at(start), at(end)) == minutes * MINUTE


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        pytest.param("2026-11-16T10:15-05:00", "2026-11-16T10:15-05:00", id="open already"),
        pytest.param("2026-11-16T09:00-05:00", "2026-11-16T09:00-05:00", id="opening is open"),
        pytest.param("2026-11-25T17:00-05:00", "2026-11-27T09:00-05:00", id="over a holiday"),
    ],
)
def test_the_next_opening(when: str, opens: str) -> None:
    assert next_opening(NY, at(when)) == at(opens)


def test_a_special_day_outranks_a_holiday() -> None:
    holiday = date(2026, 12, 8)
    calendar = Calendar(
        name="c", zone="UTC", week=weekdays("09:00-17:00"), holidays={holiday: "H"}, special={holiday: parsed("10:00-11:00")}
    )

    assert open_time(calendar, at("2026-12-08"), at("2026-12-09")) == HOUR


def test_a_date_that_a_zone_skips_is_no_business_day() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia = Calendar(name="apia", zone="Pacific/Apia", week=(parsed("09:00-17:00"),) * 7)

    assert business_days_later(apia, at("2011-12-29T12:00-10:00"), 1) == at("2011-12-31T12:00+14:00")


def test_a_calendar_that_never_opens_uses_nothing_up() -> None:
    closed = Calendar(name="closed", zone="UTC")
    start = at("2026-11-16")

    assert used_up_at(closed, start, 1) == FOREVER
    assert business_days_later(closed, start, 1) == FOREVER
    assert next_opening(closed, start) == FOREVER
    assert open_time(closed, start, FOREVER) == 0


def test_questions_reach_beyond_the_years_already_opened() -> None:
    calendar = Calendar(name="c", zone="UTC", week=weekdays("09:00-17:00"))
    start = at("2026-11-16")

    assert used_up_at(calendar, start, 52 * 40 * 10 * HOUR) == at("2036-10-31T17:00")  # 520 weeks later, on the Friday
    assert business_days_later(calendar, start, 5200) == at("2046-10-22T09:00")  # 1040 weeks
    assert open_time(calendar, at("2016-11-14"), start) == 522 * 40 * HOUR


def test_the_longest_weekday() -> None:
    assert (longest_day(MADRID), longest_day(ALWAYS)) == (8 * 60, 24 * 60)


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        pytest.param(
            ("9-17",), "'9-17' is not an opening; write for example 09:00-17:00, the day's end as 24:00", id="no times"
        ),
        pytest.param(
            ("22:00-06:00",),
            "22:00-06:00 closes before it opens; write a night as two days, 22:00-24:00 and 00:00-06:00",
            id="a night",
        ),
        pytest.param(("09:00-14:00", "13:00-18:00"), "09:00-14:00 and 13:00-18:00 overlap", id="overlapping"),
    ],
)
def test_hours_that_cannot_be_are_refused(texts: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        parsed(*texts)

    assert str(caught.value) == problem
