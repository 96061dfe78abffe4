"""Opening the store, its transactions and its locks: the only place that begins or ends one.

SQLite: write-ahead log, ``synchronous=FULL``, one writer at a time, ``BEGIN IMMEDIATE`` (a deferred transaction that reads
and then writes loses updates without an error). PostgreSQL: the same discipline by one advisory lock per transaction, so
that two pulls never create one person twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import IO

from sqlalchemy import URL, Connection, create_engine, event, exc, func, make_url, select
from sqlalchemy.engine import Engine

_WRITER_LOCK = 0x73796E63  # "sync": the advisory lock that makes one writer at a time on PostgreSQL


class StoreError(Exception):
    """The store cannot be used."""


class StoreTooNew(StoreError):
    """The store was written by a newer syncd."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or written just now."""


class Busy(StoreError):
    """Another run holds the lock."""


class _Held(local):
    """The connections that hold the locks of this thread."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []


class Store:
    """An open store. `close` it."""

    def __init__(self, engine: Engine, lock_folder: Path | None) -> None:
        self.engine = engine
        self._lock_folder = lock_folder
        self._one_writer = Lock()
        self._held = _Held()

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Run one transaction that may write: all of it is kept, or nothing, as when a lock of this thread was lost."""
        with self._one_writer, _reachable(self.engine.url), self.engine.connect() as connection:
            connection.execution_options(syncd_writes=True)
            with connection.begin():
                if self.engine.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
                yield connection
                self._check_locks()

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Run one transaction that only reads, on a snapshot."""
        with _reachable(self.engine.url), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def lock(self, name: str) -> Generator[None]:
        """Hold the lock *name* against other processes; it ends with the process. Raises: Busy.

        PostgreSQL may end it sooner, with the session that holds it: this thread then writes nothing more under it.
        """
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=7).digest())
        if self._lock_folder is not None:
            with _locked_file(self._lock_folder / f"{key:014x}.lock", name):
                yield
            return
        with _reachable(self.engine.url), self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # or many locks would leave no connection to the transactions
            if not connection.scalar(select(func.pg_try_advisory_lock(key))):
                raise Busy(f"another run holds the lock {name!r}; wait until it has finished, or stop it")
            self._held.connections.append(connection)
            try:
                yield
            finally:
                self._held.connections.remove(connection)
                _unlock(connection, key)

    def _check_locks(self) -> None:
        for connection in self._held.connections:
            if connection.invalidated:
                raise StoreUnavailable(
                    f"store: {_place(self.engine.url)}: a lock was lost; nothing was saved, tried again later"
                )
            connection.execute(select(1))

    def close(self) -> None:
        self.engine.dispose()


def _unlock(connection: Connection, key: int) -> None:
    if connection.invalidated:
        return
    try:
        connection.execute(select(func.pg_advisory_unlock(key)))
    except exc.OperationalError:
        connection.invalidate()  # the lock ends with its connection


_UNDEFINED = ("42P01", "42703")
"""PostgreSQL's codes for a table and for a column that are not there."""

_READ_ONLY = "25006"
"""PostgreSQL's code for a write to a standby, or to whatever else takes none for now."""

_LATER = "store: {}: {}; nothing was saved, tried again later"
_OTHER_SCHEMA = "store: {}: is not of the schema it says ({}); restore a backup, or name another store and sync anew"


@contextmanager
def _reachable(url: URL) -> Generator[None]:
    """Name a database that is gone, full, busy, locked, broken, or without a table that its schema has."""
    try:
        yield
    except exc.TimeoutError:
        raise StoreUnavailable(_LATER.format(_place(url), "all its connections are taken")) from None
    except exc.OperationalError as error:
        if str(error.orig).startswith(("no such table", "no such column")):
            raise StoreError(_OTHER_SCHEMA.format(_place(url), _first_line(error.orig))) from None
        raise StoreUnavailable(_LATER.format(_place(url), _reason(error))) from None
    except exc.DatabaseError as error:
        code = getattr(error.orig, "sqlstate", None)
        if code == _READ_ONLY:
            raise StoreUnavailable(_LATER.format(_place(url), _reason(error))) from None
        if code in _UNDEFINED:
            raise StoreError(_OTHER_SCHEMA.format(_place(url), _first_line(error.orig))) from None
        if type(error.orig) is not sqlite3.DatabaseError:
            raise
        raise StoreError(f"store: {_place(url)}: {error.orig}; name another file, or restore a backup") from None


def _place(url: URL) -> str:
    return f"{url.host}:{url.port or 5432}/{url.database}" if url.host else str(url.database)


def _reason(error: exc.DatabaseError) -> str:
    """Return what the database said; not if it may quote a statement and its values."""
    if error.statement is None or isinstance(error.orig, sqlite3.OperationalError):
        return _first_line(error.orig)
    return type(error.orig).__name__


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]


def connect(url: str, *, home: Path) -> Store:
    """Connect to the store at *url*; relative SQLite paths start from *home*. Raises: StoreError."""
    try:
        address = make_url(url)
    except exc.ArgumentError as error:
        raise StoreError("store: not a database URL; write sqlite:///syncd.db or postgresql+psycopg://…") from error
    if address.get_backend_name() == "sqlite":
        return _connect_sqlite(address, home)
    if address.drivername == "postgresql+psycopg":
        return Store(create_engine(address, pool_pre_ping=True, pool_size=8, hide_parameters=True), None)
    raise StoreError(f"store: {address.drivername!r} is not supported; write sqlite:///… or postgresql+psycopg://…")


def _connect_sqlite(address: URL, home: Path) -> Store:
    if not address.database:
        raise StoreError("store: a SQLite store needs a file; write sqlite:///syncd.db")
    path = home / address.database
    locks = path.with_name(path.name + ".locks")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        locks.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"store: {path}: {error.strerror}; name a file in a folder that syncd may write to") from error
    file = address.set(database=str(path))
    engine = create_engine(file, connect_args={"timeout": 30.0, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Store(engine, locks)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the "begin" event begins; the driver's own deferred BEGIN would lose updates
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cache_size=-32768",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("syncd_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _locked_file(path: Path, name: str) -> Generator[IO[str]]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another run holds the lock {name!r}; wait until it has finished, or stop it") from None
        yield file
