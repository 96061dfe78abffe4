"""P1 at rest: every live record is in the store as it is in its source, and every activity once per record it is about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from syncd.model import EMAIL_STREAM, OUTBOUND_KINDS, Direction, Raw
from syncd.spi import Activity, Refused, SourceRecord
from tests.simulation.laws import address
from tests.simulation.snapshot import Happened, Record, Snapshot
from tests.simulation.terms import ASSETS, KINDS, READS, STREAMS, Terms
from tests.simulation.watching import Broken
from tests.simulation.world import World

_EPOCH_S = 1_000_000


def records(world: World, now: Snapshot) -> None:
    """Check that the store holds what the remotes hold."""
    stored = {(one.stream.connection, one.stream.name, one.external_id): one for one in now.records.values()}
    for name, remote in world.remotes.items():
        for ref in remote.versions:
            entry = remote.present(ref)
            if not isinstance(entry, SourceRecord):
                continue
            one = stored.get((name, *ref))
            if one is None:
                raise Broken(f"{name}.{ref.stream}:{ref.external_id} is not in the store")
            if one.deleted != entry.deleted:
                raise Broken(f"{one.name} is {'deleted' if entry.deleted else 'alive'} in its source, and not in the store")
            if not entry.deleted:
                _check_fields(one, entry, _mapped(world.terms, name, ref.stream))


def _mapped(terms: Terms, connection: str, stream: str) -> set[str]:
    """Return the remote fields that the mapping names."""
    read = {remote for remotes in READS[connection, stream].values() for remote in remotes}
    return {*read, *terms.same_as(connection, stream).values(), *terms.writes(connection, stream)}


def _check_fields(one: Record, entry: SourceRecord, mapped: set[str]) -> None:
    for field in mapped & entry.fields.keys():
        value = entry.fields[field]
        has = (one.fields or {}).get(field)
        if has != _plain(value):
            raise Broken(f"{one.name}: {field} is {value!r} in its source and {has!r} in the store")
        told = entry.field_changed_at.get(field)
        if told is not None and one.field_at.get(field, one.base_at) != _micros(told.timestamp()):
            raise Broken(f"{one.name}: {field} has its value since {told}, and the store says otherwise")


def _plain(value: Raw) -> str | bool | int | None:
    return str(value) if isinstance(value, Decimal | tuple) else value


def _micros(seconds: float) -> int:
    return round(seconds * _EPOCH_S)


def activities(world: World, now: Snapshot) -> None:
    """Check that each activity of the remotes is there once per record it is about, and nothing else is."""
    found: dict[tuple[str, str], list[Happened]] = {}
    for row in now.activities:
        found.setdefault((now.streams[row.stream].connection, row.source_id), []).append(row)
    for name, remote in world.remotes.items():
        for ref in remote.versions:
            if STREAMS[name][ref.stream] == "activity":
                entry = remote.present(ref)
                rows = found.pop((name, ref.external_id), [])
                if not isinstance(entry, Refused):
                    assert isinstance(entry, Activity)
                    _check_activity(world, now, (name, entry), rows)
    if found:
        raise Broken(f"activities that no source has: {sorted(found)}")


def _check_activity(world: World, now: Snapshot, of: tuple[str, Activity], rows: list[Happened]) -> None:
    connection, entry = of
    who = f"{connection}.{entry.stream}:{entry.source_id}"
    if entry.deleted:
        if rows:
            raise Broken(f"{who} is deleted in its source, and not in the store")
        return
    for row in rows:
        has = row.at, row.kind, row.asset, row.direction, row.machine, row.actor
        if has != _as_stored(entry):
            raise Broken(f"{who}: {has} should be {_as_stored(entry)}")
    left = {row.record: now.records[row.record] for row in rows}
    unclaimed = set(left)
    for ref in entry.about:
        who_for = address(ref.external_id) if ref.stream == EMAIL_STREAM else ref.external_id
        if who_for is None:
            continue
        mine = [one for one in left.values() if _is_about(world, one, (connection, ref.stream, who_for))]
        if not mine:
            raise Broken(f"{who} is about {ref}, and the store has it about {[one.name for one in left.values()]}")
        unclaimed -= {one.id for one in mine}
    if unclaimed:
        raise Broken(f"{who} is not about {[left[one].name for one in unclaimed]}")


def _is_about(world: World, record: Record, whom: tuple[str, str, str]) -> bool:
    """Tell whether a record is who was meant; an address means its own record, or any that ever held it."""
    _, stream, who = whom
    if (record.stream.connection, record.stream.name, record.external_id) == whom:
        return True
    return stream == EMAIL_STREAM and record.id in world.watch.holders.get(f"e:{who}", ())


def _as_stored(entry: Activity) -> tuple[int, str, str, str, bool, str]:
    kind = _worded(KINDS, entry.kind) or {"nap": "nap"}[entry.kind]
    asset = _worded(ASSETS, entry.asset)
    asset = asset if asset is not None else entry.asset.partition("?")[0].partition("#")[0]
    direction = entry.direction
    if direction is Direction.UNKNOWN and kind in OUTBOUND_KINDS:
        direction = Direction.OUTBOUND
    return _micros(entry.occurred_at.timestamp()), kind, asset, direction, entry.machine, entry.actor


def _worded(table: Mapping[str, list[str]], text: str) -> str | None:
    """Return our word for theirs; the patterns of this world have stars at their ends alone."""
    for word, patterns in table.items():
        for pattern in patterns:
            middle = pattern.strip("*")
            starts = pattern.startswith("*") or text.lower().startswith(middle)
            ends = pattern.endswith("*") or text.lower().endswith(middle)
            if middle in text.lower() and starts and ends:
                return word
    return None
