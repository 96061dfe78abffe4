"""The values HubSpot sets by itself: when a record is created, when others change, and those it computes.

What is computed over other records (`rolled_up`) does not move the modified time. Source: estuary/connectors#3515 and #3528.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd_hubspot.emulator.catalog import LIFECYCLE
from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.kinds import ObjectKind
from syncd_hubspot.emulator.links import Links
from syncd_hubspot.emulator.records import Record

_STAGED = frozenset({"contacts", "companies"})


def at_birth(kind: ObjectKind, record_id: int, values: Mapping[str, str], *, now: int) -> dict[str, str]:
    """Return what HubSpot adds to a new record's *values*."""
    added = {kind.created: iso(now), kind.modified: iso(now), "hs_object_id": str(record_id)}
    if kind.plural == "contacts":
        added |= {"hs_all_contact_vids": str(record_id), "hs_is_contact": "true", "hs_is_unworked": "true"}
        added["hs_pipeline"] = "contacts-lifecycle-pipeline"
    if kind.plural == "companies" and values.get("domain"):
        added["website"] = values["domain"]
    return added | following(kind, values, now=now)


def following(kind: ObjectKind, changes: Mapping[str, str], *, now: int) -> dict[str, str]:
    """Return what else changes with *changes* to the same record."""
    also: dict[str, str] = {}
    if kind.plural == "contacts" and "email" in changes:
        also["hs_email_domain"] = changes["email"].rpartition("@")[2].lower()
    if changes.get("hubspot_owner_id"):
        also["hubspot_owner_assigneddate"] = iso(now)
    if kind.plural in _STAGED and changes.get("lifecyclestage"):
        also[f"hs_v2_date_entered_{changes['lifecyclestage']}"] = iso(now)
    if kind.plural == "deals" and changes.get("dealstage"):
        also[f"hs_v2_date_entered_{changes['dealstage']}"] = iso(now)
        also["hs_is_closed"] = str(changes["dealstage"].startswith("closed")).lower()
        also["hs_is_closed_won"] = str(changes["dealstage"] == "closedwon").lower()
    return also


def allowed(kind: ObjectKind, before: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Leave out a lifecycle stage that would go back: HubSpot says yes to it and does nothing. "" clears it.

    Source: developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/guide (read 2026-11-21).
    """
    kept = dict(changes)
    stage = changes.get("lifecyclestage")
    if kind.plural in _STAGED and stage and _order(stage) < _order(before.values.get("lifecyclestage", "")):
        del kept["lifecyclestage"]
    return kept


def rolled_up(links: Links, kind: str, record_id: int) -> dict[str, str]:
    """Return what a record says of those it is associated with."""
    match kind:
        case "contacts":
            companies = links.of(kind, record_id, "companies")
            return {"associatedcompanyid": next((str(one) for one, types in companies.items() if 1 in types), "")}
        case "companies":
            contacts, deals = (len(links.of(kind, record_id, end)) for end in ("contacts", "deals"))
            return {"num_associated_contacts": str(contacts), "num_associated_deals": str(deals)}
        case "deals":
            return {"num_associated_contacts": str(len(links.of(kind, record_id, "contacts")))}
    return {}


def _order(stage: str) -> int:
    """Return a stage's place; an unknown one (a portal's own, numbered) stands after all others."""
    if not stage:
        return -1
    return LIFECYCLE.index(stage) if stage in LIFECYCLE else len(LIFECYCLE)
