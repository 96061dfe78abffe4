"""Promises in words that both teams read."""

from __future__ import annotations

from pathlib import Path

from syncd.agreement.promise_words import promises_in_words
from syncd.config import load
from tests.config.build import AGREEMENT, MAIN, SPECS, write

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
      void_if: [deal lost]
      targets: [{when: high_intent, within: 1h}, {when: company_size > 500, within: 2h}, {when: otherwise, within: 1bd..2bd}]
      if_still_open_after: {another: 2h, then: reassign}
    depth: {start: assigned, need: 5 contact_attempts, over_at_least_days: 3, unless: connected, within: 10bd}
routing:
  rules: [{when: otherwise, to: us}]
  teams: {us: {members: [{who: lee}]}}
  nobody_available: {tell: [boss]}
notify: {instant: [{event: sla_breached, to: [owner, manager], by: trial}]}
"""


def test_an_agreement_is_said_line_by_line(tmp_path: Path) -> None:
    config = load(write(tmp_path, main=MAIN + "channels: {trial: {file: notices.txt}}\n", agreement=AGREEMENT + YAML), SPECS)
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
        "first_contact is unmade by deal lost.",
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
