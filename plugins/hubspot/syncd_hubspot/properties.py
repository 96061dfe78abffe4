"""Properties as syncd describes fields, and back: what there is, and what a field to be created looks like. Pure.

Source: developers.hubspot.com/docs/api-reference, properties guide (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from syncd.spi import RemoteField
from syncd_hubspot.answers import Definition

__all__ = ["body_of", "field_of", "fits", "is_name"]

_TYPES: Mapping[str, str] = {"string": "text", "phone_number": "phone", "enumeration": "choice", "object_coordinates": "text"}
_FORMS: Mapping[str, tuple[str, str]] = {
    "number": ("number", "number"),
    "money": ("number", "number"),
    "bool": ("bool", "booleancheckbox"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
    "choice": ("enumeration", "select"),
    "list": ("enumeration", "checkbox"),
}
_TEXT = ("string", "textarea")
_YES_NO = ("true", "false")


def field_of(one: Definition) -> RemoteField:
    """Describe a property. Whether it can be written differs from portal to portal, so nothing is known beforehand."""
    changes = one.modification_metadata
    return RemoteField(
        name=one.name,
        label=one.label,
        type="list" if one.field_type == "checkbox" else _TYPES.get(one.type, one.type),
        options=tuple(option.value for option in one.options),
        writable=not one.calculated and not (changes is not None and changes.read_only_value),
    )


def body_of(field: RemoteField, group: str) -> dict[str, object]:
    """Return the property to create for *field*; a choice without options is a text."""
    form = _form(field)
    options = field.options or (_YES_NO if form[0] == "bool" else ())
    return {
        "name": field.name,
        "label": field.label or field.name,
        "type": form[0],
        "fieldType": form[1],
        "groupName": group,
        "options": [
            {"label": option, "value": option, "displayOrder": place, "hidden": False} for place, option in enumerate(options)
        ],
    }


def fits(one: Definition, field: RemoteField) -> bool:
    """Tell whether an existing property can take the values of *field*."""
    wanted = _form(field)[0]
    return one.type == wanted or (wanted == "string" and one.type == "enumeration" and not one.options)


def is_name(name: str) -> bool:
    """Tell whether a property may be called so."""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name) is not None


def _form(field: RemoteField) -> tuple[str, str]:
    form = _FORMS.get(field.type, _TEXT)
    return _TEXT if form[0] == "enumeration" and not field.options else form
