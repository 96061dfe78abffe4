"""One step of a person's way: whether a claim may move them, and where they stand after it.

The order is lead, MQL, working, SQL, opportunity, customer, renewal. Anyone may move a person forward to a stage that is theirs
to give; what was skipped is inferred. Backward leads only an answer of sales, a lost deal, or somebody who is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
from syncd.agreement.journey import Claim, Move, Refusal

_SIDE = (NURTURE, DISQUALIFIED)
_RANK = {NONE: 0, **{stage: i for i, stage in enumerate(MAIN, start=1)}, **dict.fromkeys(_SIDE, 1)}
"""How far a stage is: nothing, then the order; the side stages stand beside the lead."""

_SALES_HAS_IT = "sales has the lead; the score only informs"


class Place(NamedTuple):
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


class Walk(NamedTuple):
    """A way walked up to an instant: where it led, by which moves, what was refused, and when the next claim comes."""

    place: Place
    moves: list[Move]
    refused: list[Refusal]
    next_at: int


def walked(terms: StageTerms, spoken: Sequence[Said], renewal_at: int | None, now: int) -> Walk:
    """Follow what was *spoken*, in order, up to *now*; the clock itself speaks last, of renewals."""
    place, made, refused = Place(), list[Move](), list[Refusal]()
    next_at = FOREVER
    for one in spoken:
        if one.claim.at > now:
            next_at = one.claim.at
            break
        why = refusal(terms, place, one)
        if why is None:
            place = _moved(place, one.claim, made)
        elif why:
            refused.append(Refusal(one.claim, why))
    if renewal_at is not None and (renewal := _renewal(terms, place, renewal_at, now)):
        place = _moved(place, renewal, made)
    return Walk(place, made, refused, next_at)


def boundaries(terms: StageTerms, place: Place, renewal_at: int | None) -> list[int]:
    """Return the instants at which time alone changes what may become of somebody who stands here."""
    found = [cool_until(terms, place)] if place.given_back else []
    if place.stage in (CUSTOMER, RENEWAL) and renewal_at is not None:
        found.append(renewal_at - micros(terms.renewal_within))
    return found


def goes_back(was: str, to: str) -> bool:
    """Tell whether *to* stands before *was*: what a CRM that only moves forward has to be made to forget first.

    >>> goes_back("sql", "nurture"), goes_back("lead", "nurture"), goes_back("mql", "sql")
    (True, False, False)
    """
    return _RANK[to] < _RANK[was]


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
        return "sales has the lead already" if claim.to == MQL and was in HELD else None
    if claim.party == "daemon":
        return _of_daemon(terms, place, claim)
    owners = terms.may_move.get(claim.to, frozenset())
    if claim.party not in owners:
        return f"{claim.to or 'no stage'} is not for {claim.party} to give, but for {' or '.join(sorted(owners))}"
    if claim.party == "marketing" and (why := _of_recycled(terms, place, claim)):
        return why
    if claim.to in _SIDE:
        return f"a {was} is given back by a named person only" if was in (CUSTOMER, RENEWAL) else None
    if _RANK[claim.to] > _RANK[was] or _may_go_back(terms, claim, was):
        return None
    return f"back from {was} to {claim.to} leads only an answer of sales, a lost deal or a named person"


def _moved(place: Place, claim: Claim, made: list[Move]) -> Place:
    """Add the moves a claim makes, those skipped on a way forward inferred with its instant; return where it leads."""
    following = _after(place, claim)
    was = place.stage
    if claim.to in MAIN:
        for stage in MAIN[_RANK[was] : _RANK[claim.to] - 1]:
            made.append(_move(claim, was, stage, place.episode if stage == LEAD else following.episode))
            was = stage
    made.append(_move(claim, was, claim.to, following.episode))
    return following


def _after(place: Place, claim: Claim) -> Place:
    by_daemon, goes_on = claim.party == "daemon", _RANK[claim.to] >= _RANK[MQL]
    given_back = not by_daemon and not goes_on and (place.is_open or claim.to in _SIDE)
    return Place(
        stage=claim.to,
        entered_at=claim.at,
        episode=place.episode + (goes_on and not place.is_open),
        is_open=goes_on,
        given_back=given_back,
        given_back_at=claim.at if given_back else place.given_back_at,
        by_hand=not by_daemon,
    )


def _renewal(terms: StageTerms, place: Place, renewal_at: int, now: int) -> Claim | None:
    """Return the clock's own claim: a customer comes up for renewal, or their contract was prolonged."""
    opens_at = renewal_at - micros(terms.renewal_within)
    if place.stage == CUSTOMER and place.entered_at is not None and place.entered_at < opens_at <= now:
        return Claim(opens_at, RENEWAL, "daemon", cause=f"{terms.renewal_field} is near", was=CUSTOMER)
    if place.stage == RENEWAL and opens_at > now:
        return Claim(now, CUSTOMER, "daemon", cause=f"{terms.renewal_field} moved on", was=RENEWAL)
    return None


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


def _move(claim: Claim, was: str, to: str, episode: int) -> Move:
    inferred = to != claim.to
    return Move(
        claim.at,
        to,
        was,
        claim.party,
        claim.by,
        f"skipped on the way to {claim.to}" if inferred else claim.cause,
        claim.version,
        inferred,
        claim.outright and not inferred,
        episode,
        max(claim.at, claim.known_at),
    )
