"""The engine against a tiny, obviously right oracle, on random models, histories and instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.agreement.counting import FOREVER, EventType
from syncd.agreement.scoring import Score, score
from syncd.agreement.terms import POINT, Band, Counting, Fades, Group, Model, Rule
from tests.agreement.build import at, rule

HOUR = 3_600_000_000
DAY = 24 * HOUR
NOW = at("2026-11-20")


@dataclass(frozen=True)
class Line:
    """A counted rule in the plainest terms."""

    each: bool
    at_least: int
    window_h: int | None
    session_h: int | None
    points: int
    fades: Fades
    max_times: int | None
    max_points: int | None

    def sentence(self) -> str:
        head = "each page_view" if self.each else f"page_view at least {self.at_least} times"
        return head if self.window_h is None else f"{head} within {self.window_h}h"

    def rule(self, name: str) -> Rule:
        session = None if self.session_h is None else timedelta(hours=self.session_h)
        built = rule(name, (self.sentence(), self.points), fades=self.fades, counting=Counting(session=session))
        cap = None if self.max_points is None else self.max_points * POINT
        return Rule(
            id=name,
            branches=built.branches,
            fades=self.fades,
            counting=built.counting,
            max_times=self.max_times,
            max_points=cap,
        )


def oracle(line: Line, events: Sequence[int], now: int) -> float:
    """What the line gives, straight from the definitions."""
    seen = sorted(event for event in events if event <= now)
    if line.session_h is not None:
        seen = [event for i, event in enumerate(seen) if i == 0 or event - seen[i - 1] >= line.session_h * HOUR]
    if line.window_h is not None:
        seen = [event for event in seen if now - line.window_h * HOUR < event]
    if not line.each:
        seen = seen[-1:] if len(seen) >= line.at_least else []
    elif line.max_times is not None:
        seen = seen[-line.max_times :]
    total = sum(line.points * share(line.fades, now - event) for event in seen)
    return float(total if line.max_points is None else max(-line.max_points, min(line.max_points, total)))


def share(fades: Fades, age: int) -> float | Fraction:
    every = fades.every // timedelta(microseconds=1)
    match fades.shape:
        case "cliff":
            return int(age < every)
        case "linear":
            return max(Fraction(0), 1 - Fraction(age, every))
        case "linear_steps":
            return max(Fraction(0), 1 - Fraction(fades.by) * (age // every))
        case "half_life":
            return float(2.0 ** (-age / every))
        case _:
            return 1


hours = st.integers(1, 24 * 40)
shapes = st.one_of(
    st.just(Fades()),
    st.builds(lambda h: Fades(shape="cliff", every=timedelta(hours=h)), hours),
    st.builds(lambda h: Fades(shape="linear", every=timedelta(hours=h)), hours),
    st.builds(
        lambda h, x: Fades(shape="linear_steps", every=timedelta(hours=h), by=Decimal(x) / 100),
        hours,
        st.sampled_from([10, 25, 50]),
    ),
    st.builds(lambda h: Fades(shape="half_life", every=timedelta(hours=h)), st.integers(12, 24 * 40)),
)
lines = st.builds(
    Line,
    each=st.booleans(),
    at_least=st.integers(1, 4),
    window_h=st.none() | hours,
    session_h=st.none() | st.integers(1, 48),
    points=st.integers(-40, 40).filter(bool),
    fades=shapes,
    max_times=st.none() | st.integers(1, 4),
    max_points=st.none() | st.integers(1, 60),
)
ages = st.lists(st.integers(-10 * DAY, 60 * DAY) | hours.map(lambda h: h * HOUR), max_size=12)
limits = st.sampled_from([(None, None), (0, 30), (-20, 20)])


def built(rules: Sequence[Line], low: int | None, high: int | None) -> Model:
    bound = {"low": None if low is None else low * POINT, "high": None if high is None else high * POINT}
    grades = (Band(name="A", low=20), Band(name="B"))
    group = Group(id="g", rules=tuple(line.rule(str(i)) for i, line in enumerate(rules)), grades=grades, **bound)
    return Model(id="random", groups=(group,), bands=(Band(name="mql", low=25), Band(name="cold", high=24)))


def shown(result: Score) -> tuple[int, str, str]:
    return result.published, result.band, result.grade


@given(st.lists(lines, min_size=1, max_size=4), ages, limits)
@settings(max_examples=400, deadline=None)
def test_the_engine_agrees_with_the_oracle(rules: list[Line], old: list[int], bounds: tuple[int | None, int | None]) -> None:
    events = [NOW - age for age in old]
    low, high = bounds
    expected = sum(oracle(line, events, NOW) for line in rules)
    expected = min(max(expected, -1e9 if low is None else low), 1e9 if high is None else high)

    result = score(built(rules, low, high), {}, {EventType("page_view"): events}, now=NOW)

    assert abs(result.exact / POINT - expected) < 1e-9


@given(st.lists(lines, min_size=1, max_size=4), ages, limits, st.floats(0, 1), st.integers(0, 3))
@settings(max_examples=400, deadline=None)
def test_nothing_published_changes_before_the_next_change(
    rules: list[Line], old: list[int], bounds: tuple[int | None, int | None], part: float, back: int
) -> None:
    model, events = built(rules, *bounds), {EventType("page_view"): [NOW - age for age in old]}
    now = score(model, {}, events, now=NOW)
    end = min(now.next_change_at, NOW + 400 * DAY)
    between = NOW + int((end - NOW) * part)

    for instant in {between, max(NOW, end - 1 - back)} - {end}:
        assert shown(score(model, {}, events, now=instant)) == shown(now), instant - NOW


@given(st.lists(lines, min_size=1, max_size=3), ages)
@settings(max_examples=100, deadline=None)
def test_following_the_next_changes_meets_every_score_a_dense_scan_meets(rules: list[Line], old: list[int]) -> None:
    model, events = built(rules, None, None), {EventType("page_view"): [NOW - age for age in old]}
    now, end, met = NOW, NOW + 20 * DAY, []
    for _ in range(5_000):
        result = score(model, {}, events, now=now)
        met.append((now, shown(result)))
        if result.next_change_at >= end:
            break
        assert result.next_change_at > now
        now = result.next_change_at

    assert result.next_change_at == FOREVER or result.next_change_at >= end
    for instant in range(NOW, end, 7 * HOUR):
        latest = max(step for step in met if step[0] <= instant)
        assert shown(score(model, {}, events, now=instant)) == latest[1]


@given(st.lists(lines, min_size=1, max_size=3), ages, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_arrival_does_not_matter(rules: list[Line], old: list[int], rng: Random) -> None:
    model, events = built(rules, None, None), [NOW - age for age in old]
    shuffled = list(events)
    rng.shuffle(shuffled)

    assert (
        score(model, {}, {EventType("page_view"): events}, now=NOW).exact
        == score(model, {}, {EventType("page_view"): shuffled}, now=NOW).exact
    )
