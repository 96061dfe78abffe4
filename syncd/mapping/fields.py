"""Field laws: which of the values that several sources give for one field is the person's, and why.

Every source record gives a candidate per field. The law of the field chooses one, the same one whatever the order in which
records arrived (except ``fill_only``, whose point is the order). Choosing returns the proof: candidate, source, and the instant
since when the value holds, which another source that repeats it does not move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from syncd.mapping.reading import FieldType
from syncd.model import Golden

LawName: TypeAlias = Literal["owned", "prefer", "latest", "first", "fill_only", "union", "max", "min"]
Blanks: TypeAlias = Literal["ignore", "clear", "protect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a word means for everyone.

    ``law`` chooses between sources: ``owned`` by the first of ``sources`` alone; ``prefer`` them in that order, then the
    latest; ``latest`` or ``first`` to change; ``fill_only`` whoever came first stays; ``union`` of all; ``max`` or ``min``.
    ``blanks``: a source that empties the field says nothing (``ignore``), empties it for everyone if the law chooses that
    source (``clear``), or can never remove the last value (``protect``).
    """

    name: str
    type: FieldType = "text"
    values: tuple[str, ...] = ()
    law: LawName = "latest"
    sources: tuple[str, ...] = ()
    blanks: Blanks = "ignore"


class Candidate(NamedTuple):
    """What one source record says of a field; ``value`` is ``None`` when it says "empty". ``at`` is in microseconds UTC."""

    value: Golden | None
    at: int
    source: str
    record: int


class Choice(NamedTuple):
    """The value of a field, where it comes from and why; ``value`` is ``None`` when the field is empty."""

    value: Golden | None
    at: int
    source: str
    record: int
    because: str


def choose(field: Field, candidates: Sequence[Candidate], kept: Candidate | None = None) -> Choice | None:
    """Choose the value of *field*, or return ``None`` when no source gives one.

    *kept* is the present choice, which ``first``, ``fill_only`` and ``protect`` need.

    >>> old, new = Candidate("a", 1, "crm", 7), Candidate("b", 2, "shop", 8)
    >>> choose(Field(name="city"), [old, new]).because
    'latest of 2'
    >>> choose(Field(name="city", law="prefer", sources=("crm",)), [old, new]).value
    'a'
    """
    if kept is None and len(candidates) == 1 and field.law in _ALONE:
        return _alone(field, candidates[0])
    if field.blanks != "clear":
        candidates = [one for one in candidates if one.value is not None]
    if field.law == "owned":
        candidates = [one for one in candidates if one.source == field.sources[0]]
    if field.law in ("first", "fill_only") and kept is not None:
        candidates = [*candidates, kept]
    if candidates:
        return _since(_LAWS[field.law](field, candidates, kept), candidates, kept)
    if field.blanks == "protect" and kept is not None:
        return Choice(*kept, "protected: no source gives a value any more")
    return None


_ALONE: Mapping[LawName, str] = {"latest": "only source", "prefer": "only source", "first": "first known", "owned": "owned"}
"""Why the only candidate there is was chosen; most fields of most people have just one."""


def _alone(field: Field, only: Candidate) -> Choice | None:
    if only.value is None and field.blanks != "clear":
        return None
    if field.law == "owned" and only.source != field.sources[0]:
        return None
    return Choice(*only, _ALONE[field.law])


def _since(choice: Choice, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    """Date a value from when it was first said: an echo of our own, or a converted lead's contact, only repeats it."""
    said = [one.at for one in candidates if one.value == choice.value]
    if kept is not None and kept.value == choice.value:
        said.append(kept.at)
    return choice._replace(at=min(said, default=choice.at))


# ---------------------------------------------------------------- the laws


def _owned(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    return Choice(*max(candidates, key=_order), "owned")


def _prefer(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    for rank, source in enumerate(field.sources, start=1):
        of_source = [one for one in candidates if one.source == source]
        if of_source:
            return Choice(*max(of_source, key=_order), f"preferred source {rank} of {len(field.sources)}")
    return _latest_of(field, candidates, kept)


def _latest_of(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    return Choice(*max(candidates, key=_order), f"latest of {len(candidates)}" if len(candidates) > 1 else "only source")


def _first_of(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    return Choice(*min(candidates, key=_order), "first known")


def _fill_only(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    if kept is not None:
        return Choice(*kept, "filled once, never replaced")
    return Choice(*min(candidates, key=_order), "fills an empty field")


def _union(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    newest = max(candidates, key=_order)
    values = {word for one in candidates for word in _many(one.value)}
    return Choice(tuple(sorted(values)) or None, newest.at, newest.source, newest.record, f"union of {len(candidates)}")


def _max(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    return Choice(*max(candidates, key=lambda one: (_size(one.value), _order(one))), "largest")


def _min(field: Field, candidates: Sequence[Candidate], kept: Candidate | None) -> Choice:
    return Choice(*min(candidates, key=lambda one: (_size(one.value), _order(one))), "smallest")


_LAWS: Mapping[LawName, Callable[[Field, Sequence[Candidate], Candidate | None], Choice]] = {
    "owned": _owned,
    "prefer": _prefer,
    "latest": _latest_of,
    "first": _first_of,
    "fill_only": _fill_only,
    "union": _union,
    "max": _max,
    "min": _min,
}


def _order(one: Candidate) -> tuple[int, str, str]:
    """Order by instant; equal instants by source, then value, so that the choice never depends on arrival."""
    return one.at, one.source, str(one.value)


def _many(value: Golden | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def _size(value: Golden | None) -> tuple[int, Decimal, str]:
    """Order amounts by number and everything else (ISO dates) by text; an explicit blank is smallest."""
    match value:
        case None:
            return 0, Decimal(0), ""
        case bool() | int() | Decimal():
            return 1, Decimal(value), ""
        case str() if (head := value.partition(" ")[0]) and _is_number(head):
            return 1, Decimal(head), value
        case _:
            return 1, Decimal(0), str(value)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()
