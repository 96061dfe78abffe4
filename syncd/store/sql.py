"""The few statements that SQLAlchemy builds too slowly for a page of thousands of rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TypeAlias

import msgspec
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Select, Table, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Cell: TypeAlias = str | int | bool | None

to_json = msgspec.json.Encoder(decimal_format="string").encode


def dumps(value: object) -> str:
    """Return *value* as JSON text; lone surrogates, which no store takes, must be gone before."""
    return to_json(value).decode()


def put(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    only: str = "",
    unless: str = "",
) -> None:
    """Insert *rows* of *columns*; a row whose key exists replaces those columns.

    Of a row that exists *only* this column is replaced, and not even that if *unless* (SQL of ours) is true of it.
    """
    if rows:
        statement = _put(table, tuple(columns), only, unless, connection.dialect.name)
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def take_out(connection: Connection, table: Table, keys: Sequence[Sequence[Cell]]) -> None:
    """Delete the rows with these primary keys, each given in the order of the table's columns."""
    if keys:
        connection.exec_driver_sql(_take_out(table, connection.dialect.name), [tuple(key) for key in keys])


def tuples(connection: Connection, query: Select[*tuple[object, ...]]) -> Sequence[tuple[int, ...]]:
    """Return whole-number rows as the driver gives them, for queries of millions of rows."""
    cursor = connection.execute(query).cursor
    return () if cursor is None else cursor.fetchall()


def among(
    connection: Connection, column: Column[str] | Column[int], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """Return the condition that *column* is one of *values*, however many they are, as one bound parameter."""
    if connection.dialect.name == "sqlite":
        return _Among(column, dumps(list(values)))
    return _Among(column, type_coerce(list(values), ARRAY(column.type)))


class _Among(FunctionElement[bool]):
    """A column and a list: built for each statement at a fifth of what ``in_`` and ``any_`` cost.

    It has no type, because what is boolean is compared with 1 on SQLite, which then uses no index. It has a name, because
    looking for one makes it part of a cycle: the lists of a million records waited for the garbage collector.
    """

    name = "among"
    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **how: object) -> str:
    column, values = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both as SQLAlchemy writes them


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **how: object) -> str:
    column, values = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY ({values})"


@lru_cache
def _take_out(table: Table, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    # Every name comes from schema.py.
    return f"DELETE FROM {table.name} WHERE {' AND '.join(f'{column.name} = {mark}' for column in table.primary_key)}"  # noqa: S608


@lru_cache
def _put(table: Table, columns: tuple[str, ...], only: str, unless: str, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    keys = [column.name for column in table.primary_key]
    replaced = [only] if only else [name for name in columns if name not in keys]
    updates = ", ".join(f"{name} = excluded.{name}" for name in replaced)
    conflict = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
    condition = f" WHERE ({unless}) IS NOT TRUE" if unless else ""
    # Every name comes from schema.py.
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(mark for _ in columns)}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) {conflict}{condition}"
    )
