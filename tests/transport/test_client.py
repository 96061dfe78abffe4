from __future__ import annotations

import gzip
import logging
import re
import socket
import ssl
import threading
import tracemalloc
import warnings
from base64 import b64decode
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeAlias

import httpx
import pytest
import respx
from structlog.testing import capture_logs

from syncd.spi import BadAnswer, Client, ConnectorError, Misconfigured, Pass, Unavailable
from syncd.transport import Access, HttpClient, Limits, Passport, Timing

API = "https://api.example.com"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHORT = Limits(total_s=0.3, attempts=2)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
SECRET = "canary-7f3a"
WRITES = ["POST", "PATCH", "PUT", "DELETE"]

Script: TypeAlias = Callable[[socket.socket, threading.Event], None]


@contextmanager
def opened(
    *origins: str,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    headers: Mapping[str, str] | None = None,
    ca_file: Path | None = None,
    allow_private: bool = False,
    naps: list[float] | None = None,
    stopping: bool = False,
    seed: int = 7,
) -> Generator[HttpClient]:
    """A client whose pauses are written into *naps* and take no time."""

    def sleep(seconds: float) -> bool:
        if naps is not None:
            naps.append(seconds)
        return stopping

    ticks = count()
    timing = Timing(now=lambda: NOW, clock=lambda: float(next(ticks)), sleep=sleep, rng=Random(seed))
    passport = Passport(lambda _: Pass(headers=headers or {}), lambda: NOW)
    access = Access(origins=origins, passport=passport, ca_file=ca_file, allow_private=allow_private)
    one = HttpClient(access, limits, timing)
    try:
        yield one
    finally:
        one.close()


