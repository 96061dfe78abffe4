"""An installation at work: its configuration, its store, its clock and what its streams mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from threading import Event

from sqlalchemy import Connection

from syncd.agreement.counting import FOREVER, EventType, micros_of
from syncd.agreement.policies import Sla
from syncd.config import Config, ConnectionConfig
from syncd.config.secrets import resolve
from syncd.engine.governing import governed, promises
from syncd.mapping.reading import Reading
from syncd.mapping.streams import Read, StreamMap
from syncd.mapping.transforms import transform
from syncd.model import EMAIL_STREAM
from syncd.spi import SecretRef
from syncd.store import streams
from syncd.store.database import Store, connect
from syncd.store.ids import Ids
from syncd.store.migrate import migrate
from syncd.store.streams import DOMAIN_STREAM, Stream
from syncd.transport import Access

Counts = Counter[str]
"""What a step did, by word: read, new, changed, unchanged, refused ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``streams`` and ``maps`` are by the stream's key in the store; streams of removed connections have no map.

    ``event_types`` remembers the store's types of activity, which never change once they are there. ``accesses`` keeps
    what every opening of a connection shares: its pass and its budgets. ``slas`` are the promises of all versions of the
    agreement; ``draft`` says why the one in force is not the file's, ``changes_at`` when that next changes. ``stop`` ends
    pauses early.
    """

    config: Config
    store: Store
    ids: Ids
    clock: Callable[[], datetime]
    rng: Random
    streams: Mapping[int, Stream]
    by_name: Mapping[tuple[str, str], Stream]
    maps: Mapping[int, StreamMap]
    event_types: dict[int, EventType] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    slas: tuple[Sla, ...] = ()
    draft: str = ""
    changes_at: int = FOREVER
    stop: Event = field(default_factory=Event)

    def now(self) -> int:
        """Return the present instant in microseconds UTC."""
        return micros_of(self.clock())

    def stream(self, connection: str, name: str) -> Stream | None:
        """Return a stream by its names."""
        return self.by_name.get((connection, name))

    def connection(self, name: str) -> ConnectionConfig | None:
        return self.config.connections.get(name)


@contextmanager
def at_work(config: Config, *, clock: Callable[[], datetime], rng: Random) -> Generator[Site]:
    """Open the store of *config*, bring it up to date and declare its connections.

    Raises: StoreError, SecretMissing.
    """
    url = config.store
    if url.startswith(("env:", "file:", "cmd:")):
        url = resolve(SecretRef(url), home=config.folder)
    store = connect(url, home=config.folder)
    try:
        migrate(store)
        yield opened(config, store, clock=clock, rng=rng)
    finally:
        store.close()


def opened(config: Config, store: Store, *, clock: Callable[[], datetime], rng: Random) -> Site:
    """Put *config* under the agreement in force, declare its connections in *store* and return the site."""
    with store.write() as tx:
        config, draft, changes_at = governed(tx, config, micros_of(clock()))
        slas = promises(tx, config)
        for one in config.connections.values():
            streams.declare(tx, one.name, one.spec.name, one.spec.streams(one.settings))
        found = _streams(tx)
    maps = {key: stream_map for key, one in found.items() if (stream_map := _map(config, one)) is not None}
    by_name = {(one.connection, one.name): one for one in found.values()}
    ids = Ids(lambda: micros_of(clock()), rng)
    return Site(
        config=config,
        store=store,
        ids=ids,
        clock=clock,
        rng=rng,
        streams=found,
        by_name=by_name,
        maps=maps,
        slas=slas,
        draft=draft,
        changes_at=changes_at,
    )


def _streams(tx: Connection) -> dict[int, Stream]:
    return {one.id: one for one in streams.everything(tx)}


def _map(config: Config, stream: Stream) -> StreamMap | None:
    """Return the mapping of a stream; those we infer ourselves have one of their own."""
    connection = config.connections.get(stream.connection)
    if connection is None:
        return None
    if stream.name in _INFERRED_FIELDS:
        field = _INFERRED_FIELDS[stream.name]
        read = Read(field, (field,), transform(Reading(type=config.fields[field].type)), None)
        return StreamMap(connection=stream.connection, stream=stream.name, kind=stream.kind, reads=(read,))
    return connection.streams.get(stream.name)


_INFERRED_FIELDS = {EMAIL_STREAM: "email", DOMAIN_STREAM: "domain"}
