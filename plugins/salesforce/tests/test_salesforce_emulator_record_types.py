"""Record types: described, queried, and asked before a value is taken."""

from __future__ import annotations

from typing import Any

from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.record_types import add_type
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add

LEAD = {"LastName": "Roe", "Company": "Example Ltd"}
BAND = "Band__c picklist(40) cunfsgp restricted = mql | nurture"


def asked(emulator: Emulator, path: str) -> dict[str, Any]:
    content = emulator.ask("GET", path).content
    assert isinstance(content, dict)
    return content


def refused(emulator: Emulator, path: str, **values: str) -> dict[str, Any]:
    content = emulator.ask("PATCH", path, values).content
    assert isinstance(content, list) and isinstance(content[0], dict)
    return content[0]


def test_an_org_without_record_types_has_the_master_alone(emulator: Emulator) -> None:
    assert [one["developerName"] for one in asked(emulator, "/sobjects/Lead/describe")["recordTypeInfos"]] == ["Master"]
    assert asked(emulator, "/sobjects/OpportunityContactRole/describe")["recordTypeInfos"] == []


def test_record_types_are_described_as_recorded_orgs_do_and_the_master_comes_last(emulator: Emulator) -> None:
    key = add_type(emulator.org, "Account", "Household", default=True)
    described = asked(emulator, "/sobjects/Account/describe")["recordTypeInfos"]
    assert described[0] == {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Household",
        "master": False,
        "name": "Household",
        "recordTypeId": key,
        "urls": {"layout": f"/services/data/v67.0/sobjects/Account/describe/layouts/{key}"},
    }
    assert (described[1]["developerName"], described[1]["defaultRecordTypeMapping"]) == ("Master", False)


def test_a_new_record_has_the_users_default_type_and_can_be_queried_by_it(emulator: Emulator) -> None:
    add_type(emulator.org, "Lead", "Retail")
    add_type(emulator.org, "Lead", "Partner", default=True)
    emulator.ask("POST", "/sobjects/Lead", LEAD)
    query = "SELECT RecordType.DeveloperName FROM Lead WHERE RecordType.DeveloperName = 'partner'"
    found = emulator.ask("GET", "/query", q=query).content
    assert isinstance(found, dict) and found["records"][0]["RecordType"]["DeveloperName"] == "Partner"
    types = emulator.ask("GET", "/query", q="SELECT DeveloperName FROM RecordType WHERE SobjectType = 'Lead'").content
    assert isinstance(types, dict) and types["totalSize"] == 2


def test_the_values_of_a_record_type_are_told_field_by_field(emulator: Emulator) -> None:
    emulator.org.add_field("Lead", field_of(BAND))
    key = add_type(emulator.org, "Lead", "Partner", values={"Band__c": ["mql"]})
    fields = asked(emulator, f"/ui-api/object-info/Lead/picklist-values/{key}")["picklistFieldValues"]
    assert [one["value"] for one in fields["Band__c"]["values"]] == ["mql"]
    assert [one["value"] for one in fields["Rating"]["values"]] == ["Hot", "Warm", "Cold"]
    assert emulator.ask("GET", "/ui-api/object-info/Lead/picklist-values/012000000000000AAA").status == 200
    assert emulator.ask("GET", f"/ui-api/object-info/Contact/picklist-values/{key}").status == 404


def test_what_a_type_does_not_take_or_the_user_has_not_got_is_refused(emulator: Emulator) -> None:
    emulator.org.add_field("Lead", field_of(BAND))
    partner = add_type(emulator.org, "Lead", "Partner", values={"Band__c": ["mql"]})
    closed = add_type(emulator.org, "Lead", "Closed", available=False)
    path = f"/sobjects/Lead/{add(emulator.org, 'Lead', {**LEAD, 'RecordTypeId': partner})['Id']}"
    assert emulator.ask("PATCH", path, {"Band__c": "mql"}).status == 204
    assert refused(emulator, path, Band__c="nurture")["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    answer = refused(emulator, path, RecordTypeId=closed)
    assert answer["message"] == f"Record Type ID: this ID value isn't valid for the user: {closed}"
    assert (answer["errorCode"], list(answer["fields"])) == ("INVALID_CROSS_REFERENCE_KEY", ["RecordTypeId"])
