"""Volumes and shares per period: the worked examples and the edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from syncd.agreement.calendars import ALWAYS
from syncd.agreement.counting import micros
from syncd.agreement.language import duration
from syncd.agreement.policies import Per, SharePromise, TimeTerms, VolumePromise
from syncd.agreement.shares import Alarming, Entry, Period, Share, alarm, attained, period, share, volume
from tests.agreement.build import at
from tests.agreement.calendars import NY

DAY = micros(duration("1d"))
NOVEMBER = Period(at("2026-11-01"), at("2026-12-01"))
VOLUME = VolumePromise(id="volume", side="marketing", at_least=100, of="mql")


@pytest.mark.parametrize(
    ("per", "time", "start", "end"),
    [
        pytest.param("week", TimeTerms(), "2026-11-16", "2026-11-23", id="K25 Monday to Monday"),
        pytest.param("week", TimeTerms(week_starts=6), "2026-11-15", "2026-11-22", id="weeks from Sunday"),
        pytest.param("month", TimeTerms(), "2026-11-01", "2026-12-01", id="a month"),
        pytest.param("quarter", TimeTerms(), "2026-10-01", "2027-01-01", id="a quarter"),
        pytest.param("quarter", TimeTerms(fiscal_year_starts=2), "2026-11-01", "2027-02-01", id="a fiscal quarter"),
        pytest.param("year", TimeTerms(fiscal_year_starts=4), "2026-04-01", "2027-04-01", id="a fiscal year"),
        pytest.param("year", TimeTerms(fiscal_year_starts=12), "2025-12-01", "2026-12-01", id="from December"),
        pytest.param(
            "month", TimeTerms(zone="Europe/Madrid"), "2026-11-01T00:00+01:00", "2026-12-01T00:00+01:00", id="in a zone"
        ),
    ],
)
def test_a_period_holds_an_instant(per: Per, time: TimeTerms, start: str, end: str) -> None:
    assert period(at("2026-11-21T12:00"), per, time) == (at(start), at(end))


def test_the_zone_decides_the_month() -> None:
    """22:30 on the last of October in Chicago is November in Madrid."""
    late = at("2026-10-31T22:30-05:00")

    assert period(late, "month", TimeTerms(zone="Europe/Madrid")).start == at("2026-11-01T00:00+01:00")
    assert period(late, "month", TimeTerms(zone="America/Chicago")).start == at("2026-10-01T00:00-05:00")


# ---------------------------------------------------------------- volumes


@pytest.mark.parametrize(
    ("count", "now", "forecast", "state"),
    [
        pytest.param(30, "2026-11-11", 90, "behind", id="thirty after ten of thirty days"),
        pytest.param(34, "2026-11-11", 102, "on_pace", id="four more"),
        pytest.param(100, "2026-11-11", 300, "met", id="reached early"),
        pytest.param(99, "2026-12-01", 99, "missed", id="one too few at the end"),
        pytest.param(0, "2026-11-01", None, "on_pace", id="nothing is said at the first instant"),
    ],
)
def test_a_volume_is_judged_by_its_pace(count: int, now: str, forecast: int | None, state: str) -> None:
    entered = [NOVEMBER.start] * count

    assert volume(VOLUME, entered, NOVEMBER, calendar=ALWAYS, now=at(now)) == (count, forecast, state)


def test_pace_is_measured_in_open_time() -> None:
    """November 2026 has 19.5 working days in New York; by Monday 16th, 9:00, ten of them are over."""
    entered = [at("2026-11-02T15:00")] * 50

    assert volume(VOLUME, entered, NOVEMBER, calendar=NY, now=at("2026-11-16T09:00-05:00")).forecast == 98  # 50 × 19.5 / 10


def test_only_the_period_and_the_past_count() -> None:
    entered = [at("2026-10-31"), at("2026-11-02"), at("2026-11-20"), at("2026-12-01")]

    assert volume(VOLUME, entered, NOVEMBER, calendar=ALWAYS, now=at("2026-11-10")).so_far == 1


def test_the_end_of_a_period_belongs_to_the_next() -> None:
    entered = [NOVEMBER.start, NOVEMBER.end]

    assert volume(VOLUME, entered, NOVEMBER, calendar=ALWAYS, now=NOVEMBER.end).so_far == 1


def test_without_pace_a_slow_month_is_no_news() -> None:
    calm = VolumePromise(id="volume", side="marketing", at_least=100, of="mql", pace=False)

    assert volume(calm, [], NOVEMBER, calendar=ALWAYS, now=at("2026-11-20")).state == "on_pace"


# ---------------------------------------------------------------- shares

COHORT = (  # the worked examples' twelve leads: MQL, first contact, disposition, SQL, high intent
    ("10-01", "10-01", "10-05", "10-05", True),
    ("10-02", "10-03", "10-12", "10-12", True),
    ("10-05", "10-07", "10-08", None, False),
    ("10-07", "10-16", "11-03", "11-03", False),
    ("10-12", None, None, None, False),
    ("10-15", "10-20", "11-02", None, False),
    ("10-20", "10-20", "10-23", "10-23", False),
    ("10-28", "11-06", None, None, False),
    ("11-02", "11-02", "11-04", "11-04", True),
    ("11-06", "11-09", "11-10", None, False),
    ("11-17", None, None, None, False),
    ("11-19", "11-19", None, None, False),
)
NOW = at("2026-11-21")
AUTUMN, OCTOBER = Period(at("2026-10-01"), at("2026-12-01")), Period(at("2026-10-01"), at("2026-11-01"))


def entries(column: int) -> list[Entry]:
    return [Entry(at(f"2026-{row[0]}"), at(f"2026-{row[column]}") if row[column] else None) for row in COHORT]


def promised(within: str | None, at_least: str = "1/2", mature: str = "0h") -> SharePromise:
    return SharePromise(
        id="it",
        side="sales",
        at_least=Fraction(at_least),
        of="mql",
        are="it",
        within=None if within is None else micros(duration(within)),
        mature_after=micros(duration(mature)),
    )


@pytest.mark.parametrize(
    ("column", "within", "when", "counted"),
    [
        pytest.param(3, "30d", OCTOBER, (4, 7, 1), id="K04 SQL within 30 days"),
        pytest.param(2, "10d", AUTUMN, (6, 10, 2), id="K08 feedback, the tenth day included"),
        pytest.param(2, "5d", AUTUMN, (5, 10, 2), id="K09 decided within 5 days"),
        pytest.param(1, "7d", AUTUMN, (7, 10, 2), id="contacted in the first week"),
    ],
)
def test_a_share_counts_those_who_are_old_enough(column: int, within: str, when: Period, counted: tuple[int, int, int]) -> None:
    assert share(promised(within), entries(column), when, now=NOW) == counted


def test_the_share_of_high_intent_needs_no_age() -> None:
    """K10: two of eight in October, one of four in November; both below 40 %."""
    came = [Entry(at(f"2026-{row[0]}"), at(f"2026-{row[0]}") if row[4] else None) for row in COHORT]
    quality = promised(None, "2/5")
    october, november = (share(quality, came, when, now=NOW) for when in (OCTOBER, NOVEMBER))

    assert (october, november) == (Share(2, 8, 0), Share(1, 4, 0))
    assert [attained(quality, one) for one in (october, november)] == [False, False]


def test_maturity_may_be_longer_than_the_promise() -> None:
    assert share(promised("5d", mature="30d"), entries(2), AUTUMN, now=NOW).of == 7


def test_who_is_still_to_come_is_not_young() -> None:
    to_come = [Entry(at("2026-10-01"), None), Entry(at("2026-10-10"), None)]

    assert share(promised("30d"), to_come, OCTOBER, now=at("2026-10-09")) == Share(0, 0, 1)


def test_of_nobody_nothing_is_said() -> None:
    assert attained(promised("5d"), Share(0, 0, 3)) is None
    assert Share(0, 0, 3).share is None


CONVERSION = SharePromise(
    id="conversion",
    side="joint",
    at_least=Fraction(1, 4),
    of="mql",
    are="sql",
    min_sample=30,
    alarm_below=Fraction(1, 5),
    clear_at=Fraction(1, 4),
)


@pytest.mark.parametrize(
    ("hits", "of", "before", "state"),
    [
        pytest.param(3, 18, "ok", "too_few", id="K22 a sample of 18"),
        pytest.param(5, 30, "ok", "alarm", id="K22 16.7 %"),
        pytest.param(6, 30, "ok", "ok", id="K22 exactly 20 % is not below"),
        pytest.param(5, 29, "ok", "too_few", id="K22 one too few"),
        pytest.param(6, 30, "alarm", "alarm", id="an alarm stays until 25 %"),
        pytest.param(10, 40, "alarm", "ok", id="and is cleared there"),
        pytest.param(9, 20, "alarm", "alarm", id="by people enough"),
    ],
)
def test_an_alarm_needs_a_sample_and_has_a_way_back(hits: int, of: int, before: Alarming, state: Alarming) -> None:
    assert alarm(CONVERSION, Share(hits, of, 0), before) == state


def test_without_a_limit_there_is_no_alarm() -> None:
    assert alarm(promised("5d"), Share(0, 100, 0)) == "ok"
