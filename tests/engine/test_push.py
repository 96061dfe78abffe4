"""Writing back: only what differs, every receipt, nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.engine import sync
from syncd.engine.assess import assess_everyone_anew
from syncd.engine.pull import take_in
from syncd.engine.push import LOOK_AGAIN
from syncd.engine.site import Counts
from syncd.model import Change, Golden, Ref
from syncd.spi import BadAnswer, Receipt, Rejected, Unavailable
from syncd.store import ids, inbox, outbox
from syncd.store.database import Store
from syncd.store.outbox import SENT, Pending
from syncd.testing import FakeConnector
from tests.engine.build import START, Home, Quiet, on_sqlite
from tests.engine.test_hints import alter

ANN = Ref("contacts", "1")


@pytest.fixture
def known(home: Home) -> Home:
    """An installation that knows Ann, a CEO of a company of 50: 40 points."""
    home.crm.put("accounts", "7", {"Name": "Firm", "Website": "firm.example", "Size": "50"})
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Title": "CEO"})
    return home


def written(home: Home) -> list[tuple[str, Mapping[str, Golden | None]]]:
    return [(change.ref.external_id, {name: one.new for name, one in change.fields.items()}) for change in home.crm.written]


def waiting(home: Home) -> int:
    with home.store.read() as tx:
        return sum(outbox.counts(tx).values())


def pending(home: Home) -> list[Pending]:
    with home.store.read() as tx:
        return [one.pending for _, one in outbox.waiting(tx, "crm", 100)]


def push(home: Home) -> sync.Outcome:
    return sync.push(home.site, "crm", Quiet())


def entitle(home: Home, title: str) -> None:
    """Let the shop say a minute later what Ann is, and assess her."""
    home.clock.advance(timedelta(minutes=1))
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "Title": title})
    home.pull("shop")
    sync.settle(home.site, Quiet())


def meanwhile(home: Home, happens: Callable[[], None]) -> None:
    """Let something happen once while writes are on their way."""
    once = iter([happens])

    class Busy(FakeConnector):
        def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
            receipts = super().push(changes)
            for one in once:
                one()
            return receipts

    alter(home, lambda spec: replace(spec, open=lambda opening: Busy(home.crm)))


WHY = "company_size in 10..500 +30; role is ceo +10"


def test_score_stage_and_reasons_are_written_once(known: Home) -> None:
    known.sync()
    assert written(known) == [("1", {"Score": 40, "Stage": "nurture", "Why": WHY})]

    known.sync()
    known.pull("crm", full=True)
    known.sync()
    assert len(written(known)) == 1


def test_only_fields_that_changed_are_written_with_their_old_value(known: Home) -> None:
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.sync()

    last = known.crm.written[-1]
    assert {name: (one.old, one.new) for name, one in last.fields.items()} == {
        "Score": (40, 30),
        "Why": (WHY, "company_size in 10..500 +30"),
    }


def test_what_the_source_shows_already_is_not_written(home: Home) -> None:
    home.crm.put(
        "contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO", "Score": "10", "Stage": "lead", "Why": "role is ceo +10"}
    )
    home.sync()

    assert written(home) == []


def test_in_the_shadow_everything_is_computed_and_nothing_sent(known: Home) -> None:
    known.write_back = "shadow"
    known.open()
    known.sync()

    assert known.crm.written == []
    assert waiting(known) == 1
    assert {(one.field, one.new) for one in known.person("ann@firm.example").writes} == {
        ("Score", 40),
        ("Stage", "nurture"),
        ("Why", WHY),
    }


def test_from_shadow_to_live_what_waited_is_sent(known: Home) -> None:
    known.write_back = "shadow"
    known.open()
    known.sync()
    known.write_back = "live"
    known.open()
    known.sync()

    assert written(known) == [("1", {"Score": 40, "Stage": "nurture", "Why": WHY})]


def test_without_write_back_nothing_is_even_computed(known: Home) -> None:
    known.write_back = "none"
    known.open()
    known.sync()

    assert waiting(known) == 0


def test_batches_are_no_larger_than_the_connector_takes(home: Home) -> None:
    home.batch = 2
    home.open()
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@gmail.com", "Title": "CEO"})
    home.sync()

    assert sorted(external_id for external_id, _ in written(home)) == ["0", "1", "2", "3", "4"]
    assert waiting(home) == 0


def test_writes_that_were_not_made_are_made_later(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.fail_next(Unavailable("down"))
    assert push(known).word == "unavailable"
    assert (written(known), waiting(known)) == ([], 1)

    assert push(known).word == "complete"
    assert (len(written(known)), waiting(known)) == (1, 0)


def test_an_answer_lost_after_the_write_repeats_it_with_the_same_key(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.loses_answers = True
    push(known)
    known.crm.loses_answers = False
    push(known)

    assert len({change.key for change in known.crm.written}) == 1
    assert waiting(known) == 0


@on_sqlite
def test_a_write_is_noted_as_sent_whatever_becomes_of_it(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.fail_next(Unavailable("down"))
    push(known)

    assert [one.job for one in pending(known)] == [SENT]


def test_a_value_that_goes_back_while_an_answer_is_lost_is_written_back_too(known: Home) -> None:
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.crm.loses_answers = True
    known.sync()
    assert known.crm.fields(ANN)["Score"] == 30  # and nobody heard of it
    known.crm.loses_answers = False

    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "CEO"})
    known.sync()

    assert known.crm.fields(ANN)["Score"] == 40


@on_sqlite
def test_a_value_that_goes_back_by_way_of_another_while_an_answer_is_lost_is_written_back_too(known: Home) -> None:
    known.sync()
    entitle(known, "Head of")
    known.crm.loses_answers = True
    push(known)
    known.crm.loses_answers = False
    assert known.crm.fields(ANN)["Score"] == 30  # and nobody heard of it

    known.shop.put("accounts", "8", {"Website": "firm.example", "Size": "5"})
    entitle(known, "student")
    assert [one.fields["Score"].new for one in pending(known)] == [0]
    known.shop.put("accounts", "8", {"Size": "50"})
    entitle(known, "CEO")
    push(known)

    assert known.crm.fields(ANN)["Score"] == 40


@on_sqlite
def test_a_write_that_changes_waits_since_the_first(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    since = known.site.now()
    entitle(known, "student")

    assert [(one.queued_at, one.fields["Score"].new) for one in pending(known)] == [(since, 30)]


@on_sqlite
def test_a_value_that_changes_while_it_is_written_is_written_afterwards(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    meanwhile(known, lambda: entitle(known, "student"))
    push(known)
    assert [one.fields["Score"].new for one in pending(known)] == [30]

    push(known)
    assert known.crm.fields(ANN)["Score"] == 30


@on_sqlite
def test_a_value_that_changes_while_the_one_before_is_rejected_is_free_to_go(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.reject(ANN, Rejected(code="fake.option", what="Stage takes no such option", retry="never"))
    meanwhile(known, lambda: entitle(known, "student"))
    push(known)

    assert [(one.fields["Score"].new, one.held) for one in pending(known)] == [(30, "")]


def test_a_rejected_write_waits_in_the_inbox_until_its_values_change(known: Home) -> None:
    known.crm.reject(ANN, Rejected(code="fake.option", what="Stage takes no such option", field="Stage", retry="on_change"))
    known.sync()
    with known.store.read() as tx:
        (item,) = inbox.waiting(tx)
    assert (item.way, item.place, item.code, item.spot) == ("out", "1", "fake.option", "contacts.Stage")
    push(known)
    assert written(known) == []

    known.clock.advance(timedelta(minutes=1))
    known.crm.reject(ANN, None)
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.sync()
    assert written(known) == [("1", {"Score": 30, "Stage": "nurture", "Why": "company_size in 10..500 +30"})]
    with known.store.read() as tx:
        assert inbox.waiting(tx) == []


def test_a_refused_write_to_a_record_that_is_gone_concerns_nobody_any_more(known: Home) -> None:
    later = known.clock.now() + timedelta(hours=1)
    known.crm.reject(ANN, Rejected(code="fake.busy", what="is being edited", retry=later))
    known.sync()
    known.crm.reject(ANN, None)
    known.crm.delete(ANN)
    known.clock.set(later + timedelta(minutes=1))
    push(known)

    assert waiting(known) == 0
    with known.store.read() as tx:
        assert inbox.waiting(tx) == []


@pytest.mark.parametrize("text", ["a\ud83d", "a\0b"], ids=["half a character", "NUL"])
def test_whatever_a_source_says_of_a_write_is_kept(known: Home, text: str) -> None:
    known.crm.reject(ANN, Rejected(code=text, what=text, field=text))
    known.sync()

    with known.store.read() as tx:
        assert [one.way for one in inbox.waiting(tx)] == ["out"]


@pytest.mark.parametrize("cut", ["a\ud83d", "a\0b"], ids=["half a character", "NUL"])
def test_a_value_that_a_source_cuts_within_a_character_is_written_once(tmp_path: Path, store: Store, cut: str) -> None:
    home = Home(tmp_path / "config", store, forms={"Stage": lambda value: cut})
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    for _ in range(3):
        home.sync()
        home.clock.advance(timedelta(minutes=10))

    assert (len(written(home)), waiting(home)) == (1, 0)


@pytest.mark.parametrize("merged", [False, True], ids=["deleted", "merged"])
def test_a_write_held_for_a_record_that_a_page_says_is_gone_concerns_nobody_any_more(known: Home, merged: bool) -> None:
    two = known.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    known.crm.reject(ANN, Rejected(code="fake.locked", what="is locked", retry="never"))
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.crm.merge(ANN, two) if merged else known.crm.delete(ANN)
    known.sync()

    assert waiting(known) == 0
    with known.store.read() as tx:
        assert inbox.waiting(tx) == []


def test_a_write_refused_after_its_record_went_concerns_nobody_any_more(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.reject(ANN, Rejected(code="fake.locked", what="is locked", retry="never"))
    write = known.crm.write

    def gone_meanwhile(changes: Sequence[Change]) -> list[Receipt]:
        receipts = write(changes)
        known.clock.advance(timedelta(seconds=1))
        known.crm.delete(ANN)
        stream = known.site.stream("crm", "contacts")
        assert stream is not None
        (deleted,) = FakeConnector(known.crm).reread([ANN])
        with known.store.write() as tx:  # as the answer to a webhook would be taken in
            take_in(tx, known.site, stream, [deleted], known.site.now())
        return receipts

    known.crm.write = gone_meanwhile  # type: ignore[method-assign]
    push(known)

    assert waiting(known) == 0
    with known.store.read() as tx:
        assert inbox.waiting(tx) == []


def test_a_write_rejected_for_good_waits_for_somebody(known: Home) -> None:
    known.crm.reject(ANN, Rejected(code="fake.locked", what="is locked", retry="never"))
    known.sync()
    known.crm.reject(ANN, None)
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.sync()
    assert written(known) == []

    with known.store.write() as tx:
        (pending,) = (one.pending for _, one in outbox.waiting(tx, "crm", 10))
        outbox.release(tx, [pending.record_id], known.site.now())
    push(known)
    assert [values["Score"] for _, values in written(known)] == [30]


def test_a_write_rejected_for_now_is_tried_again_at_its_time(known: Home) -> None:
    later = known.clock.now() + timedelta(hours=1)
    known.crm.reject(ANN, Rejected(code="fake.busy", what="is being edited", retry=later))
    known.sync()
    known.crm.reject(ANN, None)
    known.clock.set(later - timedelta(seconds=1))
    push(known)
    assert written(known) == []

    known.clock.set(later)
    push(known)
    assert len(written(known)) == 1


@on_sqlite
def test_a_write_rejected_until_an_instant_that_is_over_is_not_repeated_at_once(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.reject(ANN, Rejected(code="fake.busy", what="is being edited", retry=START - timedelta(days=1)))
    meanwhile(known, lambda: known.crm.reject(ANN, None))
    push(known)
    push(known)
    assert written(known) == []

    known.clock.advance(timedelta(microseconds=LOOK_AGAIN))
    push(known)
    assert len(written(known)) == 1


def test_a_record_that_is_gone_leaves_the_outbox_and_is_never_created(known: Home) -> None:
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.delete(ANN)  # after we looked
    push(known)

    assert (written(known), waiting(known)) == ([], 0)
    assert known.people() == []


@pytest.mark.parametrize("batch", [pytest.param(100, id="at once"), pytest.param(7, id="in small batches")])
def test_records_that_are_gone_by_the_dozen_are_held_for_somebody_to_look(home: Home, batch: int) -> None:
    """Their source hides them: a page may say so of each, the receipts of our own writes may not."""
    home.batch = batch
    home.open()
    for number in range(60):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example", "Title": "CEO"})
    home.pull()
    sync.settle(home.site, Quiet())
    for number in range(60):
        home.crm.delete(Ref("contacts", str(number)))  # after we looked
    push(home)

    followed = 0 if batch == 100 else 49  # seven batches; with the eighth there are more than 50
    assert len(home.people()) == 60 - followed
    with home.store.read() as tx:
        assert {(one.way, one.code) for one in inbox.waiting(tx)} == {("out", "push.many_gone")}
    push(home)
    assert (waiting(home), len(home.people())) == (60 - followed, 60 - followed)

    home.clock.advance(timedelta(days=1))
    home.pull("crm")
    assert home.people() == []


def test_some_records_among_many_may_go_at_once(home: Home) -> None:
    home.batch = 1000
    home.open()
    for number in range(560):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example", "Title": "CEO"})
    home.pull()
    sync.settle(home.site, Quiet())
    for number in range(51):  # more than 50, but not a tenth
        home.crm.delete(Ref("contacts", str(number)))
    push(home)

    assert len(home.people()) == 509


def test_a_record_that_moved_is_written_where_it_lives_on(known: Home) -> None:
    two = known.crm.put("contacts", "2", {"Email": "ann@home.example", "Title": "CEO"})
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.merge(ANN, two)  # after we looked
    push(known)
    sync.settle(known.site, Quiet())
    push(known)

    assert {external_id for external_id, _ in written(known)} == {"2"}
    assert known.people() == [["crm:1", "crm:2"]]
    assert waiting(known) == 0


@on_sqlite
def test_whoever_had_a_record_that_moved_within_them_is_assessed_again(known: Home) -> None:
    known.pull("crm")
    known.clock.advance(timedelta(minutes=1))
    two = known.crm.put("contacts", "2", {"Email": "ann@firm.example", "Title": "CEO"})
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.merge(ANN, two)  # after we looked
    assert push(known).counts["remapped"] == 1

    assert sync.settle(known.site, Quiet())["assessed"] == 1


def test_a_job_of_the_source_is_asked_until_it_is_done(known: Home) -> None:
    known.crm.slow_down(ANN)
    known.sync()
    assert waiting(known) == 1
    push(known)
    known.crm.finish_jobs()
    assert waiting(known) == 1  # it is not asked again at once

    known.clock.advance(timedelta(minutes=1))
    push(known)
    assert (len(written(known)), waiting(known)) == (1, 0)


def test_a_job_is_not_asked_again_at_once_because_the_clock_was_set_back(known: Home) -> None:
    known.crm.slow_down(ANN)
    known.sync()
    known.clock.advance(timedelta(minutes=5))
    start = iter([known.clock.now()])
    back = known.clock.now() - timedelta(minutes=3)
    watcher = Impatient()
    sync.push(replace(known.site, clock=lambda: next(start, back)), "crm", watcher)

    assert watcher.steps == 1


class Impatient(Quiet):
    """A watcher that stops what goes on for ever."""

    steps = 0

    def stepped(self, step: str, counts: Counts) -> None:
        self.steps += 1

    def stopping(self) -> bool:
        return self.steps == 10


def test_a_write_that_a_job_works_on_is_not_sent_again_by_a_retry(known: Home) -> None:
    known.crm.slow_down(ANN)
    known.sync()
    with known.store.write() as tx:
        (pending,) = (one.pending for _, one in outbox.waiting(tx, "crm", 10))
        outbox.release(tx, [pending.record_id], known.site.now())
    push(known)
    known.crm.finish_jobs()
    known.clock.advance(timedelta(minutes=1))
    push(known)

    assert (len(written(known)), waiting(known)) == (1, 0)


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(BadAnswer("no such job"), id="it makes no sense"),
        pytest.param([], id="a receipt is missing"),
        pytest.param(["done"], id="no receipt at all"),
    ],
)
def test_a_job_that_cannot_be_asked_about_holds_up_its_own_alone(known: Home, outcome: BadAnswer | list[Receipt]) -> None:
    known.crm.slow_down(ANN)
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "2", {"Email": "bob@home.example", "Title": "CEO"})
    remembered, known.crm.outcome = known.crm.outcome, lambda job: answer(outcome)  # type: ignore[method-assign]
    known.sync()

    assert [one for one, _ in written(known)] == ["2"]
    assert waiting(known) == 1
    with known.store.read() as tx:
        (item,) = inbox.waiting(tx)
    assert (item.way, item.place, item.code) == ("out", "1", "job.unclear")

    known.crm.outcome = remembered  # type: ignore[method-assign]
    known.crm.finish_jobs()
    known.clock.advance(timedelta(minutes=1))
    push(known)
    assert waiting(known) == 0
    with known.store.read() as tx:
        assert inbox.waiting(tx) == []


def answer(outcome: BadAnswer | list[Receipt]) -> list[Receipt]:
    if isinstance(outcome, BadAnswer):
        raise outcome
    return outcome


def test_a_value_that_changes_while_its_write_is_on_the_way_is_written_afterwards(known: Home) -> None:
    known.crm.slow_down(ANN)
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.pull("crm")
    sync.settle(known.site, Quiet())
    known.crm.finish_jobs()
    push(known)
    sync.settle(known.site, Quiet())
    push(known)
    known.clock.advance(timedelta(minutes=1))
    known.crm.finish_jobs()
    push(known)

    assert known.crm.fields(ANN)["Score"] == 30
    assert waiting(known) == 0


def test_what_waited_while_nothing_was_written_is_not_sent_as_it_was_then(known: Home) -> None:
    known.pull()
    sync.settle(known.site, Quiet())
    known.write_back = "none"
    known.open()
    sync.settle(known.site, Quiet())
    known.clock.advance(timedelta(days=20))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.pull()
    sync.settle(known.site, Quiet())
    known.write_back = "live"
    known.open()
    assess_everyone_anew(known.site)  # as the daemon does before its loops run side by side
    push(known)
    assert written(known) == []

    sync.settle(known.site, Quiet())
    push(known)
    assert [values["Score"] for _, values in written(known)] == [30]


def test_keys_of_different_writes_differ(known: Home) -> None:
    known.sync()
    for title in ("Head of", "CEO"):
        known.clock.advance(timedelta(minutes=1))
        known.crm.put("contacts", "1", {"Title": title})
        known.sync()

    keys = [change.key for change in known.crm.written]
    assert len(keys) == len(set(keys)) == 3
    assert all(ids.read(key) is not None for key in keys)


def test_a_record_that_joins_somebody_is_written_to(known: Home) -> None:
    known.sync()
    known.crm.put("contacts", "2", {"Email": "ann@firm.example", "Title": "CEO"})
    known.sync()

    assert written(known)[-1] == ("2", {"Score": 40, "Stage": "nurture", "Why": WHY})


def test_a_refused_write_that_nobody_wants_any_more_leaves_the_inbox(known: Home) -> None:
    known.sync()
    known.crm.reject(ANN, Rejected(code="INVALID", what="no", retry="on_change"))
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.sync()
    with known.store.read() as tx:
        assert inbox.count(tx) == {"crm": 1}
    known.clock.advance(timedelta(minutes=1))
    known.crm.put("contacts", "1", {"Title": "CEO"})
    known.sync()

    with known.store.read() as tx:
        assert inbox.count(tx) == {}


def test_a_refused_write_stays_in_the_inbox_when_all_is_read_again(known: Home) -> None:
    known.crm.reject(ANN, Rejected(code="INVALID", what="no", retry="never"))
    known.sync()
    known.clock.advance(timedelta(minutes=1))
    known.pull("crm", full=True)

    with known.store.read() as tx:
        assert [one.way for one in inbox.waiting(tx)] == ["out"]
