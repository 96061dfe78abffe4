"""Dates: read only if they cannot be misread, always in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_csv.instants import instants, likely_forms, pattern


def utc(*parts: int) -> datetime:
    year, month, day, hour, minute, second, microsecond = (*parts, 0, 0, 0, 0)[:7]
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("2024-03-12T09:14:00Z", utc(2024, 3, 12, 9, 14), id="ISO with Z"),
        pytest.param("2024-03-12T09:14:00+0000", utc(2024, 3, 12, 9, 14), id="offset without colon"),
        pytest.param("2024-03-12T09:14:00.250-05:00", utc(2024, 3, 12, 14, 14, 0, 250_000), id="offset and fraction"),
        pytest.param("2024-03-12 09:14", utc(2024, 3, 12, 9, 14), id="HubSpot export"),
        pytest.param("2020-12-30 3:15:52", utc(2020, 12, 30, 3, 15, 52), id="one digit for the hour"),
        pytest.param("2020-06-01 15:25:50.633 UTC", utc(2020, 6, 1, 15, 25, 50, 633_000), id="UTC as a word"),
        pytest.param("2024/03/12 09:14", utc(2024, 3, 12, 9, 14), id="slashes, year first"),
        pytest.param("2024-03-12", utc(2024, 3, 12), id="date alone"),
        pytest.param("05 Mar 2024", utc(2024, 3, 5), id="LinkedIn"),
        pytest.param("March 5, 2024 9:14 PM", utc(2024, 3, 5, 21, 14), id="month name first"),
        pytest.param("Tue, 05 Mar 2024 09:14:00 +0100", utc(2024, 3, 5, 8, 14), id="as in e-mail"),
        pytest.param("2024-03-12 24:00", utc(2024, 3, 13), id="24:00 is the next midnight"),
        pytest.param("2016-12-31T23:59:60Z", utc(2017, 1, 1), id="leap second"),
        pytest.param(" 2024-03-12 09:14 ", utc(2024, 3, 12, 9, 14), id="white space around"),
    ],
)
def test_a_form_that_cannot_be_misread_is_understood(cell: str, expected: datetime) -> None:
    assert instants((), "UTC")(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("12-04-2022 09:30", id="day or month first"),
        pytest.param("3/12/2024 9:14 AM", id="American, undeclared"),
        pytest.param("12.04.2022", id="dots, undeclared"),
        pytest.param("1710234840", id="seconds, undeclared"),
        pytest.param("20240312", id="digits alone"),
        pytest.param("2024-02-30", id="no such day"),
        pytest.param("0001-01-01", id="placeholder of the past"),
        pytest.param("9999-12-31", id="placeholder of the future"),
        pytest.param("2024-03-12 25:00", id="no such hour"),
        pytest.param("soon", id="words"),
        pytest.param("", id="blank"),
    ],
)
def test_what_could_be_misread_is_not_read(cell: str) -> None:
    assert instants((), "UTC")(cell) is None


@pytest.mark.parametrize(
    ("form", "cell", "expected"),
    [
        pytest.param("%d-%m-%Y %H:%M", "12-04-2022 09:30", utc(2022, 4, 12, 9, 30), id="Brevo"),
        pytest.param("%m/%d/%Y %I:%M %p", "3/12/2024 9:14 AM", utc(2024, 3, 12, 9, 14), id="American"),
        pytest.param("%m/%d/%Y %I:%M %p", "3/12/2024 12:00 AM", utc(2024, 3, 12), id="12 AM is midnight"),
        pytest.param("%d.%m.%y", "12.03.24", utc(2024, 3, 12), id="two digits for the year"),
        pytest.param("epoch_s", "1710234840", utc(2024, 3, 12, 9, 14), id="seconds"),
        pytest.param("epoch_ms", "1710234840250", utc(2024, 3, 12, 9, 14, 0, 250_000), id="milliseconds"),
        pytest.param("%Y-%d-%m", "2024-12-03", utc(2024, 3, 12), id="a declared form wins over ISO"),
    ],
)
def test_a_declared_form_is_read(form: str, cell: str, expected: datetime) -> None:
    assert instants([form], "UTC")(cell) == expected


def test_a_time_without_offset_is_local_to_the_declared_zone() -> None:
    assert instants((), "Europe/Berlin")("2024-07-01 09:00") == utc(2024, 7, 1, 7, 0)


def test_a_time_with_an_offset_does_not_care_about_the_zone() -> None:
    assert instants((), "Europe/Berlin")("2024-07-01 09:00Z") == utc(2024, 7, 1, 9, 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(["12-04-2022 09:30", "25-04-2022 10:00"], ("%d-%m-%Y %H:%M",), id="a 25th settles it"),
        pytest.param(["03/04/2024"], ("%d/%m/%Y", "%m/%d/%Y"), id="either"),
        pytest.param(["1710234840"], ("epoch_s",), id="seconds"),
        pytest.param(["1710234840250"], ("epoch_ms",), id="milliseconds"),
        pytest.param(["soon"], (), id="nothing"),
        pytest.param([], (), id="no values"),
    ],
)
def test_likely_forms_are_those_that_read_every_value(values: list[str], expected: tuple[str, ...]) -> None:
    assert likely_forms(values) == expected


@pytest.mark.parametrize("form", ["%d.%q.%Y", "%H:%M", "%d.%m.%Y %d", "%d %b %m %Y %Y"])
def test_a_form_that_names_no_date_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"date form"):
        pattern(form)
