"""Evidence read out of golden fields: what sales answered, how a deal stands, which stage a person set by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from syncd.agreement.handoff import DispositionTerms, Party, StageTerms
from syncd.agreement.journey import Answer, Claim, Deal
from syncd.model import Golden


class Filled(NamedTuple):
    """What a golden field holds, since when, and who filled it ("" if the source does not say)."""

    value: Golden
    at: int
    by: str = ""


def answer(terms: DispositionTerms, fields: Mapping[str, Filled], known: Collection[Answer] = ()) -> Answer | None:
    """Read what sales answered out of the golden *fields*; ``None`` if nothing that is not among the *known* answers.

    A reason belongs to the answer beside it, unless it stood there when an earlier one was given: then it was that one's.

    >>> answer(DispositionTerms(), {"disposition": Filled("Rejected-Nurture", 5, "kim")})
    Answer(at=5, value='Rejected-Nurture', by='kim', reason='', reason_at=None, known_at=0)
    """
    value, reason = fields.get(terms.value_field), fields.get(terms.reason_field)
    if value is None or str(value.value) not in terms.values:
        return None
    earlier = [max(one.at, one.reason_at or one.at) for one in known if one.at < value.at]
    own = reason is not None and bool(reason.value) and reason.at > max(earlier, default=-1)
    found = Answer(
        at=value.at,
        value=str(value.value),
        by=value.by,
        reason=str(reason.value) if reason and own else "",
        reason_at=max(reason.at, value.at) if reason and own else None,
    )
    return None if found in known else found


def deal(terms: StageTerms, name: str, fields: Mapping[str, Filled], *, created_at: int, by: str = "") -> Deal:
    """Read how the deal called *name* stands. It is won or lost since its stage says so; its close date is a plan.

    >>> terms, fields = StageTerms(deal_needs=("amount",)), {"amount": Filled("900 EUR", 5), "stage": Filled("Closed Won", 9)}
    >>> deal(terms, "d", fields, created_at=1).won_at
    9
    """
    missing = tuple(one for one in terms.deal_needs if one not in fields)
    stage, reason = fields.get(terms.deal_stage_field), fields.get(terms.lost_reason_field)
    word = str(stage.value).casefold() if stage else ""
    return Deal(
        id=name,
        created_at=created_at,
        complete_at=None if missing else max((fields[one].at for one in terms.deal_needs), default=created_at),
        won_at=stage.at if stage and word in terms.won_stages else None,
        lost_at=stage.at if stage and word in terms.lost_stages else None,
        reason=str(reason.value) if reason else "",
        by=by,
        missing=missing,
    )


def changed_by_hand(terms: StageTerms, to: str, *, at: int, by: str, team: Literal["marketing", "sales", ""] = "") -> Claim:
    """Return a person's change of stage in a CRM as a claim. Whose team is not known speaks for the one that gives the stage.

    >>> changed_by_hand(StageTerms(), "mql", at=5, by="ana@firm.example").party
    'marketing'
    """
    owners = terms.may_move.get(to, frozenset())
    party: Party = team or ("marketing" if "marketing" in owners and "sales" not in owners else "sales")
    return Claim(at, to, party, by=by, cause="changed by hand")
