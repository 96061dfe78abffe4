"""SOQL: nothing that is asked for can end a string."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_salesforce import soql

AT = datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("O'Hara", r"'O\'Hara'", id="quote"),
        pytest.param("a\\", r"'a\\'", id="backslash"),
        pytest.param("' OR Name != '", r"'\' OR Name != \''", id="injection"),
        pytest.param("a\nb\tc", r"'a\nb\tc'", id="white space"),
        pytest.param("a\\' b", r"'a\\\' b'", id="an escape that is none"),
    ],
)
def test_text_is_quoted(text: str, written: str) -> None:
    assert soql.quoted(text) == written


def test_a_window_is_closed_below_and_open_above() -> None:
    where = [soql.since("SystemModstamp", AT), soql.before("SystemModstamp", AT.replace(hour=9))]
    assert soql.select(["Id", "Name"], "Lead", where=where, order=["SystemModstamp", "Id"]) == (
        "SELECT Id,Name FROM Lead WHERE SystemModstamp >= 2026-11-20T08:15:02Z AND SystemModstamp < 2026-11-20T09:15:02Z"
        " ORDER BY SystemModstamp,Id"
    )


def test_one_goes_on_within_an_instant_that_many_rows_share() -> None:
    assert soql.after("SystemModstamp", AT, "00Q1") == (
        "(SystemModstamp > 2026-11-20T08:15:02Z OR (SystemModstamp = 2026-11-20T08:15:02Z AND Id > '00Q1'))"
    )
