"""Cutting a text into rows: exact for well-formed text, and never fooled for long by a stray quote or a cut."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncd_csv.rows import LONGEST, cells, rows

DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
CELLS = st.text(alphabet='ab",;\t|\n\r é', max_size=8)


def tables(width: int = 3) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)


def written(table: list[list[str]], delimiter: str, quoting: Literal[0, 1] = csv.QUOTE_MINIMAL, end: str = "\r\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)
    return out.getvalue().encode()


def read(text: bytes, *, delimiter: str = ",", width: int | None = 3, block: int = 7) -> tuple[list[list[str]], list[int]]:
    """Return the rows that are good and the first lines of those that are not."""
    good: list[list[str]] = []
    bad: list[int] = []
    blocks = [text[at : at + block] for at in range(0, len(text), block)]
    for line, _, raw, fault in rows(blocks, delimiter=delimiter, width=width):
        row = raw.rstrip(b"\r\n").decode("utf-8", "replace")
        if fault:
            bad.append(line)
        elif row and (width is None or len(cells(row, delimiter)) == width):
            good.append(cells(row, delimiter))
    return good, bad


@given(tables(), DELIMITERS)
def test_what_a_csv_writer_wrote_comes_back_equal(table: list[list[str]], delimiter: str) -> None:
    assert read(written(table, delimiter), delimiter=delimiter) == (table, [])


@given(tables(), DELIMITERS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_file_with_every_cell_quoted_comes_back_equal_whatever_its_line_ends(
    table: list[list[str]], delimiter: str, end: str
) -> None:
    assert read(written(table, delimiter, csv.QUOTE_ALL, end), delimiter=delimiter) == (table, [])


@given(tables(), st.integers(1, 40))
def test_the_size_of_the_blocks_makes_no_difference(table: list[list[str]], block: int) -> None:
    assert read(written(table, ","), block=block) == (table, [])


PLAIN = st.text(alphabet="ab é", min_size=1, max_size=6)
NOTES = st.text(alphabet='ab\n" é', max_size=12)  # a cell of several lines, none of which looks like a row


@given(st.lists(st.tuples(PLAIN, PLAIN, NOTES, PLAIN), min_size=1, max_size=6), st.data())
def test_a_text_cut_anywhere_never_gives_a_row_that_was_not_there(
    table: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    text = written([list(row) for row in table], ",", end="\n")
    cut = text[: data.draw(st.integers(0, len(text)))]
    good, _ = read(cut, width=4)
    whole_lines = good if cut.endswith(b"\n") or not good else good[:-1]  # the reader above distrusts an open last row
    assert whole_lines == [list(row) for row in table][: len(whole_lines)]


@given(st.lists(st.lists(PLAIN, min_size=3, max_size=3), min_size=1, max_size=8), st.data())
def test_a_stray_quote_costs_at_most_the_row_it_stands_in(table: list[list[str]], data: st.DataObject) -> None:
    text = written(table, ",", data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])), "\n")
    at = data.draw(st.integers(0, len(text) - 1))
    hit = text[:at].count(b"\n")
    good, _ = read(text[:at] + b'"' + text[at:])
    others = table[:hit] + table[hit + 1 :]
    assert good == others or good[:hit] + good[hit + 1 :] == others


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    text = b'1,"open,x\n' + b"".join(b"%d,b,c\n" % number for number in range(2, 50_001))
    good, bad = read(text, block=1 << 16)
    assert (len(good), bad) == (49_999, [1])


def test_a_quote_closed_by_a_later_quote_costs_one_row() -> None:
    assert read(b'1,"open,x\n2,b,c\n3,"d",e\n') == ([["2", "b", "c"], ["3", "d", "e"]], [1])


def test_a_quote_that_pairs_up_with_a_later_quoted_delimiter_costs_one_row() -> None:
    assert read(b'1,"open,x\n2,b,c\n3,",d",e\n') == ([["2", "b", "c"], ["3", ",d", "e"]], [1])


def test_a_cell_cut_in_the_middle_is_one_fault_and_its_lines_are_no_rows() -> None:
    [(line, end, raw, fault)] = list(rows([b'1,"Dear Ada,\nsee you\nsoon'], delimiter=",", width=3))
    assert (line, end, raw) == (1, 25, b'1,"Dear Ada,\nsee you\nsoon')
    assert fault is not None
    assert fault.code == "cut"


def test_reading_may_resume_only_behind_a_doubtful_stretch() -> None:
    found = [(line, end) for line, end, _, _ in rows([b'1,"open,x\n2,b,c\n3,d,e\n4,f,g\n'], delimiter=",", width=3)]
    assert found == [(1, 0), (2, 0), (3, 0), (4, 28)]


def test_a_piece_of_a_broken_cell_is_refused_even_if_short_rows_are_fine() -> None:
    assert read(b'1,"say "hi"\nthere\n2,b,c\n', width=3) == ([["2", "b", "c"]], [1])


def test_a_quote_inside_an_unquoted_cell_is_text() -> None:
    assert read(b'1,5" pipe,x\n') == ([["1", '5" pipe', "x"]], [])


def test_line_numbers_count_the_lines_of_multi_line_rows() -> None:
    lines = [line for line, _, _, _ in rows([b'1,"a\nb\nc",x\r\n\r\n2,d,e\r3,f,g\n'], delimiter=",", width=3)]
    assert lines == [1, 4, 5, 6]


def test_an_overlong_row_is_refused_and_the_next_one_read() -> None:
    text = b"1," + b"x" * (LONGEST + 70_000) + b",y\n2,b,c\n"
    found = [(line, end, fault and fault.code) for line, end, _, fault in rows([text], delimiter=",", width=3)]
    assert found == [(1, len(text) - 6, "long"), (2, len(text), None)]


def test_a_cell_of_140_kilobytes_is_read() -> None:
    good, bad = read(b'1,"' + b"x" * 140_000 + b'",y\n', block=1 << 16)
    assert (len(good[0][1]), bad) == (140_000, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'"' * 5_000, id="quotes only"),
        pytest.param(b'a,"' * 5_000, id="opening quotes"),
        pytest.param(b'"a\n' * 5_000, id="every line opens a quote"),
        pytest.param(b'1,"x\n' + b'2,""y\n' * 5_000, id="doubled quotes behind an open one"),
    ],
)
def test_hostile_text_is_read_in_linear_time(text: bytes) -> None:
    assert len(list(rows([text], delimiter=",", width=2))) <= text.count(b"\n") + 1
