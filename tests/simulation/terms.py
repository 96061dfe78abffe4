"""The three files of a world as data: which connections there are, what their fields mean, which law each field has.

Knows the words of the files and nothing of how syncd reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple, TypeAlias

from syncd.mapping.fields import Blanks, LawName
from syncd.model import Kind
from tests.simulation.signed import ROLES, Signed, drawn

FieldType: TypeAlias = Literal["text", "email", "list", "number", "bool", "choice", "domain"]
Mode: TypeAlias = Literal["none", "shadow", "live"]

STREAMS: Mapping[str, Mapping[str, Kind]] = {
    "crm": {"accounts": "account", "contacts": "person", "leads": "person", "visits": "activity"},
    "shop": {"contacts": "person", "visits": "activity"},
    "feed": {"visits": "activity"},
}
"""What each connection has. "feed" knows people by their address alone."""

TYPES: Mapping[str, FieldType] = {
    "email": "email",
    "other_emails": "list",
    "city": "text",
    "source": "text",
    "tags": "list",
    "budget": "number",
    "role": "choice",
    "unsubscribed": "bool",
    "name": "text",
    "domain": "domain",
    "company_size": "number",
}

READS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("crm", "accounts"): {"name": ("Name",), "domain": ("Website",), "company_size": ("Size",)},
    ("crm", "contacts"): {
        "email": ("Email",),
        "other_emails": ("Others",),
        "city": ("City", "Town"),
        "source": ("Source",),
        "tags": ("Tags",),
        "budget": ("Budget",),
        "role": ("Title",),
        "unsubscribed": ("Unsub",),
    },
    ("crm", "leads"): {"email": ("Email",), "city": ("City",), "source": ("Source",)},
    ("shop", "contacts"): {
        "email": ("mail",),
        "city": ("town",),
        "source": ("via",),
        "tags": ("labels",),
        "budget": ("spend",),
        "unsubscribed": ("optout",),
    },
}
"""Golden field to remote fields, by stream."""

SAME_AS: Mapping[tuple[str, str], tuple[str, str, str]] = {("crm", "contacts"): ("Shop ID", "shop", "contacts")}
"""The remote field that names a record elsewhere, by stream."""

KINDS = {"page_view": ["view", "seen*"], "download": ["dl*"], "demo_request": ["demo"], "call_out": ["call"]}
ASSETS = {"pricing": ["*/pricing*"]}


def read(connection: str, stream: str) -> list[str]:
    """Return the remote fields that a stream is read for."""
    place = connection, stream
    named = {remote for remotes in READS.get(place, {}).values() for remote in remotes}
    return sorted(named | ({SAME_AS[place][0]} if place in SAME_AS else set()))


class Law(NamedTuple):
    """How a field chooses, and what an emptied value means."""

    law: LawName
    sources: tuple[str, ...]
    blanks: Blanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A configuration. ``laws`` and ``agreement`` are the numbers of drawings; ``both_ways``: crm's City is also written."""

    connections: tuple[str, ...]
    laws: int
    agreement: int
    modes: tuple[tuple[str, Mode], ...]
    both_ways: bool

    def mode(self, connection: str) -> Mode:
        return dict(self.modes).get(connection, "none") if connection in self.connections else "none"

    def law(self, field: str) -> Law:
        """Return the law of a field."""
        return drawn_laws(self.laws, self.connections)[field]

    @property
    def signed(self) -> Signed:
        return _signed(self)

    def writes(self, connection: str, stream: str) -> Mapping[str, str]:
        """Return what is written into which remote field."""
        if (connection, stream) == ("crm", "contacts"):
            assessed = {"Score": "score", "Band": "band", "Grade": "grade", "Why": "reasons", "Stage": "stage"}
            return {**assessed, "Worth": "budget", **({"City": "city"} if self.both_ways else {})}
        if (connection, stream) == ("crm", "leads"):
            return {"Score": "score"}
        return {"score": "score", "stage": "stage"} if (connection, stream) == ("shop", "contacts") else {}

    def same_as(self, connection: str, stream: str) -> Mapping[str, str]:
        """Return the remote field that names a record elsewhere, by where; none while that connection is away."""
        remote, other, there = SAME_AS.get((connection, stream), ("", "", ""))
        return {f"{other}.{there}": remote} if other in self.connections else {}

    def write_files(self, folder: Path) -> None:
        """Write the files into *folder*; JSON is YAML."""
        (folder / "mapping").mkdir(parents=True, exist_ok=True)
        for old in (folder / "mapping").iterdir():
            old.unlink()
        main = {name: {"type": name, "write_back": self.mode(name)} for name in self.connections}
        _write(folder / "syncd.yaml", {"connections": main})
        _write(folder / "agreement.yaml", self.signed.written())
        for name in self.connections:
            _write(folder / "mapping" / f"{name}.yaml", {"streams": {one: self._stream(name, one) for one in STREAMS[name]}})

    def field(self, name: str) -> dict[str, object]:
        """Return a field as the agreement writes it."""
        law, sources, blanks = self.law(name)
        wins: object = {"only": sources[0]} if law == "owned" else list(sources) if law == "prefer" else law
        values = {"values": list(ROLES)} if name == "role" else {}
        return {"type": TYPES[name], "wins": wins, "blanks": blanks, **values}

    def _stream(self, connection: str, stream: str) -> dict[str, object]:
        if STREAMS[connection][stream] == "activity":
            return {"kinds": KINDS, "assets": ASSETS}
        found: dict[str, object] = {
            "read": {name: _reading(name, remotes) for name, remotes in READS[connection, stream].items()},
            "write": {of: remote for remote, of in self.writes(connection, stream).items()},
        }
        return {**found, "same_as": self.same_as(connection, stream)}


@cache
def _signed(terms: Terms) -> Signed:
    return drawn(terms.agreement, {name: terms.field(name) for name in TYPES})


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _reading(field: str, remotes: tuple[str, ...]) -> object:
    match TYPES[field]:
        case "list":
            return {"from": list(remotes), "separator": ";"}
        case "choice":
            return {"from": list(remotes), "table": {"ceo": ["ceo", "chief*"], "student": ["student"], "other": ["*"]}}
        case _:
            return list(remotes)


# ---------------------------------------------------------------- laws

_ANY: tuple[LawName, ...] = ("latest", "latest", "first", "fill_only", "prefer", "owned")
_LAWS: Mapping[str, tuple[LawName, ...]] = {
    "email": ("latest", "latest", "prefer", "first"),
    "other_emails": ("union",),
    "city": _ANY,
    "source": ("first", "fill_only", "latest", "min"),
    "tags": ("union", "union", "latest"),
    "budget": ("max", "min", "latest", "fill_only"),
    "role": _ANY,
    "unsubscribed": ("max", "latest"),
    "name": ("latest", "first"),
    "domain": ("latest",),
    "company_size": ("latest", "max", "min"),
}
_BLANKS: tuple[Blanks, ...] = ("ignore", "clear", "protect")


@cache
def drawn_laws(number: int, connections: tuple[str, ...]) -> dict[str, Law]:
    """Return the field laws with this number; those that would need a connection that is not there choose the latest."""
    rng = Random(f"laws {number}")
    found: dict[str, Law] = {}
    for name, laws in _LAWS.items():
        law, blanks, sources = rng.choice(laws), rng.choice(_BLANKS), rng.sample(("crm", "shop"), rng.choice((1, 2)))
        if law in ("prefer", "owned"):
            found[name] = Law(law, tuple(sources), blanks) if set(sources) <= set(connections) else Law("latest", (), blanks)
        else:
            found[name] = Law(law, (), blanks)
    return found
