"""The sections about the handoff: what they say, what is refused where, and that without them nothing changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.agreement.durations import target
from syncd.agreement.handoff import Absence, Checklist, Disposition, Handoff, Member, StageTerms
from syncd.agreement.routing import Lead, TeamState, route
from syncd.config import Config, ConfigInvalid, load
from tests.agreement.build import at
from tests.config.build import AGREEMENT, SPECS, write

FULL = """\
fields:
  budget: {}
  timeline: {}
  authority: {type: bool}
  renewal_date: {type: date}
time:
  reporting_tz: Europe/Madrid
  calendars:
    ny: {tz: America/New_York, hours: {mon-fri: [09:00-17:00]}}
glossary: {mql: Somebody who may be handed to sales.}
stages:
  enter:
    lead: [email is known]
    sql: [call_out at least 2 times]
    opportunity: {deal_has: [amount]}
    customer: {deal_stage_is: [Signed]}
    renewal: {field: renewal_date, within: 90d}
  leave_mql: [no activity for 90d]
  who_may_move: {lead..mql: daemon or marketing, nurture: sales or daemon}
  recycle: {cooldown: 14d, count_only_events_after_recycle: false, unless: nothing, disqualified_returns: true}
  lost_deal: {to: disqualified, reason_required: false}
  checklist_for_sql: {fields: [budget, timeline, authority], required: 2 of 3, after: [connected]}
dispositions:
  values:
    Yes: {to: sql}
    No: {to: disqualified, reason: required}
  reasons: [price, timing]
  also_ask: [main_objection]
  dispute: {within: 3bd, decided_by: [ana]}
routing:
  rules:
    - {when: high_intent and owner calendar closed, to: all, method: first open}
    - {when: "country in US, CA", to: team us}
    - {when: otherwise, to: emea}
  teams:
    us: {calendar: ny, members: [{who: kim, weight: 2, max_open: 40}, {who: lee, per_30d: 14, calendar: ny}]}
    emea: {members: [{who: mar}]}
    all: {members: [us, emea]}
  nobody_available: {queue: later, tell: [boss]}
  absences: absences.csv
  reassign_absent_after: 1bd
  write_owner: true
