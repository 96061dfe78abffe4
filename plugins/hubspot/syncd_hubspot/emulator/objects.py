"""Single records: list, create, read, update, archive, merge, erase.

Source: developers.hubspot.com/docs/api-reference/legacy/crm/using-object-apis (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.derived import following
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.records import Record
from syncd_hubspot.emulator.rendering import Selection, Shown, selection, show, show_written
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.values import appended, checked, complete
from syncd_hubspot.emulator.wire import NOTHING, Answer, Call, ErrorBody, Refusal, answer, conflict, invalid, missing

PAGE = 100
PAGE_WITH_HISTORY = 50
MOST_IDENTITIES = 250
LARGEST_ID = 1 << 63

Value = str | int | float | bool
"""HubSpot takes numbers and booleans for text, but no null: "" is what empties a property."""


class LinkType(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The type of an association to make."""

    association_category: str
    association_type_id: int


class To(msgspec.Struct, frozen=True, kw_only=True):
    """The other end of an association."""

    id: str | int


class LinkInput(msgspec.Struct, frozen=True, kw_only=True):
    """An association to make with a new record."""

    to: To
    types: Sequence[LinkType]


class NewRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A record to create."""

    properties: Mapping[str, Value] = {}
    associations: Sequence[LinkInput] | None = None
    object_write_trace_id: str | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Values to write."""

    properties: Mapping[str, Value]
    object_write_trace_id: str | None = None


class Merge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Two records that are one."""

    primary_object_id: str
    object_id_to_merge: str


class Erasure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A person to delete for good."""

    object_id: str
    id_property: str | None = None


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Where the next page begins."""

    after: str
    link: str | UnsetType = UNSET


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """Present only if there is a next page."""

    next: Next


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records."""

    results: Sequence[Shown]
    paging: Paging | UnsetType = UNSET


def table_of(call: Call) -> Table:
    """Return the table that the path names. Raises: Refusal."""
    return named(call.portal, call.path["type"])


def named(portal: Portal, name: str) -> Table:
    """Return the table of that name. Raises: Refusal."""
    table = portal.table(name)
    if table is None:
        raise invalid(f"Unable to infer object type from: {name}", context={"type": [name]})
    return table


