"""A page of activities into the store: each once per person it is about, replacing what it was before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from sqlalchemy import Connection

from syncd.agreement.counting import micros_of
from syncd.engine.intake import Target, announce
from syncd.engine.site import Counts, Site
from syncd.mapping.characters import clean
from syncd.mapping.domains import address
from syncd.mapping.streams import StreamMap, asset_of, kind_of
from syncd.model import EMAIL_STREAM, OUTBOUND_KINDS, Activity, Direction, Problem, Ref
from syncd.store import activities, assessments, inbox, records
from syncd.store.activities import Stored, Type
from syncd.store.inbox import Refusal
from syncd.store.records import Known
from syncd.store.streams import Stream

LONGEST_KIND, LONGEST_ASSET = 100, 500
"""Letters that count of a kind and of an address: PostgreSQL indexes no more than 2,704 bytes of both together."""


def take_in(tx: Connection, site: Site, stream: Stream, found: Sequence[Activity], now: int) -> Counts:
    """Save the activities of one stream and let the people they are about be assessed."""
    counts = Counts(read=len(found))
    newest = {one.source_id: one for one in found}
    people = _people(tx, site, stream, {ref for one in found for ref in one.about}, now)
    types = _types(tx, site.maps[stream.id], found)
    before = activities.load(tx, stream.id, newest)
    new: list[Stored] = []
    old: list[Stored] = []
    nobody: list[str] = []
    for source_id, one in newest.items():
        about = {people[ref].id for ref in one.about if ref in people}
        had = before.get(source_id)
        if one.deleted:
            rows = []
        elif about:
            rows = _rows(stream, one, about, types[one.kind, one.asset, one.direction, one.machine], now)
        else:
            rows = []
            nobody.append(source_id)
        if had is None:
            counts["new"] += bool(rows)
        elif _same(rows, had):
            counts["unchanged"] += 1
            continue
        else:
            counts["deleted" if not rows else "changed"] += 1
            old += had
        new += rows
    activities.remove(tx, old)
    activities.save(tx, new)
    _mark(tx, {row.record_id for row in (*new, *old)}, people.values(), now)
    _refuse(tx, site, stream, nobody, newest, now)
    counts["refused"] += len(nobody)
    return counts


def _people(tx: Connection, site: Site, stream: Stream, refs: Collection[Ref], now: int) -> dict[Ref, Known]:
    """Return whom *refs* mean, as far as it can be told; those nobody has heard of are introduced."""
    targets: dict[Ref, Target] = {}
    for ref in refs:
        target = site.stream(stream.connection, ref.stream)
        who = address(ref.external_id) if ref.stream == EMAIL_STREAM else ref.external_id
        if target is not None and target.kind == "person" and isinstance(who, str) and who:
            targets[ref] = Target(target.id, who)
    known = announce(tx, site, set(targets.values()), now)
    return {ref: known[target] for ref, target in targets.items()}


def _types(tx: Connection, stream_map: StreamMap, found: Sequence[Activity]) -> dict[tuple[str, str, Direction, bool], int]:
    """Return the key of each type of activity, by the source's words for it; sources repeat few words many times."""
    words = {(one.kind, one.asset, one.direction, one.machine) for one in found}
    types = {raw: _type(stream_map, *raw) for raw in words}
    keys = activities.type_ids(tx, types.values())
    return {raw: keys[one] for raw, one in types.items()}


def _type(stream_map: StreamMap, raw_kind: str, raw_asset: str, direction: Direction, machine: bool) -> Type:
    kind = kind_of(stream_map, raw_kind)[:LONGEST_KIND]
    if direction is Direction.UNKNOWN and kind in OUTBOUND_KINDS:
        direction = Direction.OUTBOUND
    return Type(kind, clean(asset_of(stream_map, raw_asset))[:LONGEST_ASSET], direction, machine)


def _rows(stream: Stream, one: Activity, about: Iterable[int], type_id: int, now: int) -> list[Stored]:
    occurred_at = micros_of(one.occurred_at)
    return [
        Stored(record, occurred_at, stream.id, one.source_id, type_id, clean(one.actor), now, nth)
        for nth, record in enumerate(sorted(about))
    ]


def _same(rows: Sequence[Stored], had: Sequence[Stored]) -> bool:
    return {row._replace(known_at=0) for row in rows} == {row._replace(known_at=0) for row in had}


def _mark(tx: Connection, touched: Set[int], known: Iterable[Known], now: int) -> None:
    entities = {one.id: one.entity_id for one in known if one.entity_id is not None}
    others = touched - entities.keys()
    if others:
        entities |= records.entities(tx, others)
    assessments.mark_due(tx, {entities[record] for record in touched if record in entities}, now)


def _refuse(tx: Connection, site: Site, stream: Stream, nobody: Sequence[str], found: Mapping[str, Activity], now: int) -> None:
    """Put activities that are about nobody into the inbox, and take out those that now are."""
    problem = Problem(
        where=stream.name,
        what="is about nobody: no record identifier and no valid e-mail address; map the column that names the person",
        code="activity.about_nobody",
    )
    inbox.refuse(tx, site.ids, [Refusal(stream.id, "in", source_id, problem) for source_id in nobody], now)
    inbox.resolve(tx, stream.id, "in", found.keys() - set(nobody))
