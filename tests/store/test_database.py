"""Opening stores, their transactions and locks, on both kinds."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from syncd.store import streams
from syncd.store.database import Busy, Store, StoreError, StoreTooNew, StoreUnavailable, connect
from syncd.store.migrate import migrate
from syncd.store.schema import HEAD, mark


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(RuntimeError, match="stop"), store.write() as tx:
        streams.remember(tx, "one", "1")
        raise RuntimeError("stop")

    with store.read() as tx:
        assert streams.remembered(tx, "one") is None


def test_concurrent_read_modify_writes_lose_nothing(store: Store) -> None:
    with store.write() as tx:
        streams.remember(tx, "count", "0")

    def add() -> None:
        for _ in range(20):
            with store.write() as tx:
                streams.remember(tx, "count", str(int(streams.remembered(tx, "count") or 0) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as tx:
        assert streams.remembered(tx, "count") == "80"


def test_a_lock_is_held_by_one_and_ends_with_its_holder(store_url: str, open_store: Callable[[str], Store]) -> None:
    one, other = open_store(store_url), open_store(store_url)

    with one.lock("connection crm"):
        with pytest.raises(Busy, match="another run holds the lock 'connection crm'"), other.lock("connection crm"):
            raise AssertionError("locked twice")
        with other.lock("connection shop"):
            pass
    with other.lock("connection crm"):
        pass


def test_a_lock_that_is_lost_lets_its_holder_keep_nothing_more(store: Store) -> None:
    """PostgreSQL ends the session that holds it, and somebody else may have it by now. A file stays locked."""
    if store.engine.dialect.name != "postgresql":
        pytest.skip("a lock of SQLite ends with its process alone")
    with store.lock("connection crm"):
        with store.write() as tx:
            streams.remember(tx, "one", "1")
        with store.engine.connect() as admin:
            lost = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            admin.execute(text(lost))
        for _ in range(2):
            with pytest.raises(StoreUnavailable), store.write() as tx:
                streams.remember(tx, "one", "2")

    with store.lock("connection crm"), store.write() as tx:
        assert streams.remembered(tx, "one") == "1"
        streams.remember(tx, "one", "3")


def test_a_reading_sees_nothing_that_is_written_meanwhile(store: Store) -> None:
    with store.read() as tx:
        assert streams.remembered(tx, "one") is None
        with store.write() as other:
            streams.remember(other, "one", "1")
        assert streams.remembered(tx, "one") is None
    with store.read() as tx:
        assert streams.remembered(tx, "one") == "1"


def test_a_store_of_a_newer_syncd_is_refused_and_left_alone(store_url: str, open_store: Callable[[str], Store]) -> None:
    store = open_store(store_url)
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreTooNew) as caught:
        migrate(store)

    assert str(caught.value) == (
        f"store: written by a newer syncd (schema 9999, this one knows up to {HEAD}); "
        "install that version, or restore a backup made before"
    )
    with store.read() as tx:
        assert tx.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("nonsense", "store: not a database URL; write sqlite:///syncd.db or postgresql+psycopg://…", id="no URL"),
        pytest.param("mysql://x/y", "store: 'mysql' is not supported; write sqlite:///… or postgresql+psycopg://…", id="MySQL"),
        pytest.param("sqlite://", "store: a SQLite store needs a file; write sqlite:///syncd.db", id="in memory"),
    ],
)
def test_a_store_that_cannot_be_is_refused_with_the_remedy(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(StoreError) as caught:
        connect(url, home=tmp_path)

    assert str(caught.value) == message


def test_a_database_that_cannot_be_reached_is_unavailable_without_quoting_anything(tmp_path: Path) -> None:
    store = connect("postgresql+psycopg://me@127.0.0.1:1/nothing", home=tmp_path)

    with pytest.raises(StoreUnavailable) as caught, store.read():
        pass

    assert str(caught.value).startswith("store: 127.0.0.1:1/nothing: ")
    assert str(caught.value).endswith("Connection refused; nothing was saved, tried again later")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "syncd.yaml").write_text("no database" * 100)

    with pytest.raises(StoreError) as caught:
        migrate(connect("sqlite:///syncd.yaml", home=tmp_path))

    path = tmp_path / "syncd.yaml"
    assert str(caught.value) == f"store: {path}: file is not a database; name another file, or restore a backup"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"store: .*: Not a directory; name a file in a folder that syncd may write to"):
        connect("sqlite:///file/below/syncd.db", home=tmp_path)


def test_sqlite_is_durable_and_private(tmp_path: Path, open_store: Callable[[str], Store]) -> None:
    store = open_store(f"sqlite:///{tmp_path}/deep/syncd.db")

    with store.write() as tx:
        assert tx.scalar(text("PRAGMA journal_mode")) == "wal"
        assert tx.scalar(text("PRAGMA synchronous")) == 2
        assert tx.scalar(text("PRAGMA foreign_keys")) == 1
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").glob("syncd.db*") if path.is_file()}
    assert set(modes.values()) == {0o600}
    assert {"syncd.db", "syncd.db-wal", "syncd.db-shm"} <= set(modes)


@pytest.mark.parametrize(
    "asked",
    [pytest.param("SELECT 1 FROM agreement_versions", id="a table"), pytest.param("SELECT meaning FROM mark", id="a column")],
)
def test_a_store_without_what_its_schema_has_is_named_with_the_remedy(store: Store, asked: str) -> None:
    """Trying again would not help. Before the first release the first schema changed under its number."""
    with pytest.raises(StoreError, match="restore a backup, or name another store and sync anew") as caught, store.read() as tx:
        tx.execute(text(asked))

    assert not isinstance(caught.value, StoreUnavailable)


def test_a_bug_in_a_statement_does_not_quote_the_values_in_it(store: Store) -> None:
    with pytest.raises(IntegrityError) as caught, store.write() as tx:
        for _ in range(2):
            tx.execute(mark.insert().values(name="one", value="ann@firm.example"))

    assert "ann@firm.example" not in str(caught.value)


def test_many_locks_leave_connections_to_the_transactions(store: Store) -> None:
    with ExitStack() as held:
        for number in range(20):  # more than the pool has connections
            held.enter_context(store.lock(f"connection {number}"))
        with store.write() as tx:
            streams.remember(tx, "one", "1")


# ---------------------------------------------------------------- PostgreSQL alone


def test_a_database_that_only_reads_for_now_is_unavailable(postgres_tables: str, tmp_path: Path) -> None:
    """As a standby does, and the old primary while a failover goes on."""
    url = _url(postgres_tables, options="-c default_transaction_read_only=on")

    with closing(connect(url, home=tmp_path)) as store, pytest.raises(StoreUnavailable) as caught, store.write() as tx:
        streams.remember(tx, "one", "1")

    assert str(caught.value).endswith("syncd: ReadOnlySqlTransaction; nothing was saved, tried again later")


def test_a_store_whose_connections_are_all_taken_is_unavailable(postgres_tables: str) -> None:
    engine = create_engine(_url(postgres_tables), pool_size=1, max_overflow=0, pool_timeout=0)

    with closing(Store(engine, None)) as store, store.read(), pytest.raises(StoreUnavailable) as caught, store.read():
        pass

    assert str(caught.value).endswith("syncd: all its connections are taken; nothing was saved, tried again later")


def _url(uri: str, **options: str) -> str:
    url = make_url(uri).set(drivername="postgresql+psycopg").update_query_dict(options)
    return url.render_as_string(hide_password=False)
