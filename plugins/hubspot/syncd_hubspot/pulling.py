"""Pulls a stream of CRM records: the walk through all, the lanes that follow changes, and what became of the missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from msgspec.structs import replace

from syncd.spi import Page
from syncd_hubspot import activities, cursors, records
from syncd_hubspot.answers import Object
from syncd_hubspot.cursors import Cursor, Lane, Pace, Walk
from syncd_hubspot.known import Absence, Known, Stretch
from syncd_hubspot.objects import ObjectStream
from syncd_hubspot.pages import Found, Sizes, page_of
from syncd_hubspot.portal import BATCH, Portal
from syncd_hubspot.records import STAGE_FIELDS, Links
from syncd_hubspot.values import instant, millis

__all__ = ["ObjectPuller"]

_GONE = "gone"
_TRACES = ["hs_merged_object_ids", "hs_object_id"]
_FEW, _SHARE, _MOST = 50, 10, 2  # see `_is_incredible`


class ObjectPuller:
    """Reads one stream of CRM records."""

    def __init__(
        self, portal: Portal, stream: ObjectStream, *, wanted: frozenset[str], pace: Pace, known: Known, sizes: Sizes
    ) -> None:
        self._portal, self._stream, self._pace, self._known, self._sizes = portal, stream, pace, known, sizes
        self._wanted = sorted(wanted) if stream.kind != "activity" else []
        asked = {*self._wanted, *stream.asked, *(["dealstage"] if self._wants_stages else [])} - set(STAGE_FIELDS)
        self._properties = sorted(asked)

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        cursor = cursors.due(cursors.decoded(text), self._portal.theirs, self._pace)
        if cursor.lane is not None:
            bin_or_search = self._archived if cursor.lane.name == "archived" else self._searched
            return bin_or_search(cursor, cursor.lane)
        if cursor.walk is not None:
            return self._resolved(cursor, cursor.walk) if cursor.walk.part == _GONE else self._walked(cursor, cursor.walk)
        return self._page(cursor, [])

    def reread(self, ids: Sequence[str]) -> list[Found]:
        """Return the present versions of *ids*, and of what they were merged into."""
        found, left = self._live(ids)
        return [*found, *self._traced(left)]

    # ------------------------------------------------------------ lanes

    def _searched(self, cursor: Cursor, lane: Lane) -> Page:
        ids = self._portal.changed(
            self._stream, since=lane.since, until=lane.until, behind=lane.after, limit=self._sizes.searched
        )
        if not lane.after:  # what happens by HubSpot's clock after this answer belongs to the next window
            lag = self._pace.settle if lane.name == "complete" else 0
            lane = replace(lane, mark=min(lane.mark, self._portal.theirs - lag))
        if not ids:
            return self._page(cursors.closed(cursor, lane), [])
        return self._page(replace(cursor, lane=replace(lane, after=ids[-1])), self.reread(ids))

    def _archived(self, cursor: Cursor, lane: Lane) -> Page:
        """Walk the bin, which knows no time, for what got there since the last walk."""
        page = self._portal.listing(self._stream, after=lane.after, limit=self._sizes.listed, properties=_TRACES, archived=True)
        if not lane.after:
            lane = replace(lane, mark=min(lane.mark, self._portal.theirs))
        fresh = [one for one in page.results if one.archived_at is None or millis(one.archived_at) >= lane.since]
        found = [each for one in fresh for each in (*self._merged(one), self._buried(one))]
        self._known.forget(self._stream.name, [one.id for one in fresh])
        onward = replace(cursor, lane=replace(lane, after=page.after)) if page.after else cursors.closed(cursor, lane)
        return self._page(onward, found)

    # ------------------------------------------------------------ walks

    def _walked(self, cursor: Cursor, walk: Walk) -> Page:
        page = self._portal.listing(self._stream, after=walk.after, limit=self._sizes.listed, properties=self._properties)
        if not cursor.swept and not walk.after:
            cursor = cursors.begun(cursor, walk, self._pace, theirs=self._portal.theirs)
        self._known.passed(
            self._stream.name,
            _versions(page.results),
            odd=[one.id for one in page.odd],
            stretch=Stretch(walk.after, page.after),
            walk=walk.began,
        )
        odd = [records.refused(self._stream.name, one) for one in page.odd]
        found = [*odd, *self._made(page.results, whole=False)]
        if page.after:
            return self._page(replace(cursor, walk=replace(walk, after=page.after)), found)
        if self._known.absence(self._stream.name, walk.began).missing:
            return self._page(replace(cursor, walk=replace(walk, after="", part=_GONE)), found)
        return self._page(cursors.walked(cursor, theirs=self._portal.theirs), found)

    def _resolved(self, cursor: Cursor, walk: Walk) -> Page:
        """Ask one by one for what the walk missed, unless that is so much that something else must be wrong.

        A walk from the beginning holds nothing back: somebody asked for it.
        """
        stream, absence = self._stream.name, self._known.absence(self._stream.name, walk.began)
        if cursor.swept and not walk.after and _is_incredible(absence):
            self._known.acquit(stream, walk.began)
            note = _held(stream, absence)
            return self._page(cursors.walked(cursor, theirs=self._portal.theirs), [], notes=[note])
        ids = self._known.absent(stream, walk.began, behind=walk.after, limit=BATCH)
        if not ids:
            return self._page(cursors.walked(cursor, theirs=self._portal.theirs), [])
        return self._page(replace(cursor, walk=replace(walk, after=ids[-1])), self._traced(ids))

    # ------------------------------------------------------------ records

    def _made(self, found: Sequence[Object], *, whole: bool) -> list[Found]:
        """Return *found* as records; *whole* if their associations have to be asked for."""
        links = self._portal.links(self._stream, found, whole=whole)
        return [each for one in found for each in self._told(one, links.get(one.id, {}))]

    def _told(self, one: Object, links: Links) -> Sequence[Found]:
        if self._stream.kind == "activity":
            return [activities.engagement(self._stream, one, links)]
        present = records.record(self._stream, one, links, wanted=self._wanted, stages=self._stages)
        return [*self._merged(one), present]

    def _merged(self, one: Object) -> Sequence[Found]:
        """Say of the records that were merged into this one where they live on."""
        earlier = list(records.merged(self._stream, one))
        if earlier:
            self._known.forget(self._stream.name, [each.external_id for each in earlier])
        return earlier

    def _live(self, ids: Sequence[str]) -> tuple[list[Found], list[str]]:
        """Return the present versions of *ids*, and those of them that a batch does not find."""
        if not ids:
            return [], []
        batch = self._portal.batch(self._stream, ids, self._properties)
        asked = set(ids)
        present = [one for one in batch.results if one.id in asked]
        self._known.note(self._stream.name, _versions(present))
        odd = [records.refused(self._stream.name, one) for one in batch.odd]
        here = {*(one.id for one in present), *(one.id for one in batch.odd)}
        return [*odd, *self._made(present, whole=True)], [name for name in ids if name not in here]

    def _traced(self, ids: Sequence[str]) -> list[Found]:
        """Say what became of *ids*, which are not where they were: in the bin, merged, there after all, or gone for good."""
        if not ids:
            return []
        batch = self._portal.batch(self._stream, ids, _TRACES, archived=True)
        binned = {one.id: one for one in batch.results if one.archived}
        led = {name: self._portal.single(self._stream, name) for name in ids if name not in binned}
        found = [self._buried(binned[name]) for name in ids if name in binned]
        found += [self._gone(name) for name, one in led.items() if one is None]
        to = {name: one for name, one in led.items() if one is not None}
        found += self._live(sorted({one.id for one in to.values()}))[0]  # what a batch hides even now, a later lane brings
        found += [records.forwarded(self._stream, name, to=one) for name, one in to.items() if one.id != name]
        return found

    def _buried(self, one: Object) -> Found:
        """Going to the bin makes no new version; so a record that comes back from there is not older than its tombstone."""
        if self._stream.kind == "activity":
            return activities.gone(self._stream.name, one.id, at=one.updated_at)
        return records.tombstone(self._stream, one.id, at=one.updated_at)

    def _gone(self, external_id: str) -> Found:
        """One that was never seen may be so new that HubSpot does not show it yet: then it must not seem older than this."""
        version = self._known.version(self._stream.name, external_id)
        at = instant(version) if version is not None else None
        at = at or self._portal.now - timedelta(milliseconds=self._pace.settle)
        if self._stream.kind == "activity":
            return activities.gone(self._stream.name, external_id, at=at)
        return records.tombstone(self._stream, external_id, at=at)

    @property
    def _wants_stages(self) -> bool:
        return self._stream.kind == "deal" and any(name in STAGE_FIELDS for name in self._wanted)

    @cached_property
    def _stages(self) -> Mapping[str, Mapping[str, str]]:
        return records.stage_fields(self._portal.pipelines(self._stream.name).results) if self._wants_stages else {}

    # ------------------------------------------------------------ pages

    def _page(self, cursor: Cursor, found: Sequence[Found], *, notes: Sequence[str] = ()) -> Page:
        onward = cursors.due(cursor, self._portal.theirs, self._pace)
        return page_of(cursor, found, more=onward.lane is not None or onward.walk is not None, notes=notes)


def _versions(found: Sequence[Object]) -> Mapping[str, int]:
    return {one.id: millis(one.updated_at) for one in found}


def _is_incredible(absence: Absence) -> bool:
    """Tell whether so many are absent that they are hidden and not gone: most of them, or both many and no small share."""
    missing, known = absence
    return missing > known // _MOST or (missing > _FEW and missing > known // _SHARE)


def _held(stream: str, absence: Absence) -> str:
    return (
        f"{stream}: {absence.missing} of {absence.known} records are no longer listed; that is too much to be believed, and "
        "nothing was deleted here. Check the token's rights; if it is so, read everything anew (syncd sync --full)"
    )
