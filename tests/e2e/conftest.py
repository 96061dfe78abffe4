"""Places, processes and a plugin for the tests of the real program."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e import mischief
from tests.e2e.forks import Forks, forking, in_memory
from tests.e2e.program import REPOSITORY

TOKEN = "canary-token-3f9a"


@pytest.fixture(scope="module")
def place() -> Generator[Path]:
    """A folder in memory."""
    with in_memory() as folder:
        yield folder


@pytest.fixture(scope="module")
def plugin(place: Path) -> Mapping[str, str]:
    """The environment in which the connector of `tests.e2e.mischief` is installed, by a distribution's folder on the path."""
    installed = place / "site-packages" / "mischief-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mischief\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(f"[syncd]\nmischief = {mischief.__name__}\n")
    return {"PYTHONPATH": f"{installed.parent}:{REPOSITORY}", "MISCHIEF_TOKEN": TOKEN}


@pytest.fixture(scope="module")
def forks(place: Path, plugin: Mapping[str, str]) -> Generator[Forks]:
    """A server of processes that die on request, with its homes in `place` and the plugin installed."""
    with forking(place, plugin) as server:
        yield server


@pytest.fixture(scope="module")
def now() -> datetime:
    """The instant that the firm's files are made for."""
    return datetime.now(UTC).replace(microsecond=0)
