"""The shapes of HubSpot's answers, and how they are read: strictly first, row by row when something is odd. Pure.

An answer that lacks what it must have is refused whole, so that it is never taken for an end; a row that lacks something
spoils only itself.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from syncd.spi import BadAnswer
from syncd_hubspot.plain import ErrorItem, Plain, errors_in, plain, senseless, text_of
from syncd_hubspot.values import instant

__all__ = [
    "Association",
    "AssociationPage",
    "Definition",
    "Definitions",
    "Linked",
    "LinkedPage",
    "Object",
    "Objects",
    "Odd",
    "Option",
    "Pipeline",
    "Pipelines",
    "decoded",
    "linked_page",
    "objects",
    "single",
]

_T = TypeVar("_T")


class Next(msgspec.Struct, frozen=True):
    after: str | int


class Paging(msgspec.Struct, frozen=True):
    next: Next | None = None


class Association(msgspec.Struct, frozen=True):
    """A pointer as it comes with a record: the same id once for each type."""

    id: str | int
    type: str = ""


class AssociationPage(msgspec.Struct, frozen=True):
    """Pointers of one record to one kind of records."""

    results: list[Association]
    paging: Paging | None = None


class Object(msgspec.Struct, frozen=True, rename="camel"):
    """A record of any kind."""

    id: str
    updated_at: datetime
    properties: dict[str, str | None] = msgspec.field(default_factory=dict)
    created_at: datetime | None = None
    archived: bool = False
    archived_at: datetime | None = None
    associations: dict[str, AssociationPage] = msgspec.field(default_factory=dict)


class Odd(msgspec.Struct, frozen=True):
    """A row that is no record: its identifier if it has one, what is wrong, and the row as text."""

    id: str
    where: str
    what: str
    raw: str


class Objects(msgspec.Struct, frozen=True):
    """A page or a batch of records."""

    results: list[Object]
    paging: Paging | None = None
    errors: list[ErrorItem] = msgspec.field(default_factory=list)
    odd: list[Odd] = msgspec.field(default_factory=list)

    @property
    def after(self) -> str:
        """Where the next page begins, "" at the end."""
        return _after(self.paging)


class Target(msgspec.Struct, frozen=True, rename="camel"):
    type_id: int = 0


class Pointed(msgspec.Struct, frozen=True, rename="camel"):
    to_object_id: str | int
    association_types: list[Target] = msgspec.field(default_factory=list)


class From(msgspec.Struct, frozen=True):
    id: str | int


class Linked(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """Whom one record points at, by a batch of associations."""

    source: From
    to: list[Pointed]
    paging: Paging | None = None

    @property
    def after(self) -> str:
        """Where its next page begins, "" at the end."""
        return _after(self.paging)


class LinkedPage(msgspec.Struct, frozen=True):
    """A batch of associations; "no associations" comes as an error."""

    results: list[Linked]
    errors: list[ErrorItem] = msgspec.field(default_factory=list)


class Option(msgspec.Struct, frozen=True, rename="camel"):
    """A value that an enumeration takes."""

    value: str
    label: str = ""
    display_order: int = -1


class Modification(msgspec.Struct, frozen=True, rename="camel"):
    read_only_value: bool = False


class Definition(msgspec.Struct, frozen=True, rename="camel"):
    """A property."""

    name: str
    label: str = ""
    type: str = "string"
    field_type: str = ""
    options: list[Option] = msgspec.field(default_factory=list)
    calculated: bool = False
    modification_metadata: Modification | None = None


class Definitions(msgspec.Struct, frozen=True):
    """All properties of a kind of records."""

    results: list[Definition]


class Stage(msgspec.Struct, frozen=True):
    id: str
    label: str = ""
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class Pipeline(msgspec.Struct, frozen=True):
    """A pipeline and its stages."""

    id: str
    label: str = ""
    stages: list[Stage] = msgspec.field(default_factory=list)


class Pipelines(msgspec.Struct, frozen=True):
    """All pipelines of a kind of records."""

    results: list[Pipeline]


def decoded(body: bytes, form: type[_T], what: str) -> _T:
    """Read *body*, which answers *what*. Raises: BadAnswer."""
    try:
        if rb"\u0000" not in body:
            return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        raise senseless(what) from error
    except (msgspec.DecodeError, RecursionError):
        pass  # it may hold half a surrogate pair, which only the slow way forgives
    try:
        return msgspec.convert(plain(body, what), form)
    except msgspec.ValidationError as error:
        raise senseless(what) from error


def objects(body: bytes, what: str) -> Objects:
    """Read a page of records; rows that are none are in ``odd``. Raises: BadAnswer."""
    try:
        strict = decoded(body, Objects, what)
        if all(_is_sound(one) for one in strict.results):
            return strict
    except BadAnswer:
        pass
    page = plain(body, what)
    rows = page.get("results") if isinstance(page, dict) else None
    if not isinstance(page, dict) or not isinstance(rows, list):
        raise senseless(what)
    read = [_object(row) for row in rows]
    try:
        rest = msgspec.convert({"results": [], "paging": page.get("paging")}, Objects)
    except msgspec.ValidationError as error:
        raise senseless(what) from error
    return Objects(
        results=[one for one in read if isinstance(one, Object)],
        odd=[one for one in read if isinstance(one, Odd)],
        paging=rest.paging,
        errors=errors_in(page),
    )


def linked_page(body: bytes, what: str) -> LinkedPage:
    """Read a batch of associations. Raises: BadAnswer."""
    try:
        return decoded(body, LinkedPage, what)
    except BadAnswer:
        page = plain(body, what)
        if not isinstance(page, dict):
            raise
    try:
        rest = msgspec.convert({**page, "errors": []}, LinkedPage)
    except msgspec.ValidationError as error:
        raise senseless(what) from error
    return LinkedPage(results=rest.results, errors=errors_in(page))


def single(body: bytes, what: str) -> Object | Odd:
    """Read one record, which bears an identifier at least. Raises: BadAnswer."""
    found = _object(plain(body, what))
    if not found.id:
        raise senseless(what)
    return found


def _is_sound(one: Object) -> bool:
    return one.updated_at.tzinfo is UTC and 1900 <= one.updated_at.year <= 2100 and bool(one.id)


def _object(row: Plain) -> Object | Odd:
    """Read a row of which something is odd."""
    if not isinstance(row, dict):
        return Odd("", "row", "is no record", json.dumps(row)[:1000])
    external_id, updated_at = text_of(row.get("id")), instant(row.get("updatedAt"))
    held = row.get("properties")
    if not external_id:
        return Odd("", "id", "is missing or no identifier", json.dumps(row)[:1000])
    if updated_at is None:
        return Odd(external_id, "updatedAt", "is missing or no instant between 1900 and 2100", json.dumps(row)[:1000])
    if not isinstance(held, dict):
        return Odd(external_id, "properties", "are missing", json.dumps(row)[:1000])
    try:
        pages = msgspec.convert(row.get("associations") or {}, dict[str, AssociationPage])
    except msgspec.ValidationError:
        return Odd(external_id, "associations", "cannot be read", json.dumps(row)[:1000])
    return Object(
        id=external_id,
        updated_at=updated_at,
        properties={name: _value(value) for name, value in held.items()},
        created_at=instant(row.get("createdAt")),
        archived=row.get("archived") is True,
        archived_at=instant(row.get("archivedAt")),
        associations=pages,
    )


def _value(value: Plain) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _after(paging: Paging | None) -> str:
    return str(paging.next.after) if paging is not None and paging.next is not None else ""
