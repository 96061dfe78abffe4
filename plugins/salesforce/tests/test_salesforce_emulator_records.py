"""Single records and collections: created, read, changed and deleted as the REST API does it, refusals in its words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Answer, Json, encoded
from syncd_salesforce.emulator.org import ValidationRule
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add

from syncd.testing.clock import VirtualClock


def text(answer: Answer) -> str:
    return encoded(answer.content).decode()


def lead(emulator: Emulator, **values: str) -> str:
    return str(add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd", **values})["Id"])


def collected(emulator: Emulator, *rows: Json, strict: bool = False) -> str:
    return text(emulator.ask("PATCH", "/composite/sobjects", {"allOrNone": strict, "records": rows}))


def test_a_record_is_created_with_id_stamps_owner_and_defaults(emulator: Emulator) -> None:
    answer = emulator.ask("POST", "/sobjects/Lead", {"FirstName": "Ann", "LastName": "Roe", "Company": "Example Ltd"})
    assert answer.status == 201
    row = emulator.org.rows("Lead")[0]
    assert text(answer) == f'{{"id":"{row["Id"]}","success":true,"errors":[]}}'
    assert answer.headers["Location"] == f"/services/data/v67.0/sobjects/Lead/{row['Id']}"
    assert row["Name"] == "Ann Roe"
    assert row["Status"] == "Open - Not Contacted"
    assert row["OwnerId"] == emulator.org.user_id
    assert row["SystemModstamp"] == row["CreatedDate"] == "2026-11-20T08:15:02.000+0000"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"Foo": 1},
            '[{"message":"No such column \'Foo\' on sobject of type Lead","errorCode":"INVALID_FIELD"}]',
            id="unknown",
        ),
        pytest.param(
            {"Email": "badone"},
            '[{"message":"Email: invalid email address: badone","errorCode":"INVALID_EMAIL_ADDRESS","fields":["Email"]}]',
            id="e-mail",
        ),
        pytest.param(
            {"Phone": "5" * 41},
            f'[{{"message":"Phone: data value too large: {"5" * 41} (max length=40)",'
            '"errorCode":"STRING_TOO_LONG","fields":["Phone"]}]',
            id="too long",
        ),
        pytest.param(
            {"CleanStatus": "Odd"},
            '[{"message":"Clean Status: bad value for restricted picklist field: Odd",'
            '"errorCode":"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST","fields":["CleanStatus"]}]',
            id="restricted",
        ),
        pytest.param(
            {"Company": None},
            '[{"message":"Required fields are missing: [Company]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Company"]}]',
            id="required",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_the_vendors_words(emulator: Emulator, fields: dict[str, Json], expected: str) -> None:
    answer = emulator.ask("PATCH", f"/sobjects/Lead/{lead(emulator)}", fields)
    assert (answer.status, text(answer)) == (400, expected)


def test_text_is_trimmed_numbers_rounded_and_empty_text_is_null(emulator: Emulator) -> None:
    key = lead(emulator, Title="Head")
    emulator.org.add_field("Lead", field_of("Score__c double(5,2) cunfsp"))
    emulator.ask(
        "PATCH", f"/sobjects/Lead/{key}", {"City": "  Bonn ", "Title": "", "Score__c": "87.555", "NumberOfEmployees": "12"}
    )
    row = emulator.org.rows("Lead")[0]
    assert (row.get("City"), row.get("Title"), row.get("Score__c")) == ("Bonn", None, Decimal("87.56"))
    assert row.get("NumberOfEmployees") == 12


def test_a_change_moves_the_stamp_and_keeps_the_creation(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    clock.advance(timedelta(minutes=5))
    emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Title": "Head"})
    row = emulator.org.rows("Lead")[0]
    assert (row["CreatedDate"], row["SystemModstamp"]) == ("2026-11-20T08:15:02.000+0000", "2026-11-20T08:20:02.000+0000")


def test_a_deleted_record_is_gone_for_reads_and_named_so_for_writes(emulator: Emulator) -> None:
    key = lead(emulator)
    assert emulator.ask("DELETE", f"/sobjects/Lead/{key}").status == 204
    assert emulator.ask("GET", f"/sobjects/Lead/{key}").status == 404
    assert "ENTITY_IS_DELETED" in text(emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Title": "x"}))


def test_a_record_reads_with_all_fields_in_order_or_with_those_asked_for(emulator: Emulator) -> None:
    key = lead(emulator)
    content = emulator.ask("GET", f"/sobjects/Lead/{key}").content
    assert isinstance(content, dict)
    assert list(content)[:4] == ["attributes", "Id", "IsDeleted", "MasterRecordId"]
    assert text(emulator.ask("GET", f"/sobjects/Lead/{key[:15]}", fields="Company")).endswith('"Company":"Example Ltd"}')


def test_upsert_creates_then_changes_then_says_that_it_is_ambiguous(emulator: Emulator) -> None:
    emulator.org.add_field("Lead", field_of("Ref__c string(36) cunfsgpx"))
    fields: dict[str, Json] = {"LastName": "Roe", "Company": "Example Ltd"}
    made = emulator.ask("PATCH", "/sobjects/Lead/Ref__c/7", fields)
    again = emulator.ask("PATCH", "/sobjects/Lead/Ref__c/7", {"Title": "Head"})
    assert (made.status, again.status) == (201, 200)
    assert text(again).endswith('"created":false}')
    lead(emulator, Ref__c="7")
    ambiguous = emulator.ask("PATCH", "/sobjects/Lead/Ref__c/7", {"Title": "Head"})
    assert ambiguous.status == 300
    assert text(ambiguous).count("/services/data/v67.0/sobjects/Lead/00Q") == 2


def test_upsert_by_a_field_that_is_no_external_id_is_not_found(emulator: Emulator) -> None:
    expected = '[{"message":"Provided external ID field does not exist or is not accessible: Titel","errorCode":"NOT_FOUND"}]'
    assert text(emulator.ask("PATCH", "/sobjects/Lead/Titel/7", {})) == expected


def test_each_record_of_a_collection_has_its_own_result_in_order(emulator: Emulator) -> None:
    good, other = lead(emulator), lead(emulator)
    result = collected(
        emulator,
        {"attributes": {"type": "Lead"}, "id": good, "Title": "Head"},
        {"attributes": {"type": "Lead"}, "id": other, "Email": "badone"},
        {"attributes": {"type": "Lead"}, "Id": good, "Title": "Again"},
    )
    assert result == (
        f'[{{"id":"{good}","success":true,"errors":[]}},'
        '{"success":false,"errors":[{"statusCode":"INVALID_EMAIL_ADDRESS",'
        '"message":"Email: invalid email address: badone","fields":["Email"]}]},'
        '{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE",'
        f'"message":"duplicate id specified: {good}","fields":[]}}]}}]'
    )
    assert [row.get("Title") for row in emulator.org.rows("Lead")] == ["Head", None]


def test_all_or_none_takes_everything_back(emulator: Emulator) -> None:
    good, other = lead(emulator), lead(emulator)
    rows: list[Json] = [
        {"attributes": {"type": "Lead"}, "id": good, "Title": "Head"},
        {"attributes": {"type": "Lead"}, "id": other, "Email": "badone"},
    ]
    assert "ALL_OR_NONE_OPERATION_ROLLED_BACK" in collected(emulator, *rows, strict=True)
    assert emulator.org.rows("Lead")[0].get("Title") is None
    assert emulator.org.rows("LeadHistory") == []


def test_more_than_200_records_are_refused_as_a_whole(emulator: Emulator) -> None:
    rows: list[Json] = [{"attributes": {"type": "Lead"}, "LastName": "Roe", "Company": "Example Ltd"}] * 201
    answer = emulator.ask("POST", "/composite/sobjects", {"records": rows})
    assert answer.status == 400
    assert emulator.org.rows("Lead") == []


def test_an_unknown_field_refuses_the_whole_collection(emulator: Emulator) -> None:
    rows: list[Json] = [
        {"attributes": {"type": "Lead"}, "id": lead(emulator), "Title": "x"},
        {"attributes": {"type": "Lead"}, "id": lead(emulator), "Foo": 1},
    ]
    assert emulator.ask("PATCH", "/composite/sobjects", {"records": rows}).status == 400
    assert emulator.org.rows("Lead")[0].get("Title") is None


def test_a_validation_rule_refuses_what_breaks_it(emulator: Emulator) -> None:
    rule = ValidationRule(
        entity="Lead", broken=lambda row: row.get("Rating") == "Hot", message="Hot needs a phone", field="Phone"
    )
    emulator.org.rules.append(rule)
    answer = emulator.ask("PATCH", f"/sobjects/Lead/{lead(emulator)}", {"Rating": "Hot"})
    expected = '[{"message":"Hot needs a phone","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":["Phone"]}]'
    assert text(answer) == expected


def test_a_duplicate_rule_refuses_an_address_that_is_used_unless_told_otherwise(emulator: Emulator) -> None:
    emulator.org.duplicates.add("Lead")
    lead(emulator, Email="roe@example.com")
    fields: dict[str, Json] = {"LastName": "Roe", "Company": "Example Ltd", "Email": "roe@example.com"}
    refused = text(emulator.ask("POST", "/sobjects/Lead", fields))
    assert refused == '[{"message":"Use one of these records?","errorCode":"DUPLICATES_DETECTED"}]'
    header = "Sforce-Duplicate-Rule-Header: allowSave=true"
    assert emulator.ask("POST", "/sobjects/Lead", fields, header=header).status == 201


def test_a_field_the_user_may_not_see_is_as_if_it_were_not_there(emulator: Emulator) -> None:
    key = lead(emulator)
    emulator.org.access.hidden.add(("Lead", "Title"))
    emulator.org.reshaped()
    assert "No such column 'Title'" in text(emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Title": "x"}))
    assert "No such column 'Title'" in text(emulator.ask("GET", "/query", q="SELECT Title FROM Lead"))
    assert '"name":"Title"' not in text(emulator.ask("GET", "/sobjects/Lead/describe"))


def test_records_can_be_read_by_their_ids_with_null_for_those_that_are_gone(emulator: Emulator) -> None:
    key = lead(emulator)
    content = emulator.ask(
        "POST", "/composite/sobjects/Lead", {"ids": [key, "00Q000000000000AAA"], "fields": ["Company"]}
    ).content
    assert isinstance(content, list)
    assert content[1] is None


def test_describe_answers_304_until_something_changes(emulator: Emulator, clock: VirtualClock) -> None:
    since = "If-Modified-Since: " + emulator.ask("GET", "/sobjects/Lead/describe").headers["Last-Modified"]
    clock.advance(timedelta(minutes=1))
    assert emulator.ask("GET", "/sobjects/Lead/describe", header=since).status == 304
    emulator.org.add_field("Lead", field_of("Score__c double(5,2) cunfsp"))
    assert emulator.ask("GET", "/sobjects/Lead/describe", header=since).status == 200
