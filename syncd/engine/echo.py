"""Telling our own voice from others': what a read shows of fields that we wrote, and what follows from it.

Per record and field, never "a sync is running"::

    the value we sent, or what the source shows for it      an echo                 nothing to do
    the first other value after the write                   normalised              what the source shows for ours, from now on
    what stood there before, and the version may be older   stale                   read again a little later
    any other                                               somebody changed it     an override

An override of a stage is left standing: people move stages, and it is for the agreement to say what follows. A golden field is
weighed by its law, as whatever a source says. Everything else that we write is ours: it is written again, but not for ever
against somebody who is as stubborn (a workflow, say).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection

from syncd.engine.site import Site
from syncd.mapping.streams import ASSESSED, StreamMap, Write
from syncd.model import Golden, Raw
from syncd.store import assessments, hints, ledger, outbox
from syncd.store.ledger import Answer, Entry, Override
from syncd.store.outbox import SENT, Pending
from syncd.store.records import Stored

Verdict: TypeAlias = Literal["echo", "normalised", "stale", "override"]

SKEW = 5 * 60 * 1_000_000
"""Microseconds by which a source's clock may differ from ours, and its search lag behind."""

TIMES, WITHIN = 3, 24 * 3600 * 1_000_000
"""So often within so many microseconds a field is written again; then the other value is left."""


class Read(NamedTuple):
    """A field as it was read: its value, when its record changed by the source's clock, and when it was read by ours.

    ``first_at`` is when this very version of the record was read for the first time.
    """

    value: Raw
    changed_at: int
    at: int
    first_at: int


def verdict(entry: Entry, read: Read) -> Verdict:
    """Tell what was *read* means for a field that was written.

    >>> sent = Entry("12.5", "10", at=0)
    >>> verdict(sent, Read("12.50", 1, 2, 2)), verdict(sent._replace(known="read", shows="12.50"), Read("13", 1, 2, 2))
    ('normalised', 'override')
    """
    if same(read.value, entry.shows if entry.known == "read" else entry.sent) or (
        entry.known and same(read.value, entry.shows)
    ):
        return "echo"
    if entry.known == "read":
        return "override"  # the intake takes no version older than the one that was read
    was_before = same(read.value, entry.before)
    if read.changed_at < entry.at - SKEW or (was_before and (read.at <= entry.at + SKEW or read.first_at < entry.at)):
        return "stale"
    return "override" if was_before or entry.known == "told" else "normalised"


def learnt(entry: Entry, read: Read) -> Entry:
    """Return *entry* knowing what the source shows for what we sent, unless the read says nothing about it."""
    return entry if verdict(entry, read) == "stale" else entry._replace(known="read", shows=ledger.plain(read.value))


def same(one: Raw, other: Raw) -> bool:
    """Compare as text: what a source shows of a number is text to some and a number to others."""
    return _text(one) == _text(other)


def _means(one: Raw, other: Raw) -> bool:
    """Compare as text in whatever case."""
    return _text(one).casefold() == _text(other).casefold()


def _text(value: Raw) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, tuple) else str(value)


class Heard(NamedTuple):
    """What a record says of fields that we wrote. ``again_at`` is when to look once more, if something is left open."""

    entries: Mapping[str, Entry]
    overrides: Sequence[Override]
    again_at: int | None


def hear(tx: Connection, site: Site, stream: StreamMap, found: Sequence[Stored], now: int, *, first: Mapping[int, int]) -> int:
    """Compare records as they were read with what we wrote into them; return how many fields somebody else changed.

    *first* tells when versions that were read before were read for the first time.
    """
    words = {write.remote: write.of for write in stream.writes}
    by_id = {one.id: one for one in found if one.speaks} if words else {}
    if not by_id:
        return 0
    before = ledger.entries(tx, by_id)
    live = is_live(site, stream)
    waiting = {key: one for key, one in outbox.pending(tx, by_id).items() if live or one.job is not None}  # perhaps written
    heard: dict[int, Heard] = {}
    for key in before.keys() | waiting.keys():
        one, waits = by_id[key], waiting.get(key)
        reads = {
            field: Read(value, one.changed_at, now, first.get(key, now))
            for field, value in (one.fields or {}).items()
            if field in words
        }
        entries = _arrived(before.get(key, {}), waits, reads)
        heard[key] = _heard(tx, site, one, entries, _settled(words, waits) if live else words, reads)
    overrides = [one for said in heard.values() for one in said.overrides]
    ledger.save(tx, {key: said.entries for key, said in heard.items() if said.entries != before.get(key, {})})
    ledger.add_overrides(tx, overrides)
    for key, said in heard.items():
        if said.again_at is not None:
            hints.look_again(tx, [(by_id[key].stream_id, by_id[key].external_id)], now, said.again_at)
    people = {by_id[one.record_id].entity_id for one in overrides if one.answer != "left" or one.of == "stage"}
    assessments.mark_due(tx, {person for person in people if person is not None}, now)
    return len(overrides)


