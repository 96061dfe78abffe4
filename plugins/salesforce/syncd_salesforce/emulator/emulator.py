"""Starts the emulator in a thread, for tests and for the command line."""

from __future__ import annotations

import gc
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, RLock, Thread
from types import TracebackType

from syncd_salesforce.emulator import gate, shared
from syncd_salesforce.emulator.answers import Answer, Call, Json, Value, encoded
from syncd_salesforce.emulator.auth import Credentials, Sessions
from syncd_salesforce.emulator.company import seeded
from syncd_salesforce.emulator.given import Given
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.life import step
from syncd_salesforce.emulator.misbehaviour import Faults
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.server import application
from syncd_salesforce.emulator.serving import Serving
from syncd_salesforce.emulator.writing import add

__all__ = ["Emulator", "Options", "system_clock"]


def system_clock() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)  # noqa: TID251  the emulator is a process of its own, and this is its edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an emulator is set up: ``leads`` fill the org, ``live`` is how often something happens in it, port 0 any free one.

    ``people`` are among the leads, as far as there are so many.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    misbehave: Sequence[str] = ()
    page: int = 2_000
    bulk_page: int = 50_000
    session: timedelta = timedelta(hours=2)
    rotate: bool = False
    shared_activities: bool = False
    leads: int = 0
    people: Sequence[Given] = ()
    live: timedelta | None = None


class Emulator:
    """A server with an org behind it; a context manager.

    ``instance.org`` is the org itself; hold ``lock`` to read or change it while requests are under way.
    """

    def __init__(self, options: Options | None = None, *, clock: Callable[[], datetime] = system_clock) -> None:
        options = options or Options()
        random = Random(options.seed)
        self._address = (options.host, options.port)
        self.lock = RLock()
        self.happened: deque[str] = deque(maxlen=1_000)
        self.org = Org(clock=clock)
        self.instance = Instance(
            org=self.org,
            credentials=Credentials(),
            sessions=Sessions(random=random, lifetime=options.session, rotating=options.rotate),
            random=random,
            faults=Faults(random=Random(options.seed + 1)),
            page=options.page,
            bulk_page=options.bulk_page,
        )
        self.org.lag, self.org.grain = self._lag, self._grain
        _furnish(self.org, self.instance.credentials)
        if options.shared_activities:
            shared.enable(self.org)
        if options.leads:
            self._inhabit(options)
        self._live = options.live
        self._stopped = Event()
        self._token = ""
        for text in options.misbehave:
            self.misbehave(text)

    @property
    def url(self) -> str:
        """Where it serves, once it does."""
        return self.instance.url

    @property
    def credentials(self) -> Credentials:
        """What to log in with."""
        return self.instance.credentials

    def misbehave(self, text: str) -> None:
        """Put a misbehaviour in force: ``NAME[:KEY=VALUE,…]``."""
        with self.lock:
            self.instance.faults.begin(text)

    def behave(self, mode: str | None = None) -> None:
        """Take one misbehaviour out of force, or all."""
        with self.lock:
            self.instance.faults.end(mode)

    def session(self) -> str:
        """Return a session id of the integration user that holds now."""
        with self.lock:
            if not self.instance.sessions.holds(self._token, self.org.now()):
                self._token = self.instance.sessions.begin(self.org)
            return self._token

    def ask(self, method: str, path: str, content: Json | bytes = None, *, header: str = "", **query: str) -> Answer:
        """Answer a request of the integration user without any network: ``ask("GET", "/query", q="SELECT Id FROM Lead")``.

        *header* is one more, as ``name: value``.
        """
        with self.lock:
            self.org.settle()
            name, _, value = header.partition(": ")
            sent = {name.lower(): value, "authorization": f"Bearer {self.session()}"}
            body = content if isinstance(content, bytes) else encoded(content)
            call = Call(method=method, path=path, version="67.0", query=query, headers=sent, body=body)
            return gate.rest(self.instance, call, length=len(path))

    def __enter__(self) -> Emulator:
        """Start serving."""
        listening = socket.create_server(self._address)
        self.instance.url = f"http://{self._address[0]}:{listening.getsockname()[1]}"
        self._serving = Serving(application(self.instance, self.lock), listening)
        self._serving.start()
        if self._live is not None:
            Thread(target=self._living, args=(self._live,), name="emulated-company", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving."""
        self._stopped.set()
        self._serving.stop()

    def wait(self) -> None:
        """Wait until the server is stopped from elsewhere."""
        self._serving.wait()

    def _inhabit(self, options: Options) -> None:
        gc.disable()  # nothing of what is made here is garbage, and looking for it takes half the time
        try:
            company = seeded(self.org, Random(options.seed + 2), leads=options.leads, given=options.people)
        finally:
            gc.enable()
        self.org.archive()
        life = Random(options.seed + 3)
        self.instance.live = lambda: self.happened.append(step(self.org, life, company))

    def _living(self, every: timedelta) -> None:
        while not self._stopped.wait(every.total_seconds()):
            with self.lock:
                if self.instance.live is not None:
                    self.instance.live()

    def _lag(self) -> timedelta:
        fault = next((one for one in self.instance.faults.active if one.mode == "late"), None)
        if fault is None or self.instance.faults.random.random() >= fault.p:
            return timedelta(0)
        return timedelta(seconds=float(fault.value))

    def _grain(self) -> timedelta:
        return timedelta(seconds=float(self.instance.faults.value("ties") or 1))


def _furnish(org: Org, credentials: Credentials) -> None:
    """Put in place what every org has: itself, the integration user, its lead statuses."""
    add(org, "Organization", {"Id": org.id, "Name": org.name, "OrganizationType": "Developer Edition", "IsSandbox": False})
    user: dict[str, Value] = {
        "Id": org.user_id,
        "Username": credentials.username,
        "Email": credentials.username,
        "LastName": "User",
    }
    user |= {
        "FirstName": "Integration",
        "Alias": "integ",
        "IsActive": True,
        "UserType": "Standard",
        "TimeZoneSidKey": str(org.zone),
    }
    add(org, "User", user)
    for order, choice in enumerate(org.whole("Lead").by_name["status"].choices, start=1):
        label: dict[str, Value] = {
            "MasterLabel": choice.value,
            "ApiName": choice.value,
            "SortOrder": order,
            "IsDefault": choice.default,
        }
        add(org, "LeadStatus", {**label, "IsConverted": choice.value == "Closed - Converted"})
