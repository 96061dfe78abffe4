"""A connector: what it is opened with, what it does, and the spec it is found and opened by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

import pluggy

from syncd.model import (
    Activity,
    Change,
    Finding,
    Kind,
    Receipt,
    Ref,
    Refused,
    RemoteField,
    RemoteSchema,
    SourceRecord,
    Suggestion,
)
from syncd.spi.access import Budget, Client, Hook, Login, Pass, Settings

hookspec = pluggy.HookspecMarker("syncd")
hookimpl = pluggy.HookimplMarker("syncd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One bounded piece of a stream, safe to save whole and to be given twice.

    ``cursor`` is the connector's own text: given back to `Connector.pull` it continues after this page, in this process or
    another one. ``more`` is false once there is nothing further now; such a last page may repeat the cursor it came after.
    ``notes`` are sentences for an operator ("contacts.csv is empty"). ``progress`` is the share of the stream read so far,
    0 to 1, when known. ``wait`` is how long the source is still busy preparing what comes next, where ``more`` is true: the
    host asks again after that.
    """

    records: Sequence[SourceRecord | Activity]
    cursor: str
    more: bool
    refused: Sequence[Refused] = ()
    notes: Sequence[str] = ()
    progress: float | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a connector is opened with.

    ``settings`` is an instance of the spec's ``settings``. ``wanted`` names, per stream, the remote fields that the mapping
    reads, ``written`` those that it writes, which may not be there before `SupportsProvision`. ``home`` is the folder that
    relative paths start from. ``cache`` is this connection's own folder: its content may vanish at any time, which may cost
    time but never data.
    """

    connection: str
    settings: Settings
    wanted: Mapping[str, frozenset[str]]
    client: Client
    home: Path
    cache: Path
    now: Callable[[], datetime]
    written: Mapping[str, frozenset[str]] = field(default_factory=dict)


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
        """Return the present version of *refs*; those that the source says are deleted come back with ``deleted`` set.

        One that is merely not seen, makes no sense or can be no identifier is left out.
        """
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


def _no_login(login: Login) -> Pass:
    return Pass(headers={})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSpec:
    """How to recognise, configure and open a connector.

    ``streams`` tells from the settings alone which streams there are and what they hold, ``off`` which others there would be
    that the settings switch off: a mapping may name them, and they are not read. ``batch`` is the largest number of
    changes one `Connector.push` takes. ``suggest`` looks at an exported file; it raises Misconfigured for one it does not
    understand, and is ``None`` where there are no files.

    ``origins`` are the addresses the client may reach (``https://api.example.com``); without any there is no network.
    ``login`` is called before the first request, before the pass expires and after a 401, never twice at once; it resolves
    secrets anew each time. Raises: Unauthorized if the source refuses us, with the remedy.
    ``budgets`` are the source's limits, a margin left to others. ``patience`` is how long an answer may take to its last byte:
    longer than the source's own limit, or what is too slow is asked again and never refused.

    ``reads_back`` is false for a source that takes changes elsewhere than it shows its records; else what the mapping writes is
    also wanted, so that it is noticed when somebody else changes it there.

    ``hints`` verifies a webhook and returns the records it speaks of, to be read again by `SupportsReread`; it raises
    Unauthorized for a bad signature and is ``None`` where there are no webhooks.
    ``not_rereadable`` says why a record that somebody named cannot be read again by itself, for example because its identifier
    has not the form of one; "" if it may.
    ``emulator`` runs a local server of that vendor until it is terminated. It takes the arguments of a command line and prints
    one line of JSON, an object with at least ``url``, when it is ready.
    """

    name: str
    title: str
    settings: type[Settings]
    streams: Callable[[Settings], Mapping[str, Kind]]
    open: Callable[[Opening], Connector]
    batch: int
    off: Callable[[Settings], Mapping[str, Kind]] = lambda settings: {}
    suggest: Callable[[Path], Suggestion] | None = None
    origins: Callable[[Settings], tuple[str, ...]] = lambda settings: ()
    login: Callable[[Login], Pass] = _no_login
    budgets: Callable[[Settings], Sequence[Budget]] = lambda settings: ()
    patience: timedelta = timedelta(seconds=30)
    reads_back: bool = True
    hints: Callable[[Hook], Sequence[Ref]] | None = None
    not_rereadable: Callable[[Ref], str] = lambda ref: ""
    emulator: Callable[[Sequence[str]], None] | None = None


@hookspec
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return the connectors this plugin brings."""
    raise NotImplementedError
