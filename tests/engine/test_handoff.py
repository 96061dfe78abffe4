"""From MQL to customer through the store: owners, clocks, answers, deals and notices, with a fake CRM."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syncd.agreement.dispositions import Feedback
from syncd.agreement.notices import Message
from syncd.engine import listening, sync, why
from syncd.engine.identity import unmerge
from syncd.engine.notices import notify_due
from syncd.engine.shown import ClockShown
from syncd.model import Activity, Association, Direction, Kind, Raw, Ref, RemoteField, SourceRecord
from syncd.report.compliance import by_group
from syncd.store import assessments, clocks, feedback, journeys, records
from syncd.store.database import Store
from syncd.testing import FakeRemote
from tests.engine.build import START, STREAMS, Home, Quiet, on_sqlite

ANN, BO, CY = (Ref("contacts", number) for number in "123")
MAPPING = """\
streams:
  contacts:
    read: {email: Email, first_name: First, owner: Owner, disposition: Answer, disposition_reason: Reason}
    write: {stage: Stage, sla: SLA, sla_due: Due, next_step: Next, assigned_to: Rep}
  deals:
    read: {amount: Amount, close_date: Close, stage: Phase, lost_reason: Lost}
  visits:
    kinds: {demo_request: [demo], call_out: [call], page_view: [view]}
"""
OWNERS = """\
  accounts:
    read: {name: Name, domain: Website, owner: Owner}
  owners:
    read: {email: Email, full_name: Name}
"""
AGREEMENT = """\
agreement: {version: 1, needs_signatures_from: []}
time:
  calendars: {office: {tz: UTC, hours: {mon-fri: [09:00-17:00]}}}
scoring:
  active_model: m
  models:
    m:
      groups: {all: {rules: [{id: view, when: each page_view, points: 20}]}}
      bands: {mql: "> 50", nurture: 30..50}
      instantly_mql: [demo_request]
dispositions: {}
routing:
  rules: [{when: otherwise, to: us}]
  teams: {us: {calendar: office, members: [{who: kim@firm.example, weight: 2}, {who: lee@firm.example}]}}
  nobody_available: {queue: inbound, tell: [boss@firm.example]}
sla:
  calendar: office
  marketing:
    handoff: {start: became mql, stop: assigned, within: 24h, clock: elapsed}
    answer: {start: sales feedback received, stop: marketing replied, within: 10bd}
  sales:
    first_contact:
      start: assigned
      stop: contact_attempt
      within: 1h
      warn_at: [50%]
      on_breach: [tell owner, tell manager]
      if_still_open_after: {another: 2h, then: reassign}
    feedback: {start: assigned, stop: disposition with reason, within: 10bd}
notify:
  instant:
    - {event: mql_assigned, to: owner, by: trial}
    - {event: became_sql, to: owner, by: trial}
    - {event: sla_at_risk, to: owner, by: trial}
    - {event: sla_breached, to: [owner, manager], by: trial}
    - {event: nobody_available, to: manager, by: trial}
  together: 0s
"""


class Told:
    """A teller that remembers."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def __call__(self, message: Message, *, again: bool) -> None:
        self.messages.append((message.event, message.to))
        self.texts.append(message.text)


def trial_of(tmp_path: Path, store: Store, agreement: str = AGREEMENT, *, mapping: str = MAPPING, **further: Kind) -> Home:
    """An installation on a CRM with deals, *further* streams and nobody in it, that tells whom it has to in a file."""
    return Home(
        tmp_path / "config",
        store,
        streams={**STREAMS, "deals": "deal", **further},
        mapping=mapping,
        agreement=agreement,
        channels="channels: {trial: {file: notices.txt}}\n",
    )


@pytest.fixture
def office(tmp_path: Path, store: Store) -> Home:
    """A CRM without anybody in it, read to its end: from Friday 12:00 on everything is news."""
    home = trial_of(tmp_path, store)
    home.sync()
    return home


def with_owners(tmp_path: Path, store: Store) -> Home:
    """A CRM that names owners by identifier, on accounts too."""
    return trial_of(tmp_path, store, mapping=MAPPING + OWNERS, owners="owner")


def after(home: Home, **span: float) -> None:
    """Let time pass, then sync."""
    home.clock.advance(timedelta(**span))
    home.sync()


def assess_everyone(home: Home) -> None:
    """Let everybody be assessed in this instant."""
    with home.store.write() as tx:
        assessments.mark_everyone(tx, home.site.now())
    sync.settle(home.site, Quiet())


def did(home: Home, kind: str, *, about: Ref = ANN, outbound: bool = False, actor: str = "") -> None:
    """Let something happen now."""
    home.crm.commit(
        Activity(
            stream="visits",
            source_id=f"{kind} {home.clock.now()} {about.external_id}",
            kind=kind,
            occurred_at=home.clock.now(),
            about=(about,),
            direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
            actor=actor,
        )
    )


def demo(home: Home, *, about: Ref = ANN, email: str = "ann@firm.example") -> None:
    """Let somebody ask for a demo, which makes an MQL at once."""
    home.crm.put("contacts", about.external_id, {"Email": email})
    did(home, "demo", about=about)


def deal(home: Home, fields: dict[str, Raw]) -> None:
    home.crm.put("deals", "d", fields, associations=[Association("contact", ANN)])


def clock(home: Home, policy: str, *, rep: str = "", words: str = "ann@firm.example") -> ClockShown:
    [found] = [one for one in home.person(words).clocks if one.policy == policy and one.rep == rep]
    return found


