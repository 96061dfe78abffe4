"""Pages into the store: whole or not at all, newer over older, absent kept, bad rows aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest

from syncd.agreement.counting import micros_of
from syncd.engine import sync
from syncd.engine.pull import Pulled, pull_page, take_in
from syncd.model import Activity, Association, Raw, Ref
from syncd.spi import BadAnswer, Misconfigured, Page, Problem, Refused, SourceRecord, Unauthorized, Unavailable
from syncd.store import inbox, records, runs, streams
from syncd.store.records import Stored
from syncd.store.streams import Fenced, Stream
from syncd.testing import FakeConnector, VirtualClock
from tests.engine.build import START, Home, Quiet, on_sqlite


@dataclass
class Unhurried(Quiet):
    """A watcher with whom each page takes a minute, and who stops after so many."""

    clock: VirtualClock
    pages: int

    def pulled(self, stream: Stream, page: Pulled) -> None:
        self.clock.advance(timedelta(minutes=1))
        self.pages -= 1

    def stopping(self) -> bool:
        return self.pages == 0


def stored(home: Home, external_id: str) -> Stored:
    """A contact of the crm as the store keeps it."""
    stream = home.site.stream("crm", "contacts")
    assert stream is not None
    with home.store.read() as tx:
        return records.load(tx, stream.id, [external_id])[external_id]


def refused(home: Home) -> list[str]:
    with home.store.read() as tx:
        return [one.place for one in inbox.waiting(tx)]


BROKEN = Problem(where="row 2", what="cannot be read", code="fake.broken")

BEN = Ref("contacts", "2")


def test_a_reading_goes_on_where_the_last_page_was_saved(home: Home) -> None:
    for number in range(7):  # three pages of three
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example"})
    home.crm.fail_next(Unavailable("down"))
    home.pull("crm")
    first = home.pull("crm")

    assert first.counts["new"] == 7
    assert home.pull("crm").counts["read"] == 0
    assert len(home.people()) == 7


@pytest.mark.parametrize(
    ("error", "word"),
    [
        pytest.param(Unavailable("down"), "unavailable", id="unavailable"),
        pytest.param(Unauthorized("no"), "unauthorized", id="unauthorized"),
        pytest.param(Misconfigured("what"), "misconfigured", id="misconfigured"),
        pytest.param(BadAnswer("eh"), "bad answer", id="bad answer"),
    ],
)
def test_a_failing_source_is_the_outcome_and_not_an_exception(home: Home, error: Exception, word: str) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.crm.fail_next(error)  # type: ignore[arg-type]

    outcome = home.pull("crm")

    assert (outcome.word, outcome.error) == (word, error)
    assert home.people() == []
    assert home.pull("crm").word == "complete"


def test_an_older_version_never_replaces_a_newer_one(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.pull("crm")
    home.crm.put("contacts", "1", {"City": "Lugo"}, changed_at=START - timedelta(days=1))

    outcome = home.pull("crm")

    assert outcome.counts["stale"] == 1
    assert home.fields("ann@firm.example")["city"] == "Leon"


@on_sqlite
@pytest.mark.parametrize(
    ("change", "city"),
    [pytest.param({"City": "Vigo"}, "Vigo", id="itself"), pytest.param({"First": "Ann"}, "Lugo", id="another field")],
)
def test_a_field_is_as_young_as_its_own_last_change(home: Home, change: dict[str, Raw], city: str) -> None:
    nine, five, one = (START - timedelta(days=days) for days in (9, 5, 1))
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"}, changed_at=nine)
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "City": "Lugo"}, changed_at=five)
    home.pull()
    home.crm.put("contacts", "1", change, changed_at=one)
    home.pull()

    assert home.fields("ann@firm.example")["city"] == city


def test_a_record_dated_far_in_the_future_can_still_change(home: Home) -> None:
    century = timedelta(days=36_500)
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"}, changed_at=START + century)
    home.pull("crm")
    home.clock.advance(timedelta(seconds=1))
    home.crm.put("contacts", "1", {"City": "Lugo"})

    assert home.pull("crm").counts["changed"] == 1
    assert home.fields("ann@firm.example")["city"] == "Lugo"


def test_nothing_is_lost_while_our_own_clock_is_days_behind(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.pull("crm")
    home.clock.set(START - timedelta(days=3))
    home.crm.put("contacts", "1", {"City": "Lugo"}, changed_at=START + timedelta(minutes=1))

    assert home.pull("crm").counts["changed"] == 1
    home.clock.set(START + timedelta(minutes=2))
    home.crm.put("contacts", "1", {"City": "Vigo"})
    assert home.pull("crm").counts["changed"] == 1
    assert home.fields("ann@firm.example")["city"] == "Vigo"


def test_of_versions_of_one_instant_on_a_page_the_last_one_holds(home: Home) -> None:
    """What tells versions apart does not order them: it may be a hash."""
    versions = [
        SourceRecord(
            stream="contacts",
            external_id="1",
            changed_at=START,
            version=version,
            fields={"Email": "ann@firm.example", "City": city},
        )
        for version, city in (("9", "Leon"), ("10", "Lugo"))
    ]
    stream = home.site.stream("crm", "contacts")
    assert stream is not None
    with home.store.write() as tx:
        take_in(tx, home.site, stream, versions, home.site.now())

    assert home.fields("ann@firm.example")["city"] == "Lugo"


def test_a_field_that_is_absent_is_kept_and_a_blank_one_says_nothing(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon", "First": "Ann"})
    home.pull("crm")
    home.crm.commit(FakeConnector(home.crm).reread([home.crm.put("contacts", "1", {"City": ""})])[0])

    home.pull("crm")

    assert "city" not in home.fields("ann@firm.example")  # the only source emptied it
    assert home.fields("ann@firm.example")["first_name"] == "Ann"


def test_the_same_page_again_changes_nothing(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Phone": "910 000 001"})
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})
    home.pull("crm")

    again = home.pull("crm", full=True)

    assert (again.counts["read"], again.counts["unchanged"], again.counts["changed"]) == (2, 2, 0)


@on_sqlite
def test_a_record_read_again_is_known_since_it_last_changed(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    since = stored(home, "1").known_at
    home.clock.advance(timedelta(hours=1))
    home.pull("crm", full=True)

    assert stored(home, "1").known_at == since


def test_a_deleted_record_no_longer_speaks_and_speaks_again_when_restored(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "City": "Lugo"}, changed_at=START - timedelta(days=1))
    home.pull()
    assert home.fields("ann@firm.example")["city"] == "Leon"

    home.crm.delete(home.crm.put("contacts", "1", {}))
    home.pull("crm")
    assert home.fields("ann@firm.example")["city"] == "Lugo"

    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.pull("crm")
    assert home.fields("ann@firm.example")["city"] == "Leon"


@on_sqlite
def test_a_record_that_is_deleted_again_is_gone_since_the_first_time(home: Home) -> None:
    ref = home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    for _ in range(2):
        home.crm.delete(ref)
        home.pull("crm")
        home.clock.advance(timedelta(minutes=5))

    assert stored(home, "1").deleted_at == micros_of(START)


def test_somebody_whose_last_record_is_deleted_is_gone_and_comes_back(home: Home) -> None:
    ref = home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.sync()
    home.crm.delete(ref)
    home.sync()
    assert home.people() == []

    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.sync()
    assert home.people() == [["crm:1"]]
    assert home.score("ann@firm.example") == (0, "lead")


def test_a_bad_row_goes_to_the_inbox_and_the_rest_goes_on(home: Home) -> None:
    problem = Problem(where="row 2", what="has no identifier", code="fake.no_id")
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.crm.commit(Refused(stream="contacts", external_id="2", problem=problem, raw="a;b"))
    home.crm.put("contacts", "3", {"Email": "cat@firm.example"})

    outcome = home.pull("crm")

    assert (outcome.counts["new"], outcome.counts["refused"]) == (2, 1)
    with home.store.read() as tx:
        (item,) = inbox.waiting(tx)
    assert (item.connection, item.place, item.code, item.spot, item.raw) == ("crm", "2", "fake.no_id", "row 2", "a;b")


HALF = "a\ud83d"
"""Ends with half a character, as text does that was cut in the middle of an emoji."""


@pytest.mark.parametrize("strange", ["a\0b", HALF, "x" * 501], ids=["NUL", "half a character", "too long"])
def test_a_record_with_an_identifier_no_store_keeps_goes_to_the_inbox_alone(home: Home, strange: str) -> None:
    home.crm.put("contacts", strange, {"Email": "ann@firm.example"})
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})

    outcome = home.pull("crm")

    assert (outcome.counts["refused"], len(home.people())) == (1, 1)
    with home.store.read() as tx:
        assert [one.code for one in inbox.waiting(tx)] == ["record.strange_identifier"]


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param(Activity(stream="visits", source_id=HALF, kind="view", occurred_at=START, about=(BEN,)), id="own"),
        pytest.param(
            Activity(stream="visits", source_id="1", kind="view", occurred_at=START, about=(Ref("contacts", HALF),)), id="whose"
        ),
        pytest.param(
            Activity(
                stream="visits", source_id="1", kind="view", occurred_at=START, about=(Ref("@email", f"{HALF}@b.example"),)
            ),
            id="address",
        ),
    ],
)
def test_an_activity_with_an_identifier_no_store_keeps_goes_to_the_inbox_alone(home: Home, strange: Activity) -> None:
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})
    home.crm.commit(strange)

    assert home.pull("crm").counts["refused"] == 1
    assert home.people() == [["crm:2"]]


LONG = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(3_000))
"""Text that PostgreSQL can neither index nor compress enough to do so."""


@pytest.mark.parametrize("text", [HALF, "a\0b", LONG], ids=["half a character", "NUL", "long"])
def test_texts_of_a_source_never_keep_a_page_out(home: Home, text: str) -> None:
    fields: dict[str, Raw] = {"Email": "ann@firm.example", "First": text, "Others": (text,)}
    home.crm.put("contacts", "1", fields, associations=[Association(text, Ref("accounts", "7"))])
    home.crm.commit(
        Activity(
            stream="visits", source_id="v", kind=text, asset=text, actor=text, occurred_at=START, about=(Ref("contacts", "1"),)
        )
    )
    problem = Problem(where=text, what=text, code=text)
    home.crm.commit(Refused(stream="contacts", external_id=text, problem=problem, raw=text))

    assert home.pull("crm").word == "complete"
    assert len(home.people()) == 1
    assert home.pull("crm", full=True).counts["changed"] == 0


@pytest.mark.parametrize("text", [HALF, "a\0b"], ids=["half a character", "NUL"])
def test_whatever_a_failing_source_says_is_kept(home: Home, text: str) -> None:
    home.crm.fail_next(BadAnswer(text))

    assert home.pull("crm").word == "bad answer"


def test_an_inbox_item_goes_when_its_record_comes_well(home: Home) -> None:
    problem = Problem(where="row 2", what="has no identifier", code="fake.no_id")
    home.crm.commit(Refused(stream="contacts", external_id="2", problem=problem))
    home.pull("crm")
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})

    home.pull("crm")

    with home.store.read() as tx:
        assert inbox.waiting(tx) == []


def test_what_a_whole_reading_refuses_stays_in_the_inbox_though_the_clock_is_set_back(home: Home) -> None:
    for number in range(3):  # the first page
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example"})
    home.crm.commit(Refused(stream="contacts", external_id="3", problem=Problem(where="row", what="no", code="fake.broken")))

    class SetBack(Quiet):
        def pulled(self, stream: Stream, page: Pulled) -> None:
            if stream.name == "contacts":
                home.clock.set(START - timedelta(hours=1))

    sync.pull(home.site, "crm", SetBack())

    with home.store.read() as tx:
        assert [one.place for one in inbox.waiting(tx)] == ["3"]


def test_the_last_run_is_the_one_begun_last_whatever_the_clock_said(home: Home) -> None:
    home.pull("crm")
    home.clock.set(START - timedelta(hours=1))
    home.crm.fail_next(Unauthorized("no"))
    home.pull("crm")

    with home.store.read() as tx:
        assert [one.outcome for one in runs.latest(tx)] == ["unauthorized"]


def test_a_whole_reading_takes_out_what_is_no_longer_refused(home: Home) -> None:
    home.crm.commit(Refused(stream="contacts", external_id="", problem=BROKEN, raw="broken"))
    home.pull("crm")
    assert len(refused(home)) == 1

    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "", {"Email": "ben@firm.example"})  # the row without identifier became a good one
    home.pull("crm", full=True)

    assert refused(home) == []


def test_what_was_set_aside_stays_so_when_it_is_refused_again(home: Home) -> None:
    home.crm.commit(Refused(stream="contacts", external_id="2", problem=BROKEN))
    home.pull("crm")
    with home.store.write() as tx:
        inbox.skip(tx, [one.id for one in inbox.waiting(tx)])
    home.pull("crm", full=True)

    with home.store.read() as tx:
        assert (inbox.waiting(tx), [one.times for one in inbox.waiting(tx, skipped=True)]) == ([], [2])


@on_sqlite
def test_a_whole_reading_that_breaks_off_takes_nothing_out(home: Home) -> None:
    for number in range(3):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example"})
    home.crm.commit(Refused(stream="contacts", external_id="bad", problem=BROKEN))
    home.pull("crm")
    home.clock.advance(timedelta(minutes=1))
    sync.pull(home.site, "crm", Unhurried(home.clock, pages=2), full=True)  # the accounts, and three of the contacts

    assert refused(home) == ["bad"]


@on_sqlite
def test_a_whole_reading_keeps_what_its_own_first_page_refused(home: Home) -> None:
    home.crm.commit(Refused(stream="contacts", external_id="bad", problem=BROKEN))
    for number in range(4):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example"})
    sync.pull(home.site, "crm", Unhurried(home.clock, pages=-1))

    assert refused(home) == ["bad"]


def test_a_page_behind_a_cursor_that_somebody_else_moved_is_not_saved(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    stream = home.site.stream("crm", "contacts")
    assert stream is not None
    with home.store.write() as tx:
        streams.advance(tx, stream, "1", now=1, complete=True)

    with pytest.raises(Fenced):
        pull_page(home.site, FakeConnector(home.crm), stream)

    assert home.people() == []


def test_more_fields_in_the_mapping_read_the_stream_from_the_beginning(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Country": "Spain"})
    home.pull("crm")
    home.mapping = home.mapping.replace("      city: City\n", "      city: City\n      country: Country\n")
    home.open()

    home.pull("crm")

    assert home.fields("ann@firm.example")["country"] == "ES"


def test_opening_by_another_mapping_leaves_the_cursors_to_whoever_reads_by_it(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Country": "Spain"})
    home.pull("crm")
    running, home.mapping = home.site, home.mapping.replace("      city: City\n", "      city: City\n      country: Country\n")
    home.open()

    assert sync.pull(running, "crm", Quiet()).counts["read"] == 0
    home.pull("crm")
    assert home.fields("ann@firm.example")["country"] == "ES"


def test_a_changed_law_folds_everybody_anew_without_reading_anything(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"}, changed_at=START - timedelta(days=2))
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "City": "Lugo"}, changed_at=START - timedelta(days=1))
    home.sync()
    assert home.fields("ann@firm.example")["city"] == "Lugo"

    home.agreement = home.agreement.replace("fields: {", "fields: {city: {wins: [crm]}, ")
    home.open()
    home.sync()

    assert home.fields("ann@firm.example")["city"] == "Leon"
    shown = next(one for one in home.person("ann@firm.example").fields if one.name == "city")
    assert (shown.because, [value for _, value in shown.before]) == ("preferred source 1 of 1", ['"Lugo"'])


def test_a_field_that_becomes_a_number_forgets_what_is_none(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.crm.put("contacts", "2", {"Email": "bob@firm.example", "City": "7.5"})
    home.sync()
    home.agreement = home.agreement.replace("fields: {", "fields: {city: {type: number}, ")
    home.open()

    home.sync()

    assert "city" not in home.fields("ann@firm.example")
    assert home.fields("bob@firm.example")["city"] == Decimal("7.5")


def test_what_a_removed_connection_said_stays(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"}, changed_at=START - timedelta(days=1))
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "City": "Lugo"})
    home.sync()
    del home.remotes["shop"]
    home.mapping = home.mapping.replace("    same_as: {shop.contacts: Shop ID}\n", "")
    home.open()
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"First": "Ann"})
    home.sync()

    assert home.fields("ann@firm.example") == {"email": "ann@firm.example", "city": "Lugo", "first_name": "Ann"}


def test_a_mapping_that_was_in_force_for_one_page_leaves_no_trace(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Lugo", "First": "Ann"})
    home.sync()
    usual, home.mapping = home.mapping, home.mapping.replace("city: City", "city: First")
    home.open()
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"Title": "CEO"})
    home.pull("crm")
    assert home.fields("ann@firm.example")["city"] == "Ann"

    home.mapping = usual
    home.open()
    home.sync()
    assert home.fields("ann@firm.example")["city"] == "Lugo"


def test_a_page_that_says_wait_is_followed_by_a_pause(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    waited: list[float] = []

    class Patient(FakeConnector):
        def pull(self, stream: str, cursor: str | None) -> Page:
            if cursor is None:
                return Page(records=(), cursor="0", more=True, wait=timedelta(seconds=20))
            return super().pull(stream, cursor)

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0)
            return False

    connections = {**home.site.config.connections}
    spec = replace(connections["crm"].spec, open=lambda opening: Patient(home.crm))
    connections["crm"] = replace(connections["crm"], spec=spec)
    site = replace(home.site, stop=Stop(), config=replace(home.site.config, connections=connections))

    outcome = sync.pull(site, "crm", Quiet())

    assert (outcome.error, waited) == (None, [20, 20, 20])  # one for each of the three streams
    assert home.people() == [["crm:1"]]
