"""Targets and pauses: units, what is refused, and due times by hand and against a minute-by-minute oracle."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.agreement.calendars import ALWAYS, MINUTE, Calendar, next_opening
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Clockwork, Pause, Target, deadline, spoken, target, union, used, used_up
from tests.agreement.build import at
from tests.agreement.calendars import MADRID, NY

HOUR = 60 * MINUTE
CALENDARS = {"ny": NY, "always": ALWAYS}
MONDAY = at("2026-11-16T09:00-05:00")


@pytest.mark.parametrize(
    ("text", "clockwork", "start", "due"),
    [
        pytest.param("15m", "business", "2026-11-20T16:50-05:00", "2026-11-23T09:05-05:00", id="open minutes"),
        pytest.param("1h", "business", "2026-11-20T16:30-05:00", "2026-11-23T09:30-05:00", id="an open hour"),
        pytest.param("1bd", "business", "2026-11-20T15:00-05:00", "2026-11-23T15:00-05:00", id="a business day"),
        pytest.param("24h", "elapsed", "2026-11-20T15:00-05:00", "2026-11-21T15:00-05:00", id="hours by the clock"),
        pytest.param("5d", "elapsed", "2026-11-20T11:00-05:00", "2026-11-25T11:00-05:00", id="days of 24 h"),
    ],
)
def test_every_unit_has_one_meaning(text: str, clockwork: Clockwork, start: str, due: str) -> None:
    assert deadline(target(text, clockwork, {}), NY, at(start)).due == at(due)


@pytest.mark.parametrize(
    ("text", "clockwork", "problem"),
    [
        pytest.param(
            "24h",
            "business",
            "24 business hours on calendar 'ny' are 3 working days — did you mean 1bd? Or write clock: elapsed",
            id="L11 a day in hours",
        ),
        pytest.param(
            "36h",
            "business",
            "36 business hours on calendar 'ny' are 4.5 working days — did you mean 2bd? Or write clock: elapsed",
            id="half days",
        ),
        pytest.param(
            "1440m",
            "business",
            "1440 business minutes on calendar 'ny' are 3 working days — did you mean 1bd? Or write clock: elapsed",
            id="in minutes",
        ),
        pytest.param(
            "5d",
            "business",
            "5d are days of 24 h, which a business clock does not count; did you mean 5bd? Or write clock: elapsed",
            id="elapsed days on a business clock",
        ),
        pytest.param(
            "1bd",
            "elapsed",
            "1bd are business days, which an elapsed clock does not know; write 1d or clock: business",
            id="business days on an elapsed clock",
        ),
        pytest.param(
            "soon",
            "business",
            "'soon' is not a duration; write for example 15m, 1h, 5d (of 24 h) or 1bd (a business day)",
            id="no",
        ),
        pytest.param(
            "0h",
            "business",
            "'0h' is not a duration; write for example 15m, 1h, 5d (of 24 h) or 1bd (a business day)",
            id="none",
        ),
    ],
)
def test_what_could_be_read_two_ways_is_refused(text: str, clockwork: Clockwork, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        target(text, clockwork, CALENDARS)

    assert str(caught.value) == problem


def test_a_day_in_hours_is_fine_where_days_have_so_many() -> None:
    assert target("24h", "business", {"always": ALWAYS}).amount == 24 * HOUR
    assert target("23h", "business", CALENDARS).amount == 23 * HOUR


@pytest.mark.parametrize(
    ("text", "clockwork", "says"),
    [("1bd", "business", "1 business day"), ("2h", "business", "2 open hours"), ("5d", "elapsed", "5 days of 24 h")],
)
def test_a_target_is_said_in_words(text: str, clockwork: Clockwork, says: str) -> None:
    assert spoken(target(text, clockwork, {})) == says


# ---------------------------------------------------------------- pauses


def pauses(*edges: tuple[str, str]) -> tuple[Pause, ...]:
    return union(Pause(at(start), at(end)) for start, end in edges)


@pytest.mark.parametrize(
    ("start", "text", "paused", "due"),
    [
        pytest.param(
            "2026-11-20T15:00-05:00",
            "4h",
            pauses(("2026-11-20T16:00-05:00", "2026-11-23T10:00-05:00")),
            "2026-11-23T13:00-05:00",
            id="L30 over a weekend moves by open time only",
        ),
        pytest.param(
            "2026-11-16T16:00-05:00",
            "2h",
            pauses(("2026-11-16T18:00-05:00", "2026-11-17T08:00-05:00")),
            "2026-11-17T10:00-05:00",
            id="L32 outside opening hours changes nothing",
        ),
        pytest.param(
            "2026-11-16T09:00-05:00",
            "4h",
            pauses(("2026-11-16T10:00-05:00", "2026-11-16T12:00-05:00"), ("2026-11-16T11:00-05:00", "2026-11-16T13:00-05:00")),
            "2026-11-16T16:00-05:00",
            id="L33 overlapping pauses are a union",
        ),
        pytest.param(
            "2026-11-16T10:00-05:00",
            "2h",
            pauses(("2026-11-16T13:00-05:00", "2026-11-16T15:00-05:00")),
            "2026-11-16T12:00-05:00",
            id="a pause after due does not heal",
        ),
        pytest.param(
            "2026-11-16T10:00-05:00",
            "2h",
            pauses(("2026-11-16T08:00-05:00", "2026-11-16T11:00-05:00")),
            "2026-11-16T13:00-05:00",
            id="a pause that began before the clock",
        ),
        pytest.param(
            "2026-11-19T15:00-05:00",
            "1bd",
            pauses(("2026-11-20T09:00-05:00", "2026-11-20T17:00-05:00")),
            "2026-11-23T15:00-05:00",
            id="a business day moves by a paused day",
        ),
        pytest.param(
            "2026-11-20T18:00-05:00",
            "1bd",
            pauses(("2026-11-23T18:00-05:00", "2026-11-24T08:00-05:00")),
            "2026-11-24T09:00-05:00",
            id="a business day due at opening stays so",
        ),
        pytest.param(
            "2026-11-20T18:00-05:00",
            "1bd",
            pauses(("2026-11-23T18:00-05:00", "2026-11-24T10:00-05:00")),
            "2026-11-24T10:00-05:00",
            id="and is not due within a pause",
        ),
    ],
)
def test_pauses_move_the_due_time(start: str, text: str, paused: tuple[Pause, ...], due: str) -> None:
    assert deadline(target(text, "business", {}), NY, at(start), paused).due == at(due)


def test_a_pause_without_end_leaves_nothing_due() -> None:
    paused = (Pause(MONDAY + HOUR, FOREVER),)

    assert deadline(target("2h", "business", {}), NY, MONDAY, paused).due == FOREVER
    assert deadline(target("1h", "business", {}), NY, MONDAY, paused).due == MONDAY + HOUR  # used up before it
    assert used(NY, MONDAY, MONDAY + 30 * 24 * HOUR, paused) == HOUR


def test_a_calendar_that_never_opens_makes_nothing_due() -> None:
    closed = Calendar(name="closed", zone="UTC")

    assert deadline(target("1h", "business", {}), closed, MONDAY).due == FOREVER


# ---------------------------------------------------------------- what must always hold

minutes = st.integers(0, 14 * 24 * 60)
some_pauses = st.lists(
    st.tuples(minutes, minutes).map(lambda two: Pause(*(MONDAY + m * MINUTE for m in sorted(two)))), max_size=4
)
calendars = st.sampled_from((NY, MADRID, ALWAYS))
targets = st.one_of(
    st.integers(1, 1400).map(lambda n: target(f"{n}m", "business", {})),
    st.integers(1, 4).map(lambda n: target(f"{n}bd", "business", {})),
    st.integers(1, 100).map(lambda n: target(f"{n}h", "elapsed", {})),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendar=calendars, start=minutes, amount=st.integers(1, 3000), paused=some_pauses)
def test_used_up_with_pauses_agrees_with_counting_minutes(
    calendar: Calendar, start: int, amount: int, paused: list[Pause]
) -> None:
    began, counted = MONDAY + start * MINUTE, 0
    end = used_up(calendar, began, amount * MINUTE, union(paused))
    minute = began
    while counted < amount:
        is_open = next_opening(calendar, minute) == minute
        counted += is_open and not any(pause.start <= minute < pause.end for pause in paused)
        minute += MINUTE

    assert end == minute
    assert used(calendar, began, end, union(paused)) == amount * MINUTE


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendar=calendars, one=targets, start=minutes, paused=some_pauses, more=some_pauses)
def test_a_further_pause_never_makes_anything_due_earlier(
    calendar: Calendar, one: Target, start: int, paused: list[Pause], more: list[Pause]
) -> None:
    began = MONDAY + start * MINUTE
    before = deadline(one, calendar, began, union(paused)).due

    assert deadline(one, calendar, began, union([*paused, *more])).due >= before >= deadline(one, calendar, began).due
    late = [Pause(max(pause.start, before), max(pause.end, before)) for pause in more]
    assert deadline(one, calendar, began, union([*paused, *late])).due == before  # pausing after the breach heals nothing


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calendar=calendars, one=targets, start=minutes, later=st.integers(0, 10_000), paused=some_pauses)
def test_what_starts_later_is_not_due_earlier(
    calendar: Calendar, one: Target, start: int, later: int, paused: list[Pause]
) -> None:
    # Business days are as long as their dates: after a pause, more of a half day's may be left than of a whole day's.
    began, merged = MONDAY + start * MINUTE, () if one.days else union(paused)

    assert deadline(one, calendar, began + later * MINUTE, merged).due >= deadline(one, calendar, began, merged).due
