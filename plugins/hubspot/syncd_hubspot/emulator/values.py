"""Whether a value may be written, and what is stored of it.

Types and encodings: developers.hubspot.com/docs/api-reference/legacy/crm/properties/guide (read 2026-11-21). Messages and
codes of numbers and e-mail addresses as recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from syncd_hubspot.emulator.definitions import Property
from syncd_hubspot.emulator.instants import day, instant, iso
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.wire import ErrorDetail, Refusal, invalid

LONGEST = 65_536
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_BOOLS = frozenset({"true", "false"})


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is wrong with one value."""

    message: str
    error: str
    name: str
    is_valid: bool = False


def checked(portal: Portal, table: Table, values: Mapping[str, str]) -> dict[str, str]:
    """Return *values* as they are stored. Raises: Refusal naming everything that is wrong."""
    stored: dict[str, str] = {}
    faults: list[Fault] = []
    for name, value in values.items():
        found = table.properties.get(name)
        if found is None or found.archived:
            faults.append(Fault(name=name, error="PROPERTY_DOESNT_EXIST", message=f'Property "{name}" does not exist'))
        elif found.is_read_only:
            message = f'"{name}" is a read only property; its value cannot be set.'
            faults.append(Fault(name=name, error="READ_ONLY_VALUE", message=message))
        else:
            result = _stored(portal, found, value.strip() if found.type != "string" else value)
            if isinstance(result, Fault):
                faults.append(result)
            else:
                stored[name] = result
    if faults:
        raise refused(faults)
    if (email := stored.get("email")) and email in portal.blocked and table.kind.plural == "contacts":
        raise invalid("This contact was deleted under GDPR and its email address is on the blocklist.")
    return stored


def complete(table: Table, values: Mapping[str, str]) -> None:
    """Raises: Refusal if a record with *values* would lack what the admin requires, even if that is not being written.

    Since 2026-09 every write is held to it: developers.hubspot.com/changelog/crm-api-write-validation-enforcement
    (read 2026-11-21).
    """
    lacking = sorted(name for name in table.required if not values.get(name))
    if lacking:
        raise refused([Fault(name=name, error="MISSING_REQUIRED_PROPERTY", message=f"{name} is required") for name in lacking])


def refused(faults: list[Fault]) -> Refusal:
    """Refuse values, as HubSpot does: as JSON within the message, and once more as errors."""
    text = msgspec.json.encode(faults).decode()
    details = [ErrorDetail(message=f.message, code=f.error, context={"propertyName": [f.name]}) for f in faults]
    return invalid(f"Property values were not valid: {text}", errors=details)


def _stored(portal: Portal, found: Property, value: str) -> str | Fault:
    if not value:
        return ""
    if found.name == "email":
        return value.lower() if _EMAIL.fullmatch(value) else _fault(found, f"Email address {value} is invalid", "INVALID_EMAIL")
    match found.type:
        case "number":
            return value if _NUMBER.fullmatch(value) else _fault(found, f"{value} was not a valid number.", "INVALID_LONG")
        case "bool":
            return value if value in _BOOLS else _not_allowed(found, value)
        case "date":
            at = day(value)
            return _fault(found, f"{value} is not at midnight!", "INVALID_DATE") if at is None else at
        case "datetime":
            moment = instant(value)
            return _fault(found, f"{value} was not a valid long.", "INVALID_LONG") if moment is None else iso(moment)
        case "enumeration":
            return _chosen(portal, found, value)
    return value if len(value) <= LONGEST else _fault(found, f"value is longer than {LONGEST} characters", "VALUE_TOO_LONG")


def _chosen(portal: Portal, found: Property, value: str) -> str | Fault:
    """A checkbox takes several, joined by ``;``. An owner is named by owner id, not by user id."""
    if found.name == "hubspot_owner_id":
        known = frozenset(portal.account.owners)
    else:
        known = frozenset(option.value for option in found.options)
    chosen = [one for one in value.split(";") if one] if found.field_type == "checkbox" else [value]
    strange = [one for one in chosen if known and one not in known]
    return _not_allowed(found, strange[0]) if strange else value


def _not_allowed(found: Property, value: str) -> Fault:
    labels = ", ".join(f'label: "{option.label}" value: "{option.value}"' for option in found.options)
    return _fault(found, f"{value} was not one of the allowed options: [{labels}]", "INVALID_OPTION")


def _fault(found: Property, message: str, error: str) -> Fault:
    return Fault(name=found.name, error=error, message=message)


def appended(table: Table, before: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Resolve ``;c``, which adds to what a checkbox holds instead of replacing it."""
    result = dict(changes)
    for name, value in changes.items():
        found = table.properties.get(name)
        if value.startswith(";") and found is not None and found.field_type == "checkbox":
            parts = [*before.get(name, "").split(";"), *value.split(";")]
            result[name] = ";".join(dict.fromkeys(part for part in parts if part))
    return result
