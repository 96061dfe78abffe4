"""Cursors: they come back as they were, and what is not one of ours starts over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syncd_csv.cursors import Cursor, Progress, Version, decoded, encoded

OLD = Version(10, 1_700_000_000_000_000_000, 7, "c0ffee", "1a2b")
CURSOR = Cursor(plan="p1", files={"a.csv": OLD}, last="a.csv")
HALFWAY = replace(CURSOR, progress=Progress("b.csv", OLD, False, OLD.name, 120, 4, good=2, bad=1, seen=3))


@pytest.mark.parametrize("cursor", [Cursor(plan="p1"), CURSOR, HALFWAY], ids=["empty", "done", "halfway"])
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert decoded(encoded(cursor), "p1") == cursor


def test_a_cursor_of_another_plan_starts_over() -> None:
    assert decoded(encoded(HALFWAY), "p2") == Cursor(plan="p2")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "7", '[2,"p1",{},"",null]', '[1,"p1",{"a":[1]},"",null]', '[1,"p1",[],"",0]']
)
def test_what_is_no_cursor_starts_over(text: str) -> None:
    assert decoded(text, "p1") == Cursor(plan="p1")
