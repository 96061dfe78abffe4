"""What the world says cannot happen, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from syncd.testing.bench import Bench
from syncd.testing.world import RECEIPTS, Exempt, Failure


class Exempting:
    """Part of `ConnectorContract`."""

    def test_every_exemption_has_a_reason(self, bench: Bench) -> None:
        found = exemptions(bench)
        bare = [what for what, reason in found.items() if len(reason.split()) < 3]
        assert not bare, f"exempt without a reason: {', '.join(bare)}"
        if found:  # so that pytest -rs lists them all in one place
            raise Exempt("; ".join(f"{what}: {reason}" for what, reason in found.items()))


def exemptions(bench: Bench) -> Mapping[str, str]:
    """Return what the world is exempt from, with its reasons, by trying everything once."""
    found = {f"changes alone, {stream}": reason for stream, reason in bench.world.whole.items()}
    for what, happen in _happenings(bench):
        try:
            happen()
        except Exempt as exempt:
            found[what] = str(exempt)
    return found


def _happenings(bench: Bench) -> Iterator[tuple[str, Callable[[], object]]]:
    world = bench.world
    for stream, kind in bench.kinds.items():
        one, two = world.fill(stream, 2)
        yield f"changes, {stream}", partial(world.change, one)
        yield f"late records, {stream}", partial(world.late, stream)
        yield f"bad rows, {stream}", partial(world.spoil, stream)
        if kind != "activity":
            yield f"merges, {stream}", partial(world.merge, one, two)
        yield f"deletions, {stream}", partial(world.delete, two)
    for receipt in RECEIPTS:
        yield f"receipt {receipt.__name__}", partial(world.asking_for, receipt)
    for failure in Failure:
        yield f"failure {failure.name}", partial(world.provoke, failure)
        world.mend()
