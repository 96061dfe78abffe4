"""Turns the rows of Salesforce into records and activities. Pure.

A row is flat: column to value, a parent's as ``Campaign.Name``. What a record is made of is read here; everything else of it
goes to the mapping as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from syncd.spi import Activity, Association, Problem, Raw, Ref, Refused, SourceRecord
from syncd_salesforce.activities import deed, people
from syncd_salesforce.describe import Selection
from syncd_salesforce.ids import is_id, long_id, stream_of
from syncd_salesforce.instants import instant
from syncd_salesforce.objects import Sobject
from syncd_salesforce.values import raw

__all__ = ["Made", "gone", "make"]

Row: TypeAlias = Mapping[str, Raw]
Made: TypeAlias = SourceRecord | Activity | Refused | None
_SHOWN = 2_000  # characters of a refused row that are kept with it


class _Unusable(Exception):
    """The row cannot become a record."""

    def __init__(self, column: str, what: str) -> None:
        super().__init__(what)
        self.column, self.what = column, what


def make(thing: Sobject, chosen: Selection, given: Mapping[str, object], related: Iterable[str] = ()) -> Made:
    """Return what a row says, as REST or Bulk API gave it; ``None`` for one that is another record's shadow.

    *related* are the identifiers of whom an activity is shared with; what is no person is left out.
    """
    came = {name.lower(): value for name, value in given.items()}  # a mapping writes the fields of parents in any case
    row = {column: raw(kind, came.get(column.lower())) for column, kind in chosen.types.items()}
    try:
        external_id = _id(row)
        if thing.kind == "activity":
            return _activity(thing, row, external_id, people(related))
        return None if _is_shadow(thing, row) else _record(thing, chosen, row, external_id)
    except _Unusable as error:
        return Refused(
            stream=thing.name,
            external_id=str(row.get("Id") or ""),
            problem=Problem(where=f"{thing.name}.{error.column}", what=error.what, code="salesforce.row"),
            raw=json.dumps(given, default=str, ensure_ascii=False)[:_SHOWN],
        )


def gone(thing: Sobject, external_id: str, at: datetime) -> SourceRecord | Activity:
    """Return the news that a record no longer exists."""
    if thing.kind == "activity":
        return Activity(stream=thing.name, source_id=external_id, kind="gone", occurred_at=at, about=(), deleted=True)
    return SourceRecord(stream=thing.name, external_id=external_id, changed_at=at, fields={}, deleted=True)


# ---------------------------------------------------------------- people, accounts, deals, owners


def _record(thing: Sobject, chosen: Selection, row: Row, external_id: str) -> SourceRecord:
    merged_into = _successor(thing, row)
    staged_at = row.get("LastStageChangeDate")
    return SourceRecord(
        stream=thing.name,
        external_id=external_id,
        changed_at=_instant(row, thing.stamp),
        fields={name: None if _is_queue(column, row) else row.get(column) for name, column in chosen.wanted.items()},
        deleted=row.get("IsDeleted") is True,
        merged_into=merged_into,
        associations=tuple(_associations(thing, row)),
        field_changed_at={"StageName": instant(staged_at)} if isinstance(staged_at, str) else {},
    )


def _successor(thing: Sobject, row: Row) -> Ref | None:
    """Return the record that this one lives on as: the winner of a merge, or the contact that a lead became."""
    master = row.get("MasterRecordId")
    if isinstance(master, str) and is_id(master):
        return Ref(thing.name, long_id(master))
    contact = row.get("ConvertedContactId")
    if row.get("IsConverted") is True and isinstance(contact, str) and is_id(contact):
        return Ref("Contact", long_id(contact))
    return None


def _associations(thing: Sobject, row: Row) -> Iterable[Association]:
    for column, role, stream in thing.roles:
        to = row.get(column)
        # Nobody is to be made of a queue. A person account is the person, not a company they work for.
        if not isinstance(to, str) or stream_of(to) != stream or (role == "account" and row.get("IsPersonAccount") is True):
            continue
        yield Association(role, Ref(stream, long_id(to)))


def _is_queue(column: str, row: Row) -> bool:
    """Tell whether a lead's owner is a queue: it waits there for one."""
    to = row.get(column)
    return column == "OwnerId" and isinstance(to, str) and is_id(to) and stream_of(to) != "User"


def _is_shadow(thing: Sobject, row: Row) -> bool:
    """Tell whether a row is the account half of a person account: the person comes as its contact half."""
    return thing.name == "Account" and row.get("IsPersonAccount") is True


# ---------------------------------------------------------------- activities


def _activity(thing: Sobject, row: Row, external_id: str, others: Iterable[Ref]) -> Activity:
    _instant(row, thing.stamp)  # without it the row could not be followed
    did = deed(thing.name, row)
    if did is None:
        raise _Unusable("CreatedDate", "says no time at which it happened; look at the record in Salesforce")
    about = tuple(dict.fromkeys((*did.about, *others)))
    return Activity(
        stream=thing.name,
        source_id=external_id,
        kind=did.kind,
        occurred_at=did.occurred_at,
        about=about,
        asset=did.asset,
        direction=did.direction,
        actor=did.actor,
        # What is about no person is no activity of one; if it was before, it no longer is.
        deleted=row.get("IsDeleted") is True or not about or did.left_out,
    )


def _id(row: Row) -> str:
    given = row.get("Id")
    if not isinstance(given, str) or not is_id(given):
        raise _Unusable("Id", "is missing or no identifier of Salesforce; look at the record in Salesforce")
    return long_id(given)


def _instant(row: Row, column: str) -> datetime:
    given = row.get(column)
    try:
        return instant(given if isinstance(given, str) else "")
    except ValueError:
        raise _Unusable(column, "is missing or no time; look at the record in Salesforce") from None  # the cause quotes it
