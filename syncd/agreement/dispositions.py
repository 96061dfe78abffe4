"""What the teams tell each other about a lead: answers of sales with their reasons, disputes of them, and feedback both ways.

Pure records and what follows from them; where they are read from and carried to is the engine's business.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.conditions import Facts
from syncd.agreement.durations import spoken
from syncd.agreement.handoff import MQL, WORKING, DispositionTerms, Handoff, Party
from syncd.agreement.journey import Answer, Claim, Event, Evidence, Journey


def latest(evidence: Evidence, now: int) -> Answer | None:
    """Return the answer that stands at *now*."""
    given = [one for one in evidence.answers if one.at <= now]
    return max(given, key=lambda one: (one.at, one.value, one.reason_at or 0), default=None)


# ---------------------------------------------------------------- what is still owed


class Chase(NamedTuple):
    """Something that sales still owes about an answer or a lost deal: ``what`` since when, and from whom."""

    what: str
    of: str
    since: int
    whom: str


def chases(terms: Handoff, evidence: Evidence, facts: Facts, now: int) -> tuple[Chase, ...]:
    """Return what is still owed at *now*: reasons first, then what is asked beside an answer and no field of *facts* holds.

    The feedback clock stops with the reason alone; the rest is asked for and not timed.
    """
    owed = []
    given = latest(evidence, now)
    if given is not None:
        value = terms.dispositions.values.get(given.value)
        if value is not None and value.needs_reason and not _has_reason(given, now):
            owed.append(Chase("reason", given.value, given.at, given.by))
    if terms.stages.lost_needs_reason:
        owed += sorted(
            {
                Chase("reason", f"lost deal {deal.name or deal.id}", deal.lost_at, deal.by)
                for deal in evidence.deals
                if deal.lost_at is not None and deal.lost_at <= now and not deal.reason
            }
        )
    if given is not None:
        owed += [Chase(name, given.value, given.at, given.by) for name in terms.dispositions.also_ask if name not in facts]
    return tuple(owed)


def hint(terms: DispositionTerms, way: Journey, owed: Collection[Chase]) -> str:
    """Say the next step that a rep owes, "" if none: what is written back beside the stage."""
    for chase in owed:
        if chase.what == "reason":
            return f"give the reason: {chase.of}"
    if way.stage == MQL:
        return "make contact"
    if way.stage == WORKING:
        return f"answer: {' or '.join(terms.values)}"
    return f"say: {', '.join(chase.what for chase in owed).replace('_', ' ')}" if owed else ""


def _has_reason(given: Answer, now: int) -> bool:
    return bool(given.reason) and (given.reason_at is None or given.reason_at <= now)


# ---------------------------------------------------------------- disputes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Somebody doubts the answer of ``about``, an instant. ``verdict`` is "" until ``decided_by`` decided."""

    about: int
    at: int
    by: str
    party: Party
    why: str
    verdict: Literal["", "stands", "overturned"] = ""
    decided_at: int | None = None
    decided_by: str = ""


def dispute_problem(terms: DispositionTerms, dispute: Dispute, disputed: Answer | None, *, until: int) -> str | None:
    """Say why a dispute is not heard or its verdict does not hold; ``None`` if all is well.

    *until* is the last instant for it: ``terms.dispute.within`` after the answer, on the calendar of who disputes.
    """
    value = terms.values.get(disputed.value) if disputed else None
    if disputed is None:
        return "sales rejected nobody here: there is no answer about this person yet"
    if value is None or disputed.at != dispute.about:
        return "there is no answer of that instant"
    if not value.needs_reason:
        return f"{disputed.value} is no rejection"
    if dispute.party not in terms.dispute.who:
        return f"only {' or '.join(sorted(terms.dispute.who))} may dispute a rejection"
    if not disputed.at <= dispute.at <= until:
        return f"a rejection may be disputed within {spoken(terms.dispute.within)}"
    if dispute.verdict and terms.dispute.decided_by and dispute.decided_by not in terms.dispute.decided_by:
        return f"disputes are decided by {' or '.join(terms.dispute.decided_by)}"
    return None


def verdict(dispute: Dispute, disputed: Answer) -> Claim | None:
    """Return the move that an overturned rejection makes: back to MQL, a new episode by the word of who decided."""
    if dispute.verdict != "overturned" or dispute.decided_at is None:
        return None
    return Claim(dispute.decided_at, MQL, "person", by=dispute.decided_by, cause=f"{disputed.value} overturned: {dispute.why}")


# ---------------------------------------------------------------- feedback

SalesKind: TypeAlias = Literal["customer_feedback", "pain_point", "product_fit", "missing_content", "content_idea"]
MarketingKind: TypeAlias = Literal["content_for_pain_point", "campaign_feedback", "persona", "asset"]

FEEDBACK: Mapping[Party, tuple[SalesKind | MarketingKind, ...]] = {
    "sales": ("customer_feedback", "pain_point", "product_fit", "missing_content", "content_idea"),
    "marketing": ("content_for_pain_point", "campaign_feedback", "persona", "asset"),
}
"""What each team tells the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One thing a team told the other, and its reply. ``about`` is a person or an asset, "" if it is about neither."""

    id: str
    at: int
    party: Literal["sales", "marketing"]
    by: str
    kind: SalesKind | MarketingKind
    text: str
    about: str = ""
    replied_at: int | None = None
    replied_by: str = ""
    reply: str = ""


def feedback_problem(item: Feedback) -> str | None:
    """Say what is wrong with a piece of feedback, if anything.

    >>> feedback_problem(Feedback(id="1", at=0, party="sales", by="kim", kind="persona", text="CTOs decide"))
    'sales tells of customer_feedback, pain_point, product_fit, missing_content, content_idea; persona is for marketing'
    """
    if item.kind not in FEEDBACK[item.party]:
        other = "marketing" if item.party == "sales" else "sales"
        return f"{item.party} tells of {', '.join(FEEDBACK[item.party])}; {item.kind} is for {other}"
    if not item.text.strip():
        return "says nothing"
    if item.replied_at is not None and item.replied_at < item.at:
        return "was answered before it was said"
    return None


def feedback_events(item: Feedback) -> tuple[Event, ...]:
    """Return what marketing's answer clock runs on: ``feedback_received`` from sales, ``answered`` when marketing replied.

    What marketing says of a person by itself answers what sales said of them, a rejection with its reason for example.
    """
    if item.party == "marketing":
        return (Event(at=item.at, what="answered", by=item.by, detail=item.id),)
    received = Event(at=item.at, what="feedback_received", by=item.by, detail=item.id)
    if item.replied_at is None:
        return (received,)
    return received, Event(at=item.replied_at, what="answered", by=item.replied_by, detail=item.id)
