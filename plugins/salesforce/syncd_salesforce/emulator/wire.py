"""The connections under the server, so that replies can be cut, and connections reset, as networks do it."""

from __future__ import annotations

import asyncio
import socket
import struct

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Wire", "end", "raw"]

_open: dict[tuple[int, int], asyncio.Transport] = {}


class Wire(H11Protocol):
    """Keeps each connection where faults find it: by the ports of both ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Note the connection."""
        super().connection_made(transport)
        # asyncio leaves Nagle's algorithm on for sockets it was given, and a reply in two pieces then waits 40 ms for an
        # acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _open[_ports(transport)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        _open.pop(_ports(self.transport), None)


def end(client: int, server: int) -> None:
    """Reset the connection between two ports."""
    transport = _open.get((client, server))
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def raw(client: int, server: int, content: bytes) -> None:
    """Write bytes past the server, and close the connection behind them."""
    transport = _open.get((client, server))
    if transport is not None:
        transport.write(content)
        transport.close()


def _ports(transport: asyncio.Transport) -> tuple[int, int]:
    return transport.get_extra_info("peername")[1], transport.get_extra_info("sockname")[1]
