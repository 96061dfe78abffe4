"""Reads a query: recursive descent over the documented grammar, one method per rule.

Source: developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta, through this project's notes (read 2026-11-21).
"""

from __future__ import annotations

from decimal import Decimal

from syncd_salesforce.emulator.answers import ApiError
from syncd_salesforce.emulator.instants import parse_date, parse_datetime
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.errors import malformed, unexpected
from syncd_salesforce.emulator.soql.lexer import Token, unquoted
from syncd_salesforce.emulator.soql.literals import COUNTED, PLAIN
from syncd_salesforce.emulator.soql.reader import Reader

__all__ = ["AGGREGATES", "parse"]

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})

_PARENTS = 5
_COMPARE = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_RESERVED = tuple("AND ASC DESC EXCLUDES FIRST GROUP HAVING IN INCLUDES LAST LIKE LIMIT NOT NULL NULLS OR USING WITH".split())
_CLAUSES = ("USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL")


def parse(text: str) -> tree.Query:
    """Return the tree of a query.

    Raises: ApiError MALFORMED_QUERY.
    """
    reader = Reader(text)
    found = _query(reader)
    if reader.peek().kind != "end":
        raise reader.unexpected()
    return found


def _query(reader: Reader) -> tree.Query:
    reader.must_word("SELECT")
    items = [_item(reader)]
    while reader.sign(","):
        items.append(_item(reader))
    reader.must_word("FROM")
    source = reader.name()
    name = source.text
    while reader.sign("."):
        name += "." + reader.name().text
    reader.word("AS")
    alias = reader.take().text if reader.peek().kind == "word" and not reader.peek().is_word(*_CLAUSES) else None
    scope = reader.name().text if reader.word("USING", "SCOPE") else None
    where = _condition(reader) if reader.word("WHERE") else None
    secured = reader.word("WITH", "SECURITY_ENFORCED")
    group = _group(reader)
    orders = _orders(reader)
    limit = reader.count() if reader.word("LIMIT") else None
    offset = reader.count() if reader.word("OFFSET") else None
    return tree.Query(
        items=tuple(items),
        source=name,
        alias=alias,
        scope=scope,
        where=where,
        secured=secured,
        group=group,
        orders=orders,
        limit=limit,
        offset=offset,
        purpose=_purpose(reader),
        text=reader.text,
        at=source.at,
    )


def _purpose(reader: Reader) -> str | None:
    if reader.peek().is_word("ALL") and reader.peek(1).is_word("ROWS"):
        raise malformed(reader.text, reader.peek().at, "ALL ROWS not allowed in this context")
    if not reader.word("FOR"):
        return None
    if not reader.peek().is_word("VIEW", "REFERENCE"):
        raise reader.unexpected()
    return reader.take().text.upper()


# ---- SELECT


def _item(reader: Reader) -> tree.Item:
    if reader.peek().text == "(":
        at = reader.take().at
        query = _query(reader)
        reader.must(")")
        return tree.Subquery(query=query, at=at)
    if reader.peek().is_word("TYPEOF") and reader.peek(1).kind == "word":
        return _typeof(reader)
    found = _operand(reader)
    alias = _alias(reader)
    if alias is None:
        return found
    if isinstance(found, tree.Name):
        return tree.Name(path=found.path, alias=alias, at=found.at)
    return tree.Function(name=found.name, argument=found.argument, alias=alias, at=found.at)


def _alias(reader: Reader) -> str | None:
    if reader.peek().kind != "word" or reader.peek().is_word("FROM"):
        return None
    if reader.peek().is_word(*_RESERVED) or (reader.peek(1).text != "," and not reader.peek(1).is_word("FROM")):
        raise reader.unexpected()
    return reader.take().text


def _typeof(reader: Reader) -> tree.TypeOf:
    reader.must_word("TYPEOF")
    relation = _path(reader)
    branches: list[tuple[str, tuple[tree.Name, ...]]] = []
    while reader.word("WHEN"):
        entity = reader.name().text
        reader.must_word("THEN")
        branches.append((entity, _paths(reader)))
    if not branches:
        raise reader.unexpected()
    otherwise = _paths(reader) if reader.word("ELSE") else ()
    reader.must_word("END")
    return tree.TypeOf(relation=relation, branches=tuple(branches), otherwise=otherwise)


def _paths(reader: Reader) -> tuple[tree.Name, ...]:
    paths = [_path(reader)]
    while reader.sign(","):
        paths.append(_path(reader))
    return tuple(paths)


def _operand(reader: Reader) -> tree.Operand:
    if reader.peek(1).text != "(":
        return _path(reader)
    name = reader.name()
    reader.must("(")
    argument = None if reader.peek().text == ")" else _path(reader)
    reader.must(")")
    return tree.Function(name=name.text.upper(), argument=argument, at=name.at)


