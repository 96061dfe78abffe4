"""Answers requests: access, limits, misbehaviour, then the portal. It knows no sockets, so that a test can ask it directly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import parse_qs

import msgspec

from syncd_hubspot.emulator import control
from syncd_hubspot.emulator.access import Access, check_scope, required
from syncd_hubspot.emulator.faults import Outcome
from syncd_hubspot.emulator.limits import Limits
from syncd_hubspot.emulator.misbehaviour import Misbehaviour
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.routes import Match, match
from syncd_hubspot.emulator.wire import Answer, Call, ErrorBody, Refusal, answer

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came over the wire; *path* still percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str]
    body: bytes = b""


class Service:
    """The API over a portal. *calls* counts requests by method and path, *statuses* answers by status."""

    def __init__(self, portal: Portal, *, access: Access, limits: Limits, misbehaviour: Misbehaviour, url: str) -> None:
        self.portal = portal
        self.access = access
        self.limits = limits
        self.misbehaviour = misbehaviour
        self.url = url
        self.calls: Counter[tuple[str, str]] = Counter()
        self.statuses: Counter[int] = Counter()

    def respond(self, request: Request) -> Outcome:
        """Answer a request and say how the answer is to be sent."""
        with self.portal.lock:
            self.calls[request.method, request.path] += 1
            correlation = self.portal.token()
            outcome = self._outcome(request, correlation)
            headers = {"date": http_date(self.portal.now() // 1000), "x-hubspot-correlation-id": correlation}
            sent = replace(outcome.answer, headers={**outcome.answer.headers, **headers})
            self.statuses[sent.status] += 1
            return replace(outcome, answer=sent)

    def _outcome(self, request: Request, correlation: str) -> Outcome:
        if request.path.startswith(control.PATH):
            return Outcome(answer=control.controlled(self.portal, request.method, request.path, request.body))
        found = match(request.method, request.path)
        headers: Mapping[str, str] = {}
        try:
            if not isinstance(found, Match):
                raise _nowhere(request, found)
            self._admit(request, found)
            headers = self.limits.take(found.route.family, is_search=found.route.is_search, now=self.portal.now())
            before = self.misbehaviour.before(request.method, request.path, writes=found.route.writes)
            if before is not None:
                return before
            body, failed = self.misbehaviour.thinned(request.method, request.path, request.body)
            given = self._handle(replace(request, body=body), found)
            given = _with_errors(given, failed)
        except Refusal as refusal:
            given = _refused(refusal, correlation)
            return Outcome(answer=replace(given, headers={**headers, **given.headers}))
        done = replace(given, headers={**headers, **given.headers})
        return self.misbehaviour.after(request.method, request.path, done, writes=found.route.writes)

    def _admit(self, request: Request, found: Match) -> None:
        if found.route.family == "oauth":
            return
        self.access.check(request.headers.get("authorization", ""))
        name = found.path.get("type") or found.path.get("from")
        table = self.portal.table(name) if name else None
        check_scope(self.portal, required(found.route.family, table, writes=found.route.writes))

    def _handle(self, request: Request, found: Match) -> Answer:
        media = request.headers.get("content-type", "")
        if request.body and found.route.family != "oauth" and not media.startswith(JSON):
            raise Refusal(415, ErrorBody(message=f"Unsupported Media Type: {media or 'none'}", category="VALIDATION_ERROR"))
        call = Call(
            portal=self.portal,
            access=self.access,
            limits=self.limits,
            method=request.method,
            url=f"{self.url}{request.path}",
            path=found.path,
            query=parse_qs(request.query, keep_blank_values=True) if request.query else {},
            body=request.body,
            headers=request.headers,
        )
        return found.route.handler(call)


@lru_cache(maxsize=8)
def http_date(seconds: int) -> str:
    """Write a time as HTTP does; by the account's clock, which may be wrong.

    >>> http_date(1_795_262_400)
    'Sat, 21 Nov 2026 12:00:00 GMT'
    """
    return formatdate(seconds, usegmt=True)


def _refused(refusal: Refusal, correlation: str) -> Answer:
    body = msgspec.structs.replace(refusal.body, correlation_id=correlation)
    return answer(body, refusal.status, headers=refusal.headers)


def _with_errors(given: Answer, failed: Sequence[ErrorBody]) -> Answer:
    """Add to a batch's answer the errors of inputs that were taken out of it."""
    if not failed:
        return given
    body = msgspec.json.decode(given.body, type=dict[str, msgspec.Raw])
    errors = msgspec.json.decode(body.get("errors", b"[]"), type=list[msgspec.Raw])
    errors += [msgspec.Raw(msgspec.json.encode(error)) for error in failed]
    whole = {**body, "numErrors": len(errors), "errors": errors}
    return replace(given, status=207, body=msgspec.json.encode(whole))


def _nowhere(request: Request, methods: frozenset[str] | None) -> Refusal:
    if methods:
        allowed = {"Allow": ", ".join(sorted(methods))}
        return Refusal(405, ErrorBody(message=f"Method {request.method} is not allowed"), headers=allowed)
    return Refusal(404, ErrorBody(message="resource not found"))
