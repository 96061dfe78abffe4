"""Search: found by what the index knows, shown as it is now, and never past the ten thousandth.

Source: developers.hubspot.com/docs/api-reference/legacy/crm/search-the-crm (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest, nsmallest

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.filters import (
    EVERY,
    Comparable,
    Filter,
    Span,
    Test,
    checked_filter,
    comparable,
    malformed,
    span,
    test,
    tokens,
)
from syncd_hubspot.emulator.objects import Next, Paging, named, table_of
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.records import Record
from syncd_hubspot.emulator.rendering import Shown, selection, show
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.wire import Answer, Call, answer, invalid

LAST = 10_000
PAGE = 200
DEFAULT_PAGE = 10
MOST_GROUPS = 5
MOST_FILTERS_IN_GROUP = 6
MOST_FILTERS = 18
LONGEST = 3_000
_ASCENDING = frozenset({"ASCENDING", "ASC", ""})


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions that hold together."""

    filters: Sequence[Filter] = ()


class Sort(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The order of results."""

    property_name: str
    direction: str = "ASCENDING"


class Query(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A search; groups are alternatives."""

    filter_groups: Sequence[Group] = ()
    filters: Sequence[Filter] = ()
    sorts: Sequence[Sort | str] = ()
    query: str | None = None
    properties: Sequence[str] = ()
    limit: int = DEFAULT_PAGE
    after: str | int | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found."""

    total: int
    results: Sequence[Shown]
    paging: Paging | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A group taken apart: the ranges that an index answers, and what is left to test record by record."""

    ids: Span = EVERY
    modified: Span | None = None
    exact: tuple[str, str] | None = None
    tests: tuple[Test, ...] = ()


def search(call: Call) -> Answer:
    """Search records of one kind."""
    table, wish = table_of(call), call.read(Query)
    start = _offset(wish)
    groups = _groups(wish)
    table.index.settle(call.portal.now())
    found = _matching(call.portal, table, groups, wish)
    ordered = _ordered(table, found, wish.sorts, start + wish.limit)
    chosen = selection(table, wish.properties)
    results = [show(call.portal, table, record, chosen) for record in _hydrated(table, ordered[start : start + wish.limit])]
    total, end = len(found), start + wish.limit
    return answer(Found(total=total, results=results, paging=Paging(next=Next(after=str(end))) if end < total else UNSET))


def _offset(wish: Query) -> int:
    text = str(wish.after or 0)
    if not text.isascii() or not text.isdigit():
        raise invalid(f"after must be an integer, but was {text}")
    if not 0 <= wish.limit <= PAGE:
        raise malformed(f"limit must be between 0 and {PAGE}, but was {wish.limit}")
    if int(text) + wish.limit > LAST:
        raise malformed(f"Paging through search results stops at {LAST}: narrow the filters instead of asking for after={text}")
    return int(text)


def _groups(wish: Query) -> Sequence[Group]:
    groups = [*wish.filter_groups, *([Group(filters=wish.filters)] if wish.filters else [])]
    if len(groups) > MOST_GROUPS:
        raise malformed(f"There are {len(groups)} filter groups; the maximum is {MOST_GROUPS}")
    sizes = [len(group.filters) for group in groups]
    if sum(sizes) > MOST_FILTERS or any(size > MOST_FILTERS_IN_GROUP for size in sizes):
        raise malformed(f"Filters are limited to {MOST_FILTERS_IN_GROUP} in a group and {MOST_FILTERS} in all")
    if wish.query and len(wish.query) > LONGEST:
        raise malformed(f"The query is longer than {LONGEST} characters")
    return [group for group in groups if group.filters]


def _matching(portal: Portal, table: Table, groups: Sequence[Group], wish: Query) -> list[int]:
    plans = [_plan(portal, table, group) for group in groups] or [_Plan()]
    if len(plans) == 1:
        found = _of_plan(table, plans[0])
    else:
        found = list(dict.fromkeys(one for plan in plans for one in _of_plan(table, plan)))
    if wish.query:
        words = wish.query.lower().split()
        found = [one for one in found if _mentions(table.index.docs[one], words)]
    return found


def _plan(portal: Portal, table: Table, group: Group) -> _Plan:
    plan = _Plan()
    for one in group.filters:
        if one.property_name.startswith("associations."):
            plan = replace(plan, tests=(*plan.tests, _associated(portal, table, one)))
            continue
        found = checked_filter(one, table.properties)
        range_ = span(one, found)
        if range_ is not None and one.property_name == "hs_object_id":
            plan = replace(plan, ids=plan.ids & range_)
        elif range_ is not None and one.property_name == table.kind.modified:
            plan = replace(plan, modified=(plan.modified or EVERY) & range_)
        elif one.operator == "EQ" and one.property_name in table.unique:
            plan = replace(plan, exact=(one.property_name, str(one.value)), tests=(*plan.tests, test(one, found)))
        else:
            plan = replace(plan, tests=(*plan.tests, test(one, found)))
    return plan


def _of_plan(table: Table, plan: _Plan) -> list[int]:
    """Return the records a group finds, by the narrowest index there is."""
    docs = table.index.docs
    low, high = plan.ids.low, plan.ids.high
    if plan.exact is not None and not table.index.is_behind:
        hit = table.found(*plan.exact)
        ids = [] if hit is None or hit not in docs or not low <= hit <= high else [hit]
        if plan.modified is not None:
            ids = [one for one in ids if plan.modified.low <= docs[one].updated_at <= plan.modified.high]
    else:
        modified = plan.modified or EVERY
        ids = table.index.between((low, high), (modified.low, modified.high))
    for meets in plan.tests:
        ids = [one for one in ids if meets(docs[one])]
    return ids


def _associated(portal: Portal, table: Table, one: Filter) -> Test:
    """``associations.company`` filters by the id of an associated record."""
    other = named(portal, one.property_name.partition(".")[2])
    wanted = frozenset(str(value) for value in one.values or ([] if one.value is None else [one.value]))
    if one.operator not in {"EQ", "IN"} or not wanted:
        raise malformed(f"operator {one.operator} is not supported for associations", one.property_name)

    def meets(record: Record) -> bool:
        ends = portal.links.of(table.kind.plural, record.id, other.kind.plural)
        return any(str(end) in wanted for end in ends)

    return meets


def _mentions(record: Record, words: Iterable[str]) -> bool:
    known = tokens(" ".join(record.values.values()).lower())
    return all(any(token.startswith(word) for token in known) for word in words)


def _ordered(table: Table, found: list[int], sorts: Sequence[Sort | str], most: int) -> list[int]:
    """Return the first *most* in order: one rule only, else the oldest first."""
    if len(sorts) > 1:
        raise malformed(f"There are {len(sorts)} sorts; the maximum is 1")
    if not sorts:
        return sorted(found)[:most]
    rule = sorts[0]
    if isinstance(rule, str):
        rule = Sort(property_name=rule.lstrip("-"), direction="DESCENDING" if rule.startswith("-") else "ASCENDING")
    ascending = rule.direction.upper() in _ASCENDING
    if rule.property_name == "hs_object_id":
        return sorted(found, reverse=not ascending)[:most]  # mostly in order already, which sorting is quicker at than a heap
    first = nsmallest if ascending else nlargest
    known = table.properties.get(rule.property_name)
    if known is None or known.archived:
        raise malformed(f"Property {rule.property_name} does not exist", rule.property_name)
    docs = table.index.docs

    def key(record_id: int) -> tuple[bool, Comparable, int]:
        value = docs[record_id].values.get(rule.property_name)
        here = None if value is None else comparable(known, value)
        return (here is None, "" if here is None and known.type not in _NUMERIC else here or 0.0, record_id)

    return first(most, found, key=key)


_NUMERIC = frozenset({"number", "date", "datetime"})


def _hydrated(table: Table, ids: Iterable[int]) -> list[Record]:
    """Return the records as they are; one that is gone is counted and not shown, as recorded."""
    return [table.live[one] for one in ids if one in table.live]