@dataclass
class Peer:
    """A local server that plays a script on each connection and keeps what it heard."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def peer(*answers: bytes | Script, tls: ssl.SSLContext | None = None) -> Generator[Peer]:
    """Serve one of *answers* for each request, the last one for ever; a script is given the connection and ends it."""
    listener, over, threads, one = socket.create_server(("127.0.0.1", 0)), threading.Event(), [], Peer()
    one.port = listener.getsockname()[1]

    def talk(plain: socket.socket) -> None:
        with suppress(OSError), plain, tls.wrap_socket(plain, server_side=True) if tls else plain as wire:
            wire.settimeout(10)
            while request := hear(wire):
                answer = answers[min(len(one.heard), len(answers) - 1)]
                one.heard.append(request)
                if callable(answer):
                    answer(wire, over)
                    return
                wire.sendall(answer)

    def listen() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=talk, args=listener.accept()[:1]))
                threads[-1].start()

    threads.append(threading.Thread(target=listen))
    threads[0].start()
    try:
        yield one
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join()


def hear(wire: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request and (more := wire.recv(65536)):
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += wire.recv(65536)
    return request and head + b"\r\n\r\n" + body


def once(answer: bytes) -> Script:
    """Send *answer* and hang up."""
    return lambda wire, over: wire.sendall(answer)


def silent(wire: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def dripping(start: bytes) -> Script:
    """Send *start*, then a byte every few milliseconds for as long as somebody listens."""

    def drip(wire: socket.socket, over: threading.Event) -> None:
        wire.sendall(start)
        while not over.wait(0.02):
            wire.sendall(b"x")

    return drip


def packed(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


# ---------------------------------------------------------------- what a status means


@pytest.mark.parametrize("status", [200, 204, 302, 304, 400, 403, 404, 409, 413, 422, 423, 477])
def test_a_reply_below_500_is_for_the_connector_to_judge(respx_mock: respx.MockRouter, status: int) -> None:
    route = respx_mock.get(f"{API}/x").respond(status, headers={"X-Left": "7", "Retry-After": "5"}, content=b"body")
    with opened(API) as http:
        reply = http.request("GET", f"{API}/x")

    assert (reply.status, reply.headers["x-left"], reply.body, route.call_count) == (status, "7", b"body", 1)


def test_a_client_is_what_the_interface_for_connectors_promises(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(f"{API}/x", params={"old": "1", "new": "a b&c"}).respond(201)
    with opened(API) as http:
        one: Client = http
        reply = one.request("POST", f"{API}/x?old=1", params={"new": "a b&c"}, headers={"X-Own": "yes"}, content=b"{}")

    sent = route.calls.last.request
    assert (reply.status, sent.headers["x-own"], sent.content) == (201, "yes", b"{}")


FAILURES = [
    pytest.param(httpx.Response(500), id="500"),
    pytest.param(httpx.Response(502), id="502"),
    pytest.param(httpx.Response(503, headers={"Retry-After": "1"}), id="503 with Retry-After"),
    pytest.param(httpx.ReadError("reset"), id="reset"),
    pytest.param(httpx.RemoteProtocolError("gone"), id="closed without an answer"),
    pytest.param(httpx.ReadTimeout("late"), id="time-out"),
]
WITHOUT_EFFECT = [
    pytest.param(httpx.Response(429), id="429"),
    pytest.param(httpx.ConnectError("refused"), id="not connected"),
    pytest.param(httpx.ConnectTimeout("late"), id="not connected in time"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "first",
    [*FAILURES, *WITHOUT_EFFECT, pytest.param(httpx.Response(408), id="408"), pytest.param(httpx.Response(425), id="425")],
)
def test_what_changes_nothing_is_repeated(respx_mock: respx.MockRouter, method: str, first: httpx.Response | Exception) -> None:
    route = respx_mock.route(url=f"{API}/x").mock(side_effect=[first, httpx.Response(200)])
    naps: list[float] = []
    with opened(API, naps=naps) as http:
        reply = http.request(method, f"{API}/x")

    assert (reply.status, route.call_count, len(naps)) == (200, 2, 1)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("first", FAILURES)
def test_a_write_that_may_have_been_done_is_never_repeated(
    respx_mock: respx.MockRouter, method: str, first: httpx.Response | Exception
) -> None:
    route = respx_mock.route(url=f"{API}/x").mock(side_effect=[first, httpx.Response(200)])
    with opened(API) as http, pytest.raises(Unavailable, match="its outcome is unknown: read the record back"):
        http.request(method, f"{API}/x", content=b"{}")

    assert route.call_count == 1


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("first", WITHOUT_EFFECT)
def test_a_write_that_certainly_was_not_done_is_repeated(
    respx_mock: respx.MockRouter, method: str, first: httpx.Response | Exception
) -> None:
    route = respx_mock.route(url=f"{API}/x").mock(side_effect=[first, httpx.Response(200)])
    with opened(API) as http:
        assert http.request(method, f"{API}/x", content=b"{}").status == 200

    assert route.call_count == 2


@pytest.mark.parametrize("first", FAILURES)
def test_a_write_with_an_idempotency_key_is_repeated(respx_mock: respx.MockRouter, first: httpx.Response | Exception) -> None:
    route = respx_mock.post(f"{API}/x").mock(side_effect=[first, httpx.Response(200)])
    with opened(API) as http:
        assert http.request("POST", f"{API}/x", headers={"idempotency-KEY": "k1"}).status == 200

    assert [call.request.headers["idempotency-key"] for call in route.calls] == ["k1", "k1"]


@pytest.mark.parametrize("status", [408, 425])
def test_408_and_425_on_a_write_are_for_the_connector_to_judge(respx_mock: respx.MockRouter, status: int) -> None:
    route = respx_mock.post(f"{API}/x").respond(status)
    with opened(API) as http:
        assert http.request("POST", f"{API}/x").status == status

    assert route.call_count == 1


KINDS = [kind for one in httpx.TransportError.__subclasses__() for kind in (one, *one.__subclasses__())]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_error_of_httpx_reaches_a_connector(
    respx_mock: respx.MockRouter, method: str, kind: type[httpx.TransportError]
) -> None:
    respx_mock.route(url=f"{API}/x").mock(side_effect=kind("what happened"))
    with (
        opened(API) as http,
        pytest.raises(Unavailable, match=rf"^{method} api.example.com/x: .*(tried again|read the record)"),
    ):
        http.request(method, f"{API}/x")


# ---------------------------------------------------------------- pauses


@pytest.mark.parametrize("first", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("x"), httpx.ReadError("x")])
def test_what_failed_is_unavailable_and_nothing_of_our_own(
    respx_mock: respx.MockRouter, first: httpx.Response | Exception
) -> None:
    respx_mock.get(f"{API}/x").mock(side_effect=[first] * 9)
    with opened(API) as http, pytest.raises(Unavailable) as caught:
        http.request("GET", f"{API}/x")
    assert type(caught.value) is Unavailable


def test_after_the_last_attempt_the_daemon_goes_on_trying(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(503)
    naps: list[float] = []
    with (
        opened(API, naps=naps) as http,
        pytest.raises(Unavailable, match=r"^GET api\.example\.com/x: answered 503; tried again later$") as caught,
    ):
        http.request("GET", f"{API}/x")

    assert (route.call_count, len(naps), caught.value.retry_after) == (4, 3, None)


def test_pauses_differ_between_clients_and_stay_between_half_a_second_and_a_minute(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{API}/x").respond(503)
    naps: list[list[float]] = [[], []]
    for seed in (0, 1):
        with opened(API, limits=Limits(attempts=12), naps=naps[seed], seed=seed) as http, pytest.raises(Unavailable):
            http.request("GET", f"{API}/x")

    assert naps[0] != naps[1]
    assert all(0.5 <= nap <= 60 for nap in naps[0] + naps[1])


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        pytest.param("7", 7.5, 8.5, id="seconds"),
        pytest.param("60", 60, 60, id="the longest that is waited for here"),
        pytest.param("Sat, 21 Nov 2026 12:00:09 GMT", 9.5, 10.5, id="date"),
        pytest.param("Saturday, 21-Nov-26 12:00:09 GMT", 9.5, 10.5, id="old form of a date"),
        pytest.param("Sat, 21 Nov 2026 12:00:09 -0000", 9.5, 10.5, id="date of no zone"),
        pytest.param(None, 0.5, 1.5, id="absent"),
        pytest.param("", 0.5, 1.5, id="empty"),
        pytest.param("0", 0.5, 1.5, id="zero"),
        pytest.param("-1", 0.5, 1.5, id="negative"),
        pytest.param("abc", 0.5, 1.5, id="garbage"),
        pytest.param("1, 2", 0.5, 1.5, id="two values"),
        pytest.param("²", 0.5, 1.5, id="digit that is no number"),
        pytest.param("Sat, 21 Nov 2026 11:59:59 GMT", 0.5, 1.5, id="date in the past"),
        pytest.param("Sat, 99 Nov 2026 12:00:09 GMT", 0.5, 1.5, id="date that is none"),
        pytest.param("Sat, 21 Nov 2026 12:00:09 +9999999", 0.5, 1.5, id="zone that is none"),
    ],
)
def test_the_first_pause_is_what_the_source_asks_for_plus_chance(
    respx_mock: respx.MockRouter, text: str | None, least: float, most: float
) -> None:
    first = httpx.Response(429, headers=[] if text is None else [(b"Retry-After", text.encode("latin-1"))])
    respx_mock.get(f"{API}/x").mock(side_effect=[first, httpx.Response(200)])
    naps: list[float] = []
    with opened(API, naps=naps) as http:
        http.request("GET", f"{API}/x")

    assert least <= naps[0] <= most


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("text", "wait"),
    [
        pytest.param("61", timedelta(seconds=61), id="seconds"),
        pytest.param("Sat, 21 Nov 2026 12:10:00 GMT", timedelta(minutes=10), id="date"),
        pytest.param("36000", timedelta(minutes=15), id="longer than is believed"),
        pytest.param("9" * 5000, timedelta(minutes=15), id="huge"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(minutes=15), id="the end of time"),
    ],
)
def test_a_long_wait_is_left_to_the_daemon(respx_mock: respx.MockRouter, method: str, text: str, wait: timedelta) -> None:
    route = respx_mock.route(url=f"{API}/x").respond(429, headers={"Retry-After": text})
    naps: list[float] = []
    with opened(API, naps=naps) as http, pytest.raises(Unavailable) as caught:
        http.request(method, f"{API}/x")

    assert (caught.value.retry_after, route.call_count, naps) == (wait, 1, [])


def test_a_stop_ends_the_pause_and_the_attempts(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(503)
    with opened(API, stopping=True) as http, pytest.raises(Unavailable, match="syncd is stopping"):
        http.request("GET", f"{API}/x")

    assert route.call_count == 1


# ---------------------------------------------------------------- where a request may go, and what it may carry


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://evil.example/x", id="other host"),
        pytest.param("https://api.example.com.evil.example/x", id="longer host"),
        pytest.param("https://api.example.com:8443/x", id="other port"),
        pytest.param("http://api.example.com/x", id="no TLS"),
        pytest.param("https://api.example.com@evil.example/x", id="host as a name"),
        pytest.param(f"https://me:{SECRET}@api.example.com/x", id="credentials"),
        pytest.param("https://evil.example\\@api.example.com/x", id="backslash"),
        pytest.param("https://169.254.169.254/latest", id="metadata"),
        pytest.param("//api.example.com/x", id="no scheme"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("https://api.example.com:x/", id="port that is none"),
        pytest.param("https://api.example.com/\n", id="line break"),
        pytest.param("", id="empty"),
        pytest.param(f"{API}/contacts/../owners/1", id="dots"),
        pytest.param(f"{API}/contacts/%2e%2e/owners/1", id="escaped dots"),
        pytest.param(f"{API}/contacts/1%2f../owners", id="escaped slash and dots"),
    ],
)
def test_nothing_leaves_for_an_address_that_is_not_ours(respx_mock: respx.MockRouter, url: str) -> None:
    with opened(API) as http, pytest.raises(Misconfigured) as caught:
        http.request("GET", url, headers={"X-Api-Key": SECRET})

    assert len(respx_mock.calls) == 0
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("origin", ["https://API.Example.com:443", "https://api.example.com/"])
def test_an_origin_may_be_written_in_other_ways(respx_mock: respx.MockRouter, origin: str) -> None:
    respx_mock.get(f"{API}/x").respond(200)
    with opened("https://login.example.com", origin) as http:
        assert http.request("GET", f"{API}/x?a=1#b").status == 200


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("http://api.example.com", id="no TLS"),
        pytest.param("http://localhost.evil.example", id="no TLS to another host"),
        pytest.param("http://2130706433", id="no TLS to a number"),
        pytest.param("http://0x7f.1", id="no TLS to a short address"),
        pytest.param(f"https://me:{SECRET}@api.example.com", id="credentials"),
        pytest.param(f"https://api.example.com/?key={SECRET}", id="query"),
        pytest.param("https://api.example.com/v3", id="path"),
        pytest.param("https://", id="no host"),
        pytest.param("api.example.com", id="no scheme"),
        pytest.param("ftp://api.example.com", id="other scheme"),
        pytest.param("https://[::1", id="not a URL"),
    ],
)
def test_an_origin_is_https_and_a_host_alone(origin: str) -> None:
    with pytest.raises(Misconfigured) as caught, opened(origin):
        pass

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("origin", ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"])
def test_this_machine_may_be_spoken_to_without_tls(respx_mock: respx.MockRouter, origin: str) -> None:
    respx_mock.get(f"{origin}/x").respond(200)
    with opened(origin) as http:
        assert http.request("GET", f"{origin}/x").status == 200


HEADERS = [
    pytest.param({"X-Key": f"{SECRET}\r\nX-Other: 1"}, id="line break"),
    pytest.param({"X-Key": f"{SECRET}\n"}, id="line break at the end"),
    pytest.param({"X-Key": f" {SECRET}"}, id="outer space"),
    pytest.param({"X-Key": f"{SECRET}é"}, id="letter beyond ASCII"),
    pytest.param({"X-Key": f"{SECRET}\0"}, id="zero"),
    pytest.param({"X-Key: 1\r\nX-Other": SECRET}, id="line break in the name"),
    pytest.param({"": SECRET}, id="no name"),
]


@pytest.mark.parametrize("headers", HEADERS)
def test_a_header_cannot_smuggle_another(respx_mock: respx.MockRouter, headers: Mapping[str, str]) -> None:
    with opened(API) as http, pytest.raises(Misconfigured) as caught:
        http.request("GET", f"{API}/x", headers=headers)

    assert len(respx_mock.calls) == 0
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("headers", HEADERS)
def test_a_secret_that_was_read_badly_is_never_sent(respx_mock: respx.MockRouter, headers: Mapping[str, str]) -> None:
    with opened(API, headers=headers) as http, pytest.raises(Misconfigured) as caught:
        http.request("GET", f"{API}/x")

    assert len(respx_mock.calls) == 0
    assert SECRET not in str(caught.value)


def test_no_connector_can_change_who_we_are(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(200)
    with opened(API, headers={"Authorization": "Bearer ours"}) as http:
        http.request("GET", f"{API}/x", headers={"authorization": "Bearer mine"})

    assert route.calls.last.request.headers.get_list("authorization") == ["Bearer ours"]


def test_cookies_are_not_kept() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    with peer(answer) as vendor, opened(vendor.url) as http:
        http.request("GET", vendor.url)
        http.request("GET", vendor.url)

    assert b"cookie" not in vendor.heard[1].lower()


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    with peer(OK) as sniffer, peer(OK) as vendor:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, sniffer.url)
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        with opened(vendor.url) as http:
            http.request("GET", vendor.url)

    assert (sniffer.heard, len(vendor.heard)) == ([], 1)
    assert b"authorization" not in vendor.heard[0].lower()


def test_a_redirect_is_a_reply_and_nobody_else_sees_the_secret() -> None:
    with peer(OK) as other:
        answer = f"HTTP/1.1 302 Found\r\nLocation: {other.url}/x\r\nContent-Length: 0\r\n\r\n".encode()
        with peer(answer) as vendor, opened(vendor.url, headers={"X-Api-Key": SECRET}) as http:
            reply = http.request("GET", f"{vendor.url}/x")

    assert (reply.status, reply.headers["location"], other.heard) == (302, f"{other.url}/x", [])


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to *addresses*."""
    families = {True: socket.AF_INET6, False: socket.AF_INET}

    def resolve(host: object, port: int, *rest: object, **named: object) -> list[tuple[object, ...]]:
        return [(families[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


PRIVATE = ["127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::1"]
METADATA = ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"]


@pytest.mark.parametrize(
    ("address", "allow_private"),
    [*((one, False) for one in PRIVATE + METADATA), *((one, True) for one in METADATA)],
)
def test_a_name_that_leads_into_a_private_network_is_left_before_a_byte_is_sent(
    monkeypatch: pytest.MonkeyPatch, address: str, allow_private: bool
) -> None:
    with peer(OK) as inside:
        named(monkeypatch, "127.0.0.1")
        monkeypatch.setattr(socket.socket, "getpeername", lambda wire: (address, inside.port))
        url = f"https://crm.example:{inside.port}"
        with opened(url, allow_private=allow_private) as http, pytest.raises(Misconfigured, match="is in a private network"):
            http.request("POST", f"{url}/x", content=b"{}")

    assert inside.heard == []


@pytest.mark.parametrize(
    ("address", "allow_private"), [*((one, True) for one in PRIVATE), ("93.184.215.14", False), ("2606:2800::1", False)]
)
def test_other_addresses_are_spoken_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, allow_private: bool
) -> None:
    with peer(OK, tls=certified("good", tmp_path)) as vendor:
        named(monkeypatch, "127.0.0.1")
        monkeypatch.setattr(socket.socket, "getpeername", lambda wire: (address, vendor.port))
        url = f"https://crm.example:{vendor.port}"
        with opened(url, allow_private=allow_private) as http, pytest.raises(Misconfigured, match="its certificate is"):
            http.request("GET", f"{url}/x")


def test_an_address_that_is_dead_does_not_hide_one_that_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(OK) as vendor:
        named(monkeypatch, "::1", "127.0.0.1")
        url = f"http://localhost:{vendor.port}"
        with opened(url) as http:
            assert http.request("GET", url).status == 200


# ---------------------------------------------------------------- peers that misbehave


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(silent, id="silence"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), id="body by the byte"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX-Long: "), id="headers by the byte"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n"), id="body without length by the byte"),
    ],
)
def test_an_attempt_ends_at_its_deadline_whatever_the_peer_does(script: Script) -> None:
    with (
        peer(script) as vendor,
        opened(vendor.url, limits=SHORT) as http,
        pytest.raises(Unavailable, match=r"^GET 127\.0\.0\.1:[0-9]+/: no whole answer in time; tried again later$"),
    ):
        http.request("GET", vendor.url)

    assert len(vendor.heard) == 2