def kept(home: Home, words: str) -> tuple[list[str], list[str]]:
    """The stages and clocks that the store keeps of somebody."""
    with home.store.read() as tx:
        person = why.find(tx, home.site, words)
        assert person is not None
        moved, timed = journeys.moves(tx, [person]), clocks.started_between(tx, 0, home.site.now())
    return [one.stage_to for one in moved.get(person, ())], [one.policy for one in timed if one.person_id == person]


def told(home: Home) -> list[tuple[str, str]]:
    teller = Told()
    notify_due(home.site, teller)
    return sorted(teller.messages)


def at(hour: int, minute: int = 0, *, day: int = 20) -> datetime:
    return START.replace(day=day, hour=hour, minute=minute)


def test_a_new_mql_is_given_to_whose_turn_it_is_and_the_clock_runs(office: Home) -> None:
    demo(office)
    after(office, minutes=1)

    ann = office.person("ann@firm.example")
    assert (ann.stage, [one.owner for one in ann.assignments]) == ("mql", ["kim@firm.example"])
    assert "kim@firm.example's turn by weighted rotation" in ann.assignments[0].because
    first = clock(office, "first_contact")
    assert (first.state, first.start, first.due) == ("running", at(12, 1), at(13, 1))
    assert clock(office, "handoff").state == "met"
    assert told(office) == [("mql_assigned", "kim@firm.example")]


def test_stage_deadline_and_owner_are_written_back(office: Home) -> None:
    demo(office)
    after(office, minutes=1)

    written = office.crm.fields(ANN)
    assert {name: written[name] for name in ("Stage", "SLA", "Due", "Rep", "Next")} == {
        "Stage": "mql",
        "SLA": "running",
        "Due": "2026-11-20T13:01:00Z",
        "Rep": "kim@firm.example",
        "Next": "make contact",
    }


def test_a_lead_taken_in_a_crm_whose_clock_is_ahead_is_given_to_nobody_else(office: Home) -> None:
    office.clock.advance(timedelta(minutes=1))
    ahead = office.clock.now() + timedelta(seconds=3)
    office.crm.put("contacts", "1", {"Email": "ann@firm.example", "Owner": "lee@firm.example"}, changed_at=ahead)
    did(office, "demo")
    office.sync()
    office.clock.advance(timedelta(seconds=4))
    sync.settle(office.site, Quiet())

    assert office.person("ann@firm.example").assignments == []
    assert (clock(office, "first_contact").state, clock(office, "first_contact").start) == ("running", ahead)


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        pytest.param({"Answer": "Accepted/SQL"}, "sql", id="an answer"),
        pytest.param({"Stage": "disqualified"}, "disqualified", id="a stage set by hand"),
    ],
)
def test_what_a_crm_whose_clock_is_ahead_says_counts_when_its_time_comes(
    office: Home, said: dict[str, Raw], stage: str
) -> None:
    demo(office)
    after(office, minutes=1)
    after(office, minutes=11)
    ahead = office.clock.now() + timedelta(seconds=3)
    office.crm.put("contacts", "1", said, changed_at=ahead)
    office.sync()
    office.clock.advance(timedelta(seconds=4))
    sync.settle(office.site, Quiet())

    assert office.score("ann@firm.example")[1] == stage


def test_turns_are_taken_by_weight(office: Home) -> None:
    for number in range(1, 7):
        demo(office, about=Ref("contacts", str(number)), email=f"p{number}@firm.example")
        after(office, minutes=1)
    owners = [office.person(f"p{number}@firm.example").assignments[0].owner[:3] for number in range(1, 7)]

    assert owners == ["kim", "lee", "kim", "kim", "lee", "kim"]  # R01


