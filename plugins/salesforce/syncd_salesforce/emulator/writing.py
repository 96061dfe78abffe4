"""Creates, changes, deletes and restores records as the API does: every value checked, every stamp set, every trace left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncd_salesforce.emulator.answers import ApiError, Json, Row, Value
from syncd_salesforce.emulator.coercion import coerced
from syncd_salesforce.emulator.derived import after, derived
from syncd_salesforce.emulator.histories import track
from syncd_salesforce.emulator.ids import full, is_id
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Field, SObject

__all__ = ["UnknownField", "add", "create", "delete", "entity_of", "keyed_by", "undelete", "update"]

_NOT_HERE = "The requested resource does not exist"
_RIGHTS = {"FieldPermissions", "ObjectPermissions", "PermissionSet", "PermissionSetAssignment"}


class UnknownField(ApiError):
    """A field is named that the object has not: refuses the whole request, not one record."""


def entity_of(org: Org, name: str) -> SObject:
    """Return the object of that name as the user sees it.

    Raises: ApiError NOT_FOUND.
    """
    found = org.visible(name)
    if found is None or "tooling" in found.flags:
        raise ApiError("NOT_FOUND", _NOT_HERE, status=404)
    return found


def add(org: Org, entity: str, values: Row, *, at: datetime | None = None, by: str | None = None) -> Row:
    """Add a record without asking any rule, as of another time if need be; what follows from it is kept up."""
    row = org.draft(entity, values, at=at, by=by)
    if org.whole(entity).find("OwnerId") is not None:
        row.setdefault("OwnerId", org.user_id)
    row |= derived(org, entity, row, None)
    org.put(entity, row)
    after(org, entity, row, None)
    return row


def create(org: Org, entity: SObject, fields: Mapping[str, Json], *, by: str | None = None, forced: bool = False) -> str:
    """Create a record and return its id; *by* is the user who does it, if not the integration user.

    A *forced* one is made although there is another with its e-mail address.

    Raises: ApiError; nothing is written then.
    """
    if not entity.updateable:
        raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {entity.label}")
    values = _values(org, entity, fields, flag="c")
    missing = [one.name for one in entity.fields if _required(one) and values.get(one.name) is None]
    if missing:
        raise ApiError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", fields=missing)
    if entity.find("OwnerId") is not None:
        values.setdefault("OwnerId", org.user_id)
    if entity.name in org.duplicates and not forced and _is_used(org, entity, values.get("Email")):
        raise ApiError("DUPLICATES_DETECTED", "Use one of these records?")
    row = org.draft(entity.name, values, by=by)
    _suit(org, entity, values, row)
    row |= derived(org, entity.name, row, None)
    _check(org, entity, row)
    return _kept(org, entity, row, None)


def update(org: Org, entity: SObject, key: str, fields: Mapping[str, Json], *, by: str | None = None) -> None:
    """Change a record; *by* is the user who does it, if not the integration user.

    Raises: ApiError; nothing is written then.
    """
    old = _living(org, entity, key)
    if not entity.updateable:
        raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403)
    if old.get("IsConverted"):
        raise ApiError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    values = _values(org, entity, fields, flag="u")
    cleared = [name for name, value in values.items() if value is None and not entity.by_name[name.lower()].has("n")]
    if cleared:
        raise ApiError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(cleared)}]", fields=cleared)
    row = {**old, **values, **_stamps(org, entity, by)}
    _suit(org, entity, values, row)
    row |= derived(org, entity.name, row, old)
    _check(org, entity, row)
    _kept(org, entity, row, old)


def delete(org: Org, key: str) -> None:
    """Delete a record, and those that cannot be without it; objects without a recycle bin forget it.

    Raises: ApiError.
    """
    found = org.find(key) if is_id(key) else None
    if found is None:
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
    entity, row = found
    if row.get("IsDeleted"):
        raise ApiError("ENTITY_IS_DELETED", "entity is deleted", status=404)
    _bin(org, entity, row)


def undelete(org: Org, key: str) -> None:
    """Take a record out of the recycle bin; it bears a new stamp.

    Raises: ApiError UNDELETE_FAILED.
    """
    found = org.find(key)
    if found is None or not found[1].get("IsDeleted"):
        raise ApiError("UNDELETE_FAILED", "Entity is not in the recycle bin")
    entity, row = found
    back = {**row, "IsDeleted": False, **_stamps(org, entity)}
    back.pop("MasterRecordId", None)
    org.put(entity.name, back)


def keyed_by(org: Org, entity: SObject, name: str, value: str) -> Sequence[str]:
    """Return the ids of the records that bear *value* in an external id field.

    Raises: ApiError NOT_FOUND if the field is no external id.
    """
    field = entity.find(name)
    if field is None or not (field.has("x") or field.name == "Id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", message, status=404)
    wanted = full(value) if field.name == "Id" else coerced(org, field, value)
    rows = org.table(entity.name).among(field.name, [wanted])
    return [str(row["Id"]) for row in rows if not row.get("IsDeleted")]


def _is_used(org: Org, entity: SObject, address: Value) -> bool:
    return address is not None and any(not row.get("IsDeleted") for row in org.table(entity.name).among("Email", [address]))


def _values(org: Org, entity: SObject, fields: Mapping[str, Json], *, flag: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    closed = []
    for name, value in fields.items():
        if name.lower() in {"id", "attributes"}:
            continue
        if isinstance(value, Mapping):
            name, value = _pointed(org, entity, name, value)
        field = entity.find(name)
        if field is None:
            raise UnknownField("INVALID_FIELD", f"No such column '{name}' on sobject of type {entity.name}")
        if not field.has(flag):
            closed.append(field.name)
            continue
        values[field.name] = coerced(org, field, value)
    if closed:
        message = (
            f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings of this field and verify "
            "that it is read/write for your profile or permission set."
        )
        raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=closed)
    return values


def _pointed(org: Org, entity: SObject, relation: str, given: Mapping[str, Json]) -> tuple[str, Json]:
    """Return the reference field of a relation, and the id of the record it is told by: ``{"Account": {"Ref__c": "7"}}``."""
    reference = entity.by_relation.get(relation.lower())
    told = {name: value for name, value in given.items() if name != "attributes"}
    if reference is None or len(told) != 1:
        raise UnknownField("INVALID_FIELD", f"No such relation '{relation}' on sobject of type {entity.name}")
    (name, value), *_ = told.items()
    for target in reference.refers:
        whole = org.whole(target)
        field = whole.find(name)
        if field is not None and (field.has("x") or field.has("l")):
            rows = [row for row in org.table(target).among(field.name, [str(value)]) if not row.get("IsDeleted")]
            if len(rows) == 1:
                return reference.name, str(rows[0]["Id"])
    message = f"Foreign key external ID: {value} not found for field {name} in entity {reference.refers[0]}"
    raise ApiError("INVALID_FIELD", message)


def _required(field: Field) -> bool:
    return field.has("c") and not field.has("n") and not field.has("d") and field.type != "boolean"


def _stamps(org: Org, entity: SObject, by: str | None = None) -> dict[str, Value]:
    stamp = org.stamp()
    stamps: dict[str, Value] = {"LastModifiedDate": stamp, "LastModifiedById": by or org.user_id, "SystemModstamp": stamp}
    return {name: value for name, value in stamps.items() if entity.find(name) is not None}


def _living(org: Org, entity: SObject, key: str) -> Row:
    row = org.latest(entity.name, full(key))
    if row is None:
        raise ApiError("NOT_FOUND", _NOT_HERE, status=404)
    if row.get("IsDeleted"):
        raise ApiError("ENTITY_IS_DELETED", "entity is deleted", status=404)
    return row


def _suit(org: Org, entity: SObject, values: Row, row: Row) -> None:
    """Refuse a record type that is not the user's, and what the type of the record does not take in a restricted picklist."""
    kind = org.record_types.get(str(row.get("RecordTypeId")))
    if values.get("RecordTypeId") and (kind is None or kind.entity != entity.name or not kind.available):
        message = f"Record Type ID: this ID value isn't valid for the user: {values['RecordTypeId']}"
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", message, fields=["RecordTypeId"])
    if kind is None:
        return
    for name, value in values.items():
        field = entity.by_name[name.lower()]
        if field.restricted and value and not all(kind.takes(name, one) for one in str(value).split(";")):
            message = f"{field.label}: bad value for restricted picklist field: {value}"
            raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=[name])