def texts(values: Mapping[str, Value]) -> dict[str, str]:
    """Return values as the texts they are stored as."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


def identified(table: Table, text: str, id_property: str | None) -> int | None:
    """Return the id of the record that *text* names, by its id or by a unique property. Raises: Refusal."""
    if not id_property or id_property == "hs_object_id":
        return int(text) if text.isascii() and text.isdigit() and int(text) < LARGEST_ID else None
    if id_property not in table.unique:
        raise invalid(f"Property {id_property} is not a unique property of {table.kind.type_id}")
    return table.found(id_property, text)


def list_page(call: Call) -> Answer:
    """List records in the order of their ids; ``after`` is the id of the next one, so that nothing shifts."""
    table = table_of(call)
    chosen = asked(call, table)
    size = call.number("limit", 10, most=PAGE_WITH_HISTORY if chosen.history else PAGE)
    start = call.word("after", "0")
    if not start.isascii() or not start.isdigit():
        raise invalid(f"Invalid paging cursor: {start}", context={"after": [start]})
    records, following = table.page(int(start), size, archived=call.flag("archived"))
    results = [show(call.portal, table, record, chosen) for record in records]
    if following is None:
        return answer(Listing(results=results))
    link = f"{call.url}?limit={size}&after={following}"
    return answer(Listing(results=results, paging=Paging(next=Next(after=str(following), link=link))))


def asked(call: Call, table: Table) -> Selection:
    """Return what the query asks for."""
    return selection(
        table,
        call.words("properties"),
        history=call.words("propertiesWithHistory"),
        associations=call.words("associations"),
    )


def read_one(call: Call) -> Answer:
    """Read a record by its id, an id that was merged away, or a unique property."""
    table = table_of(call)
    record_id = identified(table, call.path["id"], call.word("idProperty"))
    record = None
    if record_id is not None:
        record = table.archived.get(record_id) if call.flag("archived") else table.live.get(table.survivor(record_id))
    if record is None:
        raise not_found(call.path["id"])
    return answer(show(call.portal, table, record, asked(call, table)))


def not_found(text: str) -> Refusal:
    """Refuse a record that is not there."""
    return missing("Object not found.  objectId are usually numeric.", context={"id": [text]})


def create_one(call: Call) -> Answer:
    """Create a record."""
    table = table_of(call)
    record = create(call.portal, table, call.read(NewRecord))
    return answer(show_created(record), 201)


def create(portal: Portal, table: Table, new: NewRecord) -> Record:
    """Create a record with its associations. Raises: Refusal, also if a unique value is taken."""
    values = checked(portal, table, texts(new.properties))
    for name in table.unique:
        if (value := values.get(name)) and (taken := table.found(name, value)) is not None:
            raise already(table, taken)
    complete(table, values)
    ends = [_end(portal, table, link) for link in new.associations or ()]
    record = portal.create(table.kind.plural, values)
    for types, end_id in ends:
        for type_id in types:
            portal.associate(portal.links.labels[type_id], record.id, end_id)
    return table.live[record.id]


def already(table: Table, taken: int) -> Refusal:
    """Refuse to create what exists; the id stands in the message and nowhere else."""
    return conflict(f"{table.kind.singular.capitalize()} already exists. Existing ID: {taken}")


def _end(portal: Portal, table: Table, link: LinkInput) -> tuple[list[int], int]:
    """Check an association to make. Raises: Refusal."""
    types = [kind.association_type_id for kind in link.types]
    for type_id in types:
        label = portal.links.labels.get(type_id)
        if label is None or label.start != table.kind.plural:
            raise invalid(f"{type_id} is not a valid association type from {table.kind.plural}")
        if portal.find(label.end, end_id := int(link.to.id)) is None:
            raise missing(f"No {label.end} with ID {end_id} exists", context={"id": [str(end_id)]})
    return types, int(link.to.id)


def update_one(call: Call) -> Answer:
    """Change a record; unlike a batch, this follows an id that was merged away."""
    table = table_of(call)
    record_id = identified(table, call.path["id"], call.word("idProperty"))
    record = None if record_id is None else table.live.get(table.survivor(record_id))
    if record is None:
        raise not_found(call.path["id"])
    return answer(update(call.portal, table, record, call.read(Changes)))


def update(portal: Portal, table: Table, record: Record, changes: Changes) -> Shown:
    """Write values into a live record and return it as a write answers: for contacts without its id, as recorded.

    Raises: Refusal.
    """
    values = checked(portal, table, appended(table, record.values, texts(changes.properties)))
    for name in table.unique & values.keys():
        if (taken := table.found(name, values[name])) not in (None, record.id):
            assert taken is not None
            raise already(table, taken)
    complete(table, {**record.values, **values})
    after = portal.update(table.kind.plural, record.id, values)
    changed = {name for name, value in after.values.items() if value != record.values.get(name)}
    told = changed | values.keys() | following(table.kind, values, now=after.updated_at).keys() | {table.kind.modified}
    return show_written(after, told if table.kind.plural == "contacts" else told | set(table.kind.always))


def show_created(record: Record) -> Shown:
    """Return a new record as its creation answers: everything it holds."""
    return show_written(record, record.values)


def archive_one(call: Call) -> Answer:
    """Put a record into the bin; also if there is none."""
    table = table_of(call)
    record_id = identified(table, call.path["id"], None)
    if record_id is not None:
        call.portal.archive(table.kind.plural, table.survivor(record_id))
    return NOTHING


def merge(call: Call) -> Answer:
    """Merge two records of a kind that can be merged."""
    table, wish = table_of(call), call.read(Merge)
    if not table.kind.mergeable:
        raise Refusal(405, ErrorBody(message=f"{table.kind.plural} cannot be merged", category="METHOD_NOT_ALLOWED"))
    found = [identified(table, text, None) for text in (wish.primary_object_id, wish.object_id_to_merge)]
    ids = [table.survivor(one) for one in found if one is not None]
    if len(ids) != 2 or any(one not in table.live for one in ids):
        raise not_found(wish.object_id_to_merge)
    if ids[0] == ids[1]:
        raise invalid("An object cannot be merged with itself")
    if sum(len(table.live[one].merged) + 1 for one in ids) > MOST_IDENTITIES:
        raise Refusal(414, ErrorBody(message="Cannot have more than 250 identities on a profile", category="VALIDATION_ERROR"))
    record = call.portal.merge(table.kind.plural, ids[0], ids[1], source="INTEGRATION")
    return answer(show(call.portal, table, record, selection(table, ())))


def erase(call: Call) -> Answer:
    """Delete a contact for good and refuse its e-mail address from then on."""
    table, wish = table_of(call), call.read(Erasure)
    record_id = identified(table, wish.object_id, wish.id_property)
    if record_id is not None:
        call.portal.erase(table.kind.plural, table.survivor(record_id))
    return NOTHING
