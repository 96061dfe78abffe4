"""Batches: up to a hundred records at once, of which some may fail.

What gives a partial answer: developers.hubspot.com/docs/api-reference/error-handling and …/using-object-apis (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import UnsetType

from syncd_hubspot.emulator.objects import (
    PAGE_WITH_HISTORY,
    Changes,
    NewRecord,
    Value,
    already,
    create,
    identified,
    show_created,
    table_of,
    texts,
    update,
)
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.rendering import Shown, selection, show
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.values import checked
from syncd_hubspot.emulator.wire import NOTHING, Answer, Call, ErrorBody, Refusal, at_most, batched, invalid

BATCH = 100


class Id(msgspec.Struct, frozen=True, kw_only=True):
    """A record named by its id or a unique value."""

    id: str


class Ids(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Records to read or archive."""

    inputs: Sequence[Id] = ()
    properties: Sequence[str] = ()
    properties_with_history: Sequence[str] = ()
    id_property: str | None = None


class Update(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Values to write into a record."""

    id: str
    properties: Mapping[str, Value] = {}
    id_property: str | None = None
    object_write_trace_id: str | None = None


class Updates(msgspec.Struct, frozen=True, kw_only=True):
    """Records to change; without ``inputs`` it is a batch of nothing, to which HubSpot says COMPLETE."""

    inputs: Sequence[Update] = ()


class News(msgspec.Struct, frozen=True, kw_only=True):
    """Records to create."""

    inputs: Sequence[NewRecord] = ()


def read_many(call: Call) -> Answer:
    """Read records; one error names all that are missing. An id that was merged away is missing here."""
    table, wish = table_of(call), call.read(Ids)
    at_most(PAGE_WITH_HISTORY if wish.properties_with_history else BATCH, wish.inputs)
    _distinct([one.id for one in wish.inputs])
    chosen = selection(table, wish.properties, history=wish.properties_with_history)
    records = table.archived if call.flag("archived") else table.live
    results, lost = [], []
    for one in wish.inputs:
        record_id = identified(table, one.id, wish.id_property)
        record = None if record_id is None else records.get(record_id)
        if record is None:
            lost.append(one.id)
        else:
            results.append(show(call.portal, table, record, chosen))
    return done(call.portal, results, [_missing(table, lost)] if lost else [])


def create_many(call: Call) -> Answer:
    """Create records: all or none, unless each has a trace id of its own."""
    table, wish = table_of(call), call.read(News)
    at_most(BATCH, wish.inputs)
    is_partial = _has_traces([one.object_write_trace_id for one in wish.inputs])
    if not is_partial:
        for new in wish.inputs:
            _refuse_early(call.portal, table, new)
    results, errors = [], []
    for new in wish.inputs:
        try:
            shown = show_created(create(call.portal, table, new))
        except Refusal as refusal:
            if not is_partial:
                raise
            errors.append(_traced(refusal.body, new.object_write_trace_id))
        else:
            results.append(_with_trace(shown, new.object_write_trace_id))
    return done(call.portal, results, errors, status=201)


def _refuse_early(portal: Portal, table: Table, new: NewRecord) -> None:
    values = checked(portal, table, texts(new.properties))
    for name in table.unique & values.keys():
        if (taken := table.found(name, values[name])) is not None:
            raise already(table, taken)


def update_many(call: Call) -> Answer:
    """Change records by id. An id that is gone or was merged away is left out of the results without a word.

    Source: developers.hubspot.com/docs/…/using-object-apis and the tests of rudderlabs/rudder-transformer (read 2026-11-21).
    """
    table, wish = table_of(call), call.read(Updates)
    at_most(BATCH, wish.inputs)
    _distinct([one.id for one in wish.inputs])
    for one in wish.inputs:
        if one.id_property and one.id_property not in table.unique - {"email"}:
            raise _not_unique(table, one.id_property, call.portal)

    def write(one: Update) -> Shown | None:
        record_id = identified(table, one.id, one.id_property)
        record = None if record_id is None else table.live.get(record_id)
        return None if record is None else update(call.portal, table, record, Changes(properties=one.properties))

    return _each(call.portal, table, wish.inputs, write)


def upsert_many(call: Call) -> Answer:
    """Change or create records by a unique property, which every input must name."""
    table, wish = table_of(call), call.read(Updates)
    at_most(BATCH, wish.inputs)
    _distinct([one.id.lower() for one in wish.inputs])
    for one in wish.inputs:
        if not one.id_property or one.id_property not in table.unique:
            raise _not_unique(table, one.id_property or "hs_object_id", call.portal)

    def write(one: Update) -> Shown | None:
        found = identified(table, one.id, one.id_property)
        if found is not None:
            shown = update(call.portal, table, table.live[found], Changes(properties=one.properties))
        else:
            values = {one.id_property or "": one.id, **one.properties}
            shown = show_created(create(call.portal, table, NewRecord(properties=values)))
        shown.new = found is None
        return shown

    return _each(call.portal, table, wish.inputs, write)


def archive_many(call: Call) -> Answer:
    """Put records into the bin; the answer is the same whatever happened."""
    table, wish = table_of(call), call.read(Ids)
    at_most(BATCH, wish.inputs)
    for one in wish.inputs:
        record_id = identified(table, one.id, None)
        if record_id is not None:
            call.portal.archive(table.kind.plural, record_id)
    return NOTHING


def _each(portal: Portal, table: Table, inputs: Sequence[Update], write: Callable[[Update], Shown | None]) -> Answer:
    """Write input by input if all have a trace id, else refuse the whole batch for one that is bad."""
    is_partial = _has_traces([one.object_write_trace_id for one in inputs])
    if not is_partial:
        for one in inputs:
            checked(portal, table, texts(one.properties))
    results, errors = [], []
    for one in inputs:
        try:
            shown = write(one)
        except Refusal as refusal:
            if not is_partial:
                raise
            errors.append(_traced(refusal.body, one.object_write_trace_id))
        else:
            if shown is not None:
                results.append(_with_trace(shown, one.object_write_trace_id))
    return done(portal, results, errors)


def _has_traces(traces: Sequence[str | None]) -> bool:
    return None not in traces and len(set(traces)) == len(traces)


def done(portal: Portal, results: Sequence[Shown], errors: Sequence[ErrorBody], *, status: int = 200) -> Answer:
    """Answer a batch; in what order the results come is not promised, and recorded answers are not in that of the inputs."""
    shuffled = list(results)
    portal.rng.shuffle(shuffled)
    return batched(portal, shuffled, errors, took=21, status=status)


def _distinct(ids: Sequence[str]) -> None:
    doubles = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) != len(ids) else []
    if doubles:
        text = ", ".join(doubles)
        raise invalid(f"Duplicate IDs found in batch input: [{text}]. IDs must be unique", context={"ids": doubles})


def _not_unique(table: Table, name: str, portal: Portal) -> Refusal:
    kind, number = table.kind.type_id, portal.account.portal_id
    return invalid(f"Unable to perform update/upsert by non-unique {kind} property {name} in portal ID {number}")


def _missing(table: Table, ids: Sequence[str]) -> ErrorBody:
    message = (
        f"Could not get some {table.kind.singular.upper()} objects, they may be deleted or not exist. Check that ids are valid."
    )
    return ErrorBody(message=message, category="OBJECT_NOT_FOUND", context={"ids": ids})


def _traced(body: ErrorBody, trace: str | None) -> ErrorBody:
    context = {} if isinstance(body.context, UnsetType) else dict(body.context)
    return msgspec.structs.replace(body, context=context | {"objectWriteTraceId": [trace or ""]})


def _with_trace(shown: Shown, trace: str | None) -> Shown:
    if trace is not None:
        shown.object_write_trace_id = trace
    return shown
