"""All that a connector may import from syncd.

A connector turns a vendor's API into pages of records and takes changes back. It is opened with its settings, one HTTP
client and a private cache folder, and uses nothing else: it never sleeps, never retries, never holds a token, never logs.
The host does these once for all connectors.

Errors say what the engine does next; anything else a connector raises is a bug and parks its loop::

    ConnectorError
    ├── Unavailable      try again later: after ``retry_after`` if the vendor said so, else with growing pauses
    ├── Unauthorized     stop this connection until an admin renews its access
    ├── Misconfigured    stop this connection until an admin corrects a setting or mapping
    └── BadAnswer        the reply makes no sense: the page is not saved, the cursor stays, tried again later

A message names the thing and the remedy; it never holds a secret, a person's data or a reply's body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

import pluggy
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from syncd.model import (
    EMAIL_STREAM,
    Accepted,
    Activity,
    Association,
    Change,
    Direction,
    Done,
    FieldChange,
    Finding,
    Golden,
    Gone,
    Kind,
    Problem,
    Raw,
    Receipt,
    Ref,
    Refused,
    Rejected,
    Remapped,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SourceRecord,
    Suggestion,
)

__all__ = [
    "EMAIL_STREAM",
    "Accepted",
    "Activity",
    "Association",
    "BadAnswer",
    "Change",
    "Client",
    "Connector",
    "ConnectorError",
    "ConnectorSpec",
    "Direction",
    "Done",
    "FieldChange",
    "Finding",
    "Golden",
    "Gone",
    "Kind",
    "Misconfigured",
    "Opening",
    "Page",
    "Problem",
    "Raw",
    "Receipt",
    "Ref",
    "Refused",
    "Rejected",
    "Remapped",
    "RemoteField",
    "RemoteSchema",
    "RemoteStream",
    "Reply",
    "SecretRef",
    "Settings",
    "SourceRecord",
    "Suggestion",
    "SupportsErase",
    "SupportsHints",
    "SupportsJobs",
    "SupportsProvision",
    "SupportsReread",
    "SupportsSince",
    "Unauthorized",
    "Unavailable",
    "hookimpl",
    "hookspec",
]

hookspec = pluggy.HookspecMarker("syncd")
hookimpl = pluggy.HookimplMarker("syncd")


# ---------------------------------------------------------------- errors


class ConnectorError(Exception):
    """The source did not do what was asked."""


class Unavailable(ConnectorError):
    """The source cannot be reached or is too busy."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unauthorized(ConnectorError):
    """The source refused our access."""


class Misconfigured(ConnectorError):
    """A setting or mapping does not fit the source."""


class BadAnswer(ConnectorError):
    """The source's reply makes no sense."""


