"""Runs a query: finds the rows, orders and cuts them, and says how each becomes JSON or a line of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from syncd_salesforce.emulator.answers import ApiError, Json, Row, Value
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.relations import child
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.aggregates import grouped, is_grouped
from syncd_salesforce.emulator.soql.columns import Column, Scope, number
from syncd_salesforce.emulator.soql.errors import no_relation
from syncd_salesforce.emulator.soql.predicates import Reading, predicate
from syncd_salesforce.emulator.soql.projection import Emit, columns, emitter, no_children
from syncd_salesforce.emulator.tables import folded

__all__ = ["Found", "Tabled", "found", "is_count", "tabled"]

_FURTHEST = 2_000
_CHILDREN = 200  # as pages of children were seen: jsforce PR#1752 (read 2026-11-21)
_IDS = frozenset({"id", "reference"})
_AS_WRITTEN = _IDS | {"date", "datetime"}
_NUMBERS = frozenset({"int", "double", "currency", "percent", "boolean"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a query, as they were when it ran, and how each becomes JSON."""

    rows: Sequence[Row]
    emit: Emit


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabled:
    """The same as lines of a table."""

    rows: Sequence[Row]
    columns: Sequence[Column]


def found(
    org: Org, query: tree.Query, *, everything: bool = False, tooling: bool = False, keep: Callable[[Found], str] | None = None
) -> Found:
    """Run a query; with *everything* also over deleted and archived rows, with *tooling* over objects of the Tooling API.

    *keep* takes the children of a row that do not fit on its page and returns the locator to ask for them.

    Raises: ApiError, as the vendor refuses it.
    """
    scope = Scope.of(org, query, tooling=tooling)
    rows = _matching(scope, everything=everything)
    if is_count(query):
        return Found(
            rows=_cut(rows, query), emit=emitter(Scope(org=org, source=scope.source, query=_ID), subqueries=no_children)
        )
    if is_grouped(query):
        return _groups(scope, rows)
    emit = emitter(scope, subqueries=lambda item: _children(scope, item, everything=everything, keep=keep))
    return Found(rows=_cut(_ordered(rows, query.orders, scope.column), query), emit=emit)


def tabled(org: Org, query: tree.Query, *, everything: bool = False) -> Tabled:
    """Run a query whose rows become lines of a table; `bulk` has checked that they can."""
    scope = Scope.of(org, query)
    wanted = columns(scope, query.items)
    rows = _matching(scope, everything=everything)
    return Tabled(rows=_cut(_ordered(rows, query.orders, scope.column), query), columns=wanted)


def is_count(query: tree.Query) -> bool:
    """Say whether a query is ``SELECT COUNT() FROM …``: its answer is a number alone."""
    only = query.items[0]
    return len(query.items) == 1 and isinstance(only, tree.Function) and only.name == "COUNT" and only.argument is None


_ID = tree.Query(items=(tree.Name(path=("Id",)),), source="")


def _matching(scope: Scope, *, everything: bool) -> list[Row]:
    query, org = scope.query, scope.org
    if (query.offset or 0) > _FURTHEST:
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_FURTHEST}")
    rows = _candidates(scope)
    if not everything:
        rows = [row for row in rows if not row.get("IsDeleted") and not row.get("IsArchived")]
    mine = (query.scope or "").lower() == "mine" or not org.access.view_all
    if mine and scope.source.find("OwnerId") is not None:
        rows = [row for row in rows if row.get("OwnerId") == org.user_id]
    if query.where is None:
        return rows
    reading = Reading(org=org, column=scope.column, inner=lambda inner: _values(org, inner, everything=everything))
    test = predicate(query.where, reading)
    return [row for row in rows if test(row)]


