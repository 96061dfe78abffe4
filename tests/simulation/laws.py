"""What the records of one person say, and what the law of each field chooses: written from the docstrings of the mapping.

A record says of a field a value, "empty" (``None``), or nothing. It says nothing of what cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from syncd.model import Golden, Raw
from tests.simulation.terms import READS, TYPES, FieldType, Law


class Word(NamedTuple):
    """What one record says of a field; ``at`` is since when."""

    value: Golden | None
    at: int
    source: str


class _Unreadable:
    """No value of its type."""


def said(connection: str, stream: str, raw: Mapping[str, Raw], instants: tuple[int, Mapping[str, int]]) -> dict[str, Word]:
    """Return what a record says; *instants* are when its fields took their values: in general, and those that differ."""
    base, differing = instants
    found: dict[str, Word] = {}
    for field, remotes in reads(connection, stream).items():
        for remote in remotes:
            if remote not in raw:
                continue
            value = _value(TYPES[field], raw[remote])
            if isinstance(value, _Unreadable):
                continue
            if value is not None or field not in found:
                found[field] = Word(value, differing.get(remote, base), connection)
            if value is not None:
                break
    return found


def reads(connection: str, stream: str) -> Mapping[str, tuple[str, ...]]:
    """Return the remote fields of each field; of inferred records the address or the domain is all there is."""
    inferred = {"@email": {"email": ("email",)}, "@domain": {"domain": ("domain",)}}
    return inferred.get(stream) or READS.get((connection, stream), {})


def chosen(law: Law, words: Sequence[Word]) -> Word | None:
    """Return what *law* chooses among *words*, without regard to what was chosen before."""
    if law.blanks != "clear":
        words = [one for one in words if one.value is not None]
    if law.law == "owned":
        words = [one for one in words if one.source == law.sources[0]]
    if law.law == "prefer":
        ranked = [[one for one in words if one.source == source] for source in law.sources]
        words = next((some for some in ranked if some), words)
    if not words:
        return None
    newest, oldest = max(words, key=_by_age), min(words, key=_by_age)
    match law.law:
        case "first" | "fill_only":
            return oldest
        case "union":
            together = {word for one in words for word in _many(one.value)}
            return newest._replace(value=tuple(sorted(together)) or None)
        case "max":
            return max(words, key=lambda one: (_size(one.value), _by_age(one)))
        case "min":
            return min(words, key=lambda one: (_size(one.value), _by_age(one)))
        case _:
            return newest


def address(text: str) -> str | None:
    """Return the one form of an address as users spell it, ``None`` if it is none.

    >>> address(" Ann Lee <mailto:ANN@Firm.Example> ")
    'ann@firm.example'
    """
    bare = text.strip().lower()
    if bare.endswith(">"):
        bare = bare.rpartition("<")[2].removesuffix(">")
    bare = bare.removeprefix("mailto:").strip()
    local, at, host = bare.partition("@")
    return bare if at and local and "." in host and "@" not in host and " " not in bare else None


def _by_age(one: Word) -> tuple[int, str, str]:
    return one.at, one.source, str(one.value)


def _many(value: Golden | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (str(value),)


def _size(value: Golden | None) -> tuple[int, Decimal, str]:
    if value is None:
        return 0, Decimal(0), ""
    if isinstance(value, bool | int | Decimal):
        return 1, Decimal(value), ""
    return 1, Decimal(0), str(value)


def _value(kind: FieldType, raw: Raw) -> Golden | _Unreadable | None:
    if raw is None or raw == "":
        return None
    match kind:
        case "list":
            return tuple(sorted({word.strip() for word in str(raw).split(";")} - {""})) or None
        case "email":
            return address(str(raw)) or _Unreadable()
        case "number":
            number = Decimal(str(raw))
            return int(number) if number == int(number) else number
        case "domain":
            return str(raw).lower().removeprefix("www.")
        case "bool":
            return bool(raw)
        case "choice":
            word = str(raw).casefold()
            return "ceo" if word == "ceo" or word.startswith("chief") else "student" if word == "student" else "other"
        case _:
            return str(raw)
