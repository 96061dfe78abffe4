"""One page of one stream: pulled outside the transaction, saved whole inside it, with the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection

from syncd.engine import happenings, intake
from syncd.engine.intake import LONGEST_IDENTIFIER, is_identifier
from syncd.engine.refold import note_mapping, note_read
from syncd.engine.site import Counts, Site
from syncd.model import Activity, Problem, Refused, SourceRecord
from syncd.spi import BadAnswer, Connector, Page
from syncd.store import inbox, streams
from syncd.store.inbox import Refusal
from syncd.store.streams import Stream

Wanted: TypeAlias = Callable[[SourceRecord | Activity], bool]


class Pulled(NamedTuple):
    """What one page did; ``stream`` is where to go on from, after ``wait`` if the source is still busy."""

    stream: Stream
    counts: Counts
    notes: Sequence[str]
    more: bool
    progress: float | None
    wait: timedelta | None


def pull_page(site: Site, connector: Connector, stream: Stream) -> Pulled:
    """Pull the page after the stream's cursor and save it whole, or not at all.

    Raises: what `Connector.pull` raises; Fenced.
    """
    page = _pulled(connector, stream)
    now = site.now()
    with site.store.write() as tx:
        counts = _save(tx, site, stream, page, now)
        moved = streams.advance(tx, stream, page.cursor, now=now, complete=not page.more)
        if not page.more:
            note_read(tx, stream.id)
        if not page.more and moved.full_since is not None:
            inbox.resolve_older(tx, stream.id, moved.full_since)
            moved = moved._replace(full_since=None)
    return Pulled(moved, counts, page.notes, page.more, page.progress, page.wait)


def reread_page(site: Site, connector: Connector, stream: Stream, wanted: Wanted) -> Pulled:
    """Pull the page after *stream*'s cursor and save the *wanted* part of it; the cursor in the store stays where it is.

    Raises: what `Connector.pull` raises.
    """
    page = _pulled(connector, stream)
    part = Page(records=[one for one in page.records if wanted(one)], cursor=page.cursor, more=page.more)
    with site.store.write() as tx:
        counts = _save(tx, site, stream, part, site.now())
    return Pulled(stream._replace(cursor=page.cursor), counts, page.notes, page.more, page.progress, page.wait)


def _pulled(connector: Connector, stream: Stream) -> Page:
    page = connector.pull(stream.name, stream.cursor)
    if page.more and page.cursor == stream.cursor:
        raise BadAnswer(f"{stream.name}: the same cursor came twice in a row; nothing was saved")
    return page


def take_in(tx: Connection, site: Site, stream: Stream, found: Sequence[SourceRecord | Activity], now: int) -> Counts:
    """Save what was read of one stream and everything that follows from it; an older version never replaces a newer one."""
    odd = {place for place, one in enumerate(found) if not all(map(is_identifier, _identifiers(one)))}
    strange = [found[place] for place in sorted(odd)]
    if odd:
        found = [one for place, one in enumerate(found) if place not in odd]
    records = [one for one in found if isinstance(one, SourceRecord)]
    activities = [one for one in found if isinstance(one, Activity)]
    counts = _refuse(tx, site, stream, [_strange(one) for one in strange], now)
    note_mapping(tx, site)
    if records:
        counts += intake.take_in(tx, site, stream, records, now)
    if activities:
        counts += happenings.take_in(tx, site, stream, activities, now)
    return counts


def _save(tx: Connection, site: Site, stream: Stream, page: Page, now: int) -> Counts:
    return take_in(tx, site, stream, page.records, now) + _refuse(tx, site, stream, page.refused, now)


def _identifiers(one: SourceRecord | Activity) -> Sequence[str]:
    """Return its own identifier and those of the records it speaks of."""
    if isinstance(one, Activity):
        return [one.source_id, *(ref.external_id for ref in one.about)]
    others = [to for _, to in one.associations] + ([one.merged_into] if one.merged_into else [])
    return [one.external_id, *(ref.external_id for ref in others)]


def _strange(one: SourceRecord | Activity) -> Refused:
    problem = Problem(
        where=one.stream,
        what="has or names an identifier with a NUL, with half a character or "
        f"of more than {LONGEST_IDENTIFIER} letters; correct it in the source",
        code="record.strange_identifier",
    )
    return Refused(stream=one.stream, external_id=_identifiers(one)[0], problem=problem)


def _refuse(tx: Connection, site: Site, stream: Stream, refused: Sequence[Refused], now: int) -> Counts:
    at = max(now, stream.full_since or 0)  # a clock set back makes no refusal older than the reading that it belongs to
    inbox.refuse(tx, site.ids, [_refusal(stream, one) for one in refused], at)
    return Counts(refused=len(refused)) if refused else Counts()


def _refusal(stream: Stream, one: Refused) -> Refusal:
    place = one.external_id
    if not place or not is_identifier(place):
        place = blake2b((place or one.raw).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return Refusal(stream.id, "in", place, one.problem, one.raw)
