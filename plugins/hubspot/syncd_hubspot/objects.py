"""The kinds of records that share one API: what they are called, what dates them, whom they point at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.spi import Kind

__all__ = ["OBJECTS", "ObjectStream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStream:
    """A stream of CRM records.

    ``modified`` is the property that dates a change: asked for the wrong one, HubSpot answers that nothing changed. ``asked``
    are the properties read whatever the mapping wants. ``to`` are the streams whose associations are read, each with the type
    that marks the primary one, 0 if there is none.
    """

    name: str
    singular: str
    kind: Kind
    type_id: str
    scopes: tuple[str, ...]
    modified: str = "hs_lastmodifieddate"
    asked: tuple[str, ...] = ()
    to: Mapping[str, int]


def _engagement(name: str, singular: str, type_id: str, asked: str, *, scope: str = "") -> ObjectStream:
    return ObjectStream(
        name=name,
        singular=singular,
        kind="activity",
        type_id=type_id,
        scopes=("crm.objects.contacts.read", *([scope] if scope else [])),
        asked=("hs_timestamp", "hs_createdate", "hubspot_owner_id", *asked.split()),
        to={"contacts": 0},
    )


# Names, ids, dates, scopes and types of association: developers.hubspot.com/docs/api-reference, CRM objects, "search the CRM",
# activities, "associate records" (read 2026-11-21)
_ALL = (
    ObjectStream(
        name="companies",
        singular="company",
        kind="account",
        type_id="0-2",
        scopes=("crm.objects.companies.read",),
        asked=("hs_merged_object_ids",),
        to={},
    ),
    ObjectStream(
        name="contacts",
        singular="contact",
        kind="person",
        type_id="0-1",
        scopes=("crm.objects.contacts.read",),
        modified="lastmodifieddate",
        asked=("hs_merged_object_ids", "hs_calculated_merged_vids"),
        to={"companies": 1},
    ),
    ObjectStream(
        name="deals",
        singular="deal",
        kind="deal",
        type_id="0-3",
        scopes=("crm.objects.deals.read",),
        asked=("hs_merged_object_ids",),
        to={"companies": 5, "contacts": 0},
    ),
    _engagement("calls", "call", "0-48", "hs_call_direction hs_call_status hs_call_disposition hs_activity_type"),
    _engagement("emails", "email", "0-49", "hs_email_direction hs_email_status", scope="sales-email-read"),
    _engagement("meetings", "meeting", "0-47", "hs_meeting_outcome hs_meeting_start_time hs_activity_type"),
    _engagement("notes", "note", "0-46", ""),
    _engagement("tasks", "task", "0-27", "hs_task_status hs_task_type"),
)
OBJECTS: Mapping[str, ObjectStream] = {one.name: one for one in _ALL}
"""The streams of CRM records by name."""
