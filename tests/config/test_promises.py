"""The sections ``attempts`` and ``sla``: what they say, presets, and every mistake with line and remedy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from syncd.agreement.attempts import AttemptTerms
from syncd.agreement.calendars import MINUTE
from syncd.agreement.durations import spoken
from syncd.agreement.policies import Moment, Moments, Policy, Roster, SharePromise, Sla, VolumePromise, desk
from syncd.config import Config, ConfigInvalid, load
from tests.config.build import AGREEMENT, MAIN, MAPPING, SPECS, write

HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
TIME = """\
time:
  calendars:
    ny: {tz: America/New_York, hours: {mon-fri: [09:00-17:00]}}
    madrid: {tz: Europe/Madrid, hours: {mon-fri: [09:00-14:00, 15:00-18:00]}}
fields: {contact_on_leave_until: {type: date}}
"""
ROUTING = """\
routing:
  rules: [{when: otherwise, to: us}]
  teams: {us: {calendar: ny, members: [{who: kim}, {who: lee}]}}
  nobody_available: {tell: [boss@example.com]}
"""
NOTIFY = "notify: {instant: [{event: sla_breached, to: [owner, manager], by: trial}]}\n"
SLA = """\
attempts:
  count: [call_out, sms_out]
  not: [marketing_email]
  one_per: {channel: false, within: 5m}
  booking_by_the_lead_counts: false
  credit_contact_before_handoff: 12h
  if_later_found_bounced: leave it
sla:
  calendar: of the owner, else of the team, else ny
  calendar_of: {kim: madrid}
  on_owner_change: {customer_clock: continues, rep_clock: none}
  marketing:
    volume: {at_least: 100 mql, per: month}
    quality: {at_least: 40%, of: mql, are: high_intent}
    handoff: {start: became mql, stop: assigned and sales notified, within: 24h, clock: elapsed, warn_at: [50%]}
    answer_feedback: {start: sales feedback received, stop: marketing replied (change or explanation), within: 10bd}
  sales:
    first_contact:
      start: assigned
      stop: contact_attempt
      pause_while: [contact_on_leave_until, duplicate_under_review]
      cancel_if: [disqualified, merged, never_mql]
      void_if: [merged, deal lost]
      targets:
        - {when: high_intent, within: 1h}
        - {when: company_size > 500, within: 4h}
        - {when: otherwise, within: 1bd..2bd}
      warn_at: [75%, 50%]
      on_breach: [tell owner, tell manager, flag crm]
      if_still_open_after: {another: 2h, then: reassign}
    depth: {start: assigned, need: 5 contact_attempts, over_at_least_days: 3, unless: connected or disposition set, within: 9bd}
    decide: {start: assigned, stop: disposition set, within: 5bd}
    feedback: {start: assigned, stop: disposition with reason, within: 10bd}
    first_week: {at_least: 50%, of: mql, contacted_within: 7d, per: week}
  joint:
    conversion: {mql_to_sql: 25%, alarm_below: 20%, clear_at: 25%, mature_after: 30d, min_sample: 30, on_alarm: talk}
