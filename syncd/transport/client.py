"""The HTTP client a connector is given: repeats what may be repeated, shows the pass, keeps to the budgets."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import httpx
import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from syncd.spi import Client, Pass, Reply, Unauthorized, Unavailable
from syncd.transport.budgets import Meters
from syncd.transport.failing import Failed, retry_after, unanswered
from syncd.transport.limits import Limits, Timing
from syncd.transport.passes import Passport
from syncd.transport.requests import LOGGING_IN, THIS_MACHINE, addressed, headers_of, is_repeatable, origin, path_of, said
from syncd.transport.wire import Wire

_log = structlog.get_logger()
_Map: TypeAlias = Mapping[str, str]

_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a connection may go, as whom and how often.

    ``origins`` are the addresses it may reach beside that of its pass: https, or http on this very machine. ``ca_file`` names
    authorities (PEM) to trust instead of the public ones, ``allow_private`` admits hosts in private networks.
    """

    origins: tuple[str, ...]
    passport: Passport
    meters: Meters = field(default_factory=lambda: Meters((), lambda budget, calls: timedelta()))
    ca_file: Path | None = None
    allow_private: bool = False


class _Asked(NamedTuple):
    """A request as the connector asked for it."""

    method: str
    url: str
    params: _Map
    headers: _Map
    content: bytes | None


class HttpClient:
    """`syncd.spi.Client` over httpx; to be closed."""

    def __init__(self, access: Access, limits: Limits, timing: Timing) -> None:
        self._access, self._limits, self._timing = access, limits, timing
        self._origins = [origin(text) for text in access.origins]
        allow_private = access.allow_private or all(url.host in THIS_MACHINE for url in self._origins)
        self._wire = Wire(limits, ca_file=access.ca_file, allow_private=allow_private)
        self._nobody = _Nobody(lambda asked: self._repeated(asked, self._without_pass))

    def close(self) -> None:
        """End whatever is under way and release all connections; a second time does nothing."""
        self._wire.close()

    def request(
        self, method: str, url: str, *, params: _Map | None = None, headers: _Map | None = None, content: bytes | None = None
    ) -> Reply:
        """Send a request, if need be several times, and return the answer; the names of its headers are lower case.

        A body without length, chunks or packing cannot be told from one that was cut: there the connector has to count.
        Raises: Unavailable; Unauthorized; BadAnswer beyond `Limits`; Misconfigured for a foreign address, a bad header, TLS.
        """
        try:
            return self._repeated(_Asked(method, url, params or {}, headers or {}, content), self._with_pass)
        except Failed as error:  # whether it may be repeated concerns nobody outside
            raise Unavailable(str(error), retry_after=error.retry_after) from error

    def _repeated(self, asked: _Asked, attempt: Callable[[_Asked], Reply]) -> Reply:
        stop = stop_after_attempt(self._limits.attempts)
        retry = retry_if_exception(lambda error: isinstance(error, Failed) and error.again)
        return Retrying(stop=stop, retry=retry, wait=self._pause, sleep=self._sleep, reraise=True)(attempt, asked)

    # -- one attempt

    def _with_pass(self, asked: _Asked) -> Reply:
        """Attempt as whom the pass says; a request that was refused had no effect and goes out once more with a new pass."""
        passport = self._access.passport
        shown = self._logged_in(passport.current)
        request = self._request(asked, shown)
        reply = self._send(request)
        if reply.status == 401:
            request = self._request(asked, self._logged_in(partial(passport.renewed, refused=shown)))
            reply = self._send(request)
        if reply.status == 401:
            what = "access was refused (401), after a new log-in too; see there what became of its user, token or app"
            raise Unauthorized(f"{said(request)}: {what}, and correct the connection's settings")
        return self._judged(request, reply)

    def _without_pass(self, asked: _Asked) -> Reply:
        request = self._request(asked, Pass(headers={}))
        request.extensions[LOGGING_IN] = True
        return self._judged(request, self._send(request))

    def _logged_in(self, passport: Callable[[Client], Pass]) -> Pass:
        try:
            return passport(self._nobody)
        except Failed as error:  # was repeated often enough
            raise Unavailable(f"logging in: {error}", retry_after=error.retry_after) from error

    def _request(self, asked: _Asked, shown: Pass) -> httpx.Request:
        home = origin(shown.origin) if shown.origin else self._origins[0]
        address = addressed(asked.url, home, {home, *self._origins})
        headers = {**headers_of(asked.headers), **headers_of(shown.headers), "accept-encoding": "gzip", "user-agent": "syncd"}
        address = address.copy_merge_params(asked.params) if asked.params else address
        return httpx.Request(asked.method, address, headers=headers, content=asked.content)

    def _send(self, request: httpx.Request) -> Reply:
        self._access.meters.take(request.method, request.url.path, self._limits, self._timing)
        started = self._timing.clock()
        try:
            reply = self._wire.send(request)
        except (httpx.RequestError, OSError, zlib.error, CancelledError) as error:
            raise unanswered(request, error) from error
        log = _log.bind(method=request.method, host=request.url.host, path=path_of(request.url))
        log.debug("http.answered", status=reply.status, took_s=round(self._timing.clock() - started, 3), bytes=len(reply.body))
        return reply

    def _judged(self, request: httpx.Request, reply: Reply) -> Reply:
        """Return *reply* unless its status means the same whichever vendor it comes from."""
        given = retry_after(reply.headers.get("retry-after", ""), self._timing.now(), self._limits.retry_after)
        soon = given is None or given.total_seconds() <= self._limits.pause_s
        if reply.status == 429 or reply.status >= 500 or (reply.status in {408, 425} and is_repeatable(request)):
            raise Failed(request, f"answered {reply.status}", undone=reply.status == 429, soon=soon, after=given)
        return reply

    # -- between attempts

    def _pause(self, state: RetryCallState) -> float:
        # "decorrelated jitter" of aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter: who failed together parts
        given = (state.outcome and getattr(state.outcome.exception(), "retry_after", None)) or timedelta()
        jitter = self._timing.rng.uniform(_PAUSE_S, 3 * max(_PAUSE_S, state.upcoming_sleep))
        return min(jitter + given.total_seconds(), self._limits.pause_s)

    def _sleep(self, seconds: float) -> None:
        if self._timing.sleep(seconds):
            raise Unavailable("not tried again because syncd is stopping; it goes on after the next start")


class _Nobody:
    """The client a login is given: the same way out, without a pass."""

    def __init__(self, send: Callable[[_Asked], Reply]) -> None:
        self._send = send

    def request(
        self, method: str, url: str, *, params: _Map | None = None, headers: _Map | None = None, content: bytes | None = None
    ) -> Reply:
        """See `syncd.spi.Login`."""
        return self._send(_Asked(method, url, params or {}, headers or {}, content))
