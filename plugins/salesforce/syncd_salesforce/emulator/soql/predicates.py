"""Turns a condition into a function of a row, with the vendor's rules for null, case and dates.

Text and LIKE do not see case, ids do; ``x != 'a'`` and ``x NOT IN (…)`` are true of null; nothing is smaller or larger than
null; instants and dates are written without quotes, and not one for the other. (Not all of this is in the vendor's documents.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from syncd_salesforce.emulator.answers import ApiError, Row, Value
from syncd_salesforce.emulator.ids import full, is_id
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.columns import Column, number
from syncd_salesforce.emulator.soql.literals import days, instants
from syncd_salesforce.emulator.tables import folded

__all__ = ["Predicate", "Reading", "predicate"]

Predicate: TypeAlias = Callable[[Row], bool]

_TEXTS = frozenset({"string", "picklist", "email", "phone", "url", "textarea", "combobox", "multipicklist", "anyType"})
_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_IDS = frozenset({"id", "reference"})
_TEXT_ORDER: dict[str, Callable[[str, str], bool]] = {
    "<": lambda found, value: found < value,
    "<=": lambda found, value: found <= value,
    ">": lambda found, value: found > value,
    ">=": lambda found, value: found >= value,
}
_NUMBER_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda found, value: found < value,
    "<=": lambda found, value: found <= value,
    ">": lambda found, value: found > value,
    ">=": lambda found, value: found >= value,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a condition is read with: the columns, the org for its day and zone, and how to run a query inside it."""

    org: Org
    column: Callable[[tree.Operand], Column]
    inner: Callable[[tree.Query], frozenset[Value]]


def predicate(condition: tree.Condition, reading: Reading) -> Predicate:
    """Return the function that says whether a row meets *condition*.

    Raises: ApiError for values that do not fit their fields.
    """
    match condition:
        case tree.Not():
            inner = predicate(condition.term, reading)
            return lambda row: not inner(row)
        case tree.All():
            every = [predicate(term, reading) for term in condition.terms]
            return lambda row: all(term(row) for term in every)
        case tree.Any():
            some = [predicate(term, reading) for term in condition.terms]
            return lambda row: any(term(row) for term in some)
        case tree.Comparison():
            return _comparison(condition, reading)


def _comparison(comparison: tree.Comparison, reading: Reading) -> Predicate:
    column = reading.column(comparison.operand)
    if not column.field.has("f"):
        raise ApiError("INVALID_FIELD", f"field '{column.field.name}' can not be filtered in a query call")
    match comparison.operator:
        case "LIKE":
            return _like(column, comparison)
        case "INCLUDES" | "EXCLUDES":
            return _includes(column, comparison)
        case "IN" | "NOT IN":
            return _among(column, comparison, reading)
    if isinstance(comparison.value, tuple | tree.Query):
        raise _wrong(column)
    if isinstance(comparison.value, tree.Relative):
        return _ranged(column, comparison.operator, comparison.value, reading)
    return _single(column, comparison.operator, _value(column, comparison.value))


def _single(column: Column, sign: str, value: Value) -> Predicate:
    get, seen = column.get, _seen(column)
    if sign == "=":
        return lambda row: seen(get(row)) == value
    if sign == "!=":
        return lambda row: seen(get(row)) != value
    return _sided(column, sign, value)


def _sided(column: Column, sign: str, value: Value) -> Predicate:
    get = column.get
    if isinstance(value, str):
        before, text = _TEXT_ORDER[sign], value
        if column.kind in _TEXTS:
            return lambda row: isinstance(found := get(row), str) and before(found.casefold(), text)
        return lambda row: isinstance(found := get(row), str) and before(found, text)
    if isinstance(value, Decimal):
        less, limit = _NUMBER_ORDER[sign], value
        return lambda row: (found := number(get(row))) is not None and less(found, limit)
    raise ApiError("INVALID_FIELD", f"invalid operator on {column.kind} field: {column.field.name}")


