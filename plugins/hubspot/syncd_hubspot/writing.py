"""What a batch of changes says to HubSpot, and what its answer says of each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from syncd.spi import Change, Done, Golden, Receipt, Rejected
from syncd_hubspot.answers import Object, Objects
from syncd_hubspot.errors import rejected, trace_ids
from syncd_hubspot.plain import ErrorItem, ids_of
from syncd_hubspot.values import written

__all__ = ["Batch", "Outcome", "batch_of", "holds", "judged", "rounds", "sent"]


class Outcome(NamedTuple):
    """The receipts of a batch by identifier, and the identifiers it said nothing reliable about."""

    receipts: dict[str, Receipt]
    unknown: list[str]


Batch = dict[str, list[dict[str, object]]]


def rounds(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield *changes* in batches in which no record comes twice: HubSpot refuses such a batch whole."""
    left = list(changes)
    while left:
        once: dict[str, Change] = {}
        later: list[Change] = []
        for change in left:
            if change.ref.external_id in once:
                later.append(change)
            else:
                once[change.ref.external_id] = change
        yield list(once.values())
        left = later


def sent(change: Change) -> dict[str, str]:
    """Return the properties of *change* as they are sent."""
    return {name: written(value.new) for name, value in change.fields.items()}


def batch_of(values: Mapping[str, Mapping[str, str]]) -> Batch:
    """Return the body of a batch that writes *values* by identifier; the trace ids come back with errors."""
    inputs: list[dict[str, object]] = [
        {"id": external_id, "properties": dict(held), "objectWriteTraceId": external_id} for external_id, held in values.items()
    ]
    return {"inputs": inputs}


def judged(changes: Mapping[str, Change], values: Mapping[str, Mapping[str, str]], answer: Objects) -> Outcome:
    """Reconcile an answer id by id: results, errors and what is missing make up what was sent."""
    receipts: dict[str, Receipt] = {}
    for one in answer.results:
        if one.id in values:
            receipts[one.id] = receipt(changes[one.id], values[one.id], one)
    for error in answer.errors:
        if error.category in {"OBJECT_NOT_FOUND", "RATE_LIMITS"}:
            continue  # merged, gone, only hidden, or never looked at: reading tells
        for external_id in _concerned(error, values):
            receipts.setdefault(external_id, rejected(error, values[external_id]))
    return Outcome(receipts, [external_id for external_id in values if external_id not in receipts])


def receipt(change: Change, values: Mapping[str, str], one: Object) -> Receipt:
    """Return what became of a write, by the record as it is afterwards."""
    stored: dict[str, Golden | None] = {}
    for name, text in values.items():
        if name not in one.properties or same(one.properties[name], text):
            continue
        held = one.properties[name]
        if same(held, written(change.fields[name].old)):
            what = "HubSpot took the write and kept the former value: is there a rule or a workflow that owns it?"
            return Rejected(code="hubspot.ignored", what=what, field=name)
        stored[name] = held
    return Done(stored=stored)


def holds(one: Object, values: Mapping[str, str]) -> bool:
    """Tell whether a record holds *values* now."""
    return all(same(one.properties.get(name), text) for name, text in values.items())


def same(held: str | None, text: str) -> bool:
    """Tell whether HubSpot's value says what *text* does; numbers may come back with other zeros.

    >>> same("12.50", "12.5"), same(None, ""), same("b", "a")
    (True, True, False)
    """
    if (held or "") == text:
        return True
    try:
        return bool(held) and Decimal(held or "") == Decimal(text)
    except InvalidOperation:
        return False


def _concerned(error: ErrorItem, values: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    return [one for one in {*ids_of([error]), *trace_ids(error)} if one in values]
