"""The records that point at a record, and the names under which it has them.

Source: ``childRelationships`` of recorded describes (API 42 to 59).
"""

from __future__ import annotations

from collections.abc import Iterator

from syncd_salesforce.emulator.org import Org

__all__ = ["child", "children_of"]

_RELATIONS = {
    ("Contact", "AccountId"): "Contacts",
    ("Account", "ParentId"): "ChildAccounts",
    ("Opportunity", "AccountId"): "Opportunities",
    ("Opportunity", "ContactId"): "Opportunities",
    ("Opportunity", "CampaignId"): "Opportunities",
    ("OpportunityContactRole", "OpportunityId"): "OpportunityContactRoles",
    ("OpportunityContactRole", "ContactId"): "OpportunityContactRoles",
    ("Task", "WhoId"): "Tasks",
    ("Task", "WhatId"): "Tasks",
    ("Event", "WhoId"): "Events",
    ("Event", "WhatId"): "Events",
    ("TaskRelation", "TaskId"): "TaskRelations",
    ("EventRelation", "EventId"): "EventRelations",
    ("EmailMessage", "RelatedToId"): "Emails",
    ("Campaign", "ParentId"): "ChildCampaigns",
    ("CampaignMember", "CampaignId"): "CampaignMembers",
    ("CampaignMember", "LeadId"): "CampaignMembers",
    ("CampaignMember", "ContactId"): "CampaignMembers",
    ("LeadHistory", "LeadId"): "Histories",
    ("OpportunityFieldHistory", "OpportunityId"): "Histories",
    ("Event", "RecurrenceActivityId"): "RecurringEvents",
}


def children_of(org: Org, entity: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield objects whose records may point at one of *entity*: object, field, and the relation's name if it has one."""
    for one in org.objects():
        for field in one.fields:
            if entity in field.refers and field.name != "MasterRecordId":  # who was merged is no child of the winner
                yield one.name, field.name, _RELATIONS.get((one.name, field.name))


def child(org: Org, entity: str, relation: str) -> tuple[str, str, str] | None:
    """Return the relation of that name, in any case: its name, object and field."""
    for one, field, name in children_of(org, entity):
        if name is not None and name.lower() == relation.lower():
            return name, one, field
    return None
