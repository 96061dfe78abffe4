from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import respx
from sqlalchemy import Connection, func, select

from syncd.config import ConnectionConfig
from syncd.engine.access import shared_access
from syncd.engine.connectors import connector
from syncd.engine.site import Site
from syncd.spi import Budget, Client, Login, Misconfigured, Opening, Pass, SecretRef, Unavailable
from syncd.store import tokens
from syncd.store.database import Store, StoreUnavailable
from syncd.store.schema import budget
from syncd.testing import FakeConnector, NoClient
from syncd.transport import Limits, Timing
from tests.engine.build import Home

API = "https://api.example.com"


def connected(
    home: Home, login: Callable[[Login], Pass], *budgets: Budget, clients: list[Client] | None = None
) -> ConnectionConfig:
    """Return the connection crm, with a way out and this *login*; its clients are written into *clients*."""
    connection = home.site.config.connections["crm"]

    def opened(opening: Opening) -> FakeConnector:
        if clients is not None:
            clients.append(opening.client)
        return FakeConnector(home.crm)

    spec = replace(connection.spec, origins=lambda settings: (API,), login=login, budgets=lambda settings: budgets, open=opened)
    return replace(connection, spec=spec)


def kept(home: Home) -> Mapping[str, str]:
    with home.store.read() as tx:
        return tokens.kept(tx, "crm")


def rotating(login: Login) -> Pass:
    """A source that gives a new refresh token with each pass."""
    last = int(login.kept.get("refresh", "0"))
    return Pass(headers={"X-Pass": str(last + 1)}, kept={"refresh": str(last + 1)})


def test_what_a_login_keeps_is_given_to_the_next_in_another_process(home: Home) -> None:
    for _ in range(3):
        site = home.open()
        shared_access(site, connected(home, rotating)).passport.current(NoClient())

    assert kept(home) == {"refresh": "3"}


def test_a_login_changes_only_what_it_names(home: Home) -> None:
    given = iter([{"refresh": "1", "from": "a"}, {"refresh": "2"}, {}])
    for _ in range(3):
        connection = connected(home, lambda login: Pass(headers={}, kept=next(given)))
        shared_access(home.open(), connection).passport.current(NoClient())

    assert kept(home) == {"refresh": "2", "from": "a"}


def test_a_pass_outlives_the_opening_of_its_connector(home: Home, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(200)
    clients: list[Client] = []
    connection = connected(home, rotating, clients=clients)
    for _ in range(2):
        with connector(home.site, connection):
            clients[-1].request("GET", "/x")

    assert [call.request.headers["x-pass"] for call in route.calls] == ["1", "1"]


class Breaking(Store):
    """A store that cannot be written while it is ``broken``."""

    broken = False

    @contextmanager
    def write(self) -> Generator[Connection]:
        if self.broken:
            raise StoreUnavailable("store: disk full; nothing was saved, tried again later")
        with super().write() as tx:
            yield tx


def test_an_answer_is_waited_for_as_long_as_the_spec_says(home: Home) -> None:
    clients: list[Client] = []
    connection = connected(home, lambda login: Pass(headers={}), clients=clients)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        here = f"http://127.0.0.1:{silent.getsockname()[1]}"
        spec = replace(connection.spec, origins=lambda settings: (here,), patience=timedelta(milliseconds=50))
        with (
            connector(home.site, replace(connection, spec=spec)),
            pytest.raises(Unavailable, match="no whole answer in time"),
        ):
            clients[-1].request("POST", "/x")


def test_a_rotated_token_that_could_not_be_stored_is_stored_before_anything_else(home: Home) -> None:
    store = Breaking(home.store.engine, None)
    store.lock = home.store.lock  # type: ignore[method-assign]  # the locks of the real one
    site = replace(home.site, store=store)
    passport = shared_access(site, connected(home, rotating)).passport
    store.broken = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            passport.current(NoClient())
    store.broken = False

    assert passport.current(NoClient()).headers == {"X-Pass": "1"}
    assert kept(home) == {"refresh": "1"}


def test_a_secret_that_is_missing_is_said_so_without_its_value(home: Home) -> None:
    connection = connected(home, lambda login: Pass(headers={"X": login.resolve(SecretRef("env:SYNCD_TEST_NOT_SET"))}))
    with pytest.raises(Misconfigured, match=r"connections\.crm: env:SYNCD_TEST_NOT_SET gives nothing"):
        shared_access(home.site, connection).passport.current(NoClient())


def test_two_processes_do_not_log_in_at_once(home: Home) -> None:
    inside, go = threading.Event(), threading.Event()

    def slow(login: Login) -> Pass:
        inside.set()
        go.wait(5)
        return rotating(login)

    first = threading.Thread(target=shared_access(home.site, connected(home, slow)).passport.current, args=(NoClient(),))
    first.start()
    inside.wait(5)
    other = home.open()
    other.stop.set()  # does not wait
    with pytest.raises(Unavailable, match="login crm: another process is at it"):
        shared_access(other, connected(home, rotating)).passport.current(NoClient())
    go.set()
    first.join()

    assert kept(home) == {"refresh": "1"}


def test_the_file_of_the_store_is_for_its_owner_alone(home: Home, tmp_path: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("syncd.db*") if path.is_file()}
    assert set(modes.values()) <= {0o600}, modes


def asked(site: Site, connection: ConnectionConfig, calls: int) -> int:
    """Ask so often; return how often it was allowed. Each opening gives back what it reserved."""
    meters = shared_access(site, connection).meters
    done = 0
    timing = Timing(now=site.clock, clock=lambda: 0.0, sleep=lambda seconds: False, rng=site.rng)
    try:
        for _ in range(calls):
            meters.take("GET", "/x", Limits(), timing)
            done += 1
    except Unavailable:
        pass
    meters.rest()
    return done


def test_a_budget_of_a_day_survives_a_restart_and_has_room_again_a_day_later(home: Home) -> None:
    connection = connected(home, rotating, Budget(name="daily", calls=5, per=timedelta(days=1)))
    assert asked(home.open(), connection, 3) == 3
    assert asked(home.open(), connection, 3) == 2
    home.clock.advance(timedelta(hours=23))
    assert asked(home.open(), connection, 1) == 0
    home.clock.advance(timedelta(hours=1, minutes=15))
    assert asked(home.open(), connection, 6) == 5


def test_what_was_reserved_and_not_used_is_there_for_others(home: Home) -> None:
    connection = connected(home, rotating, Budget(name="daily", calls=3000, per=timedelta(days=1)))  # 3 at a time
    assert [asked(home.open(), connection, 1) for _ in range(4)] == [1] * 4
    with home.store.read() as tx:
        assert tx.scalar(select(func.sum(budget.c.calls))) == 4
