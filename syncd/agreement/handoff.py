"""What the teams agreed about the handoff, as data: the stages, who gives them, what sales answers. Already read and checked.

Beside `syncd.agreement.terms`, which holds what they agreed about the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from syncd.agreement.language import FactCondition, FactTest, Sentence

NONE, LEAD, MQL, WORKING, SQL = "", "lead", "mql", "working", "sql"
OPPORTUNITY, CUSTOMER, RENEWAL = "opportunity", "customer", "renewal"
NURTURE, DISQUALIFIED = "nurture", "disqualified"

MAIN = (LEAD, MQL, WORKING, SQL, OPPORTUNITY, CUSTOMER, RENEWAL)
"""The stages in their order."""

STAGES = (*MAIN, NURTURE, DISQUALIFIED)

Party: TypeAlias = Literal["daemon", "marketing", "sales", "crm", "person"]
"""Who gives a stage: the score and the clock (``daemon``), a team, a deal in a CRM, or a person named to syncd itself.

A person so named may give any stage; the others those that `StageTerms.may_move` allows them.
"""


def known(name: str) -> Sentence:
    """Return the sentence that a field is known."""
    return Sentence(f"{name} is known", FactCondition(tests=(FactTest(field=name, operator="known"),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycle:
    """What happens to a person whom sales gave back.

    Until ``cooldown`` has passed only an instant MQL may come again (``unless_instant``). With ``fresh_only`` engagement counts
    from the recycle on. Disqualified people stay so unless ``disqualified_returns``.
    """

    cooldown: timedelta = timedelta(days=30)
    unless_instant: bool = True
    fresh_only: bool = True
    disqualified_returns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What has to be known of a person in a stage: ``required`` of ``fields``, and one event of a kind in ``after``, if any."""

    fields: tuple[str, ...] = ()
    required: int = 0
    after: tuple[str, ...] = ()


_MAY_MOVE: Mapping[str, frozenset[Party]] = {
    NONE: frozenset({"daemon"}),
    LEAD: frozenset({"daemon", "marketing", "sales", "crm"}),
    MQL: frozenset({"daemon", "marketing"}),
    WORKING: frozenset({"sales"}),
    SQL: frozenset({"sales"}),
    OPPORTUNITY: frozenset({"crm"}),
    CUSTOMER: frozenset({"crm"}),
    RENEWAL: frozenset({"crm", "daemon"}),
    NURTURE: frozenset({"daemon", "sales", "crm"}),
    DISQUALIFIED: frozenset({"sales"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTerms:
    """Who enters a stage, when, and by whose word.

    Of ``lead``, ``automatic_sql`` and ``leave_mql`` any one sentence suffices. ``working_on`` are the kinds of event that show
    that sales took an MQL up. ``deal_needs`` are the fields of a deal that make an opportunity. A customer is up for renewal
    ``renewal_within`` before the date in ``renewal_field``. A person whose deal was lost goes to ``lost_to``.
    """

    lead: tuple[Sentence, ...] = (known("email"), known("phone"))
    leave_mql: tuple[Sentence, ...] = ()
    automatic_sql: tuple[Sentence, ...] = ()
    working_on: frozenset[str] = frozenset({"contact_attempt", "owner_accepted"})
    deal_needs: tuple[str, ...] = ("amount", "close_date")
    renewal_field: str = "renewal_date"
    renewal_within: timedelta = timedelta(days=120)
    may_move: Mapping[str, frozenset[Party]] = field(default_factory=lambda: _MAY_MOVE)
    recycle: Recycle = Recycle()
    lost_to: str = NURTURE
    lost_needs_reason: bool = True
    sql_checklist: Checklist = Checklist()
    opportunity_checklist: Checklist = Checklist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """One word sales may answer with: the stage it leads to, and whether it needs a reason."""

    to: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTerms:
    """Who may dispute a rejection, for how long (business days), and who decides."""

    who: frozenset[Party] = frozenset({"marketing"})
    within_bd: int = 5
    decided_by: tuple[str, ...] = ()


_DISPOSITIONS: Mapping[str, Disposition] = {
    "Accepted/SQL": Disposition(to=SQL),
    "Rejected-Nurture": Disposition(to=NURTURE, needs_reason=True),
    "Rejected-Unqualified": Disposition(to=DISQUALIFIED, needs_reason=True),
}

REASONS = (
    "price",
    "competition",
    "timing",
    "wrong person",
    "wrong company size",
    "wrong industry",
    "student or job seeker",
    "no budget",
    "no need",
    "cannot reach",
    "duplicate",
    "existing customer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionTerms:
    """What sales answers, in the golden fields ``value_field`` and ``reason_field``, and what else is asked (``also_ask``)."""

    value_field: str = "disposition"
    reason_field: str = "disposition_reason"
    values: Mapping[str, Disposition] = field(default_factory=lambda: _DISPOSITIONS)
    reasons: tuple[str, ...] = REASONS
    also_ask: tuple[str, ...] = ()
    dispute: DisputeTerms = DisputeTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Everything the teams agreed about the handoff. ``glossary`` is a sentence for each word both use.

    ``version`` is stamped on every move that has none of its own.
    """

    version: int = 0
    stages: StageTerms = StageTerms()
    dispositions: DispositionTerms = DispositionTerms()
    glossary: Mapping[str, str] = field(default_factory=dict)
