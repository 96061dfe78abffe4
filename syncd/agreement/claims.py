"""What the evidence says of a person's stages: every answer, deal and attempt as a claim, in the order they happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from syncd.agreement.handoff import (
    CUSTOMER,
    DISQUALIFIED,
    LEAD,
    MQL,
    NURTURE,
    OPPORTUNITY,
    RENEWAL,
    SQL,
    STAGES,
    WORKING,
    DispositionTerms,
    Handoff,
    Party,
    StageTerms,
)
from syncd.agreement.journey import Answer, Claim, Deal, Event, Evidence

HELD = (WORKING, SQL, OPPORTUNITY, CUSTOMER, RENEWAL)
"""The stages in which sales has a person."""

_BEFORE_SALES = ("", LEAD, MQL, NURTURE, DISQUALIFIED)
_BEFORE_SQL = (*_BEFORE_SALES, WORKING)


class Said(NamedTuple):
    """A claim, and the stages it speaks of; of a person in another one it says nothing. Empty: of all."""

    claim: Claim
    of: tuple[str, ...] = ()


def said(terms: Handoff, evidence: Evidence) -> list[Said]:
    """Return what *evidence* says, in the order it happened; of one instant, the further stage last and giving back after all.

    >>> [one.claim.to for one in said(Handoff(), Evidence(deals=(Deal(id="d", created_at=1, complete_at=2, won_at=9),)))]
    ['opportunity', 'customer']
    """
    found = {
        *(Said(claim) for claim in evidence.claims),
        *_of_events(terms.stages, evidence.events),
        *_of_answers(terms.dispositions, evidence.answers),
        *_of_deals(terms.stages, evidence.deals),
    }
    return sorted(found, key=lambda one: (one.claim.at, _place(one.claim.to), one))


def changed_by_hand(terms: StageTerms, to: str, *, at: int, by: str, team: Literal["marketing", "sales", ""] = "") -> Claim:
    """Return a person's change of stage in a CRM as a claim. Whose team is not known speaks for the one that gives the stage.

    >>> changed_by_hand(StageTerms(), "mql", at=5, by="ana@firm.example").party
    'marketing'
    """
    owners = terms.may_move.get(to, frozenset())
    party: Party = team or ("marketing" if "marketing" in owners and "sales" not in owners else "sales")
    return Claim(at, to, party, by=by, cause="changed by hand")


def events(terms: DispositionTerms, evidence: Evidence) -> set[Event]:
    """Return everything that happened as events: those given, and what answers and deals amount to.

    ``feedback`` is an answer with its reason, or one that needs none: what stops the feedback clock.
    """
    found = set(evidence.events)
    for answer in evidence.answers:
        known_at = max(answer.at, answer.known_at)
        found.add(Event(at=answer.at, what="disposition", by=answer.by, detail=answer.value, known_at=known_at))
        value = terms.values.get(answer.value)
        if answer.reason:
            at = answer.at if answer.reason_at is None else max(answer.at, answer.reason_at)
            found.add(Event(at=at, what="feedback", by=answer.by, detail=answer.reason, known_at=max(at, known_at)))
        elif value is not None and not value.needs_reason:
            found.add(Event(at=answer.at, what="feedback", by=answer.by, detail=answer.value, known_at=known_at))
    for deal in evidence.deals:
        steps = (("deal_created", deal.created_at), ("deal_won", deal.won_at), ("deal_lost", deal.lost_at))
        found |= {Event(at=at, what=what, by=deal.by, detail=deal.id) for what, at in steps if at is not None}
    return found


def _place(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else -1


def _of_events(terms: StageTerms, found: Iterable[Event]) -> Iterator[Said]:
    """An attempt or acceptance makes a working lead of an MQL; somebody who is none stays what they are."""
    for event in found:
        if event.what in terms.working_on:
            cause = event.what.replace("_", " ")
            yield Said(Claim(event.at, WORKING, "sales", by=event.by, cause=cause, known_at=event.known_at), (MQL,))


def _of_answers(terms: DispositionTerms, answers: Iterable[Answer]) -> Iterator[Said]:
    for answer in answers:
        value = terms.values.get(answer.value)
        if value is None:
            continue
        cause = f"{answer.value}: {answer.reason}" if answer.reason else answer.value
        claim = Claim(answer.at, value.to, "sales", by=answer.by, cause=cause, known_at=answer.known_at)
        yield Said(claim, _BEFORE_SQL if value.to == SQL else ())


def _of_deals(terms: StageTerms, deals: Sequence[Deal]) -> Iterator[Said]:
    for deal in deals:
        closed_at = [at for at in (deal.won_at, deal.lost_at) if at is not None]
        if deal.complete_at is not None:
            at = max(deal.created_at, deal.complete_at)
            if all(at <= end for end in closed_at):
                claim = Claim(
                    at, OPPORTUNITY, "crm", by=deal.by, cause=f"deal with {' and '.join(terms.deal_needs) or 'anything'}"
                )
                yield Said(claim, (*_BEFORE_SQL, SQL))
        if deal.won_at is not None:
            yield Said(Claim(deal.won_at, CUSTOMER, "crm", by=deal.by, cause="deal won"))
        if deal.lost_at is not None and not any(_open(other, deal.lost_at) for other in deals):
            cause = f"deal lost: {deal.reason}" if deal.reason else "deal lost"
            yield Said(Claim(deal.lost_at, terms.lost_to, "crm", by=deal.by, cause=cause), (OPPORTUNITY,))


def _open(deal: Deal, at: int) -> bool:
    closed = any(end is not None and end <= at for end in (deal.won_at, deal.lost_at))
    return deal.created_at <= at and not closed
