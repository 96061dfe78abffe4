"""Score and journey of a person together: the score needs the last recycle, the journey needs the score's opinion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from syncd.agreement.checklists import Lack, lacking
from syncd.agreement.claims import Said, in_order, said
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, EventType, History
from syncd.agreement.gates import gates
from syncd.agreement.handoff import LEAD, NONE, NURTURE, SQL, Handoff
from syncd.agreement.journey import Claim, Evidence, Journey
from syncd.agreement.scoring import Score, scorer
from syncd.agreement.stages import counts_after, opinion, recorded, standing, told
from syncd.agreement.terms import Agreement
from syncd.agreement.walk import walked


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What the agreement says of one person at one instant.

    ``keep`` are syncd's own moves that are new: save them, and give them with the evidence from now on. Before
    ``next_change_at`` time alone changes nothing.
    """

    score: Score
    way: Journey
    lack: Lack | None
    keep: tuple[Claim, ...]
    next_change_at: int


class Judge(NamedTuple):
    """A compiled agreement: ``judge(facts, history, evidence, now)``, and which events it asks for.

    ``glance(facts, history, stage, now)`` is for the many of whom nothing but the score ever spoke and who were in *stage*, not
    yet an MQL: the same judgment but for the moves that led there, ``None`` if they are anywhere else now.
    """

    judge: Callable[[Facts, History, Evidence, int], Judgment]
    glance: Callable[[Facts, History, str, int], Judgment | None]
    wants: Callable[[EventType], bool]


def judge(agreement: Agreement, handoff: Handoff) -> Judge:
    """Compile the agreement, once for many people."""
    model, version = agreement.model, agreement.version
    compiled, doors = scorer(model, agreement.zone), gates(handoff.stages, agreement.zone)

    def judge_one(facts: Facts, history: History, evidence: Evidence, now: int) -> Judgment:
        spoken = said(handoff, evidence)
        walk = walked(handoff.stages, spoken, evidence.renewal_at, now)
        was, since = walk.place.stage, counts_after(handoff.stages, walk.place)
        score = compiled.score(facts, history, now, since)
        asked = doors.ask(facts, history, now, since)
        view = opinion(standing(model, score, was, asked), was=was, at=now, version=version)
        news = [view] if view.to != was else []
        if asked.sql:
            news.append(Claim(now, SQL, "daemon", cause=asked.sql, was=view.to, version=version))
        if news:
            walk = walked(handoff.stages, in_order([*spoken, *map(Said, news)]), evidence.renewal_at, now)
        way = told(handoff, evidence, walk, now)
        return Judgment(
            score=score,
            way=way,
            lack=lacking(handoff.stages, way, facts),
            keep=recorded(way, evidence),
            next_change_at=min(score.next_change_at, asked.until, way.next_change_at),
        )

    def glance_at(facts: Facts, history: History, was: str, now: int) -> Judgment | None:
        score, asked = compiled.score(facts, history, now, -FOREVER), doors.ask(facts, history, now, -FOREVER)
        if asked.sql or standing(model, score, was, asked).stage != was:
            return None
        return Judgment(
            score=score,
            way=_UNMOVED[was],
            lack=None,
            keep=(),
            next_change_at=min(score.next_change_at, asked.until),
        )

    return Judge(judge_one, glance_at, lambda event: compiled.wants(event) or doors.wants(event))


_UNMOVED = {
    stage: Journey(
        stage=stage, entered_at=None, moves=(), episodes=(), refused=(), counts_after=-FOREVER, next_change_at=FOREVER
    )
    for stage in (NONE, LEAD, NURTURE)
}
