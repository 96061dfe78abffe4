"""The other side: remotes that remember what they ever held, and connectors that misbehave in every way the SPI allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from syncd.engine import echo
from syncd.spi import (
    Activity,
    BadAnswer,
    Change,
    ConnectorError,
    Kind,
    Misconfigured,
    Page,
    Raw,
    Receipt,
    Ref,
    Refused,
    Rejected,
    RemoteField,
    SourceRecord,
    Unauthorized,
    Unavailable,
)
from syncd.testing import FakeConnector, FakeRemote
from syncd.testing.remote import Entry, Form

ERRORS: tuple[ConnectorError, ...] = (
    Unavailable("the fake is busy"),
    Unauthorized("the fake refuses our access"),
    Misconfigured("the fake has no such account"),
    BadAnswer("the fake's reply has no rows"),
)


SKEW = timedelta(microseconds=echo.SKEW)


class SimRemote(FakeRemote):
    """A remote that keeps every version of every record; one that ``tells`` says since when each field has its value.

    ``overridden`` are the numbers of writes after which users changed a field that syncd writes, or may seem to have.
    """

    def __init__(
        self,
        streams: Mapping[str, Kind],
        *,
        page_size: int,
        now: Callable[[], datetime],
        tells: bool,
        forms: Mapping[str, Form],
        fields: Mapping[str, Sequence[RemoteField]],
    ) -> None:
        super().__init__(streams, page_size=page_size, now=now, forms=forms, fields=fields)
        self.tells = tells
        self.normal = forms
        self.versions: dict[Ref, list[Entry]] = {}
        self.overridden: dict[tuple[Ref, str], list[int]] = {}
        self._since: dict[Ref, dict[str, tuple[Raw, datetime]]] = {}

    def commit(self, entry: Entry) -> Ref:
        """Make *entry* the present version of its record."""
        if isinstance(entry, SourceRecord):
            entry = self._told(entry)
        ref = super().commit(entry)
        self.versions.setdefault(ref, []).append(entry)
        return ref

    def present(self, ref: Ref) -> Entry:
        """Return the present version of a record that was there at some time."""
        return self.versions[ref][-1]

    def refs(self, stream: str, *, live: bool = True) -> list[Ref]:
        """Return the records of *stream*, or only those that *live*; rows that cannot be read are none."""
        entries = [(ref, self.present(ref)) for ref in self.versions if ref.stream == stream]
        return [ref for ref, entry in entries if not isinstance(entry, Refused) and not (live and entry.deleted)]

    def edit(self, ref: Ref, fields: Mapping[str, Raw]) -> None:
        """Let a user change *fields* of a record that lives."""
        record = self.present(ref)
        assert isinstance(record, SourceRecord)
        self.put(*ref, fields, associations=record.associations)

    def override(self, ref: Ref, field: str, value: Raw) -> None:
        """Let a user change a field that syncd writes."""
        self.overridden.setdefault((ref, field), []).append(len(self.written))
        self.edit(ref, {field: value})

    def restore(self, ref: Ref) -> None:
        """Let a user take a deleted or merged record out of the bin, as it was."""
        lived = [one for one in self.versions[ref] if isinstance(one, SourceRecord) and not one.deleted]
        if lived:
            self.commit(replace(lived[-1], changed_at=self.now(), version=f"restored-{len(self.versions[ref])}"))

    def _told(self, entry: SourceRecord) -> SourceRecord:
        since = self._since.setdefault(Ref(entry.stream, entry.external_id), {})
        for name, value in entry.fields.items():
            if name not in since or since[name][0] != value:
                since[name] = (value, entry.changed_at)
        told = {name: since[name][1] for name in entry.fields} if self.tells else {}
        return replace(entry, field_changed_at=told)


@dataclass(slots=True, kw_only=True)
class Manners:
    """How one connector behaves just now, and which writes were sent of which nobody heard what became.

    ``fails`` are errors by the number of calls before each; ``in_flight`` the keys sent last, ``unknown`` those without answer,
    ``doubted`` the records of whose fields syncd cannot know whether they were sent.
    """

    rng: Random
    fails: list[tuple[int, ConnectorError]] = field(default_factory=list)
    stuck: bool = False
    short: bool = False
    repeats: bool = False
    rejects: dict[Ref, Rejected] = field(default_factory=dict)
    loses: int = 0
    meanwhile: Callable[[str], None] = lambda call: None
    in_flight: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    doubted: set[Ref] = field(default_factory=set)

    def behave(self) -> None:
        """Do again what a good remote does; what it rejects stays rejected."""
        self.fails, self.stuck, self.short, self.repeats, self.loses = [], False, False, False, 0

    def answer(self) -> None:
        """Fail if it is time to."""
        self.fails = [(calls - 1, error) for calls, error in self.fails]
        due = next((error for calls, error in self.fails if calls < 0), None)
        if due is not None:
            self.fails = [(calls, error) for calls, error in self.fails if calls >= 0]
            raise due


class SimConnector(FakeConnector):
    """A connector with `Manners`: it repeats old versions, gets stuck, fails at any call, rejects, and loses answers."""

    def __init__(self, remote: SimRemote, manners: Manners) -> None:
        super().__init__(remote)
        self.sim = remote
        self.manners = manners

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the next page, perhaps with versions and rows that were read long ago beside the new ones."""
        self.manners.answer()
        page = super().pull(stream, cursor)
        if self.manners.stuck and cursor is not None:
            self.manners.stuck = False
            return replace(page, cursor=cursor, more=True)
        if self.manners.repeats:
            page = self._with_old(page, stream, int(page.cursor))
        self.manners.meanwhile("pull")
        return page

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Write *changes*; rejected ones are not written, and an answer may be lost after some were."""
        sent = {one.ref for one in changes}
        try:
            self.manners.answer()
        except ConnectorError:
            self.manners.doubted |= sent
            raise
        self.manners.in_flight = {one.key for one in changes}
        if self.manners.loses:
            self.manners.loses -= 1
            some = changes[: self.manners.rng.randint(0, len(changes))]
            self.manners.unknown |= {one.key for one in some}
            self.manners.doubted |= sent
            self._written(some)
            raise Unavailable("the fake's answer was lost")
        self.manners.meanwhile("push, not yet written")
        receipts = self._written(changes)
        self.manners.meanwhile("push, written")
        if self.manners.short:
            self.manners.short = False
            self.manners.unknown |= self.manners.in_flight
            self.manners.doubted |= sent
            return receipts[1:]
        return receipts

    def receipts(self, job: str) -> Sequence[Receipt] | None:
        """Return the receipts of a job."""
        self.manners.answer()
        return super().receipts(job)

    def _written(self, changes: Sequence[Change]) -> list[Receipt]:
        taken = [one for one in changes if one.ref not in self.manners.rejects]
        receipts = iter(self.remote.write(taken) if taken else ())
        return [self.manners.rejects.get(one.ref) or next(receipts) for one in changes]

    def _with_old(self, page: Page, stream: str, number: int) -> Page:
        """Add earlier versions of records, before or after the page, and rows that were read already."""
        old: list[SourceRecord | Activity] = []
        for ref, versions in self.sim.versions.items():
            newest = versions[-1]
            if ref.stream == stream and isinstance(newest, SourceRecord):
                older = [v for v in versions if isinstance(v, SourceRecord) and v.changed_at < newest.changed_at][-2:]
                self._mistakable(ref, newest, older)
                old += older
        rows = self.remote.listing(stream, max(number - self.manners.rng.randint(1, 9), 0)).rows
        seen = [row.entry for row in rows if row.number <= number and not isinstance(row.entry, Refused)]
        records = [*seen, *page.records]
        return replace(page, records=[*old, *records] if self.manners.rng.random() < 0.5 else [*records, *old])

    def _mistakable(self, ref: Ref, newest: SourceRecord, older: Sequence[SourceRecord]) -> None:
        """Note what syncd may take for an override: a value replaced so soon that clocks hide it, and shown long after."""
        if newest.changed_at + SKEW >= self.sim.now():
            return
        for one in older:
            for name, value in one.fields.items():
                if newest.changed_at - one.changed_at <= SKEW and newest.fields.get(name) != value:
                    self.sim.overridden.setdefault((ref, name), []).append(len(self.sim.written))
