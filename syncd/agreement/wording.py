"""The handoff in plain English: what was agreed, line by line, and what happened to a person, move by move.

One line says one thing, so that two versions of an agreement differ by the lines that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from syncd.agreement.durations import spoken as spoken_target
from syncd.agreement.handoff import (
    STAGES,
    Checklist,
    DispositionTerms,
    Handoff,
    Member,
    Party,
    RoutingRule,
    RoutingTerms,
    StageTerms,
    Team,
)
from syncd.agreement.journey import Move, Refusal
from syncd.agreement.language import Sentence, english
from syncd.agreement.language import spoken as spoken_span

_WHO: dict[Party, str] = {"daemon": "syncd", "marketing": "marketing", "sales": "sales", "crm": "deals"}


def in_words(terms: Handoff) -> dict[str, tuple[str, ...]]:
    """Say the whole handoff: for each section its lines; ``routing`` only if somebody is chosen."""
    found = {
        "stages": tuple(_stages(terms.stages)),
        "dispositions": tuple(_dispositions(terms.dispositions)),
        "glossary": tuple(f"{word}: {sentence}" for word, sentence in sorted(terms.glossary.items())),
    }
    return found if terms.routing is None else {**found, "routing": tuple(_routing(terms.routing))}


def move_in_words(move: Move) -> str:
    """Say a move.

    >>> move_in_words(Move(0, "working", "mql", "sales", "kim", "contact attempt", 7, False, False, 1, 0))
    'mql → working: contact attempt, by kim (sales), version 7'
    """
    who = f"by {move.by} ({_named(move.party)})" if move.by else f"by {_named(move.party)}"
    inferred = ", inferred" if move.inferred else ""
    return f"{move.was or 'no stage'} → {move.to or 'no stage'}: {move.cause}, {who}{inferred}, version {move.version}"


def refusal_in_words(refused: Refusal) -> str:
    """Say why a claim moved nobody.

    >>> from syncd.agreement.journey import Claim
    >>> refusal_in_words(Refusal(Claim(0, "customer", "sales", by="kim"), "customer is not for sales to give, but for crm"))
    'customer, said kim (sales): refused, because customer is not for sales to give, but for crm'
    """
    claim = refused.claim
    who = f"{claim.by} ({_named(claim.party)})" if claim.by else _named(claim.party)
    return f"{claim.to or 'no stage'}, said {who}: refused, because {refused.why}"


def _named(party: Party) -> str:
    return _WHO.get(party, "a named person")


# ---------------------------------------------------------------- stages


def _stages(terms: StageTerms) -> Iterator[str]:
    yield f"A lead is somebody of whom one of this holds: {_any(terms.lead)}."
    if terms.leave_mql:
        yield f"Until sales has an MQL, it ends when one of this holds: {_any(terms.leave_mql)}."
    yield f"An MQL is worked on from the first {_or(sorted(terms.working_on))} on.".replace("_", " ")
    if terms.automatic_sql:
        yield f"Without sales, an MQL becomes an SQL when one of this holds: {_any(terms.automatic_sql)}."
    needs = f" that has {' and '.join(terms.deal_needs)}" if terms.deal_needs else ""
    yield f"A linked deal{needs} makes an opportunity."
    yield f"A deal that is won ({_or(terms.won_stages)}) makes a customer."
    yield f"A customer is up for renewal {spoken_span(terms.renewal_within)} before {terms.renewal_field}."
    reason = f"; {terms.lost_reason_field} has to say why" if terms.lost_needs_reason else ""
    yield f"When the last deal is lost ({_or(terms.lost_stages)}), an opportunity goes to {terms.lost_to}{reason}."
    yield from _recycle(terms)
    for stage in STAGES:
        yield f"{stage} is for {_or(sorted(_WHO[party] for party in terms.may_move[stage]))} to give."
    for name, checklist in (("An SQL", terms.sql_checklist), ("An opportunity", terms.opportunity_checklist)):
        yield from _checklist(name, checklist)


def _recycle(terms: StageTerms) -> Iterator[str]:
    recycle = terms.recycle
    yield f"Whom sales gave back, points make an MQL again after {spoken_span(recycle.cooldown)} at the earliest."
    if recycle.unless_instant:
        yield "An event that makes an MQL at once does so before that, too."
    yield f"{'Only engagement since then' if recycle.fresh_only else 'Engagement from before'} counts for them."
    if recycle.disqualified_returns:
        yield "The same goes for the disqualified."
    else:
        yield "The disqualified stay so until sales or a named person brings them back."


def _checklist(name: str, checklist: Checklist) -> Iterator[str]:
    if checklist.fields:
        yield f"{name} has {checklist.required} of {', '.join(checklist.fields)}."
    if checklist.after:
        yield f"Before {name[0].lower()}{name[1:]} comes one of {', '.join(checklist.after)}."


# ---------------------------------------------------------------- dispositions


def _dispositions(terms: DispositionTerms) -> Iterator[str]:
    for word, value in terms.values.items():
        reason = f", with a reason in {terms.reason_field}" if value.needs_reason else ""
        yield f"{terms.value_field} {word}{reason}: the lead goes to {value.to}."
    yield f"Reasons are {', '.join(terms.reasons)}."
    if terms.also_ask:
        yield f"Asked besides: {', '.join(terms.also_ask)}."
    dispute = terms.dispute
    who, within = _or(sorted(dispute.who)), spoken_target(dispute.within)
    yield f"A rejection may be disputed by {who} within {within}; {_or(dispute.decided_by) or 'anybody named'} decides."


# ---------------------------------------------------------------- routing


def _routing(terms: RoutingTerms) -> Iterator[str]:
    if terms.match_account:
        yield "The owner of the account gets the lead, if there is one."
    for i, rule in enumerate(terms.rules, start=1):
        yield f"Rule {i}: {_rule(rule)}."
    for name, team in terms.teams.items():
        yield from _team(name, team)
    told = f", and {_or(terms.managers)} is told at once" if terms.managers else ""
    yield f"A lead nobody can take waits in {terms.queue}{told}."
    if terms.reassign_absent_after is not None:
        yield f"Open leads of somebody away go to others after {spoken_target(terms.reassign_absent_after)}."
    yield f"The owner is {'written back' if terms.write_owner else 'shown, not written'}."


def _rule(rule: RoutingRule) -> str:
    when = "otherwise" if rule.when is None else f"when {english(rule.when)}"
    how = "to whoever opens first" if rule.method == "first open" else "in turn by weight"
    return f"{when}, to team {rule.team}, {how}"


def _team(name: str, team: Team) -> Iterator[str]:
    calendar = f", on calendar {team.calendar}" if team.calendar else ""
    yield f"Team {name}{calendar}: {', '.join([*map(_member, team.members), *(f'team {inner}' for inner in team.teams)])}."


def _member(member: Member) -> str:
    said = [f"weight {member.weight}"] if member.weight != 1 else []
    said += [f"at most {member.max_open} open"] if member.max_open is not None else []
    said += [f"at most {member.per_30d} in 30 days"] if member.per_30d is not None else []
    said += [f"calendar {member.calendar}"] if member.calendar else []
    return f"{member.who} ({', '.join(said)})" if said else member.who


# ---------------------------------------------------------------- words


def _any(sentences: Iterable[Sentence]) -> str:
    return "; ".join(english(one.condition) for one in sentences)


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)
