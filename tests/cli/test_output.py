"""Tables: as wide as they need into a pipe, as wide as there is room on a terminal, and no heading broken inside a word."""

from __future__ import annotations

import re
import sys

import pytest

from syncd.cli.output import table

HEADINGS = ("connection", "write back", "last pull", "inbox")
ROW = ("csv", "shadow", "complete, and a long story of how it came to be so and no other way", 12)


def drawn(capsys: pytest.CaptureFixture[str]) -> list[str]:
    table(HEADINGS, [ROW])
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()]


def test_a_row_is_one_line_where_nobody_looks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    assert drawn(capsys) == [
        f"connection  write back  {'last pull':{len(ROW[2])}}  inbox",
        f"csv         shadow      {ROW[2]}  12",
    ]


@pytest.mark.parametrize("columns", [100, 60, 42, 34, 20])
def test_a_heading_is_not_broken_inside_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = drawn(capsys)

    words = {word for line in lines for word in line.split()}
    assert {"connection", "write", "back", "last", "pull", "inbox"} <= words
    assert max(map(len, lines)) <= max(columns, 10 + 5 + 8 + 5 + 3 * 2)


def test_cells_wrap_where_there_is_no_room(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    assert drawn(capsys) == [
        "connection  write back  last pull                      inbox",
        "csv         shadow      complete, and a long story of  12",
        "                        how it came to be so and no",
        "                        other way",
    ]
