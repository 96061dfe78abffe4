"""Bulk API 2.0 ingest jobs: one CSV in, three out: what went well, what did not, and what was not tried."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, decoded
from syncd_salesforce.emulator.bulk import ENDED, Job, advanced, job_of, jobs_of, opened, removed, shown
from syncd_salesforce.emulator.collection import trip, upserted
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.schema import SObject
from syncd_salesforce.emulator.writing import create as create_record
from syncd_salesforce.emulator.writing import delete, update

__all__ = ["change", "create", "listed", "remove", "results", "status", "upload"]

_OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
_LARGEST = 150_000_000  # bytes; LIMITS/…platform_bulkapi (this project's notes, read 2026-11-21)


def create(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /jobs/ingest."""
    body: Mapping[str, Json] = decoded(call.body, dict)
    operation, name = body.get("operation"), str(body.get("object"))
    if operation not in _OPERATIONS:
        raise ApiError("INVALID_INPUT", f"Unknown operation: {operation}")
    entity = instance.org.visible(name)
    fault = instance.faults.strike("bulk_refused", call)
    if entity is None or "hidden" in entity.flags or (fault and fault.value.lower() == name.lower()):
        raise ApiError("INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
    if (operation == "upsert") != isinstance(body.get("externalIdFieldName"), str):
        raise ApiError("INVALIDJOB", "externalIdFieldName is required for upsert, and not allowed for other operations")
    return Answer(content=shown(opened(instance, call, body, kind="ingest", entity=entity.name)))


def listed(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/ingest."""
    return Answer(content=jobs_of(instance, call, "ingest"))


def upload(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PUT /jobs/ingest/{id}/batches: once per job."""
    job = job_of(instance, call, match["id"], "ingest")
    if job.state != "Open" or job.upload is not None:
        raise ApiError(
            "INVALIDJOBSTATE",
            f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job",
        )
    if len(call.body) > _LARGEST:
        raise ApiError("LIMIT_EXCEEDED", "Uploaded data exceeds 150 MB", status=413)
    job.upload = call.body
    return Answer(status=201, body=b"")


def status(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/ingest/{id}."""
    job = job_of(instance, call, match["id"], "ingest")
    advanced(instance, call, job, partial(_run, instance, call))
    counts = {"numberRecordsProcessed": len(job.done) + len(job.failed), "numberRecordsFailed": len(job.failed)}
    times = {"retries": 0, "totalProcessingTime": 0, "apiActiveProcessingTime": 0, "apexProcessingTime": 0}
    content = shown(job) | {"jobType": "V2Ingest"} | counts | times
    return Answer(content=content | ({"errorMessage": job.error} if job.error else {}))


def change(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer PATCH /jobs/ingest/{id}: close the upload, or abort."""
    job = job_of(instance, call, match["id"], "ingest")
    body: Mapping[str, Json] = decoded(call.body, dict)
    wanted = body.get("state")
    if wanted == "Aborted" and job.state not in ENDED:
        job.state = "Aborted"
        job.header, job.left = _table(job)
    elif wanted == "UploadComplete" and job.state == "Open" and job.upload is not None:
        job.state = "UploadComplete"
    else:
        raise ApiError("INVALIDJOBSTATE", f"Job in state {job.state} cannot become {wanted}")
    return Answer(content=shown(job))


def remove(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer DELETE /jobs/ingest/{id}."""
    removed(instance, job_of(instance, call, match["id"], "ingest"))
    return Answer(status=204)


def results(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /jobs/ingest/{id}/successfulResults, failedResults and unprocessedrecords, the last in any case."""
    job = job_of(instance, call, match["id"], "ingest")
    match match["list"].lower():
        case "successfulresults":
            rows = [[key, str(made).lower(), *line] for key, made, line in job.done]
            return _csv(job, ["sf__Id", "sf__Created", *job.header], rows)
        case "failedresults":
            rows = [[key, error, *line] for key, error, line in job.failed]
            return _csv(job, ["sf__Id", "sf__Error", *job.header], rows)
        case "unprocessedrecords":
            return _csv(job, job.header, job.left)
    raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)


def _run(instance: Instance, call: Call, job: Job) -> None:
    try:
        job.header, lines = _table(job)
        entity = instance.org.visible(job.entity)
        if entity is None:
            raise ApiError("INVALIDENTITY", f"Entity '{job.entity}' is not supported by the Bulk API.")
        _known(entity, job.header)
    except ApiError as error:
        job.error = f"{error.code} : {error.message}"
        return
    worked = lines[: len(lines) // 2] if job.error else lines
    job.left = lines[len(worked) :]
    for line in worked:
        _line(instance, call, job, entity, line)


def _line(instance: Instance, call: Call, job: Job, entity: SObject, line: list[str]) -> None:
    row = _row(job.header, line)
    key = next((str(value) for name, value in row.items() if name.lower() == "id"), "")
    try:
        trip(instance, call, key)
        key, made = _done(instance, job, entity, row, key)
        job.done.append((key, made, line))
    except ApiError as error:
        job.failed.append((key, f"{error.code}:{error.message}:{','.join(error.fields)}{' ' if error.fields else ''}--", line))


def _done(instance: Instance, job: Job, entity: SObject, row: Mapping[str, Json], key: str) -> tuple[str, bool]:
    org = instance.org
    match job.operation:
        case "insert":
            return create_record(org, entity, row), True
        case "update":
            if not key:
                raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call")
            try:
                update(org, entity, key, row)
            except ApiError as error:
                if error.code == "NOT_FOUND":
                    raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id") from error
                raise
        case "upsert":
            result = upserted(instance, entity, job.external_id or "Id", row)
            return str(result["id"]), result["created"] is True
        case "delete" | "hardDelete":
            delete(org, key)
            if job.operation == "hardDelete":
                org.remove(entity.name, [full(key)], logged=False)
    return full(key), False


def _row(header: Sequence[str], line: Sequence[str]) -> dict[str, Json]:
    """Return a line as the REST API would be sent it: nothing for an empty cell, null for ``#N/A``."""
    row: dict[str, Json] = {}
    for name, value in zip(header, line, strict=True):
        if value != "":
            relation, dot, key = name.rpartition(".")
            given = None if value == "#N/A" else value
            row[relation.rpartition(":")[2] if dot else name] = {key: given} if dot else given
    return row


def _known(entity: SObject, header: Iterable[str]) -> None:
    for name in header:
        if entity.find(name) is None and "." not in name:
            raise ApiError("InvalidBatch", f"Field name not found : {name}")


def _table(job: Job) -> tuple[list[str], list[list[str]]]:
    """Read what was uploaded.

    Raises: ApiError for what the vendor takes for a broken file.
    """
    text = (job.upload or b"").decode("utf-8-sig", "replace")
    crlf = "\r\n" in text.split('"', 1)[0]
    if crlf != (job.line_ending == "CRLF") and "\n" in text:
        raise ApiError(
            "ClientInputError", f"LineEnding is invalid on user data. Current LineEnding setting is {job.line_ending}"
        )
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=job.between) if line]
    header = lines[0] if lines else []
    if any(len(line) != len(header) for line in lines):
        raise ApiError("InvalidBatch", "The number of columns of a row differs from the header's")
    return header, lines[1:]


def _csv(job: Job, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Answer:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=job.line_end, delimiter=job.between)
    writer.writerow(header)
    writer.writerows(rows)
    return Answer(body=written.getvalue().encode(), type="text/csv")
