"""Properties and their groups: list, create, change, archive.

Source: developers.hubspot.com/docs/api-reference/legacy/crm/properties/guide (read 2026-11-21); what a restored name and a
group in use answer, from community notes on the live API of 2026-09.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.definitions import FIELD_TYPES, Group, Option, Property, shown
from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.objects import table_of
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.wire import NOTHING, Answer, Call, Refusal, answer, at_most, batched, conflict, invalid, missing

BATCH = 100
MOST_CUSTOM = 1_000
MOST_UNIQUE = 10
_T = TypeVar("_T")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


class NewProperty(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A property to create."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: Sequence[Option] = ()
    display_order: int = -1
    has_unique_value: bool = False
    hidden: bool = False
    form_field: bool = False
    external_options: bool = False
    data_sensitivity: str = "non_sensitive"


class PropertyChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What to change of a property; *options* replaces the whole list."""

    label: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    field_type: str | UnsetType = UNSET
    group_name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    options: tuple[Option, ...] | UnsetType = UNSET
    display_order: int | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    form_field: bool | UnsetType = UNSET


class NewProperties(msgspec.Struct, frozen=True, kw_only=True):
    """Properties to create at once."""

    inputs: Sequence[NewProperty] = ()


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """A property."""

    name: str


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Properties to read or archive."""

    inputs: Sequence[Name] = ()
    archived: bool = False


class NewGroup(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A group to create."""

    name: str
    label: str
    display_order: int = -1


class GroupChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What to change of a group."""

    label: str | UnsetType = UNSET
    display_order: int | UnsetType = UNSET


class PropertyList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them; there are no pages."""

    results: Sequence[Property]


class GroupList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    results: Sequence[Group]


def list_all(call: Call) -> Answer:
    """List properties, live or archived; sensitive ones only if asked for."""
    found = table_of(call).properties.values()
    archived, wanted = call.flag("archived"), call.words("dataSensitivity")
    return answer(PropertyList(results=[one for one in found if one.archived == archived and shown(one, wanted)]))


def read_one(call: Call) -> Answer:
    """Read one property."""
    return answer(_known(table_of(call), call.path["name"], archived=call.flag("archived")))


def _known(table: Table, name: str, *, archived: bool = False) -> Property:
    found = table.properties.get(name)
    if found is None or found.archived != archived:
        message = f"Property {name} does not exist for object type {table.kind.type_id}"
        raise missing(message, context={"propertyName": [name]})
    return found


def create_one(call: Call) -> Answer:
    """Create a property."""
    made = create(call.portal, table_of(call), call.read(NewProperty))
    return answer(made, 201, headers={"Location": f"{call.url}/{quote(made.name, safe='')}"})


def create(portal: Portal, table: Table, new: NewProperty) -> Property:
    """Create a property. The name of an archived one brings that back with its old definition. Raises: Refusal."""
    before = table.properties.get(new.name)
    now = iso(portal.now())
    if before is not None and before.archived:
        made = msgspec.structs.replace(before, archived=False, archived_at=UNSET, updated_at=now)
    else:
        _refuse_new(table, new)
        made = Property(
            **{name: getattr(new, name) for name in new.__struct_fields__ if name != "options"},
            options=tuple(new.options),
            created_at=now,
            updated_at=now,
            created_user_id="7",
            updated_user_id="7",
        )
    table.properties[made.name] = made
    table.reindex_unique()
    return made


def _refuse_new(table: Table, new: NewProperty) -> None:
    if new.name in table.properties:
        message = f"A property named '{new.name}' already exists."
        raise conflict(message, category="OBJECT_ALREADY_EXISTS", sub_category="Properties.PROPERTY_WITH_NAME_EXISTS")
    if not _NAME.fullmatch(new.name):
        raise invalid(f"Property name {new.name} must be lower case, start with a letter and hold letters, digits and _ alone")
    if new.group_name not in table.groups:
        message = f"Property group {new.group_name} does not exist"
        raise invalid(message, sub_category="PropertyValidationError.PROPERTY_GROUP_DOES_NOT_EXIST")
    _refuse_types(new.type, new.field_type, new.options)
    custom = [one for one in table.properties.values() if one.hubspot_defined is UNSET and not one.archived]
    if len(custom) >= MOST_CUSTOM:
        raise invalid(f"The limit of {MOST_CUSTOM} custom properties is reached", sub_category="Properties.LIMIT_EXCEEDED")
    if new.has_unique_value and sum(one.has_unique_value for one in custom) >= MOST_UNIQUE:
        raise invalid(f"The limit of {MOST_UNIQUE} unique properties is reached", sub_category="Properties.LIMIT_EXCEEDED")


