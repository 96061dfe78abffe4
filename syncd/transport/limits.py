"""What a request may cost, and where its time and chance come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may cost at most.

    ``connect_s`` is for name and connection, and again for the TLS handshake; ``total_s`` for one attempt to its last byte.
    ``body`` is in bytes after unpacking, ``ratio`` unpacked to packed. Who asks for a longer pause than ``pause_s`` is left to
    the daemon's loop, and believed up to ``retry_after``.
    """

    connect_s: float = 5
    total_s: float = 30
    body: int = 64 * 2**20
    ratio: int = 100
    headers: int = 100
    header_bytes: int = 64 * 2**10
    attempts: int = 4
    pause_s: float = 60
    retry_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Time and chance. ``clock`` counts seconds from anywhere; ``sleep`` waits seconds and tells whether to stop instead."""

    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], bool]
    rng: Random
