"""The custom fields and the permission set that syncd needs, as a package an admin deploys. Pure: names of files to their text.

Laid out as metadata API takes it, so that ``sf project deploy start --metadata-dir FOLDER``, Workbench or a change in a
sandbox first all work. api_meta "CustomField", "PermissionSet" (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

from syncd.spi import RemoteField

__all__ = ["PERMISSION_SET", "metadata", "package"]

PERMISSION_SET = "syncd"
_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_READ = ("Account", "Contact", "Lead", "Opportunity", "Campaign")  # activities have no object permissions of their own
_LONG: Mapping[str, str | int] = {"type": "LongTextArea", "length": 32_768, "visibleLines": 4}
_TEXT: Mapping[str, str | int] = {"type": "Text", "length": 255}
_PLAIN: Mapping[str, Mapping[str, str | int]] = {
    "number": {"type": "Number", "precision": 18, "scale": 2},
    "money": {"type": "Text", "length": 40},
    "list": _LONG,
    "date": {"type": "Date"},
    "datetime": {"type": "DateTime"},
    "email": {"type": "Email"},
    "phone": {"type": "Phone"},
}

Part: TypeAlias = "str | int | bool | Parts | Sequence[Parts] | Sequence[str]"
Parts: TypeAlias = Mapping[str, Part]


def metadata(field: RemoteField, *, value_key: str = "fullName") -> Parts:
    """Return the definition of a custom field. Tooling API takes it too, with ``valueName`` as the key of a picklist's values.

    >>> metadata(RemoteField(name="syncd_Score__c", label="syncd score", type="number"))
    {'label': 'syncd score', 'type': 'Number', 'precision': 18, 'scale': 2}
    """
    label = (field.label or field.name.removesuffix("__c").replace("_", " "))[:40]
    if field.type == "bool":
        return {"label": label, "type": "Checkbox", "defaultValue": False}
    if field.type == "choice" and field.options:
        values: list[Parts] = [{value_key: one, "default": False, "label": one} for one in field.options]
        # Unrestricted: a new band or stage of the agreement is not refused before somebody has added it here.
        definition: Parts = {"sorted": False, "value": values}
        return {"label": label, "type": "Picklist", "valueSet": {"restricted": False, "valueSetDefinition": definition}}
    is_long = field.type == "text" and "reason" in f"{field.name} {field.label}".lower()
    plain = _LONG if is_long else _PLAIN.get(field.type, _TEXT)
    return {"label": label, **plain}


def package(fields: Mapping[str, Sequence[RemoteField]], *, version: str) -> dict[str, str]:
    """Return the files of the package for *fields* per object, the permission set among them."""
    custom = {name: [one for one in some if one.name.endswith("__c")] for name, some in fields.items()}
    members = [f"{name}.{one.name}" for name, some in custom.items() for one in some]
    files = {
        "package.xml": _document("Package", {"types": _types(members), "version": version}),
        f"permissionsets/{PERMISSION_SET}.permissionset": _document("PermissionSet", _permissions(custom)),
    }
    for name, some in custom.items():
        if some:
            bodies: list[Parts] = [{"fullName": one.name, **metadata(one)} for one in some]
            files[f"objects/{name}.object"] = _document("CustomObject", {"fields": bodies})
    return files


def _types(members: Iterable[str]) -> list[Parts]:
    return [{"members": list(members), "name": "CustomField"}, {"members": PERMISSION_SET, "name": "PermissionSet"}]


def _permissions(custom: Mapping[str, Sequence[RemoteField]]) -> Parts:
    fields: list[Parts] = [
        {"editable": True, "field": f"{name}.{one.name}", "readable": True} for name, some in custom.items() for one in some
    ]
    objects: list[Parts] = [
        {
            "allowCreate": False,
            "allowDelete": False,
            "allowEdit": name in custom,
            "allowRead": True,
            "modifyAllRecords": False,
            "object": name,
            "viewAllRecords": True,
        }
        for name in dict.fromkeys((*_READ, *custom))
    ]
    users: list[Parts] = [{"enabled": True, "name": name} for name in ("ActivitiesAccess", "ApiEnabled")]
    return {"fieldPermissions": fields, "label": "syncd", "objectPermissions": objects, "userPermissions": users}


def _document(root: str, parts: Parts) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{_xml(parts, "    ")}</{root}>\n'


def _xml(parts: Parts, indent: str) -> str:
    return "".join(_element(name, value, indent) for name, value in parts.items())


def _element(name: str, value: Part, indent: str) -> str:
    match value:
        case bool():
            return f"{indent}<{name}>{str(value).lower()}</{name}>\n"
        case str() | int():
            return f"{indent}<{name}>{escape(str(value))}</{name}>\n"
        case Mapping():
            return f"{indent}<{name}>\n{_xml(value, indent + '    ')}{indent}</{name}>\n"
        case _:
            return "".join(_element(name, one, indent) for one in value)
