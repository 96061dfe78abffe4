"""A person's way from lead to customer: what is known of it, and what follows from that.

Records only. `syncd.agreement.stages.journey` makes a `Journey` of `Evidence`. Instants are microseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from syncd.agreement.counting import FOREVER
from syncd.agreement.handoff import Party

# ---------------------------------------------------------------- what is known


class Claim(NamedTuple):
    """Somebody, or the score, says that a person entered stage ``to`` at ``at``.

    ``by`` names who, "" if nobody is named; ``was`` is the stage it says the person left, "" if it says nothing of that.
    ``outright``: an event that makes an MQL at once, or a veto, says so and not the points. ``known_at`` is when we learnt of
    it, 0 if at once.
    """

    at: int
    to: str
    party: Party
    by: str = ""
    cause: str = ""
    was: str = ""
    version: int = 0
    outright: bool = False
    known_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Event:
    """Something that happened between the teams and a person.

    ``what`` is one of ``became:STAGE``, ``assigned``, ``contact_attempt``, ``connected``, ``owner_accepted``, ``disposition``,
    ``feedback`` (a disposition's reason), ``deal_created``, ``deal_won``, ``deal_lost``, ``answered``, or a kind of activity.
    ``known_at`` is when we learnt of it; left out, when it happened. ``inferred``: nobody said so; it ends a wait, but nobody
    was asked for anything by it.
    """

    at: int
    what: str
    by: str = ""
    detail: str = ""
    known_at: int = -FOREVER
    inferred: bool = False

    def __post_init__(self) -> None:
        if self.known_at == -FOREVER:
            object.__setattr__(self, "known_at", self.at)


class Owner(NamedTuple):
    """Who owned a person from an instant on; "" if nobody."""

    who: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal linked to a person, as it is now; ``name`` is what sales calls it, "" if that is not known.

    ``complete_at`` is when it had the fields that make an opportunity, ``None`` while some are ``missing``. A deal that was
    opened again is neither won nor lost.
    """

    id: str
    name: str = ""
    created_at: int
    complete_at: int | None = None
    won_at: int | None = None
    lost_at: int | None = None
    reason: str = ""
    by: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What sales said of a person: a disposition of the agreement, and its reason from the instant ``reason_at`` on."""

    at: int
    value: str
    by: str = ""
    reason: str = ""
    reason_at: int | None = None
    known_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a person's way; the order within a field means nothing, and the same fact twice is one.

    ``claims`` are moves recorded by syncd, changes people made in a CRM and the score's present opinion; ``events`` are contact
    attempts, acceptances and whatever else clocks ask for; ``owners`` every change of owner; ``renewal_at`` when a customer's
    contract ends.
    """

    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    answers: tuple[Answer, ...] = ()
    deals: tuple[Deal, ...] = ()
    owners: tuple[Owner, ...] = ()
    renewal_at: int | None = None


# ---------------------------------------------------------------- what follows


class Move(NamedTuple):
    """A person entering a stage.

    ``inferred``: nobody said so, a later stage did; the stage then has that one's instant. ``episode`` counts the MQLs so far.
    """

    at: int
    to: str
    was: str
    party: Party
    by: str
    cause: str
    version: int
    inferred: bool
    outright: bool
    episode: int
    known_at: int


class Refusal(NamedTuple):
    """A claim that did not become a move, and why."""

    claim: Claim
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One time as an MQL, from becoming it until sales gave the person back or the score took them out.

    ``events`` are those from the end of the episode before to the beginning of the next, so that a contact just before the
    handoff and a reason given after the end are among them. ``owners`` are those of its own time, the first from its start.
    """

    n: int
    started_at: int
    ended_at: int | None = None
    high_intent: bool = False
    events: tuple[Event, ...] = ()
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where a person stands and how they came there.

    ``counts_after``: engagement counts when it is later than this (the last recycle). ``next_change_at`` is the next instant at
    which time alone may change any of it, `FOREVER` if none.
    """

    stage: str
    entered_at: int | None
    moves: tuple[Move, ...]
    episodes: tuple[Episode, ...]
    refused: tuple[Refusal, ...]
    counts_after: int
    next_change_at: int

    @property
    def first_mql_at(self) -> int | None:
        """When they first became an MQL; a merge keeps the earliest."""
        return self.episodes[0].started_at if self.episodes else None

    @property
    def latest_mql_at(self) -> int | None:
        return self.episodes[-1].started_at if self.episodes else None
