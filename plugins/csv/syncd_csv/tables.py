"""A staged file made ready to be read: its dialect, its columns and what makes records of its rows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from syncd_csv.columns import Columns
from syncd_csv.dialect import HEAD, TAIL, Sheet, sheet, text_end
from syncd_csv.files import Folder
from syncd_csv.reading import Place, RowReader
from syncd_csv.records import maker
from syncd_csv.rows import Row, rows
from syncd_csv.settings import StreamFiles

__all__ = ["Ends", "Source", "Table", "instant_of", "rows_of", "sheet_of", "staged_ends", "table_of"]

_BLOCK = 1 << 16
_RULES = 1  # part of every plan; raised when rows are read differently by a new version of this package


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One stream of a connection.

    ``cache`` is its own folder, ``limit`` the largest file in bytes, ``page`` the number of records and refused rows in one.
    """

    stream: str
    settings: StreamFiles
    wanted: frozenset[str]
    folder: Folder
    cache: Path
    limit: int
    page: int
    now: Callable[[], datetime]

    @property
    def plan(self) -> str:
        """The hash of all that decides how rows are read; another one means that everything is delivered again."""
        return _short_hash(_RULES, self.stream, self.settings.model_dump_json(exclude={"files"}), sorted(self.wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How one file is read, from ``start`` to the offset ``end``; ``layout`` is the hash of that."""

    reader: RowReader
    layout: str
    start: Place
    end: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Begin and end of a text of ``size`` bytes in UTF-8."""

    head: bytes
    tail: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether the head is all there is."""
        return self.size <= len(self.head)

    def before(self, offset: int) -> bytes:
        """Return what the tail holds before *offset*."""
        return self.tail[: len(self.tail) - (self.size - offset)]


def staged_ends(staged: Path) -> Ends:
    """Read the ends of a staged copy. Raises: FileNotFoundError."""
    with staged.open("rb") as copy:
        head = copy.read(HEAD)
        size = copy.seek(0, os.SEEK_END)
        copy.seek(max(0, size - TAIL))
        return Ends(head=head, tail=copy.read(), size=size)


def sheet_of(source: Source, file: str, ends: Ends) -> Sheet | None:
    """Find delimiter and header of *file*. Raises: Misconfigured if the delimiter cannot be told."""
    wanted = [*source.settings.columns, *sorted(source.wanted)]
    return sheet(ends.head, wanted=wanted, declared=source.settings.delimiter, whole=ends.is_whole, file=file)


def table_of(source: Source, file: str, ends: Ends, mtime_ns: int) -> Table | None:
    """Make *file* ready; ``None`` if it has no rows.

    Raises: Misconfigured if the header lacks a column or the delimiter cannot be told.
    """
    found = sheet_of(source, file, ends)
    end, footer = text_end(ends.tail, ends.size, found.delimiter) if found else (0, 0)
    if found is None or end <= found.start:
        return None
    columns = Columns(file=file, header=found.header)
    made = maker(source.stream, source.settings, columns, wanted=source.wanted, modified_at=instant_of(mtime_ns))
    notes: tuple[str, ...] = (f"{file}: {footer} lines behind the rows were left out",) if footer else ()
    is_open = not source.settings.open_end and not ends.before(end).endswith((b"\n", b"\r"))
    if is_open:
        notes += (f'{file}: the last row has no line end, so its last cell is left out; if it never has one, set "open_end"',)
    return Table(
        reader=RowReader(
            stream=source.stream,
            file=file,
            delimiter=found.delimiter,
            width=len(found.header),
            maker=made,
            open_at=end if is_open else None,
        ),
        layout=_short_hash(source.plan, found.delimiter, found.header),
        start=Place(found.start, found.line),
        end=end,
        notes=(*found.notes, *notes),
    )


def rows_of(table: Table, copy: BinaryIO, place: Place) -> Iterator[Row]:
    """Cut what follows *place* in a staged copy into rows."""
    copy.seek(place.offset)
    blocks = _blocks(copy, table.end - place.offset)
    reader = table.reader
    return rows(blocks, delimiter=reader.delimiter, width=reader.width, line=place.line, offset=place.offset)


def instant_of(mtime_ns: int) -> datetime:
    """Return the instant of a file's time."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=mtime_ns // 1000)


def _blocks(copy: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (block := copy.read(min(size, _BLOCK))):
        size -= len(block)
        yield block


def _short_hash(*parts: object) -> str:
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()
