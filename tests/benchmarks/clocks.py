"""Clocks: microseconds of CPU per due time, and per clock derived from an episode under all promises of article 000.

Prints one JSON line. Nothing is stored: finding the clocks that are due is the store's part.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import process_time

import click

from syncd.agreement.calendars import business_days_later, open_time, used_up_at
from syncd.agreement.clocks import Situation, clocks
from syncd.agreement.journey import Episode, Event, Owner
from syncd.agreement.policies import Sla
from syncd.config import load
from tests.agreement.build import at
from tests.agreement.calendars import MADRID
from tests.benchmarks.measure import machine
from tests.config.build import AGREEMENT, SPECS, write

HOUR = 3_600_000_000
YEAR = 365 * 24 * HOUR
START, NOW = at("2025-11-20"), at("2026-11-21")
YAML = """\
time: {calendars: {madrid: {tz: Europe/Madrid, hours: {mon-fri: [09:00-14:00, 15:00-18:00]}}}}
sla: {preset: article_000, sales: {first_contact: {on_breach: []}}}
"""


@click.command()
@click.option("--instants", default=200_000)
@click.option("--episodes", default=20_000)
def main(instants: int, episodes: int) -> None:
    random = Random(1)
    starts = [START + random.randrange(YEAR) for _ in range(instants)]
    with tempfile.TemporaryDirectory() as folder:
        sla = load(write(Path(folder), agreement=AGREEMENT + YAML), SPECS).sla
    if sla is None:
        raise RuntimeError("the preset promises nothing")
    made = [_episode(start, answered=i % 2 == 0) for i, start in enumerate(starts[:episodes])]
    found, took = _derived(sla, made)
    figures = {
        "hour_us": _each(starts, lambda start: used_up_at(MADRID, start, HOUR)),
        "business_day_us": _each(starts, lambda start: business_days_later(MADRID, start, 1)),
        "open_time_us": _each(starts, lambda start: open_time(MADRID, start, start + 100 * HOUR)),
        "clocks_per_episode": found / episodes,
        "clock_us": round(took / found * 1e6, 2),
    }
    print(json.dumps({"benchmark": "clocks", **figures, **machine()}))


def _each(starts: Sequence[int], ask: Callable[[int], int]) -> float:
    ask(starts[0])
    began = process_time()
    for start in starts:
        ask(start)
    return round((process_time() - began) / len(starts) * 1e6, 2)


def _episode(start: int, *, answered: bool) -> Episode:
    assigned = start + HOUR // 60
    events = [Event(at=start, what="became:mql"), Event(at=assigned, what="assigned", by="kim")]
    if answered:
        events.append(Event(at=start + 5 * HOUR, what="contact_attempt", by="kim"))
    return Episode(n=1, started_at=start, events=tuple(events), owners=(Owner("kim", assigned),))


def _derived(sla: Sla, made: Sequence[Episode]) -> tuple[int, float]:
    """Return how many clocks there were, and the seconds they took."""
    began = process_time()
    found = sum(len(clocks((sla,), one, person="p", situation=Situation(), now=NOW)) for one in made)
    return found, process_time() - began


if __name__ == "__main__":
    main()
