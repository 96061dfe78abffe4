"""What may happen in a world, in any order: each step is survived, or the world is broken."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from syncd.engine import sync
from syncd.engine.coverage import uncovered
from syncd.engine.identity import NothingToUndo, unmerge
from syncd.engine.scope import Scope
from syncd.engine.sync import Outcome
from syncd.model import Ref
from syncd.store import inbox, outbox, records, streams
from syncd.store.database import Busy
from syncd.store.outbox import SENT
from syncd.store.streams import Fenced
from tests.simulation import checking, troubles
from tests.simulation.bench import Killed
from tests.simulation.laws import address
from tests.simulation.terms import Mode, Terms
from tests.simulation.users import ADDRESSES
from tests.simulation.world import World

_WHILE = timedelta(milliseconds=1)
"""What a step takes at least: nobody enters two stages in one microsecond."""


def step(world: World) -> None:
    """Let one thing happen."""
    possible = [one for one in _STEPS if not one[1] or one[1] in world.able]
    _, _, work = world.rng.choices(possible, [weight for weight, _, _ in possible])[0]
    work(world)


@contextmanager
def alive(world: World, what: str) -> Generator[None]:
    """Do something that the process may die of; it is then started anew."""
    world.note(what)
    world.watch.begin()
    world.depth += 1
    try:
        yield
    except Killed:
        world.note("killed")
        world.depth = 0
        for manners in world.manners.values():
            manners.unknown |= manners.in_flight
        _doubt(world)
        world.open()
    finally:
        world.depth = max(world.depth - 1, 0)
    world.watch.look()
    world.watch.rewound.clear()
    world.pass_time(_WHILE)


def _doubt(world: World) -> None:
    """Remember what a process that died noted as sent; perhaps it was not."""
    now = world.snapshot()
    for one in now.outbox.values():
        record = now.records[one.record]
        if one.job == SENT:
            world.manners[record.stream.connection].doubted.add(Ref(record.stream.name, record.external_id))


# ---------------------------------------------------------------- syncd's own steps


def pull(world: World, name: str, *, full: bool = False, scope: Scope | None = None) -> None:
    """Pull a connection."""
    with alive(world, f"pull {name}{' full' if full else ''}{f' {scope}' if scope else ''}"):
        if full:
            world.watch.rewound |= {one.id for one in sync.readable(world.site, name)}
        with world.site.store.read() as tx:
            world.watch.rewound |= uncovered(tx, world.site)  # a link came back with the connection that it leads to
        try:
            outcome = sync.pull(world.site, name, world.watch, full=full, scope=scope)
        except Fenced:
            if not world.watch.rewound:
                raise
            world.note("fenced")
        else:
            _note(world, outcome)


def _reread(world: World, name: str) -> None:
    """Read again what was left open, as `syncd sync` would."""
    with alive(world, f"reread {name}"):
        if sync.something_to_reread(world.site, name):
            _note(world, sync.reread(world.site, name, world.watch))


def settle(world: World) -> None:
    """Fold and assess whoever has to be, and check what everybody got if nothing was cut short."""
    with alive(world, "settle"):
        counts = sync.settle(world.site, world.watch)
        world.note(f"{dict(+counts)}")
        if not world.watch.stopped:
            world.watch.loose = False
            checking.settled(world)


def push(world: World, name: str) -> None:
    """Push a connection, as `syncd sync` would."""
    if world.terms.mode(name) == "live":
        with alive(world, f"push {name}"):
            _note(world, sync.push(world.site, name, world.watch))


def everything(world: World) -> None:
    """Pull, settle and push everything once."""
    for name in world.terms.connections:
        pull(world, name)
    for name in world.terms.connections:
        _reread(world, name)
    settle(world)
    for name in world.terms.connections:
        push(world, name)


def _note(world: World, outcome: Outcome) -> None:
    world.note(f"{outcome.word} {dict(+outcome.counts)} {outcome.error or ''}")


def _pull(world: World) -> None:
    pull(world, world.rng.choice(world.terms.connections))


def _pull_full(world: World) -> None:
    pull(world, world.rng.choice(world.terms.connections), full=True)


def _pull_scope(world: World) -> None:
    since = world.clock.now() - timedelta(hours=world.rng.randint(0, 60))
    email = address(world.rng.choice(ADDRESSES)) or ""
    scope = world.rng.choice((Scope(since=since), Scope(email=email), Scope(until=since)))
    pull(world, world.rng.choice(world.terms.connections), scope=scope)


def _push(world: World) -> None:
    push(world, world.rng.choice(world.terms.connections))


def _reopen(world: World) -> None:
    if "jumps" in world.able and world.rng.random() < 0.3:
        world.clock.set(world.clock.now() - timedelta(minutes=world.rng.randint(1, 50)))
    world.note("opened anew")
    world.open()


# ---------------------------------------------------------------- time


def _time(world: World) -> None:
    spans = (timedelta(seconds=1), timedelta(seconds=31), timedelta(minutes=30), timedelta(hours=5), timedelta(days=3))
    by = world.rng.choice(spans)
    world.note(f"{by} pass")
    world.pass_time(by)


def _until_due(world: World) -> None:
    """Let time pass to the very instant at which somebody is due, or to just before it or after."""
    instants = {one.assess_at or 0 for one in world.snapshot().assessed.values()}
    due = sorted(at for at in instants if world.now < at < checking.NINE_THOUSAND)
    if due:
        at = world.rng.choice(due[:3]) + world.rng.choice((0, 0, -1, 1))
        world.pass_time(timedelta(microseconds=max(at - world.now, 0)))
        world.note("somebody is due")


# ---------------------------------------------------------------- what an operator does


def _reload(world: World) -> None:
    """Load another configuration: other laws, other points, another mode, a connection removed or back again."""
    terms, rng = world.terms, world.rng
    match rng.choice(("laws", "agreement", "mode", "connection", "connection")):
        case "laws":
            terms = replace(terms, laws=rng.randrange(12))
        case "agreement":
            terms = replace(terms, agreement=rng.randrange(16))
        case "mode":
            crm: Mode = "shadow" if terms.mode("crm") == "live" else "live"
            terms = replace(terms, modes=(("crm", crm), *(one for one in terms.modes if one[0] != "crm")))
        case _:
            away = [name for name in world.remotes if name not in terms.connections]
            left = tuple(name for name in terms.connections if name != terms.connections[-1])
            present = tuple(world.remotes) if away else left
            terms = replace(terms, connections=present)
    load(world, terms)


def load(world: World, terms: Terms) -> None:
    """Open the site with another configuration."""
    world.note(f"reload {terms}")
    world.terms, world.watch.laws, world.watch.loose = terms, terms.law, True
    world.open()


def _unmerge(world: World) -> None:
    """Undo the last merge into somebody, or take a record out of a person."""
    now = world.snapshot()
    merged = {one.winner for one in now.merges}
    several = [key for key, found in now.people.items() if len(found) > 1 and (key in merged or world.rng.random() < 0.3)]
    if not several:
        return
    person = world.rng.choice(several)
    before = {one.id for one in now.people[person]}
    only = [] if person in merged and world.rng.random() < 0.7 else [world.rng.choice(sorted(before))]
    undo = sorted((one for one in now.merges if one.winner == person), key=lambda one: (-one.at, -one.loser))
    with alive(world, f"unmerge {person} {only}"):
        world.watch.loose = True
        try:
            with world.site.store.write() as tx:
                _, other = unmerge(tx, world.site, person, world.now, only=only)
        except NothingToUndo as error:
            world.note(str(error))
        else:
            moved = set(only) if only else set(undo[0].records) & before
            checking.taken_apart(world.snapshot(), (person, other), (before - moved, moved))
            world.watch.apart |= {(one, two) for one in moved for two in before - moved}


def _inbox(world: World) -> None:
    """Try an item of the inbox again, or set it aside, as ``syncd inbox`` does."""
    items = world.snapshot().inbox
    if not items:
        return
    one = world.rng.choice(items)
    skipping = world.rng.random() < 0.3 and not one.skipped
    with alive(world, f"inbox {'skip' if skipping else 'retry'} {one}"), world.site.store.write() as tx:
        if skipping:
            inbox.skip(tx, [one.id])
            return
        if one.way == "out":
            known = records.known(tx, one.stream, [one.place])
            outbox.release(tx, [record.id for record in known.values()], world.now)
        else:
            world.watch.rewound.add(one.stream)
            streams.rewind(tx, one.stream)
        inbox.take(tx, [one.id])


# ---------------------------------------------------------------- what goes wrong


def _stop(world: World) -> None:
    world.watch.stop_after = world.rng.randint(0, 4)
    everything(world)
    world.watch.stop_after = -1


def meanwhile(world: World, name: str, call: str) -> None:
    """Let something else happen while a connector is asked, as other threads and processes do."""
    if "meanwhile" not in world.able or world.depth > 1 or world.rng.random() > 0.15:
        return
    world.depth += 1
    try:
        world.note(f"meanwhile ({call})")
        others = [one for one in world.terms.connections if one != name]
        what = world.rng.choice(("settle", "pull", "push", "users", "busy", "time", "rewind"))
        if what == "settle":
            sync.settle(world.site, world.watch)
            world.pass_time(_WHILE)
        elif what == "pull" and others:
            sync.pull(world.site, world.rng.choice(others), world.watch)
        elif what == "push" and others and world.terms.mode(others[0]) == "live":
            sync.push(world.site, others[0], world.watch)
        elif what == "users":
            troubles.users(world)
        elif what == "time":
            _time(world)
        elif what == "rewind":
            _rewind(world, name)
        elif what == "busy":
            _check_busy(world, name)
    finally:
        world.depth -= 1


def _rewind(world: World, name: str) -> None:
    """Let an operator ask for a new reading, as ``syncd inbox retry`` does without any lock."""
    stream = world.rng.choice(sync.readable(world.site, name))
    world.watch.rewound.add(stream.id)
    with world.site.store.write() as tx:
        streams.rewind(tx, stream.id)


def _check_busy(world: World, name: str) -> None:
    try:
        sync.pull(world.site, name, world.watch)
    except Busy:
        return
    raise AssertionError(f"{name} was pulled twice at one time")


_STEPS: list[tuple[int, str, Callable[[World], None]]] = [
    (10, "", troubles.users),
    (9, "", _pull),
    (6, "", settle),
    (4, "", _push),
    (6, "", everything),
    (4, "", _time),
    (4, "", _until_due),
    (2, "", _reopen),
    (1, "scopes", _pull_full),
    (2, "scopes", _pull_scope),
    (2, "reloads", _reload),
    (3, "unmerges", _unmerge),
    (3, "inbox", _inbox),
    (3, "overrides", troubles.override),
    (5, "kills", troubles.kill),
    (4, "fails", troubles.fail),
    (4, "lies", troubles.lie),
    (5, "receipts", troubles.receipts),
    (2, "stops", _stop),
]
