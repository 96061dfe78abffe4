"""Seeded histories end well: one line per seed, and a failure says the command that replays it."""

from __future__ import annotations

import pytest

from tests.simulation.bench import Bench
from tests.simulation.running import run

SEEDS = 16
"""Enough to notice what breaks often; `python -m tests.simulation --seeds 1000` looks for what breaks seldom."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_nothing_is_lost_doubled_or_left_to_do(seed: int, bench: Bench) -> None:
    run(seed, bench)
