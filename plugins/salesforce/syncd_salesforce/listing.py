"""Lists the rows of an object: by REST pages, or by a Bulk API 2.0 query once they are many.

A REST page is followed by the vendor's locator; when that is no longer known, by the last row that came. Bulk results come in
no order: their place is the vendor's locator alone, which stays good while the job does (bulk_api_2_0 guide, read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from syncd.spi import BadAnswer
from syncd_salesforce import jobs, soql
from syncd_salesforce.cursors import Job, Reading
from syncd_salesforce.instants import instant
from syncd_salesforce.objects import Sobject
from syncd_salesforce.org import Listing, Org
from syncd_salesforce.refusals import Declined

__all__ = ["NOT_IN_BULK", "Lister", "Row", "Rows", "rows_among"]

Row: TypeAlias = Mapping[str, object]
_LOST = {"INVALID_QUERY_LOCATOR", "NOT_FOUND", "INVALID_LOCATOR"}
# What Bulk answers where REST would do: airbyte#9005, #8206, #19286; estuary PR#3318 (read 2026-11-21).
NOT_IN_BULK = {"INVALIDENTITY", "FUNCTIONALITY_NOT_ENABLED", "FEATURENOTENABLED", "API_ERROR", "LIMIT_EXCEEDED", "INVALIDJOB"}
_TRIES = 3
_LONGEST = timedelta(hours=6)
_LONGEST_LOOK = 30
_BULK_PAGE, _SMALL_PAGE = 5_000, 100
_ASKED_AT_ONCE = 500


class Rows(NamedTuple):
    """A page of rows, and what is left of the reading: ``None`` at its end. ``wait``: before that there is nothing to ask."""

    rows: Sequence[Row]
    rest: Reading | None
    notes: tuple[str, ...] = ()
    wait: timedelta | None = None
    progress: float | None = None


class Lister:
    """Lists one object."""

    def __init__(self, thing: Sobject, org: Org, *, bulk_above: int) -> None:
        self._thing, self._org, self._bulk_above = thing, org, bulk_above
        self._bulk_page = _BULK_PAGE

    def page(self, reading: Reading, columns: Sequence[str]) -> Rows:
        """Return the next page of *reading*. Raises: Declined, BadAnswer."""
        if reading.job is not None:
            return self._from_job(reading, reading.job)
        doing = f"{self._thing.name}: query"
        if reading.next:
            try:
                return self._listed(self._org.more(doing, reading.next), reading)
            except Declined as error:
                if error.code not in _LOST:
                    raise
        query = self._soql(reading, columns)
        may_be_job = not reading.rest_only and not reading.last_id
        try:
            listing = self._org.query(doing, query, everything=True)
        except Declined as error:
            if error.code != "QUERY_TIMEOUT" or reading.lo is not None or not may_be_job:
                raise
            return self._as_job(reading, columns)
        if may_be_job and listing.total > self._bulk_above:
            return self._as_job(reading, columns)
        return self._listed(listing, reading)

    def _listed(self, listing: Listing, reading: Reading) -> Rows:
        if listing.next and listing.next == reading.next:
            if listing.rows or reading.tries >= _TRIES:
                raise BadAnswer(f"{self._thing.name}: the same locator came twice; tried again later")
            return Rows((), replace(reading, tries=reading.tries + 1), wait=timedelta(seconds=1))  # not ready yet
        if not listing.next:
            return Rows(listing.rows, None)
        last = next((row for row in reversed(listing.rows) if self._is_place(row, reading)), None)
        rest = replace(reading, next=listing.next, tries=0 if listing.rows else reading.tries)
        if last is not None:
            at = instant(str(last[self._thing.stamp])) if reading.phase == "window" else None
            rest = replace(rest, last_at=at, last_id=str(last["Id"]))
        return Rows(listing.rows, rest, wait=None if listing.rows else timedelta(seconds=1))

    def _is_place(self, row: Row, reading: Reading) -> bool:
        """Tell whether one can go on behind a row; only a window is in the order of time."""
        try:
            return bool(row.get("Id")) and (reading.phase != "window" or bool(instant(str(row.get(self._thing.stamp)))))
        except ValueError:
            return False

    def _soql(self, reading: Reading, columns: Sequence[str], *, in_order: bool = True) -> str:
        thing = self._thing
        where: list[str] = []
        order = [thing.stamp, "Id"]
        if reading.phase == "window":
            if reading.last_at is not None:
                where.append(soql.after(thing.stamp, reading.last_at, reading.last_id))
            elif reading.lo is not None:
                where.append(soql.since(thing.stamp, reading.lo))
            where.append(soql.before(thing.stamp, reading.hi))
        else:
            where += ["IsDeleted = false"] if "IsDeleted" in thing.needs else []
            where += [f"Id > {soql.quoted(reading.last_id)}"] if reading.last_id else []
            order = ["Id"]
        return soql.select(columns, thing.name, where=where, order=order if in_order else ())

    # ------------------------------------------------------------ Bulk

    def _as_job(self, reading: Reading, columns: Sequence[str]) -> Rows:
        name = self._thing.name
        try:
            job = jobs.begin_query(self._org, name, self._soql(reading, columns, in_order=False))
        except Declined as error:
            if error.code not in NOT_IN_BULK:
                raise
            note = f"{name}: Bulk API does not take this query ({error.code}); it is read by REST pages"
            return Rows((), replace(reading, rest_only=True), notes=(note,), wait=timedelta())
        begun = Job(id=job, version=self._org.version, begun_at=self._org.now)
        return Rows((), replace(reading, job=begun), wait=timedelta(seconds=1))

    def _from_job(self, reading: Reading, job: Job) -> Rows:
        name = self._thing.name
        try:
            if not job.is_ready:
                seen = jobs.progress(self._org, name, "query", job.id)
                if not seen.has_ended and self._org.now - job.begun_at < _LONGEST:
                    wait = timedelta(seconds=min(2**job.polls, _LONGEST_LOOK))
                    return Rows((), replace(reading, job=replace(job, polls=job.polls + 1)), wait=wait)
                if seen.state != "JobComplete":
                    return self._again(reading, (), f"ended as {seen.state}")
                job = replace(job, total=seen.processed)
            came = self._results(job)
        except Declined as error:
            if error.code not in _LOST:
                raise
            return self._again(reading, (), "is no longer known")
        if came.locator and came.locator == job.locator:
            raise BadAnswer(f"{name}: the same Bulk locator came twice; tried again later")
        count = job.rows + len(came.rows)
        if came.locator:
            rest = replace(reading, job=replace(job, rows=count, locator=came.locator))
            return Rows(came.rows, rest, progress=min(1.0, count / max(1, job.total)))
        if count != job.total:
            return self._again(reading, came.rows, f"processed {job.total} rows and gave {count}")
        return Rows(came.rows, None)

    def _results(self, job: Job) -> jobs.Results:
        """Return the next page, of fewer rows if the host does not take so many; a page cannot be measured beforehand."""
        while True:
            try:
                return jobs.results(
                    self._org, self._thing.name, job.id, version=job.version, locator=job.locator, most=self._bulk_page
                )
            except jobs.TooLarge:
                if self._bulk_page < _SMALL_PAGE:
                    raise
                self._bulk_page //= 4

    def _again(self, reading: Reading, rows: Sequence[Row], why: str) -> Rows:
        """Begin anew; rows that came already come once more, which is harmless."""
        tries = reading.tries + 1
        then = "it is read again" if tries < _TRIES else "it is read by REST pages"
        note = f"{self._thing.name}: a Bulk query {why}; {then}"
        rest = replace(reading, job=None, tries=tries, rest_only=tries >= _TRIES)
        return Rows(rows, rest, notes=(note,), wait=timedelta())


def rows_among(org: Org, name: str, columns: Sequence[str], ids: Sequence[str], *, field: str = "Id") -> list[Row]:
    """Return the rows of *ids* that are still there, in the recycle bin too; or those whose *field* points at them."""
    doing = f"{name}: query"
    rows: list[Row] = []
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        query = soql.select(columns, name, where=[soql.among(ids[start : start + _ASKED_AT_ONCE], field)])
        listing = org.query(doing, query, everything=True)
        rows += listing.rows
        while listing.next:
            listing = org.more(doing, listing.next)
            rows += listing.rows
    return rows
