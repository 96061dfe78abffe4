"""The objects that are read, each with the columns its records are made of. Pure: a table instead of twelve classes."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.spi import Kind

__all__ = ["OBJECTS", "Sobject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sobject:
    """An object of Salesforce and the stream of its name.

    ``needs`` are the columns that its records are made of whatever the mapping wants, ``paths`` those of parents. ``stamp`` is
    the column that changes are followed by; ``grows`` is true where rows are added and never change. ``archives`` is true where
    rows leave plain queries after a year. ``roles`` gives the associations: column, role, and the stream it points into.
    """

    name: str
    kind: Kind
    needs: tuple[str, ...]
    paths: tuple[str, ...] = ()
    stamp: str = "SystemModstamp"
    grows: bool = False
    archives: bool = False
    roles: tuple[tuple[str, str, str], ...] = ()


_BASE = ("Id", "IsDeleted", "SystemModstamp")
_HISTORY = ("Id", "IsDeleted", "CreatedDate", "CreatedById", "Field", "OldValue", "NewValue")
_OWNER = ("OwnerId", "owner", "User")
_ACCOUNT = ("AccountId", "account", "Account")

OBJECTS = {
    one.name: one
    for one in (
        Sobject(name="User", kind="owner", needs=("Id", "SystemModstamp", "IsActive", "Name", "Email")),
        Sobject(
            name="Account",
            kind="account",
            needs=(*_BASE, "MasterRecordId", "IsPersonAccount", "OwnerId", "ParentId"),
            roles=(_OWNER, ("ParentId", "parent", "Account")),
        ),
        Sobject(
            name="Lead",
            kind="person",
            needs=(*_BASE, "MasterRecordId", "IsConverted", "ConvertedContactId", "OwnerId"),
            roles=(_OWNER,),
        ),
        Sobject(
            name="Contact",
            kind="person",
            needs=(*_BASE, "MasterRecordId", "IsPersonAccount", "AccountId", "OwnerId"),
            roles=(_OWNER, _ACCOUNT),
        ),
        Sobject(
            name="Opportunity",
            kind="deal",
            needs=(*_BASE, "AccountId", "ContactId", "OwnerId", "LastStageChangeDate"),
            roles=(_OWNER, _ACCOUNT, ("ContactId", "contact", "Contact")),
        ),
        Sobject(
            name="OpportunityContactRole",
            kind="deal",
            needs=(*_BASE, "OpportunityId", "ContactId", "Role", "IsPrimary"),
            roles=(("OpportunityId", "deal", "Opportunity"), ("ContactId", "contact", "Contact")),
        ),
        Sobject(
            name="Task",
            kind="activity",
            archives=True,
            needs=(
                *(*_BASE, "CreatedDate", "WhoId", "OwnerId", "Subject", "Type", "TaskSubtype", "CallType"),
                *("IsClosed", "CompletedDateTime", "IsRecurrence"),
            ),
        ),
        Sobject(
            name="Event",
            kind="activity",
            archives=True,
            needs=(
                *(*_BASE, "CreatedDate", "WhoId", "OwnerId", "Subject", "Type", "EventSubtype"),
                *("StartDateTime", "ActivityDate", "IsChild", "IsRecurrence"),
            ),
        ),
        Sobject(
            name="EmailMessage",
            kind="activity",
            needs=(
                *(*_BASE, "CreatedDate", "MessageDate", "Incoming", "Status", "FromAddress", "ToAddress", "Subject"),
                *("CreatedById", "IsBounced"),
            ),
        ),
        Sobject(
            name="CampaignMember",
            kind="activity",
            needs=(
                *(*_BASE, "CreatedDate", "CampaignId", "LeadId", "ContactId", "Status", "HasResponded"),
                "FirstRespondedDate",
            ),
            paths=("Campaign.Name", "Campaign.Type"),
        ),
        Sobject(name="LeadHistory", kind="activity", stamp="CreatedDate", grows=True, needs=(*_HISTORY, "LeadId")),
        Sobject(
            name="OpportunityFieldHistory",
            kind="activity",
            stamp="CreatedDate",
            grows=True,
            needs=(*_HISTORY, "OpportunityId"),
            paths=("Opportunity.ContactId",),
        ),
    )
}
"""By name. Campaigns come with their members: they are about no person of their own."""
