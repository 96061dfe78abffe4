"""Associations over the wire, as v4 and the dated paths have them.

Source: developers.hubspot.com/docs/api-reference/legacy/crm/associations/associate-records/guide (read 2026-11-21). The
dated paths answer an archive with 200 and a body where v4 answered 204; the cursor of a record's further pages comes
percent-encoded inside the JSON, as seen in hubspot-api-python#135.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from urllib.parse import quote, unquote

from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.association_bodies import (
    Asking,
    End,
    EndList,
    Fans,
    Id,
    LabelList,
    LabelShown,
    Made,
    MadeDefault,
    Pair,
    Pairs,
    Read,
)
from syncd_hubspot.emulator.links import Label
from syncd_hubspot.emulator.objects import LinkType, Next, Paging, identified, named, not_found
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.wire import NOTHING, Answer, Call, ErrorBody, answer, at_most, batched, invalid

READ_BATCH = 1_000
CREATE_BATCH = 2_000
ARCHIVE_BATCH = 100
PAGE = 500
BATCH_PAGE = 100


def ends_of(call: Call) -> tuple[Table, Table]:
    """Return the two tables that the path names."""
    return named(call.portal, call.path["from"]), named(call.portal, call.path["to"])


def read_one(call: Call) -> Answer:
    """Read the associations of one record."""
    start, end = ends_of(call)
    record_id = identified(start, call.path["id"], None)
    if record_id is None or call.portal.find(start.kind.plural, record_id) is None:
        raise not_found(call.path["id"])
    ends, paging = _page(
        call, (start, end), start.survivor(record_id), call.word("after"), call.number("limit", PAGE, most=PAGE)
    )
    return answer(EndList(results=ends, paging=paging))


def read_many(call: Call) -> Answer:
    """Read the associations of many records; to have none is an error within the answer, and a harmless one."""
    start, end = ends_of(call)
    wish = call.read(Asking)
    at_most(READ_BATCH, wish.inputs)
    results, errors = [], []
    for one in wish.inputs:
        record_id = identified(start, str(one.id), None)
        ends, paging = _page(call, (start, end), -1 if record_id is None else record_id, one.after or "", BATCH_PAGE)
        if ends:
            results.append(Read(start=Id(id=str(one.id)), ends=ends, paging=paging))
        else:
            errors.append(_none(start, end, str(one.id)))
    return batched(call.portal, results, errors)


def _none(start: Table, end: Table, record_id: str) -> ErrorBody:
    here, there = start.kind.singular, end.kind.singular
    return ErrorBody(
        category="OBJECT_NOT_FOUND",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
        message=f"No {there} is associated with {here} {record_id}.",
        context={"fromObjectId": [record_id], "fromObjectType": [here], "toObjectType": [there]},
    )


def _page(
    call: Call, tables: tuple[Table, Table], record_id: int, after: str, size: int
) -> tuple[list[End], Paging | UnsetType]:
    start, end = tables
    found = call.portal.links.of(start.kind.plural, record_id, end.kind.plural)
    first = _position(after)
    chosen = [(end_id, found[end_id]) for end_id in sorted(found) if end_id >= first]
    ends = [End(to_object_id=end_id, association_types=_shown(call.portal, types)) for end_id, types in chosen[:size]]
    if len(chosen) <= size:
        return ends, UNSET
    cursor = quote(b64encode(f"0-{start.kind.type_id}-{chosen[size][0]}".encode()).decode(), safe="")
    return ends, Paging(next=Next(after=cursor, link=f"{call.url}?after={cursor}"))


def _position(after: str) -> int:
    """Read a cursor, decoded once or still percent-encoded. Raises: Refusal."""
    if not after:
        return 0
    try:
        return int(b64decode(unquote(after), validate=True).decode().rpartition("-")[2])
    except ValueError as error:
        raise invalid(f"Invalid paging cursor: {after}", context={"after": [after]}) from error


def _shown(portal: Portal, types: Sequence[int]) -> list[LabelShown]:
    return [_label(portal.links.labels[type_id]) for type_id in types]


def _label(label: Label) -> LabelShown:
    return LabelShown(category=label.category, type_id=label.type_id, label=label.name)


def labels(call: Call) -> Answer:
    """List the types of association between two kinds."""
    start, end = ends_of(call)
    return answer(LabelList(results=[_label(one) for one in call.portal.links.between(start.kind.plural, end.kind.plural)]))


def create_many(call: Call) -> Answer:
    """Associate records under the types given."""
    start, end = ends_of(call)
    wish = call.read(Pairs)
    at_most(CREATE_BATCH, wish.inputs)
    results, errors = [], []
    for pair in wish.inputs:
        ids = _both(call.portal, start, end, pair)
        if ids is None:
            errors.append(_no_pair(start, end, pair))
            continue
        chosen = [_type(call.portal, start, end, kind.association_type_id) for kind in pair.types]
        for label in chosen:
            call.portal.associate(label, *ids)
        results.append(_made(start, end, ids, [label.name for label in chosen if label.name]))
    return batched(call.portal, results, errors, status=201)


def _made(start: Table, end: Table, ids: tuple[int, int], names: Sequence[str]) -> Made:
    return Made(
        from_object_type_id=start.kind.type_id,
        from_object_id=ids[0],
        to_object_type_id=end.kind.type_id,
        to_object_id=ids[1],
        labels=names,
    )


def create_default_many(call: Call) -> Answer:
    """Associate records without a label."""
    start, end = ends_of(call)
    wish = call.read(Pairs)
    at_most(CREATE_BATCH, wish.inputs)
    results, errors = [], []
    for pair in wish.inputs:
        ids = _both(call.portal, start, end, pair)
        if ids is None:
            errors.append(_no_pair(start, end, pair))
        else:
            results += _default(call.portal, start, end, ids)
    return batched(call.portal, results, errors)


def create_default_one(call: Call) -> Answer:
    """Associate two records without a label."""
    start, end = ends_of(call)
    pair = Pair(start=Id(id=call.path["id"]), end=Id(id=call.path["to_id"]))
    ids = _both(call.portal, start, end, pair)
    if ids is None:
        raise not_found(call.path["to_id"])
    return batched(call.portal, _default(call.portal, start, end, ids), [])


def _default(portal: Portal, start: Table, end: Table, ids: tuple[int, int]) -> list[MadeDefault]:
    label = portal.links.default(start.kind.plural, end.kind.plural)
    if label is None:
        raise invalid(f"{start.kind.plural} and {end.kind.plural} cannot be associated")
    portal.associate(label, *ids)
    one, other = Id(id=str(ids[0])), Id(id=str(ids[1]))
    there: dict[str, str | int] = {"associationCategory": label.category, "associationTypeId": label.type_id}
    back: dict[str, str | int] = {"associationCategory": label.category, "associationTypeId": label.inverse}
    return [MadeDefault(start=one, end=other, spec=there), MadeDefault(start=other, end=one, spec=back)]


def create_one(call: Call) -> Answer:
    """Associate two records under the types given."""
    start, end = ends_of(call)
    pair = Pair(start=Id(id=call.path["id"]), end=Id(id=call.path["to_id"]), types=call.read(list[LinkType]))
    ids = _both(call.portal, start, end, pair)
    if ids is None:
        raise not_found(call.path["to_id"])
    chosen = [_type(call.portal, start, end, kind.association_type_id) for kind in pair.types]
    for label in chosen:
        call.portal.associate(label, *ids)
    return answer(_made(start, end, ids, [label.name for label in chosen if label.name]), 201)


def archive_one(call: Call) -> Answer:
    """Undo an association in all its types."""
    start, end = ends_of(call)
    ids = identified(start, call.path["id"], None), identified(end, call.path["to_id"], None)
    if ids[0] is not None and ids[1] is not None:
        call.portal.part(start.kind.plural, ids[0], end.kind.plural, ids[1])
    return NOTHING


def archive_many(call: Call) -> Answer:
    """Undo associations in all their types."""
    start, end = ends_of(call)
    wish = call.read(Fans)
    at_most(ARCHIVE_BATCH, {str(fan.start.id) for fan in wish.inputs})
    for fan in wish.inputs:
        one = identified(start, str(fan.start.id), None)
        others = [identified(end, str(other.id), None) for other in fan.ends]
        for other in others:
            if one is not None and other is not None:
                call.portal.part(start.kind.plural, one, end.kind.plural, other)
    return NOTHING if "/v4/" in call.url else batched(call.portal, [], [])


def archive_labels(call: Call) -> Answer:
    """Take labels from associations and leave the rest."""
    start, end = ends_of(call)
    wish = call.read(Pairs)
    for pair in wish.inputs:
        ids = _both(call.portal, start, end, pair)
        for kind in pair.types if ids else ():
            if ids is not None:
                call.portal.links.drop_label(_type(call.portal, start, end, kind.association_type_id), *ids)
    return NOTHING if "/v4/" in call.url else batched(call.portal, [], [])


def _type(portal: Portal, start: Table, end: Table, type_id: int) -> Label:
    label = portal.links.labels.get(type_id)
    if label is None or (label.start, label.end) != (start.kind.plural, end.kind.plural):
        raise invalid(f"{type_id} is not a valid association type between {start.kind.type_id} and {end.kind.type_id}")
    return label


def _both(portal: Portal, start: Table, end: Table, pair: Pair) -> tuple[int, int] | None:
    one, other = identified(start, str(pair.start.id), None), identified(end, str(pair.end.id), None)
    if one is None or other is None:
        return None
    here, there = portal.find(start.kind.plural, one), portal.find(end.kind.plural, other)
    return None if here is None or there is None else (here.id, there.id)


def _no_pair(start: Table, end: Table, pair: Pair) -> ErrorBody:
    return ErrorBody(
        category="OBJECT_NOT_FOUND",
        message=f"No such {start.kind.singular} {pair.start.id} or {end.kind.singular} {pair.end.id}",
        context={"fromObjectId": [str(pair.start.id)], "toObjectId": [str(pair.end.id)]},
    )
