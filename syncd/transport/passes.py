"""The pass of a connection: got by logging in, renewed in time, shared by all who use the connection in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from syncd.spi import Client, Pass

EARLY = timedelta(minutes=1)


class Passport:
    """Holds the pass and logs in, never twice at once: who asks meanwhile waits and gets the same pass.

    ``log_in`` is given a client that sends without a pass; it stores what has to be kept before it returns.
    """

    def __init__(self, log_in: Callable[[Client], Pass], now: Callable[[], datetime]) -> None:
        self._log_in, self._now = log_in, now
        self._lock = Lock()
        self._pass: Pass | None = None
        self._good_until: datetime | None = None

    def current(self, client: Client) -> Pass:
        """Return the pass, after a login if there is none or it is about to expire. Raises: what logging in raises."""
        with self._lock:
            expires = self._good_until is not None and self._now() >= self._good_until
            return self._new(client) if self._pass is None or expires else self._pass

    def renewed(self, client: Client, refused: Pass) -> Pass:
        """Return the pass that took the place of *refused*, after a login if none did. Raises: what logging in raises."""
        with self._lock:
            return self._new(client) if self._pass is None or self._pass is refused else self._pass

    def _new(self, client: Client) -> Pass:
        self._pass = None  # if logging in fails, the old one is not shown again
        began = self._now()
        given = self._log_in(client)
        self._good_until = given.expires_at and given.expires_at - min(EARLY, (given.expires_at - began) / 10)
        self._pass = given
        return given
