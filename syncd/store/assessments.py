"""What the agreement last said of each person, when to ask it again, and the stages they went through."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from syncd.store.schema import assessment, entity
from syncd.store.sql import among, put

_ORDER = ("", "lead", "nurture", "disqualified", "mql", "working", "sql", "opportunity", "customer", "renewal")


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
    owner: str | None = None
    sla: str | None = None
    sla_due_at: int | None = None
    next_step: str | None = None
    first_mql_at: int | None = None
    latest_mql_at: int | None = None


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


def doubt(tx: Connection, person: int) -> None:
    """Let all that is derived of a person be derived anew at the next assessment."""
    tx.execute(update(assessment).where(assessment.c.person_id == person).values(version=None))


def inherit(tx: Connection, loser: int, winner: int) -> None:
    """Let a merged person stand where the further of the two stood, and drop the other's assessment.

    Without a version, as no agreement judged this person yet, all that is derived of them is derived anew. Whatever was due
    before the later of the two assessments was told of the one it was due for.
    """
    both = load(tx, [loser, winner])
    if loser in both:
        further = max(both.values(), key=lambda one: _ORDER.index(one.stage))
        assessed_at = max((one.assessed_at for one in both.values() if one.assessed_at is not None), default=None)
        merged = further._replace(person_id=winner, assessed_at=assessed_at, version=None)
        put(tx, assessment, Stored._fields, [merged])
    forget(tx, [loser])


def due(tx: Connection, now: int, limit: int) -> list[Due]:
    """Return up to *limit* people whose ``assess_at`` has come, in order of their keys."""
    chosen = (
        select(assessment.c.person_id)
        .where(assessment.c.assess_at <= now)
        .order_by(assessment.c.assess_at, assessment.c.person_id)
        .limit(limit)
        .subquery()
    )
    return _dues(tx, assessment.c.person_id.in_(select(chosen.c.person_id)))


def one(tx: Connection, person: int) -> Due:
    """Return one person as if they were due, be it for the first time: also who is gone has none."""
    for found in _dues(tx, assessment.c.person_id == person):
        return found
    never = Stored(person, None, None, "", None, None, None, None, None)
    row = tx.execute(select(entity).where(entity.c.id == person)).one()
    return Due(never, row.fields, row.account_id, gone=row.deleted_at is not None or row.merged_into is not None)


def _dues(tx: Connection, which: ColumnElement[bool]) -> list[Due]:
    query = (
        select(assessment, entity.c.fields, entity.c.account_id, entity.c.deleted_at, entity.c.merged_into)
        .join(entity, entity.c.id == assessment.c.person_id)
        .where(which)
        .order_by(assessment.c.person_id)
    )
    return [
        Due(Stored(*last), fields, account_id, deleted_at is not None or merged_into is not None)
        for *last, fields, account_id, deleted_at, merged_into in tx.execute(query)
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


def save(tx: Connection, rows: Iterable[Stored]) -> None:
    """Write assessments."""
    put(tx, assessment, Stored._fields, list(rows))


def open_leads(tx: Connection) -> dict[str, int]:
    """Return how many people each owner still has to decide about."""
    query = (
        select(assessment.c.owner, func.count())
        .where(assessment.c.stage.in_(("mql", "working")), assessment.c.owner != "")
        .group_by(assessment.c.owner)
    )
    return {owner: count for owner, count in tx.execute(query)}


def by_stage(tx: Connection) -> dict[str, int]:
    """Return how many people are in each stage."""
    query = select(assessment.c.stage, func.count()).group_by(assessment.c.stage).order_by(assessment.c.stage)
    return {stage: count for stage, count in tx.execute(query)}
