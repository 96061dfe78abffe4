"""Writes a tree as a query: reading it again gives the same tree."""

from __future__ import annotations

from collections.abc import Sequence

from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.lexer import quoted

__all__ = ["operand_text", "printed"]


def printed(query: tree.Query) -> str:
    """Return the text of a query."""
    parts = ["SELECT", ", ".join(_item(one) for one in query.items), "FROM", query.source]
    parts += [query.alias] if query.alias else []
    parts += ["USING SCOPE", query.scope] if query.scope else []
    parts += ["WHERE", _condition(query.where)] if query.where else []
    parts += ["WITH SECURITY_ENFORCED"] if query.secured else []
    if query.group:
        parts += ["GROUP BY", ", ".join(operand_text(one) for one in query.group.by)]
        parts += ["HAVING", _condition(query.group.having)] if query.group.having else []
    parts += ["ORDER BY", ", ".join(_order(one) for one in query.orders)] if query.orders else []
    parts += ["LIMIT", str(query.limit)] if query.limit is not None else []
    parts += ["OFFSET", str(query.offset)] if query.offset is not None else []
    return " ".join([*parts, *(["FOR", query.purpose] if query.purpose else [])])


def _item(item: tree.Item) -> str:
    match item:
        case tree.Subquery():
            return f"({printed(item.query)})"
        case tree.TypeOf():
            branches = " ".join(f"WHEN {entity} THEN {_names(names)}" for entity, names in item.branches)
            otherwise = f" ELSE {_names(item.otherwise)}" if item.otherwise else ""
            return f"TYPEOF {item.relation.text} {branches}{otherwise} END"
        case _:
            return operand_text(item) + (f" {item.alias}" if item.alias else "")


def _names(names: Sequence[tree.Name]) -> str:
    return ", ".join(name.text for name in names)


def operand_text(operand: tree.Operand) -> str:
    """Return an operand as it is written, without its alias."""
    if isinstance(operand, tree.Name):
        return operand.text
    return f"{operand.name}({operand.argument.text if operand.argument else ''})"


def _condition(condition: tree.Condition) -> str:
    match condition:
        case tree.All():
            return " AND ".join(_term(term) for term in condition.terms)
        case tree.Any():
            return " OR ".join(_term(term) for term in condition.terms)
        case _:
            return _term(condition)


def _term(condition: tree.Condition) -> str:
    match condition:
        case tree.Comparison():
            return f"{operand_text(condition.operand)} {condition.operator} {_value(condition.value)}"
        case tree.Not():
            return f"NOT {_term(condition.term)}"
        case _:
            return f"({_condition(condition)})"


def _value(value: tree.Literal | tuple[tree.Literal, ...] | tree.Query) -> str:
    if isinstance(value, tree.Query):
        return f"({printed(value)})"
    if isinstance(value, tuple):
        return f"({', '.join(_literal(one) for one in value)})"
    return _literal(value)


def _literal(value: tree.Literal) -> str:
    match value:
        case tree.Text():
            return quoted(value.value)
        case tree.Number():
            return str(value.value)
        case tree.Boolean():
            return "true" if value.value else "false"
        case tree.Null():
            return "null"
        case tree.Relative():
            return value.name if value.count is None else f"{value.name}:{value.count}"
        case tree.DateTime():
            return value.value.replace("+0000", "Z")
        case tree.Date():
            return value.value


def _order(order: tree.Order) -> str:
    return operand_text(order.operand) + (" DESC" if order.descending else "") + (" NULLS LAST" if order.nulls_last else "")
