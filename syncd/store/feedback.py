"""What the teams tell each other: feedback with replies, and disputed rejections with verdicts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Row, select, update

from syncd.agreement.dispositions import Dispute, Feedback
from syncd.store import ids
from syncd.store.schema import dispute, feedback
from syncd.store.sql import among, put


def save(tx: Connection, item: Feedback, *, identifier: int, person: int | None) -> None:
    """Keep a new piece of feedback."""
    columns = tuple(column.name for column in feedback.columns)
    row = (
        identifier,
        person,
        person,
        item.at,
        item.party,
        item.by,
        item.kind,
        item.text,
        item.replied_at,
        item.replied_by,
        item.reply,
    )
    put(tx, feedback, columns, [row])


def keep_reply(tx: Connection, identifier: int, item: Feedback) -> None:
    """Keep the reply to a piece of feedback."""
    reply = {"replied_at": item.replied_at, "replied_by": item.replied_by, "reply": item.reply}
    tx.execute(update(feedback).where(feedback.c.id == identifier).values(reply))


def everything(tx: Connection, *, open_only: bool = False) -> list[Feedback]:
    """Return all feedback, or what nobody replied to, oldest first."""
    query = select(feedback).order_by(feedback.c.given_at, feedback.c.id)
    return [_feedback(row) for row in tx.execute(query.where(feedback.c.replied_at.is_(None)) if open_only else query)]


def about(tx: Connection, people: Collection[int]) -> dict[int, list[Feedback]]:
    """Return the feedback about each person."""
    found: dict[int, list[Feedback]] = {}
    for row in tx.execute(select(feedback).where(among(tx, feedback.c.person_id, people))):
        found.setdefault(row.person_id, []).append(_feedback(row))
    return found


def disputes(tx: Connection, people: Collection[int] | None) -> dict[int, list[Dispute]]:
    """Return the disputes about each person, or about everybody for ``None``, oldest first."""
    query = select(dispute).order_by(dispute.c.raised_at)
    found: dict[int, list[Dispute]] = {}
    for row in tx.execute(query if people is None else query.where(among(tx, dispute.c.person_id, people))):
        found.setdefault(row.person_id, []).append(
            Dispute(
                about=row.about_at,
                at=row.raised_at,
                by=row.author,
                party=row.party,
                why=row.why,
                verdict=row.verdict,
                decided_at=row.decided_at,
                decided_by=row.decided_by,
            )
        )
    return found


def keep_dispute(tx: Connection, person: int, one: Dispute) -> None:
    """Keep a new dispute about a person."""
    columns = (
        "origin_id", "about_at", "person_id", "raised_at", "author", "party", "why", "verdict", "decided_at", "decided_by",
    )  # fmt: skip
    row = (person, one.about, person, one.at, one.by, one.party, one.why, one.verdict, one.decided_at, one.decided_by)
    put(tx, dispute, columns, [row])


def keep_verdict(tx: Connection, person: int, one: Dispute) -> None:
    """Keep what was decided of a dispute about a person."""
    verdict = {"verdict": one.verdict, "decided_at": one.decided_at, "decided_by": one.decided_by}
    mine = (dispute.c.person_id == person) & (dispute.c.about_at == one.about)
    tx.execute(update(dispute).where(mine).values(verdict))


def _feedback(row: Row[*tuple[object, ...]]) -> Feedback:
    return Feedback(
        id=ids.shown(row.id),
        at=row.given_at,
        party=row.party,
        by=row.author,
        kind=row.kind,
        text=row.text,
        about="" if row.person_id is None else ids.shown(row.person_id),
        replied_at=row.replied_at,
        replied_by=row.replied_by,
        reply=row.reply,
    )
