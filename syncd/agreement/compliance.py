"""How well promises were kept: clocks counted, with the shares and times both sides look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """A set of clocks in numbers.

    ``breached`` were never fulfilled, whether or not anybody still could; ``running`` are undecided yet, ``left_out`` were
    canceled or made void. ``median`` and ``p90`` are the open microseconds until the fulfilled ones were fulfilled, ``None`` of
    none: whoever was never answered is in ``breached`` and not in them.
    """

    met: int
    met_late: int
    breached: int
    running: int
    left_out: int
    median: int | None
    p90: int | None

    @property
    def decided(self) -> int:
        return self.met + self.met_late + self.breached

    @property
    def share(self) -> Fraction | None:
        """The share of decided clocks that were met in time; ``None`` of none."""
        return Fraction(self.met, self.decided) if self.decided else None


class Counted(Protocol):
    """What of a clock is counted: a `syncd.agreement.clocks.Clock`, or the row that is kept of one."""

    @property
    def state(self) -> str: ...
    @property
    def used(self) -> int: ...
    @property
    def stop(self) -> int | None: ...


def compliance(clocks: Iterable[Counted]) -> Compliance:
    """Count *clocks*: those of customers or those of owners, for one clock of each would count a promise twice."""
    found = list(clocks)
    states = [clock.state for clock in found]
    used = sorted(clock.used for clock in found if clock.stop is not None)
    return Compliance(
        met=states.count("met"),
        met_late=states.count("met_late"),
        breached=states.count("breached"),
        running=sum(states.count(state) for state in ("running", "at_risk", "paused")),
        left_out=sum(states.count(state) for state in ("cancelled", "void")),
        median=_rank(used, 50),
        p90=_rank(used, 90),
    )


def _rank(ascending: Sequence[int], percent: int) -> int | None:
    """Return the smallest value that *percent* of all do not exceed."""
    return ascending[-(-len(ascending) * percent // 100) - 1] if ascending else None
