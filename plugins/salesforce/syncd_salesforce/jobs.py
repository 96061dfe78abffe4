"""Bulk API 2.0: queries and writes that Salesforce works off as jobs. One request each; nothing waits here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from syncd.spi import BadAnswer, Reply
from syncd_salesforce.org import READS, Org

__all__ = [
    "LARGEST_UPLOAD",
    "Progress",
    "Results",
    "TooLarge",
    "Uploaded",
    "abort",
    "begin",
    "begin_query",
    "begin_update",
    "outcome",
    "progress",
    "results",
    "sheet",
    "upload",
]

LARGEST_UPLOAD = 100_000_000
"""Bytes that a job takes: bulk_api_2_0 guide, "Bulk API 2.0 Ingest Limits" (read 2026-11-21)."""

csv.field_size_limit(1 << 20)  # the default is the length of Salesforce's longest text, in characters; quotes come on top
Kind = Literal["query", "ingest"]
_RUNNING = {"Open", "UploadComplete", "InProgress"}
_ENDED = {"JobComplete", "Failed", "Aborted"}


class TooLarge(BadAnswer):
    """The host takes no such answer, as a rule for its size; fewer rows may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is; ``state`` is one of JobComplete, Failed and Aborted once it ``has_ended``."""

    state: str
    processed: int

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more happens to it."""
        return self.state in _ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of a query's results; ``locator`` leads to the next, "" after the last."""

    rows: Sequence[Mapping[str, str]]
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What became of the rows of a write: ``failed`` gives the error of each by identifier; those in neither were not tried."""

    done: frozenset[str]
    failed: Mapping[str, str]


def begin_query(org: Org, name: str, soql: str) -> str:
    """Begin a query, recycle bin and archive included, and return its job. Raises: Declined where Bulk refuses the object.

    Without ORDER BY and LIMIT: they would switch off the cutting into chunks (airbyte#27969). Beginning it twice does no harm:
    a job that nobody reads is forgotten after seven days.
    """
    body = {"operation": "queryAll", "query": soql, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
    return _job(org.post(f"{name}: Bulk query", f"{org.base}/jobs/query", body, headers=READS), name)


def progress(org: Org, name: str, kind: Kind, job: str) -> Progress:
    """Look how far a job is. Raises: Declined if it is no longer known."""
    doing = f"{name}: Bulk job"
    came = org.get(doing, f"{org.base}/jobs/{kind}/{job}")
    state = came.get("state") if isinstance(came, dict) else None
    if not isinstance(came, dict) or state not in _RUNNING | _ENDED:
        raise BadAnswer(f"{doing}: the answer has no state that is known; tried again later")
    return Progress(state=str(state), processed=_count(came.get("numberRecordsProcessed")))


def results(org: Org, name: str, job: str, *, version: str, locator: str, most: int) -> Results:
    """Return a page of a query's results, with the version of the API that began it.

    Raises: TooLarge; BadAnswer for a page with another number of rows than its header says: a cut body can look whole.
    """
    doing = f"{name}: Bulk results"
    params = {"maxRecords": str(most), **({"locator": locator} if locator else {})}
    path = f"/services/data/v{version}/jobs/query/{job}/results"
    try:
        reply = org.send(doing, "GET", path, params=params, headers={"Accept": "text/csv"})
    except BadAnswer as error:
        raise TooLarge(str(error)) from error
    rows = _rows(reply, doing)
    told = reply.headers.get("sforce-numberofrecords", "")
    if told.isdigit() and int(told) != len(rows):
        raise BadAnswer(f"{doing}: {told} rows were announced and {len(rows)} came; the page is asked for again")
    following = reply.headers.get("sforce-locator", "null")
    return Results(rows=rows, locator="" if following == "null" else following)


def begin_update(org: Org, name: str) -> str:
    """Open a job that updates records by identifier."""
    body = {"object": name, "operation": "update", "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
    return _job(org.post(f"{name}: Bulk update", f"{org.base}/jobs/ingest", body), name)


def sheet(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the rows of a job as CSV.

    The header names the columns of all rows; an empty cell leaves a field as it is (WaveLink#45).
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def upload(org: Org, name: str, job: str, rows: bytes) -> None:
    """Upload the rows of a job, which takes one upload."""
    path = f"{org.base}/jobs/ingest/{job}/batches"
    org.send(f"{name}: Bulk upload", "PUT", path, headers={"Content-Type": "text/csv"}, content=rows)


def begin(org: Org, name: str, job: str) -> None:
    """Let a job begin. Raises: Declined if it does not; what the client raises, and then it may."""
    _turn(org, name, job, "UploadComplete")


def abort(org: Org, name: str, job: str) -> None:
    """Let a job do nothing more. Raises: Declined if it has ended."""
    _turn(org, name, job, "Aborted")


def outcome(org: Org, name: str, job: str) -> Uploaded:
    """Return what became of the rows of a write that has ended. "Failed" and "Aborted" undo nothing that was done."""
    doing = f"{name}: Bulk outcome"

    def rows(which: str) -> Sequence[Mapping[str, str]]:
        reply = org.send(doing, "GET", f"{org.base}/jobs/ingest/{job}/{which}", headers={"Accept": "text/csv"})
        return _rows(reply, doing)

    done, failed = rows("successfulResults"), rows("failedResults")
    return Uploaded(
        done=frozenset(row.get("Id") or row["sf__Id"] for row in done),
        failed={row.get("Id") or row["sf__Id"]: row.get("sf__Error", "") for row in failed},
    )


def _turn(org: Org, name: str, job: str, state: str) -> None:
    org.send(f"{name}: Bulk job", "PATCH", f"{org.base}/jobs/ingest/{job}", content=json.dumps({"state": state}).encode())


def _job(came: object, name: str) -> str:
    job = came.get("id") if isinstance(came, dict) else None
    if not isinstance(job, str) or not job:
        raise BadAnswer(f"{name}: Bulk: the answer names no job; tried again later")
    return job


def _rows(reply: Reply, doing: str) -> list[dict[str, str]]:
    """Read CSV, line ends within quotes included; NUL comes in Bulk results and breaks readers (airbyte#8300)."""
    if "csv" not in reply.headers.get("content-type", ""):  # a page of HTML would be a header without rows
        raise BadAnswer(f"{doing}: the answer is no CSV; tried again later")
    try:
        text = reply.body.decode("utf-8").replace("\0", "")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error):
        raise BadAnswer(f"{doing}: the answer is no CSV; tried again later") from None  # the cause quotes it
    if any(None in row or None in row.values() for row in rows):
        raise BadAnswer(f"{doing}: a row has other columns than the header; tried again later")
    return rows


def _count(given: object) -> int:
    return int(given) if isinstance(given, int | str) and str(given).isdigit() else 0
