"""Finds what a name in a query stands for: a field of the object or of a parent, and how to get its value out of a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.instants import moment_of
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Field, SObject, field_of
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.errors import malformed, no_column, no_object, no_relation

__all__ = ["NAME", "Column", "Scope", "number"]

_AS_IT_IS = frozenset({"TOLABEL", "FORMAT", "CONVERTCURRENCY"})
_TEXTS = "FirstName LastName Title Email Phone Username Alias"

NAME = SObject(
    name="Name",
    prefix="",
    label="Name",
    plural="Names",
    flags=frozenset(),
    fields=(
        field_of("Id id fsgla"),
        field_of("Type string(80) fsga"),
        field_of("Name string(255) fsga"),
        field_of("IsActive boolean nfsg"),
        *(field_of(f"{name} string(255) nfsga") for name in _TEXTS.split()),
    ),
)
"""What is known of the target of a reference that may point at several objects."""

_PARTS: dict[str, Callable[[str], int]] = {
    "CALENDAR_YEAR": lambda text: int(text[:4]),
    "CALENDAR_QUARTER": lambda text: (int(text[5:7]) + 2) // 3,
    "CALENDAR_MONTH": lambda text: int(text[5:7]),
    "FISCAL_YEAR": lambda text: int(text[:4]),
    "FISCAL_QUARTER": lambda text: (int(text[5:7]) + 2) // 3,
    "FISCAL_MONTH": lambda text: int(text[5:7]),
    "DAY_IN_MONTH": lambda text: int(text[8:10]),
    "DAY_IN_WEEK": lambda text: moment_of(text[:10] + "T00:00:00").isoweekday() % 7 + 1,
    "DAY_IN_YEAR": lambda text: moment_of(text[:10] + "T00:00:00").timetuple().tm_yday,
    "WEEK_IN_YEAR": lambda text: (moment_of(text[:10] + "T00:00:00").timetuple().tm_yday - 1) // 7 + 1,
    "HOUR_IN_DAY": lambda text: int(text[11:13]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A resolved operand.

    ``path`` is in the case of the schema, ``steps`` are the references on the way; ``get`` takes the row of the query,
    ``own`` the record at the end of the way.
    """

    path: tuple[str, ...]
    field: Field
    get: Callable[[Row], Value]
    own: Callable[[Row], Value]
    steps: tuple[Field, ...] = ()
    alias: str | None = None

    @property
    def kind(self) -> str:
        """The type of the field."""
        return self.field.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The object that a query asks for, and the text for error messages."""

    org: Org
    source: SObject
    query: tree.Query

    @classmethod
    def of(cls, org: Org, query: tree.Query, source: str | None = None, *, tooling: bool = False) -> Scope:
        """Return the scope of a query.

        Raises: ApiError INVALID_TYPE.
        """
        found = org.visible(source or query.source)
        if found is None or ("tooling" in found.flags and not tooling):
            raise no_object(query.text, query.at, query.source)
        return cls(org=org, source=found, query=query)

    def column(self, operand: tree.Operand) -> Column:
        """Return what an operand stands for.

        Raises: ApiError INVALID_FIELD, MALFORMED_QUERY.
        """
        if isinstance(operand, tree.Function):
            return self._function(operand)
        path = operand.path
        if len(path) > 1 and path[0].lower() in {(self.query.alias or "").lower(), self.source.name.lower()}:
            path = path[1:]
        column = self._field(path, operand)
        return column if operand.alias is None else _named(column, operand.alias)

    def _parent(self, step: Field) -> Callable[[Row], Row | None]:
        def follow(row: Row) -> Row | None:
            key = row.get(step.name)
            found = self.org.find(key) if isinstance(key, str) else None
            return None if found is None else found[1]

        return follow

    def _field(self, path: tuple[str, ...], operand: tree.Name) -> Column:
        owner, steps = self.source, list[Field]()
        for relation in path[:-1]:
            step = owner.by_relation.get(relation.lower())
            target = None if step is None else NAME if step.polymorphic else self.org.visible(step.refers[0])
            if step is None or target is None:
                raise no_relation(self.query.text, operand.at, name=relation, where="field path")
            owner = target
            steps.append(step)
        field = owner.find(path[-1])
        if field is None:
            raise no_column(self.query.text, operand.at, name=path[-1], entity=owner.name)
        get = own = _own(self.org, owner, field)
        for step in reversed(steps):
            get = _through(self._parent(step), get)
        path = (*(step.relation or "" for step in steps), field.name)
        return Column(path=path, field=field, get=get, own=own, steps=tuple(steps))

    def _function(self, function: tree.Function) -> Column:
        if function.argument is None:
            raise malformed(self.query.text, function.at, f"unexpected token: '{function.name}'")
        column = self.column(function.argument)
        if function.name in _AS_IT_IS:
            return _named(column, function.alias)
        get = column.get
        if function.name == "DAY_ONLY":
            return _result(column, "date", lambda row: _cut(get(row)), function.alias)
        part = _PARTS.get(function.name)
        if part is None or column.kind not in {"date", "datetime"}:
            raise malformed(self.query.text, function.at, f"unknown function: {function.name}")

        def taken(row: Row) -> Value:
            value = get(row)
            return part(value) if isinstance(value, str) else None

        return _result(column, "int", taken, function.alias)


def _own(org: Org, owner: SObject, field: Field) -> Callable[[Row], Value]:
    formula = org.formulas.get((owner.name, field.name))
    if formula is not None:
        return formula
    name = field.name
    if owner is NAME and name == "Type":
        return lambda row: org.owners_of(str(row["Id"]))[0].name
    return lambda row: row.get(name)


def _through(parent: Callable[[Row], Row | None], get: Callable[[Row], Value]) -> Callable[[Row], Value]:
    def value(row: Row) -> Value:
        found = parent(row)
        return None if found is None else get(found)

    return value


def _named(column: Column, name: str | None) -> Column:
    return replace(column, alias=name)


def _result(column: Column, kind: str, get: Callable[[Row], Value], name: str | None) -> Column:
    return Column(
        path=column.path, field=Field(name=column.path[-1], type=kind, flags=frozenset("fsg")), get=get, own=get, alias=name
    )


def _cut(value: Value) -> Value:
    return value[:10] if isinstance(value, str) else None


def number(value: Value) -> Decimal | None:
    """Return a number as a decimal."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
