"""The clocks of people as of their last assessment: for lists and reports. What they are is derived, never kept here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from syncd.agreement.attempts import CONTACT_ATTEMPT
from syncd.agreement.clocks import Clock
from syncd.store.schema import clock
from syncd.store.sql import among, put


class Kept(NamedTuple):
    """A clock as a row; ``rep`` is "" for the customer's."""

    id: str
    person_id: int
    policy: str
    side: str
    rep: str
    owner: str
    episode: int
    version: int
    started_at: int
    due_at: int
    ended_at: int | None
    stopped_by: str
    state: str
    historical: bool
    used: int
    calendar: str

    @property
    def stop(self) -> int | None:
        """When it was fulfilled."""
        return self.ended_at if self.state in ("met", "met_late") else None


def replace(tx: Connection, people: Collection[int], found: Iterable[tuple[int, Clock]]) -> None:
    """Let *found* be all clocks of *people*."""
    tx.execute(delete(clock).where(among(tx, clock.c.person_id, people)))
    put(tx, clock, Kept._fields, [_row(person, one) for person, one in found])


def open_(tx: Connection, limit: int) -> list[Kept]:
    """Return the open clocks of customers by due time, those of history last."""
    query = select(clock).where(clock.c.ended_at.is_(None), clock.c.rep == "")
    return [Kept(*row) for row in tx.execute(query.order_by(clock.c.historical, clock.c.due_at, clock.c.id).limit(limit))]


def started_between(tx: Connection, since: int, until: int) -> list[Kept]:
    """Return the clocks of customers that started at *since* or later and before *until*."""
    query = select(clock).where(clock.c.started_at >= since, clock.c.started_at < until, clock.c.rep == "")
    return [Kept(*row) for row in tx.execute(query.order_by(clock.c.started_at, clock.c.id))]


def contacted(tx: Connection) -> dict[int, int]:
    """Return when each person was first tried to be reached after they were given to somebody."""
    query = select(clock.c.person_id, func.min(clock.c.ended_at)).where(clock.c.stopped_by == CONTACT_ATTEMPT)
    return {person: at for person, at in tx.execute(query.group_by(clock.c.person_id))}


def _row(person: int, one: Clock) -> Kept:
    return Kept(
        id=one.id,
        person_id=person,
        policy=one.policy.id,
        side=one.policy.side,
        rep=one.rep,
        owner=one.owner,
        episode=one.episode,
        version=one.version,
        started_at=one.start,
        due_at=one.due,
        ended_at=one.ended_at,
        stopped_by=one.stopped_by,
        state=one.state,
        historical=one.historical,
        used=one.used,
        calendar=f"{one.desk.calendar.name} {one.desk.whose}",
    )
