"""What people and remotes do that syncd has to live with: edits, overrides, deaths, failures, lies and refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from syncd.model import Ref, Rejected
from tests.simulation.bench import Moment
from tests.simulation.remotes import ERRORS
from tests.simulation.world import World


def users(world: World) -> None:
    world.users.log.clear()
    for _ in range(world.rng.randint(1, 5)):
        world.users.act()
        world.there.advance(timedelta(milliseconds=world.rng.choice((0, 0, 5))))
    world.note(f"users: {' '.join(world.users.log)}")


def override(world: World) -> None:
    """Let somebody change by hand what syncd wrote and has read back, and is not about to write anew.

    Before that, another value than the one written is taken for what the source makes of it.
    """
    now = world.snapshot()
    settled = [(record, field) for record, field in now.read_back if record not in now.outbox]
    written = [(now.records[record], field) for record, field in settled if field.lower() == "score"]
    if not written:
        return
    record, field = world.rng.choice(written)
    remote, ref = world.remotes[record.stream.connection], Ref(record.stream.name, record.external_id)
    if ref in remote.refs(ref.stream):
        remote.override(ref, field, world.rng.choice((99, 0, None)))
        world.note(f"somebody changes {field} of {record.name}")


def kill(world: World) -> None:
    commits = world.rng.choice((1, 2, 3, 4, 6, 9, 14))
    moment: Moment = world.rng.choice(("before", "after"))
    world.note(f"will be killed {moment} the commit that is {commits} away")
    world.bench.killer.arm(commits, moment)


def fail(world: World) -> None:
    manners = world.manners[world.rng.choice(list(world.manners))]
    manners.fails.append((world.rng.choice((0, 0, 1, 2, 5)), world.rng.choice(ERRORS)))


def lie(world: World) -> None:
    manners = world.manners[world.rng.choice(list(world.manners))]
    what = world.rng.choice(("stuck", "short", "repeats", "repeats", "loses"))
    if what == "loses":
        manners.loses += 1
    else:
        setattr(manners, what, True)


def receipts(world: World) -> None:
    """Let a remote reject writes to a record, take them as jobs, or finish its jobs."""
    name = world.rng.choice([name for name in world.remotes if "contacts" in world.remotes[name].streams])
    remote, manners = world.remotes[name], world.manners[name]
    remote.finish_jobs()
    found = remote.refs("contacts")
    if manners.rejects and world.rng.random() < 0.5:
        manners.rejects.pop(world.rng.choice(list(manners.rejects)))
    elif found and world.rng.random() < 0.4:
        remote.slow_down(world.rng.choice(found))
    elif found:
        later = world.there.now() + timedelta(minutes=world.rng.choice((1, 60)))
        retry: Literal["never", "on_change"] | datetime = world.rng.choice(("never", "on_change", later))
        manners.rejects[world.rng.choice(found)] = Rejected(code="no", what="the fake will not", field="Score", retry=retry)
    world.note(f"{name} rejects {len(manners.rejects)} records")
