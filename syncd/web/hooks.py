"""``POST /hooks/{connection}``: webhooks of sources, kept before they are answered. It tells strangers nothing."""

from __future__ import annotations

import logging
import socket
from asyncio import timeout
from collections.abc import Callable, Mapping

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from syncd.engine.hints import Call
from syncd.spi import ConnectorError, Unauthorized
from syncd.store.database import StoreError

LARGEST = 2**20
"""Bytes of a body; a vendor's batch of a hundred events has some 50,000."""

LONGEST_S = 10.0
"""Seconds for a body to arrive."""

log = structlog.get_logger("syncd")


def app(doors: Mapping[str, Callable[[Call], None]], *, url: str | None) -> Starlette:
    """Return the application that hands the webhooks of each connection to its door.

    *url* is the address by which sources call us; without it, the one they say. A door raises Unauthorized for a bad
    signature, and any ConnectorError or StoreError if the source shall try again.
    """

    async def hook(request: Request) -> Response:
        door = doors.get(request.path_params["connection"])
        if door is None:
            return Response(status_code=404)
        body = await _body(request)
        if isinstance(body, Response):
            return body
        return await run_in_threadpool(_answered, request.path_params["connection"], door, _call(request, body, url))

    return Starlette(routes=[Route("/hooks/{connection}", hook, methods=["POST"])])


class HookServer:
    """Listens from the moment it is made; to be stopped."""

    def __init__(self, application: Starlette, listen: str) -> None:
        host, _, port = listen.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host.strip("[]"), int(port)), family=family)
        logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)  # we log ourselves, and nothing that a stranger sent
        self._server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                limit_concurrency=100,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=3,
            )
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        port: int = self._socket.getsockname()[1]
        return port

    def serve(self) -> None:
        """Answer until stopped."""
        with self._socket:
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Let `serve` end."""
        self._server.should_exit = True


async def _body(request: Request) -> bytes | Response:
    """Return the body, or the answer to one that is too large or too slow."""
    body = bytearray()
    try:
        async with timeout(LONGEST_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    return Response(status_code=413)
    except TimeoutError:
        return Response(status_code=408)
    except ClientDisconnect:
        return Response(status_code=400)
    return bytes(body)


def _call(request: Request, body: bytes, url: str | None) -> Call:
    """Return the call; the path and the query as they were sent, since signatures cover them letter by letter."""
    path = (request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    home = url or f"{request.url.scheme}://{request.url.netloc}"
    return Call(
        method=request.method, url=f"{home}{path}" + (f"?{query}" if query else ""), headers=dict(request.headers), body=body
    )


def _answered(name: str, door: Callable[[Call], None], call: Call) -> Response:
    try:
        door(call)
    except Unauthorized:
        log.warning("hook.refused", connection=name)
        return Response(status_code=401)
    except (ConnectorError, StoreError) as error:
        log.warning("hook.failed", connection=name, error=type(error).__name__, what=str(error))
        return Response(status_code=503)
    except Exception:  # as in `daemon.repeat`: the server's own log is silenced, because it quotes strangers
        log.exception("hook.broken", connection=name)
        return Response(status_code=500)
    return Response(status_code=200)
