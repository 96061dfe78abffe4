"""Record types: kinds of records of one object, each with the values of picklists that it takes.

Source: ``recordTypeInfos`` of recorded describes (API 42 to 59); the UI API's answer follows a published example of version 51.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, Value
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.org import MASTER, Org, RecordType
from syncd_salesforce.emulator.schema import Field, field_of
from syncd_salesforce.emulator.writing import add, entity_of

__all__ = ["add_type", "picklists"]


def add_type(
    org: Org,
    entity: str,
    name: str,
    *,
    available: bool = True,
    default: bool = False,
    values: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Add a record type and return its id; ``values`` names the picklists of which it takes not all."""
    row: dict[str, Value] = {"Name": name, "DeveloperName": name, "SobjectType": entity, "IsActive": True}
    key = str(add(org, "RecordType", row)["Id"])
    org.record_types[key] = RecordType(
        id=key,
        entity=entity,
        name=name,
        available=available,
        default=default,
        values={field: frozenset(some) for field, some in (values or {}).items()},
    )
    org.add_field(entity, field_of("RecordTypeId reference cunfsga -> RecordType as RecordType"))
    return key


def picklists(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /ui-api/object-info/{object}/picklist-values/{type}: what records of a type may hold."""
    one, key = entity_of(instance.org, match["object"]), full(match["type"])
    kind = instance.org.record_types.get(key)
    if key != MASTER and (kind is None or kind.entity != one.name or not kind.available):
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    url = f"{call.base}/ui-api/object-info/{one.name}/picklist-values/{key}"
    fields: Mapping[str, Json] = {
        field.name: _offered(field, kind, f"{url}/{field.name}") for field in one.fields if "picklist" in field.type
    }
    return Answer(content={"eTag": sha256(f"{one.name} {key}".encode()).hexdigest()[:32], "picklistFieldValues": fields})


def _offered(field: Field, kind: RecordType | None, url: str) -> dict[str, Json]:
    taken = [one for one in field.choices if one.active and (kind is None or kind.takes(field.name, one.value))]
    values: list[Json] = [{"attributes": None, "label": one.value, "validFor": [], "value": one.value} for one in taken]
    default = next((value for one, value in zip(taken, values, strict=True) if one.default), None)
    return {"controllerValues": {}, "defaultValue": default, "url": url, "values": values}
