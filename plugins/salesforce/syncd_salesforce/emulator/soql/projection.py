"""Makes the JSON of a row: the fields in the order asked for, parents nested, each with its ``attributes``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from syncd_salesforce.emulator.answers import ApiError, Json, Row, Value
from syncd_salesforce.emulator.schema import Field
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.columns import Column, Scope
from syncd_salesforce.emulator.soql.errors import malformed

__all__ = ["Emit", "attributes", "columns", "emitter", "no_children"]

Emit: TypeAlias = Callable[[Row, str], dict[str, Json]]
"""Makes the JSON of a row, given what urls begin with."""

_Part: TypeAlias = Callable[[Row, str], Json]
_ADDRESS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")


def columns(scope: Scope, items: Sequence[tree.Item]) -> list[Column]:
    """Return the columns of plain items, ``FIELDS()`` spread out.

    Raises: ApiError INVALID_FIELD, also for a field asked for twice.
    """
    found: list[Column] = []
    for item in items:
        if isinstance(item, tree.Function) and item.name == "FIELDS":
            found += [scope.column(tree.Name(path=(one.name,))) for one in _spread(scope, item)]
        elif isinstance(item, tree.Name | tree.Function):
            found.append(scope.column(item))
    seen = set[tuple[str, ...]]()
    for column in found:
        if column.path in seen and column.alias is None:
            raise ApiError("INVALID_FIELD", f"duplicate field selected: {'.'.join(column.path)}")
        seen.add(column.path)
    return found


def no_children(item: tree.Subquery) -> tuple[str, _Part]:
    """Refuse children where there can be none.

    Raises: ApiError MALFORMED_QUERY.
    """
    raise ApiError("MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported")


def emitter(scope: Scope, *, subqueries: Callable[[tree.Subquery], tuple[str, _Part]]) -> Emit:
    """Return what makes the JSON of each row of a query without groups."""
    parts, order = _parts(scope, columns(scope, scope.query.items), 0), list[str]()
    for item in scope.query.items:
        match item:
            case tree.Subquery():
                name, parts[name] = subqueries(item)
                order.append(name)
            case tree.TypeOf():
                name, parts[name] = _typeof(scope, item)
                order.append(name)
            case _:
                order += [column.alias or column.path[0] for column in columns(scope, [item])]
    return _whole(scope.source.name, {name: parts[name] for name in order})


def attributes(entity: str, key: Value, base: str) -> dict[str, Json]:
    """Return the ``attributes`` of a record."""
    return {"type": entity, "url": f"{base}/sobjects/{entity}/{key}"}


def _parts(scope: Scope, columns: Sequence[Column], depth: int) -> dict[str, _Part]:
    """Return what stands in a record that is *depth* references away from the row."""
    parts: dict[str, _Part] = {}
    nested: dict[str, list[Column]] = {}
    for column in columns:
        key = column.path[depth]
        if depth < len(column.steps):
            nested.setdefault(key, []).append(column)
            parts[key] = _empty  # keeps its place in the order
        else:
            parts[column.alias or key] = _leaf(column)
    for key, inner in nested.items():
        parts[key] = _nested(scope, inner[0].steps[depth], _parts(scope, inner, depth + 1))
    return parts


def _empty(row: Row, base: str) -> Json:
    return None


def _whole(entity: str, parts: dict[str, _Part]) -> Emit:
    every = list(parts.items())

    def emit(row: Row, base: str) -> dict[str, Json]:
        record: dict[str, Json] = {"attributes": {"type": entity, "url": f"{base}/sobjects/{entity}/{row.get('Id')}"}}
        for name, part in every:
            record[name] = part(row, base)
        return record

    return emit


def _leaf(column: Column) -> _Part:
    if column.kind == "address":
        name = column.field.name.removesuffix("Address")
        return lambda row, base: _address(row, name)
    own = column.own
    return lambda row, base: own(row)


def _nested(scope: Scope, step: Field, parts: dict[str, _Part]) -> _Part:
    def part(row: Row, base: str) -> Json:
        key = row.get(step.name)
        found = scope.org.find(key) if isinstance(key, str) else None
        if found is None:
            return None
        owner, parent = found
        record: dict[str, Json] = {"attributes": attributes(owner.name, parent["Id"], base)}
        if step.polymorphic:
            record["attributes"] = {"type": "Name", "url": f"{base}/sobjects/{owner.name}/{parent['Id']}"}
        return record | {name: one(parent, base) for name, one in parts.items()}

    return part


def _typeof(scope: Scope, item: tree.TypeOf) -> tuple[str, _Part]:
    step = scope.source.by_relation.get(item.relation.path[-1].lower())
    if step is None or not step.polymorphic:
        raise malformed(scope.query.text, item.relation.at, f"TYPEOF cannot be used on '{item.relation.text}'")
    names = {entity.lower(): [name.path[-1] for name in fields] for entity, fields in item.branches}
    otherwise = [name.path[-1] for name in item.otherwise]

    def part(row: Row, base: str) -> Json:
        key = row.get(step.name)
        found = scope.org.find(key) if isinstance(key, str) else None
        if found is None:
            return None
        owner, parent = found
        shown = scope.org.visible(owner.name)
        record: dict[str, Json] = {"attributes": attributes(owner.name, parent["Id"], base)}
        for name in names.get(owner.name.lower(), otherwise):
            known = shown.find(name) if shown is not None else None
            if known is not None:
                record[known.name] = parent.get(known.name)
        return record

    return step.relation or "", part


def _address(row: Row, prefix: str) -> Json:
    parts = {one: row.get(prefix + one) for one in _ADDRESS}
    if not any(parts.values()):
        return None
    return {name[0].lower() + name[1:]: value for name, value in parts.items()}


def _spread(scope: Scope, item: tree.Function) -> list[Field]:
    which = item.argument.text.upper() if item.argument else ""
    if which not in {"ALL", "STANDARD", "CUSTOM"}:
        raise malformed(
            scope.query.text, item.at, "The SOQL FIELDS function must be FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)"
        )
    if which != "STANDARD" and not 0 < (scope.query.limit or 0) <= 200:
        raise malformed(scope.query.text, item.at, "The SOQL FIELDS function must have a LIMIT of at most 200")
    return [one for one in scope.source.fields if which == "ALL" or one.custom == (which == "CUSTOM")]
