"""What a real `syncd run` says when its sources go and come, and what it never says."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import func, select

from syncd.store import schema
from syncd.store.database import connect
from tests.e2e import firm, mischief
from tests.e2e.conftest import TOKEN
from tests.e2e.forks import Forks
from tests.e2e.program import running, until


def test_a_file_that_goes_is_logged_lost_once_and_back_once(tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    accounts = home / "files" / "accounts.csv"
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("changes.pushed")
        accounts.rename(tmp_path / "away.csv")
        daemon.until_event("source.lost")
        until(lambda: _runs(home, "unavailable") >= 2, "two tries in vain")
        (tmp_path / "away.csv").rename(accounts)
        daemon.until_event("source.back")
        done = _runs(home, "complete")
        until(lambda: _runs(home, "complete") > done, "another run")
        assert daemon.stop()[0] == 0

    lost, back = daemon.events("source.lost"), daemon.events("source.back")
    assert [(one.keys["loop"], one.keys["error"], one.keys["what"], one.keys["next"]) for one in lost] == [
        ("pull crm", "Unavailable", "accounts.csv or its folder is missing", "tried again with growing pauses")
    ]
    assert [one.keys["loop"] for one in back] == ["pull crm"]


def test_a_refused_access_is_logged_once_with_what_comes_next(tmp_path: Path, plugin: Mapping[str, str]) -> None:
    home = mischief.found(tmp_path / "home")
    mischief.behave(home, "unauthorized")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        lost = daemon.until_event("source.lost")
        assert daemon.stop()[0] == 0

    assert [(one.keys["error"], one.keys["what"]) for one in lost] == [
        ("Unauthorized", "mischief: the token was refused; renew env:MISCHIEF_TOKEN")
    ]
    assert "waits for an admin" in str(lost[0].keys["next"])


def test_a_lost_source_that_then_refuses_access_says_so(tmp_path: Path, plugin: Mapping[str, str]) -> None:
    home = mischief.found(tmp_path / "home")
    mischief.behave(home, "unavailable")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        daemon.until_event("source.lost")
        mischief.behave(home, "unauthorized")
        until(lambda: "Unauthorized" in {one.keys["error"] for one in daemon.events("source.lost")}, "the other refusal")
        assert daemon.stop()[0] == 0


def test_a_log_is_lines_of_json_without_anybody_s_data(tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    with running(tmp_path / "log", "--config", home, "run", "-v") as daemon:
        daemon.until_event("changes.pushed")
        firm.moved_on(home, now)
        daemon.until_event("changes.pushed", times=2)
        broken = [f"{number},broken{number}@canary.example,fair,no date for Ana" for number in range(30)]
        (home / "files" / "signups.csv").write_text("\n".join(["id,email,source,changed", *broken, ""]))
        lost = daemon.until_event("source.lost")[0]
        assert daemon.stop()[0] == 0

    assert lost.keys["error"] == "BadAnswer"
    assert daemon.out() == ""
    for line in daemon.err().splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
    personal = "@alder @birch @cedar @gmail @canary 910000001 Ana Ben Carla Dora Hugo stranger nobody".split()
    assert [word for word in personal if word in daemon.err()] == []


def test_a_connector_s_bug_is_logged_without_anybody_s_data(tmp_path: Path, plugin: Mapping[str, str]) -> None:
    home = mischief.found(tmp_path / "home")
    mischief.behave(home, "bug")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        parked = daemon.until_event("loop.parked")[0]
        assert daemon.stop()[0] == 0

    assert parked.keys["loop"] == "pull crm"
    assert "KeyError" in daemon.err()
    assert mischief.CANARY not in daemon.err()


@pytest.fixture
def echo() -> Generator[str]:
    """The address of a vendor that answers 401 and repeats the request's token in headers and body."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = self.headers["Authorization"]
            self.send_response(401)
            self.send_header("WWW-Authenticate", said)
            self.end_headers()
            self.wfile.write(f"who is {said}, asks person0@canary.example".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_token_is_nowhere_in_logs_messages_and_the_store(
    forks: Forks, tmp_path: Path, plugin: Mapping[str, str], echo: str
) -> None:
    home = mischief.found(tmp_path / "home", f'{{url: "{echo}"}}')
    with running(tmp_path / "log", "--config", home, "-v", "run", env=plugin) as daemon:
        daemon.until_event("source.lost")
        assert daemon.stop()[0] == 0
    commands = [("sync",), ("sync", "-v", "-o", "json"), ("check",), ("status",), ("why", "person0@canary.example")]
    said = [forks.run(home, *command) for command in commands]

    assert [one.code for one in said[:2]] == [5, 5]
    for text in [daemon.err(), *(one.out + one.err for one in said)]:
        assert TOKEN not in text
        assert "canary.example" not in text.replace("nobody is known as 'person0@canary.example'", "")
    for path in home.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path


def _runs(home: Path, outcome: str) -> int:
    """Count the runs of the first connection that ended so."""
    store = connect("sqlite:///syncd.db", home=home)
    try:
        with store.read() as tx:
            wanted = (schema.run.c.connection_id == 1) & (schema.run.c.outcome == outcome)
            return tx.scalar(select(func.count()).select_from(schema.run).where(wanted)) or 0
    finally:
        store.close()
