"""Matching as a transaction: which entity the records of a page belong to, merges made, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.engine.golden import bequeath, inherit, refold
from syncd.engine.refold import note_mapping
from syncd.engine.site import Site
from syncd.mapping.identity import SHARED_ABOVE, Claim, Matching, match
from syncd.model import Kind
from syncd.store import assessments, clocks, entities, journeys, notices, records
from syncd.store.records import SAME, Holder


class Claimant(NamedTuple):
    """A record that wants an entity."""

    record: int
    stream_id: int
    kind: Kind
    entity: int | None
    keys: tuple[str, ...]


class Joined(NamedTuple):
    """The entity of each claimant, the entities that are new, and all that have to be folded again, by kind."""

    entities: dict[int, int]
    born: set[int]
    affected: dict[int, Kind]


class NothingToUndo(Exception):
    """The person was never merged."""


def join(tx: Connection, site: Site, claimants: Sequence[Claimant], same: Mapping[int, Collection[int]], now: int) -> Joined:
    """Give every claimant an entity; *same* are the links among records that the claimants' sources declare."""
    kinds = {one.record: one.kind for one in claimants}
    usable, holders, torn = _usable_keys(tx, site, claimants, now)
    moved = records.entities(tx, kinds) if torn else {}
    pointing = records.linking(tx, kinds, SAME)
    claims = [
        Claim(
            one.record,
            moved.get(one.record, one.entity),
            tuple(key for key in one.keys if key in usable),
            (*same.get(one.record, ()), *pointing.get(one.record, ())),
        )
        for one in claimants
    ]
    neighbors = {record for claim in claims for record in claim.linked}
    apart = records.pairs_apart(tx)
    matching = match(
        claims,
        holders={key: {holder.entity for holder in found} for key, found in holders.items()},
        entities=records.entities(tx, neighbors | {record for pair in apart for record in pair}),
        apart=apart,
        new_id=site.ids,
    )
    losers = {merge.loser for merge in matching.merges}
    affected = {matching.entities[record]: kind for record, kind in kinds.items()}
    _make(tx, site, matching, affected, now)
    affected |= {entity: kind for entity, kind in torn.items() if entity not in losers}
    return Joined(matching.entities, matching.born - losers, affected)


def _usable_keys(
    tx: Connection, site: Site, claimants: Sequence[Claimant], now: int
) -> tuple[set[str], dict[str, list[Holder]], dict[int, Kind]]:
    """Return the keys that identify somebody, who holds them, and whom it concerns that one no longer does."""
    keys = {key for one in claimants for key in one.keys}
    usable = keys - records.blocked(tx, keys)
    holders = _holders(tx, usable, claimants)
    sharing: dict[tuple[str, int], set[int]] = {}
    for key, found in holders.items():
        for holder in found:
            sharing.setdefault((key, holder.stream_id), set()).add(holder.record)
    for one in claimants:
        for key in one.keys:
            sharing.setdefault((key, one.stream_id), set()).add(one.record)
    shared = {key for (key, _), found in sharing.items() if key in usable and len(found) > SHARED_ABOVE}
    if not shared:
        return usable, holders, {}
    records.block(tx, shared, now)
    held = records.holders(tx, shared)  # by claimants too, before this page
    torn = _torn(tx, site, {holder.entity for found in held.values() for holder in found}, now)
    return usable - shared, _holders(tx, usable - shared, claimants), torn


def _holders(tx: Connection, keys: Collection[str], claimants: Sequence[Claimant]) -> dict[str, list[Holder]]:
    """Return the stored records that hold each key; claimants hold what they claim now, not what they held."""
    claiming = {one.record for one in claimants}
    return {key: [one for one in found if one.record not in claiming] for key, found in records.holders(tx, keys).items()}


