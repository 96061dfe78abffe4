"""Record ids: three characters of the object, twelve of base 62, and the three-letter checksum that makes fifteen eighteen."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["Ids", "full", "is_id", "prefix"]

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUMS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "5g0"


class Ids:
    """Gives out ids, one counter per object prefix; the same order of requests gives the same ids."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        """Return an id of 18 characters that was never given out."""
        count = self._last.get(prefix, 0) + 1
        self._last[prefix] = count
        return full(prefix + _POD + _base62(count).rjust(9, "0"))


def full(text: str) -> str:
    """Return an id of 15 or 18 characters with 18; any other text as it is.

    >>> full("0014S000007Nxml")
    '0014S000007NxmlQAC'
    """
    if len(text) != 15 or not is_id(text):
        return text
    return text + _sum(text[:5]) + _sum(text[5:10]) + _sum(text[10:])


def is_id(text: str) -> bool:
    """Say whether *text* has the form of an id; of 18 characters the checksum must be right."""
    if not text.isascii() or not text.isalnum():
        return False
    return len(text) == 15 or (len(text) == 18 and full(text[:15]) == text)


def prefix(key: str) -> str:
    """Return the three characters that name the object."""
    return key[:3]


@lru_cache(maxsize=4_096)
def _sum(five: str) -> str:
    return _SUMS[sum(1 << place for place, char in enumerate(five) if "A" <= char <= "Z")]


def _base62(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    return text or "0"
