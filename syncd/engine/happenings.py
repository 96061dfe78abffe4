"""A page of activities into the store: each once per person it is about, replacing what it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from syncd.agreement.counting import micros_of
from syncd.engine.intake import Target, announce
from syncd.engine.site import Counts, Site
from syncd.mapping.domains import address
from syncd.mapping.streams import StreamMap, asset_of, kind_of
from syncd.model import EMAIL_STREAM, OUTBOUND_KINDS, Activity, Direction, Problem
from syncd.store import activities, assessments, inbox, records
from syncd.store.activities import Stored, Type
from syncd.store.inbox import Refusal
from syncd.store.records import Known
from syncd.store.streams import Stream


def take_in(tx: Connection, site: Site, stream: Stream, found: Sequence[Activity], now: int) -> Counts:
    """Save the activities of one stream and let the people they are about be assessed."""
    counts = Counts(read=len(found))
    newest = {one.source_id: one for one in found}
    about = {source_id: _targets(site, stream, one) for source_id, one in newest.items()}
    known = announce(tx, site, {target for targets in about.values() for target in targets}, now)
    kinds = _types(site.maps[stream.id], [*newest.values()])
    types = activities.type_ids(tx, kinds.values())
    before = activities.load(tx, stream.id, newest)
    new: list[Stored] = []
    old: list[Stored] = []
    for source_id, one in newest.items():
        had = before.get(source_id, [])
        rows = [] if one.deleted else _rows(stream, one, about[source_id], known, types[kinds[source_id]], now)
        if {row._replace(known_at=0) for row in rows} == {row._replace(known_at=0) for row in had}:
            counts["unchanged"] += 1
            continue
        counts["deleted" if one.deleted else "changed" if had else "new"] += 1
        new += rows
        old += had
    activities.remove(tx, old)
    activities.save(tx, new)
    _mark(tx, new, old, known, now)
    counts["refused"] += _refuse(tx, site, stream, newest, about, now)
    return counts


def _targets(site: Site, stream: Stream, one: Activity) -> list[Target]:
    """Return whom an activity is about, as far as it can be told."""
    targets = []
    for name, external_id in one.about:
        target = site.stream(stream.connection, name)
        who = address(external_id) if name == EMAIL_STREAM else external_id
        if target is not None and target.kind == "person" and isinstance(who, str) and who:
            targets.append(Target(target.id, who))
    return targets


def _types(stream_map: StreamMap, found: Sequence[Activity]) -> dict[str, Type]:
    """Return each activity's type in the agreement's words; sources repeat few words many times."""
    words: dict[tuple[str, str], tuple[str, str]] = {}
    types: dict[str, Type] = {}
    for one in found:
        raw = one.kind, one.asset
        if raw not in words:
            words[raw] = kind_of(stream_map, one.kind), asset_of(stream_map, one.asset)
        kind, asset = words[raw]
        direction = one.direction
        if direction is Direction.UNKNOWN and kind in OUTBOUND_KINDS:
            direction = Direction.OUTBOUND
        types[one.source_id] = Type(kind, asset, direction, one.machine)
    return types


def _rows(
    stream: Stream, one: Activity, targets: Sequence[Target], known: Mapping[Target, Known], type_id: int, now: int
) -> list[Stored]:
    occurred_at = micros_of(one.occurred_at)
    return [
        Stored(record_id, occurred_at, stream.id, one.source_id, type_id, one.actor, now)
        for record_id in dict.fromkeys(known[target].id for target in targets)
    ]


def _mark(tx: Connection, new: Sequence[Stored], old: Sequence[Stored], known: Mapping[Target, Known], now: int) -> None:
    entities = {one.id: one.entity_id for one in known.values() if one.entity_id is not None}
    touched = {row.record_id for row in (*new, *old)}
    entities |= records.entities(tx, touched - entities.keys())
    assessments.mark_due(tx, {entities[record] for record in touched if record in entities}, now)


def _refuse(
    tx: Connection, site: Site, stream: Stream, found: Mapping[str, Activity], about: Mapping[str, Sequence[Target]], now: int
) -> int:
    """Put activities that are about nobody into the inbox, and take out those that now are."""
    problem = Problem(
        where=stream.name,
        what="is about nobody: no record identifier and no valid e-mail address; map the column that names the person",
        code="activity.about_nobody",
    )
    nobody = [source_id for source_id, targets in about.items() if not targets and not found[source_id].deleted]
    inbox.refuse(tx, site.ids, [Refusal(stream.id, "in", source_id, problem) for source_id in nobody], now)
    inbox.resolve(tx, stream.id, "in", found.keys() - set(nobody))
    return len(nobody)