"""
ABSENCES = "who,from,until\nkim,2026-12-24,2026-12-26\nmar,2026-12-24,2026-12-24\nlee,2026-12-24T12:00:00+00:00,2026-12-25\n"


def loaded(folder: Path, sections: str = FULL, absences: str = ABSENCES) -> Config:
    (folder / "absences.csv").write_text(absences, encoding="utf-8")
    return load(write(folder, agreement=AGREEMENT + sections), SPECS)


def problems(folder: Path, sections: str, absences: str = ABSENCES) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(folder, sections, absences)
    first = AGREEMENT.count("\n")
    return [f"{one.line - first if one.file == 'agreement.yaml' else one.file}: {one.what}" for one in caught.value.problems]


def test_without_the_sections_everything_has_its_default(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").handoff == Handoff(version=1)


def test_empty_sections_say_what_their_absence_says(tmp_path: Path) -> None:
    assert loaded(tmp_path, "stages: {}\ndispositions: {}\n").handoff == Handoff(version=1)


def test_stages_are_read(tmp_path: Path) -> None:
    terms = loaded(tmp_path).handoff.stages

    assert [one.text for one in (*terms.lead, *terms.automatic_sql, *terms.leave_mql)] == [
        "email is known",
        "call_out at least 2 times",
        "no activity for 90d",
    ]
    assert (terms.deal_needs, terms.renewal_field, terms.renewal_within) == (("amount",), "renewal_date", timedelta(days=90))
    assert (terms.won_stages, terms.lost_stages) == (("signed",), StageTerms().lost_stages)
    assert terms.recycle.cooldown == timedelta(days=14)
    assert (terms.recycle.fresh_only, terms.recycle.unless_instant, terms.recycle.disqualified_returns) == (False, False, True)
    assert (terms.lost_to, terms.lost_needs_reason) == ("disqualified", False)
    assert terms.sql_checklist == Checklist(fields=("budget", "timeline", "authority"), required=2, after=("connected",))


def test_who_may_move_is_read_with_what_other_keys_imply(tmp_path: Path) -> None:
    may_move = loaded(tmp_path).handoff.stages.may_move

    assert may_move["lead"] == may_move["mql"] == {"daemon", "marketing"}
    assert may_move["nurture"] == {"sales", "daemon"}
    assert may_move["sql"] == {"sales", "daemon"}  # because a sentence makes SQLs
    assert may_move["disqualified"] == {"sales", "crm"}  # because lost deals go there
    assert may_move["customer"] == StageTerms().may_move["customer"]


def test_dispositions_are_read_and_become_fields(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    terms = config.handoff.dispositions

    assert terms.values == {"Yes": Disposition(to="sql"), "No": Disposition(to="disqualified", needs_reason=True)}
    assert terms.dispute.within == target("3bd", "business", {})
    assert config.fields["disposition"].values == ("Yes", "No")
    assert config.fields["disposition_reason"].values == ("price", "timing")
    assert config.fields["main_objection"].type == "text"


def test_routing_is_read(tmp_path: Path) -> None:
    terms = loaded(tmp_path).handoff.routing

    assert terms is not None
    assert terms.teams["us"].members == (Member(who="kim", weight=2, max_open=40), Member(who="lee", per_30d=14, calendar="ny"))
    assert terms.teams["all"].teams == ("us", "emea")
    assert (terms.queue, terms.managers, terms.write_owner, terms.match_account) == ("later", ("boss",), True, True)
    assert terms.reassign_absent_after == target("1bd", "business", {})
    lead = Lead(person=1, facts={"high_intent": True, "owner_calendar_closed": True})
    assert route(terms, lead, TeamState(), at("2026-12-01")).why.startswith("high_intent and owner calendar closed: team all")


def test_absences_are_told_by_the_clocks_of_the_team(tmp_path: Path) -> None:
    terms = loaded(tmp_path).handoff.routing

    assert terms is not None
    assert terms.absences == (
        Absence("kim", at("2026-12-24T00:00:00-05:00"), at("2026-12-27T00:00:00-05:00")),
        Absence("lee", at("2026-12-24T12:00:00Z"), at("2026-12-26T00:00:00-05:00")),
        Absence("mar", at("2026-12-24T00:00:00+01:00"), at("2026-12-25T00:00:00+01:00")),
    )


def test_other_absences_are_a_reason_to_assess_again(tmp_path: Path) -> None:
    longer = ABSENCES.replace("mar,2026-12-24,2026-12-24", "mar,2026-12-24,2026-12-31")

    assert loaded(tmp_path).assess_print == loaded(tmp_path).assess_print
    assert loaded(tmp_path).assess_print != loaded(tmp_path, absences=longer).assess_print


def test_absences_may_be_written_with_spaces(tmp_path: Path) -> None:
    spaced = 'who, from, until\nkim, 2026-12-24, "2026-12-26"\n'

    terms = loaded(tmp_path, absences=spaced).handoff.routing
    assert terms is not None
    assert [one.who for one in terms.absences] == ["kim"]
    assert terms == loaded(tmp_path, absences=spaced.replace(" ", "")).handoff.routing


def test_people_are_known_by_their_address_however_it_is_written(tmp_path: Path) -> None:
    sections = (
        FULL.replace("who: kim", "who: Kim@Example.com").replace("who: lee", "who: 005aB").replace("boss", "Boss@b.example")
    )
    terms = loaded(tmp_path, sections, "who,from,until\nKIM@example.com,2026-12-24,2026-12-26\n").handoff.routing

    assert terms is not None
    assert [one.who for one in terms.teams["us"].members] == ["kim@example.com", "005aB"]
    assert ([one.who for one in terms.absences], terms.managers) == (["kim@example.com"], ("boss@b.example",))


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        pytest.param(
            "stages: {recycle: {cool_down: 30d}}\n",
            "1: stages.recycle.cool_down: unknown key 'cool_down'; did you mean 'cooldown'?",
            id="an unknown key",
        ),
        pytest.param(
            "stages:\n  enter:\n    lead: [email is known, e_mail is known]\n",
            "3: stages.enter.lead[2]: no field 'e_mail'; did you mean 'email'?",
            id="a sentence about an unknown field",
        ),
        pytest.param(
            "stages: {enter: {lead: []}}\n",
            "1: stages.enter.lead: nobody would be a lead; write at least one sentence",
            id="nobody a lead",
        ),
        pytest.param(
            "stages: {who_may_move: {sqll: sales}}\n",
            "1: stages.who_may_move.sqll: no stage 'sqll'; did you mean 'sql'?",
            id="an unknown stage",
        ),
        pytest.param(
            "stages: {who_may_move: {sql..mql: sales}}\n",
            "1: stages.who_may_move.sql..mql: is no part of the order lead, mql, working, sql, opportunity, customer, renewal",
            id="the wrong way round",
        ),
        pytest.param(
            "stages: {who_may_move: {sql: sales or markting}}\n",
            "1: stages.who_may_move.sql: no party 'markting'; did you mean 'marketing'?",
            id="an unknown party",
        ),
        pytest.param(
            "stages: {who_may_move: {lead: sales}}\n",
            "1: stages.who_may_move: the score begins with lead; let daemon give it",
            id="leads not by the score",
        ),
        pytest.param(
            "stages: {checklist_for_sql: {fields: [city, country], required: 2 of 3}}\n",
            "1: stages.checklist_for_sql.required: there are 2 fields; write all, or for example '1 of 2'",
            id="a count that is none",
        ),
        pytest.param(
            "stages: {checklist_for_sql: {fields: [bugdet]}}\n",
            "1: stages.checklist_for_sql.fields: no field 'bugdet'",
            id="a checklist of unknown fields",
        ),
        pytest.param(
            "stages: {enter: {renewal: {field: renewal_on}}}\n",
            "1: stages.enter.renewal.field: no field 'renewal_on'",
            id="no date to renew at",
        ),
        pytest.param(
            "stages: {enter: {customer: {deal_stage_is: [Over, Signed]}}, lost_deal: {deal_stage_is: [over]}}\n",
            "1: stages.lost_deal.deal_stage_is: over: a deal cannot be both won and lost",
            id="won and lost",
        ),
        pytest.param(
            "dispositions: {values: {Yes: {to: sqll}}}\n",
            "1: dispositions.values.Yes.to: 'sqll' is not possible; did you mean 'sql'?",
            id="an answer that leads nowhere",
        ),
        pytest.param(
            "dispositions: {dispute: {within: 5d}}\n",
            "1: dispositions.dispute.within: 5d are days of 24 h, which a business clock does not count; "
            "did you mean 5bd? Or write clock: elapsed",
            id="an ambiguous duration",
        ),
        pytest.param(
            "dispositions: {also_ask: [disposition]}\n",
            "1: dispositions: the field 'disposition' is asked twice",
            id="a field with two meanings",
        ),
        pytest.param(
            "fields: {disposition: {type: choice, values: [Yess]}}\ndispositions: {values: {Yes: {to: sql}}}\n",
            "1: fields.disposition: 'Yess' is not among dispositions.values; did you mean 'Yes'?",
            id="a value that is no answer",
        ),
        pytest.param(
            "glossary: {mql: ' '}\n", "1: glossary.mql: says nothing; write the sentence both teams mean", id="a word"
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_line(tmp_path: Path, sections: str, expected: str) -> None:
    found = problems(tmp_path, sections)

    assert len(found) == 1
    assert found[0].startswith(expected)


TEAMS = "routing:\n  teams:\n    us: {members: [{who: kim}]}\n"


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        pytest.param(
            TEAMS + "  rules: [{when: otherwise, to: uss}]\n",
            "4: routing.rules[1].to: no team 'uss'; did you mean 'us'?",
            id="an unknown team",
        ),
        pytest.param(
            TEAMS + "  rules:\n    - {when: otherwise, to: us}\n    - {when: country is US, to: us}\n",
            "5: routing.rules[1].when: always holds, so that no rule below is ever asked; put it last",
            id="a rule nobody reaches",
        ),
        pytest.param(
            TEAMS + "  rules: [{when: cuontry is US, to: us}]\n",
            "4: routing.rules[1].when: no field 'cuontry'; did you mean 'country'?",
            id="an unknown field",
        ),
        pytest.param(
            TEAMS + "  rules: [{when: page_view of pricing, to: us}]\n",
            "4: routing.rules[1].when: no kind of activity and no field is called 'page_view'",
            id="rules are about facts",
        ),
        pytest.param(
            TEAMS + "    all: {members: [us, al]}\n  rules: [{when: otherwise, to: us}]\n",
            "4: routing.teams.all.members[2]: is no team; did you mean 'all'?; a person is written {who: ...}",
            id="an unknown team within a team",
        ),
        pytest.param(
            TEAMS + "    all: {members: [more]}\n    more: {members: [all]}\n  rules: [{when: otherwise, to: all}]\n",
            "4: routing.teams.all: holds itself; take it out of its own members",
            id="teams within themselves",
        ),
        pytest.param(
            "routing:\n  teams:\n    us: {members: [{who: kim}, {who: kim}]}\n  rules: [{when: otherwise, to: us}]\n",
            "3: routing.teams.us.members[2]: is in this team twice; give one of them more weight",
            id="somebody twice",
        ),
        pytest.param(
            "routing:\n  teams:\n    us: {calendar: nyc, members: [{who: kim}]}\n  rules: [{when: otherwise, to: us}]\n",
            "3: routing.teams.us.calendar: no calendar 'nyc'",
            id="an unknown calendar",
        ),
        pytest.param(
            "routing:\n  teams:\n    us: {members: [{who: kim, calendar: nyc}]}\n  rules: [{when: otherwise, to: us}]\n",
            "3: routing.teams.us.members[1].calendar: no calendar 'nyc'",
            id="an unknown calendar of one's own",
        ),
        pytest.param(
            TEAMS + "  rules: [{when: otherwise, to: us}]\n  reassign_absent_after: soon\n",
            "5: routing.reassign_absent_after: "
            "'soon' is not a duration; write for example 15m, 1h, 5d (of 24 h) or 1bd (a business day)",
            id="no duration",
        ),
    ],
)
def test_routing_that_cannot_work_is_refused_at_its_line(tmp_path: Path, sections: str, expected: str) -> None:
    assert problems(tmp_path, sections)[0] == expected


@pytest.mark.parametrize(
    ("absences", "expected"),
    [
        pytest.param("who,from\n", "absences.csv: has no column until; write who,from,until", id="a column is missing"),
        pytest.param(
            "who;from;until\nkim;24.12.2026;2026-12-26\n",
            "absences.csv: '24.12.2026' is not a date; write for example 2026-12-24, or 2026-12-24T12:00:00+01:00",
            id="no date",
        ),
        pytest.param(
            "who,from,until\nkimm,2026-12-24,2026-12-26\n",
            "absences.csv: who: nobody of any team is called so; write them as under routing.teams",
            id="nobody",
        ),
        pytest.param(
            "who,from,until\nkim,2026-12-26,2026-12-24\n",
            "absences.csv: ends on 2026-12-24 before it begins on 2026-12-26",
            id="the wrong way round",
        ),
    ],
)
def test_a_file_of_absences_is_refused_at_its_line(tmp_path: Path, absences: str, expected: str) -> None:
    assert problems(tmp_path, FULL, absences) == [expected]


def test_a_missing_file_of_absences_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(tmp_path, agreement=AGREEMENT + FULL), SPECS)

    assert [one.file for one in caught.value.problems] == ["absences.csv"]


def test_all_mistakes_of_all_sections_come_at_once(tmp_path: Path) -> None:
    wrong = FULL.replace("email is known", "emial is known").replace("2 of 3", "many").replace("to: emea", "to: emae")

    assert [one.partition(": ")[0] for one in problems(tmp_path, wrong)] == ["13", "22", "34"]
