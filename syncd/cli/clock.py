"""Where the command line reads the clock and seeds randomness; everything below is handed both."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random, SystemRandom


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock is read here and handed on


def rng() -> Random:
    return SystemRandom()
