"""Fills an org with a company that makes sense: reps and a queue, accounts with contacts and deals, leads and what was done.

The same seed and the same clock give the same company. Nothing is newer than the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from syncd_salesforce.emulator.answers import Value
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.given import Given
from syncd_salesforce.emulator.histories import note
from syncd_salesforce.emulator.instants import day, moment
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.words import CAMPAIGNS, CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, REPS, TITLES
from syncd_salesforce.emulator.writing import add

__all__ = ["Company", "people", "queue", "seeded"]

_PAST = timedelta(days=400)
_STAGES = (
    "Prospecting|Qualification|Needs Analysis|Proposal/Price Quote|Negotiation/Review|Closed Won|Closed Won|Closed Lost".split(
        "|"
    )
)
_SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Other".split("|")
_INDUSTRIES = "Technology|Manufacturing|Retail|Healthcare|Education|Finance".split("|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The ids that a living company is made of."""

    reps: Sequence[str]
    queue: str
    campaigns: Sequence[str]


def seeded(org: Org, random: Random, *, leads: int, given: Sequence[Given] = ()) -> Company:
    """Fill *org*; beside the leads there are an account for every ten of them, two contacts each, and deals.

    The first leads are the *given* people.
    """
    began = org.now() - _PAST
    company = Company(reps=_reps(org, began), queue=queue(org, began), campaigns=_campaigns(org, random, began))
    accounts = [_account(org, random, company, number) for number in range(max(1, leads // 10))]
    for number, account in enumerate(accounts):
        _customers(org, random, company, account, number)
    for number in range(leads):
        _lead(org, random, company, number, given[number] if number < len(given) else None)
    return company


def people(random: Random, number: int, domain: str) -> dict[str, Value]:
    """Return name, title, telephone and e-mail of somebody at *domain*; *number* makes the address unlike any other."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    return {
        "FirstName": first,
        "LastName": last,
        "Title": random.choice(TITLES),
        "Email": f"{first}.{last}.{number}@{domain}".lower(),
        "Phone": f"+49 30 {5550000 + number % 10_000}" if random.random() < 0.7 else None,
    }


def _names(who: Given, number: int) -> dict[str, Value]:
    """Return what is known of a given person; every third address is shouted."""
    address = who.email.upper() if number % 3 == 0 else who.email
    return {"FirstName": who.first, "LastName": who.last, "Email": address}


def _reps(org: Org, at: datetime) -> list[str]:
    reps = []
    for first, last in REPS:
        address = f"{first}.{last}@acme.example".lower()
        names: dict[str, Value] = {
            "FirstName": first,
            "LastName": last,
            "Alias": last[:8].lower(),
            "Title": "Sales Representative",
        }
        reps.append(
            str(add(org, "User", {**names, "Username": address, "Email": address, "IsActive": last != "Martin"}, at=at)["Id"])
        )
    return reps


def queue(org: Org, at: datetime) -> str:
    """Make the queue for leads that nobody has yet, and return its identifier."""
    return str(add(org, "Group", {"Name": "Unassigned leads", "DeveloperName": "Unassigned", "Type": "Queue"}, at=at)["Id"])


def _campaigns(org: Org, random: Random, at: datetime) -> list[str]:
    campaigns = []
    for number, (name, kind) in enumerate(CAMPAIGNS):
        begins = at + timedelta(days=40 * number)
        values: dict[str, Value] = {
            "Name": name,
            "Type": kind,
            "Status": "Completed",
            "IsActive": True,
            "StartDate": day(begins),
        }
        values |= {"EndDate": day(begins + timedelta(days=30)), "BudgetedCost": Decimal(f"{random.randrange(2, 20) * 500}.0")}
        campaigns.append(str(add(org, "Campaign", values, at=begins)["Id"]))
    return campaigns


def _when(org: Org, random: Random, span: timedelta = _PAST) -> datetime:
    """Return a working hour in the past, sooner rather than later ones less often."""
    at = org.now() - span * random.random()
    return min(at.replace(hour=random.randrange(7, 17), minute=random.randrange(60), second=random.randrange(60)), org.now())


def _account(org: Org, random: Random, company: Company, number: int) -> str:
    name = f"{COMPANIES[number % len(COMPANIES)]} {number // len(COMPANIES) + 1}"
    city, country = random.choice(CITIES)
    values: dict[str, Value] = {
        "Name": f"{name} Ltd",
        "Website": f"https://{name.replace(' ', '').lower()}.example",
        "Industry": random.choice(_INDUSTRIES),
        "NumberOfEmployees": random.choice((8, 40, 120, 450, 2_000)),
        "AnnualRevenue": Decimal(f"{random.randrange(1, 400) * 50_000}.0"),
        "BillingCity": city,
        "BillingCountry": country,
        "Type": "Prospect",
        "OwnerId": random.choice(company.reps),
    }
    return str(add(org, "Account", values, at=_when(org, random))["Id"])


def _customers(org: Org, random: Random, company: Company, account: str, number: int) -> None:
    row = org.table("Account").get(account) or {}
    domain, owner = str(row.get("Website")).removeprefix("https://"), row.get("OwnerId")
    contacts = []
    for one in range(2):
        values = {
            **people(random, 2 * number + one, domain),
            "AccountId": account,
            "OwnerId": owner,
            "LeadSource": random.choice(_SOURCES),
        }
        contacts.append(str(add(org, "Contact", values, at=_when(org, random))["Id"]))
    if random.random() < 0.6:
        at = _when(org, random, timedelta(days=200))
        deal: dict[str, Value] = {"Name": f"{row.get('Name')} licences", "AccountId": account, "OwnerId": owner}
        deal |= {"StageName": random.choice(_STAGES), "Amount": Decimal(f"{random.randrange(2, 80) * 1_000}.0")}
        deal |= {"CloseDate": day(at + timedelta(days=60)), "CampaignId": random.choice(company.campaigns)}
        made = add(org, "Opportunity", deal, at=at)
        note(org, "Opportunity", made, field="created", at=at)
        add(org, "OpportunityContactRole", {"OpportunityId": made["Id"], "ContactId": contacts[0], "IsPrimary": True}, at=at)
        _meeting(org, random, contacts[0], str(made["Id"]), str(owner), at)


def _meeting(org: Org, random: Random, who: str, what: str | None, owner: str, after: datetime) -> None:
    starts = min(after + timedelta(days=random.randrange(1, 10)), org.now())
    values: dict[str, Value] = {"WhoId": who, "WhatId": what, "Subject": "Meeting", "OwnerId": owner, "DurationInMinutes": 30}
    values |= {"StartDateTime": moment(starts), "EndDateTime": moment(starts + timedelta(minutes=30))}
    add(org, "Event", values, at=after, by=owner)


def _lead(org: Org, random: Random, company: Company, number: int, who: Given | None) -> None:
    name = who.company if who is not None else f"{COMPANIES[number % len(COMPANIES)]} {number // len(COMPANIES) + 500}"
    city, country = random.choice(CITIES)
    at = _when(org, random)
    owner = company.queue if random.random() < 0.1 else random.choice(company.reps)
    contacted = owner != company.queue and random.random() < 0.6
    values: dict[str, Value] = {
        **people(random, 1_000_000 + number, f"{name.replace(' ', '').lower()}.example"),
        **(_names(who, number) if who is not None else {}),
        "Company": f"{name} GmbH",
        "City": city,
        "Country": country,
        "Industry": random.choice(_INDUSTRIES),
        "LeadSource": random.choice(_SOURCES),
        "NumberOfEmployees": random.choice((8, 40, 120, 450, 2_000)),
        "Status": "Working - Contacted" if contacted else "Open - Not Contacted",
        "OwnerId": owner,
        "Description": 'Asked for a price list.\nSaid: "soon".' if random.random() < 0.1 else None,
    }
    row = add(org, "Lead", values, at=at)
    note(org, "Lead", row, field="created", at=at)
    key = str(row["Id"])
    if random.random() < 0.4:
        _answered(org, random, company, key, at)
    if contacted:
        called = min(at + timedelta(minutes=random.choice((20, 45, 180, 1_500, 6_000))), org.now())
        _called(org, random, key, owner, called)
        note(org, "Lead", row, field="Status", values=("Open - Not Contacted", "Working - Contacted"), at=called)
        if random.random() < 0.08:
            convert(org, key, opportunity=f"{values['Company']} first order" if random.random() < 0.7 else None)


def _answered(org: Org, random: Random, company: Company, lead: str, at: datetime) -> None:
    status = "Responded" if random.random() < 0.5 else "Sent"
    add(org, "CampaignMember", {"CampaignId": random.choice(company.campaigns), "LeadId": lead, "Status": status}, at=at)


def _called(org: Org, random: Random, lead: str, owner: str, at: datetime) -> None:
    mail = random.random() < 0.3
    values: dict[str, Value] = {"WhoId": lead, "OwnerId": owner, "Status": "Completed", "ActivityDate": day(at)}
    values |= (
        {"Subject": "Email", "TaskSubtype": "Email"}
        if mail
        else {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound"}
    )
    values |= (
        {}
        if mail
        else {"CallDurationInSeconds": random.randrange(600), "CallDisposition": random.choice(("Reached", "Voicemail"))}
    )
    task = add(org, "Task", values, at=at, by=owner)
    if mail:
        letter: dict[str, Value] = {
            "ActivityId": task["Id"],
            "Subject": "Your enquiry",
            "Status": "3",
            "MessageDate": moment(at),
        }
        address = (org.table("Lead").get(lead) or {}).get("Email")
        add(
            org,
            "EmailMessage",
            letter | {"FromAddress": "sales@acme.example", "ToAddress": address, "Incoming": False},
            at=at,
            by=owner,
        )
