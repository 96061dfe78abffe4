"""Runs the server in a thread: uvicorn's protocol without its process management, so that tests start and stop it at once."""

from __future__ import annotations

import asyncio
import socket
from threading import Event, Thread

import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from syncd_salesforce.emulator.wire import Wire

__all__ = ["Serving"]


class Serving:
    """A server on a socket that listens already."""

    def __init__(self, app: Starlette, listening: socket.socket) -> None:
        self._app = app
        self._socket = listening
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="emulated-salesforce", daemon=True)

    def start(self) -> None:
        """Begin to answer. Raises: RuntimeError if the server ends at once."""
        self._thread.start()
        while not self._ready.wait(0.1):
            if not self._thread.is_alive():
                raise RuntimeError("the emulated org could not be served")

    def stop(self) -> None:
        """Stop answering; open connections are reset."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    def wait(self) -> None:
        """Wait until somebody stops it."""
        self._thread.join()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False, date_header=False
        )
        state, loop = ServerState(), asyncio.get_running_loop()
        server = await loop.create_server(lambda: Wire(config, state, {}), sock=self._socket)
        self._loop = loop
        self._ready.set()
        await self._stop.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
