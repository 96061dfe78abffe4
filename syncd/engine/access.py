"""Who we are to a source and how often we may ask it: one login and one count per connection, whoever opens it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

from syncd.config import ConnectionConfig
from syncd.config.secrets import SecretMissing, resolve
from syncd.engine.site import Site
from syncd.spi import Budget, Client, Login, Misconfigured, Pass, SecretRef, Unavailable
from syncd.store import budgets, streams, tokens
from syncd.store.database import Busy
from syncd.transport import Access, Meters, Passport

_LOOKS, _LOOK_S = 600, 0.1
_MICROSECOND = timedelta(microseconds=1)


def shared_access(site: Site, connection: ConnectionConfig) -> Access:
    """Return what every opening of *connection* in this process shares."""
    spec, settings = connection.spec, connection.settings
    access = Access(
        origins=spec.origins(settings),
        passport=Passport(LogIn(site, connection), site.clock),
        meters=Meters(spec.budgets(settings), partial(_reserve, site, connection.name)),
    )
    return site.accesses.setdefault(connection.name, access)


def resolver(site: Site, connection: ConnectionConfig) -> Callable[[SecretRef], str]:
    """Return the function that resolves the secrets of *connection*; it raises Misconfigured."""

    def resolved(reference: SecretRef) -> str:
        try:
            return resolve(reference, home=site.config.folder)
        except SecretMissing as error:
            raise Misconfigured(f"connections.{connection.name}: {error}") from None

    return resolved


class LogIn:
    """Logs in as a connection, one process at a time, and keeps what the next login needs before the pass is used.

    What could not be stored, because the store was full or locked, is stored by the next call before anything else: a source
    that rotates its refresh tokens gives each only once.
    """

    def __init__(self, site: Site, connection: ConnectionConfig) -> None:
        self._site, self._connection = site, connection
        self._unsaved: Pass | None = None

    def __call__(self, client: Client) -> Pass:
        """Return a new pass. Raises: ConnectorError, StoreError."""
        with _turn(self._site, f"login {self._connection.name}"):
            given = self._unsaved or self._asked(client)
            if given.kept:
                self._unsaved = given
                with self._site.store.write() as tx:
                    tokens.keep(tx, self._connection.name, given.kept, self._site.now())
            self._unsaved = None
            return given

    def _asked(self, client: Client) -> Pass:
        with self._site.store.read() as tx:
            kept = tokens.kept(tx, self._connection.name)
        return self._connection.spec.login(
            Login(
                settings=self._connection.settings,
                resolve=resolver(self._site, self._connection),
                kept=kept,
                client=client,
                now=self._site.clock(),
            )
        )


@contextmanager
def _turn(site: Site, name: str) -> Generator[None]:
    """Hold the lock *name*, waiting for whoever has it. Raises: Unavailable."""
    with ExitStack() as held:
        for _ in range(_LOOKS):
            try:
                held.enter_context(site.store.lock(name))
            except Busy:
                if site.stop.wait(_LOOK_S):
                    break
            else:
                yield
                return
        raise Unavailable(f"{name}: another process is at it for too long; tried again later")


def _reserve(site: Site, connection: str, budget: Budget, calls: int) -> timedelta:
    """See `syncd.transport.budgets.Reserve`."""
    with site.store.write() as tx:
        key = budgets.Key(streams.connection_id(tx, connection), budget.name)
        if calls < 0:
            budgets.give_back(tx, key, -calls)
            return timedelta()
        wait = budgets.take(tx, key, calls, limit=budget.calls, per=budget.per // _MICROSECOND, now=site.now())
    return timedelta(microseconds=wait)
