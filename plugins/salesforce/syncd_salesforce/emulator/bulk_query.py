"""Bulk API 2.0 query jobs: rows as CSV, all values in quotes, by locators that can be asked again as long as the job lives."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, Row, Value, decoded
from syncd_salesforce.emulator.bulk import Job, advanced, job_of, jobs_of, opened, removed, shown
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.instants import bulk
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.aggregates import is_grouped
from syncd_salesforce.emulator.soql.columns import Column, Scope
from syncd_salesforce.emulator.soql.grammar import parse
from syncd_salesforce.emulator.soql.projection import columns
from syncd_salesforce.emulator.soql.run import is_count, tabled

__all__ = ["change", "create", "listed", "remove", "result_pages", "results", "status"]


def create(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /jobs/query."""
    body: Mapping[str, Json] = decoded(call.body, dict)
    operation = body.get("operation", "query")
    if operation not in {"query", "queryAll"}:
        raise ApiError("INVALID_INPUT", f"Unknown operation: {operation}")
    query = parse(str(body.get("query", "")))
    source = Scope.of(instance.org, query).source
    fault = instance.faults.strike("bulk_refused", call)
    if "hidden" in source.flags or (fault and fault.value.lower() == source.name.lower()):
        raise ApiError("INVALIDENTITY", f"Entity '{source.name}' is not supported by the Bulk API.")
    _suited(instance, query)
    return Answer(content=shown(opened(instance, call, body, kind="query", entity=source.name)))


def listed(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/query."""
    return Answer(content=jobs_of(instance, call, "query"))


def status(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/query/{id}."""
    job = job_of(instance, call, match["id"], "query")
    advanced(instance, call, job, partial(_run, instance))
    rows = len(job.table.rows) if job.table else 0
    content = shown(job) | {
        "jobType": "V2Query",
        "numberRecordsProcessed": rows,
        "retries": 0,
        "totalProcessingTime": rows // 100,
    }
    content["isPkChunkingSupported"] = True
    return Answer(content=content | ({"errorMessage": job.error} if job.error else {}))


def change(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /jobs/query/{id}: the only change is to abort."""
    job = job_of(instance, call, match["id"], "query")
    body: Mapping[str, Json] = decoded(call.body, dict)
    if body.get("state") != "Aborted" or job.state not in {"UploadComplete", "InProgress"}:
        raise ApiError("INVALIDJOBSTATE", f"Job in state {job.state} cannot become {body.get('state')}")
    job.state = "Aborted"
    return Answer(content=shown(job))


def remove(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /jobs/query/{id}."""
    removed(instance, job_of(instance, call, match["id"], "query"))
    return Answer(status=204)


def results(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/query/{id}/results: one page, and in the header where the next begins; ``null`` at the end."""
    job = job_of(instance, call, match["id"], "query")
    if job.state != "JobComplete" or job.table is None:
        raise ApiError("INVALIDJOBSTATE", f"Job in state {job.state} has no results yet")
    start = _offset(call.query.get("locator"))
    wanted = call.query.get("maxRecords", "")
    most = min(int(wanted), instance.bulk_page) if wanted.isdigit() and int(wanted) else instance.bulk_page
    end = min(start + most, len(job.table.rows))
    body = _csv(job, job.table.rows[start:end], odd=instance.faults.strike("odd_text", call) is not None)
    locator = _locator(end) if end < len(job.table.rows) else "null"
    headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(end - start)}
    return Answer(body=body, type="text/csv", headers=headers)


def result_pages(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/query/{id}/resultPages: up to five pages that can be fetched side by side."""
    job = job_of(instance, call, match["id"], "query")
    start, rows = _offset(call.query.get("locator")), len(job.table.rows) if job.table else 0
    starts = list(range(start, rows, instance.bulk_page))[:5]
    root = f"{call.base}/jobs/query/{job.id}/results?locator="
    pages: list[Json] = [{"resultUrl": root + _locator(one)} for one in starts]
    return Answer(content={"resultPages": pages, "done": rows <= start + 5 * instance.bulk_page})


def _run(instance: Instance, job: Job) -> None:
    try:
        job.table = tabled(instance.org, parse(job.query), everything=job.operation == "queryAll")
    except ApiError as error:  # a field has gone since the job was made
        job.error = f"{error.code} : {error.message}"


def _suited(instance: Instance, query: tree.Query) -> None:
    """Refuse what bulk queries cannot do.

    Raises: ApiError.
    """
    if is_count(query) or is_grouped(query) or query.group is not None:
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "Aggregate Relationships not supported in Bulk Query")
    if query.offset is not None:
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "OFFSET not supported in Bulk Query")
    if any(isinstance(item, tree.Subquery | tree.TypeOf) for item in query.items):
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "Nested queries and TYPEOF not supported in Bulk Query")
    if any(column.kind in {"address", "location", "base64"} for column in columns(Scope.of(instance.org, query), query.items)):
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")


def _locator(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str | None) -> int:
    if locator is None:
        return 0
    try:
        return int(base64.b64decode(locator + "=" * (-len(locator) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ApiError("INVALID_LOCATOR", f"Invalid locator: {locator}") from error


def _csv(job: Job, rows: Sequence[Row], *, odd: bool) -> bytes:
    assert job.table is not None
    delimiter, end = job.between, job.line_end
    header = delimiter.join(f'"{column.alias or ".".join(column.path)}"' for column in job.table.columns)
    cells = [_cell(column, odd=odd) for column in job.table.columns]
    lines = [delimiter.join([cell(row) for cell in cells]) for row in rows]
    return (end.join([header, *lines]) + end).encode()


def _cell(column: Column, *, odd: bool) -> Callable[[Row], str]:
    get = column.get
    if column.kind == "datetime":
        return lambda row: f'"{bulk(str(value))}"' if (value := get(row)) is not None else '""'
    if column.kind == "boolean":
        return lambda row: '"true"' if get(row) else '"false"'
    if odd and column.field.name in {"Description", "Subject"}:
        return lambda row: _quoted(f"{value}\x00 \U0001f600\r\n\"'" if (value := get(row)) is not None else None)
    return lambda row: _quoted(get(row))


def _quoted(value: Value) -> str:
    if value is None:
        return '""'
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if '"' in text else f'"{text}"'
