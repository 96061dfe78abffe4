"""What an operator is told of a pull that went on without something, as sentences. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from syncd_salesforce.describe import Selection
from syncd_salesforce.objects import Sobject
from syncd_salesforce.sweeps import Swept

__all__ = ["NOTHING_SEEN", "no_fields", "no_object", "swept_away"]

NOTHING_SEEN = "the integration user sees none of the objects that the mapping names; assign syncd's permission set to it"


def no_object(thing: Sobject) -> str:
    """Say that an object cannot be read."""
    remedy = "assign syncd's permission set to it, or leave the object out of the mapping"
    return f"{thing.name}: not there, or hidden from the integration user; {remedy}"


def no_fields(thing: Sobject, chosen: Selection, written: Collection[str]) -> Iterable[str]:
    """Say which fields are left out, with the remedy that fits: those *written* are ours to create."""
    hidden = [name for name in chosen.hidden if name not in chosen.unread]
    others = [name for name in hidden if name not in written]
    remedies = []
    if len(others) < len(hidden):
        remedies.append("`syncd provision` creates what syncd writes, and its permission set shows it")
    if others:
        which = f" for {', '.join(others)}" if remedies else ""
        remedies.append(f"assign syncd's permission set{which}, or correct the mapping")
    if hidden:
        what = f"{', '.join(hidden)} not there, or hidden from the integration user, and left out"
        yield f"{thing.name}: {what}; {'; '.join(remedies)}"
    if chosen.unread:
        why = "no plain value, or another for each user; name the parts there are of it, or take it out of the mapping"
        yield f"{thing.name}: {', '.join(chosen.unread)} left out: {why}"


def swept_away(thing: Sobject, swept: Swept) -> Iterable[str]:
    """Say how many records a sweep missed, and what that means."""
    if swept.held:
        words = "that looks like a lost right and not like deletions, so nothing is deleted; check the user's permission set"
        yield f"{thing.name}: {swept.missing} of {swept.known} records can no longer be seen; {words}"
    elif swept.missing:
        yield f"{thing.name}: {swept.missing} records can no longer be seen; those still missing in a day count as deleted"