# ---------------------------------------------------------------- pulling


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One bounded piece of a stream, safe to save whole and to be given twice.

    ``cursor`` is the connector's own text: given back to `Connector.pull` it continues after this page, in this process or
    another one. ``more`` is false once there is nothing further now; such a last page may repeat the cursor it came after.
    ``notes`` are sentences for an operator ("contacts.csv is empty"). ``progress`` is the share of the stream read so far,
    0 to 1, when known.
    """

    records: Sequence[SourceRecord | Activity]
    cursor: str
    more: bool
    refused: Sequence[Refused] = ()
    notes: Sequence[str] = ()
    progress: float | None = None


# ---------------------------------------------------------------- the connector


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP reply, read whole and unpacked; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client(Protocol):
    """The only way out of the process. Retries, time limits, tokens and redaction happen behind it.

    A request that changes nothing, or has an ``Idempotency-Key``, is sent again within seconds after 5xx, 408, 425 or silence;
    any other only if it certainly had no effect. Every reply below 500 but 401, 408, 425 and 429 is the connector's to judge.
    Raises: Unavailable, Unauthorized; BadAnswer for a reply beyond all limits; Misconfigured for an address not in `origins`.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a connector is opened with.

    ``settings`` is an instance of the spec's ``settings``. ``wanted`` names, per stream, the remote fields that the mapping
    reads. ``home`` is the folder that relative paths start from. ``cache`` is this connection's own folder: its
    content may vanish at any time, which may cost time but never data.
    """

    connection: str
    settings: Settings
    wanted: Mapping[str, frozenset[str]]
    client: Client
    home: Path
    cache: Path
    now: Callable[[], datetime]


class Connector(Protocol):
    """A source, opened. Each call does one bounded piece of work and may be repeated."""

    def check(self) -> Sequence[Finding]:
        """Look whether access, settings and limits are in order, without changing anything."""
        ...

    def schema(self) -> RemoteSchema:
        """Describe the streams and fields the source offers now."""
        ...

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the page after *cursor*, or the first page of everything for ``None``.

        A cursor stands for a closed piece of the stream that the connector chose, never for "the largest timestamp seen".
        Raises: Unavailable, Unauthorized, Misconfigured, BadAnswer.
        """
        ...

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Write *changes*, at most the spec's ``batch`` of them, and return one receipt for each, in order.

        A change pushed again with its key leaves the source as once would have done. Raises only if the outcome of every
        change is "not done" or unknown.
        """
        ...


@runtime_checkable
class SupportsReread(Protocol):
    """Reads single records by identifier."""

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        """Return the present version of *refs*; those that no longer exist come back with ``deleted`` set."""
        ...


@runtime_checkable
class SupportsSince(Protocol):
    """Starts in the middle."""

    def cursor_since(self, stream: str, since: datetime) -> str:
        """Return a cursor from which `Connector.pull` gives everything that changed at or after *since*."""
        ...


@runtime_checkable
class SupportsProvision(Protocol):
    """Creates the fields that write-back needs."""

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        """Create what is missing of *fields* (per stream) and say so; what exists is left as it is."""
        ...


@runtime_checkable
class SupportsHints(Protocol):
    """Understands the source's webhooks."""

    def hints(self, *, method: str, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Ref]:
        """Verify a webhook and return the records it speaks of, to be read again. Raises: Unauthorized for a bad signature."""
        ...


@runtime_checkable
class SupportsErase(Protocol):
    """Erases a person on request."""

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        """Erase *refs* for good and return one receipt for each."""
        ...


@runtime_checkable
class SupportsJobs(Protocol):
    """Takes changes as jobs that finish later."""

    def receipts(self, job: str) -> Sequence[Receipt] | None:
        """Return the receipts of *job*, in the order its changes were pushed, or ``None`` while it runs."""
        ...


class Settings(BaseModel):
    """Base of a connector's settings: unknown keys are refused, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretRef(str):
    """Where a secret is: ``env:NAME``, ``file:PATH`` or ``cmd:COMMAND``. The host resolves it; a secret itself is refused."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[SecretRef], handler: GetCoreSchemaHandler) -> CoreSchema:
        pattern = core_schema.str_schema(strip_whitespace=True)
        return core_schema.no_info_after_validator_function(cls._checked, pattern)

    @classmethod
    def _checked(cls, text: str) -> SecretRef:
        scheme, _, rest = text.partition(":")
        if scheme not in {"env", "file", "cmd"} or not rest.strip():
            raise ValueError("a secret never stands in this file; write env:NAME, file:PATH or cmd:COMMAND instead")
        return cls(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSpec:
    """How to recognise, configure and open a connector.

    ``streams`` tells from the settings alone which streams there are and what they hold. ``batch`` is the largest number of
    changes one `Connector.push` takes. ``suggest`` looks at an exported file; it raises Misconfigured for one it does not
    understand, and is ``None`` where there are no files.

    ``origins`` are the addresses the client may reach (``https://api.example.com``); without any there is no network.
    ``authorize`` gives the headers that prove who we are, from the settings and a function that resolves a `SecretRef`; it is
    called for each request, so that the connector itself never holds a token.
    """

    name: str
    title: str
    settings: type[Settings]
    streams: Callable[[Settings], Mapping[str, Kind]]
    open: Callable[[Opening], Connector]
    batch: int
    suggest: Callable[[Path], Suggestion] | None = None
    origins: Callable[[Settings], tuple[str, ...]] = lambda settings: ()
    authorize: Callable[[Settings, Callable[[SecretRef], str]], Mapping[str, str]] = lambda settings, resolve: {}


@hookspec
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return the connectors this plugin brings."""
    raise NotImplementedError
