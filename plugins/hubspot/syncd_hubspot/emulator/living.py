"""How the company lives: people read, click and book; reps call or forget; somebody edits a stage.

One step is one thing that happens. A half year of steps makes the history a portal is seeded with; `--live` goes on.
"""

from __future__ import annotations

from random import Random

from syncd_hubspot.emulator.portal import Portal


def past(portal: Portal, rng: Random, contact: int, *, at: int, until: int) -> None:
    """Make up what happened to a person from *at* on."""