def test_a_call_in_time_meets_the_promise_and_makes_a_working_lead(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.clock.advance(timedelta(minutes=20))
    did(office, "call", outbound=True)
    after(office, minutes=1)

    ann = office.person("ann@firm.example")
    assert ann.stage == "working"
    assert [(one.counted, one.because) for one in ann.attempts] == [(True, "an attempt by call")]
    assert (clock(office, "first_contact").state, clock(office, "first_contact").used_minutes) == ("met", 20)


def test_nobody_is_alarmed_twice_and_a_forgotten_lead_goes_to_somebody_else(office: Home) -> None:
    demo(office)
    after(office, minutes=1)  # given to kim at 12:01
    told(office)

    after(office, minutes=30)  # 12:31, half of the hour is gone
    office.sync()
    assert told(office) == [("sla_at_risk", "kim@firm.example")]
    after(office, minutes=31)  # 13:02
    assert told(office) == [("sla_breached", "boss@firm.example"), ("sla_breached", "kim@firm.example")]
    after(office, hours=2)  # 15:02: still open two hours later
    office.sync()

    ann = office.person("ann@firm.example")
    assert [one.owner for one in ann.assignments] == ["kim@firm.example", "lee@firm.example"]
    assert ("mql_assigned", "lee@firm.example") in told(office)
    customer = clock(office, "first_contact")
    assert (customer.state, customer.owner) == ("breached", "kim@firm.example")
    assert customer.held_minutes["kim@firm.example"] == 181
    assert clock(office, "first_contact", rep="lee@firm.example").due == at(16, 2)


def test_whoever_is_set_offline_gets_nothing_new_for_a_business_day(office: Home) -> None:
    office.agreement = AGREEMENT.replace("then: reassign}", "then: reassign and set owner offline}")
    office.open()
    demo(office)
    after(office, minutes=1)  # Friday 12:01: given to kim
    after(office, hours=3, minutes=1)  # two hours after the breach: to lee, and kim is offline
    demo(office, about=BO, email="bo@firm.example")
    after(office, minutes=1)  # whose turn it were: kim's
    office.clock.advance(timedelta(days=3))  # Monday afternoon
    demo(office, about=CY, email="cy@firm.example")
    after(office, minutes=1)

    owners = [office.person(f"{who}@firm.example").assignments for who in ("ann", "bo", "cy")]
    assert [[one.owner for one in mine] for mine in owners] == [
        ["kim@firm.example", "lee@firm.example"],
        ["lee@firm.example", "kim@firm.example"],  # who is back by the time that lee let this one lie
        ["kim@firm.example"],
    ]
    assert "kim@firm.example let it lie and is offline" in owners[0][1].because
    assert "kim@firm.example is away" in owners[1][0].because


@pytest.mark.parametrize(
    ("acts", "heard"),
    [
        pytest.param("[tell manager]", ["boss@firm.example"], id="the manager alone"),
        pytest.param("[tell owner]", ["kim@firm.example"], id="the owner alone"),
        pytest.param("[flag crm]", ["boss@firm.example", "kim@firm.example"], id="not said: as notify has it"),
    ],
)
def test_a_breach_is_told_to_whom_the_promise_says(tmp_path: Path, store: Store, acts: str, heard: list[str]) -> None:
    home = trial_of(tmp_path, store, AGREEMENT.replace("[tell owner, tell manager]", acts))
    home.sync()
    demo(home)
    after(home, minutes=1)
    told(home)
    after(home, minutes=62)

    assert told(home) == [("sla_breached", who) for who in heard]


def test_a_promise_may_begin_and_end_with_an_activity(tmp_path: Path, store: Store) -> None:
    chat = "    answer_chat: {start: chat, stop: meeting_held, within: 1h}\n"
    home = trial_of(
        tmp_path,
        store,
        AGREEMENT.replace("  sales:\n", "  sales:\n" + chat),
        mapping=MAPPING.replace("page_view: [view]", "page_view: [view], chat: [chat], meeting_held: [met]"),
    )
    home.sync()
    demo(home)
    after(home, minutes=1)
    did(home, "chat")
    after(home, minutes=20)
    assert (clock(home, "answer_chat").state, clock(home, "answer_chat").start) == ("running", at(12, 1))

    did(home, "met", outbound=True)
    after(home, minutes=1)
    assert (clock(home, "answer_chat").state, clock(home, "answer_chat").used_minutes) == ("met", 20)


def test_an_owner_who_accepts_makes_a_working_lead(tmp_path: Path, store: Store) -> None:
    home = trial_of(
        tmp_path,
        store,
        AGREEMENT.replace("stop: contact_attempt", "stop: contact_attempt or owner accepts"),
        mapping=MAPPING.replace("page_view: [view]", "owner_accepted: [took]"),
    )
    home.sync()
    demo(home)
    after(home, minutes=1)
    did(home, "took", outbound=True)
    after(home, minutes=1)

    assert home.person("ann@firm.example").stage == "working"
    assert clock(home, "first_contact").state == "met"


def test_the_clock_stands_still_over_the_weekend(office: Home) -> None:
    office.clock.advance(timedelta(hours=4, minutes=29))
    demo(office)
    after(office, minutes=1)  # Friday 16:30

    assert clock(office, "first_contact").due == at(9, 30, day=23)


@pytest.mark.parametrize(
    ("kind", "until", "due"),
    [
        pytest.param("date", "2026-11-24", at(12, day=23), id="a date, which begins at 11:00 in Auckland"),
        pytest.param("datetime", "2026-11-23T12:30:00Z", at(13, 30, day=23), id="an instant"),
    ],
)
def test_a_clock_stands_still_until_what_a_field_names(
    tmp_path: Path, store: Store, kind: str, until: str, due: datetime
) -> None:
    agreement = AGREEMENT.replace("time:\n", f"fields: {{hold: {{type: {kind}}}}}\ntime:\n  reporting_tz: Pacific/Auckland\n")
    home = trial_of(tmp_path, store, agreement.replace("      within: 1h\n", "      within: 1h\n      pause_while: [hold]\n"))
    home.mapping = MAPPING.replace("owner: Owner,", "owner: Owner, hold: Hold,")
    for remote in home.remotes.values():
        remote.add_field("contacts", RemoteField(name="Hold"))
    home.open()
    home.sync()
    home.crm.put("contacts", "1", {"Hold": until})
    demo(home)
    after(home, minutes=1)

    assert clock(home, "first_contact").due == due


def test_a_lead_that_nobody_has_runs_on_the_calendar_of_the_team_it_is_for(tmp_path: Path, store: Store) -> None:
    late = "{office: {tz: UTC, hours: {mon-fri: [09:00-17:00]}}, late: {tz: UTC, hours: {mon-fri: [13:00-18:00]}}}"
    agreement = (
        AGREEMENT.replace("{office: {tz: UTC, hours: {mon-fri: [09:00-17:00]}}}", late)
        .replace("us: {calendar: office", "us: {calendar: late")
        .replace("  calendar: office", "  calendar: of the owner, else of the team, else office")
        .replace("within: 24h, clock: elapsed", "within: 2h")
        .replace("  teams: {us:", "  absences: away.csv\n  teams: {us:")
    )
    away = "".join(f"{who}@firm.example,2026-11-16,2026-12-04\n" for who in ("kim", "lee"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "away.csv").write_text("who,from,until\n" + away, encoding="utf-8")
    home = trial_of(tmp_path, store, agreement)
    home.sync()
    demo(home)
    after(home, minutes=1)

    assert clock(home, "handoff").due == at(15)  # from 12:00 on; the team begins at 13:00


def test_a_rejection_ends_the_episode_and_a_new_demo_begins_another(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture"})
    after(office, minutes=5)
    assert office.person("ann@firm.example").stage == "nurture"
    assert office.person("ann@firm.example").next_step == "give the reason: Rejected-Nurture"
    assert clock(office, "feedback").stop is None

    office.crm.put("contacts", "1", {"Reason": "timing"})
    after(office, minutes=5)
    assert clock(office, "feedback").state == "met"
    did(office, "demo")
    after(office, minutes=1)

    ann = office.person("ann@firm.example")
    assert (ann.stage, max(one.episode for one in ann.clocks)) == ("mql", 2)


def test_points_from_before_a_rejection_do_not_make_an_mql_again(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    for _ in range(3):
        did(office, "view")
        office.clock.advance(timedelta(seconds=1))
    after(office, minutes=1)
    assert office.score("ann@firm.example") == (60, "mql")
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture", "Reason": "timing"})
    after(office, minutes=1)

    assert office.score("ann@firm.example") == (0, "nurture")
    after(office, days=40)
    assert office.score("ann@firm.example") == (0, "nurture")


def test_what_no_longer_counts_after_a_rejection_is_not_explained_as_points(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    for _ in range(3):
        did(office, "view")
        office.clock.advance(timedelta(seconds=1))
    after(office, minutes=1)
    assert office.person("ann@firm.example").score.counts_after is None
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture", "Reason": "timing"})  # at 12:01:03
    after(office, minutes=1)
    did(office, "view")
    after(office, minutes=1)

    score = office.person("ann@firm.example").score

    assert (score.score, score.band) == (20, "below")
    assert [line.events for line in score.lines] == [[START + timedelta(minutes=2, seconds=3)]]
    assert score.counts_after == START + timedelta(minutes=1, seconds=3)
    assert score.no_longer == {"page_view": 3}


def test_an_accepted_lead_with_a_deal_becomes_opportunity_and_customer(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Accepted/SQL"})
    after(office, minutes=1)
    told(office)
    assert office.person("ann@firm.example").stage == "sql"

    deal(office, {"Phase": "open"})
    after(office, minutes=1)
    assert office.person("ann@firm.example").stage == "sql", "a deal without amount is none yet"
    deal(office, {"Amount": "900 EUR", "Close": "2026-12-24"})
    after(office, minutes=1)
    assert office.person("ann@firm.example").stage == "opportunity"
    deal(office, {"Phase": "Closed Won"})
    after(office, minutes=1)

    stages = [(one.stage, one.by, one.inferred) for one in office.person("ann@firm.example").stages]
    assert stages == [
        ("lead", "daemon", True),
        ("mql", "daemon", False),
        ("working", "sales", True),
        ("sql", "sales", False),
        ("opportunity", "crm", False),
        ("customer", "crm", False),
    ]


@pytest.mark.parametrize(
    ("named", "called"),
    [
        pytest.param("name: Title, ", "New website", id="by its name"),
        pytest.param("", "crm.deals:d", id="by its place, without a name"),
    ],
)
def test_a_lost_deal_is_called_as_sales_knows_it(tmp_path: Path, store: Store, named: str, called: str) -> None:
    office = trial_of(tmp_path, store, mapping=MAPPING.replace("read: {amount", f"read: {{{named}amount"))
    office.sync()
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Accepted/SQL"})
    after(office, minutes=1)
    deal(office, {"Title": "New  website", "Phase": "lost"})
    after(office, minutes=1)

    assert office.person("ann@firm.example").next_step == f"give the reason: lost deal {called}"


def test_history_is_measured_and_nobody_is_told_or_given_anything(tmp_path: Path, store: Store) -> None:
    home = Home(
        tmp_path / "config",
        store,
        mapping=MAPPING.replace(
            "  deals:\n    read: {amount: Amount, close_date: Close, stage: Phase, lost_reason: Lost}\n", ""
        ),
        agreement=AGREEMENT,
        channels="channels: {trial: {file: notices.txt}}\n",
    )
    demo(home)
    home.clock.advance(timedelta(days=2))
    home.sync()
    after(home, days=3)

    ann = home.person("ann@firm.example")
    assert (ann.stage, ann.assignments) == ("mql", [])
    assert [(one.policy, one.state, one.historical) for one in ann.clocks] == [("handoff", "breached", True)]
    assert ann.stages[-1].at == START, "an MQL since the demo, not since the import"
    assert told(home) == []


def test_two_records_that_turn_out_one_person_keep_the_earliest_mql(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    first = office.person("ann@firm.example").stages[-1].at
    demo(office, about=BO, email="bo@firm.example")
    after(office, hours=1)
    office.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    after(office, minutes=1)

    ann = office.person("ann@firm.example")
    assert [one.at for one in ann.stages if one.stage == "mql"] == [first]


def test_asking_again_changes_nothing(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    before = office.person("ann@firm.example")
    written = len(office.crm.written)
    for _ in range(3):
        assess_everyone(office)
        office.sync()

    assert office.person("ann@firm.example").clocks == before.clocks
    assert len(office.crm.written) == written


def test_feedback_about_a_lead_runs_until_marketing_replies(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    with office.store.write() as tx:
        person = why.find(tx, office.site, "ann@firm.example")
        item = Feedback(id="", at=office.site.now(), party="sales", by="kim", kind="missing_content", text="a security paper")
        name = listening.give(tx, office.site, item, person=person)
    after(office, hours=1)
    assert clock(office, "answer").state == "running"

    with office.store.write() as tx:
        listening.reply(tx, office.site, name, by="ana", text="on Monday")
    after(office, minutes=1)
    assert (clock(office, "answer").state, clock(office, "answer").used_minutes) == ("met", 60)


def test_an_overturned_rejection_makes_an_mql_again(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Unqualified", "Reason": "no budget"})
    after(office, minutes=1)
    with office.store.write() as tx:
        person = why.find(tx, office.site, "ann@firm.example")
        assert person is not None
        listening.doubt(tx, office.site, person, by="ana", party="marketing", why="has a budget since Monday")
    after(office, hours=1)
    assert office.person("ann@firm.example").stage == "disqualified"

    with office.store.write() as tx:
        listening.decide(tx, office.site, person, verdict="overturned", by="boss")
    after(office, minutes=1)
    assert office.person("ann@firm.example").stage == "mql"


def test_a_dispute_decided_after_a_merge_is_still_one_dispute_of_the_same_person(office: Home) -> None:
    demo(office, about=BO, email="bo@firm.example")
    after(office, minutes=1)
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Unqualified", "Reason": "no budget"})
    after(office, minutes=1)
    with office.store.write() as tx:
        ann = why.find(tx, office.site, "ann@firm.example")
        assert ann is not None
        listening.doubt(tx, office.site, ann, by="ana", party="marketing", why="has a budget since Monday")
    office.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    after(office, minutes=1)

    with office.store.write() as tx:
        both = why.find(tx, office.site, "ann@firm.example")
        assert both not in (None, ann)
        listening.decide(tx, office.site, both, verdict="overturned", by="boss")
        assert [one.verdict for one in feedback.disputes(tx, None)[both]] == ["overturned"]
        unmerge(tx, office.site, both, office.site.now())
        assert [one.verdict for one in feedback.disputes(tx, None)[ann]] == ["overturned"]


def test_what_nobody_answered_cannot_be_disputed(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    with office.store.write() as tx, pytest.raises(listening.Unheard, match="there is no answer"):
        person = why.find(tx, office.site, "ann@firm.example")
        assert person is not None
        listening.doubt(tx, office.site, person, by="ana", party="marketing", why="no")


def test_promises_are_reported_by_whoever_keeps_them(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    did(office, "call", outbound=True)
    demo(office, about=BO, email="bo@firm.example")
    after(office, minutes=1)
    after(office, hours=2)
    with office.store.read() as tx:
        found = clocks.started_between(tx, 0, office.site.now())
    rows = [one for one in by_group(found, lambda one: one.owner[:3]) if one.promise == "first_contact"]

    assert [(one.group, one.counts.met, one.counts.breached) for one in rows] == [("kim", 1, 0), ("lee", 0, 1)]


def test_whoever_took_a_lead_over_is_warned_by_their_own_clock(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    after(office, hours=3)  # 15:01: forgotten by kim, given to lee
    told(office)

    after(office, minutes=31)
    assert told(office) == [("sla_at_risk", "lee@firm.example")]
    after(office, minutes=30)
    assert told(office) == [("sla_breached", "boss@firm.example"), ("sla_breached", "lee@firm.example")]


@pytest.mark.parametrize("just_assessed", [False, True], ids=["", "assessed in that very instant before"])
def test_a_breach_that_a_bounce_brings_to_light_is_told_at_once(office: Home, just_assessed: bool) -> None:
    office.mapping = MAPPING.replace("call_out: [call]", "call_out: [call], email_1to1_out: [mail], email_bounced: [bounce]")
    office.open()
    demo(office)
    after(office, minutes=1)  # due on Friday at 13:01
    did(office, "mail", outbound=True)
    after(office, minutes=1)
    assert clock(office, "first_contact").state == "met"
    told(office)

    office.clock.advance(timedelta(days=3))  # Monday: what is due is older than any alert goes out
    if just_assessed:
        assess_everyone(office)
    did(office, "bounce")
    office.sync()
    assert told(office) == [
        ("mql_assigned", "lee@firm.example"),
        ("sla_breached", "boss@firm.example"),
        ("sla_breached", "kim@firm.example"),
    ]


def test_a_lead_called_late_while_nobody_looked_stays_with_its_owner(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.clock.advance(timedelta(hours=3, minutes=30))
    did(office, "call", outbound=True)
    after(office, minutes=1)

    assert [one.owner for one in office.person("ann@firm.example").assignments] == ["kim@firm.example"]
    assert clock(office, "first_contact").state == "met_late"


@on_sqlite
def test_a_lead_that_somebody_took_over_by_hand_while_nobody_looked_stays_with_them(tmp_path: Path, store: Store) -> None:
    home = trial_of(tmp_path, store, AGREEMENT.replace("sla:\n", "sla:\n  on_owner_change: {rep_clock: none}\n"))
    home.sync()
    demo(home)
    after(home, minutes=1)
    home.clock.advance(timedelta(hours=3, minutes=1))  # 15:02, and from 15:01 on it is for somebody else
    home.crm.put("contacts", "1", {"Owner": "zoe@firm.example"})
    after(home, minutes=1)

    assert [one.owner for one in home.person("ann@firm.example").assignments] == ["kim@firm.example"]


def test_a_lead_given_away_is_not_given_away_again_in_the_same_instant(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    after(office, hours=3, minutes=1)
    assess_everyone(office)

    owners = [one.owner for one in office.person("ann@firm.example").assignments]
    assert owners == ["kim@firm.example", "lee@firm.example"]


def test_going_live_as_agreed_does_not_make_news_of_the_first_import(tmp_path: Path, store: Store) -> None:
    home = trial_of(tmp_path, store, AGREEMENT.replace("time:\n", 'time:\n  go_live: "2026-11-01T00:00:00Z"\n'))
    demo(home)
    home.clock.advance(timedelta(days=2))
    home.sync()
    after(home, days=3)

    ann = home.person("ann@firm.example")
    assert (ann.stage, ann.assignments, told(home)) == ("mql", [], [])
    assert ann.stages[-1].at == START, "an MQL since the demo, not since the import"


@on_sqlite
def test_clocks_of_the_first_import_are_not_written_back(tmp_path: Path, store: Store) -> None:
    home = trial_of(tmp_path, store)
    demo(home)
    home.clock.advance(timedelta(days=2))
    home.sync()
    after(home, minutes=1)

    assert [(one.state, one.historical) for one in home.person("ann@firm.example").clocks] == [("breached", True)]
    assert home.crm.fields(ANN)["Stage"] == "mql"
    assert {"SLA", "Due"}.isdisjoint(home.crm.fields(ANN))


def test_whoever_a_connection_added_later_brings_is_history(office: Home) -> None:
    office.clock.advance(timedelta(days=1))
    long_ago, there = START - timedelta(days=300), Ref("contacts", "9")
    office.remotes["old"] = FakeRemote(office.streams, page_size=3, now=lambda: long_ago)
    office.remotes["old"].put("contacts", "9", {"Email": "zoe@firm.example"})
    office.remotes["old"].commit(Activity(stream="visits", source_id="d", kind="demo", occurred_at=long_ago, about=(there,)))
    office.open()
    office.describe("old")
    office.sync()

    zoe = office.person("zoe@firm.example")
    assert (zoe.stage, zoe.stages[-1].at, zoe.assignments, told(office)) == ("mql", long_ago, [], [])


def test_an_owner_without_an_address_is_an_owner_all_the_same(tmp_path: Path, store: Store) -> None:
    home = with_owners(tmp_path, store)
    home.crm.put("owners", "17", {"Name": "Kim"})
    home.sync()
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Owner": "17"})
    did(home, "demo")
    after(home, minutes=1)

    ann = home.person("ann@firm.example")
    assert (ann.assignments, clock(home, "first_contact").owner) == ([], "17")


def test_who_tried_to_reach_a_lead_is_called_as_owners_are(tmp_path: Path, store: Store) -> None:
    home = with_owners(tmp_path, store)
    home.crm.put("owners", "17", {"Email": "kim@firm.example"})
    home.sync()
    demo(home)
    after(home, minutes=1)
    did(home, "call", outbound=True, actor="17")
    after(home, minutes=1)

    ann = home.person("ann@firm.example")
    assert [one.by for one in ann.attempts] == ["kim@firm.example"]
    assert (ann.stages[-1].stage, ann.stages[-1].by) == ("working", "kim@firm.example")


def test_an_account_owner_is_whom_its_own_connection_means(tmp_path: Path, store: Store) -> None:
    home = with_owners(tmp_path, store)
    home.crm.put("owners", "17", {"Email": "lee@firm.example"})
    home.shop.put("owners", "17", {"Email": "eve@elsewhere.example"})
    home.crm.put("accounts", "a", {"Name": "Bee", "Website": "bee.example", "Owner": "17"})
    home.sync()
    home.clock.advance(timedelta(minutes=1))
    demo(home, email="ann@bee.example")
    after(home, minutes=1)

    assert [one.owner for one in home.person("ann@bee.example").assignments] == ["lee@firm.example"]


def test_whoever_left_every_crm_gets_no_leads_until_one_names_them_again(tmp_path: Path, store: Store) -> None:
    home = with_owners(tmp_path, store)
    home.crm.put("owners", "17", {"Email": "kim@firm.example"})
    home.sync()
    home.crm.delete(Ref("owners", "17"))
    after(home, minutes=1)
    demo(home)
    after(home, minutes=1)
    assert [one.owner for one in home.person("ann@firm.example").assignments] == ["lee@firm.example"]

    home.shop.put("owners", "3", {"Email": "kim@firm.example"})
    after(home, minutes=1)
    demo(home, about=BO, email="bo@firm.example")
    after(home, minutes=1)
    assert [one.owner for one in home.person("bo@firm.example").assignments] == ["kim@firm.example"]


def test_whoever_turns_out_no_mql_leaves_no_stages_and_clocks_behind(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    deal(office, {"Phase": "open", "Amount": "900 EUR", "Close": "2026-12-24"})
    after(office, minutes=1)
    assert office.person("ann@firm.example").stage == "opportunity"
    office.crm.delete(Ref("deals", "d"))
    after(office, minutes=1)

    assert kept(office, "ann@firm.example") == (["lead"], [])


def test_a_deal_that_is_deleted_is_nobodys(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    deal(office, {"Phase": "open"})
    after(office, minutes=1)
    with office.store.read() as tx:
        person = why.find(tx, office.site, "ann@firm.example")
        assert person is not None
        assert list(records.deals_of(tx, [person])) == [person]
    now, to = office.clock.now(), (Association("contact", ANN),)  # a source may still say whose it was
    office.crm.commit(SourceRecord(stream="deals", external_id="d", changed_at=now, fields={}, deleted=True, associations=to))
    after(office, minutes=1)

    with office.store.read() as tx:
        assert records.deals_of(tx, [person]) == {}


def test_a_stage_set_by_hand_is_kept_of_somebody_who_was_no_mql(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    after(office, minutes=1)
    after(office, minutes=10)
    office.crm.put("contacts", "1", {"Stage": "disqualified"})
    after(office, minutes=10)

    assert office.person("ann@firm.example").stage == "disqualified"
    assert kept(office, "ann@firm.example")[0] == ["lead", "disqualified"]


def disqualified_at(home: Home, *words: str) -> list[int]:
    """Since when each is disqualified, as the store keeps it."""
    found = []
    with home.store.read() as tx:
        for one in words:
            person = why.find(tx, home.site, one)
            assert person is not None
            found += [move.moved_at for move in journeys.moves(tx, [person])[person] if move.stage_to == "disqualified"]
    return found


@on_sqlite
def test_two_of_one_stage_share_its_beginning_as_one_person_and_apart_again_each_has_their_own(office: Home) -> None:
    office.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    office.crm.put("contacts", "2", {"Email": "bo@firm.example"})
    after(office, minutes=1)
    after(office, minutes=10)
    for number in "21":
        office.crm.put("contacts", number, {"Stage": "disqualified"})
        after(office, minutes=10)
    ann, bo = disqualified_at(office, "ann@firm.example", "bo@firm.example")
    assert bo < ann
    office.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    after(office, minutes=1)
    assert disqualified_at(office, "ann@firm.example") == [bo]

    with office.store.write() as tx:
        person = why.find(tx, office.site, "ann@firm.example")
        assert person is not None
        unmerge(tx, office.site, person, office.site.now())
    after(office, minutes=1)
    assert disqualified_at(office, "crm.contacts:1", "crm.contacts:2") == [ann, bo]


def test_whoever_became_somebody_else_leaves_no_clocks_behind(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    demo(office, about=BO, email="bo@firm.example")
    after(office, minutes=1)
    office.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    after(office, minutes=1)
    with office.store.read() as tx:
        people = {one.person_id for one in clocks.open_(tx, 99)}

    assert len(people) == 1


def test_an_acceptance_learnt_of_late_is_told(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    told(office)
    office.clock.advance(timedelta(minutes=5))
    office.crm.put("contacts", "1", {"Answer": "Accepted/SQL"})
    office.clock.advance(timedelta(minutes=5))
    assess_everyone(office)  # before the answer was pulled
    after(office, minutes=1)

    assert told(office) == [("became_sql", "kim@firm.example")]


@on_sqlite
def test_the_acceptance_of_somebody_new_is_no_news(office: Home) -> None:
    office.clock.advance(timedelta(minutes=1))
    office.crm.put("contacts", "1", {"Email": "ann@firm.example", "Owner": "kim@firm.example", "Answer": "Accepted/SQL"})
    after(office, minutes=1)

    assert (office.person("ann@firm.example").stage, told(office)) == ("sql", [])


@on_sqlite
def test_an_acceptance_from_before_going_live_is_no_news(office: Home) -> None:
    before = {"Email": "ann@firm.example", "Owner": "kim@firm.example"}
    office.crm.put("contacts", "1", before, changed_at=START - timedelta(hours=2))
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Accepted/SQL"}, changed_at=START - timedelta(hours=1))
    after(office, minutes=1)

    assert (office.person("ann@firm.example").stage, told(office)) == ("sql", [])


@pytest.mark.parametrize(("written", "owner"), [pytest.param("true", "77", id="on"), pytest.param("false", None, id="off")])
def test_the_owner_chosen_is_the_crms_owner_only_if_that_was_agreed(
    tmp_path: Path, store: Store, written: str, owner: str | None
) -> None:
    home = trial_of(
        tmp_path,
        store,
        AGREEMENT.replace("routing:\n", f"routing:\n  write_owner: {written}\n"),
        mapping=MAPPING.replace("assigned_to: Rep", "assigned_to: Owner") + "  users:\n    read: {email: Mail}\n",
        users="owner",
    )
    home.crm.put("users", "77", {"Mail": "kim@firm.example"})
    home.sync()
    demo(home)
    after(home, minutes=1)

    assert home.crm.fields(ANN).get("Owner") == owner
    after(home, minutes=1)
    assert [one.owner for one in home.person("ann@firm.example").assignments] == ["kim@firm.example"]


def test_a_handoff_is_over_when_its_owner_was_told(office: Home) -> None:
    told_too = AGREEMENT.replace("stop: assigned, within: 24h", "stop: assigned and sales notified, within: 24h")
    office.agreement = told_too.replace("{version: 1,", "{version: 2,")  # of two in the same instant the later number holds
    office.open()
    demo(office)
    after(office, minutes=1)
    assert clock(office, "handoff").state == "running"
    office.clock.advance(timedelta(minutes=2))
    assert told(office) == [("mql_assigned", "kim@firm.example")]
    after(office, minutes=1)

    assert (clock(office, "handoff").state, clock(office, "handoff").stop) == ("met", at(12, 3))


def test_leads_of_somebody_who_is_away_too_long_go_to_somebody_else(office: Home) -> None:
    (office.folder / "away.csv").write_text("who,from,until\nkim@firm.example,2026-11-23,2026-12-04\n", encoding="utf-8")
    office.agreement = AGREEMENT.replace("  teams: {us:", "  absences: away.csv\n  reassign_absent_after: 1bd\n  teams: {us:")
    office.open()
    demo(office)
    after(office, minutes=1)
    did(office, "call", outbound=True)
    after(office, days=3)  # Monday: kim is away
    assert [one.owner for one in office.person("ann@firm.example").assignments] == ["kim@firm.example"]

    with office.store.read() as tx:
        due = assessments.next_due(tx)
    assert due is not None
    assert office.site.now() < due <= office.site.now() + 86_400_000_000
    after(office, days=1)
    office.sync()
    assert [one.owner for one in office.person("ann@firm.example").assignments] == ["kim@firm.example", "lee@firm.example"]


def test_somebody_deleted_can_still_be_explained(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.delete(ANN)
    after(office, minutes=1)

    gone = office.person("crm.contacts:1")
    assert (gone.stage, [one.owner for one in gone.assignments]) == ("", ["kim@firm.example"])
    with office.store.read() as tx:
        assert clocks.open_(tx, 9) == []


def test_an_answer_that_another_record_repeats_is_as_old_as_when_it_was_given(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture", "Reason": "timing"})
    after(office, minutes=5)
    _, mql, given = (one.at for one in office.person("ann@firm.example").stages)
    office.crm.merge(ANN, BO)  # as a lead becomes a contact
    after(office, minutes=1)
    office.crm.put("contacts", "2", {"Email": "ann@firm.example", "Answer": "Rejected-Nurture", "Reason": "timing"})
    after(office, hours=1)

    ann = office.person("ann@firm.example")
    assert [(one.stage, one.at) for one in ann.stages if one.stage in ("mql", "nurture")] == [("mql", mql), ("nurture", given)]


def test_an_answer_that_is_given_again_counts_from_then_although_another_record_said_it_all_along(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "2", {"Email": "ann@firm.example", "Answer": "Rejected-Nurture"})
    after(office, minutes=5)
    office.crm.put("contacts", "1", {"Answer": "Accepted/SQL"})
    after(office, minutes=5)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture"})
    again = office.clock.now()
    after(office, minutes=5)

    said = [(one.stage, one.at) for one in office.person("ann@firm.example").stages]
    assert [stage for stage, _ in said][-3:] == ["working", "sql", "nurture"]
    assert said[-1][1] >= again


def test_an_emptied_answer_may_be_given_again(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture", "Reason": "timing"})
    after(office, minutes=5)
    office.crm.put("contacts", "1", {"Answer": "", "Reason": ""})
    did(office, "demo")
    after(office, minutes=5)
    assert office.person("ann@firm.example").stage == "mql"
    office.crm.put("contacts", "1", {"Answer": "Rejected-Nurture"})
    after(office, minutes=5)

    ann = office.person("ann@firm.example")
    assert (ann.stage, ann.next_step) == ("nurture", "give the reason: Rejected-Nurture")
    assert [one.episode for one in ann.stages if one.stage == "mql"] == [1, 2]


def test_who_waits_in_the_queue_leaves_one_line_however_long(office: Home) -> None:
    away = "who,from,until\nkim@firm.example,2026-11-20,2026-11-20\nlee@firm.example,2026-11-20,2026-11-20\n"
    (office.folder / "away.csv").write_text(away, encoding="utf-8")
    office.agreement = AGREEMENT.replace("  teams: {us:", "  absences: away.csv\n  teams: {us:")
    office.open()
    demo(office)
    for _ in range(4):
        after(office, minutes=11)
    assert [one.queue for one in office.person("ann@firm.example").assignments] == ["inbound"]
    assert told(office) == [("nobody_available", "boss@firm.example")]

    office.agreement = AGREEMENT
    office.open()
    after(office, minutes=11)
    assert [one.owner for one in office.person("ann@firm.example").assignments] == ["", "kim@firm.example"]


def test_nobody_is_told_again_because_two_records_turn_out_one_person_or_two_again(office: Home) -> None:
    demo(office)
    after(office, minutes=1)
    demo(office, about=BO, email="bo@firm.example")
    after(office, minutes=70)  # ann's first contact is breached, and so is bo's soon
    after(office, minutes=70)
    told(office)
    office.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    after(office, minutes=1)
    assert told(office) == []
    assert {one.state for one in office.person("ann@firm.example").notices} == {"told"}

    with office.store.write() as tx:
        person = why.find(tx, office.site, "ann@firm.example")
        assert person is not None
        unmerge(tx, office.site, person, office.site.now())
    office.crm.put("contacts", "2", {"Email": "bo@firm.example"})
    after(office, minutes=1)
    assert told(office) == []
    owners = {
        words: [one.owner[:3] for one in office.person(words).assignments] for words in ("ann@firm.example", "bo@firm.example")
    }
    assert owners == {"ann@firm.example": ["kim"], "bo@firm.example": ["lee"]}


def test_an_owner_is_written_by_name_where_no_owners_are_listed(office: Home) -> None:
    office.mapping = MAPPING.replace("assigned_to: Rep", "assigned_to: Owner")
    office.agreement = AGREEMENT.replace("routing:\n", "routing:\n  write_owner: true\n")
    office.open()
    demo(office)
    after(office, minutes=1)

    assert office.crm.fields(ANN)["Owner"] == "kim@firm.example"