def _candidates(scope: Scope) -> list[Row]:
    """Return the rows that may match: through an index where the condition names the values of a field that has one."""
    table, where = scope.org.table(scope.source.name), scope.query.where
    terms = where.terms if isinstance(where, tree.All) else (where,) if where else ()
    for term in terms:
        if not isinstance(term, tree.Comparison) or not isinstance(term.operand, tree.Name) or term.operator not in {"=", "IN"}:
            continue
        column = scope.column(term.operand)
        values = term.value if isinstance(term.value, tuple) else (term.value,)
        texts = [one.value for one in values if isinstance(one, tree.Text) and one.value and "\\" not in one.value]
        if not column.steps and (column.kind in _IDS or column.field.has("l")) and len(texts) == len(values):
            return table.among(column.field.name, [full(one) if column.kind in _IDS else one for one in texts])
    return list(table)


def _values(org: Org, query: tree.Query, *, everything: bool) -> frozenset[Value]:
    lines = tabled(org, query, everything=everything)
    get = lines.columns[0].get
    return frozenset(get(row) for row in lines.rows)


def _ordered(rows: list[Row], orders: Sequence[tree.Order], column: Callable[[tree.Operand], Column]) -> list[Row]:
    for order in reversed(orders):
        found = column(order.operand)
        if not found.field.has("s"):
            raise ApiError("INVALID_FIELD", f"field '{found.field.name}' can not be sorted in a query call")
        get = found.get
        empty = [row for row in rows if get(row) is None]
        filled = [row for row in rows if get(row) is not None]
        _sort(filled, found, descending=order.descending)
        rows = filled + empty if order.nulls_last else empty + filled
    return rows


def _sort(rows: list[Row], column: Column, *, descending: bool) -> None:
    get = column.get
    if column.kind in _NUMBERS:
        rows.sort(key=lambda row: number(get(row)) or Decimal(get(row) is True), reverse=descending)
    elif column.kind in _AS_WRITTEN:
        rows.sort(key=lambda row: str(get(row)), reverse=descending)
    else:
        rows.sort(key=lambda row: str(folded(get(row))), reverse=descending)


def _cut(rows: Sequence[Row], query: tree.Query) -> Sequence[Row]:
    start = query.offset or 0
    return rows if query.limit is None and not start else rows[start : None if query.limit is None else start + query.limit]


def _groups(scope: Scope, rows: list[Row]) -> Found:
    query = scope.query
    groups = grouped(scope, rows)
    made = groups.rows
    if query.group and query.group.having:
        test = predicate(query.group.having, Reading(org=scope.org, column=groups.column, inner=lambda inner: frozenset()))
        made = [row for row in made if test(row)]

    def emit(row: Row, base: str) -> dict[str, Json]:
        record: dict[str, Json] = {"attributes": {"type": "AggregateResult"}}
        return record | {name: row.get(text) for text, name in groups.names}

    return Found(rows=_cut(_ordered(made, query.orders, groups.column), query), emit=emit)


def _children(
    scope: Scope, item: tree.Subquery, *, everything: bool, keep: Callable[[Found], str] | None
) -> tuple[str, Callable[[Row, str], Json]]:
    """Return the name of a child relation and what makes its part of each row's JSON."""
    query = item.query
    reference = child(scope.org, scope.source.name, query.source)
    if reference is None:
        raise no_relation(scope.query.text, query.at, name=query.source, where="FROM part of query call")
    relation, entity, field = reference
    inner = Scope.of(scope.org, query, entity)
    emit = emitter(inner, subqueries=no_children)
    members: dict[Value, list[Row]] = {}
    for row in _ordered(_matching(inner, everything=everything), query.orders, inner.column):
        members.setdefault(row.get(field), []).append(row)

    def part(row: Row, base: str) -> Json:
        rows = _cut(members.get(row.get("Id"), []), query)
        if not rows:
            return None
        shown = rows if keep is None else rows[:_CHILDREN]
        page: dict[str, Json] = {"totalSize": len(rows), "done": len(shown) == len(rows)}
        if keep is not None and len(shown) < len(rows):
            page["nextRecordsUrl"] = f"{base}/query/{keep(Found(rows=rows[_CHILDREN:], emit=emit))}"
        return page | {"records": [emit(one, base) for one in shown]}

    return relation, part