def _path(reader: Reader) -> tree.Name:
    first = reader.name()
    path = [first.text]
    while reader.sign("."):
        path.append(reader.name().text)
    if len(path) > _PARENTS + 2:
        raise malformed(reader.text, first.at, f"Maximum number of levels for parent relationships is {_PARENTS}")
    return tree.Name(path=tuple(path), at=first.at)


# ---- WHERE and HAVING


def _condition(reader: Reader) -> tree.Condition:
    """Read terms joined by one kind of word: AND and OR may not be mixed without parentheses."""
    terms = [_term(reader)]
    joint = next((word for word in ("AND", "OR") if reader.peek().is_word(word)), None)
    if joint is None:
        return terms[0]
    while reader.word(joint):
        terms.append(_term(reader))
    if reader.peek().is_word("AND", "OR"):
        raise reader.unexpected()
    return tree.All(tuple(terms)) if joint == "AND" else tree.Any(tuple(terms))


def _term(reader: Reader) -> tree.Condition:
    if reader.word("NOT"):
        return tree.Not(_term(reader))
    if reader.sign("("):
        inner = _condition(reader)
        reader.must(")")
        return inner
    operand = _operand(reader)
    return _comparison(reader, operand)


def _comparison(reader: Reader, operand: tree.Operand) -> tree.Comparison:
    token = reader.peek()
    if token.kind == "sign" and token.text in _COMPARE:
        reader.take()
        operator = "!=" if token.text == "<>" else token.text
        return tree.Comparison(operand=operand, operator=operator, value=_literal(reader), at=operand.at)
    if reader.word("LIKE"):
        return tree.Comparison(operand=operand, operator="LIKE", value=_literal(reader), at=operand.at)
    if reader.word("NOT", "IN"):
        return tree.Comparison(operand=operand, operator="NOT IN", value=_several(reader), at=operand.at)
    for word in ("IN", "INCLUDES", "EXCLUDES"):
        if reader.word(word):
            return tree.Comparison(operand=operand, operator=word, value=_several(reader), at=operand.at)
    raise reader.unexpected()


def _several(reader: Reader) -> tuple[tree.Literal, ...] | tree.Query:
    if reader.peek().text == ":":
        raise _bound(reader)
    reader.must("(")
    if reader.peek().is_word("SELECT"):
        query = _query(reader)
        reader.must(")")
        return query
    values = [_literal(reader)]
    while reader.sign(","):
        values.append(_literal(reader))
    reader.must(")")
    return tuple(values)


def _literal(reader: Reader) -> tree.Literal:
    if reader.peek().text == ":":
        raise _bound(reader)
    token = reader.take()
    match token.kind:
        case "text":
            return tree.Text(unquoted(reader.text, token.at, token.text))
        case "number":
            return tree.Number(Decimal(token.text))
        case "date" | "datetime":
            return _instant(reader, token)
        case "word":
            return _word(reader, token)
    raise unexpected(reader.text, token.at, token.text)


def _instant(reader: Reader, token: Token) -> tree.Literal:
    value = parse_date(token.text) if token.kind == "date" else parse_datetime(token.text)
    if value is None:
        raise malformed(reader.text, token.at, f"line has invalid date or datetime literal {token.text}")
    return tree.Date(value) if token.kind == "date" else tree.DateTime(value)


def _word(reader: Reader, token: Token) -> tree.Literal:
    name = token.text.upper()
    if name in {"TRUE", "FALSE"}:
        return tree.Boolean(name == "TRUE")
    if name == "NULL":
        return tree.Null()
    if name in PLAIN:
        return tree.Relative(name)
    if name in COUNTED:
        reader.must(":")
        return tree.Relative(name, reader.count())
    raise unexpected(reader.text, token.at, token.text)


def _bound(reader: Reader) -> ApiError:
    return malformed(reader.text, reader.peek().at, "Bind variables only allowed in Apex code")


# ---- GROUP BY and ORDER BY


def _group(reader: Reader) -> tree.Group | None:
    if not reader.word("GROUP", "BY"):
        return None
    by = [_key(reader)]
    while reader.sign(","):
        by.append(_key(reader))
    return tree.Group(by=tuple(by), having=_condition(reader) if reader.word("HAVING") else None)


def _key(reader: Reader) -> tree.Operand:
    found = _operand(reader)
    if isinstance(found, tree.Function) and found.name in AGGREGATES:
        raise unexpected(reader.text, found.at, found.name)
    return found


def _orders(reader: Reader) -> tuple[tree.Order, ...]:
    if not reader.word("ORDER", "BY"):
        return ()
    orders = [_order(reader)]
    while reader.sign(","):
        orders.append(_order(reader))
    return tuple(orders)


def _order(reader: Reader) -> tree.Order:
    operand = _operand(reader)
    descending = reader.word("DESC")
    if not descending:
        reader.word("ASC")
    last = False
    if reader.word("NULLS"):
        last = reader.word("LAST")
        if not last:
            reader.must_word("FIRST")
    return tree.Order(operand=operand, descending=descending, nulls_last=last)
