"""What must hold after every single commit, told from one look at the store to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from syncd.engine.pull import Pulled
from syncd.engine.site import Counts
from syncd.store.streams import Stream
from tests.simulation.snapshot import Entity, Snapshot, named
from tests.simulation.terms import Law

PATIENCE = 300
"""Pages and steps of one run after which it is said not to end."""


class Broken(AssertionError):
    """Something that must hold does not."""


class Seen(NamedTuple):
    """What is remembered of a look until the next."""

    entity_of: Mapping[int, int | None]
    entities: Mapping[int, Entity]
    cursors: Mapping[int, str | None]


@dataclass(slots=True, kw_only=True)
class Watch:
    """Sees every page and step (`syncd.engine.sync.Watcher`), stops a run when told to, and remembers who ever met.

    ``holders`` are the records that ever held a key, ``together`` those that did at one time while it identified somebody,
    ``linked`` those that ever were declared the same, ``apart`` those that somebody took apart. ``rewound`` are the streams
    that may begin anew; ``loose`` lets people be taken apart and laws change.
    """

    take: Callable[[], Snapshot]
    laws: Callable[[str], Law]
    holders: dict[str, set[int]] = field(default_factory=dict)
    together: dict[str, set[frozenset[int]]] = field(default_factory=dict)
    linked: set[tuple[int, int]] = field(default_factory=set)
    apart: set[tuple[int, int]] = field(default_factory=set)
    rewound: set[int] = field(default_factory=set)
    loose: bool = False
    steps: int = 0
    stop_after: int = -1
    stopped: bool = False
    seen: Seen | None = None

    # ------------------------------------------------------------ syncd.engine.sync.Watcher

    def pulled(self, stream: Stream, page: Pulled) -> None:
        """Look at the store after a page."""
        self._count()
        self.look()

    def stepped(self, step: str, counts: Counts) -> None:
        """Look at the store after a push or an assessment."""
        self._count()
        self.look()

    def stopping(self) -> bool:
        """Stop the run when it is time to."""
        self.stopped = self.stop_after == 0
        self.stop_after -= self.stop_after > 0
        return self.stopped

    def begin(self) -> None:
        """Hear that a run begins."""
        self.steps, self.stopped = 0, False

    def _count(self) -> None:
        self.steps += 1
        if self.steps > PATIENCE:
            raise Broken(f"a run made {PATIENCE} steps and would go on")

    # ------------------------------------------------------------ looking

    def look(self) -> None:
        """Check the store against how it was at the last look."""
        now = self.take()
        self._remember(now)
        self.apart |= now.apart
        self._check_apart(now)
        _check_kinds(now)
        before = self.seen
        self.seen = Seen(
            {key: one.entity for key, one in now.records.items()},
            now.entities,
            {key: one.cursor for key, one in now.streams.items()},
        )
        if before is None:
            return
        self._check_cursors(before, now)
        if not self.loose:
            for entity, origins in _origins(before, now):
                self._check_kept(now, entity, origins)

    def _remember(self, now: Snapshot) -> None:
        for key, holders in groupby(sorted(now.keys), itemgetter(0)):
            found = frozenset(record for _, record in holders)
            self.holders.setdefault(key, set()).update(found)
            if len(found) > 1 and key not in now.blocked:
                self.together.setdefault(key, set()).add(found)
        self.linked |= {(one, to) for one, role, to in now.links if role == "same"}

    def _check_cursors(self, before: Seen, now: Snapshot) -> None:
        for key, one in now.streams.items():
            was = before.cursors.get(key)
            if was is None or one.cursor == was:
                continue
            if one.cursor is not None and int(one.cursor) > int(was):
                continue
            if key not in self.rewound:
                raise Broken(f"{one.connection}.{one.name}: the cursor went back from {was} to {one.cursor}")

    def _check_apart(self, now: Snapshot) -> None:
        for one, other in self.apart:
            if now.records[one].entity == now.records[other].entity:
                raise Broken(f"{named(now, [now.records[one], now.records[other]])} were taken apart and are one again")

    def _check_kept(self, now: Snapshot, entity: Entity, origins: list[Entity]) -> None:
        """Check the laws that look at what was chosen before: protect, first and fill_only."""
        for name in {name for one in origins for name in one.fields}:
            law = self.laws(name)
            was = [one for one in origins if name in one.fields]
            value, who = entity.fields.get(name), named(now, now.members[entity.id])
            if law.blanks == "protect" and value is None:
                raise Broken(f"{who}: {name} had a value, is protected, and lost it")
            if law.law == "fill_only" and value not in [one.fields[name] for one in was]:
                raise Broken(f"{who}: {name} was filled once with {was[0].fields[name]!r} and became {value!r}")
            oldest = min(one.proof[name][1] for one in was)
            if law.law == "first" and law.blanks != "clear" and (name not in entity.proof or entity.proof[name][1] > oldest):
                raise Broken(f"{who}: {name} was first known at {oldest} and lost that")


def _origins(before: Seen, now: Snapshot) -> Iterator[tuple[Entity, list[Entity]]]:
    """Yield every entity whose records were whole entities before, with those."""
    where: dict[int, set[int]] = {}
    for record, old in before.entity_of.items():
        new = now.records[record].entity
        if old is not None and new is not None:
            where.setdefault(old, set()).add(new)
    came: dict[int, list[int]] = {}
    for old, places in where.items():
        for new in places:
            came.setdefault(new, []).append(old)
    for new, origins in came.items():
        if all(len(where[old]) == 1 for old in origins):
            yield now.entities[new], [before.entities[old] for old in origins]


def _check_kinds(now: Snapshot) -> None:
    for key, members in now.members.items():
        kinds = {one.stream.kind for one in members}
        if kinds != {now.entities[key].kind}:
            raise Broken(f"{named(now, members)}: {', '.join(kinds)} became a {now.entities[key].kind}")
        if now.entities[key].merged_into is not None:
            raise Broken(f"{named(now, members)}: its records belong to an entity that was merged away")
