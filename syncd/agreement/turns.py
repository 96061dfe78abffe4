"""Who had a person when: the turns of their owners."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from syncd.agreement.counting import FOREVER
from syncd.agreement.journey import Owner


class Turn(NamedTuple):
    """The time one owner, "" if nobody, had the person: from ``start`` to before ``end``."""

    who: str
    start: int
    end: int


def turns(owners: Sequence[Owner], start: int, end: int) -> list[Turn]:
    """Cut the time from *start* to *end* by the *owners*, in order of their taking over.

    >>> turns([Owner("kim", 5)], 0, 9)
    [Turn(who='', start=0, end=5), Turn(who='kim', start=5, end=9)]
    """
    if len(owners) == 1 and owners[0].at <= start < end:
        return [Turn(owners[0].who, start, end)]  # nearly everybody, in a tenth of the time
    changes = [Owner("", -FOREVER)]
    changes += [owner for before, owner in pairwise([*changes, *owners]) if owner.who != before.who]
    changes.append(Owner("", FOREVER))
    found = [Turn(who, max(at, start), min(until, end)) for (who, at), (_, until) in pairwise(changes)]
    return [turn for turn in found if turn.start < turn.end]


def owner_at(owners: Sequence[Owner], at: int) -> str:
    """Return who had the person at an instant."""
    return next((owner.who for owner in reversed(owners) if owner.at <= at), "")
