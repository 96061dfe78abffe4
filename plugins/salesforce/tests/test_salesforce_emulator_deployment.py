"""A package deployed by the Metadata REST API: that of `syncd provision`, and some that are not right."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Generator, Mapping
from io import BytesIO

import httpx
import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.package import package

from syncd.spi import RemoteField

FIELDS = {
    "Lead": [
        RemoteField(name="syncd_Score__c", label="syncd score", type="number"),
        RemoteField(name="syncd_Stage__c", label="syncd stage", type="choice", options=("lead", "mql")),
        RemoteField(name="syncd_Reasons__c", label="syncd reasons"),
        RemoteField(name="syncd_Late__c", label="syncd late", type="bool"),
    ],
    "Contact": [RemoteField(name="syncd_Due__c", label="syncd due", type="datetime")],
}


@pytest.fixture
def served() -> Generator[tuple[Emulator, httpx.Client]]:
    with Emulator() as emulator:
        headers = {"Authorization": f"Bearer {emulator.session()}"}
        with httpx.Client(base_url=f"{emulator.url}/services/data/v66.0", headers=headers, trust_env=False) as client:
            yield emulator, client


def form(archive: bytes, options: str) -> dict[str, tuple[str | None, bytes | str, str]]:
    return {"file": ("package.xml", archive, "application/zip"), "entity_content": (None, options, "application/json")}


def deployed(client: httpx.Client, files: Mapping[str, str], *, checks: bool = False) -> Mapping[str, object]:
    """Deploy files as the command-line tool does, and return what became of it."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, text in files.items():
            file.writestr(f"zip/{name}", text)
    options = json.dumps({"deployOptions": {"checkOnly": checks, "rollbackOnError": True}})
    begun = client.post("/metadata/deployRequest", files=form(archive.getvalue(), options))
    assert begun.status_code == 201, begun.text
    result = client.get(f"/metadata/deployRequest/{begun.json()['id']}", params={"includeDetails": "true"}).json()[
        "deployResult"
    ]
    assert isinstance(result, dict)
    return result


def problems(result: Mapping[str, object]) -> list[str]:
    details = result["details"]
    assert isinstance(details, dict)
    return [f"{one['fullName']}: {one['problem']}" for one in details["componentFailures"]]


def test_the_package_that_syncd_writes_makes_its_fields_and_opens_them_to_who_is_assigned(
    served: tuple[Emulator, httpx.Client],
) -> None:
    emulator, client = served
    result = deployed(client, package(FIELDS, version="66.0"))
    assert (result["status"], result["numberComponentsDeployed"], problems(result)) == ("Succeeded", 6, [])
    whole = emulator.org.whole("Lead").by_name
    kinds = [(whole[name.lower()].type, whole[name.lower()].length) for name in ("syncd_Score__c", "syncd_Reasons__c")]
    assert kinds == [("double", 0), ("textarea", 32_768)]
    assert [one.value for one in whole["syncd_stage__c"].choices] == ["lead", "mql"]

    query = {"q": "SELECT syncd_Score__c FROM Lead"}
    assert client.get("/query", params=query).status_code == 400  # nobody sees them yet
    found = client.get("/query", params={"q": "SELECT Id FROM PermissionSet WHERE Name = 'syncd'"}).json()
    assigned = {"PermissionSetId": found["records"][0]["Id"], "AssigneeId": emulator.org.user_id}
    assert client.post("/sobjects/PermissionSetAssignment", json=assigned).status_code == 201
    assert client.get("/query", params=query).status_code == 200
    rights = client.get("/query", params={"q": "SELECT SobjectType FROM ObjectPermissions WHERE PermissionsEdit = true"}).json()
    assert {row["SobjectType"] for row in rights["records"]} == {"Lead", "Contact"}


def test_it_may_be_deployed_again_with_more(served: tuple[Emulator, httpx.Client]) -> None:
    emulator, client = served
    deployed(client, package(FIELDS, version="66.0"))
    more = {"Lead": [*FIELDS["Lead"], RemoteField(name="syncd_Band__c", label="syncd band")]}
    result = deployed(client, package(more, version="66.0"))
    details = result["details"]
    assert isinstance(details, dict)
    assert [one["fullName"] for one in details["componentSuccesses"] if one["created"]] == ["Lead.syncd_Band__c"]
    assert len(emulator.org.rows("PermissionSet")) == 1
    assert len(emulator.org.rows("FieldPermissions")) == 5


def test_a_validation_changes_nothing(served: tuple[Emulator, httpx.Client]) -> None:
    emulator, client = served
    assert deployed(client, package(FIELDS, version="66.0"), checks=True)["status"] == "Succeeded"
    assert emulator.org.whole("Lead").find("syncd_Score__c") is None


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        pytest.param(
            "objects/Lead.object",
            "<visibleLines>4</visibleLines>",
            "",
            "Lead.syncd_Reasons__c: Must specify 'visibleLines' for a CustomField of type LongTextArea",
            id="incomplete",
        ),
        pytest.param(
            "permissionsets/syncd.permissionset",
            "Lead.syncd_Score__c",
            "Lead.Nowhere__c",
            "syncd: In field: field - no CustomField named Lead.Nowhere__c found",
            id="right to nothing",
        ),
        pytest.param(
            "permissionsets/syncd.permissionset",
            "<allowRead>true</allowRead>",
            "<allowRead>false</allowRead>",
            "syncd: Permission Edit Account depends on permission(s): Read Account",
            id="right without another",
        ),
        pytest.param(
            "permissionsets/syncd.permissionset",
            "<label>syncd</label>",
            "",
            "syncd: Must specify 'label' for a PermissionSet",
            id="without a label",
        ),
        pytest.param("objects/Lead.object", "Number", "Numeral", "Lead.syncd_Score__c: Unknown field type: Numeral", id="type"),
        pytest.param(
            "package.xml",
            "<members>Lead.syncd_Late__c</members>",
            "",
            "Lead.syncd_Late__c: Not in package.xml",
            id="not named",
        ),
        pytest.param(
            "package.xml",
            "<members>syncd</members>",
            "<members>sync</members>",
            "sync: named in package.xml, but not in the zip file",
            id="not there",
        ),
    ],
)
def test_a_package_with_one_mistake_is_not_deployed_at_all(
    served: tuple[Emulator, httpx.Client], file: str, old: str, new: str, problem: str
) -> None:
    emulator, client = served
    files = package(FIELDS, version="66.0")
    assert old in files[file]
    result = deployed(client, {**files, file: files[file].replace(old, new)})
    assert (result["success"], result["numberComponentsDeployed"]) == (False, 0)
    assert problem in problems(result)
    assert emulator.org.whole("Contact").find("syncd_Due__c") is None
    assert emulator.org.rows("PermissionSet") == []


def test_what_is_no_form_and_what_is_no_zip_is_refused(served: tuple[Emulator, httpx.Client]) -> None:
    _, client = served
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zip/objects/Lead.object", "<CustomObject/>")
    without = client.post("/metadata/deployRequest", files=form(archive.getvalue(), "{}"))
    assert without.json()[0]["errorCode"] == "INVALID_ZIP"
    assert client.post("/metadata/deployRequest", files=form(b"PK nothing", "{}")).json()[0]["errorCode"] == "INVALID_ZIP"
    assert client.post("/metadata/deployRequest", json={}).json()[0]["errorCode"] == "INVALID_MULTIPART_REQUEST"
    assert client.get("/metadata/deployRequest/0Afnone").status_code == 404
