"""Lets a seeded company live on: people ask, reps call or forget, say what came of it, convert, win and lose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from syncd_salesforce.emulator.answers import Json, Row, Value
from syncd_salesforce.emulator.company import Company, people
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.instants import day
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import Field
from syncd_salesforce.emulator.writing import create, entity_of, update

__all__ = ["WORKED", "call", "own_field", "step"]

WORKED = "Working - Contacted"
"""The status of a lead whom somebody works on."""

_FORWARD = {
    "Prospecting": "Qualification",
    "Qualification": "Needs Analysis",
    "Needs Analysis": "Proposal/Price Quote",
    "Proposal/Price Quote": "Negotiation/Review",
    "Negotiation/Review": "Closed Won",
}


def step(org: Org, random: Random, company: Company) -> str:
    """Let one thing happen, as a user would do it, and return what it was."""
    happenings: tuple[tuple[int, Callable[[Org, Random, Company], str]], ...] = (
        (3, _asks),
        (4, _calls),
        (2, _judges),
        (1, _converts),
        (2, _advances),
        (1, _answers),
    )
    weights = [weight for weight, _ in happenings]
    return random.choices([one for _, one in happenings], weights)[0](org, random, company)


def call(org: Org, lead: Row, by: str, *, seconds: int, reached: bool) -> None:
    """Note a call of *by* to a lead; who was reached is theirs, and worked on."""
    fields: Mapping[str, Json] = {
        "WhoId": lead["Id"],
        "OwnerId": by,
        "Subject": "Call",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDisposition": "Reached" if reached else "Voicemail",
        "CallDurationInSeconds": seconds,
        "Status": "Completed",
        "ActivityDate": day(org.now()),
    }
    create(org, entity_of(org, "Task"), fields, by=by)
    if reached:
        update(org, entity_of(org, "Lead"), str(lead["Id"]), {"Status": WORKED, "OwnerId": by}, by=by)


def own_field(org: Org, ending: str) -> Field | None:
    """Return a field of the customer's own on leads that the user may change, by the end of its name."""
    return next((one for one in entity_of(org, "Lead").fields if one.name.lower().endswith(ending) and one.has("u")), None)


def _asks(org: Org, random: Random, company: Company) -> str:
    number = 9_000_000 + len(org.table("Lead"))
    fields: Mapping[str, Json] = {
        **people(random, number, "newcomer.example"),
        "Company": f"Newcomer {number}",
        "LeadSource": "Web",
        "OwnerId": random.choice([*company.reps[:-1], company.queue]),
    }
    return f"asked {create(org, entity_of(org, 'Lead'), fields)}"


def _calls(org: Org, random: Random, company: Company) -> str:
    lead = _one(random, [row for row in _open(org) if row.get("Status") == "Open - Not Contacted" and _rep(row)])
    if lead is None or random.random() < 0.25:
        return "forgot"
    reached = random.random() < 0.6
    call(org, lead, str(lead["OwnerId"]), seconds=random.randrange(30, 600) if reached else 20, reached=reached)
    return f"called {lead['Id']}"


def _judges(org: Org, random: Random, company: Company) -> str:
    lead = _one(random, [row for row in _open(org) if row.get("Status") == WORKED and _rep(row)])
    if lead is None:
        return "nothing"
    refused = random.random() < 0.4
    fields: dict[str, Json] = {"Rating": "Cold" if refused else random.choice(("Hot", "Warm"))}
    if refused:
        fields["Status"] = "Closed - Not Converted"
    field = own_field(org, "disposition__c")
    if field is not None:
        words = [choice.value for choice in field.choices] or ["Accepted", "Rejected-Nurture", "Rejected-Unqualified"]
        fields[field.name] = random.choice([word for word in words if ("reject" in word.lower()) is refused] or words)
    update(org, entity_of(org, "Lead"), str(lead["Id"]), fields, by=str(lead["OwnerId"]))
    return f"judged {lead['Id']}"


def _converts(org: Org, random: Random, company: Company) -> str:
    lead = _one(random, [row for row in _open(org) if row.get("Rating") == "Hot"])
    if lead is None:
        return "nothing"
    by = str(lead["OwnerId"]) if _rep(lead) else None
    convert(org, str(lead["Id"]), opportunity=f"{lead.get('Company')} first order", by=by)
    return f"converted {lead['Id']}"


def _advances(org: Org, random: Random, company: Company) -> str:
    deal = _one(
        random, [row for row in org.rows("Opportunity") if not row.get("IsClosed") and row.get("StageName") in _FORWARD]
    )
    if deal is None:
        return "nothing"
    stage = "Closed Lost" if random.random() < 0.2 else _FORWARD[str(deal["StageName"])]
    update(org, entity_of(org, "Opportunity"), str(deal["Id"]), {"StageName": stage}, by=str(deal["OwnerId"]))
    return f"moved {deal['Id']}"


def _answers(org: Org, random: Random, company: Company) -> str:
    lead = _one(random, _open(org))
    if lead is None:
        return "nothing"
    fields: Mapping[str, Json] = {"CampaignId": random.choice(company.campaigns), "LeadId": lead["Id"], "Status": "Responded"}
    return f"responded {create(org, entity_of(org, 'CampaignMember'), fields)}"


def _open(org: Org) -> list[Row]:
    return [row for row in org.rows("Lead") if not row.get("IsConverted") and row.get("Status") != "Closed - Not Converted"]


def _rep(row: Row) -> bool:
    owner: Value = row.get("OwnerId")
    return isinstance(owner, str) and owner.startswith("005")


def _one(random: Random, rows: Sequence[Row]) -> Row | None:
    return random.choice(rows) if rows else None
