"""Notices: raised once, told once, never lost; and the digest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from syncd.agreement.notices import Message, Notice
from syncd.engine.notices import notify_due
from syncd.notify import Undelivered
from syncd.store import notices
from syncd.store.notices import Raised
from tests.engine.build import AGREEMENT, START, Home, on_sqlite

KIM = "kim@example.com"
NOTIFY = """\
notify:
  together: 10m
  per_hour: 2
  digest: {to: "#smarketing", by: trial, at: "09:00"}
"""


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Recorder:
    """A teller that remembers what it was told to say, and fails on demand."""

    told: list[tuple[str, str, bool]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def tell(self, message: Message, *, again: bool) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((message.to, message.text, again))


@pytest.fixture
def here(home: Home) -> Home:
    home.agreement = AGREEMENT + NOTIFY
    home.channels = "channels: {trial: {file: notices.txt}}\n"
    home.open()
    return home


def raised(home: Home, *keys: str, event: str = "sla_at_risk") -> int:
    with home.store.write() as tx:
        return notices.raise_(
            tx,
            [Raised(Notice(key, event, KIM, "trial", f"text {key}", home.site.now()), 1, "waiting") for key in keys],
        )


def waiting(home: Home) -> list[tuple[str, str, str]]:
    with home.store.read() as tx:
        return [(one.key, one.state, one.problem) for one in notices.untold(tx)]


def test_a_notice_raised_twice_is_told_once(here: Home) -> None:
    teller = Recorder()

    assert (raised(here, "a"), raised(here, "a")) == (1, 0)
    assert notify_due(here.site, teller.tell)["told"] == 1
    assert raised(here, "a") == 0
    assert not notify_due(here.site, teller.tell)

    assert teller.told == [(KIM, "text a", False)]


@on_sqlite
def test_more_of_the_same_waits_for_as_long_as_agreed_be_it_longer_than_an_hour(here: Home) -> None:
    here.agreement = here.agreement.replace("together: 10m", "together: 2h")
    here.open()
    teller = Recorder()
    raised(here, "a")
    notify_due(here.site, teller.tell)
    here.clock.advance(timedelta(minutes=90))
    raised(here, "b")
    assert not notify_due(here.site, teller.tell)

    here.clock.advance(timedelta(minutes=30))
    notify_due(here.site, teller.tell)
    assert [text for _, text, _ in teller.told] == ["text a", "text b"]


def test_what_a_channel_refuses_is_tried_again_with_growing_pauses(here: Home) -> None:
    teller = Recorder(failures=[Undelivered("channels.trial: is down"), Undelivered("channels.trial: is down")])
    raised(here, "a")

    assert notify_due(here.site, teller.tell)["undelivered"] == 1
    assert waiting(here) == [("a", "waiting", "channels.trial: is down")]
    assert not notify_due(here.site, teller.tell), "not before a minute has passed"
    here.clock.advance(timedelta(minutes=1))
    assert notify_due(here.site, teller.tell)["undelivered"] == 1
    here.clock.advance(timedelta(minutes=1))
    assert not notify_due(here.site, teller.tell), "now two"
    here.clock.advance(timedelta(minutes=1))
    assert notify_due(here.site, teller.tell)["told"] == 1

    assert waiting(here) == []


def test_what_a_removed_channel_had_to_tell_is_dropped_with_the_reason(here: Home) -> None:
    raised(here, "a")
    here.agreement, here.channels = AGREEMENT, ""
    here.open()
    teller = Recorder()

    assert notify_due(here.site, teller.tell) == {"dropped": 1}
    assert (teller.told, waiting(here)) == ([], [])
    with here.store.read() as tx:
        (kept,) = notices.of_person(tx, 1)
    assert (kept.state, kept.text, kept.problem) == (
        "silent",
        "",
        "channels.trial: was removed from syncd.yaml; nobody was told",
    )


def test_a_process_killed_while_telling_tells_again_and_says_so(here: Home) -> None:
    raised(here, "a")
    with pytest.raises(Killed):
        notify_due(here.site, Recorder(failures=[Killed()]).tell)

    here.open()
    teller = Recorder()
    notify_due(here.site, teller.tell)

    assert teller.told == [(KIM, "text a", True)]


def test_what_was_said_about_people_is_not_kept_once_told(here: Home) -> None:
    raised(here, "a")
    notify_due(here.site, Recorder().tell)

    with here.store.read() as tx:
        assert [(one.text, one.state) for one in notices.of_person(tx, 1)] == [("", "told")]


def test_the_digest_comes_once_a_day_with_what_was_too_much(here: Home) -> None:
    teller = Recorder()
    notify_due(here.site, teller.tell)  # Friday 12:00: from now on there are digests
    for event in ("sla_at_risk", "sla_breached", "became_sql"):
        raised(here, event, event=event)
    notify_due(here.site, teller.tell)  # two messages an hour
    assert len(teller.told) == 2

    here.clock.advance(timedelta(days=2))  # Sunday
    assert not notify_due(here.site, teller.tell)
    here.clock.advance(timedelta(days=1))  # Monday 12:00
    notify_due(here.site, teller.tell)
    notify_due(here.site, teller.tell)

    assert teller.told[2:] == [("#smarketing", "text sla_breached", False)] or teller.told[2:] == [
        ("#smarketing", "text sla_at_risk", False)
    ]
    assert waiting(here) == []


def test_the_digest_tells_who_entered_which_stage(here: Home) -> None:
    teller = Recorder()
    notify_due(here.site, teller.tell)
    here.crm.put("contacts", "1", {"Email": "ann@firm.example", "Title": "ceo"})
    here.crm.put("contacts", "2", {"Email": "bo@firm.example"})
    here.clock.advance(timedelta(hours=1))
    here.sync()
    here.clock.advance(timedelta(days=3))

    notify_due(here.site, teller.tell)

    assert teller.told == [("#smarketing", "Since 2026-11-20 09:00Z, people entered\nlead: 2", False)]


def test_whoever_enters_a_stage_at_the_hour_of_the_digest_is_in_that_one_only(here: Home) -> None:
    teller = Recorder()
    notify_due(here.site, teller.tell)
    here.sync()
    here.clock.set(START.replace(day=23, hour=9))  # Monday
    here.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    here.sync()
    for _ in range(2):
        notify_due(here.site, teller.tell)
        here.clock.advance(timedelta(days=1))

    assert [text for _, text, _ in teller.told] == ["Since 2026-11-20 09:00Z, people entered\nlead: 1"]


def test_without_a_digest_what_is_too_much_waits_and_is_told(here: Home) -> None:
    here.agreement = AGREEMENT + "notify: {together: 0s, per_hour: 2}\n"
    here.open()
    teller = Recorder()
    for event in ("sla_at_risk", "sla_breached", "became_sql"):
        raised(here, event, event=event)
    notify_due(here.site, teller.tell)
    assert len(teller.told) == 2

    for _ in range(6):
        here.clock.advance(timedelta(minutes=15))
        notify_due(here.site, teller.tell)
    assert len(teller.told) == 3
    assert waiting(here) == []
