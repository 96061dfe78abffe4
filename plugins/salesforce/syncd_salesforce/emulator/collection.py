"""Up to 200 records in one request, each with its own result, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, decoded, refusal
from syncd_salesforce.emulator.ids import full, is_id
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.schema import SObject
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.columns import Scope
from syncd_salesforce.emulator.soql.projection import emitter, no_children
from syncd_salesforce.emulator.writing import UnknownField, create, delete, entity_of, keyed_by, update

__all__ = ["create_many", "delete_many", "read_many", "update_many", "upsert_many"]

_MOST = 200
_MOST_READ = 2_000
_ROLLED_BACK = refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def create_many(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /composite/sobjects."""
    rows, strict = _rows(call)

    def one(row: Mapping[str, Json]) -> dict[str, Json]:
        return {"id": create(instance.org, _entity(instance, row), row, forced=call.forced), "success": True, "errors": []}

    return _each(instance, call, [(one, row) for row in rows], strict=strict)


def update_many(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /composite/sobjects: by id."""
    rows, strict = _rows(call)
    seen = set[str]()

    def one(row: Mapping[str, Json]) -> dict[str, Json]:
        entity = _entity(instance, row)
        key = next((value for name, value in row.items() if name.lower() == "id"), None)
        if not isinstance(key, str) or not is_id(key):
            raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call", fields=["Id"])
        if full(key) in seen:
            raise ApiError("DUPLICATE_VALUE", f"duplicate id specified: {full(key)}")
        seen.add(full(key))
        try:
            update(instance.org, entity, key, row)
        except ApiError as error:
            if error.code == "NOT_FOUND":
                raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id") from error
            raise
        return {"id": full(key), "success": True, "errors": []}

    return _each(instance, call, [(one, row) for row in rows], strict=strict)


def upsert_many(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /composite/sobjects/{object}/{field}: by external id."""
    rows, strict = _rows(call)
    entity = entity_of(instance.org, match["object"])
    name = match["field"]

    def one(row: Mapping[str, Json]) -> dict[str, Json]:
        return upserted(instance, entity, name, row)

    return _each(instance, call, [(one, row) for row in rows], strict=strict)


def upserted(instance: Instance, entity: SObject, name: str, row: Mapping[str, Json]) -> dict[str, Json]:
    """Create or change the record that bears the row's value of an external id field.

    Raises: ApiError.
    """
    value = next((value for key, value in row.items() if key.lower() == name.lower()), None)
    if name.lower() != "id" and any(key.lower() == "id" for key in row):
        raise ApiError("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    if value is None and name.lower() != "id":
        raise ApiError("MISSING_ARGUMENT", f"{name} not specified")
    keys = keyed_by(instance.org, entity, name, str(value)) if value else ()
    if len(keys) > 1:
        raise ApiError(
            "DUPLICATE_EXTERNAL_ID", f"{name}: more than one record found for external id field: [{', '.join(keys)}]"
        )
    if keys:
        update(instance.org, entity, keys[0], {key: one for key, one in row.items() if key.lower() != name.lower()})
        return {"id": keys[0], "success": True, "errors": [], "created": False}
    return {"id": create(instance.org, entity, row), "success": True, "errors": [], "created": True}


def delete_many(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /composite/sobjects?ids=…"""
    keys = [key for key in call.query.get("ids", "").split(",") if key]
    _at_most(len(keys))

    def one(row: Mapping[str, Json]) -> dict[str, Json]:
        key = str(row["id"])
        if not is_id(key):
            raise ApiError("MALFORMED_ID", f"malformed id {key}")
        delete(instance.org, full(key))
        return {"id": full(key), "success": True, "errors": []}

    strict = call.query.get("allOrNone", "false").lower() == "true"
    return _each(instance, call, [(one, {"id": key}) for key in keys], strict=strict)


def read_many(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET and POST /composite/sobjects/{object}: the fields of some records, null for those that are not there."""
    entity = entity_of(instance.org, match["object"])
    if call.method == "GET":
        keys, names = (call.query.get(name, "").split(",") for name in ("ids", "fields"))
    else:
        body: Mapping[str, Sequence[str]] = decoded(call.body, dict[str, list[str]])
        keys, names = list(body.get("ids", ())), list(body.get("fields", ()))
    if len(keys) > _MOST_READ:
        raise ApiError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {_MOST_READ} records into this call"
        )
    query = tree.Query(items=tuple(tree.Name(path=tuple(name.split("."))) for name in names), source=entity.name)
    emit = emitter(Scope(org=instance.org, source=entity, query=query), subqueries=no_children)
    rows = [instance.org.table(entity.name).get(full(key)) for key in keys]
    return Answer(content=[None if row is None or row.get("IsDeleted") else emit(row, call.base) for row in rows])


def _each(
    instance: Instance,
    call: Call,
    work: Iterable[tuple[Callable[[Mapping[str, Json]], dict[str, Json]], Mapping[str, Json]]],
    *,
    strict: bool,
) -> Answer:
    results: list[Mapping[str, Json]] = []
    with instance.org.revocable() as restore:
        for one, row in work:
            try:
                trip(instance, call, next((value for name, value in row.items() if name.lower() == "id"), None))
                results.append(one(row))
            except UnknownField:
                restore()
                raise
            except ApiError as error:
                results.append({"success": False, "errors": [refusal(error.code, error.message, error.fields)]})
        if strict and not all(result["success"] for result in results):
            restore()
            results = [{"success": False, "errors": [_ROLLED_BACK]} if result["success"] else result for result in results]
    return Answer(content=results)


def trip(instance: Instance, call: Call, key: Json) -> None:
    """Refuse the record of an id if a misbehaviour says so; a lock is that of its account, if it has one.

    Raises: ApiError.
    """
    if instance.faults.strike("lock", call):
        found = instance.org.find(key) if isinstance(key, str) else None
        held = "" if found is None else f": {found[1].get('AccountId') or found[1]['Id']}"
        raise ApiError("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records{held}")
    if instance.faults.strike("partial", call):
        message = "LeadTrigger: execution of BeforeUpdate caused by: System.NullPointerException: Attempt to de-reference null"
        raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)


def _rows(call: Call) -> tuple[list[Mapping[str, Json]], bool]:
    body: Mapping[str, Json] = decoded(call.body, dict)
    records = body.get("records")
    if not isinstance(records, list):
        raise ApiError("INVALID_INPUT", "The request must contain a list of records")
    _at_most(len(records))
    rows = [row for row in records if isinstance(row, Mapping)]
    kinds = [_kind(row) for row in rows]
    chunks = sum(kind != before for kind, before in zip(kinds, [None, *kinds], strict=False))
    if chunks > 10:
        raise ApiError("INVALID_INPUT", "Limit of 10 object types per request exceeded: sort the records by type")
    return rows, body.get("allOrNone") is True


def _kind(row: Mapping[str, Json]) -> str | None:
    attributes = row.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, Mapping) else None
    return kind if isinstance(kind, str) else None


def _entity(instance: Instance, row: Mapping[str, Json]) -> SObject:
    kind = _kind(row)
    if kind is None:
        raise UnknownField("INVALID_INPUT", "The attributes of a record must name its type")
    found = instance.org.visible(kind)
    if found is None:
        raise UnknownField("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    return found


def _at_most(count: int) -> None:
    if count > _MOST:
        raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {_MOST} records into this call")
