"""Puts an emulator together and starts it in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from syncd_hubspot.emulator.access import Access
from syncd_hubspot.emulator.account import Account
from syncd_hubspot.emulator.company import establish
from syncd_hubspot.emulator.given import Given
from syncd_hubspot.emulator.instants import ms
from syncd_hubspot.emulator.limits import PLANS, Limits
from syncd_hubspot.emulator.living import nothing, past
from syncd_hubspot.emulator.misbehaviour import Misbehaviour
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.server import HOST, in_thread
from syncd_hubspot.emulator.service import Service


def wall_clock() -> int:
    """Return epoch milliseconds; the emulator is a process of its own and reads its clock here alone."""
    return ms(datetime.now(UTC))  # noqa: TID251 - said above


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is emulated. *clock* gives epoch milliseconds; *plan* is one of `limits.PLANS`; *port* 0 is any free one.

    *people* are among the *contacts*, as far as there are so many.
    """

    contacts: int = 0
    people: Sequence[Given] = ()
    seed: int = 1
    misbehave: str = ""
    plan: str = "unlimited"
    port: int = 0
    history: bool = True
    clock: Callable[[], int] = field(default=wall_clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A running emulator, for a test: where it is, what is in it, what it was asked."""

    url: str
    service: Service

    @property
    def portal(self) -> Portal:
        """What is in the account; hold its lock to change anything."""
        return self.service.portal

    @property
    def access(self) -> Access:
        """The tokens."""
        return self.service.access

    @property
    def token(self) -> str:
        """The private-app token."""
        return self.service.access.token

    @property
    def headers(self) -> Mapping[str, str]:
        """What a call needs to be let in."""
        return {"Authorization": f"Bearer {self.token}"}

    def called(self, method: str = "", path: str = "") -> int:
        """Return how many requests used *method* (any if empty) on a path that holds *path*."""
        calls = self.service.calls.items()
        return sum(n for (verb, where), n in calls if (not method or verb == method) and path in where)

    def misbehave(self, switches: str) -> None:
        """Switch to these faults and no others; "" lets all be well."""
        with self.portal.lock:
            self.service.misbehaviour.switch(switches)

    def forget_calls(self) -> None:
        """Count from zero."""
        self.service.calls.clear()
        self.service.statuses.clear()


def assemble(options: Options) -> Service:
    """Put an emulator together, filled, not yet listening. Raises: ValueError for switches there are not."""
    portal = Portal(Account(), clock=options.clock, rng=Random(options.seed))
    access = Access(portal)
    limits = Limits(PLANS[options.plan], portal.account)
    misbehaviour = Misbehaviour(portal, access, limits, seed=options.seed)
    misbehaviour.switch(options.misbehave)
    if options.contacts:
        establish(portal, contacts=options.contacts, people=options.people, history=past if options.history else nothing)
    return Service(portal, access=access, limits=limits, misbehaviour=misbehaviour, url=f"http://{HOST}:{options.port}")


@contextmanager
def emulated(options: Options | None = None) -> Iterator[Emulator]:
    """Run an emulator in a thread until the block is left."""
    chosen = options or Options()
    service = assemble(chosen)
    with in_thread(service.respond, port=chosen.port) as port:
        service.url = f"http://{HOST}:{port}"
        yield Emulator(url=service.url, service=service)
