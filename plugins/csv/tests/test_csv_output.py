"""Write-back: a file that people may open in a spreadsheet, replaced whole and only if something differs."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncd_csv.files import Folder
from syncd_csv.output import merge, neutral, written

from syncd.spi import Change, FieldChange, Golden, Misconfigured, Ref


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0", id="plus"),
        pytest.param("-2+3", "'-2+3", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("\t=1", "'\t'=1", id="tab"),
        pytest.param("\r=1", "'\r'=1", id="carriage return"),
        pytest.param("  =1", "'  =1", id="leading blanks"),
        pytest.param("|calc", "'|calc", id="pipe"),
        pytest.param("%0A", "'%0A", id="percent"),
        pytest.param("＝1+1", "'＝1+1", id="full-width equals"),
        pytest.param("＋1", "'＋1", id="full-width plus"),
        pytest.param('"=1', "'\"'=1", id="behind a quote"),
        pytest.param("a;=1", "a;'=1", id="behind a semicolon"),
        pytest.param("a,@x", "a,'@x", id="behind a comma"),
        pytest.param("a\n=1", "a\n'=1", id="behind a line end"),
        pytest.param("a; -5+cmd|x", "a; '-5+cmd|x", id="a formula that begins like a number"),
        pytest.param("-12.5", "-12.5", id="number"),
        pytest.param("+49", "+49", id="number with a plus"),
        pytest.param("-1.234,50", "-1.234,50", id="German number"),
        pytest.param("1E-5", "1E-5", id="exponent"),
        pytest.param("+20 pricing page; +10 demo; -5 no reply", "'+20 pricing page; +10 demo; -5 no reply", id="reasons"),
        pytest.param("ada@example.com", "ada@example.com", id="address"),
        pytest.param("Ada = Countess", "Ada = Countess", id="sign within"),
        pytest.param("a\0b", "ab", id="NUL"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_cell_is_no_formula_and_a_number_stays_a_number(cell: str, expected: str) -> None:
    assert neutral(cell) == expected


@given(st.text(alphabet="=+-@|%＝ \t\r\n;,\"'a1(", max_size=12))
def test_no_part_of_a_cell_begins_a_formula_whatever_the_delimiter(cell: str) -> None:
    for part in re.split(r"[,;\t\r\n]", neutral(cell)):
        assert not part.lstrip(' "').startswith(("=", "@", "＝", "|", "+(", "-(", "+a", "-a"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param(True, "true", id="truth"),
        pytest.param(-5, "-5", id="number"),
        pytest.param(Decimal("12.50"), "12.50", id="decimal"),
        pytest.param(("a", "b"), "a;b", id="list"),
        pytest.param("Hot", "Hot", id="text"),
    ],
)
def test_a_value_is_written_plainly(value: Golden | None, cell: str) -> None:
    assert written(value) == cell


def change(external_id: str, **fields: Golden | None) -> Change:
    return Change(
        ref=Ref("people", external_id),
        fields={name: FieldChange(old=None, new=value) for name, value in fields.items()},
        key=f"{external_id}-{sorted(fields)}",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(root=tmp_path)


def rows(folder: Folder) -> list[list[str]]:
    return list(csv.reader(io.StringIO((folder.root / "out.csv").read_text("utf-8"), newline="")))


def test_a_first_write_makes_the_file(folder: Folder) -> None:
    assert merge(folder, "out.csv", "Record ID", [change("7", score=80, band="Hot"), change("8", score=10)])
    assert rows(folder) == [["Record ID", "band", "score"], ["7", "Hot", "80"], ["8", "", "10"]]


def test_rows_and_columns_keep_their_places(folder: Folder) -> None:
    merge(folder, "out.csv", "id", [change("7", score=80), change("8", score=10)])
    merge(folder, "out.csv", "id", [change("8", score=20, band="Cold"), change("9", score=5)])
    assert rows(folder) == [["id", "score", "band"], ["7", "80", ""], ["8", "20", "Cold"], ["9", "5", ""]]


def test_a_value_that_is_taken_away_leaves_a_blank_cell(folder: Folder) -> None:
    merge(folder, "out.csv", "id", [change("7", score=80, band="Hot")])
    merge(folder, "out.csv", "id", [change("7", band=None)])
    assert rows(folder) == [["id", "band", "score"], ["7", "", "80"]]


def test_nothing_is_written_if_nothing_differs(folder: Folder) -> None:
    changes = [change("7", score=80, note="=1"), change("-8", score=10)]
    assert merge(folder, "out.csv", "id", changes)
    before = (folder.root / "out.csv").stat()
    assert not merge(folder, "out.csv", "id", changes)
    after = (folder.root / "out.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_of_two_changes_to_one_cell_the_later_wins(folder: Folder) -> None:
    merge(folder, "out.csv", "id", [change("7", score=1), change("7", score=2)])
    assert rows(folder) == [["id", "score"], ["7", "2"]]


def test_what_people_typed_into_the_file_is_kept(folder: Folder) -> None:
    (folder.root / "out.csv").write_text("\ufeffid,remark,score\n7,call her,1\n", "utf-8")
    merge(folder, "out.csv", "id", [change("7", score=2)])
    assert rows(folder) == [["id", "remark", "score"], ["7", "call her", "2"]]


def test_a_file_that_syncd_did_not_write_is_not_touched(folder: Folder) -> None:
    (folder.root / "out.csv").write_text("name,id\nAda,7\n", "utf-8")
    with pytest.raises(Misconfigured, match="was not written by syncd; move it away"):
        merge(folder, "out.csv", "id", [change("7", score=2)])
    assert (folder.root / "out.csv").read_text("utf-8") == "name,id\nAda,7\n"


def test_a_damaged_file_is_not_touched(folder: Folder) -> None:
    (folder.root / "out.csv").write_text('id,score\n7,"1"x\n', "utf-8")
    with pytest.raises(Misconfigured, match="is damaged"):
        merge(folder, "out.csv", "id", [change("7", score=2)])
