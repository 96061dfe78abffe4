"""The wire: one request, one answer, within all limits.

Requests run on an event loop in a thread of their own, since only there a deadline ends whatever is going on: a name look-up, a
handshake, a peer that sends one byte a second. Blocking sockets were refused: their time-outs begin anew with every byte.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import zlib
from collections.abc import Mapping
from contextlib import aclosing
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

import httpx

from syncd.spi import BadAnswer, Misconfigured, Reply, Unavailable
from syncd.transport.limits import Limits
from syncd.transport.requests import doubt, said

_RATIO_FROM = 2**20  # smaller answers full of empty fields honestly shrink to less
_GZIP = 16 + zlib.MAX_WBITS
_public_authorities = cache(httpx.create_ssl_context)
# Where clouds hand out credentials, beyond the link-local addresses: AWS, Alibaba Cloud, Azure, Oracle Cloud.
_METADATA = {ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")}


class Wire:
    """Sends requests one by one from any thread; to be closed."""

    def __init__(self, limits: Limits, *, ca_file: Path | None, allow_private: bool) -> None:
        for name in ("httpx", "httpcore"):  # they log whole URLs and headers
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._limits, self._allow_private = limits, allow_private
        time_out = httpx.Timeout(None, connect=limits.connect_s)
        self._http = httpx.AsyncClient(verify=_trust(ca_file), trust_env=False, timeout=time_out)
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

    def send(self, request: httpx.Request) -> Reply:
        """Send *request* and return its answer. Raises: errors of httpx, OSError, zlib.error, CancelledError; BadAnswer."""
        request.extensions["trace"] = self._watch
        with self._lock:  # a request handed over while the loop ends would wait for ever
            if self._closed:
                raise Unavailable(f"{said(request)}: not sent because syncd is stopping; it goes on after the next start")
            running = asyncio.run_coroutine_threadsafe(self._exchange(request), self._loop)
        return running.result()

    async def _exchange(self, request: httpx.Request) -> Reply:
        async with asyncio.timeout(self._limits.total_s), aclosing(await self._http.send(request, stream=True)) as answer:
            size = sum(len(name) + len(value) for name, value in answer.headers.raw)
            if len(answer.headers.raw) > self._limits.headers or size > self._limits.header_bytes:
                raise BadAnswer(f"{said(request)}: the answer has too many or too long headers{doubt(request)}")
            return Reply(
                status=answer.status_code, headers=dict(answer.headers), body=await _body(request, answer, self._limits)
            )

    async def _watch(self, event: str, info: Mapping[str, _Peer]) -> None:
        """Look, before a byte is sent, whom we are connected to: a name can resolve to anything."""
        if event == "connection.connect_tcp.complete":
            wire = info["return_value"]
            peer = ip_address(wire.get_extra_info("server_addr")[0])
            peer = getattr(peer, "ipv4_mapped", None) or peer
            if peer.is_link_local or peer in _METADATA or not (peer.is_global or self._allow_private):
                await wire.aclose()
                raise Misconfigured(f"{peer} is in a private network; correct the host, or set allow_private if it is yours")

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._http.aclose()


class _Peer(Protocol):
    def get_extra_info(self, info: str) -> tuple[str, int]: ...
    async def aclose(self) -> None: ...


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file) if ca_file else _public_authorities(trust_env=False)
    except OSError as error:
        raise Misconfigured(f"ca_file {ca_file}: cannot be read as PEM certificates; correct the path or the file") from error


async def _body(request: httpx.Request, answer: httpx.Response, limits: Limits) -> bytes:
    """Return the body unpacked, without ever holding more than *limits* allow."""
    packing = answer.headers.get("content-encoding", "identity").lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise BadAnswer(f"{said(request)}: the answer is packed in a way we did not offer{doubt(request)}")
    gzip = None if packing == "identity" else zlib.decompressobj(_GZIP)
    body, received = bytearray(), 0
    async for chunk in answer.aiter_raw():
        received += len(chunk)
        allowed = min(limits.body, max(_RATIO_FROM, received * limits.ratio))
        while chunk:
            body += gzip.decompress(chunk, allowed + 1 - len(body)) if gzip else chunk
            if len(body) > allowed:
                raise BadAnswer(f"{said(request)}: the answer is too large or too tightly packed{doubt(request)}")
            chunk = gzip.unused_data if gzip else b""
            gzip = zlib.decompressobj(_GZIP) if chunk else gzip  # several packed pieces in a row are one body
    if gzip and received and not gzip.eof:
        raise zlib.error("cut short")
    return bytes(body)
