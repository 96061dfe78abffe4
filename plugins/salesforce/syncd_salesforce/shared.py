"""Who else an activity is about: where Shared Activities are on, a task or event has up to 50 people, WhoId the first of them.

object_reference, TaskRelation and EventRelation (read 2026-11-22). The latter also holds who was invited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd_salesforce.ids import is_id, long_id
from syncd_salesforce.listing import rows_among
from syncd_salesforce.org import Org

__all__ = ["shared_with"]

_AWAY = {"Declined", "Uninvited"}


def shared_with(org: Org, name: str, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the identifiers of what activities of the object *name* are related to, people or not. Raises: Declined."""
    to = f"{name}Id"
    columns = [to, "RelationId", "IsDeleted", *(["Status"] if name == "Event" else [])]
    found: dict[str, list[str]] = {}
    for row in rows_among(org, f"{name}Relation", columns, [one for one in ids if is_id(one)], field=to):
        if row.get("IsDeleted") is not True and row.get("Status") not in _AWAY:
            found.setdefault(long_id(str(row[to])), []).append(str(row["RelationId"]))
    return found
