"""Cursors: everything needed to go on, short, and never fatal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_salesforce.cursors import Job, Reading, State, decoded, encoded

AT = datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC)


def test_a_state_comes_back_as_it_was() -> None:
    job = Job(id="750000000000001AAA", version="66.0", begun_at=AT, locator="MTAwMDA", rows=10_000, total=25_000, polls=3)
    reading = Reading(
        phase="window", lo=AT, hi=AT, next="/services/data/v66.0/query/01g-2000", last_at=AT, last_id="00Q1", job=job
    )
    state = State(format=1, to=AT, deleted_to=AT, hidden=("Score__c",), todo=("deleted", "sweep"), reading=reading)
    assert decoded(encoded(state)) == state


def test_what_is_empty_takes_no_room() -> None:
    assert encoded(State(format=1, to=AT)) == '{"format":1,"to":"2026-11-20T08:15:02Z"}'


@pytest.mark.parametrize("text", [None, "", "7", "{}", '{"format":2}', '{"format":1,"to":"soon"}', '{"format":1,"todo":["?"]}'])
def test_whatever_is_not_ours_begins_anew(text: str | None) -> None:
    assert decoded(text) == State(format=1)
