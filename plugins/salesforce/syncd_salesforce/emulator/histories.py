"""Field history: what LeadHistory and OpportunityFieldHistory say of each change of a tracked field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.org import Org

__all__ = ["TRACKED", "note", "track"]

TRACKED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "Lead": ("LeadHistory", "LeadId", ("Status", "OwnerId", "LeadSource", "Rating", "Email", "Company")),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId", ("StageName", "Amount", "CloseDate", "OwnerId", "Probability")),
}
"""Of each object its history object, the field there that points back, and the fields that are tracked."""


def track(org: Org, entity: str, row: Row, old: Row | None) -> None:
    """Write down how *row* differs from *old*; ``None`` for a new record."""
    if entity not in TRACKED:
        return
    if old is None:
        note(org, entity, row, field="created")
        return
    for name in TRACKED[entity][2]:
        before, behind = old.get(name), row.get(name)
        if before == behind:
            continue
        label = name.removesuffix("Id")
        if name.endswith("Id"):  # lookups come twice: with names and with ids (from memory)
            note(org, entity, row, field=label, values=(_name(org, before), _name(org, behind)))
        note(org, entity, row, field=label, values=(before, behind))


def note(
    org: Org, entity: str, row: Row, *, field: str, values: tuple[Value, Value] = (None, None), at: datetime | None = None
) -> None:
    """Add one row of history."""
    history, reference, _ = TRACKED[entity]
    kind = "EntityId" if field == "Owner" and str(values[1]).startswith(("005", "00G")) else "Text"
    change = {reference: row["Id"], "Field": field, "DataType": kind, "OldValue": values[0], "NewValue": values[1]}
    org.put(history, org.draft(history, change, at=at, by=str(row.get("LastModifiedById") or org.user_id)))


def _name(org: Org, key: Value) -> Value:
    found = org.find(key) if isinstance(key, str) else None
    return None if found is None else found[1].get("Name")
