"""The one way out of the process: the HTTP client a connector is given.

httpx limits neither a whole exchange nor the size of an answer; so every limit, repetition and refusal of an address is decided
here, once for all connectors. It may know no vendor: what a status below 500 means is for the connector to say.

Requests run on an event loop in a thread of their own, since only there a deadline ends whatever is going on: a name look-up, a
handshake, a peer that sends one byte a second. Blocking sockets were refused: their time-outs begin anew with every byte.

Sent again after pauses of seconds: what changes nothing (GET, HEAD) or carries an ``Idempotency-Key``, when no answer came or
one of 5xx, 408 or 425; anything else only when it certainly had no effect: never sent, or answered 429.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import threading
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from random import Random
from socket import gaierror
from typing import Protocol, TypeAlias
from urllib.parse import unquote

import httpx
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from syncd.spi import BadAnswer, Misconfigured, Reply, Unauthorized, Unavailable

_log = structlog.get_logger()
_Map: TypeAlias = Mapping[str, str]

_PAUSE_S = 0.5
_RATIO_FROM = 2**20  # smaller answers full of empty fields honestly shrink to less
_public_authorities = cache(httpx.create_ssl_context)
_GZIP = 16 + zlib.MAX_WBITS
_LATER = "; tried again later"
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
# Where clouds hand out credentials, beyond the link-local addresses: AWS, Alibaba Cloud, Azure, Oracle Cloud.
_METADATA = {ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may cost at most.

    ``connect_s`` is for name and connection, and again for the TLS handshake; ``total_s`` for one attempt to its last byte.
    ``body`` is in bytes after unpacking, ``ratio`` unpacked to packed. Who asks for a longer pause than ``pause_s`` is left to
    the daemon's loop, and believed up to ``retry_after``.
    """

    connect_s: float = 5
    total_s: float = 30
    body: int = 64 * 2**20
    ratio: int = 100
    headers: int = 100
    header_bytes: int = 64 * 2**10
    attempts: int = 4
    pause_s: float = 60
    retry_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a connection may go and as whom.

    ``origins`` are the addresses it may reach: https, or http on this very machine. ``authorize`` gives the headers that prove
    who we are, anew for each attempt. ``ca_file`` names authorities (PEM) to trust instead of the public ones,
    ``allow_private`` admits hosts in private networks.
    """

    origins: tuple[str, ...]
    authorize: Callable[[], _Map]
    ca_file: Path | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Time and chance. ``clock`` counts seconds from anywhere; ``sleep`` waits seconds and tells whether to stop instead."""

    now: Callable[[], datetime]
    clock: Callable[[], float]
    sleep: Callable[[float], bool]
    rng: Random


def client(access: Access, limits: Limits, timing: Timing) -> HttpClient:
    """Return an open client, to be closed by the caller. Raises: Misconfigured for *access* that cannot be used."""
    for name in ("httpx", "httpcore"):  # they log whole URLs and headers
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return HttpClient(access, limits, timing)


