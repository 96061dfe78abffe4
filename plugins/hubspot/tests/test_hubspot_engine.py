"""The real engine over an emulated portal: after any history the store holds what the portal does, and then it is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hubspot_history import DONE, OBJECTS, History
from hubspot_world import Direct, HubSpotWorld
from sqlalchemy import select
from syncd_hubspot.api import opened as opened_connector
from syncd_hubspot.pages import Sizes
from syncd_hubspot.settings import STREAMS

from syncd.config import load
from syncd.engine import sync
from syncd.engine.provision import provisioned
from syncd.engine.pull import Pulled
from syncd.engine.site import Counts, Site, opened
from syncd.spi import Connector, Opening
from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from syncd.store.schema import activity, assessment, link, outbox, record
from syncd.store.streams import Stream
from syncd.testing import installed

CONFIG = Path(__file__).parents[3] / "config"


class Quiet:
    """A watcher that says nothing and never stops."""

    def pulled(self, stream: Stream, page: Pulled) -> None: ...

    def stepped(self, step: str, counts: Counts) -> None: ...

    def stopping(self) -> bool:
        return False


@dataclass
class Home:
    """An installation with the mapping and agreement that syncd comes with, and an emulated portal."""

    world: HubSpotWorld
    site: Site
    store: Store

    @classmethod
    def made(cls, folder: Path, world: HubSpotWorld, *, sweep: str = "24h") -> Home:
        (folder / "mapping").mkdir(parents=True)
        streams = [name for name in STREAMS if name not in {"form_submissions", "email_events", "page_views"}]
        mapping = (CONFIG / "mapping" / "hubspot.yaml").read_text().split("  form_submissions:")[0]
        (folder / "mapping" / "hubspot.yaml").write_text(mapping)
        agreement = (CONFIG / "agreement.yaml").read_text().replace("version: 1}", "version: 1, needs_signatures_from: []}")
        (folder / "agreement.yaml").write_text(agreement)
        (folder / "syncd.yaml").write_text(
            "channels: {trial: {file: notices.txt}}\n"
            "connections:\n  hubspot:\n    type: hubspot\n    write_back: live\n"
            f"    settings: {{token: 'env:T', sweep: {sweep}, streams: [{', '.join(streams)}]}}\n"
        )

        def open_one(opening: Opening) -> Connector:
            given = replace(opening, client=Direct(world))
            return opened_connector(given, sizes=Sizes(listed=20, searched=30))

        spec = replace(installed("hubspot"), open=open_one, origins=lambda settings: ())
        store = connect(f"sqlite:///{folder}/syncd.db", home=folder)
        migrate(store)
        config = load(folder, {"hubspot": spec})
        return cls(world, opened(config, store, clock=world.clock.now, rng=Random(7)), store)

    def provision(self) -> None:
        connection = self.site.config.connections["hubspot"]
        bad = [one for one in provisioned(self.site, connection, dry_run=False) if one.level != "ok"]
        assert not bad

    def pull(self) -> int:
        """Pull until it goes through, as the daemon does, and return how many records came."""
        for _ in range(60):
            outcome = sync.pull(self.site, "hubspot", Quiet())
            if outcome.error is None:
                return outcome.counts["read"]
        raise AssertionError(f"no pull went through: {outcome.error}")

    def push(self) -> int:
        """Push until it goes through and return how many writes were sent."""
        written = 0
        for _ in range(60):
            outcome = sync.push(self.site, "hubspot", Quiet())
            written += outcome.counts["written"]
            self.world.clock.advance(timedelta(minutes=2))
            if outcome.error is None and not self._is_waiting():
                return written
        raise AssertionError(f"no push went through: {outcome.error}, {outcome.counts}")

    def _is_waiting(self) -> bool:
        with self.store.read() as tx:
            return tx.execute(select(outbox.c.record_id).where(outbox.c.held == "").limit(1)).scalar() is not None

    def sync(self) -> int:
        self.pull()
        sync.settle(self.site, Quiet())
        return self.push()

    # ------------------------------------------------------------ what the store holds

    def alive(self, stream: str) -> Mapping[str, str]:
        """The living records of a stream and their fields as JSON."""
        held = record.c
        with self.store.read() as tx:
            rows = tx.execute(
                select(held.external_id, held.fields).where(
                    held.stream_id == self.key(stream), held.deleted_at.is_(None), held.fields.is_not(None)
                )
            ).all()
        return {external_id: fields for external_id, fields in rows}

    def links(self, stream: str, to: str) -> set[tuple[str, str]]:
        start, end = record.alias(), record.alias()
        with self.store.read() as tx:
            rows = tx.execute(
                select(start.c.external_id, end.c.external_id)
                .join(link, link.c.from_id == start.c.id)
                .join(end, link.c.to_id == end.c.id)
                .where(
                    start.c.stream_id == self.key(stream),
                    end.c.stream_id == self.key(to),
                    link.c.role != "same",
                    start.c.deleted_at.is_(None),
                )
            ).all()
        return {(one, other) for one, other in rows}

    def happened(self, stream: str) -> set[tuple[str, str]]:
        with self.store.read() as tx:
            rows = tx.execute(
                select(activity.c.source_id, record.c.external_id)
                .join(record, activity.c.record_id == record.c.id)
                .where(activity.c.stream_id == self.key(stream))
            ).all()
        return {(source_id, external_id) for source_id, external_id in rows}

    def entity(self, external_id: str) -> int | None:
        with self.store.read() as tx:
            found: int | None = tx.execute(
                select(record.c.entity_id).where(
                    record.c.stream_id == self.key("contacts"), record.c.external_id == external_id
                )
            ).scalar()
        return found

    def key(self, stream: str) -> int:
        found = self.site.stream("hubspot", stream)
        assert found is not None
        return found.id


def same(home: Home) -> None:
    """Raises: AssertionError unless the store holds exactly what the portal does."""
    portal = home.world.service.portal
    for stream in OBJECTS:
        live = portal.of(stream).live
        held = home.alive(stream)
        assert held.keys() == {str(key) for key in live}, stream
        for key, one in live.items():
            for name in ("email", "firstname", "name", "dealname", "jobtitle"):
                assert one.values.get(name, "") in held[str(key)], f"{stream} {key} {name}"
    for start, end in (("contacts", "companies"), ("deals", "contacts")):
        assert now(home, home.links(start, end), start, end) == pairs(home, start, end), (start, end)
    for stream in DONE:
        assert now(home, home.happened(stream), stream, "contacts") == pairs(home, stream, "contacts"), stream


def scored(home: Home, *, is_partial: bool) -> None:
    """Raises: AssertionError unless every contact of the portal bears the score and stage that the store has for the person.

    Where inputs of a batch fail by themselves, *is_partial*, those wait in the inbox.
    """
    with home.store.read() as tx:
        rows = tx.execute(
            select(record.c.external_id, assessment.c.score, assessment.c.stage, outbox.c.held)
            .join(assessment, assessment.c.person_id == record.c.entity_id)
            .outerjoin(outbox, outbox.c.record_id == record.c.id)
            .where(record.c.stream_id == home.key("contacts"), record.c.deleted_at.is_(None), record.c.fields.is_not(None))
        ).all()
    live = home.world.service.portal.of("contacts").live
    assert {name for name, *_ in rows} == {str(key) for key in live}
    for name, score, stage, held in rows:
        values = live[int(name)].values
        is_right = (values.get("syncd_score"), values.get("syncd_stage")) == (str(score), stage)
        assert is_right or (held and is_partial), f"contact {name}: {score} {stage} {held}"


def pairs(home: Home, start: str, end: str) -> set[tuple[str, str]]:
    return {(str(one), str(other)) for one, other, _ in home.world.service.portal.links.all(start, end)}


def now(home: Home, found: set[tuple[str, str]], start: str, end: str) -> set[tuple[str, str]]:
    """What the store holds, read now: a merged record speaks of the one it lives on in, a dead one of nobody."""
    one, other = home.world.service.portal.of(start), home.world.service.portal.of(end)
    moved = {(one.survivor(int(left)), other.survivor(int(right))) for left, right in found}
    return {(str(left), str(right)) for left, right in moved if left in one.live and right in other.live}


MODES = [
    pytest.param("", id="clean"),
    pytest.param("lag:30", id="lag"),
    pytest.param("late:0.5", id="late"),
    pytest.param("ties:60000", id="ties"),
    pytest.param("skew:900", id="clock ahead"),
    pytest.param("skew:-900", id="clock behind"),
    pytest.param("shift:0.3", id="shifting pages"),
    pytest.param("vanish:0.05", id="archived meanwhile"),
    pytest.param("merge:0.05", id="merged meanwhile"),
    pytest.param("429:0.3,429-search:0.3,429-daily:0.05", id="limits"),
    pytest.param("5xx:0.3", id="5xx"),
    pytest.param("423:0.2,477:0.1", id="locks and moves"),
    pytest.param("html:0.1,hollow:0.1", id="no answers"),
    pytest.param("reset:0.2,cut:0.2,hang:0.1,drip:0.1", id="cut answers"),
    pytest.param("lost:0.3,gateway:0.3", id="lost answers"),
    pytest.param("207:0.2,omit:0.2", id="partial batches"),
    pytest.param("late:0.3,ties:30000,skew:200,429:0.1,5xx:0.1,html:0.05,cut:0.1,lost:0.2,omit:0.1,423:0.1", id="mixed"),
    pytest.param(
        "lag:20,shift:0.1,vanish:0.02,merge:0.02,429-search:0.2,hollow:0.05,gateway:0.2,207:0.1", id="mixed otherwise"
    ),
]


@pytest.mark.parametrize("misbehave", MODES)
def test_whatever_happens_the_store_is_the_portal_in_the_end_and_then_it_is_quiet(tmp_path: Path, misbehave: str) -> None:
    world = HubSpotWorld(tmp_path / "world", misbehave=misbehave, seed=3)
    home = Home.made(tmp_path / "config", world)
    with world.well():
        home.provision()
    history = History(world, seed=11)
    history.steps(35)
    for _ in range(2):
        home.sync()
        history.steps(20)
        world.clock.advance(timedelta(minutes=20))
    world.settle(misbehave)
    world.clock.advance(timedelta(hours=25))
    home.sync()

    same(home)
    scored(home, is_partial="207" in misbehave)
    written = {key: one.updated_at for key, one in world.service.portal.of("contacts").live.items()}
    assert home.sync() == 0
    assert {key: one.updated_at for key, one in world.service.portal.of("contacts").live.items()} == written


INDEX = ["", "lag:30", "late:0.5", "ties:60000", "skew:900", "skew:-900", "shift:0.3", "late:0.5,ties:60000,skew:120,shift:0.2"]


@pytest.mark.parametrize("misbehave", INDEX)
def test_the_lanes_alone_find_whatever_bears_a_date(tmp_path: Path, misbehave: str) -> None:
    world = HubSpotWorld(tmp_path / "world", misbehave=misbehave, seed=5)
    home = Home.made(tmp_path / "config", world, sweep="100000h")
    history = History(world, seed=13, dated=True)
    history.steps(30)
    for _ in range(4):
        home.pull()
        history.steps(15)
        world.clock.advance(timedelta(minutes=3))
    world.settle(misbehave)
    world.clock.advance(timedelta(hours=3))
    home.pull()

    same(home)
