"""Who is who, told by a small oracle: components over addresses and links, minus keys that many share and those kept apart.

A person never falls apart by itself, so what people are depends on what was once so. What can be said exactly:

* two records of one person are joined by a chain of records that at some time held one key together while it identified
  somebody, or were linked; of a key that no longer identifies anybody, two records that both hold it now are no such pair;
* two records that hold a usable key now, or are linked now, are one person, unless somebody took records of their people apart
  (or each from a third: then they meet when one of them is read again);
* a key is blocked exactly if more records of one stream than `SHARED_ABOVE` held it at one time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import chain, groupby, pairwise
from operator import itemgetter

from syncd.mapping.identity import SHARED_ABOVE
from tests.simulation.checking import says
from tests.simulation.laws import address
from tests.simulation.snapshot import Record, Snapshot, named
from tests.simulation.watching import Broken
from tests.simulation.world import World


def people(world: World, now: Snapshot) -> None:
    """Check the keys of all records, and who belongs together."""
    _check_keys(now)
    _check_joined(now)
    _check_reasons_to_be_joined(world, now)
    _check_blocked(world, now)
    _check_nobody_empty(now)


def _check_keys(now: Snapshot) -> None:
    held: dict[int, set[str]] = {}
    for key, record in now.keys:
        held.setdefault(record, set()).add(key)
    for one in now.records.values():
        due = keys(one)
        if held.get(one.id, set()) != due:
            raise Broken(f"{one.name}: its keys are {held.get(one.id, set())} and should be {due}")


def keys(record: Record) -> set[str]:
    """Return the keys of a record: its addresses, or an account's domain."""
    if not record.speaks:
        return set()
    words = says(record)
    if record.stream.kind == "account":
        domain = words.get("domain")
        return {f"d:{domain.value}"} if domain is not None and domain.value is not None else set()
    texts: list[object] = [words["email"].value] if "email" in words else []
    others = words.get("other_emails")
    if others is not None and isinstance(others.value, tuple):
        texts += others.value
    return {f"e:{found}" for text in texts if text is not None and (found := address(str(text)))}


def _check_joined(now: Snapshot) -> None:
    pairs = [(one, to) for one, role, to in now.links if role == "same"]
    for key, found in groupby(sorted(now.keys), itemgetter(0)):
        if key not in now.blocked:
            pairs += pairwise(record for _, record in found)
    kept_apart = {(now.records[a].entity, now.records[b].entity) for a, b in now.apart}
    taken_out = set(chain.from_iterable(now.apart))
    for a, b in pairs:
        one, other = now.records[a], now.records[b]
        if one.stream.kind != other.stream.kind or {a, b} <= taken_out:
            continue
        both = one.entity, other.entity
        if one.entity != other.entity and both not in kept_apart and both[::-1] not in kept_apart:
            raise Broken(f"{named(now, [one, other])} share a key or a link and are two")


def _check_reasons_to_be_joined(world: World, now: Snapshot) -> None:
    roots: dict[Hashable, Hashable] = {}
    for a, b in world.watch.linked:
        _join(roots, (a, b))
    for key, groups in world.watch.together.items():
        holders = {record for held, record in now.keys if held == key}
        for group in groups:
            if key not in now.blocked:
                _join(roots, group)
                continue
            left = [one for one in group if one not in holders]
            _join(roots, group if len(left) >= len(group) - 1 else left)
    for members in now.members.values():
        if len({_root(roots, one.id) for one in members}) > 1:
            raise Broken(f"{named(now, members)} are one, and never shared a key or a link")


def _check_blocked(world: World, now: Snapshot) -> None:
    for key, found in groupby(sorted(now.keys), itemgetter(0)):
        streams = [now.records[record].stream for _, record in found]
        crowded = any(streams.count(one) > SHARED_ABOVE for one in streams)
        if crowded and key not in now.blocked:
            raise Broken(f"{key} is shared by many and still identifies somebody")
    for key in now.blocked:
        ever = [now.records[record].stream for record in world.watch.holders.get(key, ())]
        if not any(ever.count(one) > SHARED_ABOVE for one in ever):
            raise Broken(f"{key} identifies nobody, and was never shared by many")


def _check_nobody_empty(now: Snapshot) -> None:
    for one in now.entities.values():
        if one.merged_into is None and not one.deleted and one.id not in now.members:
            raise Broken(f"{one} has no records, and lives")


# ---------------------------------------------------------------- components


def _join(roots: dict[Hashable, Hashable], group: Iterable[Hashable]) -> None:
    first, *others = group or [None]
    for other in others:
        roots[_root(roots, other)] = _root(roots, first)


def _root(roots: dict[Hashable, Hashable], one: Hashable) -> Hashable:
    while one in roots and roots[one] != one:
        one = roots[one]
    return one