class HttpClient:
    """`syncd.spi.Client` over httpx."""

    def __init__(self, access: Access, limits: Limits, timing: Timing) -> None:
        self._access, self._limits, self._timing = access, limits, timing
        self._origins = {_origin(text) for text in access.origins}
        self._allow_private = access.allow_private or all(url.host in _THIS_MACHINE for url in self._origins)
        time_out = httpx.Timeout(None, connect=limits.connect_s)
        self._http = httpx.AsyncClient(verify=_trust(access.ca_file), trust_env=False, timeout=time_out)
        self._lock, self._closed = threading.Lock(), False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="transport", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End whatever is under way and release all connections; a second time does nothing."""
        with self._lock:
            was_closed, self._closed = self._closed, True
        if was_closed:
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def request(
        self, method: str, url: str, *, params: _Map | None = None, headers: _Map | None = None, content: bytes | None = None
    ) -> Reply:
        """Send a request, if need be several times, and return the answer; the names of its headers are lower case.

        A body without length, chunks or packing cannot be told from one that was cut: there the connector has to count.
        Raises: Unavailable; Unauthorized; BadAnswer beyond `Limits`; Misconfigured for a foreign address, a bad header, TLS.
        """
        request = httpx.Request(method, self._address(url, params), headers=_headers(headers or {}), content=content)
        request.extensions["trace"] = self._watch
        stop = stop_after_attempt(self._limits.attempts)
        retry = retry_if_exception(lambda error: isinstance(error, _Failed) and error.again)
        return Retrying(stop=stop, retry=retry, wait=self._pause, sleep=self._sleep, reraise=True)(self._attempt, request)

    def _address(self, url: str, params: _Map | None) -> httpx.URL:
        address = _parsed(url)
        dotted = {".", ".."} & set(unquote(re.split(r"[?#]", url)[0]).split("/"))  # httpx would follow them without a word
        if dotted or address.join("/") not in self._origins:
            raise Misconfigured(f"{address.host}: not an address of this connection, or a path with dots; correct its settings")
        return address.copy_merge_params(params) if params else address

    def _attempt(self, request: httpx.Request) -> Reply:
        request.headers.update({**_headers(self._access.authorize()), "Accept-Encoding": "gzip", "User-Agent": "syncd"})
        started = self._timing.clock()
        try:
            reply = self._run(request)
        except (httpx.RequestError, OSError, zlib.error, CancelledError) as error:
            raise _unanswered(request, error) from error
        log = _log.bind(method=request.method, host=request.url.host, path=_path(request.url))
        log.debug("http.answered", status=reply.status, took_s=round(self._timing.clock() - started, 3), bytes=len(reply.body))
        return self._judged(request, reply)

    def _run(self, request: httpx.Request) -> Reply:
        with self._lock:  # a request handed over while the loop ends would wait for ever
            if self._closed:
                raise Unavailable(f"{_said(request)}: not sent because syncd is stopping; it goes on after the next start")
            running = asyncio.run_coroutine_threadsafe(self._exchange(request), self._loop)
        return running.result()

    async def _exchange(self, request: httpx.Request) -> Reply:
        async with asyncio.timeout(self._limits.total_s), aclosing(await self._http.send(request, stream=True)) as answer:
            size = sum(len(name) + len(value) for name, value in answer.headers.raw)
            if len(answer.headers.raw) > self._limits.headers or size > self._limits.header_bytes:
                raise BadAnswer(f"{_said(request)}: the answer has too many or too long headers{_doubt(request)}")
            return Reply(
                status=answer.status_code, headers=dict(answer.headers), body=await _body(request, answer, self._limits)
            )

    async def _watch(self, event: str, info: Mapping[str, _Wire]) -> None:
        """Look, before a byte is sent, whom we are connected to: a name can resolve to anything."""
        if event == "connection.connect_tcp.complete":
            wire = info["return_value"]
            peer = ip_address(wire.get_extra_info("server_addr")[0])
            peer = getattr(peer, "ipv4_mapped", None) or peer
            if peer.is_link_local or peer in _METADATA or not (peer.is_global or self._allow_private):
                await wire.aclose()
                raise Misconfigured(f"{peer} is in a private network; correct the host, or set allow_private if it is yours")

    def _judged(self, request: httpx.Request, reply: Reply) -> Reply:
        """Return *reply* unless its status means the same whichever vendor it comes from."""
        given = _retry_after(reply.headers.get("retry-after", ""), self._timing.now(), self._limits.retry_after)
        soon = given is None or given.total_seconds() <= self._limits.pause_s
        if reply.status == 401:
            raise Unauthorized(f"{_said(request)}: access was refused (401); renew the access of this connection")
        if reply.status == 429 or reply.status >= 500 or (reply.status in {408, 425} and _is_repeatable(request)):
            raise _Failed(request, f"answered {reply.status}", undone=reply.status == 429, soon=soon, after=given)
        return reply

    def _pause(self, state: RetryCallState) -> float:
        # "decorrelated jitter" of aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter: who failed together parts
        given = (state.outcome and getattr(state.outcome.exception(), "retry_after", None)) or timedelta()
        jitter = self._timing.rng.uniform(_PAUSE_S, 3 * max(_PAUSE_S, state.upcoming_sleep))
        return min(jitter + given.total_seconds(), self._limits.pause_s)

    def _sleep(self, seconds: float) -> None:
        if self._timing.sleep(seconds):
            raise Unavailable("not tried again because syncd is stopping; it goes on after the next start")

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._http.aclose()


class _Failed(Unavailable):
    """A request without a reply, ``undone`` if it certainly had no effect; sent again, if ``soon``, when that does no harm."""

    def __init__(self, request: httpx.Request, what: str, *, undone: bool, soon: bool, after: timedelta | None = None) -> None:
        super().__init__(f"{_said(request)}: {what}{_LATER if undone else _doubt(request)}", retry_after=after)
        self.again = soon and (undone or _is_repeatable(request))


class _Wire(Protocol):
    def get_extra_info(self, info: str) -> tuple[str, int]: ...
    async def aclose(self) -> None: ...


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else _public_authorities(trust_env=False)
    except OSError as error:
        raise Misconfigured(f"ca_file {ca_file}: cannot be read as PEM certificates; correct the path or the file") from error


def _origin(text: str) -> httpx.URL:
    url = _parsed(text)
    safe = url.scheme == "https" or (url.scheme == "http" and url.host in _THIS_MACHINE)
    if not safe or not url.host or url.raw_path != b"/" or url.fragment:
        raise Misconfigured(f"address {url.host}: write https:// and the host alone, like https://api.example.com")
    return url.join("/")


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise Misconfigured("an address is not a URL; correct the connection's settings") from None  # the cause may quote it
    if url.userinfo:
        raise Misconfigured(f"{url.host}: an address must not hold a name or password; take them out of it")
    return url


def _headers(headers: _Map) -> httpx.Headers:
    """Return *headers* for httpx. Raises: Misconfigured for one that could end a header and begin another."""
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:(?! )[ -~]*(?<! )", f"{name}:{value}"):
            raise Misconfigured(f"header {name!a}: holds a line break, an outer space or a letter beyond ASCII; correct it")
    return httpx.Headers(headers)


async def _body(request: httpx.Request, answer: httpx.Response, limits: Limits) -> bytes:
    """Return the body unpacked, without ever holding more than *limits* allow."""
    packing = answer.headers.get("content-encoding", "identity").lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise BadAnswer(f"{_said(request)}: the answer is packed in a way we did not offer{_doubt(request)}")
    gzip = None if packing == "identity" else zlib.decompressobj(_GZIP)
    body, received = bytearray(), 0
    async for chunk in answer.aiter_raw():
        received += len(chunk)
        allowed = min(limits.body, max(_RATIO_FROM, received * limits.ratio))
        while chunk:
            body += gzip.decompress(chunk, allowed + 1 - len(body)) if gzip else chunk
            if len(body) > allowed:
                raise BadAnswer(f"{_said(request)}: the answer is too large or too tightly packed{_doubt(request)}")
            chunk = gzip.unused_data if gzip else b""
            gzip = zlib.decompressobj(_GZIP) if chunk else gzip  # several packed pieces in a row are one body
    if gzip and received and not gzip.eof:
        raise zlib.error("cut short")
    return bytes(body)


def _retry_after(text: str, now: datetime, longest: timedelta) -> timedelta | None:
    """Return how long the source asks us to wait, at most *longest*; ``None`` if it does not say or makes no sense."""
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=int(text[:9]))  # nine digits are more than anybody waits
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(wait, longest) if wait > timedelta() else None


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (gaierror, "its name does not resolve (DNS)"),
    (ConnectionRefusedError, "the connection was refused"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.ConnectError, "no connection could be made"),
    (CancelledError, "given up because syncd is stopping"),
    (TimeoutError, "no whole answer in time"),
    (zlib.error, "the answer cannot be unpacked"),
    (Exception, "the connection broke off or the answer was not HTTP"),
)
_TLS: Mapping[int | str, str] = {  # OpenSSL's X509_V_ERR numbers and reasons
    9: "its certificate is not valid yet; check the clock of this machine",
    10: "its certificate has expired; have it renewed, or check the clock of this machine",
    **dict.fromkeys((18, 19, 20), "its certificate is self-signed or from a strange authority; if it is yours, use ca_file"),
    **dict.fromkeys((62, 64), "its certificate is for another host; correct the address"),
    **dict.fromkeys(("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"), "its TLS is older than 1.2; have it upgraded"),
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port; correct the address",
}


def _unanswered(request: httpx.Request, error: Exception) -> Unavailable | Misconfigured:
    """Return what it means that *request* got no answer."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    tls = _beneath(error, ssl.SSLError)
    if unsent and isinstance(tls, ssl.SSLError) and not isinstance(tls, ssl.SSLEOFError):
        code = tls.verify_code if isinstance(tls, ssl.SSLCertVerificationError) else tls.reason
        return Misconfigured(f"{_said(request)}: {_TLS.get(code, f'TLS failed ({code}); ask whoever runs that host')}")
    words = next(words for kind, words in _WORDS if _beneath(error, kind))
    return _Failed(request, words, undone=unsent, soon=not isinstance(error, CancelledError))


def _beneath(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """Return the first of *kind* among *error* and what caused it; of several addresses tried, the first tells."""
    while error and not isinstance(error, kind):
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
    return error


def _is_repeatable(request: httpx.Request) -> bool:
    return request.method in {"GET", "HEAD"} or "idempotency-key" in request.headers


def _doubt(request: httpx.Request) -> str:
    return _LATER if _is_repeatable(request) else "; its outcome is unknown: read the record back before writing it again"


def _said(request: httpx.Request) -> str:
    return f"{request.method} {request.url.netloc.decode()}{_path(request.url)}"


def _path(url: httpx.URL) -> str:
    """Return the path without what might be an e-mail address or a token."""
    parts = url.raw_path.partition(b"?")[0].decode().split("/")
    return "/".join("…" if len(part) > 40 or "@" in unquote(part) else part for part in parts)