"""
TERMS = TIME + SLA + ROUTING + NOTIFY


def loaded(folder: Path, sections: str, *, mapping: str = MAPPING) -> Config:
    main = MAIN + "channels: {trial: {file: notices.txt}}\n"
    return load(write(folder, main=main, mapping=mapping, agreement=AGREEMENT + sections), SPECS)


def agreed(folder: Path, sections: str = TERMS) -> Sla:
    sla = loaded(folder, sections).sla
    assert sla is not None
    return sla


def policy(sla: Sla, name: str) -> Policy:
    return next(one for one in sla.policies if one.id == name)


def problems(folder: Path, sections: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(folder, sections)
    return [str(problem) for problem in caught.value.problems]


def on(*whats: str, every: bool = False) -> Moments:
    return Moments(tuple(Moment(what) for what in whats), every)


# ---------------------------------------------------------------- what is said


def test_without_the_sections_nothing_is_promised(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")

    assert (config.sla, config.attempts, config.warnings) == (None, AttemptTerms(), ())


def test_attempts_are_what_the_agreement_counts(tmp_path: Path) -> None:
    assert loaded(tmp_path, TERMS).attempts == AttemptTerms(
        count=frozenset({"call_out", "sms_out"}),
        never=frozenset({"marketing_email"}),
        apart=5 * MINUTE,
        per_channel=False,
        booking_by_lead=False,
        bounce_reopens=False,
        credit=12 * HOUR,
    )


def test_a_promise_is_compiled(tmp_path: Path) -> None:
    sla = agreed(tmp_path)
    contact = policy(sla, "first_contact")

    assert (contact.side, contact.start, contact.stop) == ("sales", on("assigned"), on("contact_attempt"))
    assert [(goal.when if goal.when in (None, "high_intent") else "facts", goal.within.text) for goal in contact.goals] == [
        ("high_intent", "1h"),
        ("facts", "4h"),
        (None, "2bd"),
    ]
    assert contact.goals[2].aim is not None
    assert contact.goals[2].aim.text == "1bd"
    assert (contact.warn_at, contact.pause_while) == (
        (Fraction(1, 2), Fraction(3, 4)),
        ("contact_on_leave_until", "duplicate_under_review"),
    )
    assert (contact.cancel_if, contact.void_if) == (on("became:disqualified"), on("deal_lost"))
    assert contact.on_breach == ("tell owner", "tell manager", "flag crm")
    assert contact.escalation is not None
    assert (spoken(contact.escalation.after), contact.escalation.does) == ("2 open hours", ("reassign",))
    assert (sla.version, sla.credit, sla.rep_clocks) == (1, 12 * HOUR, False)


def test_depth_needs_several_events(tmp_path: Path) -> None:
    depth = policy(agreed(tmp_path), "depth")

    assert (depth.need, depth.stop, depth.over_days) == (5, on("contact_attempt"), 3)
    assert depth.unless == on("connected", "disposition")


def test_a_handoff_needs_both_events_and_runs_on_elapsed_time(tmp_path: Path) -> None:
    handoff = policy(agreed(tmp_path), "handoff")

    assert (handoff.start, handoff.stop) == (on("became:mql"), on("assigned", "notified", every=True))
    assert (handoff.goals[0].within.clockwork, handoff.each, handoff.outlives) == ("elapsed", False, False)


def test_feedback_outlives_the_episode_and_each_one_is_answered(tmp_path: Path) -> None:
    sla = agreed(tmp_path)
    feedback, answer = policy(sla, "feedback"), policy(sla, "answer_feedback")

    assert (feedback.stop, feedback.outlives, feedback.each) == (on("feedback"), True, False)
    assert (answer.stop, answer.outlives, answer.each) == (on("answered"), True, True)
    assert answer.start == Moments((Moment("feedback", frozenset({"Accepted/SQL"})), Moment("feedback_received")))


def test_figures_are_promised_too(tmp_path: Path) -> None:
    volume, quality, first_week, conversion = agreed(tmp_path).figures

    assert volume == VolumePromise(id="volume", side="marketing", at_least=100, of="mql")
    assert quality == SharePromise(id="quality", side="marketing", at_least=Fraction(2, 5), of="mql", are="high_intent")
    assert first_week == SharePromise(
        id="first_week", side="sales", at_least=Fraction(1, 2), of="mql", are="contact_attempt", per="week", within=7 * DAY
    )
    assert conversion == SharePromise(
        id="conversion",
        side="joint",
        at_least=Fraction(1, 4),
        of="mql",
        are="sql",
        within=30 * DAY,
        mature_after=30 * DAY,
        min_sample=30,
        alarm_below=Fraction(1, 5),
        clear_at=Fraction(1, 4),
        on_alarm="talk",
    )


def test_a_share_of_time_may_be_less_than_a_percent(tmp_path: Path) -> None:
    sla = agreed(tmp_path, TERMS.replace("warn_at: [75%, 50%]", "warn_at: [12.5%, 0.5%]"))

    assert policy(sla, "first_contact").warn_at == (Fraction(1, 200), Fraction(1, 8))


@pytest.mark.parametrize(
    ("calendar", "roster"),
    [
        pytest.param(
            "of the owner, else of the team, else ny",
            Roster(default="ny", owners={"kim": "madrid"}, teams={"us": "ny"}, team_of={"kim": "us", "lee": "us"}),
            id="owner, team, default",
        ),
        pytest.param(
            "of the team, else madrid",
            Roster(default="madrid", teams={"us": "ny"}, team_of={"kim": "us", "lee": "us"}),
            id="team, default",
        ),
        pytest.param("madrid", Roster(default="madrid", team_of={"kim": "us", "lee": "us"}), id="one for all"),
    ],
)
def test_the_agreement_says_whose_calendar_counts(tmp_path: Path, calendar: str, roster: Roster) -> None:
    sections = TIME + SLA.replace("of the owner, else of the team, else ny", calendar) + ROUTING + NOTIFY

    assert agreed(tmp_path, sections).roster == roster


@pytest.mark.parametrize(
    ("teams", "desks"),
    [
        pytest.param(
            "us: {calendar: ny, members: [{who: lee, calendar: madrid}]}",
            {"lee": ("madrid", "of the owner")},
            id="a member's own",
        ),
        pytest.param(
            "us: {calendar: ny, members: [{who: kim, calendar: ny}]}",
            {"kim": ("madrid", "of the owner")},
            id="what the promises say of somebody outranks it",
        ),
        pytest.param(
            "first: {members: [{who: lee}]}, us: {calendar: madrid, members: [{who: lee}]}",
            {"lee": ("madrid", "of team us")},
            id="of several teams the first that has one",
        ),
        pytest.param(
            "first: {members: [us]}, us: {calendar: madrid, members: [{who: lee}]}",
            {"lee": ("madrid", "of team us")},
            id="a team within a team",
        ),
    ],
)
def test_clocks_run_on_the_calendars_that_leads_are_given_by(
    tmp_path: Path, teams: str, desks: dict[str, tuple[str, str]]
) -> None:
    routing = ROUTING.replace("us: {calendar: ny, members: [{who: kim}, {who: lee}]}", teams)
    sla = agreed(tmp_path, TIME + SLA + routing + NOTIFY)

    assert {who: (desk(sla, who).calendar.name, desk(sla, who).whose) for who in desks} == desks


def test_the_only_calendar_needs_no_mention(tmp_path: Path) -> None:
    sections = (
        "time: {calendars: {ny: {tz: UTC, hours: {mon-fri: [09:00-17:00]}}}}\nsla: {preset: article_003}\n" + ROUTING + NOTIFY
    )

    assert agreed(tmp_path, sections).roster.default == "ny"


def test_elapsed_clocks_need_no_calendar(tmp_path: Path) -> None:
    contact = "first_contact: {start: assigned, stop: contact_attempt, within: 24h}"
    sections = f"sla: {{default_clock: elapsed, sales: {{{contact}}}, marketing: {{v: {{at_least: 10 mql}}}}}}\n"

    assert agreed(tmp_path, sections).roster == Roster()


# ---------------------------------------------------------------- presets


@pytest.mark.parametrize(
    ("preset", "clocks", "figures"),
    [
        (
            "article_000",
            ["handoff", "answer_feedback", "first_contact", "decide", "feedback"],
            ["volume", "quality", "first_week", "conversion"],
        ),
        ("article_003", ["answer_feedback", "first_contact", "depth", "feedback"], ["volume"]),
        ("article_004", ["answer_feedback", "first_contact", "feedback"], ["volume"]),
    ],
)
def test_the_articles_can_be_started_from(tmp_path: Path, preset: str, clocks: list[str], figures: list[str]) -> None:
    sla = agreed(tmp_path, TIME + f"sla: {{preset: {preset}, calendar: ny}}\n" + ROUTING + NOTIFY)

    assert [one.id for one in sla.policies] == clocks
    assert [one.id for one in sla.figures] == figures


@pytest.mark.parametrize(("preset", "within"), [("article_000", "1bd"), ("article_003", "2h"), ("article_004", "2bd")])
def test_the_articles_differ_in_the_first_contact(tmp_path: Path, preset: str, within: str) -> None:
    sla = agreed(tmp_path, TIME + f"sla: {{preset: {preset}, calendar: ny}}\n" + ROUTING + NOTIFY)

    assert policy(sla, "first_contact").goals[-1].within.text == within


def test_what_is_written_replaces_the_preset_key_by_key(tmp_path: Path) -> None:
    sections = (
        TIME
        + "sla: {preset: article_000, calendar: ny, sales: {first_contact: {within: 3h}, calls: {at_least: 5 sql}}}\n"
        + ROUTING
        + NOTIFY
    )
    sla = agreed(tmp_path, sections)
    contact = policy(sla, "first_contact")

    assert [goal.within.text for goal in contact.goals] == ["3h"]  # instead of the preset's targets
    assert contact.warn_at == (Fraction(1, 2), Fraction(3, 4), Fraction(9, 10))
    assert "calls" in [one.id for one in sla.figures]


@pytest.mark.parametrize(
    ("contact", "problem"),
    [
        pytest.param("within: 3h, targets: [{when: otherwise, within: 1h}]", "'within' or 'targets'", id="time"),
        pytest.param("targets: [{when: otherwise, within: 1h}], within: 3h", "'within' or 'targets'", id="the other way round"),
        pytest.param("stop: connected, need: 2 contact_attempts", "'stop' or 'need'", id="events"),
    ],
)
def test_what_contradicts_itself_is_refused_with_a_preset_too(tmp_path: Path, contact: str, problem: str) -> None:
    sections = (
        TIME + f"sla: {{preset: article_000, calendar: ny, sales: {{first_contact: {{{contact}}}}}}}\n" + ROUTING + NOTIFY
    )

    assert problems(tmp_path, sections) == [f"agreement.yaml:16: sla.sales.first_contact: has either {problem}"]


# ---------------------------------------------------------------- warnings and mistakes


def test_one_side_alone_is_a_warning(tmp_path: Path) -> None:
    contact = "first_contact: {start: assigned, stop: contact_attempt, within: 1bd}"
    config = loaded(tmp_path, TIME + f"sla: {{calendar: ny, sales: {{{contact}}}}}\n")

    assert [str(warning) for warning in config.warnings] == [
        "agreement.yaml:16: sla: an agreement that binds one side only is a wish; say what marketing promises too"
    ]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        pytest.param(
            "within: 24h, clock: elapsed",
            "within: 24h",
            "30: sla.marketing.handoff.within: 24 business hours on calendar 'ny' are 3 working days — did you mean 1bd? "
            "Or write clock: elapsed",
            id="a day in business hours",
        ),
        pytest.param(
            "within: 1bd..2bd",
            "within: 1bd..2d",
            "42: sla.sales.first_contact.targets[3].within: 2d are days of 24 h, which a business clock does not count; "
            "did you mean 2bd? Or write clock: elapsed",
            id="elapsed days on a business clock",
        ),
        pytest.param(
            "stop: contact_attempt",
            "stop: contact_attemt",
            "35: sla.sales.first_contact.stop: no event is called 'contact_attemt'; did you mean 'contact_attempt'?",
            id="an event",
        ),
        pytest.param(
            "connected or disposition set",
            "connected or disposition set and assigned",
            "46: sla.sales.depth.unless: 'and' and 'or' do not go together; choose one",
            id="and with or",
        ),
        pytest.param(
            "need: 5 contact_attempts",
            "need: five",
            "46: sla.sales.depth.need: is not a number of events; write for example 5 contact_attempts",
            id="a number of events",
        ),
        pytest.param(
            "cancel_if: [disqualified,",
            "cancel_if: [disqualifid,",
            "37: sla.sales.first_contact.cancel_if[1]: no event is called 'disqualifid'; did you mean 'disqualified'?",
            id="what cancels",
        ),
        pytest.param(
            "tell manager, flag",
            "tell manger, flag",
            "44: sla.sales.first_contact.on_breach[2]: nothing is called 'tell manger'; did you mean 'tell manager'?",
            id="what to do",
        ),
        pytest.param(
            "then: reassign",
            "then: resign",
            "45: sla.sales.first_contact.if_still_open_after.then: nothing is called 'resign'; did you mean 'reassign'?",
            id="what to do then",
        ),
        pytest.param(
            "then: reassign",
            "then: set owner offline",
            "45: sla.sales.first_contact.if_still_open_after.then: 'set owner offline': goes together with reassign alone; "
            "write reassign and set owner offline",
            id="setting somebody offline who keeps the lead",
        ),
        pytest.param(
            "to: [owner, manager]",
            "to: [manager]",
            "44: sla.sales.first_contact.on_breach[1]: 'tell owner': no notice does; "
            "add {event: sla_breached, to: owner, by: CHANNEL} to notify.instant, or leave it out",
            id="telling the owner without a notice",
        ),
        pytest.param(
            "tell: [boss@example.com]",
            "tell: []",
            "44: sla.sales.first_contact.on_breach[2]: 'tell manager': nobody is named as manager; "
            "write them under routing.nobody_available.tell, or leave it out",
            id="telling a manager nobody named",
        ),
        pytest.param(
            "void_if: [merged, deal lost]",
            "void_if: [merged, never_mql]",
            "38: sla.sales.first_contact.void_if[2]: no event is called 'never_mql'; there is "
            "assigned, became customer, became disqualified, became lead, became mql, became nurture, became opportunity, "
            "became renewal, became sql, became working, connected, contact_attempt, deal created, deal lost, deal won, "
            "disposition set, disposition with reason, marketing replied, owner accepts, sales feedback received, "
            "sales notified",
            id="a veto unmakes nothing",
        ),
        pytest.param(
            "pause_while: [contact_on_leave_until,",
            "pause_while: [city,",
            "36: sla.sales.first_contact.pause_while: no date or yes/no field 'city'; there is "
            "close_date, contact_on_leave_until, created_on, duplicate_under_review, renewal_date, unsubscribed",
            id="what says no time",
        ),
        pytest.param(
            "[contact_on_leave_until,",
            "[contact_on_leave,",
            "36: sla.sales.first_contact.pause_while: no date or yes/no field 'contact_on_leave'; "
            "did you mean 'contact_on_leave_until'?",
            id="what pauses",
        ),
        pytest.param(
            "when: company_size > 500",
            "when: call_out",
            "41: sla.sales.first_contact.targets[2].when: is about events; "
            "a target asks for high_intent or for facts, for example company_size > 500",
            id="a target for events",
        ),
        pytest.param(
            "{when: otherwise, within: 1bd..2bd}",
            "{when: company_size > 5, within: 1bd}",
            "39: sla.sales.first_contact.targets: nobody else has a target; end with {when: otherwise, within: …}",
            id="no target for the rest",
        ),
        pytest.param(
            "{when: high_intent, within: 1h}",
            "{when: otherwise, within: 1h}",
            "39: sla.sales.first_contact.targets: what follows 'otherwise' never counts; put it last",
            id="otherwise too early",
        ),
        pytest.param(
            "else ny",
            "else nyc",
            "24: sla.calendar: no calendar 'nyc'; did you mean 'ny'?",
            id="a calendar",
        ),
        pytest.param(
            "{kim: madrid}",
            "{kim: madird}",
            "25: sla.calendar_of.kim: no calendar 'madird'; did you mean 'madrid'?",
            id="an owner's",
        ),
        pytest.param(
            "at_least: 100 mql",
            "at_least: 100 mqls",
            "28: sla.marketing.volume.at_least: no stage 'mqls'; did you mean 'mql'?",
            id="a stage",
        ),
        pytest.param(
            "at_least: 40%",
            "at_least: 40",
            "29: sla.marketing.quality.at_least: is not a share; write for example 50%",
            id="a share without its sign",
        ),
        pytest.param(
            "at_least: 40%",
            "at_least: forty%",
            "29: sla.marketing.quality.at_least: is not a share; write for example 50%",
            id="a share in letters",
        ),
        pytest.param(
            "are: high_intent",
            "are: hot",
            "29: sla.marketing.quality.are: no stage or high_intent 'hot'; "
            "there is customer, disqualified, high_intent, lead, mql, nurture, opportunity, renewal, sql, working",
            id="what they are",
        ),
        pytest.param(
            "clear_at: 25%",
            "clear_at: 15%",
            "51: sla.joint.conversion.clear_at: is below alarm_below; the alarm would never be over",
            id="an alarm without end",
        ),
        pytest.param(
            "decide: {start: assigned, stop: disposition set, within: 5bd}",
            "decide: {start: assigned, stop: disposition set}",
            "47: sla.sales.decide: has either 'within' or 'targets'",
            id="no time",
        ),
        pytest.param(
            "decide: {start: assigned, stop: disposition set, within: 5bd}",
            "decide: {start: assigned, stpo: disposition set, within: 5bd}",
            "47: sla.sales.decide.stpo: unknown key 'stpo'; did you mean 'stop'?",
            id="a key",
        ),
        pytest.param(
            "decide: {start",
            "handoff: {start",
            "47: sla.sales.handoff: another clock is called so; every clock has a name of its own",
            id="a name twice",
        ),
        pytest.param(
            "count: [call_out, sms_out]",
            "count: [call_out, sms_uot]",
            "17: attempts.count: no kind of activity 'sms_uot'; did you mean 'sms_out'?",
            id="a kind of activity",
        ),
        pytest.param(
            "not: [marketing_email]",
            "not: [call_out]",
            "18: attempts.not: 'call_out' is counted already; take it out of one of the two",
            id="counted and not counted",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(tmp_path: Path, before: str, after: str, problem: str) -> None:
    assert before in TERMS
    assert problems(tmp_path, TERMS.replace(before, after, 1)) == [f"agreement.yaml:{problem}"]


def test_a_promise_that_cannot_be_read_is_told_of_once(tmp_path: Path) -> None:
    sections = TERMS.replace("      stop: contact_attempt\n", "")

    assert problems(tmp_path, sections) == ["agreement.yaml:33: sla.sales.first_contact: has either 'stop' or 'need'"]


def test_nothing_is_reassigned_without_routing(tmp_path: Path) -> None:
    sections = TIME + SLA.replace("[tell owner, tell manager, flag crm]", "[tell owner]") + NOTIFY

    assert problems(tmp_path, sections) == [
        "agreement.yaml:45: sla.sales.first_contact.if_still_open_after.then: 'reassign': "
        "there is nobody to give leads to; write the section routing, or leave it out"
    ]


def test_a_flag_that_no_mapping_writes_is_a_warning(tmp_path: Path) -> None:
    flagged = MAPPING.replace("write: {score: Score}", "write: {score: Score, sla: State}")

    assert loaded(tmp_path, TERMS, mapping=flagged).warnings == ()
    assert [str(one) for one in loaded(tmp_path, TERMS).warnings] == [
        "agreement.yaml:23: sla: 'flag crm': no mapping writes sla; add it under write, for example sla: SLA"
    ]


def test_business_clocks_need_a_calendar(tmp_path: Path) -> None:
    assert problems(tmp_path, TIME + "sla: {preset: article_004}\n") == [
        "agreement.yaml:16: sla.calendar: is missing; business clocks need one, "
        "for example: of the owner, else of the team, else ny (see time.calendars)"
    ]


def test_without_a_first_contact_nothing_is_promised(tmp_path: Path) -> None:
    """P071: a longest time to the first contact must exist."""
    sections = TIME + "sla:\n  calendar: ny\n  marketing: {volume: {at_least: 100 mql}}\n"

    assert problems(tmp_path, sections) == [
        "agreement.yaml:16: sla.sales: nobody promises how soon a lead is contacted; "
        "write for example first_contact: {start: assigned, stop: contact_attempt, within: 1bd}"
    ]
