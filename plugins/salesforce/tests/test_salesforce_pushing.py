"""Writing: groups of 200, only the locked again, jobs for many, and a receipt for each by its cause."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from salesforce_desk import Desk, change
from syncd_salesforce import jobs
from syncd_salesforce.emulator.answers import Row
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.org import ValidationRule
from syncd_salesforce.emulator.record_types import add_type
from syncd_salesforce.emulator.schema import field_of

from syncd.spi import Accepted, Change, ConnectorError, Done, FieldChange, Gone, Receipt, Ref, Rejected, Remapped, Unavailable


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path) as one:
        yield one


def pushed(desk: Desk, one: Change) -> Receipt:
    (receipt,) = desk.connector().push([one])
    return receipt


def rejected(desk: Desk, one: Change) -> Rejected:
    receipt = pushed(desk, one)
    assert isinstance(receipt, Rejected)
    return receipt


# ---------------------------------------------------------------- groups


def test_450_changes_take_three_calls_and_come_back_in_order(desk: Desk) -> None:
    leads = desk.add("Lead", 450)
    desk.delete(leads[333])
    desk.calls()
    receipts = desk.connector().push(
        [change(lead, Note__c=f"note {place}") for place, lead in reversed(list(enumerate(leads)))]
    )
    assert [type(one) for one in receipts] == [Gone if place == 333 else Done for place in reversed(range(450))]
    assert desk.held(leads[7])["Note__c"] == "note 7"
    calls = desk.calls()
    assert (calls["PATCH /composite/sobjects"], calls["GET /queryAll"]) == (3, 1)


def test_every_type_takes_what_it_holds(desk: Desk) -> None:
    desk.org.add_field("Lead", field_of("Flag__c boolean cufsgp"))
    desk.org.add_field("Lead", field_of("Due__c datetime cunfsp"))
    (lead,) = desk.add("Lead")
    due = "2026-11-22T10:00:00Z"
    assert pushed(desk, change(lead, Score__c=Decimal("87.5"), Note__c=42, Flag__c=True, Due__c=due)) == Done()
    held = desk.held(lead)
    assert (held["Score__c"], held["Note__c"], held["Flag__c"]) == (Decimal("87.5"), "42", True)
    assert str(held["Due__c"]).startswith("2026-11-22T10:00:00")
    assert pushed(desk, change(lead, Note__c=None)) == Done()
    assert desk.held(lead).get("Note__c") is None


def test_only_what_is_locked_is_sent_again(desk: Desk) -> None:
    leads = desk.add("Lead", 5)
    desk.emulator.misbehave("lock:times=2")
    receipts = desk.connector().push([change(lead) for lead in leads])
    assert receipts == [Done()] * 5
    assert desk.calls()["PATCH /composite/sobjects"] == 2


def written(desk: Desk, entity: str) -> list[str]:
    """Return the ids of an object's records as they will be written, in that order."""
    order: list[str] = []

    def noted(row: Row) -> bool:
        order.append(str(row["Id"]))
        return False

    desk.org.rules.append(ValidationRule(entity=entity, broken=noted, message=""))
    return order


def test_records_are_sent_in_the_order_of_their_identifiers(desk: Desk) -> None:
    leads = desk.add("Lead", 450)
    order = written(desk, "Lead")
    desk.connector().push([change(lead) for lead in reversed(leads)])
    assert order == sorted(leads)


def test_the_locked_are_sent_again_in_the_order_of_what_locked_them(desk: Desk) -> None:
    one, other = desk.add("Account", 2)
    contacts = [desk.add("Contact", AccountId=account)[0] for account in (other, one, other, one)]
    order = written(desk, "Contact")
    desk.emulator.misbehave("lock:times=4")
    assert desk.connector().push([change(Ref("Contact", contact)) for contact in contacts]) == [Done()] * 4
    assert order == [contacts[1], contacts[3], contacts[0], contacts[2]]  # those of one account, then of the other


def test_583_changes_of_two_objects_take_the_fewest_calls_of_each(desk: Desk) -> None:
    leads, contacts = desk.add("Lead", 300), desk.add("Contact", 283)
    for stream, keys in (("Lead", leads), ("Contact", contacts)):  # the host hands over one stream at a time
        desk.calls()
        assert desk.connector().push([change(Ref(stream, key)) for key in keys]) == [Done()] * len(keys)
        assert desk.calls()["PATCH /composite/sobjects"] == 2  # 300 / 200 and 283 / 200, rounded up


