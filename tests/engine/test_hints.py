"""Webhooks are hints: kept for good, many of one record are one, and what they speak of is read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.engine import sync
from syncd.engine.echo import SKEW
from syncd.engine.hints import BATCH, Call, receive
from syncd.engine.scope import Scope
from syncd.model import Activity, Ref, SourceRecord
from syncd.spi import BadAnswer, ConnectorSpec, Hook, Unauthorized, Unavailable
from syncd.store import hints
from syncd.store.hints import TRIES, Hint
from tests.engine.build import START, Home, Quiet, on_sqlite


def signed(hook: Hook) -> Sequence[Ref]:
    """A vendor whose webhooks are signed with a word and list [stream, identifier]."""
    if hook.headers.get("x-signature") != "good":
        raise Unauthorized("the signature is wrong")
    return [Ref(*one) for one in json.loads(hook.body)]


@pytest.fixture(name="home")
def hooked(home: Home) -> Home:
    """An installation whose crm sends webhooks and knows Ann."""
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "City": "Rome"})
    home.sync()
    alter(home, lambda spec: replace(spec, hints=signed))
    return home


def alter(home: Home, change: Callable[[ConnectorSpec], ConnectorSpec]) -> None:
    crm = home.site.config.connections["crm"]
    connections = {**home.site.config.connections, "crm": replace(crm, spec=change(crm.spec))}
    home.site = replace(home.site, config=replace(home.site.config, connections=connections))


def hear(home: Home, *refs: tuple[str, str], signature: str = "good") -> int:
    call = Call(
        method="POST", url="https://x.example/hooks/crm", headers={"x-signature": signature}, body=json.dumps(refs).encode()
    )
    return receive(home.site, home.site.config.connections["crm"], call)


def waiting(home: Home) -> list[str]:
    with home.store.read() as tx:
        return [one.external_id for one in hints.due(tx, "crm", 2**60, 1000)]


def reread(home: Home) -> sync.Outcome:
    return sync.reread(home.site, "crm", Quiet())


def test_what_a_webhook_speaks_of_is_read_again(home: Home) -> None:
    home.crm.put("contacts", "1", {"City": "Oslo"})
    assert hear(home, ("contacts", "1")) == 1
    assert waiting(home) == ["1"]

    assert reread(home).counts["changed"] == 1
    assert (home.fields("ann@gmail.com")["city"], waiting(home)) == ("Oslo", [])


def test_many_hints_of_a_record_are_one(home: Home) -> None:
    for _ in range(3):
        hear(home, ("contacts", "1"), ("contacts", "1"))

    assert waiting(home) == ["1"]


def test_a_bad_signature_leaves_no_trace(home: Home) -> None:
    with pytest.raises(Unauthorized):
        hear(home, ("contacts", "1"), signature="bad")

    assert waiting(home) == []


def test_hints_survive_a_restart(home: Home) -> None:
    hear(home, ("contacts", "1"))
    home.open()

    assert waiting(home) == ["1"]


def test_what_is_not_mapped_is_not_read(home: Home) -> None:
    assert hear(home, ("tickets", "1"), ("contacts", "1")) == 1


def test_a_new_record_an_activity_and_a_deleted_record_are_taken_in(home: Home) -> None:
    home.crm.put("contacts", "2", {"Email": "bob@gmail.com"})
    home.crm.commit(Activity(stream="visits", source_id="v1", kind="view", occurred_at=START, about=(Ref("contacts", "1"),)))
    home.crm.delete(Ref("contacts", "1"))
    hear(home, ("contacts", "2"), ("visits", "v1"), ("contacts", "1"))
    reread(home)

    assert home.people() == [["crm:2"]]


def test_the_pull_does_not_undo_what_a_hint_brought(home: Home) -> None:
    """The page was made before the record changed and is saved after the hint was followed."""
    page = home.crm.listing("contacts", 0)
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"City": "Oslo"})
    hear(home, ("contacts", "1"))
    reread(home)
    home.crm.commit(page.rows[0].entry)  # shows again, in its old version
    home.pull("crm")

    assert home.fields("ann@gmail.com")["city"] == "Oslo"


def test_a_hint_that_comes_while_its_record_is_read_is_followed_once_more(home: Home) -> None:
    hear(home, ("contacts", "1"))
    with home.store.read() as tx:
        before = hints.due(tx, "crm", home.site.now(), 10)
    home.clock.advance(timedelta(seconds=1))
    hear(home, ("contacts", "1"))
    with home.store.write() as tx:
        hints.done(tx, before)

    assert waiting(home) == ["1"]


def test_a_lost_source_keeps_its_hints(home: Home) -> None:
    hear(home, ("contacts", "1"))
    home.crm.fail_next(Unavailable("down"))

    assert reread(home).word == "unavailable"
    assert waiting(home) == ["1"]


def test_hints_that_make_no_sense_are_put_off_and_given_up_in_the_end(home: Home) -> None:
    hear(home, ("contacts", "1"))
    home.crm.fail(BadAnswer("nonsense"))
    tries = 0
    while waiting(home):
        tries += 1
        assert reread(home).word == "bad answer"
        assert reread(home).counts == {}  # not due
        home.clock.advance(timedelta(hours=1))

    assert tries == TRIES


@on_sqlite
def test_hints_that_make_no_sense_are_put_off_for_twice_as_long_each_time(home: Home) -> None:
    hear(home, ("contacts", "1"))
    home.crm.fail(BadAnswer("nonsense"))
    pauses = []
    for _ in range(3):
        reread(home)
        due = sync.next_reread(home.site, "crm")
        assert due is not None
        pauses.append(timedelta(microseconds=due - home.site.now()))
        home.clock.advance(pauses[-1])

    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


def test_a_hint_of_a_stream_that_is_no_longer_mapped_is_forgotten(home: Home) -> None:
    home.crm.put("accounts", "a1", {"Name": "Firm"})
    hear(home, ("accounts", "a1"))
    home.mapping = home.mapping.replace("  accounts:\n    read: {name: Name, domain: Website, company_size: Size}\n", "")
    home.open()
    home.crm.put("contacts", "1", {"City": "Oslo"})
    home.clock.advance(timedelta(minutes=1))
    alter(home, lambda spec: replace(spec, hints=signed))
    hear(home, ("contacts", "1"))

    assert reread(home).word == "complete"
    assert (home.fields("ann@gmail.com")["city"], waiting(home)) == ("Oslo", [])


def test_hints_answered_with_what_was_not_asked_for_are_given_up_in_the_end(home: Home) -> None:
    strange = SourceRecord(stream="tickets", external_id="1", changed_at=START, fields={})
    home.crm.look = lambda ref: strange  # type: ignore[method-assign]
    hear(home, ("contacts", "1"))

    for _ in range(TRIES):
        assert reread(home).word == "bad answer"
        home.clock.advance(timedelta(hours=1))
    assert waiting(home) == []


def test_more_hints_than_one_call_takes_are_followed_in_turn(home: Home) -> None:
    for number in range(BATCH + 1):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@gmail.com"})
    hear(home, *(("contacts", str(number)) for number in range(BATCH + 1)))

    assert reread(home).counts["read"] == BATCH + 1


def test_a_webhook_outweighs_a_later_look_and_not_the_other_way_round(home: Home) -> None:
    (contacts,) = [one.id for one in home.site.streams.values() if (one.connection, one.name) == ("crm", "contacts")]
    now = home.site.now()
    with home.store.write() as tx:
        hints.look_again(tx, [(contacts, "1")], now, now + 100)
        hints.look_again(tx, [(contacts, "1")], now, now + 50)
        assert hints.next_due(tx, "crm") == now + 50
        hints.hear(tx, [(contacts, "1")], now)
        hints.look_again(tx, [(contacts, "1")], now, now + 50)
        assert hints.due(tx, "crm", now, 10) == [Hint(contacts, "1", now, now, 0)]


def test_a_field_that_shows_what_stood_there_before_is_looked_at_again_a_little_later(home: Home) -> None:
    """Somebody took our write back before we had read it: too early to tell from a version that is older than the write."""
    home.crm.put("contacts", "1", {"Score": None})
    home.pull("crm")
    assert waiting(home) == ["1"]
    assert home.person("ann@gmail.com").overrides == []

    home.clock.advance(timedelta(microseconds=SKEW + 1))
    reread(home)
    assert [one.field for one in home.person("ann@gmail.com").overrides] == ["Score"]


def test_what_a_hint_leaves_open_is_looked_at_again_as_well(home: Home) -> None:
    home.crm.put("contacts", "1", {"Score": None})
    hear(home, ("contacts", "1"))
    assert reread(home).counts["read"] == 1
    assert home.person("ann@gmail.com").overrides == []
    assert waiting(home) == ["1"]

    home.clock.advance(timedelta(microseconds=SKEW + 1))
    reread(home)
    assert [one.field for one in home.person("ann@gmail.com").overrides] == ["Score"]
    assert waiting(home) == []


def test_what_stays_open_is_looked_at_ever_less_often(home: Home) -> None:
    """The source dates every version before our write."""
    home.clock.advance(timedelta(hours=1))
    home.crm.put("contacts", "1", {"Title": "ceo"}, changed_at=START)
    home.sync()  # writes the score
    written = home.clock.now()
    home.crm.put("contacts", "1", {"Score": "9"}, changed_at=START)
    hear(home, ("contacts", "1"))
    reads = []
    for minute in range(0, 24 * 60, 5):
        home.clock.set(written + timedelta(minutes=minute, seconds=minute and 1))
        if reread(home).counts["read"]:
            reads.append(minute)

    assert reads == [0, 5, 15, 35, 75, 155, 315, 635, 1275]  # a little later than when the write is twice as old


def test_one_record_is_read_again_by_hand(home: Home) -> None:
    home.crm.put("contacts", "1", {"City": "Oslo"})
    home.crm.put("contacts", "2", {"Email": "bob@gmail.com"})
    outcome = sync.pull(home.site, "crm", Quiet(), scope=Scope(ref=Ref("contacts", "1")))

    assert outcome.counts["read"] == 1
    assert home.fields("ann@gmail.com")["city"] == "Oslo"
    assert home.people() == [["crm:1"]]
