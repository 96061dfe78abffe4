"""What a read shows of fields that we wrote: our echo, our value in another form, or somebody else's doing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.engine import sync
from syncd.engine.echo import SKEW, Read, Verdict, adopted, learnt, same, verdict
from syncd.model import Activity, Golden, Ref
from syncd.store import hints, ledger, records
from syncd.store.database import Store
from syncd.store.ledger import Entry
from syncd.store.records import Stored
from tests.engine.build import MAPPING, Home, Quiet, on_sqlite

ANN = Ref("contacts", "1")
MINUTE = timedelta(minutes=1)
AT = 10 * SKEW
Value: TypeAlias = Golden | None


# ---------------------------------------------------------------- the rule

SENT = Entry("12.5", "10", at=AT)
TOLD = Entry("12.5", "10", at=AT, known="told", shows="12.50")
READ = Entry("12.5", "10", at=AT, known="read", shows="12.50")


@pytest.mark.parametrize(
    ("entry", "value", "changed_at", "expected"),
    [
        pytest.param(SENT, "12.5", AT, "echo", id="as sent"),
        pytest.param(SENT, "12.50", AT, "normalised", id="first other value"),
        pytest.param(SENT, "12.50", AT - SKEW, "normalised", id="first other value, their clock behind"),
        pytest.param(SENT, "11", AT - SKEW - 1, "stale", id="older than the write"),
        pytest.param(TOLD, "12.5", AT, "echo", id="told, as sent"),
        pytest.param(TOLD, "12.50", AT, "echo", id="told, as told"),
        pytest.param(TOLD, "10", AT, "stale", id="told, as before"),
        pytest.param(TOLD, "13", AT, "override", id="told, another"),
        pytest.param(READ, "12.50", AT, "echo", id="read back, as shown"),
        pytest.param(READ, "12.5", AT, "override", id="read back, now as sent: somebody typed it"),
        pytest.param(READ, "10", AT, "override", id="read back, put back"),
        pytest.param(READ, None, AT, "override", id="read back, emptied"),
        pytest.param(Entry(None, "x", at=AT), "", AT, "echo", id="empty is empty"),
        pytest.param(Entry(40, None, at=AT), "40", AT, "echo", id="a number as text"),
        pytest.param(Entry(("a", "b"), None, at=AT), "a;b", AT, "echo", id="a list as text"),
    ],
)
def test_what_a_read_means(entry: Entry, value: Value, changed_at: int, expected: Verdict) -> None:
    assert verdict(entry, Read(value, changed_at, AT + 1, AT + 1)) == expected


@pytest.mark.parametrize(("after", "expected"), [(SKEW, "stale"), (SKEW + 1, "override")])
@pytest.mark.parametrize("entry", [SENT, TOLD], ids=["sent", "told"])
def test_what_was_there_before_may_be_read_for_a_while(entry: Entry, after: int, expected: Verdict) -> None:
    assert verdict(entry, Read("10", AT, AT + after, AT + after)) == expected


@pytest.mark.parametrize(("first", "expected"), [(AT - 1, "stale"), (AT, "override")])
def test_a_version_read_before_the_write_never_shows_what_became_of_it(first: int, expected: Verdict) -> None:
    assert verdict(TOLD, Read("10", AT, AT + 100 * SKEW, first)) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param({}, {"Score": Entry(40, None, at=AT, known="read", shows="40")}, id="by somebody"),
        pytest.param({"Score": Entry(40, None, at=1)}, {}, id="by us, when we wrote it"),
    ],
)
def test_what_stands_there_just_as_we_want_it_is_adopted(entries: dict[str, Entry], expected: dict[str, Entry]) -> None:
    record = Stored(1, 1, "1", 1, {"Score": "40"}, 0, {}, 0, "", 0, None, None)

    assert adopted(record, {"Score": 40}, entries, AT) == expected


FORMS: Sequence[Callable[[Value], Value]] = (
    lambda value: value,
    lambda value: f"{value:.2f}" if isinstance(value, int) else value,
    lambda value: str(value).strip().lower(),
    lambda value: str(value)[:3],
    lambda value: f"internal_{value}",
    lambda value: "" if value is None else str(value).upper(),
    lambda value: f" {value}",
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8))


@given(sent=VALUES, before=VALUES, form=st.sampled_from(FORMS), late=st.integers(0, 2 * SKEW), told=st.booleans())
def test_a_source_that_normalises_is_never_written_to_twice_in_a_thousand_reads(
    sent: Value, before: Value, form: Callable[[Value], Value], late: int, told: bool
) -> None:
    shown = form(sent)
    entry = Entry(ledger.plain(sent), ledger.plain(before), AT)
    if told:
        entry = entry._replace(known="told", shows=ledger.plain(shown))
    verdicts = set()
    for number in range(1000):
        read = Read(shown, AT + number, AT + late + number, AT + late + number)
        verdicts.add(verdict(entry, read))
        entry = learnt(entry, read)

    # Only what is kept just as it was before cannot be told, later, from a write that somebody took back.
    assert "override" not in verdicts or (same(shown, before) and not told)


# ---------------------------------------------------------------- the whole route


@pytest.fixture
def known(home: Home) -> Home:
    """An installation that knows Ann, a CEO of a company of 50, and has written her 40 points."""
    home.crm.put("accounts", "7", {"Name": "Firm", "Website": "firm.example", "Size": "50"})
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Title": "CEO"})
    home.sync()
    return home


def cycle(home: Home, after: timedelta = MINUTE) -> int:
    """Let time pass, sync, and return how many fields were written."""
    home.clock.advance(after)
    before = len(home.crm.written)
    home.sync()
    return sum(len(change.fields) for change in home.crm.written[before:])


def change(home: Home, **fields: Value) -> None:
    """Let a person in the CRM change Ann."""
    home.clock.advance(MINUTE)
    home.crm.put("contacts", "1", fields)


def test_a_score_that_somebody_changes_is_written_again_once(known: Home) -> None:
    cycle(known)
    change(known, Score="99")

    assert [cycle(known), cycle(known), cycle(known)] == [1, 0, 0]
    assert known.crm.fields(ANN)["Score"] == 40
    (seen,) = known.person("ann@firm.example").overrides
    assert (seen.record, seen.field, seen.old, seen.new) == ("crm.contacts:1", "Score", 40, "99")
    assert seen.answer == "ours is written again"
    last = known.crm.written[-1].fields["Score"]
    assert (last.old, last.new) == ("99", 40)


def test_a_stage_that_somebody_moves_is_left_and_told(known: Home) -> None:
    cycle(known)
    change(known, Stage="sql")
    assert [cycle(known), cycle(known)] == [0, 0]
    change(known, Stage="nurture")
    assert cycle(known) == 0

    moves = [(one.old, one.new, one.answer) for one in known.person("ann@firm.example").overrides]
    assert moves == [("nurture", "sql", "theirs is left"), ("sql", "nurture", "theirs is left")]


def test_a_stage_that_sales_sets_in_the_crm_is_the_stage_from_then_on(known: Home) -> None:
    cycle(known)
    change(known, Stage="sql")
    cycle(known)
    change(known, Title="Head of", Size="")
    known.crm.put("accounts", "7", {"Size": "5"})
    cycle(known)

    assert known.person("ann@firm.example").stage == "sql"
    assert all("Stage" not in write.fields for write in known.crm.written[1:])


def test_a_stage_that_is_not_theirs_to_give_moves_nobody_and_why_says_so(known: Home) -> None:
    cycle(known)
    change(known, Stage="customer")
    cycle(known)

    person = known.person("ann@firm.example")
    assert person.stage != "customer"
    assert [(stage, because) for _, stage, because in person.refused] == [
        ("customer", "customer is not for sales to give, but for crm")
    ]


def test_a_field_that_somebody_sets_as_we_would_is_left_alone(known: Home) -> None:
    cycle(known)
    known.crm.put("contacts", "1", {"Title": "Head of", "Score": "30"})

    assert cycle(known) == 1  # the reasons
    assert "Score" not in known.crm.written[-1].fields


def test_a_field_that_is_read_too_is_weighed_by_its_law(home: Home) -> None:
    """The city is written into the CRM as the shop has it, and the CRM is read: the latest wins."""
    home.mapping = MAPPING.replace("reasons: Why}", "reasons: Why, city: City}")
    home.open()
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "City": "Rome"})
    home.clock.advance(MINUTE)
    home.shop.put("contacts", "9", {"Email": "ann@gmail.com", "City": "Oslo"})
    home.sync()
    assert home.crm.fields(ANN)["City"] == "Oslo"
    cycle(home)
    change(home, City="Lima")

    assert [cycle(home), cycle(home)] == [0, 0]
    assert home.fields("ann@gmail.com")["city"] == "Lima"
    assert [(one.new, one.answer) for one in home.person("ann@gmail.com").overrides] == [("Lima", "the field's law decides")]


def test_a_change_elsewhere_in_the_record_is_no_override(known: Home) -> None:
    cycle(known)
    change(known, City="Madrid")

    assert cycle(known) == 0
    assert known.person("ann@firm.example").overrides == []


def test_who_is_as_stubborn_as_we_are_wins_in_the_end(known: Home) -> None:
    written = 0
    for _ in range(10):
        written += cycle(known) + cycle(known)
        change(known, Score="0")

    assert written == 3
    answers = [one.answer for one in known.person("ann@firm.example").overrides]
    assert answers == ["ours is written again"] * 3 + ["theirs is left"]


@on_sqlite
def test_whoever_changes_a_value_now_and_then_is_not_stubborn(known: Home) -> None:
    cycle(known)
    for _ in range(5):
        change(known, Score="0")
        assert cycle(known, timedelta(hours=13)) == 1


def test_a_write_whose_receipt_was_lost_is_not_taken_for_somebody_elses(known: Home) -> None:
    cycle(known)
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.crm.loses_answers = True
    cycle(known)
    assert known.crm.fields(ANN)["Score"] == 30
    known.crm.loses_answers = False

    cycle(known)
    cycle(known)
    assert known.person("ann@firm.example").overrides == []
    change(known, Score="1")
    assert [cycle(known), cycle(known)] == [1, 0]


def test_a_stage_whose_receipt_was_lost_is_nobody_s_move_though_the_source_shows_it_in_capitals(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    home = Home(tmp_path, open_store("sqlite:///syncd.db"), forms={"Stage": lambda value: str(value).upper()})
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO"})
    home.sync()
    cycle(home)
    home.crm.commit(Activity(stream="visits", source_id="v1", kind="demo", occurred_at=home.clock.now(), about=(ANN,)))
    home.crm.loses_answers = True
    cycle(home)
    home.crm.loses_answers = False
    assert home.crm.fields(ANN)["Stage"] == "MQL"

    cycle(home)
    assert home.person("ann@gmail.com").overrides == []


def test_a_write_whose_receipt_was_lost_is_ours_though_another_value_is_to_be_written_by_now(known: Home) -> None:
    cycle(known)
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.crm.loses_answers = True
    cycle(known)
    known.crm.loses_answers = False
    assert known.crm.fields(ANN)["Score"] == 30

    known.clock.advance(MINUTE)
    known.shop.put("contacts", "9", {"Email": "ann@firm.example", "Title": "CEO"})
    known.pull("shop")
    sync.settle(known.site, Quiet())
    known.pull("crm")
    assert known.person("ann@firm.example").overrides == []
    assert cycle(known) > 0
    assert known.crm.fields(ANN)["Score"] == 40


def test_what_a_job_of_the_source_works_on_is_told_by_its_receipt_alone(known: Home) -> None:
    cycle(known)
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.crm.slow_down(ANN)
    cycle(known)
    known.crm.finish_jobs()
    known.clock.advance(timedelta(seconds=1))
    known.pull("crm")  # the value is there, its receipt is not
    assert known.person("ann@firm.example").overrides == []

    assert [cycle(known), cycle(known)] == [0, 0]
    assert known.person("ann@firm.example").overrides == []


@on_sqlite
@pytest.mark.parametrize(
    ("read", "shown"),
    [pytest.param(True, "99", id="another value"), pytest.param(False, None, id="what stood there before the last write")],
)
def test_what_else_a_job_of_the_source_will_write_over_says_nothing(known: Home, read: bool, shown: Value) -> None:
    if read:
        known.pull("crm")
    known.clock.advance(MINUTE)
    known.shop.put("contacts", "9", {"Email": "ann@firm.example", "Title": "Head of"})
    known.crm.slow_down(ANN)
    known.pull("shop")
    sync.settle(known.site, Quiet())
    sync.push(known.site, "crm", Quiet())
    change(known, Score=shown)
    known.pull("crm")

    assert known.person("ann@firm.example").overrides == []
    with known.store.read() as tx:
        assert hints.next_due(tx, "crm") is None


def test_a_value_that_stands_there_already_is_ours_from_then_on(home: Home) -> None:
    """A store that was lost, or a system that was filled by hand: a stage that somebody moves later is left all the same."""
    home.crm.put(
        "contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO", "Score": "10", "Stage": "lead", "Why": "role is ceo +10"}
    )
    assert cycle(home) == 0
    change(home, Stage="sql", Score="11")

    assert [cycle(home), cycle(home)] == [1, 0]
    answers = {one.field: one.answer for one in home.person("ann@gmail.com").overrides}
    assert answers == {"Stage": "theirs is left", "Score": "ours is written again"}


def test_in_the_shadow_nothing_becomes_ours(home: Home) -> None:
    home.write_back = "shadow"
    home.open()
    home.crm.put(
        "contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO", "Score": "10", "Stage": "lead", "Why": "role is ceo +10"}
    )
    cycle(home)
    change(home, Stage="sql")
    cycle(home)

    assert home.person("ann@gmail.com").overrides == []


def test_what_a_job_wrote_after_write_back_was_switched_off_is_still_ours(known: Home) -> None:
    cycle(known)
    known.crm.put("contacts", "1", {"Title": "Head of"})
    known.crm.slow_down(ANN)
    cycle(known)
    known.write_back = "shadow"
    known.open()
    known.crm.finish_jobs()

    cycle(known)
    assert known.crm.fields(ANN)["Score"] == 30
    assert known.person("ann@firm.example").overrides == []


def test_a_version_from_before_the_write_is_not_taken_for_its_echo(known: Home) -> None:
    """A search index that lags shows an older version first: somebody had changed the city a moment before we wrote."""
    before = known.clock.now() - timedelta(seconds=1)
    shown = known.crm.fields(ANN)
    known.crm.put("contacts", "1", {"City": "Madrid", "Score": None, "Stage": None, "Why": None}, changed_at=before)
    assert cycle(known) == 0
    known.crm.put("contacts", "1", {**shown, "City": "Madrid"})

    assert [cycle(known), cycle(known)] == [0, 0]
    assert known.person("ann@firm.example").overrides == []


def test_a_version_that_was_read_before_the_write_says_nothing_of_it_however_late_it_shows_again(known: Home) -> None:
    """Not even where clocks that differ would let it be younger than the write."""
    cycle(known)
    change(known, Title="Student")
    (old,) = known.crm.records("contacts")
    known.pull("crm")
    assert cycle(known) == 2  # score and reasons

    known.clock.advance(timedelta(hours=6))
    known.crm.commit(old)
    known.pull("crm")

    assert known.person("ann@firm.example").overrides == []


def test_an_older_version_does_not_tell_that_what_waits_was_written(home: Home) -> None:
    """It shows the value that is to be written once more; what was written in between is no override then."""
    home.shop.put("accounts", "7", {"Name": "Firm", "Website": "firm.example", "Size": "50"})
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.sync()
    cycle(home)
    (old,) = home.crm.records("contacts")
    home.shop.put("accounts", "7", {"Size": "5"})
    cycle(home)
    (new,) = home.crm.records("contacts")
    home.clock.advance(timedelta(hours=6))
    home.shop.put("accounts", "7", {"Size": "50"})
    home.pull("shop")
    sync.settle(home.site, Quiet())
    assert (old.fields["Score"], new.fields["Score"]) == (30, 0)

    for version in (old, new):
        home.crm.commit(version)
        home.pull("crm")
    assert home.person("ann@firm.example").overrides == []
    assert cycle(home) > 0
    assert home.crm.fields(ANN)["Score"] == 30


def test_a_write_that_went_as_a_job_is_dated_when_it_was_handed_over(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO"})
    home.crm.slow_down(ANN)
    home.sync()
    handed_over = home.site.now()
    home.crm.finish_jobs()
    for _ in range(3):
        home.clock.advance(timedelta(hours=1))
        sync.push(home.site, "crm", Quiet())
    with home.store.read() as tx:
        ann = records.known(tx, home.site.by_name[("crm", "contacts")].id, ["1"])["1"]
        (entries,) = ledger.entries(tx, [ann.id]).values()

    assert {entry.at for entry in entries.values()} == {handed_over}


@pytest.mark.parametrize("silent", [False, True], ids=["told", "silent"])
@pytest.mark.parametrize("forms", [FORMS[1:4], FORMS[4:7]], ids=["first", "second"])
def test_quiet_cycles_make_no_write(
    tmp_path: Path, open_store: Callable[[str], Store], forms: Sequence[Callable[[Value], Value]], silent: bool
) -> None:
    home = Home(tmp_path, open_store("sqlite:///syncd.db"), forms=dict(zip(("Score", "Why", "Stage"), forms, strict=True)))
    home.crm.is_silent = silent
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "Title": "CEO"})
    assert cycle(home) == 3
    for minutes in range(12):
        home.crm.put("contacts", "1", {"Untold": str(minutes)})  # the record changes, nothing of ours does
        assert cycle(home, timedelta(minutes=minutes)) == 0

    assert home.person("ann@gmail.com").overrides == []
