"""The stage a score leads to: lead, nurture or MQL, with hysteresis, instant MQLs and vetoes."""

from __future__ import annotations

from typing import NamedTuple

from syncd.agreement.conditions import Facts
from syncd.agreement.scoring import Score
from syncd.agreement.terms import Model

NONE, LEAD, NURTURE, MQL = "", "lead", "nurture", "mql"


class Standing(NamedTuple):
    """A stage and the reason for it, in words."""

    stage: str
    cause: str


def standing(model: Model, facts: Facts, score: Score, before: str) -> Standing:
    """Return the stage after *before*.

    A veto outweighs everything, an instant sentence outweighs the band; an MQL stays one until its score falls below
    ``leave_mql_below``. Whoever can be reached neither by e-mail nor by phone has no stage.
    """
    if "email" not in facts and "phone" not in facts:
        return Standing(NONE, "neither e-mail nor phone is known")
    if score.veto:
        return _by_band(score, f"never an MQL: {score.veto}")
    if score.instant:
        return Standing(MQL, score.instant)
    if score.band == MQL:
        return Standing(MQL, f"score {score.published}")
    floor = model.leave_mql_below
    if before == MQL and floor is not None and score.published >= floor:
        return Standing(MQL, f"score {score.published}, not below {floor}")
    return _by_band(score, f"score {score.published}")


def _by_band(score: Score, cause: str) -> Standing:
    return Standing(NURTURE if score.band == NURTURE else LEAD, cause)