def test_a_write_without_an_answer_has_an_unknown_outcome_and_was_sent_once() -> None:
    with (
        peer(silent) as vendor,
        opened(vendor.url, limits=SHORT) as http,
        pytest.raises(Unavailable, match="no whole answer in time; its outcome"),
    ):
        http.request("POST", vendor.url, content=b"{}")

    assert len(vendor.heard) == 1


CUT = [
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", id="shorter than its length"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", id="without its last chunk"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"12345")[:-9], id="packed, cut"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot packed", id="not packed as it says"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="headers cut"),
    pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="not HTTP"),
    pytest.param(b"", id="nothing"),
]


@pytest.mark.parametrize("answer", CUT)
def test_half_an_answer_is_none(answer: bytes) -> None:
    with peer(once(answer), OK) as vendor, opened(vendor.url) as http:
        assert http.request("GET", vendor.url).body == b"{}"

    assert len(vendor.heard) == 2


@pytest.mark.parametrize("answer", CUT)
def test_half_an_answer_to_a_write_leaves_its_outcome_unknown(answer: bytes) -> None:
    with peer(once(answer), OK) as vendor, opened(vendor.url) as http, pytest.raises(Unavailable, match="outcome is unknown"):
        http.request("PATCH", vendor.url, content=b"{}")

    assert len(vendor.heard) == 1


