"""Things that happen in an emulated portal, by chance and seeded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from hubspot_world import HubSpotWorld

OBJECTS = ("companies", "contacts", "deals")
DONE = ("calls", "meetings", "notes")


class History:
    """Things that happen in a portal, by chance; *dated* alone are those that a search can find."""

    def __init__(self, world: HubSpotWorld, seed: int, *, dated: bool = False) -> None:
        self.world, self.portal, self.rng, self.dated = world, world.service.portal, Random(seed), dated

    def steps(self, count: int) -> None:
        for _ in range(count):
            with self.portal.lock:
                self.rng.choice(self._happenings())()
            self.world.clock.advance(timedelta(seconds=self.rng.choice((0, 0, 1, 40, 400))))

    def _happenings(self) -> list[Callable[[], object]]:
        often = [self.arrive, self.arrive, self.edit, self.edit, self.act, self.act, self.found]
        undated = [self.join, self.part, self.erase, self.restore]  # a restored contact brings back what it was part of
        return [*often, self.archive, self.merge, self.sell, *([] if self.dated else undated)]

    def arrive(self) -> None:
        number = self.portal.of("contacts").last_id
        self.portal.create("contacts", {"email": f"p{number}@firm{number % 5}.example", "firstname": f"P{number}"})

    def found(self) -> None:
        number = self.portal.of("companies").last_id
        self.portal.create("companies", {"name": f"Firm {number}", "domain": f"firm{number}.example"})

    def edit(self) -> None:
        kind = self.rng.choice(OBJECTS)
        if key := self._one(kind):
            name = {"contacts": "jobtitle", "companies": "name", "deals": "dealname"}[kind]
            self.portal.update(kind, key, {name: f"Edited {self.rng.randint(1, 10**6)}"})

    def act(self) -> None:
        kind, contact = self.rng.choice(DONE), self._one("contacts")
        made = self.portal.create(kind, {"hs_timestamp": str(self.portal.now())})
        label = self.portal.links.default(kind, "contacts")
        if contact and label:
            self.portal.associate(label, made.id, contact)

    def join(self) -> None:
        contact, company = self._one("contacts"), self._one("companies")
        if contact and company:
            self.portal.associate(self.portal.links.labels[self.rng.choice((1, 279))], contact, company)

    def part(self) -> None:
        for one, other, _ in list(self.portal.links.all("contacts", "companies"))[:1]:
            self.portal.part("contacts", one, "companies", other)

    def sell(self) -> None:
        if contact := self._one("contacts"):
            made = self.portal.create("deals", {"dealname": "Deal", "dealstage": "qualifiedtobuy", "amount": "10"})
            self.portal.associate(self.portal.links.labels[3], made.id, contact)

    def archive(self) -> None:
        kind = self.rng.choice((*OBJECTS, *DONE))
        if key := self._one(kind):
            self.portal.archive(kind, key)

    def restore(self) -> None:
        for kind in OBJECTS:
            for key in list(self.portal.of(kind).archived)[:1]:
                self.portal.restore(kind, key)

    def merge(self) -> None:
        kind = self.rng.choice(OBJECTS)
        if len(self.portal.of(kind).live) > 1:
            self.portal.merge(kind, *self.rng.sample(sorted(self.portal.of(kind).live), 2))

    def erase(self) -> None:
        if key := self._one("contacts"):
            self.portal.erase("contacts", key)

    def _one(self, kind: str) -> int:
        live = sorted(self.portal.of(kind).live)
        return self.rng.choice(live) if live else 0
