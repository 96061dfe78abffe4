"""Merging records: the losers are deleted and name their master; what pointed at them points at it, its stamps as they were.

That children keep their stamps is from secondary sources, and is the harder case for who reads them.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncd_salesforce.emulator.answers import ApiError, Row, Value
from syncd_salesforce.emulator.derived import derived
from syncd_salesforce.emulator.histories import note
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import SObject

__all__ = ["merge", "pointed_elsewhere"]

_MOST = 2


def merge(org: Org, winner: str, losers: Sequence[str]) -> None:
    """Merge up to two records into a third of the same object; what the winner lacks it takes from them.

    Raises: ApiError.
    """
    entity, row = _living(org, winner)
    others = [_living(org, loser) for loser in losers]
    if not 1 <= len(others) <= _MOST or "mergeable" not in entity.flags or any(one is not entity for one, _ in others):
        raise ApiError("INVALID_OPERATION", f"one or two other records of an object that can be merged, not of {entity.name}")
    with org.together():
        _merge(org, entity, row, [loser for _, loser in others])


def _merge(org: Org, entity: SObject, row: Row, losers: Sequence[Row]) -> None:
    stamp = org.stamp()
    stamps: dict[str, Value] = {"LastModifiedDate": stamp, "LastModifiedById": org.user_id, "SystemModstamp": stamp}
    whole = dict(row)
    for loser in losers:
        for field in entity.fields:
            if field.has("u") and whole.get(field.name) is None and loser.get(field.name) is not None:
                whole[field.name] = loser[field.name]
        pointed_elsewhere(org, entity, str(loser["Id"]), str(row["Id"]))
        org.put(entity.name, {**loser, **stamps, "IsDeleted": True, "MasterRecordId": row["Id"]})
    merged = whole | stamps
    org.put(entity.name, merged | derived(org, entity.name, merged, row))
    if entity.name == "Lead":
        note(org, "Lead", merged, field="leadMerged")


def pointed_elsewhere(org: Org, entity: SObject, old: str, new: str) -> None:
    """Let everything that points at *old* point at *new*."""
    for one in org.objects():
        for field in one.fields:
            if entity.name in field.refers and field.has("c"):
                for row in org.table(one.name).among(field.name, [old]):
                    org.table(one.name).put(str(row["Id"]), {**row, field.name: new})


def _living(org: Org, key: str) -> tuple[SObject, Row]:
    found = org.find(full(key))
    if found is None or found[1].get("IsDeleted"):
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", f"no living record {key}")
    return found
