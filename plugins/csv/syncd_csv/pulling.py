"""Reads a stream page by page: notices what changed in its files, and delivers only the rows that did.

Absent rows and missing, empty or shortened files never mean that anything was deleted: an export that failed looks the
same. Only a column that says so deletes a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from glob import has_magic
from pathlib import Path

from syncd.spi import BadAnswer, Page
from syncd_csv.cursors import Cursor, Progress, Version, decoded, encoded
from syncd_csv.files import Signature, explained, is_closed, stage
from syncd_csv.reading import Batch, Place, batch
from syncd_csv.snapshots import append_hashes, opened_snapshot, write_snapshot
from syncd_csv.tables import Source, Table, instant_of, rows_of, staged_ends, table_of

__all__ = ["Puller"]

_QUIET = timedelta(minutes=1)  # a file whose last line has no end may still be written until its time is that old
_FRESH = timedelta(seconds=2)  # a change that soon after another one may leave size and time as they are
_BAD_ROWS, _BAD_SHARE = 20, 0.2


class Puller:
    """Pulls one stream. All that matters is in the cursor; between pages the table of the file in progress is kept ready."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ready: tuple[str, Version, Table] | None = None

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        source = self._source
        with explained(f"the cache of {source.stream}"):
            cursor = decoded(text, source.plan)
            source.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget(source.cache, cursor)
            attempt = 0
            if cursor.progress is not None:
                page = self._page(cursor, cursor.progress, ())
                if page is not None:
                    return page
                attempt = cursor.progress.attempt + 1
            cursor, notes = _begun(source, replace(cursor, progress=None), attempt)
            page = self._page(cursor, cursor.progress, notes) if cursor.progress else None
            return page or Page(records=(), cursor=encoded(replace(cursor, progress=None)), more=False, notes=notes)

    def _page(self, cursor: Cursor, progress: Progress, notes: Sequence[str]) -> Page | None:
        """Read one page of the file in progress; ``None`` if that file has to be begun anew.

        Raises: BadAnswer if so many of its rows are refused that it cannot be the rows.
        """
        source = self._source
        log = source.cache / f"{progress.version.name}.log"
        try:
            table = self._table(progress)
            found = _batch(source, table, progress)
        except FileNotFoundError:  # the cache was emptied
            return None
        after = _advanced(progress, found)
        if _is_hopeless(after):
            if source.folder.signature(progress.path) != progress.version[:3]:
                return None
            raise BadAnswer(_reproach(after, found))
        if not append_hashes(log, progress.good, found.hashes):
            return None
        is_last = after.offset >= table.end
        new = _finished(source, cursor, after, log) if is_last else replace(cursor, progress=after)
        return Page(
            records=found.records,
            cursor=encoded(new),
            more=not is_last or _is_pending(source, new),
            refused=found.refused,
            notes=tuple(notes),
            progress=None if has_magic(source.settings.files) else after.offset / table.end,
        )

    def _table(self, progress: Progress) -> Table:
        """Raises: FileNotFoundError if the staged copy is gone."""
        path, version = progress.path, progress.version
        if self._ready is not None and self._ready[:2] == (path, version):
            return self._ready[2]
        ends = staged_ends(self._source.cache / f"{version.content}.csv")
        table = table_of(self._source, path, ends, version.mtime_ns)
        if table is None or table.layout != version.layout:
            raise FileNotFoundError("the staged copy has other content")
        self._ready = (path, version, table)
        return table


def _forget(cache: Path, cursor: Cursor) -> None:
    """Remove staged copies and snapshots that *cursor* does not speak of: nobody will come back to them."""
    keep = {f"{version.name}.rows" for version in cursor.files.values()}
    if cursor.progress is not None:
        version = cursor.progress.version
        keep |= {f"{version.content}.csv", f"{version.name}.log", f"{cursor.progress.known}.rows"}
    for path in cache.iterdir():
        if path.name not in keep:
            path.unlink(missing_ok=True)


