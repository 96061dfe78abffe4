"""The package: well-formed, complete, and only what was asked for."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from syncd_salesforce.package import metadata, package

from syncd.spi import RemoteField

SCORE = RemoteField(name="syncd_Score__c", label="syncd score", type="number")
BAND = RemoteField(name="syncd_Band__c", label="syncd band", type="choice", options=("mql", "<&>"))
NAMES = {"": "http://soap.sforce.com/2006/04/metadata"}


def test_the_package_names_every_field_and_the_permission_set() -> None:
    files = package({"Lead": [SCORE, BAND], "Contact": [SCORE]}, version="66.0")
    assert sorted(files) == [
        "objects/Contact.object",
        "objects/Lead.object",
        "package.xml",
        "permissionsets/syncd.permissionset",
    ]
    listed = ElementTree.fromstring(files["package.xml"])
    members = [one.text for one in listed.iterfind(".//members", NAMES)]
    assert members == ["Lead.syncd_Score__c", "Lead.syncd_Band__c", "Contact.syncd_Score__c", "syncd"]
    assert listed.findtext("version", namespaces=NAMES) == "66.0"


def test_the_permission_set_opens_each_field_and_reads_all_records() -> None:
    rights = ElementTree.fromstring(package({"Lead": [SCORE]}, version="66.0")["permissionsets/syncd.permissionset"])
    assert [one.text for one in rights.iterfind("fieldPermissions/field", NAMES)] == ["Lead.syncd_Score__c"]
    edits = {
        one.findtext("object", namespaces=NAMES): one.findtext("allowEdit", namespaces=NAMES)
        for one in rights.iterfind("objectPermissions", NAMES)
    }
    assert edits == {"Account": "false", "Contact": "false", "Lead": "true", "Opportunity": "false", "Campaign": "false"}


def test_a_choice_takes_other_values_too() -> None:
    lead = ElementTree.fromstring(package({"Lead": [BAND]}, version="66.0")["objects/Lead.object"])
    assert lead.findtext("fields/valueSet/restricted", namespaces=NAMES) == "false"
    assert [one.text for one in lead.iterfind(".//fullName", NAMES)] == ["syncd_Band__c", "mql", "<&>"]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        pytest.param(RemoteField(name="a__c", type="bool"), "Checkbox", id="bool"),
        pytest.param(RemoteField(name="a__c", type="datetime"), "DateTime", id="datetime"),
        pytest.param(RemoteField(name="a__c", type="choice"), "Text", id="a choice of nothing"),
        pytest.param(RemoteField(name="syncd_Reasons__c"), "LongTextArea", id="reasons are long"),
        pytest.param(RemoteField(name="a__c"), "Text", id="text"),
    ],
)
def test_each_of_our_types_has_one_of_theirs(field: RemoteField, kind: str) -> None:
    assert metadata(field)["type"] == kind
