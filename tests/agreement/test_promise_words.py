"""Promises and clocks in words that both teams read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from syncd.agreement.clocks import Situation
from syncd.agreement.counting import FOREVER
from syncd.agreement.durations import Pause
from syncd.agreement.promise_words import clock_in_words, promises_in_words
from syncd.config import load
from tests.agreement.build import at
from tests.agreement.promises import CONTACT, as_of, episode, on, one, promise, sla
from tests.config.build import AGREEMENT, SPECS, write

ASSIGNED = ("2026-11-16T10:15-05:00", "assigned")
YAML = """\
time:
  go_live: "2026-12-01T00:00:00Z"
  calendars:
    ny:
      tz: America/New_York
      hours: {mon-tue: [09:00-12:00, 13:00-17:00], thu-fri: [09:00-15:00]}
      holidays: {days: {"2026-12-25": Christmas}}
      special: {"2026-12-24": [09:00-12:00], "2026-12-31": []}
fields: {leave_until: {type: date}}
sla:
  preset: article_000
  calendar: of the owner, else ny
  calendar_of: {kim: ny}
  sales:
    first_contact:
      pause_while: [leave_until]
      cancel_if: [disqualified]
      void_if: [merged]
      targets: [{when: high_intent, within: 1h}, {when: company_size > 500, within: 2h}, {when: otherwise, within: 1bd..2bd}]
      if_still_open_after: {another: 2h, then: reassign}
    depth: {start: assigned, need: 5 contact_attempts, over_at_least_days: 3, unless: connected, within: 10bd}
"""


def test_an_agreement_is_said_line_by_line(tmp_path: Path) -> None:
    config = load(write(tmp_path, agreement=AGREEMENT + YAML), SPECS)
    assert config.sla is not None
    said = promises_in_words(config.sla, config.attempts)

    assert said["time"] == (
        "Dates are told in UTC; weeks start on Monday.",
        "What was due before 2026-12-01 00:00 UTC is measured, and nobody is told.",
        "After an outage, alerts older than 1 day of 24 h go into the digest.",
        "Calendar ny in America/New_York: Monday to Tuesday 09:00-12:00, 13:00-17:00; Thursday to Friday 09:00-15:00; "
        "holidays known: 1.",
        "Calendar ny on 2026-12-24: 09:00-12:00.",
        "Calendar ny on 2026-12-31: closed.",
    )
    assert said["attempts"] == (
        "An attempt is call_out, email_1to1_out, linkedin_out, meeting_booked, meeting_held, sms_out, whatsapp_out.",
        "No attempt is marketing_email, note, task_created.",
        "Attempts by one channel less than 10 min apart are one.",
        "A meeting the lead books is an attempt.",
        "Somebody is reached by call_in, chat, email_reply, meeting_held, or when the CRM says so.",
        "A contact up to 1 day of 24 h before the handoff answers it at once.",
        "A mail that comes back is no attempt, and opens its clock again.",
    )
    assert said["promises"] == (
        "handoff (marketing): from became mql to assigned in 24 hours.",
        "handoff is at risk at 50% of that.",
        "answer_feedback (marketing): from a disposition with its reason or feedback received "
        "to a reply by marketing in 10 business days.",
        "first_contact (sales): from assigned to contact attempt in 1 open hour for high intent, "
        "2 open hours if company_size is more than 500, 2 business days (better 1 business day) otherwise.",
        "first_contact is at risk at 50%, 75%, 90% of that.",
        "first_contact stands still during leave_until.",
        "first_contact ends undecided with became disqualified.",
        "first_contact is unmade by merged.",
        "When first_contact is breached: tell owner, tell manager, flag crm.",
        "2 open hours after that, if it is still open: reassign.",
        "decide (sales): from assigned to a disposition in 5 business days.",
        "decide is at risk at 60%, 80% of that.",
        "feedback (sales): from assigned to a disposition with its reason in 10 business days.",
        "depth (sales): from assigned to 5 times contact attempt on at least 3 dates, or connected, in 10 business days.",
        "volume (marketing): at least 100 mql a month, judged by the forecast, too.",
        "quality (marketing): at least 40% of the mql of a month: high intent.",
        "first_week (sales): at least 50% of the mql of a week: contact attempt within 7 days of 24 h.",
        "conversion (joint): at least 25% of the mql of a month: sql within 30 days of 24 h.",
        "Below 20% of 30 people or more both managers are told, until it is 25% again: "
        "open an investigation for both managers: targeting, follow-up or definitions.",
        "Business clocks run on the calendar of the owner (kim: ny), else ny.",
    )


def test_a_met_clock_says_by_what_and_after_how_long() -> None:
    way = episode(ASSIGNED, ("2026-11-16T10:45-05:00", "contact_attempt"))

    assert clock_in_words(one("2026-11-17", way)) == (
        "it: met, due Mon 2026-11-16 11:15 America/New_York",
        "1 open hour from Mon 2026-11-16 10:15 America/New_York, agreement version 0",
        "calendar ny, by default",
        "fulfilled by contact attempt at Mon 2026-11-16 10:45 America/New_York after 30 min",
    )


def test_a_breached_clock_says_to_whom_it_is_booked() -> None:
    way = episode(ASSIGNED, owners=(("A", ASSIGNED[0]), ("B", "2026-11-16T10:55-05:00")))
    customer = as_of("2026-11-16T12:15-05:00", way, sla(go_live="2027-01-01"))[0]

    assert clock_in_words(customer) == (
        "it: breached, due Mon 2026-11-16 11:15 America/New_York, history from before go-live",
        "1 open hour from Mon 2026-11-16 10:15 America/New_York, agreement version 0",
        "calendar ny, by default",
        "2 h 0 min used",
        "booked to B, who had the person then",
        "A had the person for 40 min",
        "B had the person for 1 h 20 min",
    )


def test_a_paused_clock_says_since_when() -> None:
    policy = replace(CONTACT, pause_while=("leave",))
    situation = Situation(pauses={"leave": (Pause(at("2026-11-16T10:30-05:00"), FOREVER),)})
    said = clock_in_words(one("2026-11-16T12:00-05:00", episode(ASSIGNED), sla(policy), situation=situation))

    assert said[0] == "it: paused, due an end nobody knows"
    assert said[-1] == "paused from Mon 2026-11-16 10:30 America/New_York to an end nobody knows"


def test_a_canceled_clock_and_one_for_depth_say_how_far_they_came() -> None:
    depth = replace(promise("assigned", "contact_attempt", "10bd"), need=5, cancel_if=on("merged"))
    way = episode(ASSIGNED, ("2026-11-16T11:15-05:00", "contact_attempt"), ("2026-11-16T12:15-05:00", "merged"))
    said = clock_in_words(one("2026-11-17", way, sla(depth)))

    assert said[0].startswith("it: canceled")
    assert said[-2:] == ("1 of 5 done", "ended at Mon 2026-11-16 12:15 America/New_York after 2 h 0 min")
