"""Where the records of one object lie: by id, with indexes that are made when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syncd_salesforce.emulator.answers import Row, Value

__all__ = ["Table", "folded"]


class Table:
    """The records of one object, in the order in which they were made."""

    __slots__ = ("_indexes", "_rows", "journal")

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._indexes: dict[str, dict[Value, dict[str, None]]] = {}
        self.journal: list[tuple[str, Row | None]] | None = None  # what was there before, while somebody may want it back

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self._rows.values()))

    def get(self, key: str) -> Row | None:
        """Return a record, deleted or not."""
        return self._rows.get(key)

    def put(self, key: str, row: Row) -> None:
        """Add a record or replace it."""
        old = self._rows.get(key)
        if self.journal is not None:
            self.journal.append((key, old))
        self._rows[key] = row
        for name, index in self._indexes.items():
            if old is not None:
                index.get(folded(old.get(name)), {}).pop(key, None)
            index.setdefault(folded(row.get(name)), {})[key] = None

    def remove(self, key: str) -> None:
        """Remove a record for good."""
        old = self._rows.pop(key, None)
        if old is not None and self.journal is not None:
            self.journal.append((key, old))
        if old is not None:
            for name, index in self._indexes.items():
                index.get(folded(old.get(name)), {}).pop(key, None)

    def restore(self) -> None:
        """Take back all changes since the journal was begun, and end it."""
        changes, self.journal = self.journal or [], None
        for key, old in reversed(changes):
            if old is None:
                self.remove(key)
            else:
                self.put(key, old)

    def among(self, field: str, values: Iterable[Value]) -> list[Row]:
        """Return the records whose *field* holds one of *values*; text in any case."""
        if field == "Id":
            return [row for value in values if isinstance(value, str) and (row := self._rows.get(value)) is not None]
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for key, row in self._rows.items():
                index.setdefault(folded(row.get(field)), {})[key] = None
        found = {key: None for value in values for key in index.get(folded(value), ())}
        return [self._rows[key] for key in found]


def folded(value: Value) -> Value:
    """Return text as it is compared; anything else as it is."""
    return value.casefold() if isinstance(value, str) else value
