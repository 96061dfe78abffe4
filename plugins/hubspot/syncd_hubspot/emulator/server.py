"""Serves the emulator over HTTP on the loopback address: in this process for `syncd emulate`, in a thread for a test.

It stands on httptools' parser and asyncio alone: a web server that keeps the protocol could not lose an answer, cut one
short or let it drip. Requests of a connection are answered in turn.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread

import httptools

from syncd_hubspot.emulator.faults import Outcome
from syncd_hubspot.emulator.service import Request
from syncd_hubspot.emulator.wire import Answer

HOST = "127.0.0.1"
DRIP_S = 0.5
LARGEST = 64 << 20
_REASONS = {int(status): status.phrase for status in HTTPStatus}
_PATIENCE_S = 30
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

Respond = Callable[[Request], Outcome]


class Connection(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, respond: Respond, clients: set[Connection]) -> None:
        self._respond = respond
        self._clients = clients
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Request, bool]] = []
        self._is_busy = False
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a new connection."""
        assert isinstance(transport, asyncio.Transport)
        taken = transport.get_extra_info("socket")
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio forgets it on a socket that it did not make
        self._transport = transport
        self._clients.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._clients.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Read on; what is no HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._transport is not None:
                self._transport.write(_BAD_REQUEST)
                self._transport.close()
            return
        self._go_on()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Ask for the body of a client that waits to be asked."""
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body += body
        if len(self._body) > LARGEST:
            raise ValueError("the request is too large")

    def on_message_complete(self) -> None:
        """Keep the request until those before it are answered."""
        path, _, query = self._url.decode("latin-1").partition("?")
        request = Request(
            method=self._parser.get_method().decode("ascii"),
            path=path,
            query=query.partition("#")[0],
            headers=self._headers,
            body=bytes(self._body),
        )
        self._waiting.append((request, self._parser.should_keep_alive()))
        self._begin()

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _go_on(self) -> None:
        while self._waiting and not self._is_busy and self._transport is not None:
            request, keeps = self._waiting.pop(0)
            outcome = self._respond(request)
            self._is_busy = True
            if outcome.delay_s:
                self._loop.call_later(outcome.delay_s, self._send, request.method, outcome, keeps)
            else:
                self._send(request.method, outcome, keeps)

    def _send(self, method: str, outcome: Outcome, keeps: bool) -> None:
        self._is_busy = False
        if self._transport is None:
            return
        if outcome.lost:
            self._transport.abort()
            return
        body = b"" if method == "HEAD" else outcome.answer.body
        head = _head(outcome.answer, keeps=keeps and outcome.cut is None)
        if outcome.drips:
            self._is_busy = True
            self._transport.write(head)
            self._drip(body, keeps)
            return
        self._transport.write(head + (body if outcome.cut is None else body[: outcome.cut]))
        if outcome.cut is not None or not keeps:
            self._transport.close()
        else:
            self._loop.call_soon(self._go_on)

    def _drip(self, body: bytes, keeps: bool) -> None:
        """Send a byte now and then."""
        if self._transport is None:
            return
        self._transport.write(body[:1])
        if len(body) > 1:
            self._loop.call_later(DRIP_S, self._drip, body[1:], keeps)
        else:
            self._is_busy = False
            self._go_on()


def _head(answer: Answer, *, keeps: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, '')}"]
    if answer.status != HTTPStatus.NO_CONTENT:
        lines += [f"content-type: {answer.media}", f"content-length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [] if keeps else ["connection: close"]
    return "\r\n".join((*lines, "\r\n")).encode("latin-1")


def listen(port: int) -> socket.socket:
    """Take a port of the loopback address, any free one for 0. Raises: OSError if it is taken."""
    return socket.create_server((HOST, port))


async def serve(respond: Respond, listening: socket.socket, *, stop: asyncio.Event) -> None:
    """Serve until *stop*, then end every connection."""
    clients: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(respond, clients), sock=listening)
    async with server:
        await stop.wait()
        for client in tuple(clients):
            client.close()


@contextmanager
def in_thread(respond: Respond, *, port: int = 0) -> Iterator[int]:
    """Serve in a thread until the block is left; give the port. Raises: OSError if it is taken."""
    listening = listen(port)
    begun = Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()

    async def main() -> None:
        stop = asyncio.Event()
        begun.set_result((asyncio.get_running_loop(), stop))
        await serve(respond, listening, stop=stop)

    thread = Thread(target=lambda: asyncio.run(main()), name="hubspot-emulator", daemon=True)
    thread.start()
    loop, stop = begun.result(_PATIENCE_S)
    try:
        yield listening.getsockname()[1]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_PATIENCE_S)
