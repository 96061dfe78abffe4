"""A place for one store, shared by all tests of a module."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.simulation.bench import Bench, one_bench


@pytest.fixture(scope="module")
def bench() -> Generator[Bench]:
    """A bench; every world begins with an empty store."""
    with one_bench() as made:
        yield made
