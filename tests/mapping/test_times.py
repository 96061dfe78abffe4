from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.mapping.transforms import Reading, inverse, transform
from syncd.model import Raw

DATE = Reading(type="date")
DATE_MS = Reading(type="date", formats=("epoch_ms",))
DATE_ES = Reading(type="date", formats=("%d/%m/%Y", "%d %b %Y"))
TIME = Reading(type="datetime")
MADRID = Reading(type="datetime", zone="Europe/Madrid")
BREVO = Reading(type="datetime", zone="Europe/Madrid", formats=("%d-%m-%Y %H:%M",))
SECONDS = Reading(type="datetime", formats=("epoch_s",))


@pytest.mark.parametrize(
    ("reading", "value", "day"),
    [
        pytest.param(DATE, "2026-11-20", "2026-11-20", id="ISO"),
        pytest.param(DATE, "2026/1/5", "2026-01-05", id="year first"),
        pytest.param(DATE, "２０２６-11-20", "2026-11-20", id="full width"),
        pytest.param(DATE, "2026-11-20T23:30:00-05:00", "2026-11-20", id="the day as written, west of Greenwich"),
        pytest.param(DATE, "2026-11-21T00:30:00+13:00", "2026-11-21", id="the day as written, in Auckland"),
        pytest.param(DATE, "2026-11-20T24:00:00Z", "2026-11-20", id="the end of the day"),
        pytest.param(DATE, "1900-01-01", "1900-01-01", id="first"),
        pytest.param(DATE, "2100-12-31", "2100-12-31", id="last"),
        pytest.param(DATE_ES, "03/04/2026", "2026-04-03", id="declared day first"),
        pytest.param(DATE_ES, "12 Mar 2024", "2024-03-12", id="second format"),
        pytest.param(DATE_ES, "2026-11-20", "2026-11-20", id="ISO beside declared formats"),
        pytest.param(DATE_MS, 1795132800000, "2026-11-20", id="midnight UTC in ms"),  # 20777 days × 86,400,000
        pytest.param(DATE_MS, "1795132800000", "2026-11-20", id="ms as text"),
    ],
)
def test_a_date_is_the_day_as_written(reading: Reading, value: Raw, day: str) -> None:
    assert transform(reading)(value) == day


@pytest.mark.parametrize(
    ("reading", "value", "why"),
    [
        pytest.param(DATE, "03/04/2026", "ambiguous", id="day or month first"),
        pytest.param(DATE, "25.12.2026", "ambiguous", id="a rule is wanted even where the value tells"),
        pytest.param(DATE, "2026-02-30", "impossible", id="no such day"),
        pytest.param(DATE, "2026-13-01", "impossible", id="no such month"),
        pytest.param(DATE, "0000-00-00", "impossible", id="MySQL's nothing"),
        pytest.param(DATE, "0001-01-01", "out_of_range", id="year 1"),
        pytest.param(DATE, "1601-01-01", "out_of_range", id="Windows' zero"),
        pytest.param(DATE, "9999-12-31T23:59:59.9999999Z", "out_of_range", id="end of time"),
        pytest.param(DATE, 1795132800, "unit_unknown", id="number without a unit"),
        pytest.param(DATE, "20261120", "unit_unknown", id="digits without a format"),
        pytest.param(DATE, "Nov 20, 2026", "not_readable", id="words"),
        pytest.param(DATE, True, "not_readable", id="truth"),
        pytest.param(DATE_MS, 1795132800001, "not_a_day", id="an instant in ms"),
        pytest.param(DATE_MS, 10**5000, "out_of_range", id="5,000 digits"),
        pytest.param(DATE_MS, Decimal("Infinity"), "out_of_range", id="Infinity"),
        pytest.param(DATE_ES, "31/02/2026", "ambiguous", id="no such day in the declared format"),
    ],
)
def test_a_date_is_never_guessed(reading: Reading, value: Raw, why: str) -> None:
    assert getattr(transform(reading)(value), "code", "fit") == f"date.{why}"


