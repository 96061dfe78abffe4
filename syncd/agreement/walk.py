"""One step of a person's way: whether a claim may move them, and where they stand after it.

The order is lead, MQL, working, SQL, opportunity, customer, renewal. Anyone may move a person forward to a stage that is theirs
to give; what was skipped is inferred. Backward leads only an answer of sales, a lost deal, or somebody who is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from syncd.agreement.claims import HELD, Said
from syncd.agreement.counting import FOREVER, instant, micros
from syncd.agreement.handoff import (
    CUSTOMER,
    DISQUALIFIED,
    LEAD,
    MAIN,
    MQL,
    NONE,
    NURTURE,
    RENEWAL,
    SQL,
    WORKING,
    StageTerms,
)
from syncd.agreement.journey import Claim, Move

_SIDE = (NURTURE, DISQUALIFIED)
_SALES_HAS_IT = "sales has the lead; the score only informs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person stands. ``episode`` counts their MQLs; ``is_open`` while the last one goes on.

    ``given_back_at`` is the last recycle, before any instant if there was none; ``given_back`` while it still matters.
    ``by_hand``: a person, not the score, put them there.
    """

    stage: str = NONE
    entered_at: int | None = None
    episode: int = 0
    is_open: bool = False
    given_back: bool = False
    given_back_at: int = -FOREVER
    by_hand: bool = False


def cool_until(terms: StageTerms, place: Place) -> int:
    """Return the instant from which points may make an MQL again of somebody who was given back."""
    return place.given_back_at + micros(terms.recycle.cooldown)


def refusal(terms: StageTerms, place: Place, said: Said) -> str | None:
    """Say why a claim moves nobody, "" if it says nothing about somebody in this stage; ``None``: it does move.

    >>> refusal(StageTerms(), Place(stage=MQL), Said(Claim(0, CUSTOMER, "sales", by="kim")))
    'customer is not for sales to give, but for crm'
    """
    claim, was = said.claim, place.stage
    if claim.to == was or (said.of and was not in said.of):
        return ""
    if claim.party == "person":
        return None
    if claim.party == "daemon":
        return _of_daemon(terms, place, claim)
    owners = terms.may_move.get(claim.to, frozenset())
    if claim.party not in owners:
        return f"{claim.to or 'no stage'} is not for {claim.party} to give, but for {' or '.join(sorted(owners))}"
    if claim.party == "marketing" and (why := _of_recycled(terms, place, claim)):
        return why
    if claim.to in _SIDE:
        return f"a {was} is given back by a named person only" if was in (CUSTOMER, RENEWAL) else None
    if _rank(claim.to) > _rank(was) or _may_go_back(terms, claim, was):
        return None
    return f"back from {was} to {claim.to} leads only an answer of sales, a lost deal or a named person"


def moves(place: Place, claim: Claim) -> list[Move]:
    """Return the moves a claim makes: of a skip forward also the stages between, inferred, with the same instant."""
    between = MAIN[_rank(place.stage) : _rank(claim.to) - 1] if claim.to in MAIN else ()
    episode = after(place, claim).episode
    found, was = list[Move](), place.stage
    for stage in between:
        found.append(_move(claim, was=was, to=stage, episode=place.episode if stage == LEAD else episode, inferred=True))
        was = stage
    return [*found, _move(claim, was=was, to=claim.to, episode=episode, inferred=False)]


def after(place: Place, claim: Claim) -> Place:
    """Return where a person stands after a claim moved them."""
    by_daemon, goes_on = claim.party == "daemon", _rank(claim.to) >= _rank(MQL)
    given_back = not by_daemon and not goes_on and (place.is_open or claim.to in _SIDE)
    return replace(
        place,
        stage=claim.to,
        entered_at=claim.at,
        episode=place.episode + (goes_on and not place.is_open),
        is_open=goes_on,
        given_back=given_back,
        given_back_at=claim.at if given_back else place.given_back_at,
        by_hand=not by_daemon,
    )


def _of_daemon(terms: StageTerms, place: Place, claim: Claim) -> str | None:
    """The score moves people between lead, nurture and MQL until sales has them; the clock moves customers to renewal."""
    was = place.stage
    if was in (CUSTOMER, RENEWAL) and claim.to in (CUSTOMER, RENEWAL):
        return None if claim.was == was else ""
    if claim.to == SQL and "daemon" in terms.may_move[SQL]:
        return None if was in (MQL, WORKING) else ""
    if was in HELD or claim.to in HELD or claim.to == DISQUALIFIED:
        return _SALES_HAS_IT if was in HELD else f"{claim.to} is not for the score to give"
    if (why := _of_recycled(terms, place, claim)) is not None:
        return why
    if was == MQL and claim.was != MQL:
        return ""
    if was == MQL and place.by_hand and not claim.outright:
        return "a person made this MQL; points alone do not take it back"
    return None


def _of_recycled(terms: StageTerms, place: Place, claim: Claim) -> str | None:
    """Say why somebody whom sales gave back stays there; ``None`` if nothing holds them."""
    if place.stage == DISQUALIFIED and not terms.recycle.disqualified_returns:
        return "disqualified; only sales or a named person takes that back"
    if not place.given_back:
        return None
    if claim.to != MQL:
        return "the lead was given back; it leaves that stage as an MQL"
    ends_at = cool_until(terms, place)
    if claim.at < ends_at and not (claim.outright and terms.recycle.unless_instant):
        return f"the lead was given back; it cools down until {instant(ends_at):%Y-%m-%d %H:%M} UTC"
    return None


def _may_go_back(terms: StageTerms, claim: Claim, was: str) -> bool:
    """Going back is for somebody with a name, between stages that are both theirs; deals need no name."""
    named = bool(claim.by) or claim.party == "crm"
    return named and claim.party in terms.may_move.get(was, frozenset())


def _rank(stage: str) -> int:
    """Return how far a stage is: nothing 0, then the order from 1 on; the side stages stand beside the lead."""
    return 0 if stage == NONE else 1 if stage in _SIDE else MAIN.index(stage) + 1


def _move(claim: Claim, *, was: str, to: str, episode: int, inferred: bool) -> Move:
    return Move(
        at=claim.at,
        to=to,
        was=was,
        party=claim.party,
        by=claim.by,
        cause=f"skipped on the way to {claim.to}" if inferred else claim.cause,
        version=claim.version,
        inferred=inferred,
        outright=claim.outright and not inferred,
        episode=episode,
        known_at=max(claim.at, claim.known_at),
    )
