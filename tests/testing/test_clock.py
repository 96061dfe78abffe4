"""The clock that stands still."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from syncd.testing import VirtualClock

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_it_is_the_same_instant_until_it_is_moved() -> None:
    clock = VirtualClock(NINE)

    assert clock.now() == clock.now() == NINE


def test_time_passes_forward() -> None:
    clock = VirtualClock(NINE)
    clock.advance(timedelta(hours=2))

    assert clock.now() == datetime(2026, 11, 21, 11, tzinfo=UTC)
    with pytest.raises(ValueError, match="backward"):
        clock.advance(timedelta(seconds=-1))


def test_a_clock_can_be_put_back() -> None:
    clock = VirtualClock(NINE)
    clock.set(NINE - timedelta(hours=1))

    assert clock.now().hour == 8


def test_every_instant_is_utc_whatever_zone_it_came_in() -> None:
    clock = VirtualClock(datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=1))))

    assert clock.now() == NINE
    assert clock.now().tzinfo is UTC


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        VirtualClock(datetime(2026, 11, 21, 9))  # noqa: DTZ001  that is the point
