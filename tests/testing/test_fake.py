"""The fake connector and its remote do what the engine's tests rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncd.spi import (
    Accepted,
    Activity,
    BadAnswer,
    Change,
    Done,
    FieldChange,
    Golden,
    Gone,
    Page,
    Problem,
    Ref,
    Refused,
    Rejected,
    Remapped,
    RemoteField,
    SourceRecord,
    Unauthorized,
    Unavailable,
)
from syncd.testing import FakeConnector, FakeRemote, VirtualClock

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
ANN, BEN = Ref("people", "ann"), Ref("people", "ben")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NINE)


@pytest.fixture
def remote(clock: VirtualClock) -> FakeRemote:
    """Ann and Ben, two to a page."""
    remote = FakeRemote({"people": "person", "visits": "activity"}, page_size=2, now=clock.now)
    remote.put("people", "ann", {"email": "ann@firm.example"})
    remote.put("people", "ben", {"email": "ben@firm.example"})
    return remote


def names(page: Page) -> list[str]:
    return [one.source_id if isinstance(one, Activity) else one.external_id for one in page.records]


def change(ref: Ref, key: str, **fields: Golden | None) -> Change:
    return Change(ref=ref, fields={name: FieldChange(None, value) for name, value in fields.items()}, key=key)


# ---------------------------------------------------------------- pulling


def test_pages_come_in_the_order_of_changes(remote: FakeRemote) -> None:
    remote.put("people", "cleo", {})
    remote.put("people", "ann", {"email": "ann@other.example"})
    connector = FakeConnector(remote)

    first = connector.pull("people", None)
    second = connector.pull("people", first.cursor)

    assert (names(first), first.more) == (["ben", "cleo"], True)
    assert (names(second), second.more) == (["ann"], False)


def test_an_empty_stream_ends_at_once_and_goes_on_later(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)
    page = connector.pull("visits", None)
    visit = Activity(stream="visits", source_id="v1", kind="page_view", occurred_at=NINE, about=(ANN,))
    remote.commit(visit)

    assert (names(page), page.more) == ([], False)
    assert connector.pull("visits", page.cursor).records == [visit]


def test_a_change_keeps_the_fields_it_does_not_name_and_makes_a_new_version(remote: FakeRemote) -> None:
    before = remote.records("people")[0]
    remote.put("people", "ann", {"title": "CEO"})
    after = remote.records("people")[-1]

    assert after.fields == {"email": "ann@firm.example", "title": "CEO"}
    assert after.version != before.version


def test_a_record_bears_the_instant_of_the_clock_or_the_one_it_is_given(remote: FakeRemote, clock: VirtualClock) -> None:
    clock.advance(timedelta(hours=1))
    remote.put("people", "ann", {})
    remote.put("people", "ben", {}, changed_at=NINE - timedelta(days=1))

    assert [one.changed_at for one in remote.records("people")] == [NINE + timedelta(hours=1), NINE - timedelta(days=1)]


def test_deletions_and_merges_come_through(remote: FakeRemote) -> None:
    remote.delete(ANN)
    remote.merge(BEN, ANN)
    ann, ben = FakeConnector(remote).pull("people", None).records

    assert isinstance(ann, SourceRecord) and isinstance(ben, SourceRecord)
    assert (ann.deleted, ann.merged_into) == (True, None)
    assert (ben.deleted, ben.merged_into) == (True, ANN)


def test_a_bad_row_comes_beside_the_records(remote: FakeRemote) -> None:
    problem = Problem(where="people.email", what="is no e-mail address", code="email")
    bad = Refused(stream="people", external_id="bad", problem=problem, raw="@")
    remote.commit(bad)
    connector = FakeConnector(remote)

    assert connector.pull("people", connector.pull("people", None).cursor).refused == [bad]


def test_a_cursor_of_somebody_else_is_a_bad_answer(remote: FakeRemote) -> None:
    with pytest.raises(BadAnswer, match="cursor"):
        FakeConnector(remote).pull("people", "page-2")


def test_a_stream_that_was_not_declared_is_a_mistake_in_the_test(remote: FakeRemote) -> None:
    with pytest.raises(KeyError, match="deals"):
        remote.put("deals", "1", {})


def test_a_cursor_since_an_instant_starts_with_what_was_committed_then(remote: FakeRemote, clock: VirtualClock) -> None:
    clock.advance(timedelta(minutes=1))
    remote.put("people", "cleo", {})
    connector = FakeConnector(remote)

    assert names(connector.pull("people", connector.cursor_since("people", clock.now()))) == ["cleo"]
    assert connector.cursor_since("people", NINE) == "0"


def test_rereading_gives_what_is_there_and_says_what_is_not(remote: FakeRemote) -> None:
    remote.delete(BEN)
    ann, ben, nobody = FakeConnector(remote).reread([ANN, BEN, Ref("people", "nobody")])

    assert [ann.deleted, ben.deleted, nobody.deleted] == [False, True, True]


# ---------------------------------------------------------------- pushing


def test_a_write_takes_effect_and_comes_back_as_a_change(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)
    end = connector.pull("people", None).cursor
    write = change(ANN, "k1", score=87)

    assert connector.push([write]) == [Done()]
    assert remote.fields(ANN) == {"email": "ann@firm.example", "score": 87}
    assert remote.written == [write]
    assert names(connector.pull("people", end)) == ["ann"]


def test_a_repeated_key_does_not_undo_what_a_person_did_meanwhile(remote: FakeRemote) -> None:
    connector, write = FakeConnector(remote), change(ANN, "k1", score=87)
    connector.push([write])
    remote.put("people", "ann", {"score": 12})

    assert connector.push([write]) == [Done()]
    assert remote.fields(ANN)["score"] == 12
    assert remote.written == [write]


def test_a_receipt_tells_the_form_in_which_a_value_is_kept(clock: VirtualClock) -> None:
    remote = FakeRemote({"people": "person"}, page_size=2, now=clock.now, forms={"email": lambda value: str(value).lower()})
    remote.put("people", "ann", {})

    assert FakeConnector(remote).push([change(ANN, "k1", email="Ann@Firm.Example", score=1)]) == [
        Done(stored={"email": "ann@firm.example"})
    ]


def test_every_record_has_its_own_receipt(remote: FakeRemote) -> None:
    cleo, dora, emil = (remote.put("people", name, {}) for name in ("cleo", "dora", "emil"))
    too_long = Rejected(code="too_long", what="the value is too long", field="score")
    remote.reject(BEN, too_long)
    remote.delete(cleo)
    remote.merge(dora, ANN)
    remote.slow_down(emil)
    stranger = Ref("people", "stranger")
    changes = [change(ref, ref.external_id, score=1) for ref in (ANN, BEN, cleo, dora, emil, stranger)]

    assert FakeConnector(remote).push(changes) == [Done(), too_long, Gone(), Remapped(to=ANN), Accepted(job="job-1"), Gone()]


def test_a_job_is_done_when_it_is_finished(remote: FakeRemote) -> None:
    remote.slow_down(ANN)
    connector = FakeConnector(remote)
    connector.push([change(ANN, "k1", score=87)])

    assert connector.receipts("job-1") is None
    assert "score" not in remote.fields(ANN)
    remote.finish_jobs()
    assert connector.receipts("job-1") == [Done()]
    assert remote.fields(ANN)["score"] == 87


def test_an_erased_record_is_gone(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)

    assert connector.erase([ANN, Ref("people", "nobody")]) == [Done(), Gone()]
    assert connector.push([change(ANN, "k1", score=1)]) == [Gone()]


# ---------------------------------------------------------------- describing


def test_the_schema_has_the_fields_that_are_described_and_those_that_are_used(clock: VirtualClock) -> None:
    stage = RemoteField(name="stage", type="choice", options=("lead", "mql"), writable=False)
    remote = FakeRemote({"people": "person"}, page_size=2, now=clock.now, fields={"people": [stage]})
    remote.put("people", "ann", {"email": "ann@firm.example"})
    (people,) = FakeConnector(remote).schema().streams

    assert people.fields == (stage, RemoteField(name="email"))


def test_missing_fields_are_created_unless_it_is_a_rehearsal(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)
    wanted = {"people": [RemoteField(name="email"), RemoteField(name="score", type="number")]}

    assert [one.what for one in connector.provision(wanted, dry_run=True)] == ["people.score is new"]
    assert [one.what for one in connector.provision(wanted, dry_run=False)] == ["people.score is new"]
    assert connector.provision(wanted, dry_run=False) == []


# ---------------------------------------------------------------- failing


def test_failures_come_in_the_order_they_were_asked_for(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)
    remote.fail_next(Unavailable("down"), Unauthorized("renew it"))

    with pytest.raises(Unavailable):
        connector.pull("people", None)
    with pytest.raises(Unauthorized):
        connector.push([change(ANN, "k1", score=1)])
    assert names(connector.pull("people", None)) == ["ann", "ben"]
    assert remote.written == []


def test_a_lasting_failure_lasts_until_it_is_mended(remote: FakeRemote) -> None:
    connector = FakeConnector(remote)
    remote.fail(Unavailable("down"))

    for call in (connector.check, connector.schema, connector.check):
        with pytest.raises(Unavailable):
            call()
    remote.mend()
    assert connector.check()


def test_a_lost_answer_hides_that_the_write_was_made(remote: FakeRemote) -> None:
    connector, write = FakeConnector(remote), change(ANN, "k1", score=87)
    remote.loses_answers = True

    with pytest.raises(Unavailable):
        connector.push([write])
    assert remote.fields(ANN)["score"] == 87
    remote.mend()
    assert connector.push([write]) == [Done()]
    assert remote.written == [write]
