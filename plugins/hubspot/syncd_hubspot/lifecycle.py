"""The stage of a contact or company in HubSpot, which only moves forward. Pure.

A move back is answered with success and ignored; who means it empties the property first, in a request of its own:
developers.hubspot.com/docs/api-reference, contacts guide (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from syncd.spi import Rejected
from syncd_hubspot.answers import Definition

__all__ = ["LIFECYCLE", "Move", "backward", "left_empty", "move", "order"]

LIFECYCLE = "lifecyclestage"


class Move(Enum):
    """What a write of the stage would be."""

    NONE = "the record is there already"
    FORWARD = "HubSpot makes it"
    BACKWARD = "HubSpot ignores it"


def order(definitions: Sequence[Definition]) -> Mapping[str, int]:
    """Return the place of each stage, first to last, as the portal has them."""
    options = next((one.options for one in definitions if one.name == LIFECYCLE), [])
    return {one.value: place for place, one in enumerate(sorted(options, key=lambda one: one.display_order))}


def move(places: Mapping[str, int], present: str, wanted: str) -> Move:
    """Say what a move from *present* to *wanted* is; a stage that is not among *places* is HubSpot's to judge.

    >>> move({"lead": 0, "customer": 1}, "customer", "lead")
    <Move.BACKWARD: 'HubSpot ignores it'>
    """
    if present == wanted:
        return Move.NONE
    if not present or (wanted and (wanted not in places or present not in places)):
        return Move.FORWARD
    return Move.BACKWARD if not wanted or places[wanted] < places[present] else Move.FORWARD


def backward() -> Rejected:
    """Return the receipt of a move back that is not allowed."""
    what = "HubSpot moves lifecyclestage only forward; set lifecycle_backward to have it emptied first, or map another property"
    return Rejected(code="hubspot.lifecycle_backward", what=what, field=LIFECYCLE)


def left_empty() -> Rejected:
    """Return the receipt of a move back that was refused once the stage was empty, as then was the former stage."""
    what = "HubSpot emptied lifecyclestage for a move back and then refused the new stage and the former; set it in HubSpot"
    return Rejected(code="hubspot.lifecycle_empty", what=what, field=LIFECYCLE)
