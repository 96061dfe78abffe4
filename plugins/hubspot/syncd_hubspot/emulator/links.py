"""Associations: who belongs to whom and under which labels. They have no time, and changing them changes no record's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_NONE: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A type of association from one kind (plural) to another; *inverse* is its number the other way round."""

    type_id: int
    inverse: int
    start: str
    end: str
    name: str | None = None
    category: str = "HUBSPOT_DEFINED"


def _pairs() -> Iterator[Label]:
    # Type ids: developers.hubspot.com/docs/api-reference/legacy/crm/associations/associate-records/guide (read 2026-11-21)
    table: tuple[tuple[str, str, int, int, str | None], ...] = (
        ("contacts", "companies", 279, 280, None),
        ("contacts", "companies", 1, 2, "Primary"),
        ("contacts", "deals", 4, 3, None),
        ("contacts", "contacts", 449, 449, None),
        ("companies", "deals", 342, 341, None),
        ("companies", "deals", 6, 5, "Primary"),
        ("companies", "companies", 450, 450, None),
        ("deals", "deals", 451, 451, None),
        ("contacts", "calls", 193, 194, None),
        ("contacts", "emails", 197, 198, None),
        ("contacts", "meetings", 199, 200, None),
        ("contacts", "notes", 201, 202, None),
        ("contacts", "tasks", 203, 204, None),
        ("companies", "calls", 181, 182, None),
        ("companies", "emails", 185, 186, None),
        ("companies", "meetings", 187, 188, None),
        ("companies", "notes", 189, 190, None),
        ("companies", "tasks", 191, 192, None),
        ("deals", "calls", 205, 206, None),
        ("deals", "emails", 209, 210, None),
        ("deals", "meetings", 211, 212, None),
        ("deals", "notes", 213, 214, None),
        ("deals", "tasks", 215, 216, None),
    )
    for start, end, there, back, name in table:
        yield Label(type_id=there, inverse=back, start=start, end=end, name=name)
        if there != back:
            yield Label(type_id=back, inverse=there, start=end, end=start, name=name)


class Links:
    """The associations of a portal, kept in both directions."""

    def __init__(self) -> None:
        self.labels: dict[int, Label] = {label.type_id: label for label in _pairs()}
        self._plain = {(one.start, one.end): one for one in self.labels.values() if one.name is None}
        self._ends: dict[tuple[str, str], dict[int, dict[int, tuple[int, ...]]]] = {}

    def between(self, start: str, end: str) -> list[Label]:
        """Return the types of association from *start* to *end*."""
        return [label for label in self.labels.values() if (label.start, label.end) == (start, end)]

    def default(self, start: str, end: str) -> Label | None:
        """Return the type of an association without a label."""
        return self._plain.get((start, end))

    def of(self, start: str, record_id: int, end: str) -> Mapping[int, tuple[int, ...]]:
        """Return the records of kind *end* that a record is associated with, each with its types."""
        ends = self._ends.get((start, end))
        return _NONE if ends is None else ends.get(record_id, _NONE)

    def add(self, label: Label, start_id: int, end_id: int) -> bool:
        """Associate two records; a label comes with the unlabelled type. Tell whether anything is new."""
        plain = self.default(label.start, label.end)
        news = [self._add(kind, start_id, end_id) for kind in (plain, label) if kind is not None]
        return any(news)

    def drop_label(self, label: Label, start_id: int, end_id: int) -> bool:
        """Take one type from an association and keep the others. Tell whether it was there."""
        left = tuple(kind for kind in self.of(label.start, start_id, label.end).get(end_id, ()) if kind != label.type_id)
        if len(left) == len(self.of(label.start, start_id, label.end).get(end_id, ())):
            return False
        self._set(label.start, label.end, (start_id, end_id), left)
        back = self.of(label.end, end_id, label.start).get(start_id, ())
        self._set(label.end, label.start, (end_id, start_id), tuple(kind for kind in back if kind != label.inverse))
        return True

    def remove(self, start: str, start_id: int, end: str, end_id: int) -> bool:
        """Part two records. Tell whether they were associated."""
        if end_id not in self.of(start, start_id, end):
            return False
        self._set(start, end, (start_id, end_id), ())
        self._set(end, start, (end_id, start_id), ())
        return True

    def ends(self, start: str, record_id: int) -> list[tuple[str, int, tuple[int, ...]]]:
        """Return everything a record is associated with: kind, id, types."""
        pairs = [(end, ends.get(record_id, _NONE)) for (kind, end), ends in self._ends.items() if kind == start]
        return [(end, other, types) for end, others in pairs for other, types in others.items()]

    def forget(self, start: str, record_id: int) -> None:
        """Part a record from all others."""
        for end, other, _ in self.ends(start, record_id):
            self.remove(start, record_id, end, other)

    def all(self, start: str, end: str) -> Iterable[tuple[int, int, tuple[int, ...]]]:
        """Return every association from *start* to *end*."""
        ends = self._ends.get((start, end), {})
        return [(one, other, types) for one, others in ends.items() for other, types in others.items()]

    def _add(self, label: Label, start_id: int, end_id: int) -> bool:
        here = self.of(label.start, start_id, label.end).get(end_id, ())
        if label.type_id in here:
            return False
        self._set(label.start, label.end, (start_id, end_id), (*here, label.type_id))
        back = self.of(label.end, end_id, label.start).get(start_id, ())
        if label.inverse not in back:
            self._set(label.end, label.start, (end_id, start_id), (*back, label.inverse))
        return True

    def _set(self, start: str, end: str, pair: tuple[int, int], types: tuple[int, ...]) -> None:
        ends = self._ends.setdefault((start, end), {})
        others = ends.setdefault(pair[0], {})
        if types:
            others[pair[1]] = types
        else:
            others.pop(pair[1], None)
        if not others:
            del ends[pair[0]]
