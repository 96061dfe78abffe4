"""The host's real client for a connector under test: logins, budgets and repetitions in earnest, pauses in no time."""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from syncd.spi import Client, ConnectorSpec, Login, Pass, SecretRef, Settings
from syncd.testing.clock import VirtualClock
from syncd.transport import Access, HttpClient, Limits, Meters, Passport, Timing


@contextmanager
def online(
    spec: ConnectorSpec,
    settings: Settings,
    clock: VirtualClock,
    *,
    resolve: Callable[[SecretRef], str],
    kept: MutableMapping[str, str],
) -> Generator[Client]:
    """Open the client that the host would give to a connection of *spec*; a pause moves *clock* on.

    *kept* is what earlier logins kept, and takes what new ones keep. Give it to the next opening, as in a new process.
    """

    def log_in(nobody: Client) -> Pass:
        given = spec.login(Login(settings=settings, resolve=resolve, kept=dict(kept), client=nobody, now=clock.now()))
        kept.update(given.kept)
        return given

    def sleep(seconds: float) -> bool:
        clock.advance(timedelta(seconds=seconds))
        return False

    access = Access(
        origins=spec.origins(settings),
        passport=Passport(log_in, clock.now),
        meters=Meters(spec.budgets(settings), lambda budget, calls: timedelta()),
    )
    timing = Timing(now=clock.now, clock=lambda: clock.now().timestamp(), sleep=sleep, rng=Random(7))
    client = HttpClient(access, Limits(total_s=spec.patience.total_seconds()), timing)
    try:
        yield client
    finally:
        client.close()
