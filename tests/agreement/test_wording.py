"""The handoff in plain English: every term is said, and two agreements that differ are said differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.agreement.durations import target
from syncd.agreement.handoff import (
    Checklist,
    Disposition,
    DispositionTerms,
    DisputeTerms,
    Handoff,
    Member,
    Recycle,
    RoutingRule,
    RoutingTerms,
    StageTerms,
    Team,
)
from syncd.agreement.wording import in_words, move_in_words, refusal_in_words
from tests.agreement.build import sentence
from tests.agreement.ways import claimed, hand, score, way

TEAMS = RoutingTerms(
    teams={"us": Team(members=(Member(who="kim"),))}, rules=(RoutingRule(says="otherwise", when=None, team="us"),)
)
PLAIN = Handoff(routing=TEAMS)


def lines(terms: Handoff) -> set[str]:
    return {one for section in in_words(terms).values() for one in section}


def stage(terms: StageTerms) -> Handoff:
    return replace(PLAIN, stages=terms)


def words(terms: DispositionTerms) -> Handoff:
    return replace(PLAIN, dispositions=terms)


def routed(terms: RoutingTerms) -> Handoff:
    return replace(PLAIN, routing=terms)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            stage(StageTerms(lead=(sentence("email is known"),))),
            "A lead is somebody of whom one of this holds: email is known.",
        ),
        (
            stage(StageTerms(leave_mql=(sentence("no activity for 90d"),))),
            "Until sales has an MQL, it ends when one of this holds: the last activity is 90 days of 24 h old or older.",
        ),
        (
            stage(StageTerms(automatic_sql=(sentence("budget > 1000"),))),
            "Without sales, an MQL becomes an SQL when one of this holds: budget is more than 1000.",
        ),
        (stage(StageTerms(working_on=frozenset({"owner_accepted"}))), "An MQL is worked on from the first owner accepted on."),
        (stage(StageTerms(deal_needs=("amount",))), "A linked deal that has amount makes an opportunity."),
        (stage(StageTerms(won_stages=("signed",))), "A deal that is won (signed) makes a customer."),
        (
            stage(StageTerms(renewal_within=timedelta(days=90))),
            "A customer is up for renewal 90 days of 24 h before renewal_date.",
        ),
        (
            stage(StageTerms(lost_stages=("over",), lost_to="disqualified", lost_needs_reason=False)),
            "When the last deal is lost (over), an opportunity goes to disqualified.",
        ),
        (
            stage(StageTerms(recycle=Recycle(cooldown=timedelta(days=14)))),
            "Whom sales gave back, points make an MQL again after 14 days of 24 h at the earliest.",
        ),
        (stage(StageTerms(recycle=Recycle(fresh_only=False))), "Engagement from before counts for them."),
        (stage(StageTerms(recycle=Recycle(disqualified_returns=True))), "The same goes for the disqualified."),
        (
            stage(StageTerms(may_move={**StageTerms().may_move, "sql": frozenset({"sales", "daemon"})})),
            "sql is for sales or syncd to give.",
        ),
        (
            stage(StageTerms(sql_checklist=Checklist(fields=("budget", "fit"), required=1))),
            "An SQL has 1 of budget, fit.",
        ),
        (
            stage(StageTerms(opportunity_checklist=Checklist(after=("meeting_held",)))),
            "Before an opportunity comes one of meeting_held.",
        ),
        (
            words(DispositionTerms(values={"No": Disposition(to="nurture", needs_reason=True)})),
            "disposition No, with a reason in disposition_reason: the lead goes to nurture.",
        ),
        (words(DispositionTerms(reasons=("price",))), "Reasons are price."),
        (words(DispositionTerms(also_ask=("main_objection",))), "Asked besides: main_objection."),
        (
            words(DispositionTerms(dispute=DisputeTerms(within=target("3bd", "business", {}), decided_by=("ana", "ben")))),
            "A rejection may be disputed by marketing within 3 business days; ana or ben decides.",
        ),
        (
            routed(
                replace(
                    TEAMS,
                    teams={
                        "us": Team(members=(Member(who="kim", weight=2, max_open=9, per_30d=5, calendar="ny"),), teams=("eu",))
                    },
                )
            ),
            "Team us: kim (weight 2, at most 9 open, at most 5 in 30 days, calendar ny), team eu.",
        ),
        (
            routed(replace(TEAMS, rules=(RoutingRule(says="otherwise", when=None, team="us", method="first open"),))),
            "Rule 1: otherwise, to team us, to whoever opens first.",
        ),
        (
            routed(replace(TEAMS, queue="later", managers=("boss",))),
            "A lead nobody can take waits in later, and boss is told at once.",
        ),
        (
            routed(replace(TEAMS, reassign_absent_after=target("1bd", "business", {}))),
            "Open leads of somebody away go to others after 1 business day.",
        ),
        (routed(replace(TEAMS, write_owner=True)), "The owner is written back."),
        (replace(PLAIN, glossary={"mql": "Somebody for sales."}), "mql: Somebody for sales."),
    ],
)
def test_what_is_agreed_is_said_and_what_changed_is_said_otherwise(changed: Handoff, says: str) -> None:
    assert says in lines(changed)
    assert says not in lines(PLAIN)


def test_what_is_switched_off_is_not_said() -> None:
    instant = "An event that makes an MQL at once does so before that, too."
    account = "The owner of the account gets the lead, if there is one."

    assert instant in lines(PLAIN)
    assert instant not in lines(stage(StageTerms(recycle=Recycle(unless_instant=False))))
    assert account in lines(PLAIN)
    assert account not in lines(routed(replace(TEAMS, match_account=False)))
    assert "routing" not in in_words(Handoff())


def test_moves_and_refusals_are_said() -> None:
    found = way(
        claimed(score("2026-11-01", "mql"), hand("2026-11-03", "sql"), hand("2026-11-04", "renewal", "person", by="boss"))
    )

    assert [move_in_words(move) for move in found.moves][:4] == [
        "no stage → lead: skipped on the way to mql, by syncd, inferred, version 7",
        "lead → mql: score says mql, by syncd, version 7",
        "mql → working: skipped on the way to sql, by kim (sales), inferred, version 7",
        "working → sql: changed by hand, by kim (sales), version 7",
    ]
    assert move_in_words(found.moves[-1]) == "customer → renewal: changed by hand, by boss (a named person), version 7"
    refused = way(claimed(score("2026-11-01", "mql"), hand("2026-11-03", "customer"))).refused
    assert [refusal_in_words(one) for one in refused] == [
        "customer, said kim (sales): refused, because customer is not for sales to give, but for crm"
    ]
