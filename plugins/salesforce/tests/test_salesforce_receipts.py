"""Results of writes: by cause, and never quoting the value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from syncd_salesforce.receipts import Fault, fault_of, fault_of_row, rejected

from syncd.spi import Ref

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LEAD = Ref("Lead", "00Q4S000002sSacUAE")


def refused(code: str, message: str = "", *fields: str) -> Mapping[str, object]:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": list(fields)}]}


def test_a_success_is_no_fault() -> None:
    assert fault_of({"id": LEAD.external_id, "success": True, "errors": []}) is None


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        pytest.param(
            refused("STRING_TOO_LONG", "Why__c: data value too large: secret", "Why__c"),
            Fault(code="STRING_TOO_LONG", field="Why__c"),
            id="field",
        ),
        pytest.param({"success": False, "errors": []}, Fault(code="UNKNOWN_EXCEPTION"), id="a result without a reason"),
        pytest.param({}, Fault(code="UNKNOWN_EXCEPTION"), id="a result without anything"),
        pytest.param(
            refused("Ada Lovelace", "", "her own"), Fault(code="UNKNOWN_EXCEPTION"), id="a code and a field that are none"
        ),
        pytest.param(
            refused("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 0014S000007NxmlQAC"),
            Fault(code="UNABLE_TO_LOCK_ROW", locked="0014S000007NxmlQAC"),
            id="which record others hold",
        ),
        pytest.param(
            refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "cannot reference converted lead"),
            Fault(code="CANNOT_UPDATE_CONVERTED_LEAD"),
            id="a converted lead goes by several codes",
        ),
    ],
)
def test_a_refused_record_has_a_cause(result: Mapping[str, object], fault: Fault) -> None:
    assert fault_of(result) == fault


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        pytest.param(
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--", "UNABLE_TO_LOCK_ROW", "", id="none"
        ),
        pytest.param(
            "STRING_TOO_LONG:Why: data value too large: a:b (max length=40):Why__c --", "STRING_TOO_LONG", "Why__c", id="one"
        ),
        pytest.param("", "UNKNOWN_EXCEPTION", "", id="nothing"),
        pytest.param("ada@firm.example:no:--", "UNKNOWN_EXCEPTION", "", id="a code that is none"),
    ],
)
def test_the_error_of_a_row_of_a_job_is_read_alike(text: str, code: str, field: str) -> None:
    assert (fault_of_row(text).code, fault_of_row(text).field) == (code, field)


def test_a_deleted_record_that_a_field_points_at_is_not_the_record() -> None:
    assert fault_of(refused("ENTITY_IS_DELETED", "entity is deleted")) == Fault(code="ENTITY_IS_DELETED")
    assert Fault(code="ENTITY_IS_DELETED").is_elsewhere and Fault(code="ENTITY_IS_DELETED", field="Id").is_elsewhere
    assert not Fault(code="ENTITY_IS_DELETED", field="Partner__c").is_elsewhere
    converted = fault_of(refused("INVALID_FIELD", "cannot reference converted lead", "LeadId"))
    assert converted is not None and converted.is_elsewhere


def test_passing_trouble_is_tried_again_and_the_rest_once_it_differs() -> None:
    assert rejected(LEAD, Fault(code="UNABLE_TO_LOCK_ROW"), NOW).retry == NOW + timedelta(minutes=1)
    assert rejected(LEAD, Fault(code="STRING_TOO_LONG", field="Why__c"), NOW).retry == "on_change"


def test_an_owner_who_may_not_read_the_record_is_no_passing_trouble() -> None:
    receipt = rejected(LEAD, Fault(code="TRANSFER_REQUIRES_READ", field="OwnerId"), NOW)
    assert (receipt.retry, receipt.field) == ("on_change", "OwnerId")
    assert receipt.what == "Lead.OwnerId: the new owner may not read such records; give that user Read on the object"


def test_the_sentence_names_the_field_and_the_remedy() -> None:
    receipt = rejected(LEAD, Fault(code="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", field="Band__c"), NOW)
    assert receipt.code == "invalid_or_null_for_restricted_picklist"
    what = "not one of the picklist's values, or not of the record type's; add it there, or lift the restriction"
    assert receipt.what == f"Lead.Band__c: {what}"
    assert receipt.field == "Band__c"
