"""What objects and fields the org has. Read from ``objects.txt``, whose head says how it is written; changed by replacing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

__all__ = ["Choice", "Field", "SObject", "field_of", "standard"]

_FIELD = re.compile(
    r"(?P<name>\w+) (?P<type>\w+)(?:\((?P<size>[\d,]+)\))? (?P<flags>[a-zA-Z-]+)"
    r"(?: -> (?P<refers>[\w|]+)(?: as (?P<relation>\w+))?)?(?: in (?P<compound>\w+))?"
    r"(?P<restricted> restricted)?(?: = (?P<choices>.+))?"
)
_OBJECT = re.compile(r'object (?P<name>\w+) (?P<prefix>\w{3}) "(?P<label>[^"]+)" "(?P<plural>[^"]+)"(?P<flags>[ \w]*)')
_NUMBERS = frozenset({"double", "currency", "percent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a picklist."""

    value: str
    default: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field; ``flags`` are the letters of ``objects.txt``."""

    name: str
    type: str
    flags: frozenset[str]
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    refers: tuple[str, ...] = ()
    relation: str | None = None
    compound: str | None = None
    restricted: bool = False
    choices: tuple[Choice, ...] = ()
    calculated: bool = False
    label: str = ""

    def has(self, flag: str) -> bool:
        """Say whether the field has a flag."""
        return flag in self.flags

    @property
    def custom(self) -> bool:
        """Whether somebody added it."""
        return self.name.endswith("__c")

    @property
    def polymorphic(self) -> bool:
        """Whether it may point at records of several objects."""
        return len(self.refers) > 1

    @property
    def default(self) -> str | None:
        """The value that a new record gets."""
        return next((choice.value for choice in self.choices if choice.default), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SObject:
    """An object and its fields, found by name in any case."""

    name: str
    prefix: str
    label: str
    plural: str
    flags: frozenset[str]
    fields: tuple[Field, ...]
    updateable: bool = True
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    by_relation: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name.lower(): one for one in self.fields})
        object.__setattr__(self, "by_relation", {one.relation.lower(): one for one in self.fields if one.relation})

    def find(self, name: str) -> Field | None:
        """Return the field of that name, in any case."""
        return self.by_name.get(name.lower())

    def replaced(self, new: Field) -> SObject:
        """Return the object with *new* added, or in place of the field of its name."""
        if self.find(new.name) is None:
            return replace(self, fields=(*self.fields, new))
        return replace(self, fields=tuple(new if one.name == new.name else one for one in self.fields))

    def without(self, names: Iterable[str]) -> SObject:
        """Return the object without some fields."""
        gone = set(names)
        return replace(self, fields=tuple(one for one in self.fields if one.name not in gone))


@cache
def standard() -> tuple[SObject, ...]:
    """Return the standard objects."""
    text = files(__package__).joinpath("objects.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=object )", text)[1:]
    return tuple(_object(block.rstrip().splitlines()) for block in blocks)


def field_of(line: str) -> Field:
    """Read a field as ``objects.txt`` writes it: ``Score__c double(5,2) cunfsp``."""
    found = _FIELD.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"not a field: {line!r}; objects.txt says how one is written")
    sizes = [int(part) for part in (found["size"] or "").split(",") if part]
    refers = tuple((found["refers"] or "").split("|")) if found["refers"] else ()
    choices = tuple(_choice(part) for part in found["choices"].split(" | ")) if found["choices"] else ()
    return Field(
        name=found["name"],
        type=found["type"],
        flags=frozenset(found["flags"]) - {"-"},
        length=_length(found["type"], sizes),
        precision=sizes[0] if found["type"] in _NUMBERS and sizes else 0,
        scale=sizes[1] if len(sizes) > 1 else 0,
        digits=sizes[0] if found["type"] == "int" and sizes else 0,
        refers=refers,
        relation=found["relation"],
        compound=found["compound"],
        restricted=bool(found["restricted"]),
        choices=choices,
        label=_label(found["name"]),
    )


_LABELS = {
    "LastActivityDate": "Last Activity",
    "NumberOfEmployees": "Employees",
    "PhotoUrl": "Photo URL",
    "StageName": "Stage",
    "WhatId": "Related To ID",
    "WhoId": "Name ID",
}
_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _label(name: str) -> str:
    """Return how people know a field; right for two thirds of those that recordings hold."""
    text = _LABELS.get(name) or _BREAK.sub(" ", name.removesuffix("__c").replace("_", " "))
    text = re.sub(r"^Is (?=Deleted|Private|Converted|Closed|Won|Archived)", "", text)
    text = re.sub(r"\bState$", "State/Province", text).replace("Postal Code", "Zip/Postal Code")
    return re.sub(r"\bId$", "ID", text)


def _length(kind: str, sizes: Sequence[int]) -> int:
    if kind in {"id", "reference"}:
        return 18
    return 0 if kind in _NUMBERS or kind == "int" or not sizes else sizes[0]


def _choice(text: str) -> Choice:
    return Choice(value=text.rstrip("*"), default=text.endswith("*"))


def _object(lines: Sequence[str]) -> SObject:
    found = _OBJECT.fullmatch(lines[0])
    if found is None:
        raise ValueError(f"not an object: {lines[0]!r}")
    return SObject(
        name=found["name"],
        prefix=found["prefix"],
        label=found["label"],
        plural=found["plural"],
        flags=frozenset(found["flags"].split()),
        fields=tuple(field_of(line) for line in lines[1:] if line.strip()),
    )
