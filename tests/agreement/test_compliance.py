"""Kept promises in numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from syncd.agreement.calendars import MINUTE
from syncd.agreement.clocks import Clock
from syncd.agreement.compliance import Compliance, compliance
from tests.agreement.promises import CONTACT, episode, on, one, sla

POLICY = replace(CONTACT, cancel_if=on("became:disqualified"))


def answered(minutes: int | None = None, what: str = "contact_attempt") -> Clock:
    """A clock of one hour, answered after so many minutes, seen at 14:00."""
    events = [("2026-11-16T10:00-05:00", "assigned")]
    if minutes is not None:
        events.append((f"2026-11-16T{10 + minutes // 60}:{minutes % 60:02}-05:00", what))
    return one("2026-11-16T14:00-05:00", episode(*events), sla(POLICY))


def test_clocks_are_counted_by_how_they_ended() -> None:
    fresh = one("2026-11-16T14:00-05:00", episode(("2026-11-16T13:50-05:00", "assigned")), sla(POLICY))
    found = [answered(10), answered(30), answered(60), answered(90), answered(), answered(5, "became:disqualified"), fresh]
    counted = compliance(found)

    assert counted == Compliance(met=3, met_late=1, breached=1, running=1, left_out=1, median=30 * MINUTE, p90=90 * MINUTE)
    assert counted.share == Fraction(3, 5)


def test_of_no_clock_nothing_is_said() -> None:
    counted = compliance([])

    assert (counted.share, counted.median, counted.p90) == (None, None, None)
