"""The sections ``stages`` and ``dispositions`` of ``agreement.yaml``: as written, and as the rules use them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import Field

from syncd.agreement.durations import target
from syncd.agreement.handoff import (
    LEAD,
    MAIN,
    SQL,
    STAGES,
    Checklist,
    Disposition,
    DispositionTerms,
    DisputeTerms,
    Party,
    Recycle,
    StageTerms,
)
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.validation import Strict
from syncd.config.words import Checks, Words
from syncd.spi import Duration

Stage: TypeAlias = Literal["lead", "mql", "working", "sql", "opportunity", "customer", "renewal", "nurture", "disqualified"]
_PARTIES: tuple[Party, ...] = ("daemon", "marketing", "sales", "crm")
_HAPPENED = ("contact_attempt", "connected", "owner_accepted")

# ---------------------------------------------------------------- as written


class DealTerms(Strict):
    """The deal that makes an opportunity."""

    deal_has: list[str] = Field(["amount", "close_date"], description="Fields a linked deal must have.")


class WonTerms(Strict):
    """The deal that makes a customer."""

    deal_stage_is: list[str] = Field(list(StageTerms().won_stages), description="Stages of a deal that is won.")


class RenewalTerms(Strict):
    """When a customer comes up for renewal."""

    field: str = Field("renewal_date", description="The field with the date the contract ends.")
    within: Duration = Field(timedelta(days=120), description="How long before it.")


class EnterTerms(Strict):
    """What makes somebody enter a stage; MQL and nurture come from the score's bands, the rest from `dispositions`."""

    lead: list[str] = Field(["email is known", "phone is known"], description="Any of these sentences makes a lead.")
    working: list[Literal["contact_attempt", "owner_accepted"]] = Field(
        ["contact_attempt", "owner_accepted"], description="Any of these makes a working lead of an MQL."
    )
    sql: list[str] = Field(
        default_factory=list, description="Any of these sentences makes an SQL of an MQL without sales; none: only sales does."
    )
    opportunity: DealTerms = DealTerms()
    customer: WonTerms = WonTerms()
    renewal: RenewalTerms = RenewalTerms()


class RecycleSection(Strict):
    """What happens to somebody whom sales gave back."""

    cooldown: Duration = Field(timedelta(days=30), description="How long no points make an MQL of them again.")
    count_only_events_after_recycle: bool = Field(True, description="Engagement from before gives no points any more.")
    unless: Literal["instantly_mql", "nothing"] = Field(
        "instantly_mql", description="Whether an instant sentence about something they did ends the cool-down."
    )
    disqualified_returns: bool = Field(False, description="Whether the same goes for the disqualified; else they stay so.")


class LostTerms(Strict):
    """What becomes of an opportunity whose deal is lost."""

    to: Literal["nurture", "disqualified"] = Field("nurture", description="The stage it goes to.")
    deal_stage_is: list[str] = Field(list(StageTerms().lost_stages), description="Stages of a deal that is lost.")
    reason_field: str = Field("lost_reason", description="The field of the deal with the reason.")
    reason_required: bool = Field(True, description="Whether a missing reason is chased.")


class ChecklistTerms(Strict):
    """What has to be known in a stage."""

    fields: list[str] = Field(default_factory=list, description="Fields; a yes/no field counts when it says yes.")
    required: str = Field("all", description="How many of them: all, or for example '3 of 4'.")
    after: list[str] = Field(default_factory=list, description="Kinds of event one of which has to have come before.")


class StagesSection(Strict):
    """The stages: lead, mql, working, sql, opportunity, customer, renewal; beside them nurture and disqualified."""

    enter: EnterTerms = EnterTerms()
    leave_mql: list[str] = Field(
        default_factory=list, description="Any of these sentences ends an MQL whatever the score, until sales has it."
    )
    who_may_move: dict[str, str] = Field(
        default_factory=dict,
        description="Stage, or first..last, to who gives it: daemon, marketing, sales, crm (deals), joined by 'or'.",
    )
    recycle: RecycleSection = RecycleSection()
    lost_deal: LostTerms = LostTerms()
    checklist_for_sql: ChecklistTerms = ChecklistTerms()
    checklist_for_opportunity: ChecklistTerms = ChecklistTerms()


