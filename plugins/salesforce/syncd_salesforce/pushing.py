"""Writes changes: groups of up to 200 records, or a Bulk API 2.0 job for many; one receipt for each. Deletes people on request.

Always updates by identifier. An upsert would make a record where none is; and what is written twice is as if written once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from syncd.spi import (
    Accepted,
    BadAnswer,
    Change,
    ConnectorError,
    Done,
    Gone,
    Misconfigured,
    Receipt,
    Ref,
    Rejected,
    Remapped,
    Reply,
)
from syncd_salesforce import jobs
from syncd_salesforce.describe import Describe
from syncd_salesforce.ids import is_id, long_id, stream_of
from syncd_salesforce.listing import NOT_IN_BULK, rows_among
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.org import Org, answer
from syncd_salesforce.receipts import Fault, fault_of, fault_of_row, rejected
from syncd_salesforce.refusals import Declined
from syncd_salesforce.schemas import Schemas
from syncd_salesforce.values import fits, for_csv, for_json

__all__ = ["Pusher"]

# rest "Update Multiple Records with Fewer Round-Trips" (read 2026-11-21)
_GROUP = 200
_LATER = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_HEADERS = {
    "Sforce-Duplicate-Rule-Header": "allowSave=true",  # rules that only warn do not refuse
    "Sforce-Auto-Assign": "FALSE",  # a score is no reason to hand a lead to somebody else
}
_NOT_THERE = {"INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}
_SUCCESSORS = ("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId")

_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """A change that can be sent; ``place`` is where its receipt goes."""

    place: int
    change: Change
    id: str


class Pusher:
    """Writes into the objects of one org. ``bulk_above`` changes at once go as a job."""

    def __init__(self, org: Org, schemas: Schemas, *, bulk_above: int) -> None:
        self._org, self._schemas, self._bulk_above = org, schemas, bulk_above
        self._ended: dict[str, Mapping[str, Receipt] | None] = {}

    def push(self, changes: Sequence[Change]) -> list[Receipt]:
        """Write *changes* and return one receipt for each, in order. Raises: Declined, ConnectorError if nothing was done."""
        receipts: dict[int, Receipt] = {}
        by_object: dict[str, list[_Write]] = {}
        for place, change in enumerate(changes):
            fault = self._unwritable(change)
            if fault is not None:
                receipts[place] = fault
            else:
                by_object.setdefault(change.ref.stream, []).append(
                    _Write(place=place, change=change, id=long_id(change.ref.external_id))
                )
        for name, writes in by_object.items():
            try:
                receipts |= self._as_job(name, writes) if len(writes) > self._bulk_above else self._in_groups(name, writes)
            except (Declined, ConnectorError) as error:
                if not receipts:
                    raise
                receipts |= self._put_off(writes, error)
        return [receipts[place] for place in range(len(changes))]

    def _unwritable(self, change: Change) -> Rejected | None:
        """Say why a change cannot be sent: the rest of its batch is."""
        name = change.ref.stream
        if name not in OBJECTS or OBJECTS[name].kind not in {"person", "account", "deal"} or not is_id(change.ref.external_id):
            return Rejected(code="stream", what=f"{name} is not written; take it out of the mapping's write", retry="never")
        found = self._schemas.describe(name)
        for field in change.fields:
            one = found.field(field) if found is not None else None
            if one is None or not one.writable:
                what = f"{name}.{field} is not there, or the user may not change it; provision it and assign the permission set"
                return Rejected(code="field_hidden", what=what, field=field, retry=self._org.now + _HOUR)
            if not fits(one.type, change.fields[field].new):
                what = f"{name}.{field}: the value is none of type {one.type}; correct the mapping or the field"
                return Rejected(code="field_type", what=what, field=field)
        return None

    # ------------------------------------------------------------ groups

    def _in_groups(self, name: str, writes: Sequence[_Write]) -> dict[int, Receipt]:
        """Send groups of 200; what was locked by others is tried once more, the locked together."""
        receipts: dict[int, Receipt] = {}
        # In the order of identifiers: whoever else writes many records does the same, and two that do so never lock each other.
        waiting, faults = sorted(writes, key=lambda one: one.id), dict[int, tuple[str, Fault]]()
        for is_last in (False, True):
            locked: list[tuple[str, _Write]] = []
            for start in range(0, len(waiting), _GROUP):
                group = waiting[start : start + _GROUP]
                try:
                    came = self._sent(name, group)
                except (Declined, ConnectorError) as error:
                    if not receipts and not faults and not is_last:
                        raise
                    receipts |= self._put_off(waiting[start:], error)
                    break
                for one, fault in zip(group, came, strict=True):
                    if fault is None:
                        receipts[one.place] = Done()
                    elif fault.is_lock and not is_last:
                        locked.append((fault.locked, one))
                    else:
                        faults[one.place] = one.id, fault
            waiting = [one for _, one in sorted(locked, key=lambda pair: (pair[0], pair[1].id))]
        try:
            return receipts | self._judged(name, faults)
        except (Declined, ConnectorError) as error:
            if not receipts:
                raise
            return receipts | self._put_off((one for one in writes if one.place in faults), error)

    def _sent(self, name: str, group: Sequence[_Write]) -> list[Fault | None]:
        found = self._described(name)
        body = {"allOrNone": False, "records": [self._json(found, one) for one in group]}
        doing = f"{name}: write"
        # The same values again leave the records as they are, so the host may repeat it.
        headers = {**_HEADERS, "Idempotency-Key": group[0].change.key}
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            reply = self._org.send(doing, "PATCH", f"{self._org.base}/composite/sobjects", headers=headers, content=content)
        except Declined as error:
            if error.code == "INVALID_FIELD":  # the object changed since it was described; the next attempt knows
                self._schemas.describe(name, anew=True)
            raise
        return _faults(reply, doing, len(group))

    def _json(self, found: Describe, one: _Write) -> dict[str, object]:
        fields = {
            field.name: for_json(field.type, change.new)
            for name, change in one.change.fields.items()
            if (field := found.field(name)) is not None
        }
        return {"attributes": {"type": found.name}, "id": one.id, **fields}

    def _put_off(self, writes: Iterable[_Write], error: Declined | ConnectorError) -> dict[int, Receipt]:
        """Return receipts for what was not tried any more once a part was done."""
        told = error.error if isinstance(error, Declined) else error
        after = getattr(told, "retry_after", None) or _LATER
        put_off = Rejected(code="put_off", what=f"not done yet: {told}", retry=self._org.now + after)
        return {one.place: put_off for one in writes}

    # ------------------------------------------------------------ jobs

    def _as_job(self, name: str, writes: Sequence[_Write]) -> dict[int, Receipt]:
        """Hand over a job. It is one batch of Salesforce's (10,000 rows), so its rows do not lock each other.

        It is remembered though its beginning got no answer: it may run, and forgotten it would do so behind newer values.
        """
        found = self._described(name)
        columns = ["Id", *dict.fromkeys(field for one in writes for field in one.change.fields)]
        rows = [
            {
                "Id": one.id,
                **{
                    field: for_csv(known.type, change.new)
                    for field, change in one.change.fields.items()
                    if (known := found.field(field)) is not None
                },
            }
            for one in sorted(writes, key=lambda one: one.id)
        ]
        sheet = jobs.sheet(columns, rows)
        if len(sheet) > jobs.LARGEST_UPLOAD:
            return self._in_groups(name, writes)
        try:
            job = jobs.begin_update(self._org, name)
        except Declined as error:
            if error.code not in NOT_IN_BULK:
                raise
            return self._in_groups(name, writes)
        jobs.upload(self._org, name, job, sheet)
        with suppress(ConnectorError):
            jobs.begin(self._org, name, job)
        # Each change has a name of its own within the job: results come in any order, and nothing has to be remembered.
        return {one.place: Accepted(job=f"{job}/{name}/{one.id}") for one in writes}

    def receipts(self, job: str) -> list[Receipt] | None:
        """Return the receipt of one change of a job; ``None`` while that runs. Raises: Declined."""
        number, _, rest = job.partition("/")
        name, _, external_id = rest.partition("/")
        if number not in self._ended:
            self._ended[number] = self._outcome(name, number)
        ended = self._ended[number]
        if ended is None:
            return None
        what = "the job ended before this record was written; it is sent again"
        return [ended.get(external_id) or Rejected(code="put_off", what=what, retry=self._org.now + _LATER)]

    def _outcome(self, name: str, job: str) -> Mapping[str, Receipt] | None:
        """Return the receipts of a job by identifier, all that it did not find asked for at once; ``None`` while it runs."""
        try:
            seen = jobs.progress(self._org, name, "ingest", job)
            if seen.state == "Open":
                jobs.abort(self._org, name, job)  # it was told to begin, and did not hear of it
            if not seen.has_ended:
                return None
            ended = jobs.outcome(self._org, name, job)
        except Declined as error:
            if error.code != "NOT_FOUND":
                raise
            return {}  # seven days are over: write again
        faults = {key: (key, fault_of_row(text)) for key, text in ended.failed.items()}
        return dict.fromkeys(ended.done, Done()) | self._judged(name, faults)

    # ------------------------------------------------------------ erasure

    def erase(self, refs: Sequence[Ref]) -> list[Receipt]:
        """Delete people and return one receipt for each, in order. Raises: Declined, ConnectorError; it may be repeated."""
        receipts: dict[int, Receipt] = {}
        by_object: dict[str, list[tuple[int, str]]] = {}
        for place, ref in enumerate(refs):
            if ref.stream in OBJECTS and OBJECTS[ref.stream].kind == "person" and is_id(ref.external_id):
                by_object.setdefault(ref.stream, []).append((place, long_id(ref.external_id)))
            else:
                what = f"{ref.stream}: Salesforce's leads and contacts alone are erased"
                receipts[place] = Rejected(code="stream", what=what, retry="never")
        for name, people in by_object.items():
            for start in range(0, len(people), _GROUP):
                receipts |= self._erased(name, people[start : start + _GROUP])
        return [receipts[place] for place in range(len(refs))]

    def _erased(self, name: str, group: Sequence[tuple[int, str]]) -> dict[int, Receipt]:
        doing = f"{name}: erasure"
        params = {"ids": ",".join(key for _, key in group), "allOrNone": "false"}
        reply = self._org.send(doing, "DELETE", f"{self._org.base}/composite/sobjects", params=params)
        receipts: dict[int, Receipt] = {}
        faults: dict[int, tuple[str, Fault]] = {}
        for (place, key), fault in zip(group, _faults(reply, doing, len(group)), strict=True):
            if fault is None:
                receipts[place] = Done()
            else:
                faults[place] = key, fault
        for place, receipt in self._judged(name, faults).items():
            # Who is merely hidden is refused as INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY (from memory).
            is_gone = isinstance(receipt, Rejected) and faults[place][1].code in _NOT_THERE
            receipts[place] = Gone() if is_gone else receipt
        return receipts

    # ------------------------------------------------------------ receipts

    def _judged(self, name: str, faults: Mapping[_Place, tuple[str, Fault]]) -> dict[_Place, Receipt]:
        """Return the receipts for *faults* of the records with those identifiers."""
        fates = self._fates(name, [key for key, fault in faults.values() if fault.is_elsewhere])
        return {place: self._receipt(Ref(name, key), fault, fates) for place, (key, fault) in faults.items()}

    def _receipt(self, ref: Ref, fault: Fault, fates: Mapping[str, Receipt]) -> Receipt:
        """Return the receipt for a fault. Only a record known to be deleted is gone: one that cannot be seen may be hidden."""
        if ref.external_id in fates:
            return fates[ref.external_id]
        return Gone() if fault.code == "ENTITY_IS_DELETED" and fault.is_elsewhere else rejected(ref, fault, self._org.now)

    def _fates(self, name: str, ids: Sequence[str]) -> dict[str, Receipt]:
        """Return where those live on that do, and who is in the recycle bin."""
        if not ids:
            return {}
        found = self._described(name)
        columns = [one.name for one in map(found.field, _SUCCESSORS) if one is not None]
        rows = rows_among(self._org, name, columns, ids)
        return {str(row["Id"]): fate for row in rows if (fate := _fate(name, row)) is not None}

    def _described(self, name: str) -> Describe:
        found = self._schemas.describe(name)
        if found is None:
            raise Misconfigured(f"{name}: not there, or hidden from the integration user; assign syncd's permission set to it")
        return found


def _faults(reply: Reply, doing: str, count: int) -> list[Fault | None]:
    came = answer(reply, doing)
    if not isinstance(came, list) or len(came) != count or not all(isinstance(one, dict) for one in came):
        raise BadAnswer(f"{doing}: {count} records did not come back with a result each; it is done again")
    return [fault_of(one) for one in came]


def _fate(name: str, row: Mapping[str, object]) -> Receipt | None:
    for column, stream in (("MasterRecordId", name), ("ConvertedContactId", "Contact")):
        to = row.get(column)
        if isinstance(to, str) and stream_of(to) == stream:
            return Remapped(to=Ref(stream, long_id(to)))
    return Gone() if row.get("IsDeleted") is True else None
