"""What was written into the remotes: at rest it is what the store says, and nothing was written twice without need."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.model import Golden, Raw
from syncd.spi import Change, Ref, SourceRecord
from tests.simulation.remotes import SimRemote
from tests.simulation.snapshot import Overridden, Record, Snapshot
from tests.simulation.watching import Broken
from tests.simulation.world import World, capitals, shortened

DAY, TIMES = 24 * 3600 * 1_000_000, 3


def check(world: World, now: Snapshot) -> None:
    """Check what the remotes hold and what waits."""
    _check_waiting(world, now)
    _check_stubborn(now)
    for name, remote in world.remotes.items():
        if world.terms.mode(name) == "live":
            _check_held(world, now, name)
        if world.terms.mode(name) in ("none", "shadow") and name != "crm" and remote.written:
            raise Broken(f"{name} was written to, and is not live")
        _check_twice(world, name)


def _check_waiting(world: World, now: Snapshot) -> None:
    for one in now.outbox.values():
        record = now.records[one.record]
        if world.terms.mode(record.stream.connection) != "live":
            continue
        if not one.held:
            raise Broken(f"{record.name}: a write still waits: {one}")
        place = record.stream, "out", record.external_id
        if not any((now.streams[item.stream], item.way, item.place) == place for item in now.inbox):
            raise Broken(f"{record.name}: a write is held, and nothing in the inbox says so")
    wanted_by = {(one.stream, one.external_id) for one in now.records.values() if one.id in now.outbox}
    for item in now.inbox:
        stream = now.streams[item.stream]
        if item.way == "out" and (stream, item.place) not in wanted_by:
            raise Broken(f"the inbox holds a refused write to {stream.name}:{item.place} that nobody wants any more")


def _check_held(world: World, now: Snapshot, connection: str) -> None:
    """Check that each live record holds what the store says of its person."""
    remote = world.remotes[connection]
    for one in now.records.values():
        ref = Ref(one.stream.name, one.external_id)
        if one.stream.connection != connection or one.deleted or one.id in now.outbox or ref not in remote.versions:
            continue
        if not world.terms.writes(connection, one.stream.name):
            continue
        entry = remote.present(ref)
        if isinstance(entry, SourceRecord) and not entry.deleted:
            for field, value in wanted(world, now, one).items():
                held = entry.fields.get(field)
                if field == "City" and _text(held) == _text(now.read_back.get((one.id, field))):
                    continue  # users write it too, and before ours is read back theirs is taken for its form
                if _text(held) != _text(_kept(remote, field, value)) and not _is_left(now, one, field, held):
                    raise Broken(f"{one.name}: {field} holds {held!r}, and the store says {value!r}")


def _is_left(now: Snapshot, record: Record, field: str, held: Raw) -> bool:
    """Tell whether a record holds what somebody put there so often that it was left to them."""
    mine = [one for one in now.overrides if (one.record, one.field) == (record.id, field)]
    return bool(mine) and mine[-1].answer == "left" and _text(mine[-1].new) == _text(held)


def _check_stubborn(now: Snapshot) -> None:
    """Check that what somebody else changed is written again three times a day, neither more often nor given up sooner."""
    places: dict[tuple[int, str], list[Overridden]] = {}
    for one in now.overrides:
        if one.field.lower() not in ("stage", "city"):  # the agreement and the laws of fields judge those
            places.setdefault((one.record, one.field), []).append(one)
    for (record, field), found in places.items():
        for number, one in enumerate(found):
            lately = [other for other in found[:number] if other.answer == "again" and other.known_at >= one.known_at - DAY]
            if one.answer != ("left" if len(lately) >= TIMES else "again"):
                raise Broken(f"{now.records[record].name}: {field} was {one.answer} after {len(lately)} in a day")


def wanted(world: World, now: Snapshot, record: Record) -> Mapping[str, Golden | None]:
    """Return what the remote fields of a record should hold."""
    person = record.entity or 0
    said, fields = now.assessed[person], now.entities[person].fields
    known: Mapping[str, Golden | None] = {
        "score": said.score,
        "band": said.band,
        "grade": said.grade,
        "stage": said.stage,
        "reasons": "; ".join(said.reasons),
    }
    writes = world.terms.writes(record.stream.connection, record.stream.name)
    return {remote: known[of] if of in known else fields.get(of) for remote, of in writes.items()}


def _kept(remote: SimRemote, field: str, value: Golden | None) -> Golden | None:
    if not remote.normal or not _text(value):
        return value
    return {"Stage": capitals, "Why": shortened}.get(field, lambda one: one)(value)


def _text(value: Raw) -> str:
    return "" if value is None else ";".join(value) if isinstance(value, tuple) else str(value)


def _check_twice(world: World, connection: str) -> None:
    """Check that no field was given the same value twice in a row, unless it may have been given another in between."""
    last: dict[tuple[Ref, str], tuple[str, Change, int]] = {}
    unknown, doubted = world.manners[connection].unknown, world.manners[connection].doubted
    remote = world.remotes[connection]
    for number, change in enumerate(remote.written, start=1):
        for field, (_, new) in change.fields.items():
            place, text = (change.ref, field), _text(new)
            if field == "City" or change.ref in doubted:  # users write a city too
                continue
            again = place in last and last[place][0] == text and last[place][1].key not in unknown
            if again and not any(last[place][2] <= one < number for one in remote.overridden.get(place, ())):
                raise Broken(f"{connection}: {field} of {change.ref} was given {text!r} twice in a row")
            last[place] = text, change, number