class DispositionWord(Strict):
    """A word sales answers with."""

    to: Stage = Field(description="The stage it leads to.")
    reason: Literal["required", "optional"] = Field(
        "optional", description="Whether the answer is complete only with a reason."
    )


class DisputeSection(Strict):
    """Who may doubt a rejection."""

    who: list[Literal["marketing", "sales"]] = Field(["marketing"], description="The teams that may.")
    within: str = Field(DisputeTerms().within.text, description="How long, for example 5bd (business days).")
    decided_by: list[str] = Field(default_factory=list, description="Who decides; empty: anybody named.")


def _words() -> dict[str, DispositionWord]:
    return {
        word: DispositionWord.model_validate({"to": one.to, "reason": "required" if one.needs_reason else "optional"})
        for word, one in DispositionTerms().values.items()
    }


class DispositionsSection(Strict):
    """What sales answers about a lead."""

    field: str = Field("disposition", description="The field they answer in; map it in every CRM where they do.")
    reason_field: str = Field("disposition_reason", description="The field for the reason.")
    values: dict[str, DispositionWord] = Field(default_factory=_words, description="The words and what they lead to.")
    reasons: list[str] = Field(list(DispositionTerms().reasons), description="The reasons there are to choose from.")
    also_ask: list[str] = Field(default_factory=list, description="Fields asked beside the answer.")
    dispute: DisputeSection = DisputeSection()


# ---------------------------------------------------------------- as the rules use them


def stages(terms: StagesSection, document: Document, words: Words) -> tuple[StageTerms, list[ConfigProblem]]:
    """Compile the section, with every problem."""
    problems = list[ConfigProblem]()
    checks = Checks(document=document, words=words, problems=problems)
    renewal = terms.enter.renewal
    if "renewal" in terms.enter.model_fields_set:
        checks.known([renewal.field], ("stages", "enter", "renewal", "field"), words.fields, "field")
    compiled = StageTerms(
        lead=checks.sentences(terms.enter.lead, ("stages", "enter", "lead")),
        leave_mql=checks.sentences(terms.leave_mql, ("stages", "leave_mql")),
        automatic_sql=checks.sentences(terms.enter.sql, ("stages", "enter", "sql")),
        working_on=frozenset(terms.enter.working),
        deal_needs=tuple(terms.enter.opportunity.deal_has),
        won_stages=tuple(word.casefold() for word in terms.enter.customer.deal_stage_is),
        lost_stages=tuple(word.casefold() for word in terms.lost_deal.deal_stage_is),
        lost_reason_field=terms.lost_deal.reason_field,
        renewal_field=renewal.field,
        renewal_within=renewal.within,
        recycle=Recycle(
            cooldown=terms.recycle.cooldown,
            unless_instant=terms.recycle.unless == "instantly_mql",
            fresh_only=terms.recycle.count_only_events_after_recycle,
            disqualified_returns=terms.recycle.disqualified_returns,
        ),
        lost_to=terms.lost_deal.to,
        lost_needs_reason=terms.lost_deal.reason_required,
        sql_checklist=_checklist(terms.checklist_for_sql, ("stages", "checklist_for_sql"), checks),
        opportunity_checklist=_checklist(terms.checklist_for_opportunity, ("stages", "checklist_for_opportunity"), checks),
    )
    checks.known(terms.enter.opportunity.deal_has, ("stages", "enter", "opportunity", "deal_has"), words.fields, "field")
    if "reason_field" in terms.lost_deal.model_fields_set:
        checks.known([terms.lost_deal.reason_field], ("stages", "lost_deal", "reason_field"), words.fields, "field")
    if both := sorted(set(compiled.won_stages) & set(compiled.lost_stages)):
        checks.wrong(("stages", "lost_deal", "deal_stage_is"), f"{', '.join(both)}: a deal cannot be both won and lost")
    if not terms.enter.lead:
        problems.append(document.wrong(("stages", "enter", "lead"), "nobody would be a lead; write at least one sentence"))
    return replace(compiled, may_move=_may_move(terms, compiled, checks)), problems


