"""Telling our own voice from others': what a read shows of fields that we wrote, and what follows from it.

Per record and field, never "a sync is running"::

    the value we sent, or what the source shows for it      an echo                 nothing to do
    the first other value after the write                   normalised              what the source shows for ours, from now on
    what stood there before, and the read may be older      stale                   no conclusion
    any other                                               somebody changed it     an override

An override of a stage is left standing: people move stages, and it is for the agreement to say what follows. Every other field
that we write is ours: it is written again, but not for ever against somebody who is as stubborn (a workflow, say).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection

from syncd.engine.site import Site
from syncd.mapping.streams import StreamMap
from syncd.model import Raw
from syncd.store import assessments, ledger
from syncd.store.ledger import Entry, Override
from syncd.store.records import Stored

Verdict: TypeAlias = Literal["echo", "normalised", "stale", "override"]

SKEW = 5 * 60 * 1_000_000
"""Microseconds by which a source's clock may differ from ours, and its search lag behind."""

TIMES, WITHIN = 3, 24 * 3600 * 1_000_000
"""So often within so many microseconds a field is written again; then the other value is left."""


class Read(NamedTuple):
    """A field as it was read: its value, when its record changed by the source's clock, and when it was read by ours."""

    value: Raw
    changed_at: int
    at: int


def verdict(entry: Entry, read: Read) -> Verdict:
    """Tell what was *read* means for a field that was written.

    >>> sent = Entry("12.5", "10", at=0)
    >>> verdict(sent, Read("12.50", 1, 2)), verdict(sent._replace(known="read", shows="12.50"), Read("13", 1, 2))
    ('normalised', 'override')
    """
    if same(read.value, entry.shows if entry.known == "read" else entry.sent) or (
        entry.known and same(read.value, entry.shows)
    ):
        return "echo"
    if entry.known == "read":
        return "override"  # the intake takes no version older than the one that was read
    was_before = same(read.value, entry.before)
    if read.changed_at < entry.at - SKEW or (was_before and read.at <= entry.at + SKEW):
        return "stale"
    return "override" if was_before or entry.known == "told" else "normalised"


def learnt(entry: Entry, read: Read) -> Entry:
    """Return *entry* knowing what the source shows for what we sent, unless the read says nothing about it."""
    return entry if verdict(entry, read) == "stale" else entry._replace(known="read", shows=ledger.plain(read.value))


def same(one: Raw, other: Raw) -> bool:
    """Compare as text: what a source shows of a number is text to some and a number to others."""
    return _text(one) == _text(other)


def _text(value: Raw) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, tuple) else str(value)


def hear(tx: Connection, site: Site, stream: StreamMap, found: Sequence[Stored], now: int) -> int:
    """Compare records as they were read with what we wrote into them; return how many fields somebody else changed."""
    words = {write.remote: write.of for write in stream.writes}
    by_id = {one.id: one for one in found if one.speaks} if words else {}
    changed: dict[int, Mapping[str, Entry]] = {}
    overrides: list[Override] = []
    for key, entries in ledger.entries(tx, by_id).items():
        shown = by_id[key].fields or {}
        reads = {
            field: Read(shown[field], by_id[key].changed_at, now) for field in entries if field in shown and field in words
        }
        mine = [
            _override(tx, site, by_id[key], field, words[field], entries[field], read)
            for field, read in reads.items()
            if verdict(entries[field], read) == "override"
        ]
        after = {field: learnt(entry, reads[field]) if field in reads else entry for field, entry in entries.items()}
        for one in mine:
            if one.answer == "again":
                del after[one.field]  # as if it had not been written
        if after != entries:
            changed[key] = after
        overrides += mine
    ledger.save(tx, changed)
    ledger.add_overrides(tx, overrides)
    people = {by_id[one.record_id].entity_id for one in overrides if one.answer == "again"}
    assessments.mark_due(tx, {person for person in people if person is not None}, now)
    return len(overrides)


def _override(tx: Connection, site: Site, record: Stored, field: str, of: str, entry: Entry, read: Read) -> Override:
    is_stage = of == "stage" and site.streams[record.stream_id].kind == "person"
    too_often = not is_stage and ledger.written_again(tx, record.id, field, read.at - WITHIN) >= TIMES
    return Override(
        id=site.ids(),
        record_id=record.id,
        field=field,
        of=of,
        old=entry.shows if entry.known else entry.sent,
        new=ledger.plain(read.value),
        at=read.changed_at,
        known_at=read.at,
        answer="left" if is_stage or too_often else "again",
    )