@pytest.mark.parametrize(
    ("reading", "value", "instant"),
    [
        pytest.param(TIME, "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", id="Z"),
        pytest.param(TIME, "2026-11-20T10:00:00.000+0000", "2026-11-20T10:00:00Z", id="Salesforce"),
        pytest.param(TIME, "2026-11-20T10:00:00+05:30", "2026-11-20T04:30:00Z", id="half an hour"),
        pytest.param(TIME, "2026-11-20 10:00 UTC", "2026-11-20T10:00:00Z", id="UTC"),
        pytest.param(TIME, "2026-11-20t10:00:00.25z", "2026-11-20T10:00:00.250000Z", id="fraction"),
        pytest.param(TIME, "2026-11-20T10:00:00.1234569Z", "2026-11-20T10:00:00.123456Z", id="seven digits are cut"),
        pytest.param(TIME, "2026-11-20T24:00:00Z", "2026-11-21T00:00:00Z", id="24:00"),
        pytest.param(TIME, "2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z", id="leap second"),
        pytest.param(MADRID, "2026-11-20 10:00", "2026-11-20T09:00:00Z", id="zone in winter"),
        pytest.param(MADRID, "2026-07-20 10:00", "2026-07-20T08:00:00Z", id="zone in summer"),
        pytest.param(MADRID, "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", id="an offset outweighs the zone"),
        pytest.param(MADRID, "2026-10-25 02:30", "2026-10-25T00:30:00Z", id="the first of two"),
        pytest.param(BREVO, "12-04-2022 09:30", "2022-04-12T07:30:00Z", id="declared format"),
        pytest.param(SECONDS, 1795170600, "2026-11-20T10:30:00Z", id="seconds"),
        pytest.param(SECONDS, Decimal("1795170600.5"), "2026-11-20T10:30:00.500000Z", id="half seconds"),
        pytest.param(SECONDS, "-1", "1969-12-31T23:59:59Z", id="before 1970"),
        pytest.param(Reading(type="datetime", formats=("epoch_us",)), 1795170600000001, "2026-11-20T10:30:00.000001Z", id="µs"),
    ],
)
def test_an_instant_is_utc_text(reading: Reading, value: Raw, instant: str) -> None:
    assert transform(reading)(value) == instant


@pytest.mark.parametrize(
    ("reading", "value", "why"),
    [
        pytest.param(TIME, "2026-11-20 10:00", "no_zone", id="no zone"),
        pytest.param(TIME, "2026-11-20", "no_time", id="no time"),
        pytest.param(TIME, "2026-11-20T25:00:00Z", "impossible", id="hour"),
        pytest.param(TIME, "2026-11-20T24:00:01Z", "impossible", id="past 24:00"),
        pytest.param(TIME, "2026-11-20T10:00:60Z", "impossible", id="second 60 in the middle of an hour"),
        pytest.param(TIME, "2026-11-20T10:00:00+24:00", "impossible", id="offset"),
        pytest.param(TIME, "9999-12-31T23:59:59.9999999Z", "out_of_range", id="end of time"),
        pytest.param(TIME, "2100-12-31T23:59:59-05:00", "out_of_range", id="2101 in UTC"),
        pytest.param(TIME, "0001-01-01T00:00:00+10:00", "out_of_range", id="before year 1"),
        pytest.param(TIME, 1795170600, "unit_unknown", id="number without a unit"),
        pytest.param(TIME, "03/04/2026 10:00 AM", "ambiguous", id="day or month first"),
        pytest.param(SECONDS, 1795170600000, "out_of_range", id="ms declared as seconds"),
    ],
)
def test_an_instant_is_never_guessed(reading: Reading, value: Raw, why: str) -> None:
    assert getattr(transform(reading)(value), "code", "fit") == f"datetime.{why}"


@pytest.mark.parametrize(
    ("reading", "golden", "written"),
    [
        pytest.param(DATE, "2026-11-20", "2026-11-20", id="date"),
        pytest.param(DATE_ES, "2026-11-20", "20/11/2026", id="date in the first format"),
        pytest.param(DATE_MS, "2026-11-20", 1795132800000, id="date in ms"),
        pytest.param(MADRID, "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z", id="UTC text unless a format is declared"),
        pytest.param(BREVO, "2026-11-20T09:00:30Z", "20-11-2026 10:00", id="what the format has no room for is cut"),
        pytest.param(SECONDS, "1969-12-31T23:59:59.500000Z", -1, id="cut towards the past"),
    ],
)
def test_a_time_is_written_in_the_first_declared_format(reading: Reading, golden: str, written: Raw) -> None:
    write = inverse(reading)

    assert write is not None
    assert write(golden) == written


def test_a_format_that_loses_the_century_is_not_written() -> None:
    write = inverse(Reading(type="date", formats=("%d/%m/%y",)))

    assert write is not None
    assert write("2026-11-20") == "20/11/26"
    assert getattr(write("1950-11-20"), "code", "fit") == "date.not_writable"
