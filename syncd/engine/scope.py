"""A part of the records to read again by hand: changed in a span of time, about one person, or one alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.agreement.counting import micros_of
from syncd.engine.pull import Wanted
from syncd.engine.site import Site
from syncd.mapping.domains import address
from syncd.mapping.identity import EMAIL_KEY, OWNER_KEY, keys_of
from syncd.mapping.streams import mapped
from syncd.model import EMAIL_STREAM, Activity, Ref, SourceRecord
from syncd.store import records
from syncd.store.streams import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Records changed, and activities that occurred, in [since, until); those of one e-mail address; or both; or one alone."""

    since: datetime | None = None
    until: datetime | None = None
    email: str = ""
    ref: Ref | None = None


def selector(site: Site, stream: Stream, scope: Scope) -> Wanted:
    """Return the test of what belongs to *scope* in one stream."""
    known = _refs(site, stream.connection, scope.email) if scope.email else frozenset()

    def wanted(one: SourceRecord | Activity) -> bool:
        if scope.ref is not None:
            return scope.ref == Ref(one.stream, one.external_id if isinstance(one, SourceRecord) else one.source_id)
        at = one.changed_at if isinstance(one, SourceRecord) else one.occurred_at
        if (scope.since is not None and at < scope.since) or (scope.until is not None and at >= scope.until):
            return False
        return not scope.email or _concerns(site, stream, one, scope.email, known)

    return wanted


def _refs(site: Site, connection: str, email: str) -> frozenset[Ref]:
    """Return the records of a connection that belong to the person with an address."""
    with site.store.read() as tx:
        holders = records.holders(tx, [EMAIL_KEY + email]).get(EMAIL_KEY + email, ())
        mine = records.of_entities(tx, {holder.entity for holder in holders})
    return frozenset(
        Ref(site.streams[one.stream_id].name, one.external_id)
        for found in mine.values()
        for one in found
        if site.streams[one.stream_id].connection == connection
    )


def _concerns(site: Site, stream: Stream, one: SourceRecord | Activity, email: str, known: frozenset[Ref]) -> bool:
    if isinstance(one, Activity):
        return any(ref in known or (ref.stream == EMAIL_STREAM and address(ref.external_id) == email) for ref in one.about)
    if Ref(stream.name, one.external_id) in known:
        return True
    says = mapped(site.maps[stream.id], one.fields, record=0, at=micros_of(one.changed_at), field_at={}).candidates
    return not {EMAIL_KEY + email, OWNER_KEY + email}.isdisjoint(keys_of(stream.kind, says))
