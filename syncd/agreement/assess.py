"""Everything the agreement says about one person at one instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, EventType, History
from syncd.agreement.rules import Line
from syncd.agreement.scoring import Score, published, scorer
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


class Assessor(NamedTuple):
    """An agreement compiled for many people: ``assess(facts, history, before, now)``, and which events it asks for."""

    assess: Callable[[Facts, History, str, int], Assessment]
    wants: Callable[[EventType], bool]


def assessor(agreement: Agreement, *, since: int = -FOREVER) -> Assessor:
    """Compile *agreement* for people whose events count from after *since*."""
    model = agreement.model
    compiled = scorer(model, agreement.zone)

    def assess_one(facts: Facts, history: History, before: str, now: int) -> Assessment:
        result = compiled.score(facts, history, now, since)
        stage, cause, _ = standing(model, facts, result, before)
        reasons = tuple([reason(line) for line in result.reasons(model.top_reasons)])
        return Assessment(version=agreement.version, score=result, stage=stage, cause=cause, reasons=reasons)

    return Assessor(assess_one, compiled.wants)


def reason(line: Line) -> str:
    """Say what a line gives: ``company_size in 10..500 +30``; a text that began with the sign would be a formula to some."""
    return f"{line.says} {published(line.points):+d}"
