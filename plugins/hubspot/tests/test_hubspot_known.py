"""Which identifiers were seen, and which are missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from syncd_hubspot.known import Absence, Known, Stretch

from syncd.spi import Unavailable

WALK = 1_000


@pytest.fixture
def known(tmp_path: Path) -> Known:
    known = Known(tmp_path / "known.db")
    known.note("contacts", {"1": 10, "2": 20, "30": 30})
    known.note("calls", {"2": 7})
    return known


def passed(known: Known, *seen: str, since: str = "", until: str = "", walk: int = WALK) -> None:
    known.passed("contacts", dict.fromkeys(seen, 1), odd=[], stretch=Stretch(since, until), walk=walk)


def test_what_a_stretch_lacks_is_absent_and_the_rest_is_not(known: Known) -> None:
    passed(known, "1", until="30")
    assert known.absent("contacts", WALK, behind="", limit=10) == ["2"]
    assert known.absence("contacts", WALK) == Absence(missing=1, known=3)
    assert known.absence("calls", WALK).missing == 0


def test_the_same_stretch_twice_is_as_once(known: Known) -> None:
    passed(known, "1", until="30")
    passed(known, "1", until="30")
    assert known.absent("contacts", WALK, behind="", limit=10) == ["2"]


def test_a_row_that_cannot_be_read_is_there_all_the_same(known: Known) -> None:
    known.passed("contacts", {"1": 1}, odd=["2", "30"], stretch=Stretch("", ""), walk=WALK)
    assert known.absence("contacts", WALK).missing == 0


def test_what_was_missed_once_is_not_missed_by_the_next_walk_again(known: Known) -> None:
    passed(known, "1", "30")
    passed(known, "1", "30", walk=2_000)
    assert known.absence("contacts", 2_000).missing == 0


def test_what_was_acquitted_is_missed_again(known: Known) -> None:
    passed(known, "1", "30")
    known.acquit("contacts", WALK)
    passed(known, "1", "30", walk=2_000)
    assert known.absent("contacts", 2_000, behind="", limit=10) == ["2"]


def test_what_comes_back_is_known_again(known: Known) -> None:
    passed(known, "1", "30")
    known.note("contacts", {"2": 99})
    assert known.absence("contacts", WALK).missing == 0
    assert known.version("contacts", "2") == 99


def test_the_absent_come_in_pieces_in_the_order_of_their_numbers(known: Known) -> None:
    passed(known)
    assert known.absent("contacts", WALK, behind="", limit=2) == ["1", "2"]
    assert known.absent("contacts", WALK, behind="2", limit=2) == ["30"]


def test_what_the_host_was_told_is_forgotten(known: Known) -> None:
    known.forget("contacts", ["1", "nobody"])
    assert known.version("contacts", "1") is None and known.version("contacts", "nobody") is None


def test_a_folder_that_is_gone_is_said_and_no_defect(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"known\.db in the cache"):
        Known(tmp_path / "gone" / "known.db").note("contacts", {"1": 1})


def test_a_file_damaged_in_its_middle_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "known.db"
    known, many = Known(path), {str(number): number for number in range(1, 20_000)}
    known.note("contacts", many)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with pytest.raises(Unavailable, match=r"known\.db in the cache was damaged"):
        known.note("contacts", many)
    known.note("contacts", {"1": 10})
    assert known.version("contacts", "1") == 10 and known.version("contacts", "2") is None
