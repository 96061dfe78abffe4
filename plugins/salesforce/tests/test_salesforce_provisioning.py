"""Provisioning: fields that can be seen and written at once where the user may, and a package for an admin in any case."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from salesforce_desk import Desk, change

from syncd.spi import Done, Finding, RemoteField

FIELDS = {
    "Lead": [
        RemoteField(name="syncd_Score__c", label="syncd score", type="number"),
        RemoteField(name="syncd_Stage__c", label="syncd stage", type="choice", options=("lead", "mql")),
        RemoteField(name="syncd_Reasons__c", label="syncd reasons"),
    ]
}


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path) as one:
        yield one


def provision(desk: Desk, fields: dict[str, list[RemoteField]], *, dry_run: bool = False) -> list[Finding]:
    return list(desk.connector().provision(fields, dry_run=dry_run))


def test_what_is_missing_is_made_opened_and_can_be_written(desk: Desk) -> None:
    findings = provision(desk, FIELDS)
    assert {one.level for one in findings} == {"ok"}
    assert [one.what for one in findings][1:] == [f"Lead.{one.name} was created" for one in FIELDS["Lead"]]
    (lead,) = desk.add("Lead")
    receipts = desk.connector().push([change(lead, syncd_Score__c=87, syncd_Stage__c="mql", syncd_Reasons__c="x" * 300)])
    assert receipts == [Done()]
    assert provision(desk, FIELDS) == []


def test_a_rehearsal_changes_nothing(desk: Desk) -> None:
    findings = provision(desk, FIELDS, dry_run=True)
    assert [one.what for one in findings] == [f"Lead.{one.name} is missing and would be created" for one in FIELDS["Lead"]]
    assert not (desk.folder / "salesforce-package").exists()
    assert desk.calls()["POST /tooling/sobjects/CustomField"] == 0


def test_who_may_not_create_fields_has_a_package_for_who_may(desk: Desk) -> None:
    desk.emulator.misbehave("no_rights:path=/tooling")
    findings = provision(desk, FIELDS)
    assert [one.level for one in findings] == ["ok", "error", "error", "error"]
    assert "sf project deploy start" in findings[1].remedy
    package = desk.folder / "salesforce-package"
    assert "<members>Lead.syncd_Score__c</members>" in (package / "package.xml").read_text()
    assert (package / "permissionsets" / "syncd.permissionset").exists()


def test_a_name_that_cannot_be_made_is_an_error(desk: Desk) -> None:
    (finding,) = [one for one in provision(desk, {"Lead": [RemoteField(name="Score")]}) if one.level == "error"]
    assert finding.what == "Lead.Score is not there, and only names that end in __c can be created"


def test_a_field_that_may_not_be_changed_asks_for_the_permission_set(desk: Desk) -> None:
    desk.org.access.readonly.add(("Lead", "Note__c"))
    desk.org.reshaped()
    (finding,) = provision(desk, {"Lead": [RemoteField(name="Note__c")]})
    assert (finding.level, "permission set" in finding.remedy) == ("warning", True)
