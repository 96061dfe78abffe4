"""What one text of the agreement changes against another, line by line and by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

Said: TypeAlias = "object"
"""A part of an agreement as written: texts, numbers, lists, and mappings by key."""

_SIGNATURES = ("agreement", "signed_by")
_NOTHING = "none"


class Difference(NamedTuple):
    """One thing that is said differently; ``before`` or ``after`` is "" for what was not there."""

    place: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"new: {self.place}: {self.after}"
        return f"{self.place}: {self.before} → {self.after}" if self.after else f"gone: {self.place}: {self.before}"


def differences(before: Said, after: Said) -> tuple[Difference, ...]:
    """Return what *after* says otherwise than *before*, in its order, what is gone last; signatures say nothing.

    Rules and other lists of named things are compared by their names, so that moving one is no change.

    >>> old, new = ({"rules": [{"id": "ceo", "points": points}]} for points in (10, 5))
    >>> [str(one) for one in differences(old, new)]
    ['rules ceo points: 10 → 5']
    """
    was, is_ = dict(_flat(before, ())), dict(_flat(after, ()))
    changed = [Difference(place, was.get(place, ""), text) for place, text in is_.items() if was.get(place) != text]
    filled = {place for place, text in was.items() if text == _NOTHING and any(new.startswith(f"{place} ") for new in is_)}
    return (*changed, *(Difference(place, text, "") for place, text in was.items() if place not in is_.keys() | filled))


def _flat(said: Said, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if place == _SIGNATURES:
        return
    if isinstance(said, Mapping) and said:
        for key, value in said.items():
            yield from _flat(value, (*place, str(key)))
    elif isinstance(said, list) and said and all(isinstance(one, Mapping) for one in said):
        for number, one in enumerate(said, 1):
            name, rest = _named(one)
            yield from _flat(rest, (*place, name or str(number)))
    else:
        yield " ".join(place).replace("_", " "), _text(said)


def _named(one: Mapping[str, Said]) -> tuple[str, Mapping[str, Said]]:
    """Return what a listed thing is called, and the rest of what is said of it."""
    for key in ("id", "name", "who"):
        if key in one:
            return str(one[key]), {other: value for other, value in one.items() if other != key}
    return "", one


def _text(said: Said) -> str:
    said = ", ".join(_text(one) for one in said) if isinstance(said, list) else said
    return _NOTHING if said in ("", {}) else str(said)
