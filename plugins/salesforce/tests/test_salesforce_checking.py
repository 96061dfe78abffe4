"""Check and schema: what an operator is told before anything is read or written."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from salesforce_desk import Desk
from syncd_salesforce.emulator.record_types import add_type
from syncd_salesforce.emulator.schema import field_of, standard
from syncd_salesforce.standard import HIDEABLE


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path, settings={"streams": ["Lead", "Contact"]}) as one:
        yield one


def told(desk: Desk, level: str) -> list[str]:
    return [one.what for one in desk.connector().check() if one.level == level]


def test_a_healthy_org_is_described(desk: Desk) -> None:
    findings = desk.connector().check()
    assert {one.level for one in findings} == {"ok"}
    said = " ".join(one.what for one in findings)
    assert f"org {desk.org.id} as user {desk.org.user_id}" in said
    assert "API 66.0" in said and "DailyApiRequests" in said


@pytest.mark.parametrize("version", ["99.0", "20.0"])
def test_a_version_that_is_not_served_is_an_error_with_the_remedy(tmp_path: Path, version: str) -> None:
    with Desk(tmp_path, settings={"api_version": version, "streams": ["Lead"]}) as desk:
        (finding,) = desk.connector().check()
    assert (finding.level, finding.what) == ("error", f"api_version {version} is not served by this org")
    assert finding.remedy == 'set api_version: "68.0"'


def test_an_old_version_is_a_warning(tmp_path: Path) -> None:
    with Desk(tmp_path, settings={"api_version": "60.0", "streams": ["Lead"]}) as desk:
        assert "8 releases old" in told(desk, "warning")[0]


def test_a_hidden_object_is_a_warning(desk: Desk) -> None:
    desk.org.access.unseen_objects.add("Contact")
    desk.org.reshaped()
    assert told(desk, "warning") == ["Contact is not there or hidden from the user; it is not read"]


def test_the_schema_tells_a_standard_field_that_is_hidden_from_one_that_never_was(tmp_path: Path) -> None:
    wanted = {"Lead": ["email", "Emial", "Fax", "Tier__c"]}
    with Desk(tmp_path, settings={"streams": ["Lead"]}, wanted=wanted) as desk:
        desk.org.access.hidden.add(("Lead", "Email"))
        desk.org.reshaped()
        (lead,) = desk.connector().schema().streams
    assert {one.name: one.readable for one in lead.fields if one.name in wanted["Lead"]} == {"email": False, "Fax": True}


def test_the_schema_has_the_fields_of_parents_that_the_mapping_names(tmp_path: Path) -> None:
    wanted = {"Contact": ["account.Website", "Account.Websit", "Account.NumberOfEmployees", "Owner.Name"]}
    with Desk(tmp_path, settings={"streams": ["Contact"]}, wanted=wanted) as desk:
        desk.org.access.hidden.add(("Account", "Website"))
        desk.org.reshaped()
        (contact,) = desk.connector().schema().streams
    shown = {one.name: (one.type, one.readable) for one in contact.fields}
    assert {name: shown[name] for name in wanted["Contact"] if name in shown} == {
        "account.Website": ("text", False),
        "Account.NumberOfEmployees": ("int", True),
        "Owner.Name": ("string", True),
    }


def test_what_a_parent_has_not_got_is_not_in_the_schema_but_all_that_it_has(tmp_path: Path) -> None:
    wanted = {"Lead": ["Owner.Nmae", "owner.Type", "CreatedBy.Nmae", "Ownr.Name"]}
    with Desk(tmp_path, settings={"streams": ["Lead"]}, wanted=wanted) as desk:
        (lead,) = desk.connector().schema().streams
    shown = {one.name for one in lead.fields}
    assert shown & {*wanted["Lead"], "Owner.Name", "CreatedBy.Name"} == {"owner.Type", "Owner.Name", "CreatedBy.Name"}


def test_every_standard_field_that_counts_as_hideable_can_be_hidden() -> None:
    """By the emulated org's describes, which are those of real orgs; the fields of consent are in none of them."""
    objects = {one.name: one for one in standard()}
    for name, fields in HIDEABLE.items():
        may = {one.name.lower() for one in objects[name].fields if "p" in one.flags and one.type != "address"}
        assert fields - may <= {"donotcall", "hasoptedoutofemail", "hasoptedoutoffax"}
        assert may <= fields


