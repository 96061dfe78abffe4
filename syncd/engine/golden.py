"""Folding: the records of each entity into its golden record, with history; and who has to be assessed for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from syncd.engine.coverage import uncovered
from syncd.engine.site import Site
from syncd.mapping.fields import Candidate, Choice
from syncd.mapping.fold import fold
from syncd.mapping.streams import mapped
from syncd.model import Kind
from syncd.store import assessments, entities, records
from syncd.store.entities import Entity, Past
from syncd.store.records import SAME, Stored
from syncd.store.sql import dumps
from syncd.store.streams import DOMAIN_STREAM

ACCOUNT = "account"

Candidates: TypeAlias = Mapping[str, Candidate]


def refold(
    tx: Connection,
    site: Site,
    affected: Mapping[int, Kind],
    now: int,
    *,
    fresh: Mapping[int, list[Stored]] | None = None,
    read: Mapping[int, Candidates] | None = None,
) -> None:
    """Fold the *affected* entities anew and mark the people this concerns for assessment.

    Who has a record of an `uncovered` stream stays as they are: all are folded once it is covered. *fresh* gives the records
    of entities that are new with this page, *read* the candidates of records already mapped; both only save asking again.
    """
    fresh, read = fresh or {}, read or {}
    older = affected.keys() - fresh.keys()
    before = entities.load(tx, older)
    members = {**fresh, **records.of_entities(tx, older)}
    waiting = uncovered(tx, site)
    held = {one for one in before if _touches(members.get(one, ()), waiting)}
    affected = {one: kind for one, kind in affected.items() if one not in held}
    everyone = {one.id: one for group in members.values() for one in group}
    accounts = _accounts(tx, site, everyone, affected, members)
    ends = _ends(succession(tx, site, everyone), everyone)
    changed: list[Entity] = []
    past: list[Past] = []
    for entity_id, kind in affected.items():
        old = before.get(entity_id)
        kept = _kept(site, old, members.get(entity_id, ()))
        said = _said(site, members.get(entity_id, ()), kept=kept, ends=ends, read=read)
        choices = fold(site.config.fields, said, kept)
        new = _entity(entity_id, kind, choices, old, members.get(entity_id, ()), accounts.get(entity_id), now)
        if old is None or new != old._replace(changed_at=now):
            changed.append(new)
            past += _past(old, new, now) if old is not None else []
    entities.save(tx, changed)
    entities.remember(tx, past)
    _mark(tx, changed, {entity_id for entity_id, kind in affected.items() if kind == "deal"}, now)


def inherit(tx: Connection, site: Site, loser: int, winner: int) -> None:
    """Let *winner* know what *loser* held where it held nothing, or something younger, for the laws that look back."""
    both = entities.load(tx, [loser, winner])
    _learn(tx, site, both[winner], both[loser], entities.proof(both[loser].proof))


def bequeath(tx: Connection, site: Site, whole: int, piece: int, record_ids: Collection[int], now: int) -> None:
    """Let *piece*, to which records of *whole* go, know what was chosen from them there, as `inherit` does."""
    both = entities.load(tx, [whole, piece])
    new = Entity(piece, both[whole].kind, "{}", "{}", None, None, None, now, now)
    theirs = {name: one for name, one in entities.proof(both[whole].proof).items() if one[0] in record_ids}
    _learn(tx, site, both.get(piece, new), both[whole], theirs)


def _learn(tx: Connection, site: Site, one: Entity, other: Entity, proven: Mapping[str, tuple[int, int]]) -> None:
    fields, proof, theirs = {**entities.values(one.fields)}, entities.proof(one.proof), entities.values(other.fields)
    for name, since in proven.items():
        looks_back = name in site.config.fields and site.config.fields[name].law == "first"
        if name in theirs and (name not in fields or (looks_back and since[1] < proof[name][1])):
            fields[name], proof[name] = theirs[name], since
    texts = [dumps(dict(sorted(found.items()))) for found in (fields, proof)]
    entities.save(tx, [one._replace(fields=texts[0], proof=texts[1])])


def explained(tx: Connection, site: Site, entity_id: int) -> tuple[dict[str, Choice], dict[str, list[Candidate]]]:
    """Return the choice for every field of an entity and all its candidates, by the same rules that made it."""
    old = entities.load(tx, [entity_id])[entity_id]
    members = records.of_entities(tx, [entity_id]).get(entity_id, [])
    kept = _kept(site, old, members)
    if _touches(members, uncovered(tx, site)):
        return {field: Choice(*one, "kept until the source was read by the new mapping") for field, one in kept.items()}, {}
    by_id = {one.id: one for one in members}
    said = _said(site, members, kept=kept, ends=_ends(succession(tx, site, by_id), by_id), read={})
    by_field: dict[str, list[Candidate]] = {}
    for candidates in said:
        for field, candidate in candidates.items():
            by_field.setdefault(field, []).append(candidate)
    return fold(site.config.fields, said, kept), by_field


def succession(tx: Connection, site: Site, members: Mapping[int, Stored]) -> dict[int, int]:
    """Return, for each of *members* that its source merged into or converted to another one of them, which that is."""
    links = records.linked(tx, [key for key, one in members.items() if one.deleted_at is not None], SAME)
    return {
        key: to
        for key, found in links.items()
        for to in found
        if to in members and _is_successor(site, members[key], members[to])
    }


def _is_successor(site: Site, one: Stored, other: Stored) -> bool:
    """Tell whether *other* is what the source made of *one*, and not merely named as the same by a field of it."""
    here, there = site.streams[one.stream_id], site.streams[other.stream_id]
    stream_map = site.maps.get(one.stream_id)
    fields = one.fields or {}
    named = [
        (link.connection, link.stream, str(fields.get(link.remote))) for link in (stream_map.same_as if stream_map else ())
    ]
    is_mine = here.connection == there.connection and one.entity_id == other.entity_id
    return is_mine and (there.connection, there.name, other.external_id) not in named


def _ends(successors: Mapping[int, int], members: Mapping[int, Stored]) -> set[int]:
    """Return the records that came to an end and live on in one that still speaks."""
    living: set[int] = set()
    for key in successors:
        seen, to = {key}, successors[key]
        while to in successors and to not in seen:
            seen.add(to)
            to = successors[to]
        if members[to].speaks:
            living.add(key)
    return living


def _said(
    site: Site,
    members: Collection[Stored],
    *,
    kept: Mapping[str, Candidate],
    ends: Collection[int],
    read: Mapping[int, Candidates],
) -> list[Candidates]:
    """Return what each record says. One of *ends* goes on counting where the smallest value does: since when is known.

    Not where the largest does: who was under review, or had unsubscribed, would be so for ever.
    """
    said = [read.get(one.id) or _candidates(site, one, kept) for one in members if one.speaks]
    smallest = {name for name, field in site.config.fields.items() if field.law == "min"} if ends else set()
    for one in members:
        if one.id in ends:
            was = _candidates(site, one, kept).items()
            said.append({name: it for name, it in was if name in smallest and it.value is not None})
    return said


def _touches(members: Collection[Stored], streams: Collection[int]) -> bool:
    return any(one.stream_id in streams for one in members)


def _candidates(site: Site, record: Stored, kept: Mapping[str, Candidate]) -> Candidates:
    """Map a record; one whose connection is no longer configured goes on saying what was last chosen from it."""
    stream_map = site.maps.get(record.stream_id)
    if stream_map is None:
        return {field: candidate for field, candidate in kept.items() if candidate.record == record.id}
    return mapped(stream_map, record.fields or {}, record=record.id, at=record.base_at, field_at=record.field_at).candidates


def _kept(site: Site, old: Entity | None, members: Collection[Stored]) -> dict[str, Candidate]:
    """Return what was chosen last time, as candidates; not what came from a record that is somebody else's by now."""
    if old is None:
        return {}
    sources = {one.id: site.streams[one.stream_id].connection for one in members}
    values = entities.golden(site.config.fields, old.fields)
    proof = entities.proof(old.proof)
    return {
        field: Candidate(value, proof[field][1], sources[proof[field][0]], proof[field][0])
        for field, value in values.items()
        if field in proof and proof[field][0] in sources
    }


