"""The way of one lead as far as it is told here: nobody's at first, then called, judged, converted and won.

Each call of `step` lets the next thing happen now, as a user does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from syncd_salesforce.emulator.answers import Json, Row, Value
from syncd_salesforce.emulator.company import queue
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.given import Given
from syncd_salesforce.emulator.histories import note
from syncd_salesforce.emulator.instants import day
from syncd_salesforce.emulator.life import WORKED, call, own_field
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Field
from syncd_salesforce.emulator.writing import add, entity_of, update

__all__ = ["step"]

_ACCEPTED, _WON = "accept", "Closed Won"
_AMOUNT, _CLOSES_IN = 24_000, timedelta(days=14)


def step(org: Org, who: Given) -> str:
    """Let the next thing happen and return what it was; "" when nothing is left."""
    lead = next((row for row in org.rows("Lead") if str(row.get("Email")).lower() == who.email.lower()), None)
    if lead is None:
        return _enter(org, who)
    if lead.get("IsConverted"):
        return _sign(org, str(lead.get("ConvertedOpportunityId") or ""))
    by = _rep(org, lead)
    if lead.get("Status") != WORKED:
        call(org, lead, by, seconds=340, reached=True)
        return "called"
    answer = own_field(org, "disposition__c")
    if answer is not None and not lead.get(answer.name):
        return _accept(org, lead, answer, by)
    made = convert(org, str(lead["Id"]), opportunity=f"{lead.get('Company')} first order", by=by)
    terms: Mapping[str, Json] = {"Amount": _AMOUNT, "CloseDate": day(org.now() + _CLOSES_IN)}
    update(org, entity_of(org, "Opportunity"), str(made.opportunity), terms, by=by)
    return "opened an opportunity"


def _enter(org: Org, who: Given) -> str:
    """Be entered by somebody who shouts, for the queue."""
    there = next((str(row["Id"]) for row in org.rows("Group") if row.get("Type") == "Queue"), None)
    values: Mapping[str, Value] = {
        "FirstName": who.first,
        "LastName": who.last,
        "Title": who.title,
        "Email": who.email.upper(),
        "Company": f"{who.company} Ltd",
        "Website": f"https://{who.email.rpartition('@')[2]}/",
        "LeadSource": "Web",
        "Status": "Open - Not Contacted",
        "NumberOfEmployees": 110,
        "OwnerId": there or queue(org, org.now()),
    }
    row = add(org, "Lead", values)  # `create` writes addresses in lower case
    note(org, "Lead", row, field="created")
    return "entered as a lead, for the queue"


def _rep(org: Org, lead: Row) -> str:
    """Return the user whom the lead is given to: its owner, or whom a field of the customer's own names."""
    owner = str(lead.get("OwnerId"))
    if owner.startswith("005"):
        return owner
    field = own_field(org, "assigned_to__c")
    address = str(lead.get(field.name) or "") if field is not None else ""
    user = next((row for row in org.rows("User") if address and str(row.get("Email")).lower() == address.lower()), None)
    if user is None and address:
        name = address.partition("@")[0]
        user = add(
            org, "User", {"LastName": name.title(), "Alias": name[:8], "Username": address, "Email": address, "IsActive": True}
        )
    return str(user["Id"]) if user is not None else org.user_id


def _accept(org: Org, lead: Row, answer: Field, by: str) -> str:
    word = next((choice.value for choice in answer.choices if choice.value.lower().startswith(_ACCEPTED)), "Accepted/SQL")
    update(org, entity_of(org, "Lead"), str(lead["Id"]), {answer.name: word}, by=by)
    return f"answered {word}"


def _sign(org: Org, deal: str) -> str:
    row = org.latest("Opportunity", deal) if deal else None
    if row is None or row.get("IsClosed"):
        return ""
    update(org, entity_of(org, "Opportunity"), deal, {"StageName": _WON}, by=str(row["OwnerId"]))
    return "signed the contract"