def test_a_clock_that_is_off_is_a_warning(desk: Desk) -> None:
    desk.emulator.misbehave("clock:value=-600")
    assert told(desk, "warning") == ["this machine's clock is -600 s off the org's"]


def test_the_schema_shows_fields_as_the_user_may_use_them(desk: Desk) -> None:
    desk.org.add_field("Lead", field_of("Band__c picklist(40) cunfsgp restricted = mql | nurture"))
    desk.org.access.readonly.add(("Lead", "Note__c"))
    desk.org.reshaped()
    (lead, _) = desk.connector().schema().streams
    fields = {one.name: one for one in lead.fields}
    assert fields["Band__c"].options == ("mql", "nurture")
    assert fields["Status"].options == ()  # takes other words too
    assert (fields["LastName"].length, fields["Description"].length, fields["Score__c"].length) == (80, 32_000, 0)
    assert (fields["Score__c"].writable, fields["Note__c"].writable, fields["SystemModstamp"].writable) == (True, False, False)
    assert "Address" not in fields


def test_the_schema_shows_what_the_mapping_names_as_it_names_it(tmp_path: Path) -> None:
    wanted = {"Lead": ["Owner.Name", "email", "RecordType.DeveloperName", "Nowhere.Name"]}
    with Desk(tmp_path, settings={"streams": ["Lead"]}, wanted=wanted) as desk:
        add_type(desk.org, "Lead", "Partner")
        add_type(desk.org, "Lead", "Retail", available=False)
        (lead,) = desk.connector().schema().streams
    fields = {one.name: one for one in lead.fields}
    assert {name for name in wanted["Lead"] if name in fields} == {"Owner.Name", "email", "RecordType.DeveloperName"}
    assert (fields["email"].writable, fields["Owner.Name"].writable) == (True, False)
    assert fields["RecordType.DeveloperName"].options == ("Partner", "Retail")


def test_a_restricted_value_to_be_written_that_a_record_type_lacks_is_a_warning(tmp_path: Path) -> None:
    read, written = {"Lead": ["Band__c", "Tier__c", "Rating"]}, {"Lead": ["Band__c", "Rating"]}
    with Desk(tmp_path, settings={"streams": ["Lead"]}, wanted=read, written=written) as desk:
        for name in ("Band__c", "Tier__c"):
            desk.org.add_field("Lead", field_of(f"{name} picklist(40) cunfsgp restricted = mql | nurture | sql"))
        add_type(desk.org, "Lead", "Partner", values={"Band__c": ["mql"], "Tier__c": ["mql"], "Rating": ["Hot"]})
        add_type(desk.org, "Lead", "Retail", values={"Rating": ["Hot"]})
        add_type(desk.org, "Lead", "Closed", available=False, values={"Band__c": []})
        assert told(desk, "warning") == ["Lead.Band__c: records of type Partner do not take nurture, sql"]


def test_an_unchanged_object_is_asked_for_after_an_hour_and_not_sent_again(desk: Desk) -> None:
    for _ in range(3):
        desk.connector().pull("Lead", None)
        desk.later(minutes=40)
    described = [one.status for one in desk.emulator.instance.requests if one.path.endswith("/describe")]
    assert described == [200, 304]


def test_an_object_is_looked_at_in_full_once_a_day(desk: Desk) -> None:
    desk.connector().pull("Lead", None)
    desk.later(days=2)
    desk.connector().pull("Lead", None)
    described = [one.status for one in desk.emulator.instance.requests if one.path.endswith("/describe")]
    assert [one for one in described if one != 401] == [200, 200]
