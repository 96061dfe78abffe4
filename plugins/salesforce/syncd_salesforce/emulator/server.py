"""The HTTP server: requests become calls, answers become replies, and faults of the wire happen here."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from threading import RLock
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from syncd_salesforce.emulator import control, gate, wire
from syncd_salesforce.emulator.answers import Answer, ApiError, Call
from syncd_salesforce.emulator.instance import Instance, Seen

__all__ = ["application"]

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
_SMALL = 1_400  # bytes that are not worth compressing
_DATA = "/services/data"


def application(instance: Instance, lock: RLock) -> Starlette:
    """Return the server of an org; *lock* is held while a request is worked on, so that tests can look in between."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        call = _call(request, body)
        early = instance.faults.strike("silent", call) or instance.faults.strike("slow", call)
        if early is not None:
            await asyncio.sleep(float(early.value))
            if early.mode == "silent":
                return _Ended()
        with lock:
            instance.org.settle()
            answer = _answer(instance, request, call)
            instance.requests.append(
                Seen(method=call.method, path=request.url.path, query=request.url.query, status=answer.status)
            )
            return _reply(instance, call, answer)

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=_METHODS)])


def _call(request: Request, body: bytes) -> Call:
    path, version = request.url.path.rstrip("/"), ""
    if path.startswith(f"{_DATA}/v"):
        version, _, rest = path[len(_DATA) + 2 :].partition("/")
        path = f"/{rest}" if rest else ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    content = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    query = dict(parse_qsl(request.url.query, keep_blank_values=True))
    return Call(method=request.method, path=path, version=version, query=query, headers=headers, body=content)


def _answer(instance: Instance, request: Request, call: Call) -> Answer:
    if call.version:
        return gate.rest(instance, call, length=len(str(request.url)))
    match call.path.split("/")[1:]:
        case ["services", "data"]:
            return gate.versions(instance)
        case ["services", "oauth2", "token"]:
            return gate.login(instance, _form(call))
        case ["services", "oauth2", "authorize"]:
            return _authorized(instance, call)
        case ["services", "oauth2", "revoke"]:
            token = _form(call).get("token", "")
            instance.sessions.open.pop(token, None)
            instance.sessions.refresh_tokens.discard(token)
            return Answer(body=b"")
        case ["services", "oauth2", "userinfo"] | ["id", _, _]:
            return control.identity(instance, call)
        case ["services", "Soap", _, version, *_]:
            return gate.by_soap(instance, call.body, version)
        case ["emulator", *names]:
            return control.controlled(instance, call, "/".join(names))
    return ApiError("NOT_FOUND", "The requested resource does not exist", status=404).answer()


def _form(call: Call) -> dict[str, str]:
    """Return the fields of a form; client id and secret may come by Basic authentication."""
    return control.basic(call) | dict(parse_qsl(call.body.decode("utf-8", "replace"))) | dict(call.query)


def _authorized(instance: Instance, call: Call) -> Answer:
    """Grant what a browser would be asked for, and send it back with a code."""
    if call.query.get("client_id") != instance.credentials.client_id:
        return Answer(status=400, content={"error": "invalid_client_id", "error_description": "client identifier invalid"})
    back = {"code": instance.sessions.code(), "state": call.query.get("state", "")}
    return Answer(status=302, body=b"", headers={"Location": f"{call.query.get('redirect_uri', '')}?{urlencode(back)}"})


def _reply(instance: Instance, call: Call, answer: Answer) -> Response:
    body = answer.payload()
    headers = {**answer.headers, "Date": gate.dated(instance), "Content-Type": answer.type}
    if instance.faults.strike("reset", call) or instance.faults.strike("token_lost", call):
        return _Ended()
    if instance.faults.strike("cut_open", call):
        half = body[: body.rfind(b"\n", 0, len(body) // 2 + 1) + 1]
        return _Raw(_head(answer.status, headers) + half)
    odd = _odd(instance, call, body, headers)
    if odd is not None:
        return odd
    if len(body) > _SMALL and "gzip" in call.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    if instance.faults.strike("cut", call):
        headers["Content-Length"] = str(len(body))
        return _Raw(_head(answer.status, headers) + body[: len(body) // 2])
    return Response(body, status_code=answer.status, headers=headers)


def _odd(instance: Instance, call: Call, body: bytes, headers: Mapping[str, str]) -> Response | None:
    """Return a reply that is whole and yet not what was asked for."""
    if instance.faults.strike("keyless", call):
        return Response(b"{}", headers=headers)
    redirect = instance.faults.strike("redirect", call)
    if redirect is not None:
        return Response(status_code=302, headers={"Location": redirect.value})
    bomb = instance.faults.strike("bomb", call)
    if bomb is not None:
        blanks = b" " * (1_000_000 * int(bomb.value))
        return Response(gzip.compress(blanks, compresslevel=1), headers={**headers, "Content-Encoding": "gzip"})
    flood = instance.faults.strike("header_flood", call)
    if flood is not None:
        return Response(body, headers={**headers, **{f"X-Flood-{number}": "x" for number in range(int(flood.value))}})
    drip = instance.faults.strike("drip", call)
    if drip is not None:
        return StreamingResponse(_dripping(body, float(drip.value)), headers={**headers, "Content-Length": str(len(body))})
    return None


async def _dripping(body: bytes, pause: float) -> AsyncIterator[bytes]:
    for byte in body:
        yield bytes([byte])
        await asyncio.sleep(pause)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} OK", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Ended(Response):
    """No reply: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the connection, and wait until the server has noticed."""
        wire.end(scope["client"][1], scope["server"][1])
        while (await receive())["type"] != "http.disconnect":
            pass


class _Raw(Response):
    """Bytes as they are, and the end of the connection behind them."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write past the server, and wait until it has noticed."""
        wire.raw(scope["client"][1], scope["server"][1], self._content)
        while (await receive())["type"] != "http.disconnect":
            pass
