"""Turns what a client sends for a field into what the org keeps, or refuses it in the vendor's words.

The org trims text and takes empty text for null, rounds numbers to the field's scale, cuts instants to the second and keeps
e-mail addresses in lower case (the last from memory).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from syncd_salesforce.emulator.answers import ApiError, Json, Value
from syncd_salesforce.emulator.ids import full, is_id
from syncd_salesforce.emulator.instants import parse_date, parse_datetime
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Field

__all__ = ["coerced"]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_SOAP = {"int": "int", "date": "date", "datetime": "datetime", "boolean": "boolean"}


def coerced(org: Org, field: Field, value: Json) -> Value:
    """Return *value* as the org keeps it in *field*.

    Raises: ApiError for what does not fit.
    """
    if value is None or value == "":
        return False if field.type == "boolean" else None
    match field.type:
        case "boolean":
            return _boolean(field, value)
        case "int" | "double" | "currency" | "percent":
            return _number(field, value)
        case "date" | "datetime":
            return _instant(field, value)
        case "reference" | "id":
            return _reference(org, field, value)
        case _:
            return _text(field, value)


def _boolean(field: Field, value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _unreadable(field, value)


def _number(field: Field, value: Json) -> Value:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _unreadable(field, value)
    try:
        number = Decimal(str(value))
        cut = number.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise _unreadable(field, value) from error
    if not number.is_finite():
        raise _unreadable(field, value)
    whole = field.precision - field.scale if field.precision else field.digits or 9
    if abs(cut) >= Decimal(10) ** whole:
        message = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", message, fields=[field.name])
    return int(cut) if field.type == "int" else _with_point(cut)


def _with_point(number: Decimal) -> Decimal:
    """Return a number of a double field, which the APIs write with at least one decimal place."""
    plain = number.normalize()
    exponent = plain.as_tuple().exponent
    return plain.quantize(Decimal("0.1")) if isinstance(exponent, int) and exponent > -1 else plain


def _instant(field: Field, value: Json) -> str:
    found = None
    if isinstance(value, str):
        found = parse_date(value) if field.type == "date" else parse_datetime(value)
        if found is None and field.type == "datetime" and len(value) == 10:
            found = parse_datetime(value + "T00:00:00Z")
    if found is None:
        raise _unreadable(field, value)
    return found


def _reference(org: Org, field: Field, value: Json) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise ApiError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", fields=[field.name])
    owners = {one.name for one in org.owners_of(value)}
    if not owners & set(field.refers):
        raise ApiError("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {value}", fields=[field.name])
    found = org.find(value)
    if found is None or found[1].get("IsDeleted"):
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[field.name])
    if found[0].name == "Lead" and found[1].get("IsConverted"):
        raise ApiError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    return full(value)


def _text(field: Field, value: Json) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _unreadable(field, value)
    text = str(value).strip()
    if field.length and len(text) > field.length:
        message = f"{field.label}: data value too large: {text[:255]} (max length={field.length})"
        raise ApiError("STRING_TOO_LONG", message, fields=[field.name])
    if field.type == "email":
        if text and not _EMAIL.fullmatch(text):
            raise ApiError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", fields=[field.name])
        text = text.lower()
    if field.restricted and text and not _allowed(field, text):
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=[field.name])
    return text or None


def _allowed(field: Field, text: str) -> bool:
    known = {choice.value for choice in field.choices if choice.active}
    return all(part in known for part in (text.split(";") if field.type == "multipicklist" else [text]))


def _unreadable(field: Field, value: Json) -> ApiError:
    kind = _SOAP.get(field.type, "double" if field.type in {"double", "currency", "percent"} else "string")
    source = (
        "VALUE_STRING"
        if isinstance(value, str)
        else "VALUE_NUMBER"
        if isinstance(value, int | float | Decimal)
        else "START_OBJECT"
    )
    shown = value if isinstance(value, str | int) else ""
    message = f"Cannot deserialize instance of {kind} from {source} value {shown} or request may be missing a required field"
    return ApiError("JSON_PARSER_ERROR", f"{message} at [line:1, column:1]", fields=())
