"""Values between Salesforce's forms and ours: JSON and CSV become the same `Raw`, golden values become what a field takes.

Pure. REST writes ``12.0`` and ``+0000``, Bulk API 2.0 writes everything as text: what is told of a record must not depend on
the way it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from syncd.spi import Golden, Raw
from syncd_salesforce.instants import instant, written

__all__ = ["Wire", "clean", "fits", "flat", "for_csv", "for_json", "raw"]

Wire: TypeAlias = str | bool | int | None
"""A value as it goes to Salesforce in JSON."""

_NUMBERS = {"double", "currency", "percent", "long"}
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T.+)?", re.ASCII)  # Python takes more forms of ISO 8601 than Salesforce
_NULL = "#N/A"  # an empty cell leaves a field as it is: bulk_api_2_0 guide, "Prepare CSV Files" (read 2026-11-21)


def raw(kind: str, given: object) -> Raw:
    """Return a value of a field of type *kind*, as JSON or CSV gives it; what does not fit its type stays text.

    Salesforce knows no empty text, so "" means nothing.

    >>> raw("double", "12.50"), raw("int", "3.0"), raw("boolean", "true"), raw("string", "")
    (Decimal('12.5'), 3, True, None)
    >>> raw("datetime", "2026-11-20T08:15:02.000+0000")
    '2026-11-20T08:15:02Z'
    """
    if given is None or given == "":
        return None
    if kind == "boolean":
        return given if isinstance(given, bool) else str(given).lower() == "true"
    if kind in _NUMBERS or kind == "int":
        return _number(given, whole=kind == "int")
    if kind == "datetime":
        try:
            return written(instant(str(given)))
        except ValueError:
            return clean(str(given))
    # Where the type is not told (the parent of several kinds, a history's values) JSON has types and CSV has texts.
    return clean(_plain(given) if isinstance(given, bool | Decimal) else str(given))


def flat(record: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return a JSON record with the fields of its parents beside its own, as ``Campaign.Name``; a missing parent has none."""
    row: dict[str, object] = {}
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, dict):
            row |= flat(value, f"{prefix}{name}.")
        else:
            row[f"{prefix}{name}"] = value
    return row


def clean(text: str) -> str:
    """Take out what no store can hold: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def for_json(kind: str, value: Golden | None) -> Wire:
    """Return what a field of type *kind* takes in JSON: numbers only where numbers go, a set of texts joined by semicolons.

    >>> for_json("string", 87), for_json("double", Decimal("87.5")), for_json("multipicklist", ("a", "b"))
    ('87', '87.5', 'a;b')
    """
    if value is None or value == "":
        return None
    if isinstance(value, tuple):
        return ";".join(value) if kind == "multipicklist" else "; ".join(value)
    if kind == "boolean":
        return _WORDS.get(str(value).lower(), str(value))
    if (kind in _NUMBERS or kind == "int") and not isinstance(value, str | bool):
        # Fractions go as text, which is taken as well and stays exact (recorded: "NumberOfEmployees":"10000").
        return int(value) if value == int(value) else _plain(value)
    return _plain(value)


def for_csv(kind: str, value: Golden | None) -> str:
    """Return what a field takes in a CSV file; nothing at all is written as ``#N/A``."""
    wire = for_json(kind, value)
    if wire is None:
        return _NULL
    return str(wire).lower() if isinstance(wire, bool) else str(wire)


def fits(kind: str, value: Golden | None) -> bool:
    """Tell whether a field of type *kind* can read *value*: for one that it cannot, the whole group is refused (from memory).

    >>> fits("boolean", "perhaps"), fits("double", "87.5"), fits("date", "2026-02-30"), fits("string", "perhaps")
    (False, True, False, True)
    >>> fits("date", "20260101"), fits("datetime", "2026-02-03 10:00"), fits("double", "1_0")
    (False, False, False)
    """
    wire = for_json(kind, value)
    if wire is None or isinstance(wire, bool):
        return True
    try:
        if kind in _NUMBERS or kind == "int":
            return _NUMBER.fullmatch(str(wire)) is not None
        if kind in {"date", "datetime"}:
            return _DATE.fullmatch(str(wire)) is not None and bool(datetime.fromisoformat(str(wire)))
        return kind != "boolean"
    except ValueError:
        return False


def _number(given: object, *, whole: bool) -> Raw:
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        return clean(str(given))
    if not number.is_finite():
        return clean(str(given))
    if whole and number == number.to_integral_value():
        return int(number)
    return Decimal(format(number.normalize(), "f"))


def _plain(value: Golden) -> str:
    """Return a value as text: a number without an exponent, yes and no as Salesforce's words."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).lower() if isinstance(value, bool) else str(value)
