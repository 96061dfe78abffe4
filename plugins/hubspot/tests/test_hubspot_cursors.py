"""Which lane is due, and where it goes on."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from syncd_hubspot.cursors import Cursor, Lane, Pace, Walk, begun, closed, decoded, due, encoded, since, walked

from syncd.spi import BadAnswer

MINUTE = 60_000
NOW = 1_763_628_600_000
PACE = Pace(settle=60 * MINUTE, sweep=24 * 60 * MINUTE)
FRESH = Cursor(quick=NOW, complete=NOW - 60 * MINUTE, archived=NOW, swept=NOW)


def test_a_stream_that_was_never_read_is_walked_first() -> None:
    assert due(Cursor(), NOW, PACE) == Cursor(walk=Walk(began=NOW))


def test_the_lanes_begin_where_the_first_walk_began_by_the_earlier_clock() -> None:
    walk = Walk(began=NOW)
    ours_ahead = begun(Cursor(walk=walk), walk, PACE, theirs=NOW - 10 * MINUTE)
    assert (ours_ahead.quick, ours_ahead.complete) == (NOW - 10 * MINUTE, NOW - 70 * MINUTE)
    assert begun(Cursor(walk=walk), walk, PACE, theirs=NOW + MINUTE).quick == NOW


def test_nothing_is_due_right_after_everything_was_read() -> None:
    assert due(FRESH, NOW + 1_000, PACE) == FRESH


def test_the_quick_lane_looks_back_a_little_and_ends_now() -> None:
    lane = due(FRESH, NOW + MINUTE, PACE).lane
    assert lane == Lane(name="quick", since=NOW - 2 * MINUTE, until=NOW + MINUTE, mark=NOW + MINUTE)


def test_the_complete_lane_stays_behind_the_index() -> None:
    later = NOW + 20 * MINUTE
    lane = due(replace(FRESH, quick=later), later, PACE).lane
    assert lane is not None and (lane.name, lane.since, lane.until) == ("complete", NOW - 62 * MINUTE, later - 60 * MINUTE)


def test_a_window_stays_as_it_was_fixed_however_long_it_takes() -> None:
    cursor = due(FRESH, NOW + MINUTE, PACE)
    assert due(cursor, NOW + 50 * MINUTE, PACE) == cursor


def test_a_lane_never_goes_back_and_counts_only_what_was_covered() -> None:
    lane = Lane(name="quick", since=0, until=NOW + MINUTE, mark=NOW - MINUTE)
    assert closed(replace(FRESH, lane=lane), lane) == FRESH
    assert closed(FRESH, replace(lane, mark=NOW + MINUTE)).quick == NOW + MINUTE


def test_the_bin_is_walked_every_hour_and_everything_every_day() -> None:
    hour, day = NOW + 61 * MINUTE, NOW + 25 * 60 * MINUTE
    read = replace(FRESH, quick=hour, complete=hour - 60 * MINUTE)
    lane = due(read, hour, PACE).lane
    assert lane is not None and lane.name == "archived"
    assert due(Cursor(quick=day, complete=day, archived=day, swept=NOW), day, PACE).walk == Walk(began=day)


def test_what_only_grows_is_never_walked_again() -> None:
    day = NOW + 25 * 60 * MINUTE
    assert due(Cursor(quick=day, complete=day, archived=day, swept=NOW), day, Pace(settle=MINUTE, sweep=0)).walk is None


def test_lanes_go_on_while_everything_is_walked_again() -> None:
    walking = replace(FRESH, walk=Walk(began=NOW, after="500"))
    assert due(walking, NOW + 2 * MINUTE, PACE).lane is not None
    assert due(walking, NOW + MINUTE // 2, PACE) == walking


def test_the_first_walk_is_not_interrupted() -> None:
    first = Cursor(quick=NOW, complete=NOW, archived=NOW, walk=Walk(began=NOW, after="500"))
    assert due(first, NOW + 600 * MINUTE, PACE) == first
    assert walked(first, theirs=NOW) == Cursor(quick=NOW, complete=NOW, archived=NOW, swept=NOW)


def test_a_start_in_the_middle_reads_from_there_and_does_not_walk() -> None:
    cursor = since(NOW - 90 * MINUTE, NOW, PACE)
    lane = due(cursor, NOW, PACE).lane
    assert lane is not None and lane.since == NOW - 92 * MINUTE
    assert cursor.swept == NOW


def test_a_cursor_is_small_text_that_comes_back_as_it_was() -> None:
    cursor = due(FRESH, NOW + MINUTE, PACE)
    assert decoded(encoded(cursor)) == cursor
    assert len(encoded(cursor)) < 250


@pytest.mark.parametrize("text", ["", "7", "[]", '{"quick":"x"}', "\ud800"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer, match="not one of HubSpot's"):
        decoded(text)
