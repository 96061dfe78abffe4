"""Says which columns a query has, for clients that draw tables: the Salesforce CLI asks so after every query.

The shape is that of `plugin-data`'s own test answers (salesforcecli/plugin-data, test/test-files, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Sequence

from syncd_salesforce.emulator.answers import Json
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.relations import child
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.aggregates import is_grouped, result_names
from syncd_salesforce.emulator.soql.columns import Column, Scope
from syncd_salesforce.emulator.soql.printing import operand_text
from syncd_salesforce.emulator.soql.projection import columns

__all__ = ["headings"]

_NUMBERS = {"int": "Integer", "double": "Double", "currency": "Decimal", "percent": "Double"}
_TYPES = {**_NUMBERS, "id": "Id", "reference": "Id", "boolean": "Boolean", "date": "Date", "datetime": "Datetime"}


def headings(org: Org, query: tree.Query, *, tooling: bool = False) -> dict[str, Json]:
    """Return the answer to a query with ``columns=true``: a heading per item, parents and children with theirs inside.

    Raises: ApiError, as the query itself would.
    """
    scope = Scope.of(org, query, tooling=tooling)
    inside = _grouped(scope) if is_grouped(query) else _plain(scope)
    return {
        "columnMetadata": inside,
        "entityName": scope.source.name,
        "groupBy": query.group is not None,
        "idSelected": any(isinstance(item, tree.Name) and item.text.lower() == "id" for item in query.items),
        "keyPrefix": scope.source.prefix,
    }


def _grouped(scope: Scope) -> list[Json]:
    items = [item for item in scope.query.items if isinstance(item, tree.Name | tree.Function)]
    made: list[Json] = []
    for item, (_, name) in zip(items, result_names(scope, items), strict=True):
        if isinstance(item, tree.Name):
            made.append(_column(scope.column(item), name))
        else:
            shown = operand_text(item)
            made.append(_heading(name, display=shown[: len(item.name)].lower() + shown[len(item.name) :], aggregate=True))
    return made


def _plain(scope: Scope) -> list[Json]:
    made: dict[str, Json] = {}
    for item in scope.query.items:
        match item:
            case tree.Subquery(query=query):
                found = child(scope.org, scope.source.name, query.source)
                if found is not None:
                    inner = _plain(Scope.of(scope.org, query, found[1]))
                    made[found[0]] = _heading(found[0], inside=inner, aggregate=True)
            case tree.TypeOf(relation=relation):
                made[relation.text] = _heading(relation.text)
            case _:
                made |= dict.fromkeys(column.alias or column.path[0] for column in columns(scope, [item]))
    return list((made | _nested(columns(scope, scope.query.items), 0)).values())


def _nested(found: Sequence[Column], depth: int) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for column in found:
        name = column.path[depth]
        if depth == len(column.steps):
            made[column.alias or name] = _column(column, column.alias or name)
        elif name not in made:
            inner = [one for one in found if depth < len(one.steps) and one.path[depth] == name]
            made[name] = _heading(name, inside=[*_nested(inner, depth + 1).values()], key=column.steps[depth].name)
    return made


def _column(column: Column, name: str) -> dict[str, Json]:
    kind, field = column.kind, column.field
    flags: dict[str, Json] = {
        "apexType": _TYPES.get(kind, "String"),
        "booleanType": kind == "boolean",
        "custom": field.custom,
        "insertable": field.has("c"),
        "numberType": kind in _NUMBERS,
        "textType": kind not in _TYPES,
        "updatable": field.has("u"),
    }
    return _heading(name) | flags


def _heading(
    name: str, *, display: str = "", inside: Sequence[Json] = (), key: str | None = None, aggregate: bool = False
) -> dict[str, Json]:
    return {
        "aggregate": aggregate,
        "apexType": None,
        "booleanType": False,
        "columnName": name,
        "custom": name.endswith(("__c", "__r")),
        "displayName": display or name,
        "foreignKeyName": key,
        "insertable": False,
        "joinColumns": list(inside),
        "numberType": aggregate and not inside,
        "textType": False,
        "updatable": False,
    }
