"""Looks at a connection's files without reading them through: for ``syncd check`` and for the mapping's columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from syncd.spi import Finding, Misconfigured, RemoteField, RemoteStream, Unavailable
from syncd_csv.columns import Columns
from syncd_csv.dialect import TAIL, Sheet
from syncd_csv.files import Folder, Glimpse, glimpse
from syncd_csv.instants import instants, likely_forms
from syncd_csv.reading import batch
from syncd_csv.rows import cells
from syncd_csv.settings import ActivityFiles
from syncd_csv.tables import Ends, Source, Table, rows_of, sheet_of, table_of

__all__ = ["ends_of", "findings", "output_finding", "remote_stream"]

_FILES = 10  # newest files of a stream that are looked at
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def findings(source: Source) -> Iterator[Finding]:
    """Look at a stream's newest files: can they be read, and would their first rows be?"""
    try:
        names = source.folder.names(source.settings.files)
    except (Misconfigured, Unavailable) as error:
        yield _error(source, str(error))
        return
    for name in source.folder.unreadable(source.settings.files):
        yield _warning(source, f"{name} is left out: a symbolic link, a folder or a device", "put the file itself there")
    if not names:
        yield _warning(source, f"{source.settings.files}: no file matches", 'check "folder" and "files"')
    for name in names[-_FILES:]:
        try:
            yield from _file_findings(source, name)
        except (Misconfigured, Unavailable) as error:
            yield _error(source, str(error))


def output_finding(folder: Folder, name: str) -> Finding:
    """Tell whether the file *name* can be written."""
    try:
        folder.check_writable(name)
    except (Misconfigured, Unavailable) as error:
        return Finding(level="error", what=f"write_to: {error}", remedy="create the folder and let syncd's user write there")
    return Finding(level="ok", what=f"write_to: {name} can be written")


def remote_stream(source: Source, *, writable: bool) -> RemoteStream:
    """Describe a stream by the header of its newest file, columns that the mapping names as it spells them; else no fields.

    Raises: Misconfigured if the file is no CSV file, or several of its columns have the same wanted name.
    """
    fields: tuple[RemoteField, ...] = ()
    with suppress(Unavailable):
        for name in source.folder.names(source.settings.files)[-1:]:
            found = sheet_of(source, name, ends_of(glimpse(source.folder, name, source.settings.encoding)))
            columns = Columns(file=name, header=found.header if found else ())
            named = [column for column in sorted(source.wanted) if columns.find(column) is not None]
            listed = dict.fromkeys(column for column in (*columns.header, *named) if column)
            fields = tuple(RemoteField(name=column, writable=writable) for column in listed)
    return RemoteStream(name=source.stream, kind=source.settings.holds, fields=fields)


def ends_of(seen: Glimpse) -> Ends:
    """Take the begin of a file for the whole of it."""
    return Ends(head=seen.head, tail=seen.head[-TAIL:], size=len(seen.head))


def _file_findings(source: Source, name: str) -> Iterator[Finding]:
    seen = glimpse(source.folder, name, source.settings.encoding)
    ends = ends_of(seen)
    table = table_of(source, name, ends, seen.signature.mtime_ns)
    if table is None:
        yield _warning(source, f"{name} has no rows", "export it again if it should have some")
        return
    reader = table.reader
    delimiter = _NAMES.get(reader.delimiter, reader.delimiter)
    what = f"{source.stream}: {name}: {seen.codec}, {delimiter}, {reader.width} columns"
    yield Finding(level="ok", what=what)
    for note in table.notes:
        yield _warning(source, note, "correct the mapping or the export if that is not meant")
    if not seen.is_closed and not source.settings.open_end and table.reader.open_at is None:  # else it is among the notes
        what = f"{name}: the last row has no line end, so its last cell is left out"
        yield _warning(source, what, "set open_end: true if it never has one")
    yield from _date_findings(source, name, table, ends)
    sample = batch(rows_of(table, io.BytesIO(ends.head), table.start), reader, lambda _: False, place=table.start)
    if sample.refused:
        first = sample.refused[0].problem
        what = f"{len(sample.refused)} of the first {sample.seen} rows are refused; {first.where}: {first.what}"
        yield _warning(source, what, "correct them in the export")


def _date_findings(source: Source, name: str, table: Table, ends: Ends) -> Iterator[Finding]:
    settings = source.settings
    column = settings.occurred_at if isinstance(settings, ActivityFiles) else settings.changed_at
    found = sheet_of(source, name, ends)
    if column is None or found is None:
        return
    read = instants(settings.date_formats, settings.zone)
    unread = [value for value in _values(table, ends, found, name, column) if value.strip() and read(value) is None]
    if not unread:
        return
    forms = likely_forms(unread)
    listed = " or ".join(f'date_formats: ["{form}"]' for form in forms)
    remedy = f"set {listed}" if forms else 'set "date_formats" to the form that the column has'
    yield _error(source, f'{name}: {len(unread)} dates of column "{column}" cannot be read for certain', remedy)


def _values(table: Table, ends: Ends, found: Sheet, name: str, column: str) -> Iterator[str]:
    place = Columns(file=name, header=found.header).index(column, "the date")
    for _, _, raw, fault in islice(rows_of(table, io.BytesIO(ends.head), table.start), 500):
        row = [] if fault else cells(raw.rstrip(b"\r\n").decode("utf-8", "replace"), found.delimiter)
        if place < len(row):
            yield row[place]


def _error(source: Source, what: str, remedy: str = "correct the stream's settings or the export") -> Finding:
    return Finding(level="error", what=f"{source.stream}: {what}", remedy=remedy)


def _warning(source: Source, what: str, remedy: str) -> Finding:
    return Finding(level="warning", what=f"{source.stream}: {what}", remedy=remedy)
