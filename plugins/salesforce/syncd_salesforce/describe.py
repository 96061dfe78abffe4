"""What an object looks like to the user we log in as: its describe, as far as it is needed. Pure.

A describe names only what that user may see (field-level security), so a field that is missing may well exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.spi import BadAnswer, RemoteField, RemoteStream
from syncd_salesforce.objects import Sobject
from syncd_salesforce.standard import may_be_hidden

__all__ = ["Describe", "Field", "RecordType", "Selection", "described", "remote_stream", "selection"]

# Objects in objects: not in Bulk, and their parts are fields of their own (salesforce.md 4.2; simple-salesforce#182).
_NOT_READ = {"address", "location", "base64", "complexvalue", "json"}
_RECORD_TYPE = "recordtype.developername"
_SHARED = {"TaskRelation", "EventRelation"}  # EmailMessageRelation names senders too
# Depend on who asks, and change without the record changing.
_PERSONAL = {"lastvieweddate", "lastreferenceddate", "isunreadbyowner"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field. ``options`` are the active values of a picklist, ``strict`` if no others go; without a ``length`` it is 0."""

    name: str
    label: str
    type: str
    length: int
    writable: bool
    calculated: bool
    options: tuple[str, ...]
    strict: bool
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A kind of records of one object, by its developer name; the user may give it to records if it is ``available``."""

    id: str
    name: str
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe:
    """An object; ``fields`` are by name in lower case, because SOQL and mappings may write them in any.

    ``record_types`` are those that people made: where there are none, every record is of the master's. ``is_shared`` tells
    whether there are relations beside Who and What.
    """

    name: str
    label: str
    prefix: str
    queryable: bool
    replicateable: bool
    updateable: bool
    fields: Mapping[str, Field]
    record_types: tuple[RecordType, ...]
    is_shared: bool

    def field(self, name: str) -> Field | None:
        """Return a field by its name in any case."""
        return self.fields.get(name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is asked for of an object: the columns, their types, and what the mapping wants that cannot be seen.

    ``calculated`` are the columns whose values change without the record changing.
    """

    columns: tuple[str, ...]
    types: Mapping[str, str]
    wanted: Mapping[str, str]
    hidden: tuple[str, ...]
    calculated: tuple[str, ...]

    def without(self, column: str) -> Selection:
        """Leave a column out that turned out not to be readable."""
        return Selection(
            columns=tuple(one for one in self.columns if one != column),
            types=self.types,
            wanted={name: one for name, one in self.wanted.items() if one != column},
            hidden=tuple(sorted({*self.hidden, *(name for name, one in self.wanted.items() if one == column)})),
            calculated=tuple(one for one in self.calculated if one != column),
        )


def described(body: object) -> Describe:
    """Return the describe that Salesforce answered with. Raises: BadAnswer."""
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list) or not isinstance(body.get("name"), str):
        raise BadAnswer("Salesforce answered a describe without name and fields; tried again later")
    fields = [_field(one) for one in body["fields"] if isinstance(one, dict) and isinstance(one.get("name"), str)]
    return Describe(
        name=body["name"],
        label=str(body.get("label") or body["name"]),
        prefix=str(body.get("keyPrefix") or ""),
        queryable=body.get("queryable") is not False,
        replicateable=body.get("replicateable") is True,
        updateable=body.get("updateable") is True,
        fields={one.name.lower(): one for one in fields},
        record_types=tuple(_record_types(body.get("recordTypeInfos"))),
        is_shared=f"{body['name']}Relation" in _SHARED.intersection(_children(body.get("childRelationships"))),
    )


def selection(thing: Sobject, found: Describe, wanted: Iterable[str]) -> Selection:
    """Choose the columns to ask for: what a record is made of and what the mapping wants, as far as both can be seen."""
    types: dict[str, str] = {}
    calculated: list[str] = []
    for name in thing.needs:
        one = found.field(name)
        if one is not None:
            types[one.name] = one.type
    for path in thing.paths:
        if _relation(found, path) is not None:
            types[path] = "string"
    seen: dict[str, str] = {}
    hidden: list[str] = []
    for name in sorted(wanted):
        one = found.field(name)
        column = one.name if one is not None else _relation(found, name)
        if column is None or (one is not None and (one.type in _NOT_READ or one.name.lower() in _PERSONAL)):
            hidden.append(name)
            continue
        seen[name] = column
        types.setdefault(column, one.type if one is not None else "string")
        if one is None or one.calculated:
            calculated.append(column)
    return Selection(
        columns=tuple(types), types=types, wanted=seen, hidden=tuple(hidden), calculated=tuple(dict.fromkeys(calculated))
    )


def remote_stream(thing: Sobject, found: Describe, wanted: Iterable[str]) -> RemoteStream:
    """Describe a stream as the mapping's checks want it, what the mapping names in its words too: ``email``, ``Owner.Name``.

    With what the mapping names and an admin hides, as far as it is known to exist.
    """
    fields = {one.name: _remote(one, found.updateable) for one in found.fields.values() if one.type not in _NOT_READ}
    chosen = selection(thing, found, wanted)
    for name, column in chosen.wanted.items():
        options = tuple(one.name for one in found.record_types) if column.lower() == _RECORD_TYPE else ()
        known = fields.get(column) or RemoteField(name=column, type="string", options=options, writable=False)
        fields[name] = replace(known, name=name)
    for name in chosen.hidden:
        if found.field(name) is None and may_be_hidden(thing.name, name):
            fields[name] = RemoteField(name=name, readable=False, writable=False)
    return RemoteStream(name=thing.name, kind=thing.kind, fields=tuple(fields.values()))


def _remote(one: Field, updateable: bool) -> RemoteField:
    return RemoteField(
        name=one.name,
        label=one.label,
        type=one.type,
        options=one.options if one.strict else (),
        writable=updateable and one.writable,
    )


def _relation(found: Describe, path: str) -> str | None:
    """Return ``Owner.Name`` as Salesforce writes it if the object has such a parent; one step up and no more."""
    relation, dot, name = path.partition(".")
    if not dot or "." in name or not name.replace("_", "").isalnum():
        return None
    return next((f"{one.relation}.{name}" for one in found.fields.values() if one.relation.lower() == relation.lower()), None)


def _field(one: Mapping[str, object]) -> Field:
    values = one.get("picklistValues")
    return Field(
        name=str(one["name"]),
        label=str(one.get("label") or one["name"]),
        type=str(one.get("type") or "string"),
        length=_length(one.get("length")),
        writable=one.get("updateable") is True,
        calculated=one.get("calculated") is True,
        options=_options(values) if isinstance(values, list) else (),
        strict=one.get("restrictedPicklist") is True,
        relation=str(one.get("relationshipName") or ""),
    )


def _record_types(infos: object) -> Iterator[RecordType]:
    for one in infos if isinstance(infos, list) else ():
        if isinstance(one, dict) and one.get("master") is not True and one.get("active") is not False:
            name = str(one.get("developerName") or one.get("name") or "")  # API 42 gave no developerName (recorded)
            yield RecordType(id=str(one.get("recordTypeId") or ""), name=name, available=one.get("available") is True)


def _children(relations: object) -> Iterator[str]:
    for one in relations if isinstance(relations, list) else ():
        yield str(one.get("childSObject")) if isinstance(one, dict) else ""


def _length(given: object) -> int:
    return given if isinstance(given, int) else 0


def _options(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(one.get("value")) for one in values if isinstance(one, dict) and one.get("active") is not False)