def _torn(tx: Connection, site: Site, entity_ids: Collection[int], now: int) -> dict[int, Kind]:
    """Let entities fall apart; return all pieces, which stand in the store, and the people of accounts among them."""
    pieces = {
        piece: whole.kind for whole in entities.load(tx, entity_ids).values() for piece in _split(tx, site, whole.id, now)
    }
    refold(tx, site, pieces, now)
    assessments.mark_due(tx, {piece for piece, kind in pieces.items() if kind == "person"}, now)  # what they did was parted
    accounts = [piece for piece, kind in pieces.items() if kind == "account"]
    return {**dict.fromkeys(entities.people_of(tx, accounts), "person"), **pieces}


def _make(tx: Connection, site: Site, matching: Matching, affected: Mapping[int, Kind], now: int) -> None:
    """Carry out merges among stored entities; those born with this page have nothing to move yet."""
    grown: set[int] = set()
    fed: set[int] = set()
    for loser, winner, because in matching.merges:
        grown.discard(loser)
        grown.add(winner)
        if loser in matching.born:
            continue
        fed.add(winner)
        moved = records.move(tx, loser, winner)
        inherit(tx, site, loser, winner)
        entities.merged(tx, loser, winner, because=because, records=moved, now=now)
        assessments.inherit(tx, loser, winner)
        journeys.inherit(tx, loser, winner)
        clocks.replace(tx, [loser], [])
        notices.inherit(tx, loser, winner)
    people = entities.people_of(tx, fed)  # what an account inherits is there when it is folded, and no change then
    assessments.mark_due(tx, {*people, *(entity for entity in grown if affected.get(entity) == "person")}, now)


def _split(tx: Connection, site: Site, entity_id: int, now: int) -> set[int]:
    """Let an entity fall into what its remaining keys and links hold together; its oldest record keeps the identifier."""
    members = [one.id for one in records.of_entities(tx, [entity_id]).get(entity_id, ())]
    keys = records.keys_of(tx, members)
    blocked = records.blocked(tx, {key for found in keys.values() for key in found})
    same, pointing = records.linked(tx, members, SAME), records.linking(tx, members, SAME)
    claims = [
        Claim(
            one,
            None,
            tuple(key for key in keys.get(one, ()) if key not in blocked),
            (*same.get(one, ()), *pointing.get(one, ())),
        )
        for one in members
    ]
    pieces: dict[int, list[int]] = {}
    matching = match(claims, holders={}, entities={}, apart=records.pairs_apart(tx), new_id=site.ids)
    for one in members:
        pieces.setdefault(matching.entities[one], []).append(one)
    _, *others = pieces
    for new in others:
        _give(tx, site, pieces[new], entity_id, new, now)
    return {entity_id, *others}


def _give(tx: Connection, site: Site, record_ids: Collection[int], whole: int, piece: int, now: int) -> None:
    """Let records of *whole* be *piece*'s, with what was chosen from them."""
    records.give(tx, record_ids, piece)
    bequeath(tx, site, whole, piece, record_ids, now)


# ---------------------------------------------------------------- taking back


def unmerge(tx: Connection, site: Site, person: int, now: int, *, only: Collection[int] = ()) -> tuple[int, int]:
    """Undo the last merge into *person*, or take the records *only* out, for good; return both people.

    Raises: NothingToUndo.
    """
    members = {one.id for one in records.of_entities(tx, [person]).get(person, ())}
    if only:
        moved, other = members & set(only), site.ids()
    else:
        undo = next(iter(entities.merges_into(tx, person)), None)
        if undo is None:
            raise NothingToUndo("was never merged; name the records to take out with --record")
        moved, other = members & set(undo.records), undo.loser_id
        entities.unmerged(tx, undo)
        absorbed = entities.absorbed(tx, undo.loser_id)
        journeys.part(tx, undo.loser_id, absorbed)
        notices.part(tx, undo.loser_id, absorbed)
    staying = members - moved
    if not moved or not staying:
        raise NothingToUndo("would be left without records; name some of its records, not all")
    records.keep_apart(tx, ((one, two) for one in moved for two in staying), now)
    note_mapping(tx, site)
    _give(tx, site, moved, person, other, now)
    refold(tx, site, {person: "person", other: "person"}, now)
    assessments.doubt(tx, person)
    assessments.mark_due(tx, {person, other}, now)
    return person, other
