"""Bringing a store to the schema this syncd speaks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from syncd.store.database import Store, StoreTooNew
from syncd.store.schema import HEAD


def migrate(store: Store) -> None:
    """Create the tables, or bring an older store up to date in one transaction; a SQLite file is copied aside first.

    Raises: StoreTooNew, and leaves the store as it is.
    """
    with store.read() as connection:
        if _revision(connection) == HEAD:
            return
    with store.write() as connection:
        revision = _revision(connection)
        if revision == HEAD:
            return
        if revision is not None and revision > HEAD:
            raise StoreTooNew(
                f"store: written by a newer syncd (schema {revision}, this one knows up to {HEAD}); "
                "install that version, or restore a backup made before"
            )
        if revision is not None:
            _copy_aside(store, revision)
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> None:
    # Imported here because it takes a third of a second and is needed only when there is something to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _copy_aside(store: Store, revision: str) -> None:
    """Copy a SQLite file; PostgreSQL has its own backups and rolls a failed migration back."""
    if store.engine.dialect.name != "sqlite" or store.engine.url.database is None:
        return
    path = Path(store.engine.url.database)
    target = path.with_name(f"{path.name}.schema-{revision}")
    target.touch(mode=0o600)
    target.chmod(0o600)  # of an earlier try
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
