"""Everything the emulator can do wrong, as the real service does now and then; which of it, is a switch.

`FAULTS` lists the switches. Each has a number: for some the share of the requests (or writes, or records) that it hits,
for others a time or a count. ``503:0.1@POST /crm`` hits one in ten of the requests whose method and path hold that text.
Chance is seeded: the same switches, seed and requests give the same faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from syncd_hubspot.emulator.access import Access
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.wire import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer and how it is sent: after *delay_s* seconds, *cut* after so many bytes, *lost* altogether, or in drips."""

    answer: Answer
    delay_s: float = 0
    cut: int | None = None
    lost: bool = False
    drips: bool = False


class Misbehaviour:
    """The switches that are on."""

    def __init__(self, portal: Portal, access: Access, *, rng: Random) -> None:
        self.portal = portal
        self.access = access
        self.rng = rng
        self.hits: dict[str, int] = {}

    def before(self, method: str, path: str, *, writes: bool) -> Outcome | None:
        """Do what goes wrong before a request is served; return its answer if it never is."""
        return None

    def after(self, method: str, path: str, done: Answer, *, writes: bool) -> Outcome:
        """Return how an answer is sent."""
        return Outcome(answer=done)


FAULTS: Mapping[str, str] = {}