def test_a_connection_the_peer_closed_between_two_requests_is_opened_anew() -> None:
    with peer(once(OK)) as vendor, opened(vendor.url) as http:
        replies = [http.request("GET", vendor.url).status for _ in range(20)]

    assert replies == [200] * 20


def test_connections_are_kept() -> None:
    ports: set[int] = set()

    def note(wire: socket.socket, over: threading.Event) -> None:
        while True:
            ports.add(wire.getpeername()[1])
            wire.sendall(OK)
            if not hear(wire):
                return

    with peer(note) as vendor, opened(vendor.url) as http:
        for _ in range(3):
            http.request("GET", vendor.url)

    assert len(ports) == 1


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    bomb = packed(gzip.compress(bytes(200 * 2**20), compresslevel=1))
    with peer(bomb) as vendor, opened(vendor.url) as http:
        tracemalloc.start()
        with pytest.raises(BadAnswer, match="the answer is too large or too tightly packed"):
            http.request("GET", vendor.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 80 * 2**20
    assert len(vendor.heard) == 1


def test_an_answer_that_unpacks_too_far_is_refused_however_small() -> None:
    with peer(packed(gzip.compress(bytes(2**20 + 1)))) as vendor, opened(vendor.url) as http, pytest.raises(BadAnswer):
        http.request("GET", vendor.url)  # 1 KiB that opens to 1 MiB and a byte


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["packed", "plain"])
def test_an_answer_may_be_as_large_as_the_limit_and_no_larger(pack: Callable[[bytes], bytes]) -> None:
    encoding = b"gzip" if pack is gzip.compress else b"identity"
    bodies = [pack(b"x" * size) for size in (1000, 1001)]
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b" % (encoding, len(one), one) for one in bodies
    ]
    with peer(*answers) as vendor, opened(vendor.url, limits=Limits(body=1000)) as http:
        assert len(http.request("GET", vendor.url).body) == 1000
        with pytest.raises(BadAnswer):
            http.request("GET", vendor.url)


