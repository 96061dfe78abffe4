"""The Salesforce connector: what the host calls, put together from the modules that do it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from syncd.spi import (
    Activity,
    Change,
    Connector,
    Finding,
    Opening,
    Page,
    Receipt,
    Ref,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SourceRecord,
)
from syncd_salesforce.checking import findings
from syncd_salesforce.describe import remote_stream
from syncd_salesforce.ids import is_id, long_id
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.org import Org
from syncd_salesforce.provisioning import provision
from syncd_salesforce.pulling import Puller, Source
from syncd_salesforce.pushing import Pusher
from syncd_salesforce.refusals import Declined
from syncd_salesforce.schemas import Schemas
from syncd_salesforce.settings import ours

__all__ = ["SalesforceConnector", "opened"]


def opened(opening: Opening) -> Connector:
    """Open a connection. Nothing is asked yet."""
    return SalesforceConnector(opening)


class SalesforceConnector:
    """See `syncd.spi.Connector`."""

    def __init__(self, opening: Opening) -> None:
        settings = ours(opening.settings)
        org = Org(opening.client, version=settings.api_version, leave_free=settings.leave_free, now=opening.now)
        schemas = Schemas(org, opening.cache / "describe")
        self._home, self._now, self._wanted, self._written = opening.home, opening.now, opening.wanted, opening.written
        mapped = opening.wanted.keys() or settings.streams
        self._source = Source(org=org, schemas=schemas, settings=settings, mapped=mapped, cache=opening.cache)
        nothing: frozenset[str] = frozenset()
        self._pullers = {
            name: Puller(OBJECTS[name], self._source, opening.wanted.get(name, nothing), opening.written.get(name, nothing))
            for name in settings.streams
        }
        self._pusher = Pusher(org, schemas, bulk_above=settings.bulk_writes_above)

    def check(self) -> Sequence[Finding]:
        """Look at versions, user, rights, limits and clock."""
        with _in_words():
            return findings(self._source, self._wanted, self._written, self._now())

    def schema(self) -> RemoteSchema:
        """Describe every object as the user sees it; one that is hidden has no fields."""
        with _in_words():
            return RemoteSchema(streams=tuple(self._remote(name) for name in self._pullers))

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the page after *cursor*."""
        with _in_words():
            return self._pullers[stream].pull(cursor)

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Write *changes*: in groups of 200, or as a job if they are many."""
        with _in_words():
            return self._pusher.push(changes)

    def receipts(self, job: str) -> Sequence[Receipt] | None:
        """Return what became of a change that went as part of a job."""
        with _in_words():
            return self._pusher.receipts(job)

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        """Return the present versions of *refs*; left out are those neither there nor known to be deleted or no identifiers."""
        found: dict[Ref, SourceRecord | Activity] = {}
        with _in_words():
            for stream in dict.fromkeys(ref.stream for ref in refs):
                ids = {ref: long_id(ref.external_id) for ref in refs if ref.stream == stream and is_id(ref.external_id)}
                came = self._pullers[stream].reread(list(dict.fromkeys(ids.values())))
                found |= {ref: came[name] for ref, name in ids.items() if name in came}
        return [found[ref] for ref in refs if ref in found]

    def cursor_since(self, stream: str, since: datetime) -> str:
        """Return a cursor from which everything comes that changed at or after *since*."""
        return self._pullers[stream].since(since)

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        """Write a package with what is missing of *fields*, and create it where the user may."""
        with _in_words():
            return provision(self._source, fields, self._home, dry_run=dry_run)

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        """Delete leads and contacts into the recycle bin, which Salesforce empties after 15 days: REST cannot."""
        with _in_words():
            return self._pusher.erase(refs)

    def _remote(self, name: str) -> RemoteStream:
        found = self._source.schemas.describe(name, anew=True)
        thing = OBJECTS[name]
        if found is None:
            return RemoteStream(name=name, kind=thing.kind)
        wanted = self._wanted.get(name, frozenset())
        return remote_stream(thing, found, wanted, self._source.schemas.parents(found, wanted, anew=True))


@contextmanager
def _in_words() -> Generator[None]:
    """Turn what Salesforce refused into what it means."""
    try:
        yield
    except Declined as declined:
        raise declined.error from declined
