"""A store that can die at any commit and be opened again, and is fast because its engine's compiled statements stay.

A store of its own is the file; the `Store` object, its connections and everything in memory are dropped with every death.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from sqlalchemy import Connection, event

from syncd.store.database import Store, connect
from syncd.store.migrate import migrate

Moment: TypeAlias = Literal["before", "after"]


class Killed(BaseException):
    """The process died here. Not an Exception: nothing in syncd may catch it."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Killer:
    """Ends the process at a commit: at the one that is ``commits`` away, before or after it takes effect."""

    commits: int = 0
    moment: Moment = "before"
    seen: int = 0

    def arm(self, commits: int, moment: Moment) -> None:
        self.commits, self.moment = commits, moment

    def __call__(self, connection: Connection) -> None:
        """Hear of a commit that is about to be made."""
        self.seen += 1
        if not self.commits:
            return
        self.commits -= 1
        if self.commits:
            return
        if self.moment == "after":
            connection.connection.commit()
        raise Killed


@dataclass(slots=True, kw_only=True)
class Bench:
    """A place for one store. `fresh` empties it, `opened` opens what is there as a new process would."""

    folder: Path
    killer: Killer = field(default_factory=Killer)
    _template: bytes = b""
    _store: Store | None = None

    @property
    def file(self) -> Path:
        return self.folder / "syncd.db"

    def fresh(self) -> Store:
        """Return an empty, migrated store."""
        if self._store is None:
            self._store = connect(f"sqlite:///{self.file}", home=self.folder)
            migrate(self._store)
            self._store.close()
            self._template = self.file.read_bytes()
            event.listen(self._store.engine, "commit", self.killer)
        self._store.close()
        for name in ("syncd.db-wal", "syncd.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        self.file.write_bytes(self._template)
        self.killer.arm(0, "before")
        return self.opened()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def opened(self) -> Store:
        """Return the store as a new process finds it: no connection, no lock and no memory is left of the last one."""
        assert self._store is not None
        self._store.close()
        return Store(self._store.engine, self.folder / "syncd.db.locks")


@contextmanager
def one_bench() -> Generator[Bench]:
    """Make a bench in memory where there is such a place, else on disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        made = Bench(folder=Path(folder))
        yield made
        made.close()
