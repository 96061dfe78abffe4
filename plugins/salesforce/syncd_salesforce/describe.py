"""What an object looks like to the user we log in as: its describe, as far as it is needed. Pure.

A describe names only what that user may see (field-level security), so a field that is missing may well exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.spi import BadAnswer, RemoteField, RemoteStream
from syncd_salesforce.objects import Sobject
from syncd_salesforce.standard import OF_SEVERAL, may_be_hidden

__all__ = [
    "Describe",
    "Field",
    "RecordType",
    "Selection",
    "blamed",
    "described",
    "parents_of",
    "remote_stream",
    "selection",
]

# Objects in objects: not in Bulk, and their parts are fields of their own (salesforce.md 4.2; simple-salesforce#182).
_NOT_READ = {"address", "location", "base64", "complexvalue", "json"}
_RECORD_TYPE = "recordtype.developername"
_SHARED = {"TaskRelation", "EventRelation"}  # EmailMessageRelation names senders too
# Depend on who asks, and change without the record changing.
_PERSONAL = {"lastvieweddate", "lastreferenceddate", "isunreadbyowner"}
_BLAMED = re.compile(r"(?:No such column|understand relationship) '([\w.]+)'(?: on entity '(\w+)')?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field. ``options`` are the active values of a picklist, ``strict`` if no others go; without a ``length`` it is 0.

    One that points at a parent calls it by its ``relation``; ``refers`` are the objects that may be it.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    writable: bool = False
    calculated: bool = False
    options: tuple[str, ...] = ()
    strict: bool = False
    relation: str = ""
    refers: tuple[str, ...] = ()


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

    ``calculated`` are the columns whose values change without the record changing; ``unread`` those of ``hidden`` that are
    there and never read.
    """

    columns: tuple[str, ...]
    types: Mapping[str, str]
    wanted: Mapping[str, str]
    hidden: tuple[str, ...]
    calculated: tuple[str, ...]
    unread: tuple[str, ...]

    def without(self, column: str) -> Selection:
        """Leave a column out that turned out not to be readable."""
        return replace(
            self,
            columns=tuple(one for one in self.columns if one != column),
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


def parents_of(found: Describe, paths: Iterable[str]) -> set[str]:
    """Return the objects that *paths* lead to. One that may lead to several has the fields they share, which none describes."""
    steps = [step for path in paths if found.field(path) is None and (step := _step(found, path)) is not None]
    return {one.refers[0] for one, _ in steps if len(one.refers) == 1}


def selection(thing: Sobject, found: Describe, wanted: Iterable[str], parents: Mapping[str, Describe]) -> Selection:
    """Choose the columns to ask for: what a record is made of and what the mapping wants, as far as both can be seen.

    *parents* are the `parents_of` it, by name, that can be seen.
    """
    needed = [one for name in (*thing.needs, *thing.paths) if (one := _column(found, name, parents)) is not None]
    types = {one.name: one.type for one in needed}
    seen: dict[str, str] = {}
    hidden: list[str] = []
    unread: list[str] = []
    calculated: list[str] = []
    for name in sorted(wanted):
        one = _column(found, name, parents)
        if one is None or _is_unread(one):
            hidden.append(name)
            unread += [name] if one is not None else []
            continue
        # The same twice is refused ("duplicate field selected").
        column = seen[name] = next((known for known in types if known.lower() == one.name.lower()), one.name)
        types.setdefault(column, one.type)
        if one.calculated:
            calculated.append(column)
    return Selection(
        columns=tuple(types),
        types=types,
        wanted=seen,
        hidden=tuple(hidden),
        calculated=tuple(dict.fromkeys(calculated)),
        unread=tuple(unread),
    )


def blamed(found: Describe, columns: Iterable[str], text: str) -> list[str]:
    """Return those of *columns* that a refusal names: a field without the way to it, and whose it is, or a relation."""
    named = _BLAMED.search(text)
    if named is None:
        return []
    name, entity = named[1].lower(), named[2] or found.name
    own: list[str] = []
    theirs: list[str] = []
    shared: list[str] = []
    for column in columns:
        step = _step(found, column)
        if name in (column.lower(), column.lower().partition(".")[0]):
            own.append(column)
        elif step is not None and step[1].lower() == name:
            (theirs if step[0].refers == (entity,) else shared if len(step[0].refers) != 1 else []).append(column)
    return (own if entity == found.name else []) or theirs or shared or own


def remote_stream(thing: Sobject, found: Describe, wanted: Iterable[str], parents: Mapping[str, Describe]) -> RemoteStream:
    """Describe a stream as the mapping's checks want it, what the mapping names in its words too: ``email``, ``Owner.Name``.

    With what the mapping names and an admin hides, as far as it is known to exist; where it names what a parent has not got,
    with all that this has.
    """
    fields = {one.name: _remote(one, found.updateable) for one in found.fields.values() if one.type not in _NOT_READ}
    chosen = selection(thing, found, wanted, parents)
    strange = [name for name in chosen.wanted if not _can_be_asked(found, name)]
    for name, column in chosen.wanted.items():
        if name in strange:
            continue
        options = tuple(one.name for one in found.record_types) if column.lower() == _RECORD_TYPE else ()
        known = fields.get(column) or RemoteField(name=column, type=chosen.types[column], options=options, writable=False)
        fields[name] = replace(known, name=name)
    for name in chosen.hidden:
        if found.field(name) is None and may_be_hidden(*_whose(found, name)):
            fields[name] = RemoteField(name=name, readable=False, writable=False)
    for path in (path for name in (*chosen.hidden, *strange) for path in _siblings(found, name, parents)):
        fields.setdefault(path, RemoteField(name=path, writable=False))
    return RemoteStream(name=thing.name, kind=thing.kind, fields=tuple(fields.values()))


def _remote(one: Field, updateable: bool) -> RemoteField:
    return RemoteField(
        name=one.name,
        label=one.label,
        type=one.type,
        options=one.options if one.strict else (),
        length=one.length,
        writable=updateable and one.writable,
    )


def _column(found: Describe, path: str, parents: Mapping[str, Describe]) -> Field | None:
    """Return what a name or a path means, called as Salesforce does; a parent's changes without the record changing."""
    own = found.field(path)
    step = _step(found, path)
    if own is not None or step is None:
        return own
    by, name = step
    if len(by.refers) != 1:
        return Field(name=f"{by.relation}.{name}", type="string", calculated=True)
    parent = parents.get(by.refers[0])
    one = parent.field(name) if parent is not None else None
    return replace(one, name=f"{by.relation}.{one.name}", calculated=True) if one is not None else None


def _can_be_asked(found: Describe, path: str) -> bool:
    """Tell whether what can be seen can be asked for, too: of a parent of several kinds only what each of them has."""
    step = _step(found, path) if found.field(path) is None else None
    return step is None or len(step[0].refers) == 1 or step[1].lower() in map(str.lower, OF_SEVERAL)


def _siblings(found: Describe, path: str, parents: Mapping[str, Describe]) -> Iterator[str]:
    """Yield all that the parent has that a path leads to."""
    step = _step(found, path) if found.field(path) is None else None
    if step is None:
        return
    by, _ = step
    if len(by.refers) != 1:
        yield from (f"{by.relation}.{name}" for name in OF_SEVERAL)
    elif by.refers[0] in parents:
        yield from (f"{by.relation}.{one.name}" for one in parents[by.refers[0]].fields.values())


def _is_unread(one: Field) -> bool:
    return one.type in _NOT_READ or one.name.rpartition(".")[2].lower() in _PERSONAL


def _step(found: Describe, path: str) -> tuple[Field, str] | None:
    """Return the field by which ``Owner.Name`` leads to a parent, and what is asked of that; one step up and no more."""
    relation, dot, name = path.partition(".")
    if not dot or not re.fullmatch(r"\w+", name, re.ASCII):
        return None
    return next(((one, name) for one in found.fields.values() if one.relation.lower() == relation.lower()), None)


def _whose(found: Describe, path: str) -> tuple[str, str]:
    """Return the object that a field is of, and its name there."""
    step = _step(found, path)
    return (step[0].refers[0], step[1]) if step is not None and len(step[0].refers) == 1 else (found.name, path)


def _field(one: Mapping[str, object]) -> Field:
    values, refers = one.get("picklistValues"), one.get("referenceTo")
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
        refers=tuple(map(str, refers)) if isinstance(refers, list) else (),
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