def _refuse_types(type_: str, field_type: str, options: Sequence[Option]) -> None:
    if field_type not in FIELD_TYPES.get(type_, ()):
        raise invalid(f"Property type {type_} does not go with field type {field_type}")
    if type_ == "enumeration" and len({one.value for one in options}) != len(options):
        raise invalid("Property option values must be unique", sub_category="PropertyValidationError.DUPLICATE_OPTIONS")


def update_one(call: Call) -> Answer:
    """Change a property's definition."""
    table, changes = table_of(call), call.read(PropertyChanges)
    before = _known(table, call.path["name"])
    if before.modification_metadata.read_only_definition and (
        changes.type is not UNSET or changes.field_type is not UNSET or changes.group_name is not UNSET
    ):
        raise invalid(f"Property {before.name} is read only", sub_category="PropertyValidationError.READ_ONLY_DEFINITION")
    news = {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET}
    after = msgspec.structs.replace(before, **news, updated_at=iso(call.portal.now()))
    _refuse_types(after.type, after.field_type, after.options)
    if after.group_name not in table.groups:
        raise invalid(f"Property group {after.group_name} does not exist")
    table.properties[after.name] = after
    return answer(after)


def archive_one(call: Call) -> Answer:
    """Archive a property; its values stay with the records and are not shown."""
    archive(call.portal, table_of(call), call.path["name"])
    return NOTHING


def archive(portal: Portal, table: Table, name: str) -> None:
    """Archive a property. Raises: Refusal if it is HubSpot's own."""
    before = _known(table, name)
    if not before.modification_metadata.archivable:
        message = f"Property {name} cannot be deleted"
        raise invalid(message, sub_category="PropertyValidationError.CANNOT_DELETE_HUBSPOT_DEFINED")
    now = iso(portal.now())
    table.properties[name] = msgspec.structs.replace(before, archived=True, archived_at=now, updated_at=now)
    table.reindex_unique()


def create_many(call: Call) -> Answer:
    """Create properties."""
    table, wish = table_of(call), call.read(NewProperties)
    return _batch(call.portal, wish.inputs, lambda new: create(call.portal, table, new), status=201)


def read_many(call: Call) -> Answer:
    """Read properties by name."""
    table, wish = table_of(call), call.read(Names)
    return _batch(call.portal, wish.inputs, lambda one: _known(table, one.name, archived=wish.archived))


def archive_many(call: Call) -> Answer:
    """Archive properties, those that are there."""
    table, wish = table_of(call), call.read(Names)
    for one in wish.inputs:
        if one.name in table.properties and table.properties[one.name].modification_metadata.archivable:
            archive(call.portal, table, one.name)
    return NOTHING


def _batch(portal: Portal, inputs: Sequence[_T], each: Callable[[_T], Property], *, status: int = 200) -> Answer:
    at_most(BATCH, inputs)
    results, errors = [], []
    for one in inputs:
        try:
            results.append(each(one))
        except Refusal as refusal:
            errors.append(refusal.body)
    return batched(portal, results, errors, status=status)


def list_groups(call: Call) -> Answer:
    """List groups."""
    return answer(GroupList(results=list(table_of(call).groups.values())))


def read_group(call: Call) -> Answer:
    """Read a group."""
    return answer(_group(call))


def _group(call: Call) -> Group:
    found = table_of(call).groups.get(call.path["name"])
    if found is None:
        raise missing(f"Property group {call.path['name']} does not exist")
    return found


def create_group(call: Call) -> Answer:
    """Create a group."""
    table, new = table_of(call), call.read(NewGroup)
    if new.name in table.groups:
        message = f"A property group named '{new.name}' already exists."
        raise conflict(message, category="OBJECT_ALREADY_EXISTS", sub_category="Properties.GROUP_WITH_NAME_EXISTS")
    table.groups[new.name] = Group(name=new.name, label=new.label, display_order=new.display_order)
    return answer(table.groups[new.name], 201, headers={"Location": f"{call.url}/{quote(new.name, safe='')}"})


def update_group(call: Call) -> Answer:
    """Change a group."""
    before, changes = _group(call), call.read(GroupChanges)
    news = {name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET}
    after = msgspec.structs.replace(before, **news)
    table_of(call).groups[after.name] = after
    return answer(after)


def archive_group(call: Call) -> Answer:
    """Delete an empty group."""
    table, found = table_of(call), _group(call)
    inside = [one.name for one in table.properties.values() if one.group_name == found.name and not one.archived]
    if inside:
        text = msgspec.json.encode({"groupName": found.name, "properties": inside}).decode()
        raise invalid(text, sub_category="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES")
    del table.groups[found.name]
    return NOTHING
