"""``python -m tests.simulation SEED...`` replays seeds; ``--seeds 1000 --from 200`` runs many."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from tests.simulation.bench import Bench, one_bench
from tests.simulation.running import Failed, run


def main() -> int:
    """Run the seeds that were asked for, and say which of them broke something."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Run seeded histories of syncd.")
    parser.add_argument("replayed", nargs="*", type=int, metavar="SEED", help="a seed to run again")
    parser.add_argument("--seeds", type=int, default=0, metavar="COUNT", help="run so many seeds")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="SEED", help="beginning with this one")
    parser.add_argument("--trace", action="store_true", help="tell all that happened")
    asked = parser.parse_args()
    seeds = [*asked.replayed, *range(asked.first, asked.first + asked.seeds)]
    if not seeds:
        parser.error("name a seed, or how many --seeds")
    return _run(seeds, trace=asked.trace)


def _run(seeds: Sequence[int], *, trace: bool) -> int:
    began, broken = time.perf_counter(), 0
    with one_bench() as bench:
        for seed in seeds:
            broken += not _is_whole(seed, bench, trace=trace)
    took = time.perf_counter() - began
    print(f"{len(seeds)} histories, {broken} broken, {len(seeds) / took:.1f} a second")
    return 1 if broken else 0


def _is_whole(seed: int, bench: Bench, *, trace: bool) -> bool:
    """Run a seed; say what broke as soon as it did."""
    try:
        world = run(seed, bench)
    except Failed as error:
        print(f"{seed}: {type(error.__cause__).__name__}: {str(error.__cause__)[:230]}", flush=True)
        if trace:
            print(error)
            traceback.print_exception(error.__cause__)
        return False
    if trace:
        print("\n".join(world.trace))
    return True


if __name__ == "__main__":
    sys.exit(main())
