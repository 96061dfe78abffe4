"""What the agreement last said of each person, when to ask it again, and the stages they went through."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from syncd.store.schema import assessment, entity, stage_move
from syncd.store.sql import among, put

_ORDER = ("", "lead", "nurture", "mql")


class Stored(NamedTuple):
    """A person's assessment; ``assess_at`` is when it is due again, ``reasons`` a JSON list."""

    person_id: int
    assess_at: int | None
    assessed_at: int | None
    stage: str
    score: int | None
    band: str | None
    grade: str | None
    reasons: str | None
    version: int | None


class Move(NamedTuple):
    """A person entering a stage."""

    person_id: int
    moved_at: int
    stage_from: str
    stage_to: str
    cause: str
    version: int


class Due(NamedTuple):
    """A person to assess: what was said last, the golden fields (JSON text) and account to judge by; or one who is ``gone``."""

    last: Stored
    fields: str
    account_id: int | None
    gone: bool


def mark_due(tx: Connection, people: Iterable[int], now: int) -> None:
    """Let *people* be assessed now; those who never were get their first row."""
    put(
        tx,
        assessment,
        ("person_id", "assess_at", "stage"),
        [(person, now, "") for person in sorted(people)],
        only="assess_at",
        unless="assessment.assess_at <= excluded.assess_at",
    )


def mark_everyone(tx: Connection, now: int) -> None:
    """Let everybody be assessed now, because the agreement changed."""
    tx.execute(update(assessment).values(assess_at=now))


def forget(tx: Connection, people: Collection[int]) -> None:
    """Drop the assessments of people who no longer exist."""
    tx.execute(delete(assessment).where(among(tx, assessment.c.person_id, people)))


def inherit(tx: Connection, loser: int, winner: int) -> None:
    """Let a merged person stand where the further of the two stood, and drop the other's assessment."""
    both = load(tx, [loser, winner])
    if loser in both:
        further = max(both.values(), key=lambda one: _ORDER.index(one.stage))
        put(tx, assessment, Stored._fields, [further._replace(person_id=winner)])
    forget(tx, [loser])


def due(tx: Connection, now: int, limit: int) -> list[Due]:
    """Return up to *limit* people whose ``assess_at`` has come, in order of it."""
    chosen = (
        select(assessment.c.person_id)
        .where(assessment.c.assess_at <= now)
        .order_by(assessment.c.assess_at, assessment.c.person_id)
        .limit(limit)
        .subquery()
    )
    query = (
        select(assessment, entity.c.fields, entity.c.account_id, entity.c.deleted_at, entity.c.merged_into)
        .join(chosen, chosen.c.person_id == assessment.c.person_id)
        .join(entity, entity.c.id == assessment.c.person_id)
        .order_by(assessment.c.person_id)
    )
    return [
        Due(Stored(*row[:-4]), row.fields, row.account_id, row.deleted_at is not None or row.merged_into is not None)
        for row in tx.execute(query)
    ]


def next_due(tx: Connection) -> int | None:
    """Return when somebody is due next."""
    earliest: int | None = tx.scalar(select(func.min(assessment.c.assess_at)))
    return earliest


def load(tx: Connection, people: Collection[int]) -> dict[int, Stored]:
    """Return the last assessment of each person that has one."""
    return {
        row.person_id: Stored(*row) for row in tx.execute(select(assessment).where(among(tx, assessment.c.person_id, people)))
    }


def save(tx: Connection, rows: Iterable[Stored], moves: Iterable[Move]) -> None:
    """Write assessments and the stages entered with them."""
    put(tx, assessment, Stored._fields, list(rows))
    put(tx, stage_move, Move._fields, list(moves))


def moves(tx: Connection, people: Collection[int]) -> list[Move]:
    """Return the stages people entered, in order."""
    query = select(stage_move).where(among(tx, stage_move.c.person_id, people)).order_by(stage_move.c.moved_at)
    return [Move(*row) for row in tx.execute(query)]


def entered_between(tx: Connection, since: int, until: int) -> dict[str, int]:
    """Return how many people entered each stage after *since* and not after *until*."""
    query = (
        select(stage_move.c.stage_to, func.count())
        .where(stage_move.c.moved_at > since, stage_move.c.moved_at <= until, stage_move.c.stage_to != "")
        .group_by(stage_move.c.stage_to)
        .order_by(stage_move.c.stage_to)
    )
    return {stage: count for stage, count in tx.execute(query)}


def by_stage(tx: Connection) -> dict[str, int]:
    """Return how many people are in each stage."""
    query = select(assessment.c.stage, func.count()).group_by(assessment.c.stage).order_by(assessment.c.stage)
    return {stage: count for stage, count in tx.execute(query)}
