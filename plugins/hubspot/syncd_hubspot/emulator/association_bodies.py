"""The bodies of requests and answers about associations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.objects import LinkType, Paging


class LabelShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A type of association; no label is null."""

    category: str
    type_id: int
    label: str | None


class End(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An associated record; its id is a number here and nowhere else."""

    to_object_id: int
    association_types: Sequence[LabelShown]


class EndList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a record's associations."""

    results: Sequence[End]
    paging: Paging | UnsetType = UNSET


class Id(msgspec.Struct, frozen=True, kw_only=True):
    """A record."""

    id: str | int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose associations are read, and from where on."""

    id: str | int
    after: str | None = None


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Records whose associations are read."""

    inputs: Sequence[Asked] = ()


class Pair(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "to"}):
    """Two records and how they belong together."""

    start: Id
    end: Id
    types: Sequence[LinkType] = ()


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """Associations to make or, with types, labels to take away."""

    inputs: Sequence[Pair] = ()


class Fan(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "ends": "to"}):
    """A record and those to part it from."""

    start: Id
    ends: Sequence[Id]


class Fans(msgspec.Struct, frozen=True, kw_only=True):
    """Associations to undo."""

    inputs: Sequence[Fan] = ()


class Read(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "ends": "to"}):
    """What one record of a batch is associated with."""

    start: Id
    ends: Sequence[End]
    paging: Paging | UnsetType = UNSET


class Made(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An association that was made."""

    from_object_type_id: str
    from_object_id: int
    to_object_type_id: str
    to_object_id: int
    labels: Sequence[str]


class MadeDefault(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "to", "spec": "associationSpec"}):
    """An association without a label that was made."""

    start: Id
    end: Id
    spec: Mapping[str, str | int]


class LabelList(msgspec.Struct, frozen=True, kw_only=True):
    """The types of association between two kinds."""

    results: Sequence[LabelShown]