def test_what_stays_locked_is_tried_again_in_a_minute(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    desk.emulator.misbehave("lock")
    receipt = rejected(desk, change(lead))
    assert (receipt.code, receipt.retry) == ("unable_to_lock_row", desk.clock.now() + timedelta(minutes=1))


def test_what_was_done_before_an_outage_is_told_and_the_rest_put_off(desk: Desk) -> None:
    leads = desk.add("Lead", 450)
    desk.emulator.misbehave("unavailable:after=1,method=PATCH")
    receipts = desk.connector().push([change(lead) for lead in leads])
    assert receipts[:200] == [Done()] * 200
    assert {type(one) for one in receipts[200:]} == {Rejected}
    put_off = receipts[449]
    assert isinstance(put_off, Rejected) and put_off.code == "put_off" and isinstance(put_off.retry, datetime)


def test_what_was_done_is_told_though_where_the_others_are_cannot_be_asked(desk: Desk) -> None:
    here, binned = desk.add("Lead", 2)
    desk.delete(binned)
    desk.emulator.misbehave("unavailable:path=/queryAll")
    done, put_off = desk.connector().push([change(here), change(binned)])
    assert done == Done()
    assert isinstance(put_off, Rejected) and put_off.code == "put_off"


def test_an_outage_from_the_start_is_an_error(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    desk.emulator.misbehave("unavailable:method=PATCH")
    with pytest.raises(Unavailable):
        desk.connector().push([change(lead)])


# ---------------------------------------------------------------- causes


def test_a_validation_rule_is_named_with_its_field(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    rule = ValidationRule(entity="Lead", broken=lambda row: row.get("Note__c") == "no", message="Never", field="Note__c")
    desk.org.rules.append(rule)
    receipt = rejected(desk, change(lead, Note__c="no"))
    assert (receipt.code, receipt.field, receipt.retry) == ("field_custom_validation_exception", "Note__c", "on_change")
    assert receipt.what.startswith("Lead.Note__c: a validation rule")


def test_a_text_too_long_and_a_word_not_in_the_picklist_are_told_apart(desk: Desk) -> None:
    desk.org.add_field("Lead", field_of("Band__c picklist(40) cunfsgp restricted = mql | nurture"))
    (lead,) = desk.add("Lead")
    assert rejected(desk, change(lead, Note__c="x" * 61)).code == "string_too_long"
    receipt = rejected(desk, change(lead, Band__c="secret word"))
    assert receipt.code == "invalid_or_null_for_restricted_picklist"
    assert "secret word" not in receipt.what


def test_a_value_that_the_record_type_lacks_is_refused_and_the_type_named(desk: Desk) -> None:
    desk.org.add_field("Lead", field_of("Band__c picklist(40) cunfsgp restricted = mql | nurture"))
    partner = add_type(desk.org, "Lead", "Partner", values={"Band__c": ["mql"]})
    plain, typed = *desk.add("Lead"), *desk.add("Lead", RecordTypeId=partner)
    assert pushed(desk, change(plain, Band__c="nurture")) == Done()
    receipt = rejected(desk, change(typed, Band__c="nurture"))
    assert receipt.code == "invalid_or_null_for_restricted_picklist"
    assert "record type" in receipt.what and "nurture" not in receipt.what


def test_a_record_type_the_user_has_not_got_is_no_lost_record(desk: Desk) -> None:
    closed = add_type(desk.org, "Lead", "Closed", available=False)
    (lead,) = desk.add("Lead")
    desk.calls()
    receipt = rejected(desk, change(lead, RecordTypeId=closed))
    assert (receipt.code, receipt.field) == ("invalid_cross_reference_key", "RecordTypeId")
    assert receipt.what.startswith("Lead.RecordTypeId: ") and "record type" in receipt.what
    assert desk.calls()["GET /queryAll"] == 0


def test_a_field_the_user_may_not_change_is_told_before_anything_is_sent(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    desk.org.access.readonly.add(("Lead", "Note__c"))
    desk.org.reshaped()
    receipt = rejected(desk, change(lead))
    assert (receipt.code, receipt.field) == ("field_hidden", "Note__c")
    assert desk.calls()["PATCH /composite/sobjects"] == 0


def test_one_hidden_field_does_not_hold_up_the_other_changes(desk: Desk) -> None:
    one, two = desk.add("Lead", 2)
    receipts = desk.connector().push([change(one, Nowhere__c="x"), change(two)])
    assert [type(receipt) for receipt in receipts] == [Rejected, Done]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("Flag__c boolean cufsgp", "perhaps", id="neither yes nor no"),
        pytest.param("Score__c double(5,2) cunfsp", "a lot", id="no number"),
        pytest.param("Due__c datetime cunfsp", "soon", id="no time"),
        pytest.param("Day__c date cunfsp", "2026-02-30", id="no day"),
    ],
)
def test_a_value_that_the_type_of_a_field_does_not_take_holds_up_nobody(desk: Desk, field: str, value: str) -> None:
    desk.org.add_field("Lead", field_of(field))
    name, (one, two) = field.split()[0], desk.add("Lead", 2)
    receipts = desk.connector().push([change(one, **{name: value}), change(two)])
    assert [type(receipt) for receipt in receipts] == [Rejected, Done]
    first = receipts[0]
    assert isinstance(first, Rejected) and (first.code, first.field, first.retry) == ("field_type", name, "on_change")
    assert value not in first.what


def test_what_was_merged_or_converted_lives_on_elsewhere(desk: Desk) -> None:
    loser, winner, lead = desk.add("Lead", 3)
    merge(desk.org, winner, [loser])
    made = convert(desk.org, lead)
    assert pushed(desk, change(loser)) == Remapped(to=Ref("Lead", winner))
    assert pushed(desk, change(lead)) == Remapped(to=Ref("Contact", made.contact))
    assert pushed(desk, change(Ref("Contact", made.contact))) == Done()


def test_what_cannot_be_seen_is_not_called_gone(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    desk.org.remove("Lead", [lead], logged=False)
    assert rejected(desk, change(lead)).retry == "on_change"


@pytest.mark.parametrize("stream", ["Task", "User", "Nothing"])
def test_what_is_not_written_is_rejected_for_good(desk: Desk, stream: str) -> None:
    assert rejected(desk, change(Ref(stream, "00Q4S000002sSacUAE"))).retry == "never"


def test_fifteen_characters_name_a_record_too(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    fields = {"Note__c": FieldChange(None, "short")}
    assert pushed(desk, Change(ref=Ref("Lead", lead[:15]), fields=fields, key="k")) == Done()
    assert desk.held(lead)["Note__c"] == "short"


# ---------------------------------------------------------------- jobs


@pytest.fixture
def bulky(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path, settings={"bulk_writes_above": 10}) as one:
        yield one


def jobs_of(receipts: Sequence[Receipt]) -> list[str]:
    assert all(isinstance(one, Accepted) for one in receipts)
    return [one.job for one in receipts if isinstance(one, Accepted)]


def test_many_changes_go_as_one_job_and_each_has_its_receipt(bulky: Desk) -> None:
    leads = bulky.add("Lead", 30)
    winner, gone = bulky.add("Lead", 2)
    merge(bulky.org, winner, [leads[4]])
    bulky.delete(gone)
    long = change(leads[5], Note__c="x" * 61)
    changes = [long if lead == leads[5] else change(lead, Note__c='a,b "c"\nd') for lead in (*leads, gone)]
    bulky.calls()
    names = jobs_of(bulky.connector().push(changes))
    assert len(set(names)) == 31
    calls = bulky.calls()
    assert {name: many for name, many in calls.items() if "jobs" in name} == {
        "POST /jobs/ingest": 1,
        "PUT /jobs/ingest/{id}/batches": 1,
        "PATCH /jobs/ingest/{id}": 1,
    }
    assert bulky.connector().receipts(names[0]) is None
    connector = bulky.connector()
    while connector.receipts(names[0]) is None:
        connector = bulky.connector("lost")
    receipts = [one for name in names for one in connector.receipts(name) or ()]
    assert len(receipts) == 31
    assert [type(one) for one in receipts[:7]] == [Done, Done, Done, Done, Remapped, Rejected, Done]
    assert receipts[4] == Remapped(to=Ref("Lead", winner))
    assert isinstance(receipts[30], Gone)
    assert bulky.held(leads[0])["Note__c"] == 'a,b "c"\nd'


def test_what_a_job_did_not_find_is_asked_for_at_once(bulky: Desk) -> None:
    leads = bulky.add("Lead", 12)
    bulky.delete(*leads)
    names = jobs_of(bulky.connector().push([change(lead) for lead in leads]))
    while bulky.connector().receipts(names[0]) is None:
        bulky.calls()
    bulky.calls()
    connector = bulky.connector()
    assert [receipt for name in names for receipt in connector.receipts(name) or ()] == [Gone()] * 12
    assert bulky.calls() == {"GET /jobs/ingest/{id}": 1, "GET /jobs/ingest/{id}/{list}": 2, "GET /queryAll": 1}


def test_a_job_that_is_no_longer_known_is_written_again(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    names = jobs_of(bulky.connector().push([change(lead) for lead in leads]))
    bulky.emulator.instance.jobs.clear()
    (receipt,) = bulky.connector().receipts(names[0]) or ()
    assert isinstance(receipt, Rejected) and isinstance(receipt.retry, datetime)


def test_what_an_aborted_job_left_is_written_again(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    bulky.emulator.misbehave("bulk_aborted")
    names = jobs_of(bulky.connector().push([change(lead) for lead in leads]))
    receipts = None
    while receipts is None:
        receipts = bulky.connector().receipts(names[3])
    assert isinstance(receipts[0], Rejected) and receipts[0].code == "put_off"


def test_where_bulk_is_refused_groups_do_it(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    bulky.emulator.misbehave("bulk_refused")
    assert bulky.connector().push([change(lead) for lead in leads]) == [Done()] * 11


def ended(desk: Desk, job: str) -> Sequence[Receipt]:
    """Look at a job until it has ended."""
    for _ in range(9):
        receipts = desk.connector().receipts(job)
        if receipts is not None:
            return receipts
        desk.later(seconds=30)
    raise AssertionError(job)


def test_a_job_that_began_though_its_reply_was_lost_is_not_forgotten(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    bulky.emulator.misbehave("reset:method=PATCH,path=/jobs/ingest")
    names = jobs_of(bulky.connector().push([change(lead) for lead in leads]))
    assert [ended(bulky, name) for name in names] == [[Done()]] * 11
    assert bulky.held(leads[0])["Note__c"] == "hello"


def test_a_job_that_was_not_begun_never_begins_behind_newer_values(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    bulky.emulator.misbehave("unavailable:method=PATCH,path=/jobs/ingest,times=1")
    names = jobs_of(bulky.connector().push([change(lead) for lead in leads]))
    (receipt,) = ended(bulky, names[0])
    assert isinstance(receipt, Rejected) and receipt.code == "put_off"
    assert [one.state for one in bulky.emulator.instance.jobs.values()] == ["Aborted"]
    assert bulky.held(leads[0]).get("Note__c") is None


def test_a_job_that_may_not_begin_is_an_error(bulky: Desk) -> None:
    leads = bulky.add("Lead", 11)
    bulky.emulator.misbehave("no_rights:method=PATCH,path=/jobs/ingest")
    with pytest.raises(ConnectorError):
        bulky.connector().push([change(lead) for lead in leads])


def test_what_is_larger_than_an_upload_may_be_goes_in_groups(bulky: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    leads = bulky.add("Lead", 11)
    header, row = '"Id","Note__c"\n', f'"{leads[0]}","\u00fc"\n'
    changes = [change(lead, Note__c="\u00fc") for lead in leads]
    monkeypatch.setattr(jobs, "LARGEST_UPLOAD", len(header) + 11 * len(row.encode()) - 1)
    assert bulky.connector().push(changes) == [Done()] * 11
    assert bulky.calls()["POST /jobs/ingest"] == 0
    monkeypatch.setattr(jobs, "LARGEST_UPLOAD", len(header) + 11 * len(row.encode()))
    assert len(jobs_of(bulky.connector().push(changes))) == 11
