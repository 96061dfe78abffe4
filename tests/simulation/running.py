"""A seed from beginning to end: whatever happens, then rest; and what must hold then: nothing lost, doubled or left to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from syncd.engine import sync
from syncd.engine.why import why
from tests.simulation import checking, converging, matching, steps, writing
from tests.simulation.bench import Bench
from tests.simulation.judge import HOUR
from tests.simulation.snapshot import Snapshot
from tests.simulation.watching import Broken
from tests.simulation.world import World, world_of

STEPS = (15, 50)
ROUNDS = 12


class Failed(AssertionError):
    """A seed broke something; the message replays it."""


def run(seed: int, bench: Bench, able: frozenset[str] = frozenset()) -> World:
    """Run the world of *seed*, in which *able* may happen beside what is drawn. Raises: Failed."""
    world = world_of(seed, bench, able)
    for name, manners in world.manners.items():
        manners.meanwhile = partial(steps.meanwhile, world, name)
    try:
        for _ in range(world.rng.randint(*STEPS)):
            steps.step(world)
        come_to_rest(world)
        check(world)
    except Exception as error:
        told = "\n".join(world.trace[-25:])
        raise Failed(f"uv run python -m tests.simulation {seed} --trace\n{told}\n{type(error).__name__}: {error}") from error
    finally:
        world.reader.close()
    return world


# ---------------------------------------------------------------- rest


def come_to_rest(world: World) -> None:
    """End all trouble, bring every connection back, and sync until nothing moves."""
    world.note("rest")
    world.bench.killer.arm(0, "before")
    world.able -= {"meanwhile"}
    for manners in world.manners.values():
        manners.behave()
        for ref, rejected in list(manners.rejects.items()):
            if isinstance(rejected.retry, datetime):
                del manners.rejects[ref]
    if set(world.terms.connections) != set(world.remotes):
        steps.load(world, replace(world.terms, connections=tuple(world.remotes)))
    world.pass_time(max(world.latest - world.clock.now(), timedelta(0)))
    for number in range(ROUNDS):
        before = _written(world)
        for remote in world.remotes.values():
            remote.finish_jobs()
        steps.everything(world)
        if _written(world) == before and not _busy(world):
            return
        # At first whatever was put off comes; then nobody's score fades from one round to the next.
        world.pass_time(timedelta(minutes=70 if number < ROUNDS // 2 else 1))
    raise Broken(f"did not come to rest in {ROUNDS} rounds")


def check(world: World) -> None:
    """Check everything that must hold at rest."""
    now = world.snapshot()
    converging.records(world, now)
    converging.activities(world, now)
    matching.people(world, now)
    checking.golden(world, now)
    checking.accounts(now)
    checking.scores(world, now)
    writing.check(world, now)
    _check_explained(world, now)
    _check_quiet(world)


def _check_explained(world: World, now: Snapshot) -> None:
    """Check that what is explained of a score is what is stored of it."""
    with world.site.store.read() as tx:
        for person, has in now.assessed.items():
            told = why(tx, world.site, person, has.assessed_at or 0).score
            said = [one.says for one in told.lines[: len(has.reasons)]]
            stored = [one.rpartition(" ")[0] for one in has.reasons]
            if (told.score, told.band, told.grade, said) != (has.score, has.band, has.grade, stored):
                raise Broken(f"{person}: {told} is explained and {has} is stored")


def _check_quiet(world: World) -> None:
    """Check that a second run, in which nothing happened elsewhere, does nothing."""
    before = _written(world)
    steps.everything(world)
    if _written(world) != before:
        raise Broken("a quiet run wrote")


def _written(world: World) -> Mapping[str, int]:
    return {name: len(remote.written) for name, remote in world.remotes.items()}


def _busy(world: World) -> bool:
    """Tell whether somebody is due, a record is to be read again, or a write waits that is not held.

    A late look at an old write, each time twice as far away, keeps nobody busy.
    """
    live = {name for name in world.terms.connections if world.terms.mode(name) == "live"}
    now = world.snapshot()
    due = any(one.assess_at is not None and one.assess_at <= world.now for one in now.assessed.values())
    rereads = [sync.next_reread(world.site, name) for name in world.terms.connections]
    open_ = any(due is not None and due <= world.now + 6 * HOUR for due in rereads)
    waits = any(not one.held and now.records[one.record].stream.connection in live for one in now.outbox.values())
    return due or open_ or waits
