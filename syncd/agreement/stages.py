"""The stages of one person: what the score leads to, and the way that all evidence together amounts to."""

from __future__ import annotations

from typing import NamedTuple

from syncd.agreement.claims import events, said
from syncd.agreement.counting import FOREVER
from syncd.agreement.episodes import episodes
from syncd.agreement.gates import Asked
from syncd.agreement.handoff import LEAD, MQL, NONE, NURTURE, Handoff, StageTerms
from syncd.agreement.journey import Claim, Evidence, Journey
from syncd.agreement.language import EventCondition
from syncd.agreement.scoring import Score
from syncd.agreement.terms import Model
from syncd.agreement.walk import Place, Walk, boundaries, walked

# ---------------------------------------------------------------- what the score says


class Standing(NamedTuple):
    """A stage and the reason for it, in words; ``outright`` if an event that makes an MQL at once, or a veto, is the reason."""

    stage: str
    cause: str
    outright: bool = False


def standing(model: Model, score: Score, before: str, asked: Asked) -> Standing:
    """Return the stage after *before* as far as the score and what was *asked* of the person go.

    A veto outweighs everything, an instant sentence outweighs the band; an MQL stays one until its score falls below
    ``leave_mql_below`` or it is time to leave. Whoever is no lead, by default without e-mail and phone, has no stage.
    """
    if not asked.lead:
        return Standing(NONE, asked.not_lead)
    if score.veto:
        return _by_band(score, f"never an MQL: {score.veto}", outright=True)
    if asked.leaves:
        return _by_band(score, f"no longer an MQL: {asked.leaves}", outright=True)
    if score.instant:
        by_event = any(one.text == score.instant and isinstance(one.condition, EventCondition) for one in model.instantly_mql)
        return Standing(MQL, score.instant, outright=by_event)
    if score.band == MQL:
        return Standing(MQL, f"score {score.published}")
    floor = model.leave_mql_below
    if before == MQL and floor is not None and score.published >= floor:
        return Standing(MQL, f"score {score.published}, not below {floor}")
    return _by_band(score, f"score {score.published}")


def opinion(said: Standing, *, was: str, at: int, version: int) -> Claim:
    """Return what the score says at *at* of a person in stage *was* as a claim, to be judged with all other evidence.

    >>> opinion(Standing("mql", "score 60"), was="lead", at=5, version=7).cause
    'score 60'
    """
    return Claim(at, said.stage, "daemon", cause=said.cause, was=was, version=version, outright=said.outright)


def _by_band(score: Score, cause: str, *, outright: bool = False) -> Standing:
    return Standing(NURTURE if score.band == NURTURE else LEAD, cause, outright)


# ---------------------------------------------------------------- the whole way


def journey(terms: Handoff, evidence: Evidence, now: int) -> Journey:
    """Return the way that *evidence* up to *now* amounts to: the same one in whatever order it arrived, and however often.

    >>> way = journey(Handoff(), Evidence(claims=(Claim(1, "lead", "sales"), Claim(9, "sql", "sales", by="kim"))), now=10)
    >>> [(move.to, move.at, move.inferred) for move in way.moves]
    [('lead', 1, False), ('mql', 9, True), ('working', 9, True), ('sql', 9, False)]
    """
    return told(terms, evidence, walked(terms.stages, said(terms, evidence), evidence.renewal_at, now), now)


def told(terms: Handoff, evidence: Evidence, walk: Walk, now: int) -> Journey:
    """Return a walked way with its episodes and what is to come."""
    place, happened = walk.place, events(terms.dispositions, evidence)
    to_come = [walk.next_at, *boundaries(terms.stages, place, evidence.renewal_at)]
    to_come += [event.at for event in happened] + [owner.at for owner in evidence.owners]
    return Journey(
        stage=place.stage,
        entered_at=place.entered_at,
        moves=tuple([move if move.version else move._replace(version=terms.version) for move in walk.moves]),
        episodes=episodes(walk.moves, happened, evidence.owners, now=now) if place.episode else (),
        refused=tuple(walk.refused),
        counts_after=counts_after(terms.stages, place),
        next_change_at=min([at for at in to_come if at > now], default=FOREVER),
    )


def counts_after(terms: StageTerms, place: Place) -> int:
    """Return the instant later than which engagement counts: the last recycle, if that is agreed."""
    return place.given_back_at if terms.recycle.fresh_only else -FOREVER


def recorded(way: Journey, evidence: Evidence) -> tuple[Claim, ...]:
    """Return what syncd itself moved and *evidence* does not hold yet: to be kept, because no other fact will say it again."""
    known = {(claim.at, claim.to) for claim in evidence.claims if claim.party == "daemon"}
    return tuple(
        Claim(move.at, move.to, "daemon", move.by, move.cause, move.was, move.version, move.outright, move.known_at)
        for move in way.moves
        if move.party == "daemon" and not move.inferred and (move.at, move.to) not in known
    )
