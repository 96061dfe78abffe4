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

__all__ = ["Absence", "Known"]

_TABLE = """CREATE TABLE IF NOT EXISTS known (
    stream TEXT, id INTEGER, at INTEGER, absent INTEGER DEFAULT 0, PRIMARY KEY (stream, id)) WITHOUT ROWID"""
_LARGEST = 2**63 - 1


class Absence(NamedTuple):
    """How many of the records a stream had are missing."""

    missing: int
    known: int


class Known:
    """Identifiers with the instants of their versions, in milliseconds. ``absent`` is the walk that first missed one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, stream: str, seen: Mapping[str, int]) -> None:
        """Note that the records *seen* exist, with the instants of their versions."""
        rows = [(stream, int(name), at) for name, at in seen.items() if _is_number(name)]
        with self._open() as db:
            db.executemany("INSERT OR REPLACE INTO known (stream, id, at, absent) VALUES (?, ?, ?, 0)", rows)

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

    def miss(self, stream: str, seen: Iterable[str], *, since: str, until: str, walk: int) -> None:
        """Mark as absent from *walk* what is known from the identifier *since* on, up to *until*, and is not among *seen*."""
        here = {int(name) for name in seen if _is_number(name)}
        low, high = (int(since) if _is_number(since) else 0), (int(until) if _is_number(until) else _LARGEST)
        with self._open() as db:
            rows = db.execute(
                "SELECT id FROM known WHERE stream = ? AND id >= ? AND id < ? AND absent = 0", (stream, low, high)
            ).fetchall()
            gone = [(walk, stream, number) for (number,) in rows if number not in here]
            db.executemany("UPDATE known SET absent = ? WHERE stream = ? AND id = ?", gone)

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

    def _connected(self) -> sqlite3.Connection:
        try:
            return _opened(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)
            return _opened(self._path)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_TABLE)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 19