def adopted(record: Stored, wanted: Mapping[str, Golden | None], entries: Mapping[str, Entry], now: int) -> dict[str, Entry]:
    """Return what *record* shows just as we would have written it: from now on it is as if we had."""
    shown = record.fields or {}
    return {
        field: Entry(sent=ledger.plain(value), before=None, at=now, known="read", shows=ledger.plain(shown[field]))
        for field, value in wanted.items()
        if field not in entries and not same(value, None) and field in shown and same(shown[field], value)
    }


def is_live(site: Site, stream: StreamMap) -> bool:
    """Tell whether anything is really written into *stream*."""
    connection = site.connection(stream.connection)
    return connection is not None and connection.write_back == "live"


def _arrived(entries: Mapping[str, Entry], waiting: Pending | None, reads: Mapping[str, Read]) -> Mapping[str, Entry]:
    """Return the entries with what is still to be written and stands there already: its receipt never reached us.

    In whatever case: some sources have their own, and a stage that means the same is nobody's move. Not as an older version
    shows it: it stood there before. What was sent may be another value than is to be sent now: the one that is replaced.
    """
    unheard: dict[str, Entry] = {}
    for field, change in (waiting.fields if waiting else {}).items():
        said = verdict(entries[field], reads[field]) if field in reads and field in entries else None
        if field not in reads or said == "stale":
            continue
        if _means(reads[field].value, change.new):
            unheard[field] = Entry(sent=ledger.plain(change.new), before=ledger.plain(change.old), at=reads[field].at)
        elif said == "override" and waiting is not None and waiting.job == SENT and _means(reads[field].value, change.old):
            unheard[field] = Entry(sent=ledger.plain(change.old), before=entries[field].sent, at=reads[field].at)
    return {**entries, **unheard}


def _settled(words: Mapping[str, str], waiting: Pending | None) -> Mapping[str, str]:
    """Leave out what a job of the source works on: before its receipt nothing can be told."""
    if waiting is None or waiting.job in (None, SENT):
        return words
    return {field: of for field, of in words.items() if field not in waiting.fields}


def _heard(
    tx: Connection,
    site: Site,
    record: Stored,
    entries: Mapping[str, Entry],
    words: Mapping[str, str],
    reads: Mapping[str, Read],
) -> Heard:
    verdicts = {field: verdict(entries[field], read) for field, read in reads.items() if field in words and field in entries}
    overrides = [
        _override(tx, site, record, Write(field, words[field]), entries[field], reads[field])
        for field, said in verdicts.items()
        if said == "override"
    ]
    forgotten = {one.field for one in overrides if one.answer != "left"}  # as if it had not been written
    stale = [_look_again(entries[field], reads[field].at) for field, said in verdicts.items() if said == "stale"]
    return Heard(
        entries={
            field: learnt(entry, reads[field]) if field in verdicts else entry
            for field, entry in entries.items()
            if field not in forgotten
        },
        overrides=overrides,
        again_at=max(stale, default=None),
    )


def _look_again(entry: Entry, now: int) -> int:
    """Return when to look at a stale field again: when the write is twice as old, and not while clocks may explain it."""
    return max(entry.at + SKEW + 1, now + (now - entry.at))


def _override(tx: Connection, site: Site, record: Stored, write: Write, entry: Entry, read: Read) -> Override:
    return Override(
        id=site.ids(),
        record_id=record.id,
        field=write.remote,
        of=write.of,
        old=entry.shows if entry.known else entry.sent,
        new=ledger.plain(read.value),
        at=read.changed_at,
        known_at=read.at,
        answer=_answer(tx, site, record, write, read.at),
    )


def _answer(tx: Connection, site: Site, record: Stored, write: Write, now: int) -> Answer:
    is_stage = write.of == "stage" and site.streams[record.stream_id].kind == "person"
    if is_stage or ledger.written_again(tx, record.id, write.remote, now - WITHIN) >= TIMES:
        return "left"
    return "again" if write.of in ASSESSED else "weighed"
