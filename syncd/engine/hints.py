"""Webhooks as hints: what they speak of is kept, then read again from the source. Nothing they say is believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from syncd.config import ConnectionConfig
from syncd.engine.access import resolver
from syncd.engine.pull import take_in
from syncd.engine.site import Counts, Site
from syncd.spi import Activity, BadAnswer, Connector, Hook, Ref, SourceRecord, SupportsReread
from syncd.store import activities, hints, records
from syncd.store.hints import Hint
from syncd.store.streams import Stream

BATCH = 100
"""Records read again with one call."""

FIRST_PAUSE = timedelta(minutes=1) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook as it came in; ``url`` is the address that was called, names of headers are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def receive(site: Site, connection: ConnectionConfig, call: Call) -> int:
    """Verify a webhook and keep what it speaks of, for good; return how many records of ours that are.

    Raises: Unauthorized for a bad signature, other ConnectorErrors, StoreError.
    """
    if connection.spec.hints is None:
        raise LookupError(f"connections.{connection.name}: {connection.spec.name} has no webhooks")
    refs = connection.spec.hints(
        Hook(
            settings=connection.settings,
            resolve=resolver(site, connection),
            method=call.method,
            url=call.url,
            headers=call.headers,
            body=call.body,
            now=site.clock(),
        )
    )
    ours = [(stream.id, ref.external_id) for ref in refs if (stream := _mapped(site, connection.name, ref)) is not None]
    if ours:
        with site.store.write() as tx:
            hints.hear(tx, dict.fromkeys(ours), site.now())
    return len(set(ours))


def reread_due(site: Site, connector: Connector, name: str, *, until: int) -> Counts:
    """Read up to a batch of records again whose hints were due at *until*; empty if there were none.

    Raises: what `SupportsReread.reread` raises. A batch that makes no sense is put off, and given up in the end.
    """
    with site.store.read() as tx:
        due = hints.due(tx, name, until, BATCH)
    if not due:
        return Counts()
    wanted = [one for one in due if one.stream_id in site.maps]  # the mapping may be another by now
    if not isinstance(connector, SupportsReread) or not wanted:
        with site.store.write() as tx:
            hints.done(tx, due)
        return Counts(unread=len(due))
    refs = [Ref(site.streams[one.stream_id].name, one.external_id) for one in wanted]
    try:
        return _taken_in(site, name, connector.reread(refs), due)
    except BadAnswer:
        _put_off(site, due)
        raise


def reread_refs(site: Site, connector: SupportsReread, name: str, refs: Sequence[Ref]) -> Counts:
    """Read *refs* again now. What nobody here has heard of is not told as gone: its identifier may be mistyped.

    Raises: what `SupportsReread.reread` raises.
    """
    return _taken_in(site, name, [one for one in connector.reread(refs) if not one.deleted or _is_known(site, name, one)], [])


def _mapped(site: Site, name: str, ref: Ref) -> Stream | None:
    stream = site.stream(name, ref.stream)
    return stream if stream is not None and stream.id in site.maps else None


def _is_known(site: Site, name: str, one: SourceRecord | Activity) -> bool:
    stream = site.stream(name, one.stream)
    if stream is None:
        return False
    with site.store.read() as tx:
        if isinstance(one, Activity):
            return bool(activities.load(tx, stream.id, [one.source_id]))
        return bool(records.known(tx, stream.id, [one.external_id]))


def _taken_in(site: Site, name: str, found: Sequence[SourceRecord | Activity], due: Sequence[Hint]) -> Counts:
    by_stream: dict[str, list[SourceRecord | Activity]] = defaultdict(list)
    for one in found:
        by_stream[one.stream].append(one)
    counts, now = Counts(), site.now()
    with site.store.write() as tx:
        hints.done(tx, due)  # before what was read asks to look again
        for stream_name, some in by_stream.items():
            stream = _mapped(site, name, Ref(stream_name, ""))
            if stream is None:
                raise BadAnswer(f"{stream_name}: a record of a stream that was not asked for; nothing was saved")
            counts += take_in(tx, site, stream, some, now)
    return counts or Counts(read=0, unread=len(due))


def _put_off(site: Site, due: Sequence[Hint]) -> None:
    with site.store.write() as tx:
        hints.put_off(tx, due, site.now() + FIRST_PAUSE * 2 ** max(one.tries for one in due))
