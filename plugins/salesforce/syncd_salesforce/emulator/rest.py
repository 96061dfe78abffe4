"""Single objects and records: lists, describes, create, read, update, delete, upsert by external id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, Row, decoded
from syncd_salesforce.emulator.describe import described, listed
from syncd_salesforce.emulator.ids import full, is_id
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.instants import moment, moment_of
from syncd_salesforce.emulator.schema import SObject, field_of
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.columns import Scope
from syncd_salesforce.emulator.soql.projection import emitter, no_children
from syncd_salesforce.emulator.writing import create, delete, entity_of, keyed_by, update

__all__ = [
    "basics", "create_one", "delete_keyed", "delete_one", "describe_all", "describe_one", "read_keyed", "read_one", "resources",
    "update_one", "upsert_one",
]  # fmt: skip

_RESOURCES = "tooling queryAll search composite jobs limits query sobjects".split()


def resources(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /: what a version offers, and who asks."""
    identity = f"{instance.url}/id/{instance.org.id}/{instance.org.user_id}"
    return Answer(content={name: f"{call.base}/{name}" for name in _RESOURCES} | {"identity": identity})


def describe_all(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects."""
    unchanged = _unchanged(instance, call)
    if unchanged is not None:
        return unchanged
    objects = [listed(one, call.base) for one in instance.org.objects()]
    return Answer(content={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects}, headers=_modified(instance))


def basics(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}."""
    one = entity_of(instance.org, match["object"])
    return Answer(content={"objectDescribe": listed(one, call.base), "recentItems": []})


def describe_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}/describe; 304 if nothing changed since the client asked."""
    one = entity_of(instance.org, match["object"])
    answer = _unchanged(instance, call)
    if answer is None:
        answer = Answer(content=described(instance.org, one, call.base, instance.url), headers=_modified(instance))
    _spoil(instance, call)
    return answer


def create_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /sobjects/{object}."""
    one = entity_of(instance.org, match["object"])
    key = create(instance.org, one, _fields(call), forced=call.forced)
    location = f"{call.base}/sobjects/{one.name}/{key}"
    return Answer(status=201, content={"id": key, "success": True, "errors": []}, headers={"Location": location})


def read_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}/{id}."""
    one = entity_of(instance.org, match["object"])
    row = _row(instance, one, match["id"])
    names = [name for name in call.query.get("fields", "").split(",") if name]
    paths = [tuple(name.strip().split(".")) for name in names] or [(field.name,) for field in one.fields]
    query = tree.Query(items=tuple(tree.Name(path=path) for path in paths), source=one.name)
    emit = emitter(Scope(org=instance.org, source=one, query=query), subqueries=no_children)
    headers = (
        {"Last-Modified": format_datetime(moment_of(str(row["SystemModstamp"])), usegmt=True)}
        if row.get("SystemModstamp")
        else {}
    )
    tag = hashlib.sha256(f"{row['Id']}{row.get('SystemModstamp')}".encode()).hexdigest()[:16]
    answer = Answer(content=emit(row, call.base), headers={**headers, "ETag": f'"{tag}"'})
    if one.find("LastViewedDate") is not None:  # reading is viewing: shown from the next reading on, and it moves no stamp
        viewed = moment(instance.now())
        instance.org.table(one.name).put(str(row["Id"]), {**row, "LastViewedDate": viewed, "LastReferencedDate": viewed})
    return answer


def update_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /sobjects/{object}/{id}."""
    one = entity_of(instance.org, match["object"])
    if not is_id(match["id"]):
        raise ApiError(
            "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {match['id']}", status=404
        )
    update(instance.org, one, match["id"], _fields(call))
    return Answer(status=204)


def delete_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /sobjects/{object}/{id}."""
    one = entity_of(instance.org, match["object"])
    found = instance.org.table(one.name).get(full(match["id"]))
    if found is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    delete(instance.org, str(found["Id"]))
    return Answer(status=204)


def read_keyed(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}/{field}/{value}."""
    key = _only(instance, call, match)
    if key is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    return key if isinstance(key, Answer) else read_one(instance, call, {**match, "id": key})


def delete_keyed(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /sobjects/{object}/{field}/{value}."""
    key = _only(instance, call, match)
    if key is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    return key if isinstance(key, Answer) else delete_one(instance, call, {**match, "id": key})


def upsert_one(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /sobjects/{object}/{field}/{value}: 201 if made, 200 if changed (204 before API 46), 300 if ambiguous."""
    one = entity_of(instance.org, match["object"])
    fields = _fields(call)
    if any(name.lower() == "id" for name in fields):
        message = "The Id field should not be specified in the sobject data."
        raise ApiError("INVALID_FIELD", message)
    key = _only(instance, call, match)
    if isinstance(key, Answer):
        return key
    if key is None:
        named = one.find(match["field"])
        assert named is not None
        key = create(instance.org, one, {**fields, named.name: match["value"]})
        result: Mapping[str, Json] = {"id": key, "success": True, "errors": [], "created": True}
        return Answer(status=201, content=result, headers={"Location": f"{call.base}/sobjects/{one.name}/{key}"})
    update(instance.org, one, key, fields)
    if float(call.version) < 46:
        return Answer(status=204)
    return Answer(content={"id": key, "success": True, "errors": [], "created": False})


def _only(instance: Instance, call: Call, match: Mapping[str, str]) -> str | Answer | None:
    one = entity_of(instance.org, match["object"])
    keys = keyed_by(instance.org, one, match["field"], match["value"])
    if len(keys) > 1:
        return Answer(status=300, content=[f"{call.base}/sobjects/{one.name}/{key}" for key in keys])
    return keys[0] if keys else None


def _fields(call: Call) -> dict[str, Json]:
    return decoded(call.body, dict)


def _row(instance: Instance, one: SObject, key: str) -> Row:
    row = instance.org.table(one.name).get(full(key))
    if row is None or row.get("IsDeleted"):
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    return row


def _modified(instance: Instance) -> dict[str, str]:
    return {"Last-Modified": format_datetime(instance.org.changed_at.astimezone(UTC).replace(microsecond=0), usegmt=True)}


def _unchanged(instance: Instance, call: Call) -> Answer | None:
    since = call.headers.get("if-modified-since")
    if since is None:
        return None
    try:
        asked = parsedate_to_datetime(since)
    except ValueError:
        return None
    if instance.org.changed_at.replace(microsecond=0) > asked:
        return None
    return Answer(status=304, headers=_modified(instance))


def _spoil(instance: Instance, call: Call) -> None:
    """Let a field vanish or change its type, now that a client has seen it."""
    for mode in ("field_gone", "field_retyped"):
        fault = instance.faults.strike(mode, call)
        if fault is None:
            continue
        entity, _, name = fault.value.partition(".")
        if mode == "field_gone":
            instance.org.access.hidden.add((entity, name))
        else:
            old = instance.org.whole(entity).by_name[name.lower()]
            instance.org.add_field(entity, replace(field_of(f"{name} double(18,2) cunfsa"), label=old.label))
        instance.org.reshaped()
