"""What must hold of every clock, on random episodes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.agreement.alarms import actions
from syncd.agreement.calendars import MINUTE
from syncd.agreement.clocks import Clock, Situation, clocks
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause, target
from syncd.agreement.journey import Episode, Event, Owner
from syncd.agreement.policies import Escalation, Goal, Policy, Roster, Sla
from tests.agreement.build import at
from tests.agreement.promises import on, percents, promise, sla

MONDAY = at("2026-11-16T09:00-05:00")
WEEK = 8 * 24 * 60
ENDED = ("met", "met_late", "cancelled", "void")

minutes = st.integers(0, WEEK)
within = st.sampled_from(["30m", "1h", "4h", "1bd", "2bd"]).map(lambda text: target(text, "business", {}))
elapsed = st.sampled_from(["30m", "24h", "2d"]).map(lambda text: target(text, "elapsed", {}))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return replace(
        promise("assigned", "contact_attempt"),
        goals=(Goal(within=draw(st.one_of(within, elapsed))),),
        warn_at=draw(st.sampled_from([(), percents(50), percents(50, 75, 90)])),
        need=draw(st.sampled_from([1, 1, 3])),
        over_days=draw(st.integers(1, 2)),
        unless=draw(st.sampled_from([on(), on("connected")])),
        pause_while=("leave",),
        cancel_if=on("became:disqualified"),
        escalation=draw(st.sampled_from([None, Escalation(target("2h", "business", {}), ("reassign",))])),
    )


events = st.lists(
    st.tuples(minutes, st.sampled_from(["contact_attempt", "contact_attempt", "connected", "became:disqualified"])),
    max_size=6,
)
pauses = st.lists(st.tuples(minutes, minutes).map(lambda two: Pause(*(MONDAY + m * MINUTE for m in sorted(two)))), max_size=3)


@st.composite
def episodes(draw: st.DrawFn) -> Episode:
    begins = draw(st.integers(0, 600))
    owners = draw(st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), minutes), max_size=3))
    made = [("assigned", begins), *((what, minute) for minute, what in draw(events))]
    return Episode(
        n=1,
        started_at=MONDAY,
        ended_at=draw(st.one_of(st.none(), minutes.map(lambda minute: MONDAY + minute * MINUTE))),
        events=tuple(sorted(Event(at=MONDAY + minute * MINUTE, what=what) for what, minute in made)),
        owners=tuple(sorted((Owner(who, MONDAY + minute * MINUTE) for who, minute in owners), key=lambda owner: owner.at)),
    )


def terms(policy: Policy) -> Sla:
    return sla(policy, roster=Roster(default="ny", owners={"B": "madrid", "C": "kolkata"}))


def asked(agreed: Sla, way: Episode, paused: list[Pause], minute: int) -> dict[str, Clock]:
    situation = Situation(pauses={"leave": tuple(paused)})
    found = clocks((agreed,), way, person="ann", situation=situation, now=MONDAY + minute * MINUTE)
    return {clock.id: clock for clock in found}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, seed=st.randoms(), now=minutes)
def test_the_order_of_arrival_does_not_matter(
    policy: Policy, way: Episode, paused: list[Pause], seed: Random, now: int
) -> None:
    shuffled = list(paused)
    seed.shuffle(shuffled)

    assert asked(terms(policy), way, shuffled, now) == asked(terms(policy), way, paused, now)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, now=minutes, later=minutes)
def test_what_has_ended_stays_so_and_a_breach_is_for_ever(
    policy: Policy, way: Episode, paused: list[Pause], now: int, later: int
) -> None:
    before, after = (asked(terms(policy), way, paused, minute) for minute in sorted((now, later)))

    for name, clock in before.items():
        if not clock.rep and clock.state in ENDED:
            assert (after[name].state, after[name].stop) == (clock.state, clock.stop)
        if not clock.rep and clock.state == "breached":
            assert after[name].state in ("breached", "met_late")
        if not clock.rep:
            assert after[name].due == clock.due
            assert after[name].used >= clock.used


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, more=pauses, now=minutes)
def test_pausing_later_never_heals_a_breach(
    policy: Policy, way: Episode, paused: list[Pause], more: list[Pause], now: int
) -> None:
    for name, clock in asked(terms(policy), way, paused, now).items():
        if clock.state == "breached":
            late = [Pause(max(pause.start, clock.due), max(pause.end, clock.due)) for pause in more]
            assert asked(terms(policy), way, [*paused, *late], now)[name].state == "breached"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, now=minutes)
def test_a_clock_agrees_with_itself(policy: Policy, way: Episode, paused: list[Pause], now: int) -> None:
    for clock in asked(terms(policy), way, paused, now).values():
        assert [mark.at for mark in clock.marks] == sorted(
            mark.at for mark in clock.marks if clock.start <= mark.at < clock.due
        )
        assert sum(held.used for held in clock.held) == clock.used
        assert (clock.state in ENDED) <= (not clock.open)
        assert (clock.stop is None) == (clock.state not in ("met", "met_late"))
        assert clock.next_change_at > MONDAY + now * MINUTE
        assert clock.start <= clock.due
        if clock.state == "met" and clock.goal.within.amount and not clock.goal.within.days:
            assert clock.used <= clock.goal.within.amount


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, now=minutes)
def test_nothing_changes_before_it_is_said_to(policy: Policy, way: Episode, paused: list[Pause], now: int) -> None:
    """Asked again a microsecond before the next change, with no new event, a clock is in the same state."""
    seen = replace(way, events=tuple(event for event in way.events if event.at <= MONDAY + now * MINUTE), ended_at=None)
    seen = replace(seen, owners=tuple(owner for owner in seen.owners if owner.at <= MONDAY + now * MINUTE))
    situation = Situation(pauses={"leave": tuple(paused)})
    for name, clock in asked(terms(policy), seen, paused, now).items():
        if clock.next_change_at < FOREVER:
            later = clocks((terms(policy),), seen, person="ann", situation=situation, now=clock.next_change_at - 1)
            assert next(one for one in later if one.id == name).state == clock.state


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), way=episodes(), paused=pauses, steps=st.lists(minutes, min_size=1, max_size=6))
def test_however_often_it_is_asked_each_key_comes_once(
    policy: Policy, way: Episode, paused: list[Pause], steps: list[int]
) -> None:
    agreed, told, since = terms(policy), list[str](), -FOREVER
    for minute in sorted(set(steps)):
        for clock in asked(agreed, way, paused, minute).values():
            told += [action.key for action in actions(clock, agreed.time, since=since, now=MONDAY + minute * MINUTE)]
        since = MONDAY + minute * MINUTE

    assert len(told) == len(set(told))
    breached = {
        name for name, clock in asked(agreed, way, paused, max(steps)).items() if clock.state == "breached" and not clock.silent
    }
    assert {f"{name} breached" for name in breached} <= set(told)
