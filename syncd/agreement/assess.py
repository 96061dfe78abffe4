"""Everything the agreement says about one person at one instant."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, History
from syncd.agreement.scoring import Line, Score, published, score
from syncd.agreement.stages import standing
from syncd.agreement.terms import Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A person's score, stage and reasons at one instant, under one version of the agreement.

    ``cause`` says why the stage is what it is. ``next_change_at`` is in microseconds UTC, `FOREVER` if time changes nothing.
    """

    version: int
    score: Score
    stage: str
    cause: str
    reasons: tuple[str, ...]

    @property
    def next_change_at(self) -> int:
        return self.score.next_change_at


def assess(agreement: Agreement, facts: Facts, history: History, *, before: str, now: int, since: int = -FOREVER) -> Assessment:
    """Assess a person whose stage was *before* ("" if none), at *now*, counting events later than *since*."""
    model = agreement.model
    result = score(model, facts, history, now=now, since=since, zone=agreement.zone)
    stage, cause = standing(model, facts, result, before)
    return Assessment(
        version=agreement.version,
        score=result,
        stage=stage,
        cause=cause,
        reasons=tuple(reason(line) for line in result.reasons(model.top_reasons)),
    )


def reason(line: Line) -> str:
    """Say what a line gives: ``company_size in 10..500 +30``; a text that began with the sign would be a formula to some."""
    return f"{line.says} {published(line.points):+d}"
