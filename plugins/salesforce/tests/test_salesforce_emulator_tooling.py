"""Custom fields made through the Tooling API, and the permission sets without which nobody sees them."""

from __future__ import annotations

import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Json

SCORE: dict[str, Json] = {
    "FullName": "Lead.Score__c",
    "Metadata": {"type": "Number", "label": "Score", "precision": 5, "scale": 2},
}


def made(emulator: Emulator, path: str, content: Json) -> str:
    answer = emulator.ask("POST", path, content)
    assert answer.status == 201, answer.content
    assert isinstance(answer.content, dict)
    return str(answer.content["id"])


def grant(emulator: Emulator, *, edit: bool) -> None:
    permissions = made(emulator, "/sobjects/PermissionSet", {"Name": "Sync", "Label": "Sync"})
    fields: dict[str, Json] = {"ParentId": permissions, "SobjectType": "Lead", "Field": "Lead.Score__c"}
    made(emulator, "/sobjects/FieldPermissions", {**fields, "PermissionsRead": True, "PermissionsEdit": edit})
    made(emulator, "/sobjects/PermissionSetAssignment", {"PermissionSetId": permissions, "AssigneeId": emulator.org.user_id})


def described(emulator: Emulator, name: str) -> dict[str, Json] | None:
    content = emulator.ask("GET", "/sobjects/Lead/describe").content
    assert isinstance(content, dict)
    return next((one for one in content["fields"] if one["name"] == name), None)


def test_a_new_field_is_seen_by_nobody_before_a_permission_set_grants_it(emulator: Emulator) -> None:
    made(emulator, "/tooling/sobjects/CustomField", SCORE)
    assert described(emulator, "Score__c") is None
    assert emulator.ask("GET", "/query", q="SELECT Score__c FROM Lead").status == 400
    grant(emulator, edit=True)
    shown = described(emulator, "Score__c")
    assert shown is not None
    assert (shown["type"], shown["precision"], shown["scale"], shown["custom"], shown["updateable"]) == (
        "double",
        5,
        2,
        True,
        True,
    )


def test_a_field_that_may_only_be_read_cannot_be_written(emulator: Emulator) -> None:
    made(emulator, "/tooling/sobjects/CustomField", SCORE)
    grant(emulator, edit=False)
    answer = emulator.ask("POST", "/sobjects/Lead", {"LastName": "Roe", "Company": "Example Ltd", "Score__c": 1})
    assert isinstance(answer.content, list)
    assert answer.content[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_a_name_that_is_taken_is_refused(emulator: Emulator) -> None:
    made(emulator, "/tooling/sobjects/CustomField", SCORE)
    answer = emulator.ask("POST", "/tooling/sobjects/CustomField", SCORE)
    assert isinstance(answer.content, list)
    assert answer.content[0]["errorCode"] == "DUPLICATE_DEVELOPER_NAME"


def test_custom_fields_are_found_changed_and_deleted(emulator: Emulator) -> None:
    key = made(emulator, "/tooling/sobjects/CustomField", SCORE)
    query = "SELECT Id, DeveloperName FROM CustomField WHERE TableEnumOrId = 'Lead'"
    content = emulator.ask("GET", "/tooling/query", q=query).content
    assert isinstance(content, dict)
    assert (content["size"], content["records"][0]["DeveloperName"]) == (1, "Score")
    assert emulator.ask("DELETE", f"/tooling/sobjects/CustomField/{key}").status == 204
    assert emulator.org.whole("Lead").find("Score__c") is None
    assert emulator.ask("GET", "/query", q="SELECT Id FROM CustomField").status == 400


def test_a_field_of_activities_is_one_of_tasks_and_events(emulator: Emulator) -> None:
    made(emulator, "/tooling/sobjects/CustomField", {"FullName": "Activity.Ref__c", "Metadata": {"type": "Text", "length": 36}})
    assert [emulator.org.whole(name).find("Ref__c") is not None for name in ("Task", "Event", "Lead")] == [True, True, False]


@pytest.mark.parametrize("restricted", [True, False])
def test_a_picklist_holds_its_values(emulator: Emulator, *, restricted: bool) -> None:
    values: list[Json] = [{"fullName": "Accepted", "default": True}, {"fullName": "Rejected"}]
    metadata: dict[str, Json] = {
        "type": "Picklist",
        "valueSet": {"restricted": restricted, "valueSetDefinition": {"value": values}},
    }
    made(emulator, "/tooling/sobjects/CustomField", {"FullName": "Lead.Disposition__c", "Metadata": metadata})
    field = emulator.org.whole("Lead").find("Disposition__c")
    assert field is not None
    assert ([choice.value for choice in field.choices], field.default, field.restricted) == (
        ["Accepted", "Rejected"],
        "Accepted",
        restricted,
    )
