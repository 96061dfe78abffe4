"""getUpdated and getDeleted: which records changed, and which went, in a window of whole minutes.

Source: SOAP/sforce_api_calls_getdeleted.htm and getupdated.htm through this project's notes (read 2026-11-21). That what was
undeleted leaves the list, and that losers of merges are in it, is from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syncd_salesforce.emulator.answers import Answer, ApiError, Call
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.instants import moment, moment_of, parse_datetime
from syncd_salesforce.emulator.writing import entity_of

__all__ = ["deleted", "updated"]

_DELETED_REACH = timedelta(days=15)
_UPDATED_REACH = timedelta(days=30)


def updated(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}/updated?start=…&end=…"""
    one = entity_of(instance.org, match["object"])
    start, end = _window(instance, call, _UPDATED_REACH)
    stamp = "SystemModstamp" if one.find("SystemModstamp") else "CreatedDate"
    since, until = moment(start), moment(end)
    ids = [str(row["Id"]) for row in instance.org.rows(one.name) if since <= str(row.get(stamp) or "") < until]
    return Answer(content={"ids": ids, "latestDateCovered": _covered(instance, end)})


def deleted(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /sobjects/{object}/deleted?start=…&end=…"""
    one = entity_of(instance.org, match["object"])
    start, end = _window(instance, call, _DELETED_REACH)
    found = instance.org.deleted(one.name, moment(start), moment(end))
    earliest = max(instance.now() - _DELETED_REACH, instance.org.purged_until or datetime.min.replace(tzinfo=start.tzinfo))
    return Answer(
        content={
            "deletedRecords": [{"id": entry.id, "deletedDate": entry.at} for entry in found],
            "earliestDateAvailable": moment(earliest.replace(second=0)),
            "latestDateCovered": _covered(instance, end),
        }
    )


def _window(instance: Instance, call: Call, reach: timedelta) -> tuple[datetime, datetime]:
    instants = []
    for name in ("start", "end"):
        # A plus sign that was not encoded arrives as a space.
        text = parse_datetime(call.query.get(name, "").replace(" ", "+"))
        if text is None:
            raise ApiError("INVALID_REPLICATION_DATE", f"{name} date is missing or not a date-time")
        instants.append(moment_of(text).replace(second=0))
    start, end = instants
    if end - start < timedelta(minutes=1):
        raise ApiError("INVALID_REPLICATION_DATE", "The startDate must be earlier than the endDate by more than one minute")
    if start < (instance.now() - reach).replace(second=0):
        raise ApiError("INVALID_REPLICATION_DATE", f"The startDate cannot be more than {reach.days} days ago")
    return start, end


def _covered(instance: Instance, end: datetime) -> str:
    """Return the end of what is sure: the start of the oldest transaction that is still open, if it is earlier."""
    open_since = instance.org.open_since()
    covered = min(end, instance.now())
    return moment(min(covered, open_since).replace(second=0) if open_since else covered.replace(second=0))
