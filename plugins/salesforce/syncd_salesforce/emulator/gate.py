"""What happens to a request before its endpoint: session, limits, version, and the faults of whole requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime

from syncd_salesforce.emulator import routing, soap
from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json
from syncd_salesforce.emulator.auth import Refused, granted
from syncd_salesforce.emulator.instance import Instance

__all__ = ["by_soap", "dated", "login", "rest", "versions"]

_OLDEST, _NEWEST = 31, 68  # HELP/000354473: 21.0 to 30.0 were retired in Summer '25 (this project's notes, read 2026-11-21)
_SEASONS = ("Winter", "Spring", "Summer")
_SORRY = b"<html><head><title>Maintenance</title></head><body><h1>We are down for maintenance.</h1></body></html>"
_TOO_LONG = b"<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>"
_TOO_LARGE = b"<html><body><h2>HTTP ERROR 431</h2><p>Request Header Fields Too Large</p></body></html>"
_EXPIRED = "Session expired or invalid"

_ERRORS: Mapping[str, tuple[int, str, str]] = {
    "unavailable": (503, "SERVER_UNAVAILABLE", "The server is currently unavailable"),
    "broken": (
        500,
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support: 1-1 (1)",
    ),
    "edge": (420, "UNKNOWN_EXCEPTION", "Salesforce Edge is setting things up"),
    "throttled": (429, "REQUEST_LIMIT_EXCEEDED", "Too many requests"),
    "not_acceptable": (406, "CustomNotAcceptable", "Not acceptable"),
    "gone": (410, "GONE", "The requested API version is no longer available"),
    "daily_limit": (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "concurrent_limit": (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    "api_disabled": (403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."),
    "no_rights": (403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id"),
    "session": (401, "INVALID_SESSION_ID", _EXPIRED),
    "session_dead": (401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
}
_PAGES: Mapping[str, tuple[int, bytes]] = {
    "maintenance": (503, _SORRY),
    "html": (200, _SORRY),
    "headers_too_large": (431, _TOO_LARGE),
}


def rest(instance: Instance, call: Call, *, length: int) -> Answer:
    """Answer a call below a version; *length* is that of its url."""
    answer = _gated(instance, call, length) or routing.answered(instance, call)
    instance.calls[f"{call.method} {routing.place(call.path)}"] += 1
    return Answer(
        status=answer.status,
        content=answer.content,
        body=answer.body,
        type=answer.type,
        headers={**answer.headers, "Sforce-Limit-Info": instance.usage.header()},
    )


def versions(instance: Instance) -> Answer:
    """Answer GET /services/data: the versions that are served, oldest first."""
    return Answer(content=[_version(number) for number in range(_OLDEST, _NEWEST + 1)])


def login(instance: Instance, form: Mapping[str, str]) -> Answer:
    """Answer a request to the token endpoint."""
    instance.calls["POST /services/oauth2/token"] += 1
    fault = instance.faults.strike("login", Call(method="POST", path="/services/oauth2/token", version=""))
    if fault is not None:
        return Refused("invalid_grant", fault.value).answer
    try:
        return granted(instance.org, instance.credentials, instance.sessions, form=form, url=instance.url)
    except Refused as refused:
        return refused.answer


def by_soap(instance: Instance, body: bytes, version: str) -> Answer:
    """Answer a SOAP call."""
    instance.calls["POST /services/Soap"] += 1
    return soap.answered(instance, body, version)


def dated(instance: Instance) -> str:
    """Return the Date header, off by as much as a misbehaviour says."""
    skew = timedelta(seconds=float(instance.faults.value("clock") or 0))
    return format_datetime(instance.now().replace(microsecond=0) + skew, usegmt=True)


def _gated(instance: Instance, call: Call, length: int) -> Answer | None:
    """Return why a call does not reach its endpoint, ``None`` if it does."""
    number = call.version.removesuffix(".0")
    if not number.isdigit() or int(number) > _NEWEST:
        return ApiError("NOT_FOUND", "The requested resource does not exist", status=404).answer()
    if int(number) < _OLDEST:
        return ApiError("GONE", "The requested API version is no longer available", status=410).answer()
    token = call.headers.get("authorization", "").partition(" ")[2]
    if not instance.sessions.holds(token, instance.now()):
        return ApiError("INVALID_SESSION_ID", _EXPIRED, status=401).answer()
    instance.usage.used += 1
    if instance.usage.used > instance.usage.limit:
        return ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403).answer()
    kind = call.headers.get("content-type", "application/json")
    if call.body and not kind.startswith("application/json") and not call.path.endswith(("/batches", "/deployRequest")):
        message = f"Content-Type header specified in HTTP request is not supported: {kind}"
        return ApiError("UNSUPPORTED_MEDIA_TYPE", message, status=415).answer()
    return _struck(instance, call, length)


def _struck(instance: Instance, call: Call, length: int) -> Answer | None:
    for mode, (status, code, message) in _ERRORS.items():
        if instance.faults.strike(mode, call):
            return ApiError(code, message, status=status).answer()
    for mode, (status, page) in _PAGES.items():
        if instance.faults.strike(mode, call):
            return Answer(status=status, body=page, type="text/html")
    longest = instance.faults.value("uri_too_long")
    if longest is not None and length > int(longest) and instance.faults.strike("uri_too_long", call):
        return Answer(status=414, body=_TOO_LONG, type="text/html")
    return None


def _version(number: int) -> Json:
    season, year = _SEASONS[(number + 1) % 3], (number + 1) // 3 + 4
    return {"label": f"{season} '{year:02}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
