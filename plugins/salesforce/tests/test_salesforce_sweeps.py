"""The sweep: twice missing is gone, many missing at once is not, and who shows is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syncd_salesforce.sweeps import Sweeper, Swept

STAMP = datetime(2026, 10, 1, 8, 15, 2, tzinfo=UTC)
FIRST = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECOND, THIRD = FIRST + timedelta(days=1), FIRST + timedelta(days=2)


def ids(*numbers: int) -> list[str]:
    return [f"00Q{number:012}AAA" for number in numbers]


def stamped(*numbers: int) -> dict[str, datetime]:
    return dict.fromkeys(ids(*numbers), STAMP)


@pytest.fixture
def sweeper(tmp_path: Path) -> Sweeper:
    one = Sweeper(tmp_path / "ids")
    one.deliver(stamped(*range(10)))
    return one


def swept(sweeper: Sweeper, at: datetime, there: list[str]) -> Swept:
    sweeper.begin(at)
    sweeper.see(at, there)
    return sweeper.finish(at)


def test_who_is_missing_twice_is_gone(sweeper: Sweeper) -> None:
    assert swept(sweeper, FIRST, ids(*range(9))) == Swept(gone={}, missing=1, known=10, shown=0, held=False)
    assert swept(sweeper, SECOND, ids(*range(9))).gone == stamped(9)
    assert swept(sweeper, THIRD, ids(*range(9))) == Swept(gone={}, missing=0, known=9, shown=0, held=False)


def test_who_comes_back_was_never_gone(sweeper: Sweeper) -> None:
    swept(sweeper, FIRST, ids(*range(9)))
    assert swept(sweeper, SECOND, ids(*range(10))).gone == {}
    assert swept(sweeper, THIRD, ids(*range(9))).gone == {}


def test_two_sweeps_within_a_day_count_as_one(sweeper: Sweeper) -> None:
    for hours in (0, 1, 24):
        assert swept(sweeper, FIRST + timedelta(hours=hours), ids(*range(9))).gone == {}
    assert swept(sweeper, FIRST + timedelta(hours=48), ids(*range(9))).gone == stamped(9)


def test_a_sweep_that_ends_twice_concludes_the_same(sweeper: Sweeper) -> None:
    swept(sweeper, FIRST, ids(*range(9)))
    assert sweeper.finish(FIRST) == Swept(gone={}, missing=1, known=10, shown=0, held=False)
    swept(sweeper, SECOND, ids(*range(9)))
    assert sweeper.finish(SECOND).gone == stamped(9)


def test_many_missing_at_once_are_held_again_and_again(tmp_path: Path) -> None:
    sweeper = Sweeper(tmp_path)
    sweeper.deliver(stamped(*range(500)))
    there = ids(*range(440))  # 60 of 500: more than fifty, and more than a tenth
    held = Swept(gone={}, missing=60, known=500, shown=0, held=True)
    assert swept(sweeper, FIRST, there) == swept(sweeper, SECOND, there) == held


@pytest.mark.parametrize(("there", "is_held"), [(0, True), (4, True), (5, False)])
def test_of_few_more_than_half_are_many(sweeper: Sweeper, there: int, is_held: bool) -> None:
    assert swept(sweeper, FIRST, ids(*range(there))).held is is_held


def test_nothing_is_gone_by_a_cache_that_got_lost_and_all_is_read(tmp_path: Path) -> None:
    assert swept(Sweeper(tmp_path), FIRST, ids(1)) == Swept(gone={}, missing=0, known=0, shown=1, held=False)


def test_who_shows_is_given_in_pieces_and_as_often_as_asked_for(sweeper: Sweeper) -> None:
    assert swept(sweeper, FIRST, ids(*range(13))).shown == 3
    for _ in range(2):
        assert sweeper.shown(FIRST, after="", most=2) == ids(10, 11)
        assert sweeper.shown(FIRST, after=ids(11)[0], most=2) == ids(12)
        sweeper.deliver(stamped(10, 11, 12))
    assert swept(sweeper, SECOND, ids(*range(13))).shown == 0


def test_who_was_swept_away_shows_again(sweeper: Sweeper) -> None:
    for at in (FIRST, SECOND):
        swept(sweeper, at, ids(*range(9)))
    assert swept(sweeper, THIRD, ids(*range(10))).shown == 1
    assert sweeper.shown(THIRD, after="", most=2) == ids(9)


def test_who_was_told_as_gone_and_came_back_is_missed_again(sweeper: Sweeper) -> None:
    sweeper.deliver({}, ids(9))
    assert swept(sweeper, FIRST, ids(*range(9))).missing == 0
    sweeper.deliver(stamped(9))
    assert swept(sweeper, SECOND, ids(*range(9))).missing == 1


@pytest.mark.parametrize("cut", ["00Q0000", "00Q000000000077AAA 1", "-00Q00000000000AAA", "00Q0000000-00Q000000000077AAA"])
def test_a_line_that_was_cut_off_is_nobody(sweeper: Sweeper, tmp_path: Path, cut: str) -> None:
    with (tmp_path / "ids" / "delivered").open("a") as file:
        file.write(cut)  # the last went on with what came next
    assert swept(sweeper, FIRST, ids(*range(10))).missing == 0
