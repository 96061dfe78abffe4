"""The way of people through the stages: what the score said, whom they were given to, and the moves that all of it makes.

Claims and assignments are facts; each keeps the person it was first about, so that a merge can be undone. Moves are derived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, func, select, update

from syncd.agreement.journey import Claim
from syncd.agreement.journey import Move as Derived
from syncd.agreement.routing import Assignment, Passed
from syncd.store.schema import assignment, dispute, feedback, stage_claim, stage_move
from syncd.store.sql import among, dumps, put

_decode_turn = msgspec.json.Decoder(tuple[tuple[str, int], ...]).decode
_decode_passed = msgspec.json.Decoder(tuple[Passed, ...]).decode


class Move(NamedTuple):
    """A person entering a stage."""

    person_id: int
    moved_at: int
    stage_to: str
    stage_from: str
    party: str
    actor: str
    cause: str
    version: int
    inferred: bool
    outright: bool
    episode: int


# ---------------------------------------------------------------- facts


def claims(tx: Connection, people: Collection[int]) -> dict[int, tuple[Claim, ...]]:
    """Return what the score said of each person that it spoke of, in order."""
    columns = stage_claim.c
    query = (
        select(
            columns.person_id, columns.claimed_at, columns.stage, columns.cause, columns.was, columns.version, columns.outright
        )
        .where(among(tx, columns.person_id, people))
        .order_by(columns.claimed_at, columns.stage)
    )
    found: dict[int, list[Claim]] = {}
    for person, at, stage, cause, was, version, outright in tx.execute(query):
        made = Claim(at, stage, "daemon", cause=cause, was=was, version=version, outright=bool(outright))
        found.setdefault(person, []).append(made)
    return {person: tuple(mine) for person, mine in found.items()}


def claim(tx: Connection, rows: Iterable[tuple[int, Claim]]) -> None:
    """Keep what the score said of people."""
    columns = ("origin_id", "claimed_at", "stage", "person_id", "was", "cause", "version", "outright")
    put(
        tx,
        stage_claim,
        columns,
        [(person, one.at, one.to, person, one.was, one.cause, one.version, one.outright) for person, one in rows],
    )


def assignments(tx: Connection, people: Collection[int]) -> dict[int, tuple[Assignment, ...]]:
    """Return to whom each person was given, in order."""
    query = select(assignment).where(among(tx, assignment.c.person_id, people)).order_by(assignment.c.assigned_at)
    found: dict[int, list[Assignment]] = {}
    for row in tx.execute(query):
        found.setdefault(row.person_id, []).append(_assignment(row))
    return {person: tuple(mine) for person, mine in found.items()}


def assigned_since(tx: Connection, since: int) -> list[Assignment]:
    """Return the whole log of assignments after *since*, in order."""
    query = select(assignment).where(assignment.c.assigned_at > since)
    rows = tx.execute(query.order_by(assignment.c.assigned_at, assignment.c.origin_id))
    return [_assignment(row) for row in rows]


def turns_taken(tx: Connection) -> list[Assignment]:
    """Return every turn ever taken, those alike as one with so many times the weights: what everybody is owed after them."""
    columns = assignment.c
    query = select(columns.team, columns.owner, columns.turn, func.count()).where(columns.turn != "[]")
    rows = tx.execute(query.group_by(columns.team, columns.owner, columns.turn))
    return [
        Assignment(
            person=0,
            at=0,
            owner=owner,
            why="",
            team=team,
            turn=tuple((who, weight * times) for who, weight in _decode_turn(turn)),
        )
        for team, owner, turn, times in rows
    ]


def assign(tx: Connection, made: Iterable[Assignment]) -> None:
    """Keep to whom people were given."""
    columns = (
        "origin_id", "assigned_at", "person_id", "owner", "queue", "why", "rule", "team", "method", "turn", "passed",
    )  # fmt: skip
    rows = [
        (
            one.person, one.at, one.person, one.owner, one.queue, one.why, one.rule, one.team, one.method,
            dumps(one.turn), dumps(one.passed),
        )
        for one in made
    ]  # fmt: skip
    put(tx, assignment, columns, rows)


def inherit(tx: Connection, loser: int, winner: int) -> None:
    """Let a merged person have both histories."""
    for table in (stage_claim, assignment, dispute, feedback):
        tx.execute(update(table).where(table.c.person_id == loser).values(person_id=winner))
    replace(tx, [loser], [])


def part(tx: Connection, person: int, origins: Collection[int]) -> None:
    """Give a person whose merge is undone their own history back, and that of *origins*, who had become them before."""
    for table in (stage_claim, assignment, dispute, feedback):
        tx.execute(update(table).where(among(tx, table.c.origin_id, [person, *origins])).values(person_id=person))


def _assignment(row: Row[*tuple[object, ...]]) -> Assignment:
    return Assignment(
        person=row.person_id,
        at=row.assigned_at,
        owner=row.owner,
        why=row.why,
        queue=row.queue,
        rule=row.rule,
        team=row.team,
        method=row.method,
        turn=_decode_turn(row.turn),
        passed=_decode_passed(row.passed),
    )


# ---------------------------------------------------------------- moves


def moves(tx: Connection, people: Collection[int]) -> dict[int, list[Move]]:
    """Return the stages each person entered, in order."""
    query = select(stage_move).where(among(tx, stage_move.c.person_id, people))
    found: dict[int, list[Move]] = {}
    for row in tx.execute(query.order_by(stage_move.c.moved_at, stage_move.c.episode)):
        found.setdefault(row.person_id, []).append(Move(*row))
    return found


def derived(person: int, way: Iterable[Derived]) -> list[Move]:
    """Return the moves of a journey as rows."""
    return [
        Move(
            person, one.at, one.to, one.was, one.party, one.by, one.cause, one.version, one.inferred, one.outright, one.episode
        )
        for one in way
    ]


def replace(tx: Connection, people: Collection[int], rows: Iterable[Move]) -> None:
    """Let *rows* be all moves of *people*."""
    tx.execute(delete(stage_move).where(among(tx, stage_move.c.person_id, people)))
    put(tx, stage_move, Move._fields, list(rows))


def entered_between(tx: Connection, since: int, until: int) -> dict[str, int]:
    """Return how many people entered each stage after *since* and not after *until*."""
    query = (
        select(stage_move.c.stage_to, func.count(stage_move.c.person_id.distinct()))
        .where(stage_move.c.moved_at > since, stage_move.c.moved_at <= until, stage_move.c.stage_to != "")
        .group_by(stage_move.c.stage_to)
        .order_by(stage_move.c.stage_to)
    )
    return {stage: count for stage, count in tx.execute(query)}


def first_entries(tx: Connection, stage: str) -> dict[int, tuple[int, bool]]:
    """Return when each person first entered a stage, and whether it was an event that made them do so at once."""
    query = select(stage_move.c.person_id, stage_move.c.moved_at, stage_move.c.outright).where(stage_move.c.stage_to == stage)
    found: dict[int, tuple[int, bool]] = {}
    for person, at, outright in tx.execute(query.order_by(stage_move.c.moved_at)):
        found.setdefault(person, (at, outright))
    return found
