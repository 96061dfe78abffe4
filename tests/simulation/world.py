"""One world: remotes, users, two clocks, a store that may die, and the site that is at work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from syncd.config import Config, load
from syncd.engine.site import Site, opened
from syncd.spi import ConnectorSpec, RemoteField
from syncd.testing import FakeRemote, VirtualClock, fake_spec
from tests.simulation.bench import Bench, Killed
from tests.simulation.remotes import Manners, SimConnector, SimRemote
from tests.simulation.snapshot import Reader, Snapshot
from tests.simulation.terms import STREAMS, Mode, Terms, read
from tests.simulation.users import Users
from tests.simulation.watching import Broken, Watch

START = datetime(2026, 11, 20, 12, tzinfo=UTC)

USERS = ("deletes", "restores", "merges", "refuses", "moves", "shared", "links", "overrides")
ENGINE = ("kills", "fails", "lies", "receipts", "reloads", "unmerges", "inbox", "meanwhile", "stops", "scopes", "jumps")
"""What may happen in a world; each world draws some of it, so that no healing hides another's bug."""


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is. ``able`` says what may happen here; ``trace`` what did."""

    seed: int
    rng: Random
    able: frozenset[str]
    bench: Bench
    terms: Terms
    clock: VirtualClock
    there: VirtualClock
    remotes: dict[str, SimRemote]
    manners: dict[str, Manners]
    users: Users
    reader: Reader
    watch: Watch
    trace: list[str] = field(default_factory=list)
    openings: int = 0
    latest: datetime = START
    depth: int = 0
    _site: Site | None = None

    @property
    def site(self) -> Site:
        assert self._site is not None
        return self._site

    @property
    def now(self) -> int:
        return self.site.now()

    def note(self, what: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{'    ' * self.depth}{self.clock.now():%d %H:%M:%S.%f} {what}")

    def snapshot(self) -> Snapshot:
        return self.reader.now()

    def pass_time(self, by: timedelta) -> None:
        """Let time pass everywhere."""
        self.clock.advance(by)
        self.there.advance(by)
        self.latest = max(self.latest, self.clock.now())

    def open(self) -> None:
        """Open the site as a new process; it may be killed in the attempt, and is then opened again."""
        for _ in range(9):
            self.pass_time(timedelta(milliseconds=self.rng.randint(1, 9)))  # a process takes longer than that to start
            self.openings += 1
            try:
                rng = Random(f"{self.seed} {self.openings}")
                self._site = opened(self._config(), self.bench.opened(), clock=self.clock.now, rng=rng)
                return
            except Killed:
                self.note("killed while opening")
        raise Broken("could not be opened in 9 attempts")

    def _config(self) -> Config:
        specs = {name: self._spec(name) for name in self.terms.connections}
        config = _loaded(self.terms, self.bench)
        connections = {name: replace(one, spec=specs[name]) for name, one in config.connections.items()}
        return replace(config, connections=connections, folder=self.bench.folder, cache=self.bench.folder / "cache")

    def _spec(self, name: str) -> ConnectorSpec:
        remote, manners = self.remotes[name], self.manners[name]
        return replace(_spec(name), open=lambda _: SimConnector(remote, manners))


_configs: dict[Terms, Config] = {}


def _loaded(terms: Terms, bench: Bench) -> Config:
    """Return the configuration of *terms*, read from its three files once."""
    if terms not in _configs:
        folder = bench.folder / "files"
        terms.write_files(folder)
        _configs[terms] = load(folder, {name: _spec(name) for name in STREAMS})
    return _configs[terms]


def _spec(name: str) -> ConnectorSpec:
    return fake_spec(FakeRemote(STREAMS[name], page_size=1, now=lambda: START), name=name, batch=3)


# ---------------------------------------------------------------- making one


def world_of(seed: int, bench: Bench, able: frozenset[str] = frozenset()) -> World:
    """Draw the world of a seed, with a fresh store and a site upon it; *able* may happen beside what is drawn."""
    rng = Random(f"world {seed}")
    chosen = able.union(name for name in (*USERS, *ENGINE) if rng.random() < 0.45)
    connections = rng.choice((("crm", "shop"), ("crm", "feed"), ("crm", "shop", "feed")))
    clock, there = VirtualClock(START), VirtualClock(START)
    terms, reader = _terms(rng, connections), Reader(bench.file)
    remotes = {name: _remote(rng, name, there.now, chosen) for name in connections}
    bench.fresh()
    world = World(
        seed=seed,
        rng=rng,
        able=chosen,
        bench=bench,
        terms=terms,
        clock=clock,
        there=there,
        remotes=remotes,
        manners={name: Manners(rng=rng) for name in connections},
        users=Users(rng=rng, remotes=remotes, able=chosen),
        reader=reader,
        watch=Watch(take=reader.now, laws=terms.law),
    )
    world.users.fill()
    world.open()
    world.note(f"{', '.join(connections)}; {', '.join(sorted(chosen))}; {world.terms}")
    return world


def _remote(rng: Random, name: str, there: Callable[[], datetime], able: frozenset[str]) -> SimRemote:
    """Make a remote; a clock that is wrong by more than `syncd.engine.echo.SKEW` hides what people change after us."""
    behind = -5 if "overrides" in able else -90
    skew = timedelta(minutes=rng.choice((behind, -5, 0, 0, 0, 3)))
    forms = {"Stage": capitals, "Why": shortened} if rng.random() < 0.3 else {}
    return SimRemote(
        STREAMS[name],
        page_size=rng.choice((1, 2, 3, 5, 9, 50)),
        now=lambda: there() + skew,
        tells=rng.random() < 0.5,
        forms=forms,
        fields={stream: [RemoteField(name=one) for one in read(name, stream)] for stream in STREAMS[name]},
    )


def _terms(rng: Random, connections: tuple[str, ...]) -> Terms:
    modes: dict[str, Mode] = {"crm": "live", "shop": rng.choice(("none", "shadow", "live")), "feed": "none"}
    return Terms(
        connections=connections,
        laws=rng.randrange(12),
        agreement=rng.randrange(16),
        modes=tuple(modes.items()),
        both_ways=rng.random() < 0.3,
    )


def capitals(value: object) -> str | None:
    """Keep a value in capitals, as some remotes do."""
    return None if value is None else str(value).upper()


def shortened(value: object) -> str | None:
    """Cut a value short, as some remotes do."""
    return None if value is None else str(value)[:20]