def _check(org: Org, entity: SObject, row: Row) -> None:
    for field in entity.fields:
        if field.has("U") and row.get(field.name) is not None:
            for other in org.table(entity.name).among(field.name, [row[field.name]]):
                if other["Id"] != row["Id"] and not other.get("IsDeleted"):
                    message = f"duplicate value found: {field.name} duplicates value on record with id: {other['Id']}"
                    raise ApiError("DUPLICATE_VALUE", message, fields=[field.name])
    for rule in org.rules:
        if rule.entity == entity.name and rule.broken(row):
            raise ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields=[rule.field] if rule.field else ())


def _kept(org: Org, entity: SObject, row: Row, old: Row | None) -> str:
    if entity.find("LastViewedDate") is not None and "SystemModstamp" in row:  # who writes a record has viewed it
        row = {**row, "LastViewedDate": row["SystemModstamp"], "LastReferencedDate": row["SystemModstamp"]}
    with org.together():
        org.put(entity.name, row)
        track(org, entity.name, row, old)
    after(org, entity.name, row, old)
    if entity.name in _RIGHTS:
        org.reshaped()
    return str(row["Id"])


def _bin(org: Org, entity: SObject, row: Row) -> None:
    key = str(row["Id"])
    for child, field in _DEPENDENT.get(entity.name, ()):
        for one in org.table(child).among(field, [key]):
            if not one.get("IsDeleted"):
                _bin(org, org.whole(child), one)
    gone = {**row, "IsDeleted": True, **_stamps(org, entity)}
    if "undeletable" in entity.flags:
        org.put(entity.name, gone)
    else:
        org.remove(entity.name, [key])
    after(org, entity.name, gone, row)
    if entity.name in _RIGHTS:
        org.reshaped()


_RELATED = (("TaskRelation", "RelationId"), ("EventRelation", "RelationId"))
_DEPENDENT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Lead": (("Task", "WhoId"), ("Event", "WhoId"), ("CampaignMember", "LeadId"), *_RELATED),
    "Contact": (
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        *_RELATED,
        ("CampaignMember", "ContactId"),
        ("OpportunityContactRole", "ContactId"),
    ),
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Task", "WhatId"), ("Event", "WhatId")),
    "Opportunity": (("OpportunityContactRole", "OpportunityId"), ("Task", "WhatId"), ("Event", "WhatId")),
    "Campaign": (("CampaignMember", "CampaignId"),),
    "Task": (("TaskRelation", "TaskId"),),
    "Event": (("EventRelation", "EventId"),),
}
"""What is deleted with a record. Source: ``cascadeDelete`` of recorded describes."""
