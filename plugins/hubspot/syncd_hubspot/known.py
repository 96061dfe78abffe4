"""The identifiers a stream was seen to have, so that what vanished without a trace is noticed.

A record purged for privacy, or a deleted e-mail, is in no list: only that it is missing tells. The file lies in the cache;
should it vanish, the next walk begins it anew, and a purge that fell in between is noticed only by HubSpot's webhook.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from syncd.spi import Unavailable

__all__ = ["Absence", "Known", "Stretch"]

_TABLE = """CREATE TABLE IF NOT EXISTS known (
    stream TEXT, id INTEGER, at INTEGER, absent INTEGER DEFAULT 0, PRIMARY KEY (stream, id)) WITHOUT ROWID"""
_LARGEST = 2**63 - 1


class Absence(NamedTuple):
    """How many of the records a stream had are missing."""

    missing: int
    known: int


class Stretch(NamedTuple):
    """The identifiers from *since* on up to *until*, without it; "" is no end."""

    since: str
    until: str


class Known:
    """Identifiers with the instants of their versions, in milliseconds. ``absent`` is the walk that first missed one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, stream: str, seen: Mapping[str, int]) -> None:
        """Note that the records *seen* exist, with the instants of their versions."""
        with self._open() as db:
            _note(db, stream, seen)

    def passed(self, stream: str, seen: Mapping[str, int], *, odd: Iterable[str], stretch: Stretch, walk: int) -> None:
        """Note what a walk has *seen* on a stretch of identifiers, and mark as absent what else was known there.

        Rows that are *odd* are there as well, whatever is wrong with them.
        """
        low = int(stretch.since) if _is_number(stretch.since) else 0
        high = int(stretch.until) if _is_number(stretch.until) else _LARGEST
        here = {int(name) for name in (*seen, *odd) if _is_number(name)}
        known = "SELECT id FROM known WHERE stream = ? AND id >= ? AND id < ? AND absent = 0"
        with self._open() as db:
            rows = db.execute(known, (stream, low, high)).fetchall()
            gone = [(walk, stream, number) for (number,) in rows if number not in here]
            db.executemany("UPDATE known SET absent = ? WHERE stream = ? AND id = ?", gone)
            _note(db, stream, seen)

    def forget(self, stream: str, ids: Iterable[str]) -> None:
        """Note that the host was told that *ids* are no more."""
        rows = [(stream, int(name)) for name in ids if _is_number(name)]
        with self._open() as db:
            db.executemany("DELETE FROM known WHERE stream = ? AND id = ?", rows)

    def version(self, stream: str, external_id: str) -> int | None:
        """Return the instant of the last version that was seen."""
        if not _is_number(external_id):
            return None
        with self._open() as db:
            row = db.execute("SELECT at FROM known WHERE stream = ? AND id = ?", (stream, int(external_id))).fetchone()
        return row[0] if row else None

    def absence(self, stream: str, walk: int) -> Absence:
        """Return how many records are absent from *walk*, of how many that were known before."""
        with self._open() as db:
            count = "SELECT COUNT(*) FROM known WHERE stream = ? AND absent IN (?, ?)"
            (missing,) = db.execute(count, (stream, walk, walk)).fetchone()
            (known,) = db.execute(count, (stream, 0, walk)).fetchone()
        return Absence(missing, known)

    def absent(self, stream: str, walk: int, *, behind: str, limit: int) -> Sequence[str]:
        """Return identifiers behind *behind* that are absent from *walk*, in ascending order."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id FROM known WHERE stream = ? AND absent = ? AND id > ? ORDER BY id LIMIT ?",
                (stream, walk, int(behind or "0"), limit),
            ).fetchall()
        return [str(number) for (number,) in rows]

    def acquit(self, stream: str, walk: int) -> None:
        """Take what is absent from *walk* for present after all, so that the next walk looks for it again."""
        with self._open() as db:
            db.execute("UPDATE known SET absent = 0 WHERE stream = ? AND absent = ?", (stream, walk))

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """Open the file for one transaction; one that is damaged is as good as lost. Raises: Unavailable."""
        try:
            with closing(self._connected()) as db, db:
                yield db
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"{self._path.name} in the cache cannot be used: is the disk full, or the folder gone?"
            ) from error
        except sqlite3.DatabaseError as error:  # a page behind the first, which opening does not look at
            self._path.unlink(missing_ok=True)
            raise Unavailable(f"{self._path.name} in the cache was damaged and is begun anew; tried again") from error

    def _connected(self) -> sqlite3.Connection:
        try:
            return _opened(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
            return _opened(self._path)


def _note(db: sqlite3.Connection, stream: str, seen: Mapping[str, int]) -> None:
    rows = [(stream, int(name), at) for name, at in seen.items() if _is_number(name)]
    db.executemany("INSERT OR REPLACE INTO known (stream, id, at, absent) VALUES (?, ?, ?, 0)", rows)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA synchronous = OFF")  # a file that breaks is made anew, so that it may as well be fast
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute(_TABLE)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 19
