"""A connector that behaves as the file ``mischief`` in the configuration folder says, installed as a plugin for the tests.

The file holds one word: nothing or ``none``, ``unauthorized``, ``unavailable``, ``misconfigured``, ``bug`` (an exception whose
message holds somebody's address), ``hang`` (until the file says something else) or ``hang-later`` (so from the second page on).

It delivers made-up people, one per page, and only the fields that are wanted, as the APIs of vendors do. What it is given to
write goes to the file ``taken``, as the vendor's own log.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from syncd.spi import (
    Change,
    Connector,
    ConnectorSpec,
    Done,
    Finding,
    Kind,
    Misconfigured,
    Opening,
    Page,
    Pass,
    Receipt,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SecretRef,
    Settings,
    SourceRecord,
    Unauthorized,
    Unavailable,
    hookimpl,
)

CHANGED = datetime(2026, 1, 1, tzinfo=UTC)
CANARY = "canary-person@canary.example"


class MischiefSettings(Settings):
    """How many people there are; with a ``url``, that address is asked before each page, with the token."""

    people: int = 3
    url: str = ""
    token: SecretRef = SecretRef("env:MISCHIEF_TOKEN")


class MischievousConnector:
    """See `syncd.spi.Connector`."""

    def __init__(self, opening: Opening) -> None:
        if not isinstance(opening.settings, MischiefSettings):
            raise TypeError("these are not the settings of this connector")
        self._settings, self._opening = opening.settings, opening

    def check(self) -> Sequence[Finding]:
        self._behave()
        return [Finding(level="ok", what="the people are there")]

    def schema(self) -> RemoteSchema:
        names = ("email", "phone", "name", "score")
        fields = tuple(RemoteField(name=name, writable=name == "score") for name in names)
        return RemoteSchema(streams=(RemoteStream(name="contacts", kind="person", fields=fields),))

    def pull(self, stream: str, cursor: str | None) -> Page:
        number = int(cursor or 0)
        self._behave(number)
        if number >= self._settings.people:
            return Page(records=(), cursor=str(number), more=False)
        return Page(records=[self._person(number)], cursor=str(number + 1), more=number + 1 < self._settings.people)

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        self._behave()
        with (self._opening.home / "taken").open("a") as taken:
            for change in changes:
                taken.write(json.dumps([change.ref.external_id, change.key]) + "\n")
        return [Done(stored={}) for _ in changes]

    def _person(self, number: int) -> SourceRecord:
        said = {"email": f"person{number}@canary.example", "phone": f"+34910000{number:03}", "name": f"Canary Person{number}"}
        wanted = self._opening.wanted["contacts"]
        fields = {name: value for name, value in said.items() if name in wanted}
        return SourceRecord(stream="contacts", external_id=str(number), changed_at=CHANGED, fields=fields)

    def _behave(self, page: int = 0) -> None:
        word = _word(self._opening.home)
        match word:
            case "unauthorized":
                raise Unauthorized("mischief: the token was refused; renew env:MISCHIEF_TOKEN")
            case "unavailable":
                raise Unavailable("mischief: cannot be reached")
            case "misconfigured":
                raise Misconfigured("mischief: there is no such workspace; correct settings.people")
            case "bug":
                raise KeyError(CANARY)
            case "hang":
                self._hang(word)
            case "hang-later" if page:
                self._hang(word)
        if self._settings.url:
            self._opening.client.request("GET", f"{self._settings.url}/people")

    def _hang(self, word: str) -> None:
        (self._opening.home / "hanging").touch()
        while _word(self._opening.home) == word:
            time.sleep(0.02)


def _word(home: Path) -> str:
    try:
        return (home / "mischief").read_text().strip()
    except FileNotFoundError:
        return ""


def _streams(settings: Settings) -> Mapping[str, Kind]:
    return {"contacts": "person"}


def _origins(settings: Settings) -> tuple[str, ...]:
    return (settings.url,) if isinstance(settings, MischiefSettings) and settings.url else ()


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return this connector."""
    return [
        ConnectorSpec(
            name="mischief",
            title="Mischief",
            settings=MischiefSettings,
            streams=_streams,
            open=_opened,
            batch=2,
            origins=_origins,
            login=lambda login: Pass(headers={"Authorization": f"Bearer {login.resolve(SecretRef('env:MISCHIEF_TOKEN'))}"}),
        )
    ]


def _opened(opening: Opening) -> Connector:
    return MischievousConnector(opening)


MAIN = """\
store: sqlite:///syncd.db
connections:
  crm:
    type: mischief
    write_back: live
    every: 1s
    settings: {settings}
"""
MAPPING = """\
streams:
  contacts:
    read: {email: email}
    write: {score: score}
"""
AGREEMENT = """\
agreement: {name: Mischief, version: 1, needs_signatures_from: []}
scoring:
  active_model: m
  models:
    m:
      groups: {fit: {rules: [{id: known, when: email is known, points: 60}]}}
      bands: {mql: "> 50", nurture: 30..50, cold: "< 30"}
"""


def found(home: Path, settings: str = "{}") -> Path:
    """Write a configuration with one connection, ``crm``, of this kind."""
    (home / "mapping").mkdir(parents=True)
    (home / "syncd.yaml").write_text(MAIN.format(settings=settings))
    (home / "mapping" / "crm.yaml").write_text(MAPPING)
    (home / "agreement.yaml").write_text(AGREEMENT)
    return home


def behave(home: Path, word: str) -> None:
    """Let the connector behave so from its next call on."""
    draft = home / "mischief.draft"
    draft.write_text(word)
    draft.replace(home / "mischief")
