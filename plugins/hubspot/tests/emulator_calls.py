"""Asks an emulator without a socket, at an hour that a test sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec
from syncd_hubspot.emulator import Options, assemble
from syncd_hubspot.emulator.faults import Outcome
from syncd_hubspot.emulator.service import Request, Service

NOON = 1_795_262_400_000
"""2026-11-21T12:00:00Z in epoch milliseconds."""
CONTACTS = "/crm/objects/2026-09/contacts"

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    at: int = NOON

    def __call__(self) -> int:
        """Return epoch milliseconds."""
        return self.at

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.at += int(seconds * 1000)


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: its status and its body, piece by piece."""

    outcome: Outcome

    @property
    def status(self) -> int:
        """The status."""
        return self.outcome.answer.status

    @property
    def json(self) -> Json:
        """The body."""
        return msgspec.json.decode(self.outcome.answer.body, type=object)  # type: ignore[return-value]  # JSON is what it is

    def at(self, *path: str | int) -> Json:
        """Return what stands at a place of the body."""
        here = self.json
        for step in path:
            if isinstance(step, str):
                assert isinstance(here, dict), path
                here = here[step]
            else:
                assert isinstance(here, list), path
                here = here[step]
        return here

    def text(self, *path: str | int) -> str:
        """Return the text that stands at a place of the body."""
        here = self.at(*path)
        assert isinstance(here, str), here
        return here

    def ids(self) -> list[int]:
        """Return the ids of the results."""
        results = self.at("results")
        assert isinstance(results, Sequence)
        return [int(self.text("results", n, "id")) for n in range(len(results))]


@dataclass(slots=True)
class Asked:
    """An emulator and its clock."""

    clock: Clock = field(default_factory=Clock)
    contacts: int = 0
    misbehave: str = ""
    plan: str = "unlimited"
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        """Fill the account."""
        options = Options(
            contacts=self.contacts, seed=7, misbehave=self.misbehave, plan=self.plan, clock=self.clock, history=False
        )
        self.service = assemble(options)

    def ask(self, method: str, path: str, body: Json = None, *, token: str = "", form: Mapping[str, str] | None = None) -> Got:
        """Send a request, with the private-app token unless another is given."""
        where, _, query = path.partition("?")
        headers = {"authorization": f"Bearer {token or self.service.access.token}", "content-type": "application/json"}
        content = b"" if body is None else msgspec.json.encode(body)
        if form is not None:
            headers["content-type"], content = "application/x-www-form-urlencoded", urlencode(form).encode()
        return Got(self.service.respond(Request(method=method, path=where, query=query, headers=headers, body=content)))

    def get(self, path: str) -> Got:
        """Read."""
        return self.ask("GET", path)

    def post(self, path: str, body: Json) -> Got:
        """Write, or search."""
        return self.ask("POST", path, body)

    def make(self, email: str, **values: str) -> int:
        """Create a contact over the wire and return its id."""
        got = self.post(CONTACTS, {"properties": {"email": email, **values}})
        assert got.status == 201, got.json
        return int(got.text("id"))

    def search(self, *filters: Json, limit: int = 100, after: str = "") -> Got:
        """Search contacts that meet all *filters*."""
        sort = {"propertyName": "hs_object_id", "direction": "ASCENDING"}
        body: dict[str, Json] = {"filterGroups": [{"filters": list(filters)}], "limit": limit, "sorts": [sort]}
        return self.post(f"{CONTACTS}/search", {**body, "after": after} if after else body)


def where(name: str, operator: str, value: str) -> dict[str, Json]:
    """Return a filter."""
    return {"propertyName": name, "operator": operator, "value": value}
