"""A remote in memory, for `FakeConnector`: people change it on one side, the connector reads and writes it on the other.

Whatever is committed gets the next number of one sequence, and pages are asked for by number: so nothing is committed
behind a page that was read, and records with the same instant do not matter. It does nothing by itself and at random.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from syncd.spi import (
    Accepted,
    Activity,
    Association,
    Change,
    ConnectorError,
    Done,
    Golden,
    Gone,
    Kind,
    Raw,
    Receipt,
    Ref,
    Refused,
    Rejected,
    Remapped,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SourceRecord,
    Unavailable,
)

Entry: TypeAlias = SourceRecord | Activity | Refused
"""What the remote holds: records, activities, and rows that no connector can make a record of."""

Form: TypeAlias = Callable[[Golden | None], Golden | None]
"""Turns a value that is written into the form in which the remote keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The present version of a record, with its number in the sequence."""

    number: int
    at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page as the remote gives it."""

    rows: Sequence[Committed]
    more: bool


class FakeRemote:
    """The remote. ``fields`` are those it describes itself; fields of records that it was given are added as text.

    ``forms`` names fields that are kept in another form than sent. ``written`` are the changes that took effect, in order.
    While ``loses_answers`` is true, writes take effect but look as if they had failed. Receipts tell the form in which a value
    is kept unless ``is_silent``.
    """

    def __init__(
        self,
        streams: Mapping[str, Kind],
        *,
        page_size: int,
        now: Callable[[], datetime],
        fields: Mapping[str, Sequence[RemoteField]] | None = None,
        forms: Mapping[str, Form] | None = None,
    ) -> None:
        self.streams = dict(streams)
        self.page_size = page_size
        self.now = now
        self.written: list[Change] = []
        self.loses_answers = False
        self.is_silent = False
        self._described = {stream: list((fields or {}).get(stream, ())) for stream in streams}
        self._forms = dict(forms or {})
        self._number = 0
        self._held: dict[Ref, Committed] = {}  # ordered by number
        self._failing: ConnectorError | None = None
        self._failing_next: deque[ConnectorError] = deque()
        self._rejecting: dict[Ref, Rejected] = {}
        self._slow: set[Ref] = set()
        self._jobs: dict[str, _Job] = {}
        self._done: dict[str, Done] = {}

    # ------------------------------------------------------------ what people do there

    def put(
        self,
        stream: str,
        external_id: str,
        fields: Mapping[str, Raw],
        *,
        changed_at: datetime | None = None,
        associations: Sequence[Association] = (),
    ) -> Ref:
        """Create a record or change *fields* of it; fields that are not named stay. *changed_at* is now if it is not given."""
        before = self.fields(Ref(stream, external_id))
        record = SourceRecord(
            stream=stream,
            external_id=external_id,
            changed_at=changed_at or self.now(),
            fields={**before, **fields},
            version=str(self._number + 1),
            associations=tuple(associations),
        )
        return self.commit(record)

    def commit(self, entry: Entry) -> Ref:
        """Make *entry* the present version of its record; it is the newest from here on, whatever instant it bears."""
        ref = Ref(entry.stream, entry.source_id if isinstance(entry, Activity) else entry.external_id)
        if ref.stream not in self.streams:
            raise KeyError(f"the remote has no stream {ref.stream!r}; it has {', '.join(self.streams)}")
        self._number += 1
        self._held.pop(ref, None)
        self._held[ref] = Committed(number=self._number, at=self.now(), entry=entry)
        return ref

    def delete(self, ref: Ref) -> None:
        """Delete a record or an activity."""
        entry = self._held[ref].entry
        if isinstance(entry, Activity):
            self.commit(replace(entry, deleted=True))
        else:
            self.commit(self._left_behind(ref, merged_into=None))

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        """Merge *loser* into *winner*, which keeps its own values, and return *winner*."""
        self.commit(self._left_behind(loser, merged_into=winner))
        return winner

    def _left_behind(self, ref: Ref, *, merged_into: Ref | None) -> SourceRecord:
        return SourceRecord(
            stream=ref.stream,
            external_id=ref.external_id,
            changed_at=self.now(),
            fields={},
            version=str(self._number + 1),
            deleted=True,
            merged_into=merged_into,
        )

    def records(self, stream: str) -> list[SourceRecord]:
        """Return the records of *stream* that live, the latest changed last."""
        entries = [one.entry for one in self._held.values() if one.entry.stream == stream]
        return [one for one in entries if isinstance(one, SourceRecord) and not one.deleted]

    def fields(self, ref: Ref) -> dict[str, Raw]:
        """Return the values a record has now; none if it does not live."""
        held = self._held.get(ref)
        return dict(held.entry.fields) if held and isinstance(held.entry, SourceRecord) else {}

    # ------------------------------------------------------------ how it misbehaves

    def fail(self, error: ConnectorError) -> None:
        """Answer every call with *error*, until `mend`."""
        self._failing = error

    def fail_next(self, *errors: ConnectorError) -> None:
        """Answer the next calls with *errors*, one each."""
        self._failing_next.extend(errors)

    def mend(self) -> None:
        """Answer every call again."""
        self._failing = None
        self._failing_next.clear()
        self.loses_answers = False

    def reject(self, ref: Ref, rejected: Rejected | None) -> None:
        """Reject every write to *ref*; ``None`` takes them again."""
        if rejected is None:
            self._rejecting.pop(ref, None)
        else:
            self._rejecting[ref] = rejected

    def slow_down(self, ref: Ref) -> None:
        """Take writes to *ref* as jobs, which wait for `finish_jobs`."""
        self._slow.add(ref)

    def finish_jobs(self) -> None:
        """Make the writes of all jobs."""
        for job in self._jobs.values():
            if job.receipts is None:
                job.receipts = [self._write(change) for change in job.changes]

    # ------------------------------------------------------------ what the connector may ask

    def listing(self, stream: str, after: int) -> Listing:
        """List the first rows of *stream* behind the number *after*."""
        self._answer()
        behind = [one for one in self._held.values() if one.entry.stream == stream and one.number > after]
        return Listing(rows=behind[: self.page_size], more=len(behind) > self.page_size)

    def number_before(self, instant: datetime) -> int:
        """Return the number behind which lies all that was committed at or after *instant*."""
        self._answer()
        return max((one.number for one in self._held.values() if one.at < instant), default=0)

    def look(self, ref: Ref) -> Entry | None:
        """Return the present version of a record."""
        self._answer()
        held = self._held.get(ref)
        return held.entry if held else None

    def write(self, changes: Sequence[Change]) -> list[Receipt]:
        """Make *changes*, those to slow records as one job."""
        self._answer()
        job = f"job-{len(self._jobs) + 1}"
        slow = [change for change in changes if change.ref in self._slow]
        if slow:
            self._jobs[job] = _Job(changes=slow)
        receipts = [Accepted(job=job) if change.ref in self._slow else self._write(change) for change in changes]
        if self.loses_answers:
            raise Unavailable("the fake remote's answer was lost")
        return receipts

    def outcome(self, job: str) -> Sequence[Receipt] | None:
        """Return the receipts of a job, ``None`` while it is not finished."""
        self._answer()
        return self._jobs[job].receipts

    def erase(self, ref: Ref) -> Receipt:
        """Delete a record for good."""
        self._answer()
        held = self._held.get(ref)
        if held is None or (not isinstance(held.entry, Refused) and held.entry.deleted):
            return Gone()
        self.delete(ref)
        return Done()

    def schema(self) -> RemoteSchema:
        """Describe the streams."""
        self._answer()
        return RemoteSchema(
            streams=tuple(
                RemoteStream(name=stream, kind=kind, fields=self._fields_of(stream)) for stream, kind in self.streams.items()
            )
        )

    def add_field(self, stream: str, new: RemoteField) -> None:
        """Create a field."""
        self._answer()
        self._described[stream].append(new)

    def _answer(self) -> None:
        if self._failing_next:
            raise self._failing_next.popleft()
        if self._failing is not None:
            raise self._failing

    def _fields_of(self, stream: str) -> tuple[RemoteField, ...]:
        known = {one.name: one for one in self._described[stream]}
        given = sorted({name for record in self.records(stream) for name in record.fields} - set(known))
        return (*known.values(), *(RemoteField(name=name) for name in given))

    def _write(self, change: Change) -> Receipt:
        if change.key in self._done:
            return self._done[change.key]
        held = self._held.get(change.ref)
        record = held.entry if held else None
        if isinstance(record, Refused):
            return Rejected(code="row.unreadable", what="the row makes no sense", retry="on_change")
        if not isinstance(record, SourceRecord):
            return Gone()
        if record.merged_into is not None:
            return Remapped(to=record.merged_into)
        if record.deleted:
            return Gone()
        if change.ref in self._rejecting:
            return self._rejecting[change.ref]
        kept = {name: self._kept(name, value.new) for name, value in change.fields.items()}
        self.put(*change.ref, kept, associations=record.associations)
        self.written.append(change)
        stored = {name: value for name, value in kept.items() if value != change.fields[name].new and not self.is_silent}
        self._done[change.key] = Done(stored=stored)
        return self._done[change.key]

    def _kept(self, name: str, value: Golden | None) -> Golden | None:
        form = self._forms.get(name)
        return form(value) if form else value


@dataclass(slots=True, kw_only=True)
class _Job:
    changes: Sequence[Change]
    receipts: Sequence[Receipt] | None = field(default=None)
