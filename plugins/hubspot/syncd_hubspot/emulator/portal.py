"""The portal: everything that is in the account, and the ways it can change. It knows nothing of HTTP or of faults.

Whoever changes it holds `Portal.lock`: the server does for each request, a test around what it does by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from threading import RLock

from syncd_hubspot.emulator.account import Account
from syncd_hubspot.emulator.activity import Activity
from syncd_hubspot.emulator.derived import allowed, at_birth, following, rolled_up
from syncd_hubspot.emulator.events import Event
from syncd_hubspot.emulator.kinds import KINDS, ObjectKind, names
from syncd_hubspot.emulator.links import Label, Links
from syncd_hubspot.emulator.records import Record, changed, merged, touched
from syncd_hubspot.emulator.table import Table

FIRST_ID = 100_000


class Portal:
    """One HubSpot account.

    *clock* gives epoch milliseconds; *delay* how many milliseconds a write to a record takes to reach the search index;
    *tick* the grain of modified times, so that many records share one when it is coarse; *dirt* the share of newcomers who
    bring a value against the rules.
    """

    def __init__(self, account: Account, *, clock: Callable[[], int], rng: Random) -> None:
        self.account = account
        self.clock = clock
        self.rng = rng
        self.skew = 0
        self.tick = 1
        self.dirt = 0.0
        self.delay: Callable[[], int] = lambda: 0
        self.lock = RLock()
        self.links = Links()
        self.activity = Activity()
        self.listeners: list[Callable[[Event], None]] = []
        self.blocked: set[str] = set()
        self._tables: dict[str, Table] = {}
        self._parted: dict[tuple[str, int], list[tuple[str, int, tuple[int, ...]]]] = {}
        for kind in KINDS:
            self.define(kind)

    def well(self) -> None:
        """Let the clock be right, its grain fine, and searches see every write at once from now on."""
        self.skew, self.tick, self.dirt, self.delay = 0, 1, 0.0, lambda: 0

    def now(self) -> int:
        """Return the time by the portal's clock."""
        return self.clock() + self.skew

    def stamp(self) -> int:
        """Return the time that a write is stamped with."""
        now = self.now()
        return now - now % self.tick

    def token(self) -> str:
        """Return a new identifier in the form of a UUID."""
        text = f"{self.rng.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def define(self, kind: ObjectKind) -> Table:
        """Let the portal hold records of *kind*."""
        table = Table(kind, first_id=FIRST_ID)
        for name in names(kind):
            self._tables[name.lower()] = table
        return table

    def table(self, name: str) -> Table | None:
        """Return the records of a kind by any of its names."""
        return self._tables.get(name) or self._tables.get(name.lower())

    def of(self, kind: str) -> Table:
        """Return the records of a kind that is known to exist."""
        return self._tables[kind]

    def find(self, kind: str, record_id: int) -> Record | None:
        """Return the live record that an id leads to, through merges."""
        table = self.of(kind)
        return table.live.get(table.survivor(record_id))

    def create(self, kind: str, values: Mapping[str, str], *, source: str = "INTEGRATION", at: int | None = None) -> Record:
        """Add a record; *at* backdates it, of which nobody is told, as when an account is filled."""
        table = self.of(kind)
        table.last_id += self.rng.randint(1, 50)
        now = self.stamp() if at is None else at - at % self.tick
        whole = {name: value for name, value in values.items() if value}
        whole |= {n: v for n, v in at_birth(table.kind, table.last_id, whole, now=now).items() if n not in whole}
        record = Record(id=table.last_id, values=whole, created_at=now, updated_at=now, source=source)
        self._store(table, record, at_once=at is not None)
        if at is None:
            self._tell(self._event(table, "creation", record.id, source))
            self._tell_values(table, record.id, values, source=source)
        return record

    def update(
        self,
        kind: str,
        record_id: int,
        changes: Mapping[str, str],
        *,
        source: str = "INTEGRATION",
        at: int | None = None,
    ) -> Record:
        """Change values of a live record; "" empties one. What is so already moves nothing. *at* is as for `create`."""
        table = self.of(kind)
        before = table.live[record_id]
        news = {n: v for n, v in allowed(table.kind, before, changes).items() if v != before.values.get(n, "")}
        if not news:
            return before
        now = self.stamp() if at is None else max(before.updated_at, at - at % self.tick)
        news |= following(table.kind, news, now=now)
        after = touched(table.kind, changed(before, news, source=source, at=now), now)
        self._store(table, after, at_once=at is not None)
        if at is None:
            self._tell_values(table, record_id, news, source=source)
        return after

    def compute(self, kind: str, record_id: int, values: Mapping[str, str]) -> None:
        """Set computed values, which move no modified time."""
        table = self.of(kind)
        before = table.live[record_id]
        news = {n: v for n, v in values.items() if v != before.values.get(n, "")}
        if news:
            self._store(table, changed(before, news, source="CALCULATED", at=self.stamp()))

    def archive(self, kind: str, record_id: int, *, source: str = "INTEGRATION") -> bool:
        """Put a live record into the bin; an e-mail is gone for good. Tell whether it was there.

        Source: developers.hubspot.com/docs/api-reference/legacy/crm/activities/emails/guide (read 2026-11-21).
        """
        table = self.of(kind)
        if record_id not in table.live:
            return False
        record = table.take(record_id)
        self._parted[kind, record_id] = self._unlink(kind, record_id)
        if kind != "emails":
            table.bin(replace(record, archived_at=self.now()))
        self._index(table, record_id, None)
        self._tell(self._event(table, "deletion", record_id, source))
        return True

    def restore(self, kind: str, record_id: int) -> Record | None:
        """Take a record back out of the bin, with its associations."""
        table = self.of(kind)
        record = table.unbin(record_id)
        if record is None:
            return None
        record = touched(table.kind, replace(record, archived_at=None), self.stamp())
        self._store(table, record)
        self._relink(kind, record_id, self._parted.pop((kind, record_id), []))
        self._tell(self._event(table, "restore", record_id, "CRM_UI"))
        return table.live[record_id]

    def merge(self, kind: str, primary: int, other: int, *, source: str = "CRM_UI") -> Record:
        """Merge two live records into a new one, whose id is new; both old ids lead to it.

        Source: HubSpot changed merges so on 14 January 2025, developers.hubspot.com/changelog (read 2026-11-21).
        """
        table = self.of(kind)
        kept, lost = table.take(primary), table.take(other)
        table.last_id += self.rng.randint(1, 50)
        now = self.stamp()
        record = merged(table.kind, kept, lost, new_id=table.last_id, now=now)
        self._store(table, record)
        for old in (kept.id, lost.id):
            table.merged_into[old] = record.id
            self._index(table, old, None)
            self._relink(kind, record.id, self._unlink(kind, old))
        moved = sum(1 for name in lost.values if not kept.values.get(name))
        self._tell(
            replace(self._event(table, "merge", record.id, source), merged=(kept.id, lost.id), primary=kept.id, moved=moved)
        )
        return table.live[record.id]

    def erase(self, kind: str, record_id: int) -> bool:
        """Delete a person for good, live or archived, and refuse the e-mail address from now on."""
        table = self.of(kind)
        record = table.take(record_id) if record_id in table.live else table.unbin(record_id)
        if record is None:
            return False
        if email := record.values.get("email"):
            self.blocked.add(email.lower())
            self.activity.forget(record_id, email)
        self._unlink(kind, record_id)
        self._parted.pop((kind, record_id), None)
        self._index(table, record_id, None)
        self._tell(self._event(table, "privacyDeletion", record_id, "CRM_UI"))
        return True

    def associate(self, label: Label, start_id: int, end_id: int, *, source: str = "INTEGRATION") -> None:
        """Associate two live records; a contact has one primary company, so the one before is primary no more."""
        if label.name == "Primary":
            self._unmake_primary(label, start_id, end_id)
        if self.links.add(label, start_id, end_id):
            self._tell_link(label, start_id, end_id, source=source, removed=False)
            self._roll_up((label.start, start_id), (label.end, end_id))

    def part(self, start: str, start_id: int, end: str, end_id: int, *, source: str = "INTEGRATION") -> bool:
        """Undo an association in all its types. Tell whether there was any."""
        types = self.links.of(start, start_id, end).get(end_id, ())
        if not self.links.remove(start, start_id, end, end_id):
            return False
        self._tell_link(self.links.labels[types[0]], start_id, end_id, source=source, removed=True)
        self._roll_up((start, start_id), (end, end_id))
        return True

    def _unmake_primary(self, label: Label, start_id: int, end_id: int) -> None:
        """A contact or a deal has one primary company; a company may be that of many."""
        if label.start == "companies":
            label, start_id = self.links.labels[label.inverse], end_id
        for company, types in list(self.links.of(label.start, start_id, label.end).items()):
            if label.type_id in types:
                self.links.drop_label(label, start_id, company)

    def _unlink(self, kind: str, record_id: int) -> list[tuple[str, int, tuple[int, ...]]]:
        """Part a record from all others and return from which."""
        ends = self.links.ends(kind, record_id)
        self.links.forget(kind, record_id)
        self._roll_up(*((end, other) for end, other, _ in ends))
        return ends

    def _relink(self, kind: str, record_id: int, ends: list[tuple[str, int, tuple[int, ...]]]) -> None:
        """Associate a record with those still there; it keeps the primary company it has."""
        has_primary = any(1 in types for types in self.links.of(kind, record_id, "companies").values())
        for end, other, types in ends:
            for type_id in types if other in self.of(end).live else ():
                if not (type_id == 1 and has_primary):
                    self.links.add(self.links.labels[type_id], record_id, other)
        self._roll_up((kind, record_id), *((end, other) for end, other, _ in ends))

    def _roll_up(self, *records: tuple[str, int]) -> None:
        """Compute anew what records say of those they are associated with."""
        for kind, record_id in records:
            if record_id in self.of(kind).live and (values := rolled_up(self.links, kind, record_id)):
                self.compute(kind, record_id, values)

    def _store(self, table: Table, record: Record, *, at_once: bool = False) -> None:
        table.put(record)
        self._index(table, record.id, record, at_once=at_once)

    def _index(self, table: Table, record_id: int, record: Record | None, *, at_once: bool = False) -> None:
        now = self.now()
        table.index.note(record_id, record, due=now if at_once else now + self.delay(), now=now)

    def _event(self, table: Table, what: str, record_id: int, source: str) -> Event:
        return Event(
            what=what,
            kind=table.kind.singular,
            type_id=table.kind.type_id,
            object_id=record_id,
            at=self.now(),
            source=source,
        )

    def _tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def _tell_values(self, table: Table, record_id: int, values: Mapping[str, str], *, source: str) -> None:
        event = self._event(table, "propertyChange", record_id, source)
        for name, value in values.items() if self.listeners else ():
            self._tell(replace(event, property_name=name, property_value=value))

    def _tell_link(self, label: Label, start_id: int, end_id: int, *, source: str, removed: bool) -> None:
        if not self.listeners:
            return
        event = self._event(self.of(label.start), "associationChange", start_id, source)
        to_kind = self.of(label.end).kind.singular
        self._tell(replace(event, to_kind=to_kind, to_id=end_id, association_type=label.type_id, removed=removed))
