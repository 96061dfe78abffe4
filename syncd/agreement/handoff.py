"""What the teams agreed about the handoff, as data: the stages, who gives them, what sales answers. Already read and checked.

Beside `syncd.agreement.terms`, which holds what they agreed about the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.durations import Target, target
from syncd.agreement.language import FactCondition, FactTest, Sentence

NONE, LEAD, MQL, WORKING, SQL = "", "lead", "mql", "working", "sql"
OPPORTUNITY, CUSTOMER, RENEWAL = "opportunity", "customer", "renewal"
NURTURE, DISQUALIFIED = "nurture", "disqualified"

MAIN = (LEAD, MQL, WORKING, SQL, OPPORTUNITY, CUSTOMER, RENEWAL)
"""The stages in their order."""

STAGES = (*MAIN, NURTURE, DISQUALIFIED)

Party: TypeAlias = Literal["daemon", "marketing", "sales", "crm", "person"]
"""Who gives a stage: the score and the clock (``daemon``), a team, a deal in a CRM, or a person named to syncd itself.

A person so named may give any stage, but makes no MQL of somebody whom sales has; the others those that `StageTerms.may_move`
allows them.
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
    that sales took an MQL up. ``deal_needs`` are the fields of a deal that make an opportunity; it is won or lost when
    ``deal_stage_field`` holds one of ``won_stages`` or ``lost_stages``, in any case. A customer is up for renewal
    ``renewal_within`` before the date in ``renewal_field``. A person whose deal was lost goes to ``lost_to``.
    """

    lead: tuple[Sentence, ...] = (known("email"), known("phone"))
    leave_mql: tuple[Sentence, ...] = ()
    automatic_sql: tuple[Sentence, ...] = ()
    working_on: frozenset[str] = frozenset({"contact_attempt", "owner_accepted"})
    deal_needs: tuple[str, ...] = ("amount", "close_date")
    deal_stage_field: str = "stage"
    won_stages: tuple[str, ...] = ("won", "closed won", "closedwon")
    lost_stages: tuple[str, ...] = ("lost", "closed lost", "closedlost")
    renewal_field: str = "renewal_date"
    renewal_within: timedelta = timedelta(days=120)
    may_move: Mapping[str, frozenset[Party]] = field(default_factory=lambda: _MAY_MOVE)
    recycle: Recycle = Recycle()
    lost_to: str = NURTURE
    lost_reason_field: str = "lost_reason"
    lost_needs_reason: bool = True
    sql_checklist: Checklist = Checklist()
    opportunity_checklist: Checklist = Checklist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """One word sales may answer with: the stage it leads to, and whether it needs a reason."""

    to: str
    needs_reason: bool = False


_FIVE_DAYS = target("5bd", "business", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTerms:
    """Who may dispute a rejection, for how long, and who decides; anybody if nobody is named."""

    who: frozenset[Party] = frozenset({"marketing"})
    within: Target = _FIVE_DAYS
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


Method: TypeAlias = Literal["weighted rotation", "first open"]
"""How a team chooses: in turn by weight, or whoever's calendar opens first, those who open together in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who gets leads: ``weight`` shares of them, never more than ``max_open`` at a time or ``per_30d``.

    ``calendar`` is their own, "" if the team's is theirs.
    """

    who: str
    weight: int = 1
    max_open: int | None = None
    per_30d: int | None = None
    calendar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People in the order of the file, and whole other teams after them. ``calendar`` is that of those who have none."""

    members: tuple[Member, ...] = ()
    teams: tuple[str, ...] = ()
    calendar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Whose lead it is when ``when`` holds; ``None`` always holds. ``says`` are the words of the file."""

    says: str
    when: FactCondition | None
    team: str
    method: Method = "weighted rotation"


class Absence(NamedTuple):
    """Somebody is away from ``start`` until before ``end``."""

    who: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTerms:
    """Who gets a lead: the owner of its account (``match_account``), else by the first rule that holds, else ``queue``.

    ``managers`` are told of what comes to the queue. ``write_owner``: the owner chosen is written back, not only shown.
    Open leads of somebody who is away go to others ``reassign_absent_after`` that, ``None``: they stay.
    """

    rules: tuple[RoutingRule, ...] = ()
    teams: Mapping[str, Team] = field(default_factory=dict)
    match_account: bool = True
    queue: str = "inbound"
    managers: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()
    reassign_absent_after: Target | None = None
    write_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Everything the teams agreed about the handoff. ``glossary`` is a sentence for each word both use.

    ``version`` is stamped on every move that has none of its own. Without ``routing`` nobody is given leads.
    """

    version: int = 0
    stages: StageTerms = StageTerms()
    dispositions: DispositionTerms = DispositionTerms()
    routing: RoutingTerms | None = None
    glossary: Mapping[str, str] = field(default_factory=dict)


DEFINED = (LEAD, MQL, SQL, OPPORTUNITY)
"""The stages that need a sentence somebody from outside understands before anything is written."""


def undefined(glossary: Mapping[str, str]) -> tuple[str, ...]:
    """Return the stages that nobody has put into words yet.

    >>> undefined({"lead": "A contact we can reach.", "mql": " "})
    ('mql', 'sql', 'opportunity')
    """
    return tuple(stage for stage in DEFINED if not glossary.get(stage, "").strip())
