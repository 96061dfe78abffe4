"""Identifiers: whole numbers that grow with time and never come twice, not even after a restore."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from threading import Lock

_SEQUENCE_BITS = 21
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids:
    """Makes identifiers of 63 bits: 42 of milliseconds since 1970, 21 of a sequence that starts at random each millisecond."""

    def __init__(self, clock: Callable[[], int], rng: Random) -> None:
        """*clock* gives microseconds since 1970."""
        self._clock = clock
        self._rng = rng
        self._last = 0
        self._lock = Lock()

    def __call__(self) -> int:
        with self._lock:
            millisecond = self._clock() // 1000
            if millisecond > self._last >> _SEQUENCE_BITS:
                self._last = millisecond << _SEQUENCE_BITS | self._rng.getrandbits(_SEQUENCE_BITS - 1)
            else:
                self._last += 1
            return self._last


def shown(identifier: int) -> str:
    """Write an identifier for people: 13 letters and digits without look-alikes.

    >>> shown(0), read(shown(123456789))
    ('0000000000000', 123456789)
    """
    return "".join(_ALPHABET[identifier >> shift & 31] for shift in range(60, -1, -5))


def read(text: str) -> int | None:
    """Read what `shown` wrote, or return ``None``."""
    if len(text) != 13 or not set(text) <= set(_ALPHABET):
        return None
    value = 0
    for letter in text:
        value = value << 5 | _ALPHABET.index(letter)
    return value
