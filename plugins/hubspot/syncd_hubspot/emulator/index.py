"""The search index: what a search finds, which is not what there is.

A write reaches it late: every note says when it falls due. Until then the record is found by what it held before, an
archived record is still counted, and a new one is not found at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush
from itertools import count

from syncd_hubspot.emulator.records import Record

_FOREVER = 1 << 62


class Index:
    """The records of one kind as a search sees them."""

    def __init__(self) -> None:
        self.docs: dict[int, Record] = {}
        self._ids: list[int] = []
        self._modified: list[tuple[int, int]] = []
        self._is_sorted = True
        self._pending: list[tuple[int, int, int, Record | None]] = []
        self._noted = count()
        self._applied: dict[int, int] = {}

    def note(self, record_id: int, record: Record | None, *, due: int, now: int) -> None:
        """Let searches from *due* on find *record* as it is, or nothing for None; what is due at once is done at once."""
        order = next(self._noted)
        if due <= now and not self._pending:
            self._apply(record_id, record)
        else:
            heappush(self._pending, (due, order, record_id, record))

    def settle(self, now: int) -> None:
        """Take in what has fallen due; an older state of a record never replaces a newer one."""
        while self._pending and self._pending[0][0] <= now:
            _, order, record_id, record = heappop(self._pending)
            if order >= self._applied.get(record_id, -1):
                self._applied[record_id] = order
                self._apply(record_id, record)
        if not self._pending:
            self._applied.clear()

    @property
    def is_behind(self) -> bool:
        """Tell whether writes are still on their way."""
        return bool(self._pending)

    def between(self, ids: tuple[int, int], modified: tuple[int, int]) -> list[int]:
        """Return the ids in one range that were modified in another, both ends of both included, by the narrower of the two."""
        self._sort()
        docs = self.docs
        first, last = bisect_left(self._ids, ids[0]), bisect_right(self._ids, ids[1])
        start, end = bisect_left(self._modified, (modified[0], 0)), bisect_right(self._modified, (modified[1], _FOREVER))
        if start == 0 and end == len(self._modified):
            whole = self._ids[first:last]
            return whole if len(self._ids) == len(docs) else [one for one in whole if one in docs]
        if end - start <= last - first:
            found = [(at, one) for at, one in self._modified[start:end] if ids[0] <= one <= ids[1] and one in docs]
            return [one for at, one in found if docs[one].updated_at == at]
        return [one for one in self._ids[first:last] if one in docs and modified[0] <= docs[one].updated_at <= modified[1]]

    def _apply(self, record_id: int, record: Record | None) -> None:
        before = self.docs.get(record_id)
        if record is None:
            self.docs.pop(record_id, None)
            return
        self.docs[record_id] = record
        if before is None:
            self._append_id(record_id)
        if before is None or before.updated_at != record.updated_at:
            self._append_modified((record.updated_at, record_id))

    def _append_id(self, record_id: int) -> None:
        if self._ids and self._ids[-1] >= record_id:
            self._is_sorted = False
        self._ids.append(record_id)

    def _append_modified(self, entry: tuple[int, int]) -> None:
        if self._modified and self._modified[-1] > entry:
            self._is_sorted = False
        self._modified.append(entry)

    def _sort(self) -> None:
        """Sort what arrived out of order and drop what is stale, but only when a search asks."""
        if self._is_sorted and len(self._modified) <= 2 * len(self.docs) + 1000:
            return
        self._ids = sorted(self.docs)
        self._modified = sorted((doc.updated_at, doc.id) for doc in self.docs.values())
        self._is_sorted = True
