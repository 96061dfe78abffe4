"""The emulated org: its schema, its records, what was deleted, and who may see what. Knows no HTTP.

A write is stamped with the second in which its transaction began and may show later than that: `Org.lag` decides by how much,
as real transactions do that run for a while. Until it shows, readers see the version before, and `open_since` is what the
vendor calls the start of the oldest open transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd_salesforce.emulator.access import Access
from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.ids import Ids, full, prefix
from syncd_salesforce.emulator.instants import day, moment
from syncd_salesforce.emulator.schema import Field, SObject, standard
from syncd_salesforce.emulator.tables import Table

__all__ = ["MASTER", "Deleted", "Org", "RecordType", "ValidationRule"]

MASTER = "012000000000000AAA"
"""The record type of records for which nobody made one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """An entry of the delete log."""

    entity: str
    id: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """Refuses records for which ``broken`` is true."""

    entity: str
    broken: Callable[[Row], bool]
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A kind of records, which the user may give to one if it is ``available``; ``values`` are those of picklists it takes."""

    id: str
    entity: str
    name: str
    available: bool
    default: bool
    values: Mapping[str, Set[str]]

    def takes(self, field: str, value: str) -> bool:
        """Say whether records of this type may hold *value*."""
        return field not in self.values or value in self.values[field]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    object: str
    row: Row
    began_at: datetime
    shows_at: datetime


@dataclass(slots=True, kw_only=True)
class Org:
    """One org. ``clock`` is asked for every instant; of the objects in ``duplicates`` an e-mail address may be used once."""

    clock: Callable[[], datetime]
    name: str = "Acme Example"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Los_Angeles"))
    lag: Callable[[], timedelta] = field(default=lambda: timedelta(0))
    grain: Callable[[], timedelta] = field(default=lambda: timedelta(seconds=1))
    access: Access = field(default_factory=Access)
    rules: list[ValidationRule] = field(default_factory=list)
    record_types: dict[str, RecordType] = field(default_factory=dict)
    duplicates: set[str] = field(default_factory=set)
    formulas: dict[tuple[str, str], Callable[[Row], Value]] = field(default_factory=dict)
    deletions: list[Deleted] = field(default_factory=list)
    purged_until: datetime | None = None
    ids: Ids = field(default_factory=Ids)
    id: str = ""
    user_id: str = ""
    changed_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    _objects: dict[str, SObject] = field(default_factory=dict)
    _tables: dict[str, Table] = field(default_factory=dict)
    _pending: list[_Pending] = field(default_factory=list)
    _together: timedelta | None = None
    _shown: dict[str, SObject | None] = field(default_factory=dict)
    _blanks: dict[str, dict[str, Value]] = field(default_factory=dict)
    _prefixes: dict[str, list[SObject]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in standard():
            self._objects[one.name.lower()] = one
            self._tables[one.name] = Table()
        self.id = self.ids.next("00D")
        self.user_id = self.ids.next("005")
        self.changed_at = self.now()

    # ---- time

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return self.clock().astimezone(UTC)

    def stamp(self) -> str:
        """Return the present instant as records are stamped with it."""
        now, grain = self.now(), self.grain()
        return moment(now - timedelta(seconds=now.timestamp() % grain.total_seconds()))

    def settle(self) -> None:
        """Show what was written earlier and is due now."""
        now = self.now()
        due = [one for one in self._pending if one.shows_at <= now]
        self._pending = [one for one in self._pending if one.shows_at > now]
        for one in due:
            self._show(one.object, one.row)

    def open_since(self) -> datetime | None:
        """Return when the oldest transaction began that does not show yet."""
        return min((one.began_at for one in self._pending), default=None)

    # ---- schema

    def objects(self) -> Iterator[SObject]:
        """Yield the objects that the user may see, as the user sees them."""
        for key in list(self._objects):
            shown = self.visible(key)
            if shown is not None and "tooling" not in shown.flags:
                yield shown

    def visible(self, name: str) -> SObject | None:
        """Return an object as the user sees it, ``None`` if there is none."""
        key = name.lower()
        if key not in self._shown:
            whole = self._objects.get(key)
            self._shown[key] = None if whole is None else self.access.shown(whole, self._granted)
        return self._shown[key]

    def whole(self, name: str) -> SObject:
        """Return an object with all its fields."""
        return self._objects[name.lower()]

    def owners_of(self, key: str) -> list[SObject]:
        """Return the objects that records with such an id may be of."""
        if not self._prefixes:
            for one in self._objects.values():
                self._prefixes.setdefault(one.prefix, []).append(one)
        return self._prefixes.get(prefix(key), [])

    def add_object(self, new: SObject) -> None:
        """Add an object without records."""
        self._objects[new.name.lower()] = new
        self._tables[new.name] = Table()
        self.reshaped()

    def add_field(self, entity: str, new: Field, *, private: bool = False) -> None:
        """Add a field or replace it; a *private* one nobody sees before a permission set grants it."""
        whole = self.whole(entity)
        self._objects[entity.lower()] = whole.replaced(new)
        if private:
            self.access.private.add((whole.name, new.name))
        self.reshaped()

    def add_formula(self, entity: str, new: Field, value: Callable[[Row], Value]) -> None:
        """Add a field that *value* works out whenever it is read: its changes move no stamp."""
        computed = replace(new, calculated=True, flags=new.flags - {"c", "u"})
        self.formulas[self.whole(entity).name, new.name] = value
        self.add_field(entity, computed)

    def drop_field(self, entity: str, name: str) -> None:
        """Remove a field; its values stay in the records and no longer show."""
        self._objects[entity.lower()] = self.whole(entity).without([name])
        self.reshaped()

    def reshaped(self) -> None:
        """Say that fields or rights have changed."""
        self._shown.clear()
        self._blanks.clear()
        self._prefixes.clear()
        self.changed_at = self.now()

    def _granted(self, entity: str, name: str) -> tuple[bool, bool]:
        assigned = {
            row.get("PermissionSetId") for row in self.rows("PermissionSetAssignment") if row.get("AssigneeId") == self.user_id
        }
        rows = [
            row
            for row in self._tables["FieldPermissions"].among("Field", [f"{entity}.{name}"])
            if row.get("ParentId") in assigned
        ]
        return any(row.get("PermissionsRead") for row in rows), any(row.get("PermissionsEdit") for row in rows)

    # ---- records

    def rows(self, entity: str, *, deleted: bool = False) -> list[Row]:
        """Return the records of an object; with *deleted* also those in the recycle bin."""
        rows = self._tables[self.whole(entity).name]
        return list(rows) if deleted else [row for row in rows if not row.get("IsDeleted")]

    def table(self, entity: str) -> Table:
        """Return the records of an object, those in the recycle bin too."""
        return self._tables[self.whole(entity).name]

    def find(self, key: str) -> tuple[SObject, Row] | None:
        """Return the record of an id as it shows now, deleted or not."""
        key = full(key)
        for one in self.owners_of(key):
            row = self._tables[one.name].get(key)
            if row is not None:
                return one, row
        return None

    def latest(self, entity: str, key: str) -> Row | None:
        """Return a record as the last transaction left it; what does not show yet then does, as its lock is waited for."""
        waiting = [one for one in self._pending if one.row.get("Id") == key]
        for one in waiting:
            self._pending.remove(one)
            self._show(one.object, one.row)
        return self.table(entity).get(key)

    def put(self, entity: str, row: Row) -> None:
        """Keep a version of a record; it shows at once, or after `lag`."""
        lag = self.lag() if self._together is None else self._together
        if lag:
            now = self.now()
            self._pending.append(_Pending(object=entity, row=row, began_at=now, shows_at=now + lag))
        else:
            self._show(entity, row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is put inside the ``with`` block show at the same instant: one transaction."""
        before = self._together
        self._together = self.lag() if before is None else before
        try:
            yield
        finally:
            self._together = before

    def draft(self, entity: str, values: Row, *, at: datetime | None = None, by: str | None = None) -> dict[str, Value]:
        """Return a new record: with an id, the stamps and the defaults of its object."""
        whole = self.whole(entity)
        stamp, author = moment(at) if at else self.stamp(), by or self.user_id
        stamps: dict[str, Value] = {"CreatedDate": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
        stamps |= {"CreatedById": author, "LastModifiedById": author}
        row: dict[str, Value] = {"Id": values.get("Id") or self.ids.next(whole.prefix), **self._blank(whole)}
        row |= {name: value for name, value in stamps.items() if name.lower() in whole.by_name}
        row |= {name: value for name, value in values.items() if value is not None}
        return row

    def remove(self, entity: str, ids: Iterable[str], *, logged: bool = True) -> None:
        """Remove records for good; *logged* ones `getDeleted` tells of."""
        for key in ids:
            if logged:
                self.deletions.append(Deleted(entity=entity, id=key, at=moment(self.now())))
            self._tables[entity].remove(key)

    @contextmanager
    def revocable(self) -> Iterator[Callable[[], None]]:
        """Give a function that takes back every write made inside the ``with`` block so far."""
        pending, deletions = list(self._pending), list(self.deletions)
        for table in self._tables.values():
            table.journal = []

        def restore() -> None:
            self._pending, self.deletions = pending, deletions
            for table in self._tables.values():
                table.restore()

        try:
            yield restore
        finally:
            for table in self._tables.values():
                table.journal = None

    def archive(self) -> None:
        """Archive activities that were done more than a year ago: only `queryAll` finds them then. No stamp moves."""
        # simple-salesforce#275 (read 2026-11-21); that stamps stay is from memory
        limit = day(self.now() - timedelta(days=365))
        for name in ("Task", "Event"):
            for row in self.rows(name):
                over = name == "Event" or bool(row.get("IsClosed"))
                if over and not row.get("IsArchived") and str(row.get("ActivityDate") or limit) < limit:
                    self._tables[name].put(str(row["Id"]), {**row, "IsArchived": True})

    def empty_bin(self) -> None:
        """Forget the records in the recycle bin; the delete log still has them."""
        for one in self._objects.values():
            self.remove(one.name, [str(row["Id"]) for row in self._tables[one.name] if row.get("IsDeleted")], logged=False)

    def purge_log(self) -> None:
        """Forget the delete log, as happens when it grows too large."""
        self.deletions.clear()
        self.purged_until = self.now()

    def deleted(self, entity: str, since: str, until: str) -> Sequence[Deleted]:
        """Return the entries of the delete log in ``[since, until)``."""
        return [one for one in self.deletions if one.entity == entity and since <= one.at < until]

    def _blank(self, whole: SObject) -> dict[str, Value]:
        if whole.name not in self._blanks:
            blank: dict[str, Value] = {one.name: one.default for one in whole.fields if one.default is not None}
            for one in self.record_types.values():
                if one.entity == whole.name and one.default:
                    blank["RecordTypeId"] = one.id
            self._blanks[whole.name] = blank | {one.name: False for one in whole.fields if one.type == "boolean"}
        return self._blanks[whole.name]

    def _show(self, entity: str, row: Row) -> None:
        table, key = self._tables[entity], str(row["Id"])
        old = table.get(key)
        gone = bool(row.get("IsDeleted"))
        if gone and (old is None or not old.get("IsDeleted")):
            self.deletions.append(Deleted(entity=entity, id=key, at=moment(self.now())))
        elif not gone and old is not None and old.get("IsDeleted"):
            self.deletions = [one for one in self.deletions if one.id != key]
        table.put(key, row)
