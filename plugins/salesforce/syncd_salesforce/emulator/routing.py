"""Which endpoint answers a call. One table; composite requests go through it again for each of their parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from syncd_salesforce.emulator import (
    bulk_ingest,
    bulk_query,
    collection,
    composite,
    deployment,
    limits,
    query,
    record_types,
    replication,
    rest,
    tooling,
)
from syncd_salesforce.emulator.answers import Answer, ApiError, Call
from syncd_salesforce.emulator.instance import Instance

__all__ = ["answered", "place"]

_Endpoint = Callable[[Instance, Call, Mapping[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class _Route:
    methods: str
    pattern: re.Pattern[str]
    endpoint: _Endpoint
    place: str


def _route(methods: str, path: str, endpoint: _Endpoint) -> _Route:
    return _Route(methods, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), endpoint, path)


_ROUTES = (
    _route("GET", "", rest.resources),
    _route("GET", "/query", query.query),
    _route("GET", "/queryAll", query.query_all),
    _route("GET", "/query/{locator}", query.more),
    _route("GET", "/queryAll/{locator}", query.more),
    _route("GET", "/limits", limits.limits),
    _route("GET", "/limits/recordCount", limits.record_count),
    _route("GET", "/sobjects", rest.describe_all),
    _route("GET", "/sobjects/{object}", rest.basics),
    _route("POST", "/sobjects/{object}", rest.create_one),
    _route("GET", "/sobjects/{object}/describe", rest.describe_one),
    _route("GET", "/sobjects/{object}/updated", replication.updated),
    _route("GET", "/sobjects/{object}/deleted", replication.deleted),
    _route("GET", "/sobjects/{object}/{id}", rest.read_one),
    _route("PATCH", "/sobjects/{object}/{id}", rest.update_one),
    _route("DELETE", "/sobjects/{object}/{id}", rest.delete_one),
    _route("GET", "/sobjects/{object}/{field}/{value}", rest.read_keyed),
    _route("PATCH", "/sobjects/{object}/{field}/{value}", rest.upsert_one),
    _route("DELETE", "/sobjects/{object}/{field}/{value}", rest.delete_keyed),
    _route("POST", "/composite", composite.composite),
    _route("POST", "/composite/batch", composite.batch),
    _route("POST", "/composite/sobjects", collection.create_many),
    _route("PATCH", "/composite/sobjects", collection.update_many),
    _route("DELETE", "/composite/sobjects", collection.delete_many),
    _route("GET POST", "/composite/sobjects/{object}", collection.read_many),
    _route("PATCH", "/composite/sobjects/{object}/{field}", collection.upsert_many),
    _route("POST", "/jobs/query", bulk_query.create),
    _route("GET", "/jobs/query", bulk_query.listed),
    _route("GET", "/jobs/query/{id}", bulk_query.status),
    _route("PATCH", "/jobs/query/{id}", bulk_query.change),
    _route("DELETE", "/jobs/query/{id}", bulk_query.remove),
    _route("GET", "/jobs/query/{id}/results", bulk_query.results),
    _route("GET", "/jobs/query/{id}/resultPages", bulk_query.result_pages),
    _route("POST", "/jobs/ingest", bulk_ingest.create),
    _route("GET", "/jobs/ingest", bulk_ingest.listed),
    _route("GET", "/jobs/ingest/{id}", bulk_ingest.status),
    _route("PATCH", "/jobs/ingest/{id}", bulk_ingest.change),
    _route("DELETE", "/jobs/ingest/{id}", bulk_ingest.remove),
    _route("PUT", "/jobs/ingest/{id}/batches", bulk_ingest.upload),
    _route("GET", "/jobs/ingest/{id}/{list}", bulk_ingest.results),
    _route("GET", "/ui-api/object-info/{object}/picklist-values/{type}", record_types.picklists),
    _route("POST", "/metadata/deployRequest", deployment.begin),
    _route("GET", "/metadata/deployRequest/{id}", deployment.status),
    _route("GET", "/tooling/query", tooling.query),
    _route("GET", "/tooling/sobjects", tooling.listed),
    _route("POST", "/tooling/sobjects/CustomField", tooling.create_field),
    _route("PATCH", "/tooling/sobjects/CustomField/{id}", tooling.update_field),
    _route("DELETE", "/tooling/sobjects/CustomField/{id}", tooling.delete_field),
)


def answered(instance: Instance, call: Call) -> Answer:
    """Return the answer to a call; refusals are answers too."""
    try:
        route, match = _found(call)
        return route.endpoint(instance, call, {name: unquote(value) for name, value in match.groupdict().items()})
    except ApiError as error:
        return error.answer()


def place(path: str) -> str:
    """Return a path with the names of what changes in it: ``/sobjects/Lead/{id}``; the counters use it."""
    for route in _ROUTES:
        found = route.pattern.fullmatch(path)
        if found is not None:
            return route.place.replace("{object}", found.groupdict().get("object") or "")
    return path


def _found(call: Call) -> tuple[_Route, re.Match[str]]:
    allowed = False
    for route in _ROUTES:
        match = route.pattern.fullmatch(call.path)
        if match is None:
            continue
        if call.method in route.methods.split() or (call.method == "HEAD" and "GET" in route.methods):
            return route, match
        allowed = True
    if allowed:
        raise ApiError("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed", status=405)
    raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
