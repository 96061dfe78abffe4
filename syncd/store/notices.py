"""The outbox of notices: raised once per key, told once, kept as the record of what was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, func, select, update

from syncd.agreement.notices import Notice, Sent
from syncd.store import ids
from syncd.store.schema import notice
from syncd.store.sql import among, put

State: TypeAlias = Literal["waiting", "telling", "told", "digest", "silent"]


class Raised(NamedTuple):
    """A notice to keep. ``state`` is ``waiting``, or ``digest`` or ``silent`` for what is too old to tell by itself."""

    notice: Notice
    person_id: int | None
    state: State


class Kept(NamedTuple):
    """A notice as it stands."""

    key: str
    person_id: int | None
    event: str
    recipient: str
    channel: str
    text: str
    urgent: bool
    raised_at: int
    state: State
    not_before: int
    attempts: int
    told_at: int | None
    problem: str

    @property
    def notice(self) -> Notice:
        return Notice(self.key, self.event, self.recipient, self.channel, self.text, self.raised_at, self.urgent)


def raise_(tx: Connection, raised: Iterable[Raised]) -> int:
    """Keep notices that were not raised before, and return how many are new."""
    rows = {one.notice.key: one for one in raised}
    known = set(tx.scalars(select(notice.c.key).where(among(tx, notice.c.key, list(rows)))))
    new = [_row(one) for key, one in rows.items() if key not in known]
    put(tx, notice, Kept._fields, new)
    return len(new)


def waiting(tx: Connection, now: int, limit: int) -> list[Kept]:
    """Return notices whose time has come, and those that were being told when a process ended, oldest first."""
    query = select(notice).where(notice.c.state.in_(("waiting", "telling")), notice.c.not_before <= now)
    return [Kept(*row) for row in tx.execute(query.order_by(notice.c.raised_at, notice.c.key).limit(limit))]


def for_digest(tx: Connection) -> list[Kept]:
    """Return what the next digest has to tell."""
    query = select(notice).where(notice.c.state == "digest").order_by(notice.c.raised_at, notice.c.key)
    return [Kept(*row) for row in tx.execute(query)]


def told_since(tx: Connection, since: int) -> list[Sent]:
    """Return the messages that went out after *since*; notices told together are one."""
    query = (
        select(notice.c.event, notice.c.recipient, notice.c.channel, notice.c.told_at)
        .where(notice.c.told_at > since, notice.c.state == "told")
        .distinct()
    )
    return [Sent(*row) for row in tx.execute(query)]


def of_person(tx: Connection, person: int) -> list[Kept]:
    """Return everything told, or to be told, about a person, oldest first."""
    query = select(notice).where(notice.c.person_id == person).order_by(notice.c.raised_at, notice.c.key)
    return [Kept(*row) for row in tx.execute(query)]


def told_to(tx: Connection, people: Collection[int], event: str) -> dict[int, list[Sent]]:
    """Return who was told of an *event* about each person, and when."""
    columns = notice.c
    query = select(columns.person_id, columns.event, columns.recipient, columns.channel, columns.told_at)
    found: dict[int, list[Sent]] = {}
    told = columns.told_at.is_not(None) & (columns.event == event)
    for person, *sent in tx.execute(query.where(among(tx, columns.person_id, people), told)):
        found.setdefault(person, []).append(Sent(*sent))
    return found


def inherit(tx: Connection, loser: int, winner: int) -> None:
    """Let what was told of a merged person be told of who they are now; the keys go on naming them as they were."""
    tx.execute(update(notice).where(notice.c.person_id == loser).values(person_id=winner))


def part(tx: Connection, person: int, origins: Collection[int]) -> None:
    """Give a person whose merge is undone what was told of them back, and of *origins*, who had become them before."""
    for one in (person, *origins):
        tx.execute(update(notice).where(notice.c.key.startswith(f"{ids.shown(one)} ")).values(person_id=person))


def untold(tx: Connection) -> list[Kept]:
    """Return what waits to be told, the digest's part included, oldest first."""
    query = select(notice).where(notice.c.state.in_(("waiting", "telling", "digest")))
    return [Kept(*row) for row in tx.execute(query.order_by(notice.c.raised_at, notice.c.key))]


def next_due(tx: Connection) -> int | None:
    """Return when the next notice may go."""
    earliest: int | None = tx.scalar(select(func.min(notice.c.not_before)).where(notice.c.state.in_(("waiting", "telling"))))
    return earliest


def postpone(tx: Connection, keys: Collection[str], until: int, *, problem: str = "") -> None:
    """Look at notices again at *until*; with a *problem*, an attempt failed."""
    values = {"state": "waiting", "not_before": until, "problem": problem}
    tx.execute(update(notice).where(among(tx, notice.c.key, keys)).values(values))


def begin(tx: Connection, keys: Collection[str]) -> None:
    """Note that notices are about to be told; whoever finds them so after a crash tells them as a possible repetition."""
    ours = among(tx, notice.c.key, keys)
    tx.execute(update(notice).where(ours).values(state="telling", attempts=notice.c.attempts + 1))


def leave_to_digest(tx: Connection, keys: Collection[str]) -> None:
    """Let the next digest tell notices."""
    tx.execute(update(notice).where(among(tx, notice.c.key, keys)).values(state="digest"))


def channels(tx: Connection) -> set[str]:
    """Return the channels that have something to tell."""
    return set(tx.scalars(select(notice.c.channel).where(notice.c.state.in_(("waiting", "telling"))).distinct()))


def drop(tx: Connection, channel: str, problem: str) -> int:
    """Note that what waits for *channel* is never told, and why; return how many notices that are."""
    theirs = notice.c.state.in_(("waiting", "telling")) & (notice.c.channel == channel)
    return tx.execute(update(notice).where(theirs).values(state="silent", text="", problem=problem)).rowcount


def settle(tx: Connection, keys: Collection[str], now: int) -> None:
    """Note that notices were told; what they said about people is not kept."""
    ours = among(tx, notice.c.key, keys)
    tx.execute(update(notice).where(ours).values(state="told", told_at=now, text="", problem=""))


def _row(one: Raised) -> Kept:
    said = one.notice
    return Kept(
        key=said.key,
        person_id=one.person_id,
        event=said.event,
        recipient=said.to,
        channel=said.by,
        text=said.text,
        urgent=said.urgent,
        raised_at=said.raised_at,
        state=one.state,
        not_before=said.raised_at,
        attempts=0,
        told_at=None,
        problem="",
    )
