"""All records of one kind, live and archived, with their properties: the truth, which a search only follows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from syncd_hubspot.emulator.catalog import groups, properties
from syncd_hubspot.emulator.definitions import Group, Property
from syncd_hubspot.emulator.index import Index
from syncd_hubspot.emulator.kinds import ObjectKind
from syncd_hubspot.emulator.records import Record


class Table:
    """The records of one kind."""

    def __init__(self, kind: ObjectKind, *, first_id: int) -> None:
        self.kind = kind
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.merged_into: dict[int, int] = {}
        self.properties: dict[str, Property] = properties(kind)
        self.groups: dict[str, Group] = groups(self.properties)
        self.index = Index()
        self.last_id = first_id
        self.unique = kind.unique
        self.required: set[str] = set()
        self._ids: list[int] = []
        self._archived_ids: list[int] = []
        self._unique: dict[str, dict[str, int]] = {}

    def put(self, record: Record) -> None:
        """Store a live record, new or changed."""
        before = self.live.get(record.id)
        if before is None:
            if self._ids and self._ids[-1] > record.id:
                insort(self._ids, record.id)
            else:
                self._ids.append(record.id)
        self.live[record.id] = record
        self._identify(before, record)

    def take(self, record_id: int) -> Record:
        """Remove a live record and return it."""
        record = self.live.pop(record_id)
        del self._ids[bisect_left(self._ids, record_id)]
        self._identify(record, None)
        return record

    def bin(self, record: Record) -> None:
        """Keep a record that has been archived."""
        self.archived[record.id] = record
        insort(self._archived_ids, record.id)

    def unbin(self, record_id: int) -> Record | None:
        """Take an archived record out of the bin."""
        record = self.archived.pop(record_id, None)
        if record is not None:
            del self._archived_ids[bisect_left(self._archived_ids, record_id)]
        return record

    def survivor(self, record_id: int) -> int:
        """Follow merges to the record that lives on."""
        while record_id in self.merged_into:
            record_id = self.merged_into[record_id]
        return record_id

    def found(self, name: str, value: str) -> int | None:
        """Return the live record whose unique property *name* holds *value*, in upper or lower case."""
        known = self._unique.get(name)
        return None if known is None else known.get(value.lower())

    def page(self, after: int, size: int, *, archived: bool) -> tuple[list[Record], int | None]:
        """Return records in ascending order from the id *after* on, and the id of the next one if there is any."""
        ids, records = (self._archived_ids, self.archived) if archived else (self._ids, self.live)
        start = bisect_left(ids, after)
        chosen = ids[start : start + size + 1]
        following = chosen.pop() if len(chosen) > size else None
        return [records[record_id] for record_id in chosen], following

    def ids(self) -> Iterator[int]:
        """Go through the ids of all live records in ascending order."""
        return iter(tuple(self._ids))

    def reindex_unique(self) -> None:
        """Build the look-up of unique properties anew, after one was added or removed."""
        own = {p.name for p in self.properties.values() if p.has_unique_value and not p.archived}
        self.unique = self.kind.unique | own
        self._unique = {}
        for record in self.live.values():
            self._identify(None, record)

    def _identify(self, before: Record | None, after: Record | None) -> None:
        for name in self.unique:
            old, new = _keys(before, name), _keys(after, name)
            if old == new:
                continue
            known = self._unique.setdefault(name, {})
            for key in old:
                if before is not None and known.get(key) == before.id:
                    del known[key]
            for key in new:
                if after is not None:
                    known[key] = after.id


def _keys(record: Record | None, name: str) -> tuple[str, ...]:
    """Return what *record* can be found by: a contact also by its additional e-mail addresses."""
    if record is None:
        return ()
    text = record.values.get(name, "")
    if name == "email" and (more := record.values.get("hs_additional_emails")):
        text = f"{text};{more}"
        return tuple(key for key in text.lower().split(";") if key)
    return (text.lower(),) if text else ()