def _begun(source: Source, cursor: Cursor, attempt: int) -> tuple[Cursor, tuple[str, ...]]:
    """Stage the first file that has something new; without one the cursor comes back without a progress."""
    names = source.folder.names(source.settings.files)
    notes: tuple[str, ...] = () if names else (f"{source.settings.files}: no file matches",)
    for name in names:
        before = cursor.files.get(name)
        seen = source.folder.signature(name)
        if before is not None and before[:3] == seen:
            continue
        postponed = _postponed(source, name, seen)
        if postponed:
            notes += (postponed,)
            continue
        staged = stage(source.folder, name, declared=source.settings.encoding, cache=source.cache, limit=source.limit)
        table = table_of(source, name, staged_ends(source.cache / f"{staged.content}.csv"), staged.signature.mtime_ns)
        if table is None:
            notes += (f"{name} has no rows",)
            continue
        version = Version(*staged.signature, staged.content, table.layout)
        is_fresh = _age(source, seen) < _FRESH
        if before is not None and before.name == version.name:
            cursor = _delivered(cursor, name, version, is_fresh)
            continue
        progress = Progress(name, version, is_fresh, _comparable(cursor, name, version), *table.start, attempt=attempt)
        return replace(cursor, progress=progress), (*notes, *staged.notes, *table.notes)
    if names:
        kept = {name: version for name, version in cursor.files.items() if name in names or name == cursor.last}
        cursor = replace(cursor, files=kept)
    return cursor, notes


def _postponed(source: Source, name: str, seen: Signature) -> str:
    """Say why a file is not read now, "" if it is."""
    if seen.size == 0:
        return f"{name} is empty"
    if _age(source, seen) < _QUIET:
        with source.folder.opened(name) as file:
            if not is_closed(file, seen.size):
                return f"{name} may still be written: its last line has no end; it is read a minute after its last change"
    return ""


def _age(source: Source, seen: Signature) -> timedelta:
    return abs(source.now() - instant_of(seen.mtime_ns))  # a time in the future is as good as old


def _comparable(cursor: Cursor, name: str, version: Version) -> str:
    """Name the snapshot to compare with: the file's own, else, for exports with a date in their name, the latest."""
    for path in (name, cursor.last):
        before = cursor.files.get(path)
        if before is not None and before.layout == version.layout:
            return before.name
    return ""


def _batch(source: Source, table: Table, progress: Progress) -> Batch:
    place = Place(progress.offset, progress.line)
    snapshot = source.cache / f"{progress.known}.rows" if progress.known else None
    with (source.cache / f"{progress.version.content}.csv").open("rb") as copy, opened_snapshot(snapshot) as known:
        return batch(rows_of(table, copy, place), table.reader, known, place=place, page=source.page)


def _advanced(progress: Progress, found: Batch) -> Progress:
    return progress._replace(
        offset=found.place.offset,
        line=found.place.line,
        good=progress.good + len(found.hashes),
        bad=progress.bad + len(found.refused),
        seen=progress.seen + found.seen,
    )


def _is_hopeless(progress: Progress) -> bool:
    return progress.bad >= _BAD_ROWS and progress.bad > _BAD_SHARE * progress.seen


def _reproach(progress: Progress, found: Batch) -> str:
    first = "; ".join(f"{refused.problem.where}: {refused.problem.what}" for refused in found.refused[:3])
    return f"{progress.path}: {progress.bad} of {progress.seen} rows cannot be read, so it is not the rows. {first}"


def _finished(source: Source, cursor: Cursor, progress: Progress, log: Path) -> Cursor:
    write_snapshot(log, progress.good, source.cache / f"{progress.version.name}.rows")
    after = _delivered(cursor, progress.path, progress.version, progress.is_fresh)
    return replace(after, last=progress.path, progress=None)


def _delivered(cursor: Cursor, name: str, version: Version, is_fresh: bool) -> Cursor:
    remembered = version._replace(mtime_ns=0) if is_fresh else version
    return replace(cursor, files={**cursor.files, name: remembered})


def _is_pending(source: Source, cursor: Cursor) -> bool:
    """Tell whether another file seems to have something new."""
    for name in source.folder.names(source.settings.files):
        before = cursor.files.get(name)
        if name != cursor.last and (before is None or before[:3] != source.folder.signature(name)):
            return True
    return False
