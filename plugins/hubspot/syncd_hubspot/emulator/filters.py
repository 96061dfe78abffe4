"""The filters of a search: what each operator means for a value of each type.

Texts are compared without regard to case, enumerations with; the values of IN and NOT_IN on texts must be in lower case
or they match nothing. Source: developers.hubspot.com/docs/api-reference/legacy/crm/search-the-crm (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from syncd_hubspot.emulator.definitions import Property
from syncd_hubspot.emulator.instants import instant
from syncd_hubspot.emulator.records import Record
from syncd_hubspot.emulator.wire import ErrorDetail, Refusal, invalid

Comparable = str | float
Test = Callable[[Record], bool]

_WORD = re.compile(r"[^\W_]+(?:[.@'-][^\W_]+)*")
OPERATORS = frozenset(
    "EQ NEQ LT LTE GT GTE BETWEEN IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY CONTAINS_TOKEN NOT_CONTAINS_TOKEN".split()
)
NEGATIVE: Mapping[str, str] = {
    "NEQ": "EQ",
    "NOT_IN": "IN",
    "NOT_HAS_PROPERTY": "HAS_PROPERTY",
    "NOT_CONTAINS_TOKEN": "CONTAINS_TOKEN",
}


class Filter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One condition as it is sent."""

    property_name: str
    operator: str
    value: str | int | float | bool | None = None
    high_value: str | int | float | None = None
    values: Sequence[str | int | float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of whole numbers, both ends included; what the indices of ids and modified times can answer."""

    low: int = 0
    high: int = 1 << 62

    def __and__(self, other: Span) -> Span:
        return Span(low=max(self.low, other.low), high=min(self.high, other.high))


EVERY = Span()
"""No range at all."""


def malformed(message: str, name: str = "") -> Refusal:
    """Refuse a search that makes no sense."""
    return invalid(message, errors=[ErrorDetail(message=message, context={"propertyName": [name]})] if name else [])


def checked_filter(one: Filter, known: Mapping[str, Property]) -> Property:
    """Return the property a filter speaks of. Raises: Refusal if it is none, or the operator lacks its values."""
    found = known.get(one.property_name)
    if found is None or found.archived:
        raise malformed(f"Property {one.property_name} does not exist", one.property_name)
    if one.operator not in OPERATORS:
        raise malformed(f"Enum type must be one of: {sorted(OPERATORS)}, but was {one.operator}")
    if one.operator in {"IN", "NOT_IN"} and not one.values:
        raise malformed(f"operator {one.operator} requires values", one.property_name)
    if one.operator == "BETWEEN" and (one.value is None or one.high_value is None):
        raise malformed("operator BETWEEN requires value and highValue", one.property_name)
    if "HAS_PROPERTY" not in one.operator and one.operator not in {"IN", "NOT_IN"} and one.value is None:
        raise malformed(f"operator {one.operator} requires a value", one.property_name)
    return found


def span(one: Filter, found: Property) -> Span | None:
    """Return the range a filter stands for, if it is one over whole numbers or instants."""
    if found.type not in {"number", "datetime"} or one.operator not in {"EQ", "LT", "LTE", "GT", "GTE", "BETWEEN"}:
        return None
    low = _whole(found, one.value)
    match one.operator:
        case "EQ":
            return Span(low=low, high=low)
        case "LT":
            return Span(high=low - 1)
        case "LTE":
            return Span(high=low)
        case "GT":
            return Span(low=low + 1)
        case "GTE":
            return Span(low=low)
    return Span(low=low, high=_whole(found, one.high_value))


def _whole(found: Property, value: object) -> int:
    number = comparable(found, str(value))
    if not isinstance(number, float):
        raise malformed(f"{value} was not a valid {found.type}", found.name)
    return int(number)


def test(one: Filter, found: Property) -> Test:
    """Return what tells whether a record meets a filter."""
    if one.operator in NEGATIVE:
        positive = test(msgspec.structs.replace(one, operator=NEGATIVE[one.operator]), found)
        return lambda record: not positive(record)
    name = one.property_name
    if one.operator == "HAS_PROPERTY":
        return lambda record: bool(record.values.get(name))
    if one.operator == "IN":
        return _among(name, found, frozenset(str(value) for value in one.values or ()))
    if one.operator == "CONTAINS_TOKEN":
        return _holding(name, str(one.value).lower())
    return _comparing(one, found)


def _among(name: str, found: Property, wanted: frozenset[str]) -> Test:
    is_text = found.type in {"string", "phone_number"}

    def meets(record: Record) -> bool:
        value = record.values.get(name)
        return bool(value) and value is not None and (value.lower() if is_text else value) in wanted

    return meets


def _holding(name: str, wanted: str) -> Test:
    """A token is a whole word; ``*`` stands for any part of one."""
    pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("*")))

    def meets(record: Record) -> bool:
        value = record.values.get(name)
        if value is None:
            return False
        lower = value.lower()
        return any(pattern.fullmatch(token) for token in tokens(lower)) or pattern.fullmatch(lower) is not None

    return meets


@lru_cache(maxsize=1 << 15)
def tokens(text: str) -> frozenset[str]:
    """Return the words of a text: with their dots and dashes, and each piece by itself."""
    words = _WORD.findall(text)
    return frozenset(words) | {piece for word in words for piece in re.split(r"[.@'-]", word)}


def _comparing(one: Filter, found: Property) -> Test:
    name = one.property_name
    wanted = comparable(found, str(one.value))
    if wanted is None:
        raise malformed(f"{one.value} was not a valid {found.type}", name)
    high = comparable(found, str(one.high_value)) if one.operator == "BETWEEN" else None
    compare: Callable[[Comparable], bool] = _OPERATIONS[one.operator](wanted, high)

    def meets(record: Record) -> bool:
        value = record.values.get(name)
        here = None if value is None else comparable(found, value)
        return here is not None and type(here) is type(wanted) and compare(here)

    return meets


def _less(wanted: Comparable, here: Comparable) -> bool:
    return str(here) < str(wanted) if isinstance(wanted, str) else float(here) < wanted


_OPERATIONS: Mapping[str, Callable[[Comparable, Comparable | None], Callable[[Comparable], bool]]] = {
    "EQ": lambda wanted, high: lambda here: here == wanted,
    "LT": lambda wanted, high: lambda here: _less(wanted, here),
    "LTE": lambda wanted, high: lambda here: not _less(here, wanted),
    "GT": lambda wanted, high: lambda here: _less(here, wanted),
    "GTE": lambda wanted, high: lambda here: not _less(wanted, here),
    "BETWEEN": lambda wanted, high: lambda here: not _less(wanted, here) and high is not None and not _less(here, high),
}


def comparable(found: Property, value: str) -> Comparable | None:
    """Return what values of the property are compared by; None if this is no value of it."""
    match found.type:
        case "number":
            return _number(value)
        case "date" | "datetime":
            at = instant(value)
            return None if at is None else float(at)
        case "enumeration" | "bool":
            return value
    return value.lower()


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
