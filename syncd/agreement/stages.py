"""The stages of one person: what the score leads to, and the way that all evidence together amounts to."""

from __future__ import annotations

from typing import NamedTuple

from syncd.agreement.claims import events, said
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, micros
from syncd.agreement.episodes import episodes
from syncd.agreement.handoff import CUSTOMER, LEAD, MQL, NONE, NURTURE, RENEWAL, Handoff, StageTerms
from syncd.agreement.journey import Claim, Evidence, Journey, Move, Refusal
from syncd.agreement.language import EventCondition
from syncd.agreement.scoring import Score
from syncd.agreement.terms import Model
from syncd.agreement.walk import Place, after, cool_until, moves, refusal

# ---------------------------------------------------------------- what the score says


class Standing(NamedTuple):
    """A stage and the reason for it, in words; ``outright`` if an event that makes an MQL at once, or a veto, is the reason."""

    stage: str
    cause: str
    outright: bool = False


def standing(model: Model, facts: Facts, score: Score, before: str) -> Standing:
    """Return the stage after *before* as far as the score goes.

    A veto outweighs everything, an instant sentence outweighs the band; an MQL stays one until its score falls below
    ``leave_mql_below``. Whoever can be reached neither by e-mail nor by phone has no stage.
    """
    if "email" not in facts and "phone" not in facts:
        return Standing(NONE, "neither e-mail nor phone is known")
    if score.veto:
        return _by_band(score, f"never an MQL: {score.veto}", outright=True)
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
    place, made, refused = Place(), list[Move](), list[Refusal]()
    spoken = said(terms, evidence)
    for one in spoken:
        if one.claim.at > now:
            break
        why = refusal(terms.stages, place, one)
        if why is None:
            made += moves(place, one.claim)
            place = after(place, one.claim)
        elif why:
            refused.append(Refusal(one.claim, why))
    if renewal := _renewal(terms.stages, place, evidence.renewal_at, now):
        made += moves(place, renewal)
        place = after(place, renewal)
    happened = events(terms.dispositions, evidence)
    changes_at = [
        *(one.claim.at for one in spoken),
        *(event.at for event in happened),
        *(owner.at for owner in evidence.owners),
        *_boundaries(terms.stages, place, evidence),
    ]
    return Journey(
        stage=place.stage,
        entered_at=place.entered_at,
        moves=tuple(move if move.version else move._replace(version=terms.version) for move in made),
        episodes=episodes(made, happened, evidence.owners, now=now),
        refused=tuple(refused),
        counts_after=place.given_back_at if terms.stages.recycle.fresh_only else -FOREVER,
        next_change_at=min((at for at in changes_at if at > now), default=FOREVER),
    )


def recorded(way: Journey, evidence: Evidence) -> tuple[Claim, ...]:
    """Return what syncd itself moved and *evidence* does not hold yet: to be kept, because no other fact will say it again."""
    known = {(claim.at, claim.to) for claim in evidence.claims if claim.party == "daemon"}
    return tuple(
        Claim(move.at, move.to, "daemon", move.by, move.cause, move.was, move.version, move.outright, move.known_at)
        for move in way.moves
        if move.party == "daemon" and not move.inferred and (move.at, move.to) not in known
    )


def _renewal(terms: StageTerms, place: Place, renewal_at: int | None, now: int) -> Claim | None:
    """Return the clock's own claim: a customer comes up for renewal, or their contract was prolonged."""
    if renewal_at is None or place.entered_at is None:
        return None
    opens_at = renewal_at - micros(terms.renewal_within)
    if place.stage == CUSTOMER and place.entered_at < opens_at <= now:
        return Claim(opens_at, RENEWAL, "daemon", cause=f"{terms.renewal_field} is near", was=CUSTOMER)
    if place.stage == RENEWAL and opens_at > now:
        return Claim(now, CUSTOMER, "daemon", cause=f"{terms.renewal_field} moved on", was=RENEWAL)
    return None


def _boundaries(terms: StageTerms, place: Place, evidence: Evidence) -> tuple[int, ...]:
    cooled = (cool_until(terms, place),) if place.given_back else ()
    if place.stage in (CUSTOMER, RENEWAL) and evidence.renewal_at is not None:
        return (*cooled, evidence.renewal_at - micros(terms.renewal_within))
    return cooled
