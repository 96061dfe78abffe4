"""Tooling API: custom fields. A new one nobody sees, its maker included, before a permission set grants it.

Source: restforce#353, simple-salesforce#621, jsforce#1584 (the invisible field); the shapes of Metadata are from memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, decoded
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Choice, Field
from syncd_salesforce.emulator.soql.grammar import parse
from syncd_salesforce.emulator.soql.headings import headings
from syncd_salesforce.emulator.soql.run import found, is_count
from syncd_salesforce.emulator.writing import add

__all__ = ["create_field", "defined", "delete_field", "field", "listed", "query", "targets", "update_field"]

_KINDS = {
    "Text": ("string", "cunfsgpa"), "TextArea": ("textarea", "cunfsgpa"), "LongTextArea": ("textarea", "cunp"),
    "Number": ("double", "cunfspa"), "Currency": ("currency", "cunfspa"), "Percent": ("percent", "cunfspa"),
    "Checkbox": ("boolean", "cufsgdp"), "Date": ("date", "cunfsgpa"), "DateTime": ("datetime", "cunfspa"),
    "Email": ("email", "cunfsgpa"), "Phone": ("phone", "cunfsgpa"), "Url": ("url", "cunfsgpa"),
    "Picklist": ("picklist", "cunfsgpa"), "MultiselectPicklist": ("multipicklist", "cunfp"),
}  # fmt: skip
_LENGTHS = {"TextArea": 255, "Email": 80, "Phone": 40, "Url": 255, "Picklist": 255, "MultiselectPicklist": 4099}


def query(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /tooling/query?q=…"""
    tree = parse(call.query.get("q", ""))
    if call.query.get("columns") == "true":
        return Answer(content=headings(instance.org, tree, tooling=True))
    result = found(instance.org, tree, tooling=True)
    records = [] if is_count(tree) else [result.emit(row, f"{call.base}/tooling") for row in result.rows]
    total = len(result.rows)
    sizes: dict[str, Json] = {"size": total, "totalSize": total, "done": True, "queryLocator": None}
    return Answer(content={**sizes, "entityTypeName": tree.source, "records": records})


def listed(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /tooling/sobjects."""
    root = f"{call.base}/tooling/sobjects/CustomField"
    one: Mapping[str, Json] = {
        "name": "CustomField",
        "keyPrefix": "00N",
        "createable": True,
        "queryable": True,
        "urls": {"sobject": root},
    }
    return Answer(content={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [one]})


def create_field(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /tooling/sobjects/CustomField."""
    body: Mapping[str, Json] = decoded(call.body, dict)
    entity, _, name = str(body.get("FullName")).partition(".")
    metadata = body.get("Metadata")
    if not isinstance(metadata, Mapping) or not name.endswith("__c"):
        raise ApiError(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName, Metadata]", fields=["FullName", "Metadata"]
        )
    for one in targets(entity):
        if instance.org.visible(one) is None:
            raise ApiError("INVALID_CROSS_REFERENCE_KEY", f"{entity}: no such object")
        if instance.org.whole(one).find(name) is not None:
            message = f"There is already a field named {name.removesuffix('__c')} on {entity}."
            raise ApiError("DUPLICATE_DEVELOPER_NAME", message, fields=["DeveloperName"])
    key = defined(instance.org, entity, name, metadata)
    content: Mapping[str, Json] = {"id": key, "success": True, "errors": [], "warnings": [], "infos": []}
    return Answer(status=201, content=content)


def update_field(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /tooling/sobjects/CustomField/{id}."""
    entity, name = _known(instance, match["id"])
    body: Mapping[str, Json] = decoded(call.body, dict)
    metadata = body.get("Metadata")
    if isinstance(metadata, Mapping):
        defined(instance.org, entity, name, metadata)
    return Answer(status=204)


def delete_field(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /tooling/sobjects/CustomField/{id}."""
    entity, name = _known(instance, match["id"])
    for one in targets(entity):
        instance.org.drop_field(one, name)
    instance.org.remove("CustomField", [full(match["id"])])
    return Answer(status=204)


def targets(entity: str) -> Sequence[str]:
    """Return the objects that a field of *entity* is on: those of activities are on two."""
    return ("Task", "Event") if entity == "Activity" else (entity,)


def defined(org: Org, entity: str, name: str, metadata: Mapping[str, Json]) -> str:
    """Make a custom field, or change it, and return its id.

    Raises: ApiError if there are no such fields.
    """
    new, key = field(name, metadata), f"{entity}.{name}"
    rows = org.table("CustomField").among("FullName", [key])
    for one in targets(entity):
        org.add_field(one, new, private=org.whole(one).find(name) is None)
    if rows:
        return str(rows[0]["Id"])
    values = {"DeveloperName": name.removesuffix("__c"), "TableEnumOrId": entity, "FullName": key}
    return str(add(org, "CustomField", values)["Id"])


def _known(instance: Instance, key: str) -> tuple[str, str]:
    row = instance.org.table("CustomField").get(full(key))
    if row is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    entity, _, name = str(row["FullName"]).partition(".")
    return entity, name


def field(name: str, metadata: Mapping[str, Json]) -> Field:
    """Return the field that a definition means.

    Raises: ApiError if there are no such fields.
    """
    given = str(metadata.get("type"))
    if given not in _KINDS:
        raise ApiError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"Unknown field type: {given}", fields=["Type"])
    kind, flags = _KINDS[given]
    flags += "x" if metadata.get("externalId") is True else ""
    flags += "U" if metadata.get("unique") is True else ""
    new = Field(
        name=name,
        type=kind,
        flags=frozenset(flags) - (frozenset("n") if metadata.get("required") is True else frozenset()),
        length=_number(metadata, "length", _LENGTHS.get(given, 0)),
        precision=_number(metadata, "precision", 0),
        scale=_number(metadata, "scale", 0),
        label=str(metadata.get("label") or name.removesuffix("__c").replace("_", " ")),
    )
    if not given.lower().endswith("picklist"):
        return new
    choices, restricted = _choices(metadata)
    return replace(new, choices=choices, restricted=restricted)


def _number(metadata: Mapping[str, Json], name: str, otherwise: int) -> int:
    value = metadata.get(name)
    return value if isinstance(value, int) else otherwise


def _choices(metadata: Mapping[str, Json]) -> tuple[tuple[Choice, ...], bool]:
    values = metadata.get("valueSet")
    definition = values.get("valueSetDefinition") if isinstance(values, Mapping) else None
    listed = definition.get("value") if isinstance(definition, Mapping) else None
    choices = [
        Choice(value=str(one.get("valueName") or one.get("fullName") or one.get("label")), default=one.get("default") is True)
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping)
    ]
    return tuple(choices), isinstance(values, Mapping) and values.get("restricted") is True
