"""Builds SOQL: names come from describes, every value is quoted here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from syncd_salesforce.instants import written

__all__ = ["after", "among", "before", "quoted", "select", "since"]

# soql_sosl_reference, "Quoted String Escape Sequences" (read 2026-11-21); LIKE's % and _ are not special to = and IN.
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


def quoted(text: str) -> str:
    """Return *text* as a string of SOQL.

    >>> print(quoted("O'Hara"))
    'O\\'Hara'
    """
    return f"'{text.translate(_ESCAPES)}'"


def select(fields: Sequence[str], of: str, *, where: Sequence[str] = (), order: Sequence[str] = ()) -> str:
    """Return a query whose conditions must all hold.

    >>> select(["Id"], "Lead", where=["IsDeleted = false"], order=["Id"])
    'SELECT Id FROM Lead WHERE IsDeleted = false ORDER BY Id'
    """
    query = f"SELECT {','.join(fields)} FROM {of}"  # noqa: S608  SOQL; the names are Salesforce's own
    if where:
        query += f" WHERE {' AND '.join(where)}"
    return f"{query} ORDER BY {','.join(order)}" if order else query


def since(field: str, at: datetime) -> str:
    """Return the condition for *at* or later."""
    return f"{field} >= {written(at)}"


def before(field: str, at: datetime) -> str:
    """Return the condition for earlier than *at*."""
    return f"{field} < {written(at)}"


def after(field: str, at: datetime, last: str) -> str:
    """Return the condition for rows behind the row *last* of the instant *at*, in the order of *field* and Id.

    Never the instant alone: thousands of rows share one, since it has whole seconds.
    """
    return f"({field} > {written(at)} OR ({field} = {written(at)} AND Id > {quoted(last)}))"


def among(ids: Iterable[str], field: str = "Id") -> str:
    """Return the condition for the records with these identifiers, or that point at them by *field*."""
    return f"{field} IN ({','.join(map(quoted, ids))})"
