"""What must hold of people once they were folded and assessed: fields, accounts, scores, stages, and when they are due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from syncd.engine.coverage import uncovered
from syncd.model import Golden
from tests.simulation.judge import HOUR, Deed, Given, Verdict, stage, verdict
from tests.simulation.laws import Word, chosen, said
from tests.simulation.snapshot import Assessed, Entity, Record, Snapshot, named
from tests.simulation.watching import Broken
from tests.simulation.world import World

NINE_THOUSAND = 221_845_392_000_000_000
"""The year 9000 in microseconds; a little later no `datetime` can follow."""


def settled(world: World) -> None:
    """Check everybody against the records and activities that the store holds; not while the clock is back behind itself."""
    if world.clock.now() < world.latest:
        return
    now = world.snapshot()
    with world.site.store.read() as tx:
        waiting = uncovered(tx, world.site)
    if set(world.terms.connections) == set(world.remotes) and not waiting:
        golden(world, now)
        accounts(now)
    scores(world, now)


def taken_apart(now: Snapshot, people: tuple[int, int], parts: tuple[set[int], set[int]]) -> None:
    """Check that two people consist of the records they should."""
    for person, part in zip(people, parts, strict=True):
        found = {one.id for one in now.members.get(person, [])}
        if found != part:
            raise Broken(f"taken apart into {found} where {part} was due")


# ---------------------------------------------------------------- fields


def golden(world: World, now: Snapshot) -> None:
    """Check the golden fields of everything against the laws."""
    for key, members in now.members.items():
        entity = now.entities[key]
        words: dict[str, list[Word]] = {}
        for one in members:
            merged = one.deleted and _lives_on(now, one)
            for field, word in says(one).items() if one.speaks or merged else ():
                if one.speaks or (world.terms.law(field).law == "min" and word.value is not None):
                    words.setdefault(field, []).append(word)
        for field in words.keys() | entity.fields.keys():
            _check_field(world, entity, field, words.get(field, []), named(now, members))


def _lives_on(now: Snapshot, one: Record) -> bool:
    """Tell whether a record was merged into one of the same entity that still speaks, however many merges away."""
    todo, seen = [one.id], set[int]()
    while todo:
        seen.add(at := todo.pop())
        into = [now.records[to] for made, role, to in now.links if made == at and role == "same"]
        mine = [other for other in into if other.entity == one.entity and other.stream.connection == one.stream.connection]
        if any(other.speaks for other in mine):
            return True
        todo += [other.id for other in mine if other.id not in seen]
    return False


def says(record: Record) -> dict[str, Word]:
    """Return what a record in the store says."""
    instants = record.base_at, record.field_at
    return said(record.stream.connection, record.stream.name, record.fields or {}, instants)


def _check_field(world: World, entity: Entity, field: str, words: Sequence[Word], who: str) -> None:
    law, has = world.terms.law(field), entity.fields.get(field)
    due = chosen(law, words)
    wanted = due.value if due else None
    if has == wanted:
        return
    keeps = law.law in ("first", "fill_only") or (law.blanks == "protect" and wanted is None)
    if keeps and has is not None:  # what was chosen before; `watching` follows it from look to look
        return
    raise Broken(f"{who}: {field} ({law.law}, {law.blanks}) is {has!r} and should be {wanted!r} of {words}")


# ---------------------------------------------------------------- accounts


def accounts(now: Snapshot) -> None:
    """Check that each person's account is one their records name, or else the one of their address."""
    roles: dict[int, list[int]] = {}
    for one, role, to in now.links:
        if role == "account":
            roles.setdefault(one, []).append(to)
    for key, members in now.people.items():
        found = [now.records[to] for one in members if not one.deleted for to in roles.get(one.id, [])]
        named_by_source = {one.entity for one in found if not one.inferred}
        inferred = {one.entity for one in found if one.inferred}
        possible = named_by_source or inferred or {None}
        if now.entities[key].account not in possible:
            raise Broken(f"{named(now, members)}: account is {now.entities[key].account}, should be one of {possible}")


# ---------------------------------------------------------------- scores


def scores(world: World, now: Snapshot) -> None:
    """Check score, band, grade, stage and reasons of everybody, and that none changes before it is looked at again."""
    deeds = _deeds(now)
    for key, members in now.people.items():
        entity, has = now.entities[key], now.assessed.get(key)
        if entity.deleted:
            if has is not None:
                raise Broken(f"{named(now, members)}: nobody is left, and is still assessed")
            continue
        if has is None or has.assessed_at is None or (has.assess_at is not None and has.assess_at <= world.now):
            raise Broken(f"{named(now, members)}: was not assessed: {has}")
        if has.assess_at is not None and has.assess_at > NINE_THOUSAND:
            raise Broken(f"{named(now, members)}: is due at {has.assess_at}, which is no date")
        done = dict.fromkeys(chain.from_iterable(deeds.get(one.id, ()) for one in members))
        given = Given(_facts(now, entity), list(done))
        due = verdict(world.terms.signed, given, world.now)
        who = named(now, members)
        _check_score(who, has, due)
        _check_stage(world, now, entity, given, due)
        then = verdict(world.terms.signed, given, has.assessed_at)
        if has.reasons != then.reasons and not then.near_tie:
            raise Broken(f"{who}: the reasons are {has.reasons} and should be {then.reasons}")
        _check_ahead(world, who, given, has)


def _deeds(now: Snapshot) -> dict[int, list[Deed]]:
    found: dict[int, list[Deed]] = {}
    for one in now.activities:
        deed = Deed(one.at, one.kind, one.asset, one.direction == "outbound", one.machine, (one.stream, one.source_id))
        found.setdefault(one.record, []).append(deed)
    return found


def _facts(now: Snapshot, entity: Entity) -> dict[str, Golden]:
    account = now.entities.get(entity.account or 0)
    return {**(account.fields if account and not account.deleted else {}), **entity.fields}


def _check_score(who: str, has: Assessed, due: Verdict) -> None:
    if (has.score, has.band, has.grade) != due[:3] and not due.near_tie:
        raise Broken(f"{who}: {has} should be {due}")


def _check_stage(world: World, now: Snapshot, entity: Entity, given: Given, due: Verdict) -> None:
    """Check the stage; whether somebody was an MQL before is told by the stages they, and those merged into them, entered."""
    ever = {one for person in _ancestors(now, entity.id) for one in now.stages.get(person, ())}
    possible = {stage(world.terms.signed, given.facts, due, before) for before in ({"", "mql"} if "mql" in ever else {""})}
    has = now.assessed[entity.id].stage
    if has not in possible and not due.near_tie:
        raise Broken(f"{named(now, now.members[entity.id])}: the stage is {has!r} and should be {possible}")


def _ancestors(now: Snapshot, person: int) -> Iterator[int]:
    yield person
    for one in now.entities.values():
        if one.merged_into == person:
            yield from _ancestors(now, one.id)


def _check_ahead(world: World, who: str, given: Given, has: Assessed) -> None:
    """Check that nothing published changes before ``assess_at``."""
    end = has.assess_at or world.now + 4000 * HOUR
    present = verdict(world.terms.signed, given, world.now)
    last = max(end - 1, world.now)
    for at in {last, world.now + (end - world.now) // 2, world.rng.randint(world.now, last)}:
        later = verdict(world.terms.signed, given, at)
        if later[:5] != present[:5] and not (later.near_tie or present.near_tie):
            raise Broken(f"{who}: changes by {at} to {later}, from {present}, and is looked at only at {has.assess_at}")
