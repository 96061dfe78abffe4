"""A clock against somebody with a stopwatch: minute by minute, open and not paused, until it is answered."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.agreement.calendars import MINUTE, Calendar, next_opening
from syncd.agreement.clocks import Situation, clocks
from syncd.agreement.durations import Pause
from syncd.agreement.journey import Episode, Event
from syncd.agreement.policies import Roster
from tests.agreement.build import at
from tests.agreement.calendars import KOLKATA, MADRID, NY
from tests.agreement.promises import goal, percents, promise, sla

FRIDAY = at("2026-11-20T12:00")
DAYS = 5 * 24 * 60

minute = st.integers(0, DAYS)
spans = st.lists(st.tuples(minute, st.integers(1, 2000)), max_size=3)


def watched(calendar: Calendar, start: int, target: int, pauses: list[tuple[int, int]], answer: int | None, now: int) -> str:
    """The state at minute *now*, found by looking at every minute on the way."""
    used, due = 0, None
    for n in range(start, now + 1):
        instant = FRIDAY + n * MINUTE
        paused = any(begins <= n < begins + length for begins, length in pauses)
        if used == target and due is None:
            due = n
        if n < now:
            used += next_opening(calendar, instant) == instant and not paused
    if answer is not None and answer <= now:
        return "met" if due is None or answer <= due else "met_late"
    if due is not None and due < now:
        return "breached"
    return "paused" if paused else "at_risk" if 2 * used >= target else "running"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    calendar=st.sampled_from([NY, MADRID, KOLKATA]),
    start=st.integers(0, 2000),
    target=st.integers(1, 600),
    pauses=spans,
    answer=st.one_of(st.none(), st.integers(0, 3000)),
    wait=st.integers(0, 4000),
)
def test_a_clock_is_what_a_stopwatch_says(
    calendar: Calendar, start: int, target: int, pauses: list[tuple[int, int]], answer: int | None, wait: int
) -> None:
    policy = replace(
        promise("assigned", "contact_attempt"), goals=(goal(f"{target}m"),), warn_at=percents(50), pause_while=("leave",)
    )
    events = [Event(at=FRIDAY + start * MINUTE, what="assigned")]
    answered = None if answer is None else start + answer
    if answered is not None:
        events.append(Event(at=FRIDAY + answered * MINUTE, what="contact_attempt"))
    way = Episode(n=1, started_at=FRIDAY, events=tuple(sorted(events)))
    leave = tuple(Pause(FRIDAY + begins * MINUTE, FRIDAY + (begins + length) * MINUTE) for begins, length in pauses)
    (clock,) = clocks(
        (sla(policy, roster=Roster(default=calendar.name)),),
        way,
        person="ann",
        situation=Situation(pauses={"leave": leave}),
        now=FRIDAY + (start + wait) * MINUTE,
    )

    assert clock.state == watched(calendar, start, target, pauses, answered, start + wait)