def test_an_answer_beyond_the_limit_leaves_the_outcome_of_a_write_unknown() -> None:
    with (
        peer(OK) as vendor,
        opened(vendor.url, limits=Limits(body=1)) as http,
        pytest.raises(BadAnswer, match="outcome is unknown"),
    ):
        http.request("POST", vendor.url)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        pytest.param(packed(gzip.compress(b"whole")), b"whole", id="packed"),
        pytest.param(packed(gzip.compress(b"in ") + gzip.compress(b"pieces")), b"in pieces", id="packed in pieces"),
        pytest.param(packed(gzip.compress(bytes(2**20))), bytes(2**20), id="1 MiB of nothing"),
        pytest.param(b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n", b"", id="packed and empty"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"{}", id="chunks"),
    ],
)
def test_an_answer_is_read_whole(answer: bytes, body: bytes) -> None:
    with peer(answer) as vendor, opened(vendor.url) as http:
        assert http.request("GET", vendor.url).body == body


def test_a_packing_we_did_not_offer_is_refused() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"
    with peer(answer) as vendor, opened(vendor.url) as http, pytest.raises(BadAnswer, match="packed in a way we did not offer"):
        http.request("GET", vendor.url)

    assert b"accept-encoding: gzip\r\n" in vendor.heard[0].lower()


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        pytest.param(b"X: 1\r\n" * 100, BadAnswer, id="101 headers"),
        pytest.param(b"X: " + b"1" * 2**16 + b"\r\n", BadAnswer, id="64 KiB of headers"),
        pytest.param(b"X: 1\r\n" * 10_000, BadAnswer, id="10,001 headers"),
        pytest.param(b"X: " + b"1" * 2**20 + b"\r\n", Unavailable, id="1 MiB of headers"),
    ],
)
def test_a_flood_of_headers_is_refused(headers: bytes, error: type[ConnectorError]) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + headers + b"\r\n"
    with peer(answer) as vendor, opened(vendor.url) as http, pytest.raises(error):
        http.request("GET", vendor.url)


