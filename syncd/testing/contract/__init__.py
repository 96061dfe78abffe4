"""The conformance suite: what every connector keeps to, so that a host can pull, push, stop and be killed at any point.

A plugin's tests run it with a world of their own (see `syncd.testing`)::

    class TestContract(ConnectorContract):
        world = MyWorld

Inheritance is pytest's idiom for that. The tests are in the modules beside this one, by subject; each makes its own world.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from syncd.testing.bench import Bench, bench_of
from syncd.testing.contract.abstaining import Abstaining
from syncd.testing.contract.describing import Describing
from syncd.testing.contract.exempting import Exempting, exemptions
from syncd.testing.contract.failing import Failing
from syncd.testing.contract.following import Following
from syncd.testing.contract.reading import Reading
from syncd.testing.contract.resuming import Resuming
from syncd.testing.contract.writing import Writing
from syncd.testing.world import World

__all__ = ["ConnectorContract", "exemptions"]


class ConnectorContract(Describing, Reading, Resuming, Following, Writing, Failing, Abstaining, Exempting):
    """Every test of the suite. ``world`` makes a world in an empty folder."""

    world: Callable[[Path], World]

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Generator[Bench]:
        """A world of its own for each test."""
        with bench_of(type(self).world, tmp_path) as bench:
            yield bench
