"""Webhooks over HTTP: what strangers are told, and that a hint is kept before it is answered."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import httpx
import pytest
from structlog.testing import capture_logs

from syncd.engine.hints import Call
from syncd.spi import Misconfigured, Unauthorized
from syncd.store.database import StoreUnavailable
from syncd.web.hooks import LARGEST, HookServer, app


class Door:
    """Keeps the calls, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[Call] = []
        self.error = error

    def __call__(self, call: Call) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(call)


def ask(
    door: Door,
    path: str = "/hooks/crm",
    *,
    method: str = "POST",
    content: bytes | AsyncIterator[bytes] = b"{}",
    url: str | None = None,
) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app({"crm": door}, url=url))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:8400") as client:
            return await client.request(method, path, content=content, headers={"X-Sig": "s"})

    return asyncio.run(asked())


def test_a_webhook_is_handed_over_with_all_that_its_signature_covers() -> None:
    reply = ask(door := Door(), "/hooks/crm?a=%7E1&b", content=b'{"id": 1}')
    (call,) = door.calls

    assert (reply.status_code, reply.content) == (200, b"")
    assert (call.method, call.url, call.body) == ("POST", "http://inside:8400/hooks/crm?a=%7E1&b", b'{"id": 1}')
    assert call.headers["x-sig"] == "s"


def test_behind_another_server_the_address_is_the_one_that_sources_know() -> None:
    ask(door := Door(), url="https://syncd.example.com")

    assert door.calls[0].url == "https://syncd.example.com/hooks/crm"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        pytest.param("/hooks/other", "POST", 404, id="unknown connection"),
        pytest.param("/hooks/", "POST", 404, id="no connection"),
        pytest.param("/", "POST", 404, id="elsewhere"),
        pytest.param("/hooks/crm", "GET", 405, id="other method"),
    ],
)
def test_only_the_webhooks_of_known_connections_are_heard(path: str, method: str, status: int) -> None:
    reply = ask(door := Door(), path, method=method)

    assert (reply.status_code, door.calls) == (status, [])


@pytest.mark.parametrize(
    ("error", "status", "event"),
    [
        pytest.param(Unauthorized("the signature is wrong"), 401, "hook.refused", id="bad signature"),
        pytest.param(Misconfigured("env:X gives nothing"), 503, "hook.failed", id="secret missing"),
        pytest.param(StoreUnavailable("store: disk full"), 503, "hook.failed", id="not kept"),
    ],
)
def test_what_was_not_kept_is_not_confirmed_and_strangers_are_not_told_why(error: Exception, status: int, event: str) -> None:
    with capture_logs() as events:
        reply = ask(Door(error))

    assert (reply.status_code, reply.content, events[0]["event"]) == (status, b"", event)


def test_a_bug_in_a_door_is_logged_and_the_source_tries_again() -> None:
    with capture_logs() as logs:
        reply = ask(Door(KeyError("ann@firm.example")))

    assert (reply.status_code, reply.content) == (500, b"")
    assert [(one["event"], one["connection"], one["exc_info"]) for one in logs] == [("hook.broken", "crm", True)]
    assert "ann@" not in str(logs)


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * LARGEST:
            sent += 2**16
            yield bytes(2**16)

    assert ask(door := Door(), content=bytes(LARGEST)).status_code == 200
    assert ask(door, content=endless()).status_code == 413
    assert len(door.calls) == 1
    assert sent < 2 * LARGEST


@contextmanager
def served(door: Door) -> Generator[int]:
    server = HookServer(app({"crm": door}, url=None), "127.0.0.1:0")
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.port
    finally:
        server.stop()
        thread.join(5)
        assert not thread.is_alive()


def test_it_listens_and_ends_when_it_is_told() -> None:
    with served(door := Door()) as port:
        reply = httpx.post(f"http://127.0.0.1:{port}/hooks/crm", content=b"{}", trust_env=False)

    assert (reply.status_code, len(door.calls)) == (200, 1)
    assert "server" not in reply.headers


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        HookServer(app({}, url=None), f"127.0.0.1:{taken.getsockname()[1]}")
