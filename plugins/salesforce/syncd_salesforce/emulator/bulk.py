"""What query and ingest jobs of Bulk API 2.0 have in common: the job, its states, and who may still ask for it.

Query jobs begin as UploadComplete, ingest jobs as Open. Every look at a job moves it one state on, once it has taken as long
as `Instance.bulk_takes` says. Source: the Bulk API 2.0 guide through this project's notes (read 2026-11-21); the error codes of
wrong transitions are from memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd_salesforce.emulator.answers import ApiError, Call, Json
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.instants import moment
from syncd_salesforce.emulator.soql.run import Tabled

__all__ = ["ENDED", "Job", "advanced", "job_of", "jobs_of", "opened", "removed", "shown"]

ENDED = frozenset({"JobComplete", "Failed", "Aborted"})
_DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
_KEPT = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class Job:
    """A job. Of a query ``table`` holds the rows, of an ingest ``lines`` what was uploaded and the lists what became of it."""

    id: str
    kind: str
    operation: str
    entity: str
    version: str
    created_at: datetime
    created_by: str
    state: str
    external_id: str | None = None
    line_ending: str = "LF"
    delimiter: str = "COMMA"
    query: str = ""
    table: Tabled | None = None
    upload: bytes | None = None
    header: list[str] = field(default_factory=list)
    done: list[tuple[str, bool, list[str]]] = field(default_factory=list)
    failed: list[tuple[str, str, list[str]]] = field(default_factory=list)
    left: list[list[str]] = field(default_factory=list)
    error: str | None = None
    began_at: datetime | None = None

    @property
    def between(self) -> str:
        """What stands between two values of a row."""
        return _DELIMITERS.get(self.delimiter, ",")

    @property
    def line_end(self) -> str:
        """What stands behind a row."""
        return "\r\n" if self.line_ending == "CRLF" else "\n"


def opened(instance: Instance, call: Call, body: Mapping[str, Json], *, kind: str, entity: str) -> Job:
    """Open the job that a request asks for."""
    external = body.get("externalIdFieldName")
    job = Job(
        id=instance.org.ids.next("750"),
        kind=kind,
        operation=str(body.get("operation", "query")),
        entity=entity,
        version=call.version,
        created_at=instance.now(),
        created_by=instance.org.user_id,
        state="Open" if kind == "ingest" else "UploadComplete",
        external_id=external if isinstance(external, str) else None,
        line_ending=str(body.get("lineEnding") or "LF"),
        delimiter=str(body.get("columnDelimiter") or "COMMA"),
        query=str(body.get("query", "")),
    )
    instance.jobs[job.id] = job
    return job


def job_of(instance: Instance, call: Call, key: str, kind: str) -> Job:
    """Return a job.

    Raises: ApiError NOT_FOUND, also of one that is older than seven days.
    """
    job = instance.jobs.get(full(key))
    if job is not None and instance.faults.strike("bulk_gone", call):
        del instance.jobs[job.id]
        job = None
    if job is None or job.kind != kind or instance.now() - job.created_at >= _KEPT:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    if job.version != call.version:
        message = f"The job was created with version {job.version}, and cannot be read with {call.version}"
        raise ApiError("API_ERROR", message, status=409)
    return job


def advanced(instance: Instance, call: Call, job: Job, work: Callable[[Job], None]) -> Job:
    """Move a job one state on if it is time; *work* is done on the way to its end."""
    if job.state == "UploadComplete":
        job.state, job.began_at = "InProgress", job.began_at or instance.now()
    elif job.state == "InProgress" and job.began_at is not None and instance.now() - job.began_at >= instance.bulk_takes:
        if instance.faults.strike("bulk_stuck", call):
            return job
        if instance.faults.strike("bulk_aborted", call):
            job.state = "Aborted"
            return job
        if instance.faults.strike("bulk_failed", call):
            job.error = "InternalServerError : the batch was retried too often"
        work(job)
        job.state = "Failed" if job.error else "JobComplete"
    return job


def removed(instance: Instance, job: Job) -> None:
    """Delete a job.

    Raises: ApiError while it is being worked on.
    """
    if job.state not in ENDED | {"UploadComplete"}:
        raise ApiError("INVALIDJOBSTATE", f"Job in state {job.state} cannot be deleted")
    del instance.jobs[job.id]


def shown(job: Job) -> dict[str, Json]:
    """Return a job as its creation answers it."""
    content: dict[str, Json] = {
        "id": job.id,
        "operation": job.operation,
        "object": job.entity,
        "createdById": job.created_by,
        "createdDate": moment(job.created_at),
        "systemModstamp": moment(job.created_at),
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }
    if job.kind == "ingest":
        content["contentUrl"] = f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"  # really without a slash before it
        if job.external_id is not None:
            content["externalIdFieldName"] = job.external_id
    return content


def jobs_of(instance: Instance, call: Call, kind: str) -> dict[str, Json]:
    """Return the list of jobs of a kind."""
    known = "V2Query" if kind == "query" else "V2Ingest"
    jobs = [shown(job) | {"jobType": known} for job in instance.jobs.values() if job.kind == kind]
    return {"done": True, "nextRecordsUrl": None, "records": jobs}
