"""Converting a lead: an account, a contact and perhaps an opportunity come into being, and what was done with the lead follows.

That activities lose their lead for the contact, and campaign members gain it, is from memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncd_salesforce.emulator.answers import ApiError, Row, Value
from syncd_salesforce.emulator.histories import note, track
from syncd_salesforce.emulator.ids import full
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.writing import add

__all__ = ["Converted", "convert"]

_STATUS = "Closed - Converted"
_SAME = "LastName FirstName Salutation Title Phone MobilePhone Fax Email LeadSource Description OwnerId".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What a lead has become."""

    account: str
    contact: str
    opportunity: str | None


def convert(
    org: Org, lead: str, *, account: str | None = None, opportunity: str | None = None, by: str | None = None
) -> Converted:
    """Convert a lead into a contact of *account*, or of a new one; *opportunity* is the name of one to open, *by* who does it.

    Raises: ApiError if it is none, or converted already.
    """
    row = org.latest("Lead", full(lead))
    if row is None or row.get("IsDeleted"):
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", f"no living lead {lead}")
    if row.get("IsConverted"):
        raise ApiError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    with org.together():
        made = _become(org, row, account=account, opportunity=opportunity, by=by or org.user_id)
        _close(org, row, made, by or org.user_id)
    return made


def _become(org: Org, row: Row, *, account: str | None, opportunity: str | None, by: str) -> Converted:
    owner = row.get("OwnerId") if str(row.get("OwnerId")).startswith("005") else org.user_id
    company = account or str(add(org, "Account", _company(row, owner), by=by)["Id"])
    person = {name: row.get(name) for name in _SAME} | {"AccountId": company, "OwnerId": owner}
    custom = {name: value for name, value in row.items() if name.endswith("__c") and org.whole("Contact").find(name)}
    contact = str(add(org, "Contact", person | custom, by=by)["Id"])
    deal = None
    if opportunity is not None:
        deal = str(add(org, "Opportunity", _deal(org, row, opportunity, company, owner), by=by)["Id"])
        role: dict[str, Value] = {"OpportunityId": deal, "ContactId": contact, "IsPrimary": True, "Role": "Decision Maker"}
        add(org, "OpportunityContactRole", role, by=by)
    _follow(org, str(row["Id"]), contact)
    return Converted(account=company, contact=contact, opportunity=deal)


def _company(row: Row, owner: Value) -> dict[str, Value]:
    address = {f"Billing{name}": row.get(name) for name in ("Street", "City", "State", "PostalCode", "Country")}
    same = {name: row.get(name) for name in ("Industry", "Website", "Phone", "NumberOfEmployees", "AnnualRevenue")}
    return {"Name": row.get("Company"), "OwnerId": owner, **address, **same}


def _deal(org: Org, row: Row, name: str, company: str, owner: Value) -> dict[str, Value]:
    close = org.now().date().replace(day=28).isoformat()
    values: dict[str, Value] = {"Name": name, "AccountId": company, "OwnerId": owner, "StageName": "Prospecting"}
    return values | {"CloseDate": close, "LeadSource": row.get("LeadSource")}


def _follow(org: Org, lead: str, contact: str) -> None:
    for name, field in (("Task", "WhoId"), ("Event", "WhoId"), ("TaskRelation", "RelationId"), ("EventRelation", "RelationId")):
        for row in org.table(name).among(field, [lead]):
            org.table(name).put(str(row["Id"]), {**row, field: contact})
    for row in org.table("CampaignMember").among("LeadId", [lead]):
        org.table("CampaignMember").put(str(row["Id"]), {**row, "ContactId": contact, "LeadOrContactId": contact})


def _close(org: Org, row: Row, made: Converted, by: str) -> None:
    stamp = org.stamp()
    values: dict[str, Value] = {
        "IsConverted": True,
        "Status": _STATUS,
        "ConvertedDate": stamp[:10],
        "ConvertedAccountId": made.account,
        "ConvertedContactId": made.contact,
        "ConvertedOpportunityId": made.opportunity,
        "LastModifiedDate": stamp,
        "LastModifiedById": by,
        "SystemModstamp": stamp,
    }
    closed = {**row, **values}
    org.put("Lead", closed)
    track(org, "Lead", closed, row)
    note(org, "Lead", closed, field="leadConverted")
