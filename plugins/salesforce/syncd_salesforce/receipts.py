"""What became of one record of a write: Salesforce's results into receipts. Pure.

Messages of Salesforce quote the value ("bad value for restricted picklist field: ..."), so only its codes are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.spi import Ref, Rejected
from syncd_salesforce.refusals import code_of

__all__ = ["Fault", "fault_of", "fault_of_row", "rejected"]

_SOON = timedelta(minutes=1)
_ID = re.compile(r"\b[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\b")
_ELSEWHERE = {
    *("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND", "MALFORMED_ID"),
    *("CANNOT_UPDATE_CONVERTED_LEAD", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
}
# Passing trouble, of this record alone: restforce error_code.rb, jsforce#1018 (read 2026-11-21)
_PASSING = {
    *("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "QUERY_TIMEOUT"),
    *("ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUEST_RUNNING_TOO_LONG", "ROW_LOCK"),
}
_SENTENCES: Mapping[str, str] = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule of the org refuses it; let the rule pass the integration user",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "not one of the picklist's values, or not of the record type's; add it there, or lift the restriction"
    ),
    "INVALID_CROSS_REFERENCE_KEY": "a record or record type that is not there, or not for the user; look at it in Salesforce",
    "STRING_TOO_LONG": "longer than the field; make the field longer",
    "NUMBER_OUTSIDE_VALID_RANGE": "more digits than the field has; make the field larger",
    "REQUIRED_FIELD_MISSING": "the record lacks a field that the org requires; fill it there",
    "DUPLICATES_DETECTED": "a duplicate rule refuses it; merge the duplicates, or let the rule pass the integration user",
    "DUPLICATE_VALUE": "another record has this value in a unique field",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "the user may not change this field; assign syncd's permission set",
    "INSUFFICIENT_ACCESS": "the user may not change this record; give it Edit, or Modify All on the object",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the user may not change this record; give it Edit, or Modify All on the object",
    "TRANSFER_REQUIRES_READ": "the new owner may not read such records; give that user Read on the object",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "a trigger or flow of the org refuses it; ask whoever maintains it",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "a flow of the org fails; ask whoever maintains it",
    "FIELD_FILTER_VALIDATION_EXCEPTION": "a lookup filter of the org refuses it",
    "FIELD_INTEGRITY_EXCEPTION": "the value does not fit another field of the record",
    "INVALID_EMAIL_ADDRESS": "Salesforce takes it for no e-mail address",
    "CANNOT_UPDATE_CONVERTED_LEAD": 'a converted lead; give the user "View and Edit Converted Leads", or Read on contacts',
    "DELETE_FAILED": "other records of the org need it, such as cases; look at it in Salesforce",
    "INVALID_FIELD": "the field is not there or hidden; assign syncd's permission set",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record was not written. ``locked`` is the record that others held, as far as it is told."""

    code: str
    field: str = ""
    locked: str = ""

    @property
    def is_lock(self) -> bool:
        """Tell whether others were writing the record or its parent."""
        return self.code == "UNABLE_TO_LOCK_ROW"

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the record may live on under another identifier."""
        return self.code in _ELSEWHERE and self.field in {"", "Id"}  # else what a field of it points at is not there


def fault_of(result: Mapping[str, object]) -> Fault | None:
    """Return why a record of a group was not written; ``None`` if it was."""
    if result.get("success") is True:
        return None
    errors = result.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    fields = first.get("fields")
    field = str(fields[0]) if isinstance(fields, list) and fields else ""
    return _fault(first.get("statusCode"), str(first.get("message") or ""), field)


def fault_of_row(text: str) -> Fault:
    """Return what ``sf__Error`` of a job says: ``CODE:message:FIELD --``.

    >>> fault_of_row("STRING_TOO_LONG:Why: data value too large:Why__c --").field
    'Why__c'
    """
    code, _, rest = text.partition(":")
    field = rest.rsplit(":", 1)[-1].strip().rstrip("-").split(",")[0].strip() if ":" in rest else ""
    return _fault(code, rest, field)


def rejected(ref: Ref, fault: Fault, now: datetime) -> Rejected:
    """Return the receipt of a record that was refused: again in a minute, or once its values differ."""
    if fault.code in _PASSING:
        what = "others were writing the record at the same time" if fault.is_lock else "Salesforce had an error of its own"
        return Rejected(code=fault.code.lower(), what=f"{what}; it is tried again", retry=now + _SOON)
    place = f"{ref.stream}.{fault.field}" if fault.field else ref.stream
    sentence = _SENTENCES.get(fault.code, "Salesforce refuses it; look at the record there")
    return Rejected(code=fault.code.lower(), what=f"{place}: {sentence}", field=fault.field)


def _fault(given: object, message: str, field: str) -> Fault:
    code = code_of(given) or "UNKNOWN_EXCEPTION"
    if "converted lead" in message.lower():  # told under several codes (gitlab customers#272)
        code, field = "CANNOT_UPDATE_CONVERTED_LEAD", ""
    named = _ID.search(message) if code == "UNABLE_TO_LOCK_ROW" else None
    return Fault(code=code, field=field if re.fullmatch(r"\w+", field) else "", locked=named[0] if named else "")