def test_a_name_that_does_not_resolve_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with (
        opened(API) as http,
        pytest.raises(Unavailable, match=r"^POST api.example.com/x: its name does not resolve \(DNS\); tried"),
    ):
        http.request("POST", f"{API}/x")


def test_a_refused_connection_is_said_so() -> None:
    with peer(OK) as gone:
        pass
    with opened(gone.url) as http, pytest.raises(Unavailable, match=r"/x: the connection was refused; tried again later$"):
        http.request("POST", f"{gone.url}/x")


# ---------------------------------------------------------------- TLS


def certified(name: str, folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with one of the certificates below."""
    (folder / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{KEY.strip()}\n-----END PRIVATE KEY-----\n")
    (folder / "server.pem").write_text(ssl.DER_cert_to_PEM_cert(b64decode(CERTIFICATES[name])))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "key.pem")
    return context


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text(ssl.DER_cert_to_PEM_cert(b64decode(CERTIFICATES["authority"])))
    return tmp_path / "ca.pem"


def test_a_private_authority_is_trusted_when_it_is_named(authority: Path, tmp_path: Path) -> None:
    with peer(OK, tls=certified("good", tmp_path)) as vendor:
        url = f"https://localhost:{vendor.port}"
        with opened(url, ca_file=authority) as http:
            assert http.request("GET", url).status == 200


@pytest.mark.parametrize(
    ("certificate", "host", "why"),
    [
        pytest.param("expired", "localhost", "its certificate has expired; have it renewed", id="expired"),
        pytest.param("too early", "localhost", "its certificate is not valid yet; check the clock", id="too early"),
        pytest.param("elsewhere.example", "localhost", "its certificate is for another host", id="other host"),
        pytest.param("elsewhere.example", "127.0.0.1", "its certificate is for another host", id="other address"),
        pytest.param("self-signed", "localhost", "its certificate is self-signed", id="self-signed"),
    ],
)
def test_a_bad_certificate_is_refused_in_words(certificate: str, host: str, why: str, authority: Path, tmp_path: Path) -> None:
    with peer(OK, tls=certified(certificate, tmp_path)) as vendor:
        url = f"https://{host}:{vendor.port}"
        with (
            opened(url, ca_file=authority) as http,
            pytest.raises(Misconfigured, match=f"^POST {host}:[0-9]+/: {why}"),
        ):
            http.request("POST", url)

    assert vendor.heard == []


def test_an_authority_nobody_named_is_not_trusted(tmp_path: Path) -> None:
    with peer(OK, tls=certified("good", tmp_path)) as vendor:
        url = f"https://localhost:{vendor.port}"
        with (
            opened(url) as http,
            pytest.raises(Misconfigured, match="from a strange authority; if it is yours, use ca_file"),
        ):
            http.request("GET", url)


def test_old_tls_is_refused(authority: Path, tmp_path: Path) -> None:
    old = certified("good", tmp_path)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is deprecated is the point
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    with peer(OK, tls=old) as vendor:
        url = f"https://localhost:{vendor.port}"
        with (
            opened(url, ca_file=authority) as http,
            pytest.raises(Misconfigured, match=r"its TLS is older than 1\.2"),
        ):
            http.request("GET", url)


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", Misconfigured, "it does not speak TLS on this port", id="plain HTTP"),
        pytest.param(b"", Unavailable, "no connection could be made; tried again later", id="nothing"),
    ],
)
def test_a_handshake_without_tls_is_said_so(answer: bytes, error: type[ConnectorError], why: str) -> None:
    def refuse() -> None:
        with listener.accept()[0] as wire:
            wire.recv(65536)
            wire.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        with opened(url, limits=Limits(attempts=1)) as http, pytest.raises(error, match=why):
            http.request("POST", url)
        thread.join()


@pytest.mark.parametrize("content", [None, "", "not a certificate"], ids=["missing", "empty", "no certificate"])
def test_a_ca_file_that_cannot_be_read_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Misconfigured, match=f"^ca_file {file}: cannot be read"), opened(API, ca_file=file):
        pass


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 401 Unauthorized\r\nX-Echo: %b\r\nContent-Length: 11\r\n\r\n%b", id="401"),
        pytest.param(b"HTTP/1.1 500 %b\r\nContent-Length: 11\r\n\r\n%b", id="500"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Echo: %b\r\nContent-Length: 99\r\n\r\n%b", id="cut"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: 11\r\n\r\n%b", id="packed strangely"),
        pytest.param(b"%b %b\r\n\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Echo: %b\r\nContent-Length: 11\r\n\r\n%b", id="200"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_message_and_no_log_holds_a_secret(caplog: pytest.LogCaptureFixture, method: str, answer: bytes) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    with (
        peer(once(answer.replace(b"%b", SECRET.encode()))) as vendor,
        opened(vendor.url, headers={"Authorization": f"Bearer {SECRET}"}) as http,
        capture_logs() as events,
    ):
        try:
            http.request(method, f"{vendor.url}/x?key={SECRET}", headers={"X-Key": SECRET}, content=SECRET.encode())
        except ConnectorError as error:
            said = str(error)

    assert SECRET.encode() in vendor.heard[0]
    assert SECRET not in f"{said} {events} {caplog.text}"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("/contacts/101/notes", "/contacts/101/notes", id="identifier"),
        pytest.param("/contacts/jane@example.com/notes", "/contacts/…/notes", id="e-mail address"),
        pytest.param("/contacts/jane%40example.com", "/contacts/…", id="escaped e-mail address"),
        pytest.param("/tokens/" + "a" * 41, "/tokens/…", id="token"),
        pytest.param("/x%0d%0ay", "/x%0d%0ay", id="line break"),
    ],
)
def test_a_message_names_the_path_but_no_person_and_no_token(respx_mock: respx.MockRouter, path: str, shown: str) -> None:
    respx_mock.get(url__startswith=API).respond(503)
    with opened(API) as http, pytest.raises(Unavailable) as caught:
        http.request("GET", f"{API}{path}?email=jane@example.com")

    assert str(caught.value) == f"GET api.example.com{shown}: answered 503; tried again later"


def test_each_answer_is_one_event_for_those_who_debug(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{API}/x").mock(side_effect=[httpx.Response(503, content=b"no"), httpx.Response(200, content=b"{ }")])
    with opened(API) as http, capture_logs() as events:
        http.request("GET", f"{API}/x", params={"a": "1"})

    named = {
        "event": "http.answered",
        "log_level": "debug",
        "method": "GET",
        "host": "api.example.com",
        "path": "/x",
        "took_s": 1.0,
    }
    assert events == [{**named, "status": 503, "bytes": 2}, {**named, "status": 200, "bytes": 3}]


# ---------------------------------------------------------------- threads, and the end


def test_two_threads_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=5)

    def meet(wire: socket.socket, over: threading.Event) -> None:
        both.wait()
        wire.sendall(OK)

    with peer(meet) as vendor, opened(vendor.url, limits=Limits(attempts=1)) as http:
        other = threading.Thread(target=http.request, args=("GET", vendor.url))
        other.start()
        assert http.request("GET", vendor.url).status == 200
        other.join()


@pytest.mark.parametrize(("method", "words"), [("GET", "tried again later"), ("POST", "its outcome is unknown")])
def test_closing_ends_what_is_under_way(method: str, words: str) -> None:
    asked = threading.Event()
    caught: list[str] = []

    def wait(wire: socket.socket, over: threading.Event) -> None:
        asked.set()
        over.wait(10)

    def ask() -> None:
        try:
            http.request(method, vendor.url)
        except Unavailable as error:
            caught.append(str(error))

    with peer(wait) as vendor, opened(vendor.url) as http:
        thread = threading.Thread(target=ask)
        thread.start()
        asked.wait(5)
        http.close()
        thread.join()

    assert [f"given up because syncd is stopping; {words}" in text for text in caught] == [True]


def test_after_the_end_nothing_is_sent(respx_mock: respx.MockRouter) -> None:
    with opened(API) as http:
        http.close()
        with pytest.raises(Unavailable, match="not sent because syncd is stopping"):
            http.request("GET", f"{API}/x")

    assert len(respx_mock.calls) == 0


# ---------------------------------------------------------------- certificates


# One key for all; made once with `openssl ca` so that the dates stay true: an expired certificate cannot be made on the day.
KEY = """
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu8VC9irDtkfK+B9BzXLWlqqaRf4sWjOpHQq5f0NONwWhRANCAATGjB2LS9CogdBU3v+ZSVLr
KHaFx82v1tt0ZTZGEPiZl7OXhTq6nInLJM3guowPYL3/Cw3giYfIjbmsITX8hPza
"""
CERTIFICATES = {
    "authority": """
MIIBhTCCASqgAwIBAgIUBXQzu3063srKzynmORn+WMTmJZQwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3luY2QgdGVzdCBhdXRob3JpdHkwIBcNMDAwMTAx
MDAwMDAwWhgPMjIwMDAxMDEwMDAwMDBaMB8xHTAbBgNVBAMMFHN5bmNkIHRlc3QgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExowdi0vQ
qIHQVN7/mUlS6yh2hcfNr9bbdGU2RhD4mZezl4U6upyJyyTN4LqMD2C9/wsN4ImHyI25rCE1/IT82qNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E
BAMCAgQwHQYDVR0OBBYEFBBShXDJDcBGPq+jcGtOoMyd8KrBMAoGCCqGSM49BAMCA0kAMEYCIQCeH3XofKaeJjikAkWeOrlTbtCLw3lt+dK/ttYBub4RNwIh
AJcT8S06SGrO6XdhNv4HlI/g/qbWfUBc4cqkSBO5frrJ
    """,
    "good": """
MIIBnzCCAUSgAwIBAgIUf93oAviFp9whvafTrHEq7ie8JjIwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3luY2QgdGVzdCBhdXRob3JpdHkwIBcNMDAwMTAx
MDAwMDAwWhgPMjIwMDAxMDEwMDAwMDBaMA8xDTALBgNVBAMMBGhlcmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATGjB2LS9CogdBU3v+ZSVLrKHaFx82v
1tt0ZTZGEPiZl7OXhTq6nInLJM3guowPYL3/Cw3giYfIjbmsITX8hPzao2wwajAMBgNVHRMBAf8EAjAAMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAf
BgNVHSMEGDAWgBQQUoVwyQ3ARj6vo3BrTqDMnfCqwTAdBgNVHQ4EFgQUEFKFcMkNwEY+r6Nwa06gzJ3wqsEwCgYIKoZIzj0EAwIDSQAwRgIhAJ+EmvT/TTq6
sR+cdKmXBtnUVaulVjjcd0e/ENPC4rGeAiEAzje5htdKVIksCgA3MhZ42NBy/2uLS4IU3s0DCQwocoE=
    """,
    "expired": """
MIIBnDCCAUKgAwIBAgIUdXiXyCzLY2m9j3PCG1LmnelmvskwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3luY2QgdGVzdCBhdXRob3JpdHkwHhcNMDAwMTAx
MDAwMDAwWhcNMDEwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARoZXJlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExowdi0vQqIHQVN7/mUlS6yh2hcfNr9bb
dGU2RhD4mZezl4U6upyJyyTN4LqMD2C9/wsN4ImHyI25rCE1/IT82qNsMGowDAYDVR0TAQH/BAIwADAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwHwYD
VR0jBBgwFoAUEFKFcMkNwEY+r6Nwa06gzJ3wqsEwHQYDVR0OBBYEFBBShXDJDcBGPq+jcGtOoMyd8KrBMAoGCCqGSM49BAMCA0gAMEUCIQDgVo7nePF4rPeZ
AwsnEprNpp2yTo46Dxq493yW+bi+XAIgPsa17RqM+BUzD8ji9bkT79jmV6rqZzVU5A7piowDMPc=
    """,
    "too early": """
MIIBnzCCAUagAwIBAgIUK4Yn4s3C9kNysovG0375supu8gUwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3luY2QgdGVzdCBhdXRob3JpdHkwIhgPMjE5OTAx
MDEwMDAwMDBaGA8yMjAwMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEaGVyZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMaMHYtL0KiB0FTe/5lJUusodoXH
za/W23RlNkYQ+JmXs5eFOrqcicskzeC6jA9gvf8LDeCJh8iNuawhNfyE/NqjbDBqMAwGA1UdEwEB/wQCMAAwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAAB
MB8GA1UdIwQYMBaAFBBShXDJDcBGPq+jcGtOoMyd8KrBMB0GA1UdDgQWBBQQUoVwyQ3ARj6vo3BrTqDMnfCqwTAKBggqhkjOPQQDAgNHADBEAiBXIRBKVlkS
ZlmUitDA09ex1uxbwClSxIq5730AEoiZPgIgLiXMr2GVBldhnwv3PNowCXD5OP7HRodOWwQ7y+zBYRc=
    """,
    "elsewhere.example": """
MIIBpTCCAUugAwIBAgIUSbMuiE5i4Flx1BqGMYBffYjGM0QwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUc3luY2QgdGVzdCBhdXRob3JpdHkwIBcNMDAwMTAx
MDAwMDAwWhgPMjIwMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWVsc2V3aGVyZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMaMHYtL0KiB0FTe/5lJUuso
doXHza/W23RlNkYQ+JmXs5eFOrqcicskzeC6jA9gvf8LDeCJh8iNuawhNfyE/NqjbjBsMAwGA1UdEwEB/wQCMAAwHAYDVR0RBBUwE4IRZWxzZXdoZXJlLmV4
YW1wbGUwHwYDVR0jBBgwFoAUEFKFcMkNwEY+r6Nwa06gzJ3wqsEwHQYDVR0OBBYEFBBShXDJDcBGPq+jcGtOoMyd8KrBMAoGCCqGSM49BAMCA0gAMEUCIQCW
Fxh6tPRpuGIOPpDamtwKG7mdRMRPiqqzfucKcDNfiwIgY0ywnTSNEOs2AKYtQMjMaIPow1/hGTiP0Ih1eIkDYqE=
    """,
    "self-signed": """
MIIBbjCCARWgAwIBAgIUPgJE2YqAIi8Yb8JTFmnCXfYkRzcwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFYWxvbmUwIBcNMDAwMTAxMDAwMDAwWhgPMjIwMDAx
MDEwMDAwMDBaMBAxDjAMBgNVBAMMBWFsb25lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExowdi0vQqIHQVN7/mUlS6yh2hcfNr9bbdGU2RhD4mZezl4U6
upyJyyTN4LqMD2C9/wsN4ImHyI25rCE1/IT82qNLMEkwDAYDVR0TAQH/BAIwADAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwHQYDVR0OBBYEFBBShXDJ
DcBGPq+jcGtOoMyd8KrBMAoGCCqGSM49BAMCA0cAMEQCIF7to9gzQPblXBZyzaoJQh6TMiXn2rvCa9ztUZn0LReYAiAT/yqHPXsRC7Cv/4e6nbDn3+vD2IGW
Q3A8dW9QbFfBDQ==
    """,
}