def dispositions(terms: DispositionsSection, document: Document, words: Words) -> tuple[DispositionTerms, list[ConfigProblem]]:
    """Compile the section, with every problem."""
    problems = list[ConfigProblem]()
    checks = Checks(document=document, words=words, problems=problems)
    asked = [terms.field, terms.reason_field, *terms.also_ask]
    for i, name in enumerate(asked):
        if name in asked[:i]:
            problems.append(document.wrong(("dispositions",), f"the field {name!r} is asked twice"))
    if not terms.values:
        problems.append(document.wrong(("dispositions", "values"), "sales could answer nothing; write at least one word"))
    within = DisputeTerms().within
    try:
        within = target(terms.dispute.within, "business", {})
    except ValueError as error:
        checks.wrong(("dispositions", "dispute", "within"), str(error))
    dispute = DisputeTerms(who=frozenset(terms.dispute.who), within=within, decided_by=tuple(terms.dispute.decided_by))
    values = {word: Disposition(to=one.to, needs_reason=one.reason == "required") for word, one in terms.values.items()}
    return (
        DispositionTerms(
            value_field=terms.field,
            reason_field=terms.reason_field,
            values=values,
            reasons=tuple(terms.reasons),
            also_ask=tuple(terms.also_ask),
            dispute=dispute,
        ),
        problems,
    )


def _may_move(terms: StagesSection, compiled: StageTerms, checks: Checks) -> Mapping[str, frozenset[Party]]:
    """Return who gives which stage: the defaults, what is written, and what other keys imply."""
    allowed = dict(compiled.may_move)
    for text, who in terms.who_may_move.items():
        at: Path_ = ("stages", "who_may_move", text)
        first, _, last = text.partition("..")
        if unknown := [name for name in (first, last) if name and name not in STAGES]:
            checks.known(unknown, at, STAGES, "stage")
            continue
        if last and not (first in MAIN and last in MAIN and MAIN.index(first) <= MAIN.index(last)):
            checks.wrong(at, f"is no part of the order {', '.join(MAIN)}")
            continue
        parties = [party.strip() for party in re.split(r"\bor\b|,", who)]
        checks.known(parties, at, _PARTIES, "party")
        named = MAIN[MAIN.index(first) : MAIN.index(last) + 1] if last else (first,)
        allowed |= dict.fromkeys(named, frozenset(party for party in _PARTIES if party in parties))
    if compiled.automatic_sql:
        allowed[SQL] |= {"daemon"}
    allowed[compiled.lost_to] |= {"crm"}
    if "daemon" not in allowed[LEAD]:
        checks.wrong(("stages", "who_may_move"), "the score begins with lead; let daemon give it")
    return allowed


def _checklist(terms: ChecklistTerms, at: Path_, checks: Checks) -> Checklist:
    checks.known(terms.fields, (*at, "fields"), checks.words.fields, "field")
    checks.known(terms.after, (*at, "after"), [*_HAPPENED, *checks.words.kinds], "kind of event")
    count = len(terms.fields)
    if terms.required == "all":
        required = count
    elif (match := re.fullmatch(r"(\d+) of (\d+)", terms.required)) and int(match[1]) <= int(match[2]) == count:
        required = int(match[1])
    else:
        checks.wrong((*at, "required"), f"there are {count} fields; write all, or for example '{max(count - 1, 1)} of {count}'")
        required = count
    return Checklist(fields=tuple(terms.fields), required=required, after=tuple(terms.after))
