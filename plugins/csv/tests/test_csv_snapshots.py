"""Snapshots: they know exactly the rows they were given, and nothing once they are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from syncd_csv.snapshots import append_hashes, opened_snapshot, row_hash, write_snapshot


def snapshot(folder: Path, rows: int) -> Path:
    log, target = folder / "x.log", folder / "x.rows"
    assert append_hashes(log, 0, [row_hash(b"row %d" % number) for number in range(rows)])
    write_snapshot(log, rows, target)
    return target


@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, 5_000])
def test_a_snapshot_knows_its_rows_and_no_others(tmp_path: Path, rows: int) -> None:
    with opened_snapshot(snapshot(tmp_path, rows)) as known:
        assert all(known(row_hash(b"row %d" % number)) for number in range(rows))
        assert not any(known(row_hash(b"other %d" % number)) for number in range(1_000))


def test_many_rows_are_sorted_in_parts(tmp_path: Path) -> None:
    whole = snapshot(tmp_path, 5_000)
    write_snapshot(tmp_path / "x.log", 5_000, tmp_path / "parts.rows", at_once=100)
    with opened_snapshot(tmp_path / "parts.rows") as known:
        assert all(known(row_hash(b"row %d" % number)) for number in range(5_000))
    assert (tmp_path / "parts.rows").stat().st_size == whole.stat().st_size


def test_a_snapshot_too_large_to_be_mapped_gives_the_same_answers(tmp_path: Path) -> None:
    with opened_snapshot(snapshot(tmp_path, 300), largest_map=0) as known:
        assert all(known(row_hash(b"row %d" % number)) for number in range(300))
        assert not known(row_hash(b"other"))


@pytest.mark.parametrize("left", [0, 7, 20, 500], ids=["empty", "mark cut", "index cut", "hashes cut"])
def test_a_damaged_snapshot_knows_nothing(tmp_path: Path, left: int) -> None:
    path = snapshot(tmp_path, 300)
    path.write_bytes(path.read_bytes()[:left])
    with opened_snapshot(path) as known:
        assert not known(row_hash(b"row 1"))


def test_a_missing_snapshot_knows_nothing(tmp_path: Path) -> None:
    with opened_snapshot(tmp_path / "gone.rows") as known:
        assert not known(row_hash(b"row 1"))


def test_a_page_logged_twice_leaves_the_same_log(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    first, second = [row_hash(b"a"), row_hash(b"b")], [row_hash(b"c")]
    for rows, hashes in ((0, first), (2, second), (2, second)):
        assert append_hashes(log, rows, hashes)
    assert log.read_bytes() == b"".join([*first, *second])


def test_a_log_that_lost_rows_is_not_continued(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert not append_hashes(log, 2, [row_hash(b"c")])
    assert append_hashes(log, 0, [row_hash(b"a")])
    assert not append_hashes(log, 2, [row_hash(b"c")])
