"""A person's way cut into episodes: one for each time they became an MQL, with what happened in it and who owned them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from syncd.agreement.counting import FOREVER
from syncd.agreement.handoff import DISQUALIFIED, LEAD, MQL, NONE, NURTURE, WORKING
from syncd.agreement.journey import Episode, Event, Move, Owner

_OUT = (NONE, LEAD, NURTURE, DISQUALIFIED)


def episodes(moves: Sequence[Move], events: Collection[Event], owners: Collection[Owner], *, now: int) -> tuple[Episode, ...]:
    """Return the episodes that *moves* (in order) make, each with the *events* around it; nothing later than *now*.

    An event between two episodes belongs to both: a contact just before a handoff to the next, a reason given late to the last.
    """
    starts = [_first(moves, n) for n in range(1, max((move.episode for move in moves), default=0) + 1)]
    ends = [_end(moves, n) for n in range(1, len(starts) + 1)]
    everything = sorted({*events, *(_became(move) for move in moves)})
    changes = sorted({owner for owner in owners if owner.at <= now}, key=lambda owner: (owner.at, owner.who))
    found = []
    for n, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        own = _owners(changes, start.at, FOREVER if end is None else end)
        after = ends[n - 2] if n > 1 else None
        before = starts[n].at if n < len(starts) else FOREVER
        happened = [event for event in everything if (after is None or event.at > after) and event.at < before]
        unasked = not _was_handed_over(moves, n)
        assigned = [Event(at=owner.at, what="assigned", by=owner.who, inferred=unasked) for owner in own if owner.who]
        found.append(
            Episode(
                n=n,
                started_at=start.at,
                ended_at=end,
                high_intent=start.outright,
                events=tuple(sorted(event for event in (*happened, *assigned) if event.at <= now)),
                owners=own,
            )
        )
    return tuple(found)


def _first(moves: Sequence[Move], n: int) -> Move:
    return next(move for move in moves if move.episode == n)


def _end(moves: Sequence[Move], n: int) -> int | None:
    return next((move.at for move in moves if move.episode == n and move.to in _OUT), None)


def _was_handed_over(moves: Sequence[Move], n: int) -> bool:
    """Tell whether sales ever had the person as a lead: an SQL, a deal or a customer that nobody handed over is none."""
    return any(move.episode == n and move.to in (MQL, WORKING) and not move.inferred for move in moves)


def _became(move: Move) -> Event:
    by = move.by or move.party
    return Event(at=move.at, what=f"became:{move.to}", by=by, detail=move.cause, known_at=move.known_at, inferred=move.inferred)


def _owners(changes: Sequence[Owner], start: int, end: int) -> tuple[Owner, ...]:
    """Return who owned the person from *start* to *end*; the owner they came with owns them from the start."""
    found: list[Owner] = []
    for who, at in changes:
        if at <= start:
            found = [Owner(who, start)] if who else []
        elif at < end and who != (found[-1].who if found else ""):
            found.append(Owner(who, at))
    return tuple(found)
