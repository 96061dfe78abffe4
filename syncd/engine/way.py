"""The way of one person, put into words: stages, attempts, owners, clocks and notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from syncd.agreement.attempts import Verdict
from syncd.agreement.clocks import Clock
from syncd.agreement.counting import FOREVER, instant
from syncd.agreement.journey import Move, Refusal
from syncd.agreement.routing import Assignment
from syncd.engine.assess import people_to_judge
from syncd.engine.judging import Court, Judged
from syncd.engine.shown import AssignmentShown, AttemptShown, ClockShown, MoveShown, NoticeShown
from syncd.engine.site import Site
from syncd.store import assessments, notices
from syncd.store.notices import Kept

_MINUTE = 60_000_000


def judged(tx: Connection, site: Site, person: int, now: int) -> Judged:
    """Judge one person as of *now*; nothing is kept of it."""
    court = Court(tx, site, now, whole=True)
    return next(iter(court.judged(people_to_judge(tx, site, [assessments.one(tx, person)], court.wants))))


def moves(one: Judged) -> list[MoveShown]:
    """Return the stages entered, in order."""
    return [_move(move) for move in one.judgment.way.moves]


def refused(one: Judged) -> list[tuple[datetime, str, str]]:
    """Return what was said of the stage and did not move it: when, which stage, and why not."""
    return [_refusal(each) for each in one.judgment.way.refused]


def attempts(one: Judged) -> list[AttemptShown]:
    """Return what our people did, counted as an attempt or not."""
    return [_attempt(each) for each in one.known.verdicts]


def assignments(one: Judged) -> list[AssignmentShown]:
    """Return to whom the person was given so far."""
    return [_assignment(each) for each in one.known.assignments if each not in one.assigned]


def clocks(one: Judged) -> list[ClockShown]:
    """Return every clock, by due time."""
    return [_clock(each) for each in one.clocks]


def told(tx: Connection, person: int) -> list[NoticeShown]:
    """Return what was told about a person, and what is to be told."""
    return [_notice(each) for each in notices.of_person(tx, person)]


def _move(move: Move) -> MoveShown:
    return MoveShown(
        at=instant(move.at),
        before=move.was,
        stage=move.to,
        by=move.by or move.party,
        because=move.cause,
        inferred=move.inferred,
        episode=move.episode,
    )


def _refusal(one: Refusal) -> tuple[datetime, str, str]:
    return instant(one.claim.at), one.claim.to, one.why


def _attempt(one: Verdict) -> AttemptShown:
    touch = one.touch
    return AttemptShown(at=instant(touch.at), kind=touch.kind, by=touch.by, counted=one.counted, because=one.why)


def _assignment(one: Assignment) -> AssignmentShown:
    return AssignmentShown(at=instant(one.at), owner=one.owner, queue=one.queue, because=one.why)


def _clock(one: Clock) -> ClockShown:
    return ClockShown(
        policy=one.policy.id,
        episode=one.episode,
        rep=one.rep,
        state=one.state,
        start=instant(one.start),
        stop=None if one.stop is None else instant(one.stop),
        stopped_by=one.stopped_by,
        due=_instant(one.due),
        done=one.done,
        need=one.policy.need,
        used_minutes=one.used // _MINUTE,
        pauses=[(instant(pause.start), _instant(pause.end)) for pause in one.pauses],
        calendar=f"{one.desk.calendar.name} {one.desk.whose}".strip(),
        held_minutes={held.who or "nobody": held.used // _MINUTE for held in one.held},
        owner=one.owner,
        version=one.version,
        historical=one.historical,
    )


def _notice(one: Kept) -> NoticeShown:
    return NoticeShown(
        event=one.event,
        to=one.recipient,
        by=one.channel,
        state=one.state,
        raised_at=instant(one.raised_at),
        told_at=None if one.told_at is None else instant(one.told_at),
        problem=one.problem,
    )


def _instant(at: int) -> datetime | None:
    return None if at >= FOREVER else instant(at)
