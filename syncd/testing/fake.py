"""A connector to a `FakeRemote`: what the engine's tests are run with, and the example that passes the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from syncd.spi import (
    Activity,
    BadAnswer,
    Change,
    ConnectorSpec,
    Finding,
    Page,
    Receipt,
    Ref,
    Refused,
    RemoteField,
    RemoteSchema,
    Settings,
    SourceRecord,
    hookimpl,
)
from syncd.testing.remote import Entry, FakeRemote


class FakeSettings(Settings):
    """The settings of a fake connection."""

    account: str = Field(default="demo", description='Account that is read. Default "demo"; the fake has no other.')


class FakeConnector:
    """See `syncd.spi.Connector`. A cursor is the number of the last row that was read."""

    def __init__(self, remote: FakeRemote) -> None:
        self.remote = remote

    def check(self) -> Sequence[Finding]:
        """Look whether the remote answers."""
        self.remote.schema()
        return [Finding(level="ok", what="the fake remote answers")]

    def schema(self) -> RemoteSchema:
        """Describe the streams the remote was made with."""
        return self.remote.schema()

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the rows behind the number in *cursor*."""
        after = _number(cursor)
        listing = self.remote.listing(stream, after)
        entries = [row.entry for row in listing.rows]
        return Page(
            records=[entry for entry in entries if not isinstance(entry, Refused)],
            refused=[entry for entry in entries if isinstance(entry, Refused)],
            cursor=str(listing.rows[-1].number if listing.rows else after),
            more=listing.more,
        )

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Write *changes*."""
        return self.remote.write(changes) if changes else []

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        """Return the present versions of *refs*."""
        return [self._present(ref, self.remote.look(ref)) for ref in refs]

    def cursor_since(self, stream: str, since: datetime) -> str:
        """Return a cursor behind which lies all that was committed at or after *since*."""
        return str(self.remote.number_before(since))

    def receipts(self, job: str) -> Sequence[Receipt] | None:
        """Return the receipts of a job."""
        return self.remote.outcome(job)

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        """Erase *refs*."""
        return [self.remote.erase(ref) for ref in refs]

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        """Create those of *fields* which the remote does not have."""
        known = {(stream.name, one.name) for stream in self.remote.schema().streams for one in stream.fields}
        missing = [(stream, one) for stream, some in fields.items() for one in some if (stream, one.name) not in known]
        if not dry_run:
            for stream, one in missing:
                self.remote.add_field(stream, one)
        return [Finding(level="ok", what=f"{stream}.{one.name} is new") for stream, one in missing]

    def _present(self, ref: Ref, entry: Entry | None) -> SourceRecord | Activity:
        if entry is None or isinstance(entry, Refused):
            return SourceRecord(
                stream=ref.stream, external_id=ref.external_id, changed_at=self.remote.now(), fields={}, deleted=True
            )
        return entry


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(cursor)
    except ValueError as error:
        raise BadAnswer("the cursor is none of the fake connector's; pull from the beginning") from error


def fake_spec(remote: FakeRemote, *, name: str = "fake", batch: int = 10) -> ConnectorSpec:
    """Return the spec of a connector to *remote*."""
    return ConnectorSpec(
        name=name,
        title="Fake",
        settings=FakeSettings,
        streams=lambda _: dict(remote.streams),
        open=lambda _: FakeConnector(remote),
        batch=batch,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FakePlugin:
    """A plugin that brings the connector to *remote*, as a module with the hook would."""

    remote: FakeRemote

    @hookimpl
    def syncd_connectors(self) -> Iterable[ConnectorSpec]:
        """Return the fake connector."""
        return [fake_spec(self.remote)]
