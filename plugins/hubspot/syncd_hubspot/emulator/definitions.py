"""What a property is: its definition as HubSpot shows it, and the properties every portal has from the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.kinds import ObjectKind

BORN: Final = 1_565_059_266_638
"""When HubSpot's own properties were made, in epoch milliseconds."""


class Option(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One choice of an enumeration; its *value* is what records hold."""

    label: str
    value: str
    description: str = ""
    display_order: int = -1
    hidden: bool = False


class Modification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What may be changed about a property."""

    archivable: bool = True
    read_only_definition: bool = False
    read_only_options: bool = False
    read_only_value: bool = False


class Property(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The definition of a property."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    updated_at: str
    created_at: str
    description: str = ""
    options: tuple[Option, ...] = ()
    display_order: int = -1
    calculated: bool = False
    external_options: bool = False
    archived: bool = False
    archived_at: str | UnsetType = UNSET
    has_unique_value: bool = False
    hidden: bool = False
    hubspot_defined: bool | UnsetType = UNSET
    form_field: bool = False
    data_sensitivity: str = "non_sensitive"
    created_user_id: str | UnsetType = UNSET
    updated_user_id: str | UnsetType = UNSET
    modification_metadata: Modification = Modification()

    @property
    def is_read_only(self) -> bool:
        """Tell whether a value may not be written."""
        return self.modification_metadata.read_only_value or self.calculated


class Group(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A group of properties."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = False


FIELD_TYPES: Final[Mapping[str, frozenset[str]]] = {
    # developers.hubspot.com/docs/api-reference/legacy/crm/properties/guide (read 2026-11-21)
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
    "enumeration": frozenset({"checkbox", "radio", "select", "booleancheckbox", "calculation_equation"}),
    "number": frozenset({"number", "calculation_equation"}),
    "string": frozenset({"text", "textarea", "html", "file", "phonenumber", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "phone_number": frozenset({"phonenumber"}),
}
"""Which form fields a type of value can have."""


def options(text: str) -> tuple[Option, ...]:
    """Read ``value=Label; value=Label``.

    >>> [option.label for option in options("NEW=New; OPEN=Open")]
    ['New', 'Open']
    """
    pairs = [word.strip().partition("=") for word in text.split(";") if word.strip()]
    return tuple(Option(value=value, label=label or value, display_order=at) for at, (value, _, label) in enumerate(pairs))


def parsed(lines: str, choices: Mapping[str, str]) -> Iterable[Property]:
    """Read a table of properties: ``name | Label | type/fieldType | group | flags | options``.

    Flags: ``r`` read-only, ``c`` calculated, ``u`` unique, ``h`` hidden, ``x`` no property of HubSpot's own. Options are
    written out or, after an @, named from *choices*.
    """
    for line in lines.strip().splitlines():
        name, label, kind, group, flags, choice = (cell.strip() for cell in line.split("|"))
        type_, _, field_type = kind.partition("/")
        own = "x" not in flags
        yield Property(
            name=name,
            label=label,
            type=type_,
            field_type=field_type,
            group_name=group,
            created_at=iso(BORN),
            updated_at=iso(BORN),
            options=options(choices[choice[1:]] if choice.startswith("@") else choice),
            calculated="c" in flags,
            has_unique_value="u" in flags,
            hidden="h" in flags,
            hubspot_defined=own or UNSET,
            form_field=not set("rch") & set(flags),
            modification_metadata=Modification(
                archivable=not own,
                read_only_definition=own,
                read_only_options=own and "r" in flags,
                read_only_value="r" in flags or "c" in flags,
            ),
        )


def system_properties(kind: ObjectKind) -> str:
    """Return, as lines for `parsed`, what every kind of record has.

    A search by the wrong one of the two names of the modified time finds nothing and says nothing.
    """
    wrong = "lastmodifieddate" if kind.modified == "hs_lastmodifieddate" else "hs_lastmodifieddate"
    group = f"{kind.singular}information"
    return "\n".join(
        (
            f"{kind.created} | Create Date | datetime/date | {group} | r | ",
            f"{kind.modified} | Last Modified Date | datetime/date | {group} | r | ",
            f"{wrong} | Last Modified Date of other kinds of records | datetime/date | {group} | rh | ",
            f"hs_object_id | Record ID | number/number | {group} | r | ",
            f"hs_merged_object_ids | Merged record IDs | enumeration/checkbox | {group} | r | ",
            f"hs_created_by_user_id | Created by user ID | number/number | {group} | r | ",
            f"hs_object_source | Record creation source | string/text | {group} | r | ",
            f"hubspot_owner_id | Owner | enumeration/select | {group} |  | ",
            f"hubspot_owner_assigneddate | Owner assigned date | datetime/date | {group} | r | ",
        )
    )


def shown(property_: Property, wanted: Sequence[str]) -> bool:
    """Tell whether a listing of the sensitivity *wanted* holds the property; by default only what is not sensitive."""
    return property_.data_sensitivity in (wanted or ("non_sensitive",))