def _among(column: Column, comparison: tree.Comparison, reading: Reading) -> Predicate:
    get, seen, value = column.get, _seen(column), comparison.value
    if isinstance(value, tree.Query):
        wanted = frozenset(folded(one) if column.kind not in _IDS else one for one in reading.inner(value) if one is not None)
    elif isinstance(value, tuple) and not any(isinstance(one, tree.Relative) for one in value):
        wanted = frozenset(_value(column, one) for one in value)
    else:
        raise _wrong(column)
    if comparison.operator == "IN":
        return lambda row: seen(get(row)) in wanted
    return lambda row: seen(get(row)) not in wanted


def _like(column: Column, comparison: tree.Comparison) -> Predicate:
    if column.kind not in _TEXTS or not isinstance(comparison.value, tree.Text):
        raise ApiError("INVALID_FIELD", f"invalid operator on {column.kind} field: {column.field.name}")
    get, matches = column.get, like(comparison.value.value)
    return lambda row: isinstance(found := get(row), str) and matches(found)


def like(pattern: str) -> Callable[[str], bool]:
    r"""Return a matcher: ``%`` is any text, ``_`` one character, ``\%`` and ``\_`` themselves; case does not count."""
    parts = re.findall(r"\\[_%]|[\s\S]", pattern)
    signs = {"%": ".*", "_": "."}
    compiled = re.compile("".join(signs.get(one, re.escape(one[-1])) for one in parts), re.DOTALL | re.IGNORECASE)
    return lambda text: compiled.fullmatch(text) is not None


def _includes(column: Column, comparison: tree.Comparison) -> Predicate:
    if column.kind != "multipicklist" or not isinstance(comparison.value, tuple):
        raise ApiError("INVALID_FIELD", f"invalid operator on {column.kind} field: {column.field.name}")
    sets = [frozenset(one.value.casefold().split(";")) for one in comparison.value if isinstance(one, tree.Text)]
    get, includes = column.get, comparison.operator == "INCLUDES"

    def holds(row: Row) -> bool:
        found = frozenset(str(get(row) or "").casefold().split(";"))
        return any(wanted <= found for wanted in sets) is includes

    return holds


def _ranged(column: Column, sign: str, literal: tree.Relative, reading: Reading) -> Predicate:
    org, get = reading.org, column.get
    if column.kind == "datetime":
        first, behind = instants(literal.name, literal.count, now=org.now(), zone=org.zone)
    elif column.kind == "date":
        begin, end = days(literal.name, literal.count, org.now().astimezone(org.zone).date())
        first, behind = begin.isoformat(), end.isoformat()
    else:
        raise _wrong(column)
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda found: first <= found < behind,
        "!=": lambda found: not first <= found < behind,
        "<": lambda found: found < first,
        "<=": lambda found: found < behind,
        ">": lambda found: found >= behind,
        ">=": lambda found: found >= first,
    }
    test, empty = tests[sign], sign == "!="
    return lambda row: test(found) if isinstance(found := get(row), str) else empty


def _seen(column: Column) -> Callable[[Value], Value]:
    return folded if column.kind in _TEXTS else _itself


def _itself(value: Value) -> Value:
    return value


def _value(column: Column, literal: tree.Literal) -> Value:
    """Return a literal as the column's values are compared.

    Raises: ApiError when it is of another type.
    """
    match literal:
        case tree.Null():
            return None
        case tree.Text() if column.kind in _TEXTS:
            return folded(literal.value.replace("\\_", "_").replace("\\%", "%")) or None
        case tree.Text() if column.kind in _IDS:
            return _id(column, literal.value)
        case tree.Number() if column.kind in _NUMBERS:
            return literal.value
        case tree.Boolean() if column.kind == "boolean":
            return literal.value
        case tree.Date() if column.kind == "date":
            return literal.value
        case tree.DateTime() if column.kind == "datetime":
            return literal.value
    raise _wrong(column)


def _id(column: Column, text: str) -> str | None:
    if text and not is_id(text):
        raise ApiError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return full(text) or None


def _wrong(column: Column) -> ApiError:
    named = {"datetime": "dateTime", "reference": "string", "picklist": "string", "email": "string", "int": "int"}.get(
        column.kind, column.kind
    )
    quotes = "should be enclosed in quotes" if column.kind in _TEXTS | _IDS else "should not be enclosed in quotes"
    return ApiError(
        "INVALID_FIELD", f"value of filter criterion for field '{column.field.name}' must be of type {named} and {quotes}"
    )
