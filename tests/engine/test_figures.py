"""Volumes and shares that want attention: told once per period."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.engine.figures import watch
from syncd.engine.notices import notify_due
from syncd.model import Ref
from syncd.report.compliance import figures
from syncd.store.database import Store
from tests.engine.build import START, Home, on_sqlite
from tests.engine.test_handoff import AGREEMENT, Told, after, demo, did, trial_of

FIGURES = (
    AGREEMENT.replace(
        "  sales:\n",
        "    volume: {at_least: 100 mql, per: month}\n"
        "  joint:\n    conversion: {mql_to_sql: 25%, mature_after: 1d, min_sample: 2, alarm_below: 20%, per: month}\n"
        "  sales:\n    first_week: {at_least: 50%, of: mql, contacted_within: 7d, per: month}\n",
    )
    .replace("  instant:\n", "  instant:\n    - {event: figure_alarm, to: manager, by: trial}\n")
    .replace("notify:\n", "notify:\n  quiet_hours: false\n")
)


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Home:
    home = trial_of(tmp_path, store, FIGURES)
    home.sync()
    return home


def test_a_volume_behind_and_a_conversion_too_low_are_told_once_per_period(home: Home) -> None:
    for number in ("1", "2"):
        demo(home, about=Ref("contacts", number), email=f"p{number}@firm.example")
    after(home, minutes=1)
    told = Told()
    for _ in range(6):
        home.clock.advance(timedelta(hours=12))
        notify_due(home.site, told)

    assert [one for one in told.messages if one[0] == "figure_alarm"] == [("figure_alarm", "boss@firm.example")] * 2
    alarms = [text for text, (event, _) in zip(told.texts, told.messages, strict=True) if event == "figure_alarm"]
    assert sorted(text.partition(":")[0] for text in alarms) == ["conversion", "volume"]


@on_sqlite
def test_no_figure_is_told_before_going_live_as_agreed(tmp_path: Path, store: Store) -> None:
    home = trial_of(tmp_path, store, FIGURES.replace("time:\n", 'time:\n  go_live: "2026-12-01T00:00:00Z"\n'))
    home.sync()
    demo(home)
    after(home, days=2)
    assert watch(home.site, home.site.now()) == 0
    home.clock.set(START.replace(month=12, day=20))
    assert watch(home.site, home.site.now()) == 1


@on_sqlite
def test_figures_are_looked_at_again_after_just_an_hour(home: Home) -> None:
    for number in ("1", "2"):
        demo(home, about=Ref("contacts", number), email=f"p{number}@firm.example")
    after(home, minutes=1)
    home.clock.advance(timedelta(hours=23, minutes=30))
    assert watch(home.site, home.site.now()) == 1  # the volume; whether they convert is for tomorrow
    home.clock.advance(timedelta(minutes=59))
    assert watch(home.site, home.site.now()) == 0
    home.clock.advance(timedelta(minutes=1))
    assert watch(home.site, home.site.now()) == 1


def test_what_was_agreed_is_said_to_the_tenth_of_a_percent(tmp_path: Path, store: Store) -> None:
    home = trial_of(tmp_path, store, FIGURES.replace("at_least: 50%", "at_least: 12.5%"))
    with home.store.read() as tx:
        found = {one.promise: one.target for one in figures(tx, home.site.slas[-1], home.site.now())}

    assert found["first_week"] == "12.5% contact attempt per month"


def test_a_share_contacted_in_time_counts_who_was_contacted(home: Home) -> None:
    demo(home)
    after(home, minutes=1)
    did(home, "call", outbound=True)
    after(home, days=8)
    assert home.config().sla is not None
    with home.store.read() as tx:
        found = {one.promise: (one.count, one.of) for one in figures(tx, home.site.slas[-1], home.site.now())}

    assert found["first_week"] == (1, 1)