def _entity(
    entity_id: int,
    kind: Kind,
    choices: Mapping[str, Choice],
    old: Entity | None,
    members: Collection[Stored],
    account: int | None,
    now: int,
) -> Entity:
    chosen = sorted((field, choice) for field, choice in choices.items() if choice.value is not None)
    gone = bool(members) and all(one.deleted_at is not None for one in members)
    return Entity(
        id=entity_id,
        kind=kind,
        fields=dumps({field: choice.value for field, choice in chosen}),
        proof=dumps({field: (choice.record, choice.at) for field, choice in chosen}),
        account_id=account,
        merged_into=None,
        deleted_at=(old.deleted_at if old and old.deleted_at else now) if gone else None,
        born_at=old.born_at if old else now,
        changed_at=now,
    )


def _past(old: Entity, new: Entity, now: int) -> list[Past]:
    """Return the values that a new version replaces or removes; what was empty before left nothing."""
    if old.fields == new.fields:
        return []
    was, became, proof = entities.values(old.fields), entities.values(new.fields), entities.proof(old.proof)
    return [
        Past(old.id, field, now, dumps(value), dumps(proof.get(field)))
        for field, value in was.items()
        if became.get(field) != value
    ]


# ---------------------------------------------------------------- accounts of people


def _accounts(
    tx: Connection, site: Site, by_id: Mapping[int, Stored], affected: Mapping[int, Kind], members: Mapping[int, list[Stored]]
) -> dict[int, int]:
    """Return the account of each affected person or deal: one a source names before one inferred from a domain."""
    pointing = [
        one
        for entity_id, kind in affected.items()
        if kind != ACCOUNT
        for one in members.get(entity_id, ())
        if one.deleted_at is None
    ]
    targets = records.linked(tx, [one.id for one in pointing], ACCOUNT)
    if not targets:
        return {}
    known = records.targets(tx, {target for found in targets.values() for target in found})
    found: dict[int, tuple[bool, int, int]] = {}
    for one in pointing:
        for target in targets.get(one.id, ()):
            stream_id, account = known[target]
            rank = (site.streams[stream_id].name != DOMAIN_STREAM, one.changed_at, account)
            if one.entity_id is not None and rank > found.get(one.entity_id, (False, -1, -1)):
                found[one.entity_id] = rank
    return {entity_id: account for entity_id, (_, _, account) in found.items()}


def _mark(tx: Connection, changed: Collection[Entity], deals: Collection[int], now: int) -> None:
    people = {one.id for one in changed if one.kind == "person"}
    accounts = [one.id for one in changed if one.kind == ACCOUNT]
    if accounts:
        people.update(entities.people_of(tx, accounts))
    if deals:
        people.update(records.people_of_deals(tx, deals))
    assessments.mark_due(tx, people, now)
