"""The HubSpot connector: one puller per stream, one pusher per stream that is written, and what it can do beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from syncd.spi import (
    Activity,
    Change,
    Connector,
    ConnectorError,
    Done,
    Finding,
    Gone,
    Opening,
    Page,
    Receipt,
    Ref,
    Refused,
    Rejected,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SourceRecord,
)
from syncd_hubspot import cursors
from syncd_hubspot.checking import OPTIONAL, belongs, findings
from syncd_hubspot.cursors import Cursor, Pace
from syncd_hubspot.errors import NotAllowed, error_of
from syncd_hubspot.forms import FormPuller
from syncd_hubspot.known import Known
from syncd_hubspot.logs import LogPuller, Reader, email_events, page_views
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.owners import OWNER_FIELDS, OwnerPuller
from syncd_hubspot.pages import Found, Sizes
from syncd_hubspot.paths import Paths
from syncd_hubspot.portal import Portal
from syncd_hubspot.properties import field_of
from syncd_hubspot.provisioning import provision
from syncd_hubspot.pulling import ObjectPuller
from syncd_hubspot.pushing import Pusher
from syncd_hubspot.records import STAGE_FIELDS
from syncd_hubspot.settings import HubSpotSettings, kinds
from syncd_hubspot.values import millis

__all__ = ["HubSpotConnector", "not_rereadable", "opened"]

_MS = timedelta(milliseconds=1)


class Puller(Protocol):
    """Reads one stream."""

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        ...

    def since(self, at: int) -> Cursor:
        """Return a cursor behind which lies all that happened at *at*, in milliseconds, or later."""
        ...


def opened(opening: Opening, *, sizes: Sizes | None = None) -> Connector:
    """Open a connection whose pages hold so many records. Nothing is asked yet."""
    return HubSpotConnector(opening, sizes=sizes or Sizes())


def not_rereadable(ref: Ref) -> str:
    """Say why *ref* cannot be read again by itself; "" if it may.

    >>> not_rereadable(Ref("contacts", "ann@firm.example"))
    'not an identifier of HubSpot: those are digits'
    """
    if ref.stream not in OBJECTS and ref.stream != "owners":
        return f"{ref.stream} are not read one by one; name the person, or a time"
    return "" if _is_id(ref) else "not an identifier of HubSpot: those are digits"


class HubSpotConnector:
    """See `syncd.spi.Connector`."""

    def __init__(self, opening: Opening, *, sizes: Sizes) -> None:
        if not isinstance(opening.settings, HubSpotSettings):
            raise TypeError(f"these are not the settings of a HubSpot connection: {type(opening.settings).__name__}")
        self._opening, self._settings, self._sizes = opening, opening.settings, sizes
        self._portal = Portal(opening.client, Paths(version=self._settings.api_version), opening.now)
        self._is_ours = False
        self._objects = {name: self._object_puller(name) for name in kinds(self._settings) if name in OBJECTS}
        self._owners = OwnerPuller(self._portal, wanted=self._wanted("owners"), limit=sizes.listed)
        settle = self._settings.settle // _MS
        self._others: Mapping[str, Puller] = {
            "owners": self._owners,
            "form_submissions": FormPuller(self._portal, limit=sizes.submitted, overlap=settle),
            "email_events": self._log(email_events, sizes.mailed),
            "page_views": self._log(page_views, sizes.viewed),
        }

    def check(self) -> Sequence[Finding]:
        """Look at token, portal, limits, clock and each stream."""
        return list(findings(self._portal, self._settings))

    def schema(self) -> RemoteSchema:
        """Describe the streams by the properties they have now; those of activities are fixed and not listed."""
        streams = [
            RemoteStream(name=name, kind=kind, fields=self._fields(name)) for name, kind in kinds(self._settings).items()
        ]
        return RemoteSchema(streams=tuple(streams))

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the page after *cursor*; a stream the token may not see says so and does not stop the others."""
        puller = self._objects.get(stream) or self._others[stream]
        self._look_whose_token_it_is()
        try:
            return puller.pull(cursor)
        except NotAllowed as refusal:
            if stream not in OPTIONAL:
                raise
            same = cursor if cursor is not None else cursors.encoded(Cursor())
            return Page(records=[], cursor=same, more=False, notes=[str(refusal)])

    def cursor_since(self, stream: str, since: datetime) -> str:
        """Return a cursor behind which lies all that changed at or after *since*; owners are always listed whole."""
        if stream in self._others:
            return cursors.encoded(self._others[stream].since(millis(since)))
        return cursors.encoded(cursors.since(millis(since), self._portal.theirs, self._pace()))

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        """Return the present version of *refs*, with what they were merged into; what only ever grows has no other version.

        Nothing comes of a stream the token may not see, where `pull` goes on without it.
        """
        self._look_whose_token_it_is()
        found: dict[Ref, SourceRecord | Activity] = {}
        for stream, ids in _by_stream(refs).items():
            for one in self._reread(stream, ids):
                if not isinstance(one, Refused):
                    found[Ref(stream, one.source_id if isinstance(one, Activity) else one.external_id)] = one
        return list(found.values())

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Write *changes* by identifier."""
        if changes:
            self._look_whose_token_it_is()
        receipts: dict[int, Receipt] = {}
        for stream, places in _places(changes).items():
            try:
                made = self._pushed(stream, [changes[place] for place in places])
            except ConnectorError as error:
                if not receipts:
                    raise
                again = self._portal.ours + timedelta(minutes=1)
                made = [Rejected(code="hubspot.later", what=f"not written yet: {error}", retry=again)] * len(places)
            receipts |= dict(zip(places, made, strict=True))
        return [receipts[place] for place in range(len(changes))]

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        """Create the properties that are missing of *fields*."""
        self._look_whose_token_it_is()
        return list(provision(self._portal, fields, group=self._settings.property_group, dry_run=dry_run))

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        """Delete contacts for good, as privacy laws ask: HubSpot purges them and never takes their address again."""
        self._look_whose_token_it_is()
        return [self._erased(ref) for ref in refs]

    # ------------------------------------------------------------ streams

    def _reread(self, stream: str, ids: Sequence[str]) -> Sequence[Found]:
        reader = self._owners if stream == "owners" else self._objects.get(stream)
        try:
            return reader.reread(ids) if reader is not None else []
        except NotAllowed:
            if stream not in OPTIONAL:
                raise
            return []

    def _look_whose_token_it_is(self) -> None:
        """Look once: a token of another portal would mix two companies up."""
        if not self._is_ours:
            belongs(self._portal, self._settings)
            self._is_ours = True

    def _object_puller(self, name: str) -> ObjectPuller:
        known = Known(self._opening.cache / "known.db")
        return ObjectPuller(
            self._portal, OBJECTS[name], wanted=self._wanted(name), pace=self._pace(), known=known, sizes=self._sizes
        )

    def _log(self, read: Reader, limit: int) -> LogPuller:
        pace = Pace(settle=self._settings.settle // _MS, sweep=0, lanes=("quick", "complete"))
        return LogPuller(self._portal, read, limit=limit, pace=pace, history=self._settings.history // _MS)

    def _pace(self) -> Pace:
        return Pace(settle=self._settings.settle // _MS, sweep=self._settings.sweep // _MS)

    def _wanted(self, stream: str) -> frozenset[str]:
        return self._opening.wanted.get(stream, frozenset())

    def _fields(self, stream: str) -> tuple[RemoteField, ...]:
        if stream == "owners":
            return tuple(RemoteField(name=name, writable=False) for name in OWNER_FIELDS)
        if stream not in OBJECTS or OBJECTS[stream].kind == "activity":
            return ()
        found = {one.name: field_of(one) for one in self._portal.definitions(stream).results}
        derived = STAGE_FIELDS if stream == "deals" else ()
        return (*found.values(), *(RemoteField(name=name, writable=False) for name in derived))

    # ------------------------------------------------------------ writes

    def _pushed(self, stream: str, changes: Sequence[Change]) -> Sequence[Receipt]:
        if stream not in self._objects or OBJECTS[stream].kind == "activity":
            return [Rejected(code="hubspot.stream", what="this stream is not written", retry="never")] * len(changes)
        doubts = self._opening.cache / f"{stream}.doubts"
        backward = self._settings.lifecycle_backward
        return Pusher(self._portal, OBJECTS[stream], doubts=doubts, backward=backward).push(changes)

    def _erased(self, ref: Ref) -> Receipt:
        if ref.stream != "contacts":
            return Rejected(code="hubspot.erase", what="HubSpot erases contacts alone", retry="never")
        path = self._portal.paths.objects(ref.stream, "gdpr-delete")
        reply = self._portal.write("POST", path, {"objectId": ref.external_id})
        if reply.status == 404:
            return Gone()
        if reply.status not in {200, 204}:
            raise error_of(reply, "contacts: erasure")
        return Done()


def _by_stream(refs: Sequence[Ref]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ref in filter(_is_id, dict.fromkeys(refs)):
        found.setdefault(ref.stream, []).append(ref.external_id)
    return found


def _is_id(ref: Ref) -> bool:
    return ref.external_id.isascii() and ref.external_id.isdigit()


def _places(changes: Sequence[Change]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        found.setdefault(change.ref.stream, []).append(place)
    return found
