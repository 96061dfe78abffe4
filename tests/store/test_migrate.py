"""Migrations: from nothing, from older, and the same tables as the code believes in."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import text

import syncd.store
from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from syncd.store.schema import HEAD, metadata


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(syncd.store.__file__).parent / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_build_exactly_the_tables_the_code_names(store: Store) -> None:
    with store.write() as tx:
        differences = compare_metadata(MigrationContext.configure(tx), metadata)

    assert differences == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    migrate(store)
    migrate(store)


def test_two_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    stores = [connect(f"sqlite:///{tmp_path}/new.db", home=tmp_path) for _ in range(2)]

    for store in stores:
        migrate(store)
    for store in stores:
        store.close()


def test_relative_stores_start_from_the_configuration(tmp_path: Path, open_store: Callable[[str], Store]) -> None:
    open_store("sqlite:///data/syncd.db")

    assert (tmp_path / "data" / "syncd.db").is_file()


def test_the_copy_of_an_older_store_is_private_before_anything_is_in_it(
    tmp_path: Path, open_store: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, modes = open_store(f"sqlite:///{tmp_path}/syncd.db"), list[str]()
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    open_file = sqlite3.connect

    def opened(path: Path) -> sqlite3.Connection:
        modes.append(f"{path.name} {stat.S_IMODE(path.stat().st_mode):o}" if path.exists() else f"{path.name} missing")
        return open_file(path)

    monkeypatch.setattr(sqlite3, "connect", opened)

    with pytest.raises(CommandError, match="0000"):  # nobody knows that schema
        migrate(store)

    assert modes == ["syncd.db 600", "syncd.db.schema-0000 600"]
