"""Proof that the simulation bites: mechanisms of the engine taken away or done wrongly, one at a time, have to be noticed.

A mutation reaches into the engine, private names included; nothing else in the tests does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, true

from syncd.engine.pull import Pulled, reread_page
from syncd.engine.push import push_batch
from syncd.engine.site import Counts, Site
from syncd.spi import Connector, ConnectorError, Page
from syncd.store import outbox, records, streams
from syncd.store.streams import Stream
from syncd.testing import FakeConnector, FakeRemote
from tests.simulation.bench import Bench
from tests.simulation.running import Failed, run
from tests.simulation.world import START

SEEDS = 20
"""How many seeds a mutation may take; the first one does, as long as nobody changes what seeds mean."""


class Mutation(NamedTuple):
    """What goes wrong, the name that is replaced and by what, a seed that shows it, and what has to be able to happen there."""

    says: str
    name: str
    by: object
    seed: int
    able: str = ""


def _nothing(*_: object, **__: object) -> None:
    """Do not do it."""


class _Told(FakeConnector):
    """A connector that has one page, already pulled."""

    def __init__(self, page: Page) -> None:
        super().__init__(FakeRemote({}, page_size=1, now=lambda: START))
        self._page = page

    def pull(self, stream: str, cursor: str | None) -> Page:
        return self._page


def _cursor_apart(site: Site, connector: Connector, stream: Stream) -> Pulled:
    """Commit the cursor, and only then the records that it covers."""
    page = connector.pull(stream.name, stream.cursor)
    with site.store.write() as tx:
        moved = streams.advance(tx, stream, page.cursor, now=site.now(), complete=not page.more)
    return reread_page(site, _Told(page), stream, lambda _: True)._replace(stream=moved)


def _taken_for_done(site: Site, connector: Connector, stream: Stream, *, batch: int, until: int) -> Counts:
    """Take writes without a receipt for done."""
    with site.store.read() as tx:
        sent = [one.pending.record_id for one in outbox.sendable(tx, stream.id, until, batch)]
    try:
        return push_batch(site, connector, stream, batch=batch, until=until)
    except ConnectorError:
        with site.store.write() as tx:
            outbox.drop(tx, sent)
        raise


def _ageless(load: Callable[..., dict[str, records.Stored]], tx: Connection, stream_id: int, ids: Collection[str]) -> object:
    """Believe that whatever is read is newer."""
    return {key: one._replace(changed_at=-1) for key, one in load(tx, stream_id, ids).items()}


def _never(groups: Sequence[object], total: object, limit: float) -> float:
    """Say that what slides never changes anything."""
    return limit


MUTATIONS = (
    Mutation("a cursor is committed apart from its records", "syncd.engine.sync.pull_page", _cursor_apart, 2, "kills fails"),
    Mutation("an older version replaces a newer one", "syncd.store.records.load", partial(_ageless, records.load), 1, "lies"),
    Mutation("a duplicate is counted", "syncd.store.activities._COUNTS", true(), 10),
    Mutation("a changed activity stands beside its old self", "syncd.store.activities.remove", _nothing, 3),
    Mutation("writes without an answer are taken for done", "syncd.engine.sync.push_batch", _taken_for_done, 21, "lies fails"),
    Mutation("a receipt is settled and not noted", "syncd.store.ledger.save", _nothing, 7, "moves merges"),
    Mutation("a receipt is settled twice", "syncd.store.outbox.drop", _nothing, 0),
    Mutation("a settled refusal stays in the inbox", "syncd.store.inbox.resolve", _nothing, 7, "receipts inbox"),
    Mutation("nobody is assessed for what arrives", "syncd.store.assessments.mark_due", _nothing, 0),
    Mutation("people who are gone stay assessed", "syncd.store.assessments.forget", _nothing, 1, "merges"),
    Mutation("time alone changes nothing", "syncd.agreement.horizon.time_to_change", _never, 15, "deletes"),
    Mutation("an address of many identifies somebody", "syncd.engine.identity.SHARED_ABOVE", 50, 1, "shared"),
    Mutation("people taken apart are joined again", "syncd.store.records.keep_apart", _nothing, 0, "unmerges"),
    Mutation("a merge forgets what one of two had chosen", "syncd.engine.identity.inherit", _nothing, 35, "links moves"),
    Mutation("what somebody changed is never written again", "syncd.engine.echo.TIMES", 0, 0, "overrides"),
    Mutation("a changed mapping folds nobody anew", "syncd.engine.sync.refold_is_needed", lambda _: False, 15, "reloads"),
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.says)
def test_a_broken_engine_is_noticed(mutation: Mutation, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    able = frozenset(mutation.able.split())
    run(mutation.seed, bench, able)  # nothing is wrong with it as it is
    monkeypatch.setattr(mutation.name, mutation.by)

    assert any(_is_noticed(seed, bench, able) for seed in range(mutation.seed, mutation.seed + SEEDS))


def _is_noticed(seed: int, bench: Bench, able: frozenset[str]) -> bool:
    try:
        run(seed, bench, able)
    except Failed:
        return True
    return False
