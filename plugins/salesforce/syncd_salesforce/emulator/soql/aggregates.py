"""Groups rows and counts, sums and compares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from syncd_salesforce.emulator.answers import ApiError, Row, Value
from syncd_salesforce.emulator.schema import Field
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.columns import Column, Scope, number
from syncd_salesforce.emulator.soql.errors import malformed
from syncd_salesforce.emulator.soql.grammar import AGGREGATES
from syncd_salesforce.emulator.soql.printing import operand_text
from syncd_salesforce.emulator.tables import folded

__all__ = ["Grouped", "grouped", "is_grouped", "result_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What a query with groups gives: rows by the text of each operand, and which of them make a result under which name."""

    rows: list[Row]
    names: tuple[tuple[str, str], ...]
    column: Callable[[tree.Operand], Column]


def is_grouped(query: tree.Query) -> bool:
    """Say whether a query has groups, or functions over all rows."""
    return query.group is not None or any(isinstance(item, tree.Function) and item.name in AGGREGATES for item in query.items)


def grouped(scope: Scope, rows: Iterable[Row]) -> Grouped:
    """Group *rows*.

    Raises: ApiError for fields that are neither grouped nor aggregated, or cannot be.
    """
    query = scope.query
    by = {_text(one): _key(scope, one) for one in (query.group.by if query.group else ())}
    items = [item for item in query.items if isinstance(item, tree.Name | tree.Function)]
    if len(items) < len(query.items):
        raise malformed(query.text, query.at, "Grouped query cannot use child relationships in the SELECT list")
    wanted = {_text(one): one for one in (*items, *_operands(query)) if _is_aggregate(one)}
    for item in items:
        if not _is_aggregate(item) and _text(item) not in by:
            raise malformed(query.text, item.at, f"Field must be grouped or aggregated: {operand_text(item)}")
    measures = {text: _measure(scope, one) for text, one in wanted.items() if isinstance(one, tree.Function)}
    made = [
        dict(zip(by, key, strict=True)) | {text: measure(members) for text, measure in measures.items()}
        for key, members in _groups(list(by.values()), rows, query)
    ]
    return Grouped(rows=list(made), names=result_names(scope, items), column=lambda operand: _result(scope, operand))


def _groups(by: Sequence[Column], rows: Iterable[Row], query: tree.Query) -> Iterable[tuple[tuple[Value, ...], list[Row]]]:
    found: dict[tuple[Value, ...], list[Row]] = {} if query.group else {(): []}
    names: dict[tuple[Value, ...], tuple[Value, ...]] = {}
    for row in rows:
        key = tuple(column.get(row) for column in by)
        found.setdefault(names.setdefault(tuple(folded(value) for value in key), key), []).append(row)
    return found.items()


def _text(operand: tree.Operand) -> str:
    return operand_text(operand).lower()


def _key(scope: Scope, operand: tree.Operand) -> Column:
    column = scope.column(operand)
    if not column.field.has("g") and column.kind not in {"date", "datetime"}:
        raise ApiError("INVALID_FIELD", f"field '{column.field.name}' can not be grouped in a query call")
    return column


def _is_aggregate(operand: tree.Operand) -> bool:
    return isinstance(operand, tree.Function) and operand.name in AGGREGATES


def _operands(query: tree.Query) -> list[tree.Operand]:
    conditions = [query.group.having] if query.group and query.group.having else []
    return [*(order.operand for order in query.orders), *(one for condition in conditions for one in _inside(condition))]


def _inside(condition: tree.Condition) -> list[tree.Operand]:
    match condition:
        case tree.Comparison():
            return [condition.operand]
        case tree.Not():
            return _inside(condition.term)
        case _:
            return [one for term in condition.terms for one in _inside(term)]


def _measure(scope: Scope, function: tree.Function) -> Callable[[list[Row]], Value]:
    if function.argument is None:
        return len
    column = scope.column(function.argument)
    get = column.get
    match function.name:
        case "COUNT":
            return lambda rows: sum(get(row) is not None for row in rows)
        case "COUNT_DISTINCT":
            return lambda rows: len({get(row) for row in rows} - {None})
        case "SUM" | "AVG":
            return _total(column, mean=function.name == "AVG")
    best = min if function.name == "MIN" else max
    return lambda rows: best((one for row in rows if (one := get(row)) is not None), default=None, key=_sorted)


def _sorted(value: Value) -> tuple[Decimal, str]:
    return number(value) or Decimal(0), str(value)


def _total(column: Column, *, mean: bool) -> Callable[[list[Row]], Value]:
    if column.kind not in {"int", "double", "currency", "percent"}:
        raise ApiError(
            "INVALID_FIELD", f"field {column.field.name} does not support aggregate operator {'AVG' if mean else 'SUM'}"
        )

    def total(rows: list[Row]) -> Value:
        values = [one for row in rows if (one := number(column.get(row))) is not None]
        if not values:
            return None
        return sum(values, Decimal(0)) / (len(values) if mean else 1)

    return total


def result_names(scope: Scope, items: Sequence[tree.Name | tree.Function]) -> tuple[tuple[str, str], ...]:
    """Return the text of each item of a query with groups, and the name that its value bears in a result."""
    names, count = [], 0
    for item in items:
        if item.alias:
            name = item.alias
        elif isinstance(item, tree.Name):
            name = scope.column(item).path[-1]
        else:
            name, count = f"expr{count}", count + 1
        names.append((_text(item), name))
    return tuple(names)


def _result(scope: Scope, operand: tree.Operand) -> Column:
    """Return a column over the rows that groups have become."""
    text = _text(operand)
    if _is_aggregate(operand) and isinstance(operand, tree.Function):
        inner = scope.column(operand.argument).kind if operand.argument else "int"
        kind = "int" if operand.name.startswith("COUNT") else "double" if operand.name in {"SUM", "AVG"} else inner
    else:
        kind = scope.column(operand).kind
    field = Field(name=text, type=kind, flags=frozenset("fsg"))
    return Column(path=(text,), field=field, get=lambda row: row.get(text), own=lambda row: row.get(text))
