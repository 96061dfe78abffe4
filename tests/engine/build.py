"""A small installation on fake remotes, and short ways to look at what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from syncd.config import Config, load
from syncd.engine import sync, why
from syncd.engine.pull import Pulled
from syncd.engine.shown import ScoreShown, Why
from syncd.engine.site import Counts, Site, opened
from syncd.engine.sync import Outcome
from syncd.model import Golden, Kind, RemoteField
from syncd.store import assessments, entities, records
from syncd.store.database import Store
from syncd.store.streams import Stream
from syncd.testing import FakeRemote, VirtualClock, fake_spec
from syncd.testing.remote import Form

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
STREAMS: dict[str, Kind] = {"accounts": "account", "contacts": "person", "visits": "activity"}

MAPPING = """\
streams:
  accounts:
    read: {name: Name, domain: Website, company_size: Size}
  contacts:
    read:
      email: Email
      other_emails: {from: Others, separator: ";"}
      first_name: First
      city: City
      source: Source
      phone: {from: Phone, region: ES}
      role: {from: Title, table: {ceo: [ceo], student: [student], other: ["*"]}}
    same_as: {shop.contacts: Shop ID}
    write: {score: Score, stage: Stage, reasons: Why}
  visits:
    kinds: {page_view: [view], demo_request: [demo]}
    assets: {pricing: ["*/pricing*"]}
"""
AGREEMENT = """\
agreement: {version: 1, needs_signatures_from: []}
fields: {role: {type: choice, values: [ceo, student, other]}}
scoring:
  active_model: m
  models:
    m:
      groups:
        fit:
          rules:
            - {id: size, when: company_size in 10..500, points: 30}
            - {id: ceo, when: role is ceo, points: 10}
        engagement:
          rules:
            - {id: pricing, when: page_view of pricing at least 3 times within 14d, points: 15}
            - {id: visit, when: each page_view, points: 5, max_times: 4, fades: {shape: half_life, every: 30d}}
      bands: {mql: "> 50", nurture: 30..50}
      leave_mql_below: 40
      instantly_mql: [demo_request]
"""


on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For a rule that no query takes part in: it is asked on one kind of store."""


class Quiet:
    """A watcher that says nothing and never stops."""

    def pulled(self, stream: Stream, page: Pulled) -> None: ...

    def stepped(self, step: str, counts: Counts) -> None: ...

    def stopping(self) -> bool:
        return False


@dataclass
class Home:
    """An installation: remotes by connection name, a clock, and a site on a store; ``mappings`` are those that differ."""

    folder: Path
    store: Store
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    remotes: dict[str, FakeRemote] = field(default_factory=dict)
    streams: dict[str, Kind] = field(default_factory=lambda: STREAMS)
    mapping: str = MAPPING
    mappings: dict[str, str] = field(default_factory=dict)
    agreement: str = AGREEMENT
    channels: str = ""
    write_back: str = "live"
    batch: int = 10
    forms: Mapping[str, Form] = field(default_factory=dict)
    rng: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name in ("crm", "shop"):
            self.remotes[name] = FakeRemote(self.streams, page_size=3, now=self.clock.now, forms=self.forms)
        self.open()
        for name in self.remotes:
            self.describe(name)

    def describe(self, name: str) -> None:
        """Let a remote have the fields that its mapping reads."""
        for stream, one in self.site.config.connections[name].streams.items():
            for remote in sorted(one.wanted):
                self.remotes[name].add_field(stream, RemoteField(name=remote))

    @property
    def crm(self) -> FakeRemote:
        return self.remotes["crm"]

    @property
    def shop(self) -> FakeRemote:
        return self.remotes["shop"]

    def open(self) -> Site:
        """Open the site anew, as a new process would."""
        self.site = opened(self.config(), self.store, clock=self.clock.now, rng=self.rng)
        return self.site

    def config(self) -> Config:
        (self.folder / "mapping").mkdir(exist_ok=True)
        main = self.channels + "connections:\n"
        for name in self.remotes:
            main += f"  {name}: {{type: {name}, write_back: {self.write_back if name == 'crm' else 'none'}}}\n"
            (self.folder / "mapping" / f"{name}.yaml").write_text(self.mappings.get(name, self.mapping), encoding="utf-8")
        (self.folder / "syncd.yaml").write_text(main, encoding="utf-8")
        (self.folder / "agreement.yaml").write_text(self.agreement, encoding="utf-8")
        specs = {name: fake_spec(remote, name=name, batch=self.batch) for name, remote in self.remotes.items()}
        return load(self.folder, specs)

    def pull(self, *names: str, full: bool = False) -> Outcome:
        """Pull the named connections, or all, and return the last outcome."""
        outcome = Outcome(connection="", step="")
        for name in names or self.remotes:
            outcome = sync.pull(self.site, name, Quiet(), full=full)
        return outcome

    def sync(self) -> None:
        """Pull, settle and push everything."""
        self.pull()
        sync.settle(self.site, Quiet())
        sync.push(self.site, "crm", Quiet())

    def person(self, words: str) -> Why:
        """Explain whoever is found by *words*."""
        with self.store.read() as tx:
            found = why.find(tx, self.site, words)
            assert found is not None, words
            told = why.why(tx, self.site, found, self.site.now())
            self._explains_what_is_stored(told.score, assessments.load(tx, [found]).get(found))
        return told

    def _explains_what_is_stored(self, told: ScoreShown, stored: assessments.Stored | None) -> None:
        """Until somebody is due again, what is explained of their score is what was stored of it."""
        if stored is None or stored.assessed_at is None or (stored.assess_at or self.site.now() + 1) <= self.site.now():
            return
        assert (told.score, told.band, told.grade) == (stored.score, stored.band, stored.grade)

    def fields(self, words: str) -> dict[str, Golden | None]:
        return {one.name: one.value for one in self.person(words).fields}

    def golden(self, words: str) -> dict[str, Golden]:
        """The golden record as it is stored."""
        with self.store.read() as tx:
            found = why.find(tx, self.site, words)
            assert found is not None, words
            return entities.golden(self.site.config.fields, entities.load(tx, [found])[found].fields)

    def people(self) -> list[list[str]]:
        """The source records of every living person, in order."""
        with self.store.read() as tx:
            found = entities.living(tx, "person", 0, 10_000)
            members = records.of_entities(tx, [one.id for one in found])
        names = [
            sorted(f"{self.site.streams[one.stream_id].connection}:{one.external_id}" for one in group)
            for group in members.values()
        ]
        return sorted(names)

    def accounts(self) -> list[dict[str, Golden]]:
        with self.store.read() as tx:
            found = entities.living(tx, "account", 0, 10_000)
        return sorted((entities.golden(self.site.config.fields, one.fields) for one in found), key=str)

    def score(self, words: str) -> tuple[int, str]:
        """The stored score and stage."""
        with self.store.read() as tx:
            found = why.find(tx, self.site, words)
            assert found is not None, words
            stored = assessments.load(tx, [found])[found]
        return stored.score or 0, stored.stage
