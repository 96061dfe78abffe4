"""What a query consists of. Places in the text (``at``) are for error texts alone and do not count when trees are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

__all__ = [
    "All", "Any", "Boolean", "Comparison", "Condition", "Date", "DateTime", "Function", "Group", "Item", "Literal",
    "Name", "Not", "Null", "Number", "Operand", "Order", "Query", "Relative", "Subquery", "Text", "TypeOf",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A field, by its path over parents."""

    path: tuple[str, ...]
    alias: str | None = None
    at: int = field(default=0, compare=False)

    @property
    def text(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """An aggregate, a part of a date, or ``FIELDS``; ``COUNT()`` has no argument."""

    name: str
    argument: Name | None
    alias: str | None = None
    at: int = field(default=0, compare=False)


Operand: TypeAlias = Name | Function


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOf:
    """Fields that depend on what a polymorphic reference points at."""

    relation: Name
    branches: tuple[tuple[str, tuple[Name, ...]], ...]
    otherwise: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subquery:
    """The children of each row."""

    query: Query
    at: int = field(default=0, compare=False)


Item: TypeAlias = Name | Function | TypeOf | Subquery


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null:
    """The absence of a value."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day, as the org keeps it."""

    value: str


@dataclass(frozen=True, slots=True)
class DateTime:
    """An instant, as the org keeps it."""

    value: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A date literal: ``TODAY``, ``LAST_N_DAYS:3``."""

    name: str
    count: int | None = None


Literal: TypeAlias = Text | Number | Boolean | Null | Date | DateTime | Relative


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An operand against a literal, several, or the rows of another query."""

    operand: Operand
    operator: str
    value: Literal | tuple[Literal, ...] | Query
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What its term is not."""

    term: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Terms joined by AND."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Terms joined by OR."""

    terms: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Not | All | Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One key of the order."""

    operand: Operand
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What rows are grouped by, and which groups remain."""

    by: tuple[Operand, ...]
    having: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query."""

    items: tuple[Item, ...]
    source: str
    alias: str | None = None
    scope: str | None = None
    where: Condition | None = None
    secured: bool = False
    group: Group | None = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    purpose: str | None = None
    text: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)
