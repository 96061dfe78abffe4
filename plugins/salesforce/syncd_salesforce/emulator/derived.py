"""Fields that follow from others of the same record, or of the one it points at. Kept in the record, as the vendor does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.instants import moment_of, shifted
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.shared import is_person, related

__all__ = ["MIRRORED", "STAGES", "after", "derived"]

STAGES: Mapping[str, tuple[int, str, str]] = {
    "Prospecting": (10, "Pipeline", "Pipeline"),
    "Qualification": (10, "Pipeline", "Pipeline"),
    "Needs Analysis": (20, "Pipeline", "Pipeline"),
    "Value Proposition": (50, "Pipeline", "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline", "Pipeline"),
    "Perception Analysis": (70, "Pipeline", "Pipeline"),
    "Proposal/Price Quote": (75, "BestCase", "Best Case"),
    "Negotiation/Review": (90, "Forecast", "Commit"),
    "Closed Won": (100, "Closed", "Closed"),
    "Closed Lost": (0, "Omitted", "Omitted"),
}
"""Probability and forecast category of each stage of a new org."""

MIRRORED: Mapping[str, str] = {
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Salutation": "Salutation",
    "PersonEmail": "Email",
    "PersonTitle": "Title",
    "PersonMobilePhone": "MobilePhone",
    "PersonLeadSource": "LeadSource",
    "Phone": "Phone",
}
"""Fields of a person account that are fields of its contact too."""


def derived(org: Org, entity: str, row: Row, old: Row | None) -> dict[str, Value]:
    """Return the fields of *row* that follow from its others; *old* is the version before."""
    rule = _RULES.get(entity)
    return {} if rule is None else rule(org, row, old or {})


def after(org: Org, entity: str, row: Row, old: Row | None) -> None:
    """Carry a change over to the records that it counts for; their stamps stay."""
    if entity in {"Task", "Event"} and row.get("ActivityDate") and (entity == "Event" or row.get("IsClosed")):
        for name in ("WhoId", "WhatId", "AccountId"):
            _touched(org, row.get(name), str(row["ActivityDate"]))
    if entity in {"Task", "Event"}:
        related(org, entity, row, old)
    if row.get("IsPersonAccount") and old is not None:
        _mirrored(org, entity, row)
    if entity == "CampaignMember":
        _counted(org, row, old)


def _person(org: Org, row: Row, old: Row) -> dict[str, Value]:
    return _company(org, row, old) | _user(org, row, old)


def _user(org: Org, row: Row, old: Row) -> dict[str, Value]:
    return {"Name": " ".join(str(row[name]) for name in ("FirstName", "LastName") if row.get(name))}


def _company(org: Org, row: Row, old: Row) -> dict[str, Value]:
    return {} if old else {"PhotoUrl": f"/services/images/photo/{row['Id']}", "CleanStatus": "Pending"}


def _task(org: Org, row: Row, old: Row) -> dict[str, Value]:
    closed = row.get("Status") == "Completed"
    values: dict[str, Value] = {
        "IsClosed": closed,
        "IsHighPriority": row.get("Priority") == "High",
        "AccountId": _account(org, row),
    }
    if closed != bool(old.get("IsClosed")):
        values["CompletedDateTime"] = row.get("LastModifiedDate") if closed else None
    return values


def _event(org: Org, row: Row, old: Row) -> dict[str, Value]:
    start, values = row.get("StartDateTime") or row.get("ActivityDateTime"), dict[str, Value]()
    if isinstance(start, str):
        values |= {"StartDateTime": start, "ActivityDateTime": start, "ActivityDate": row.get("ActivityDate") or start[:10]}
        minutes, end = row.get("DurationInMinutes"), row.get("EndDateTime")
        if isinstance(minutes, int) and (end is None or minutes != old.get("DurationInMinutes")):
            values["EndDateTime"] = shifted(start, timedelta(minutes=minutes))
        elif isinstance(end, str):
            values["DurationInMinutes"] = int((moment_of(end) - moment_of(start)).total_seconds()) // 60
    return values | {"AccountId": _account(org, row)}


def _account(org: Org, row: Row) -> Value:
    """Return the account of what an activity is about, or else of whom."""
    for name in ("WhatId", "WhoId"):
        key = row.get(name)
        found = org.find(key) if isinstance(key, str) else None
        if found is not None and found[0].name == "Account":
            return key
        if found is not None and found[1].get("AccountId"):
            return found[1]["AccountId"]
    return None


def _opportunity(org: Org, row: Row, old: Row) -> dict[str, Value]:
    stage = str(row.get("StageName"))
    likely, category, label = STAGES.get(stage, (50, "Pipeline", "Pipeline"))
    values: dict[str, Value] = {"IsWon": stage == "Closed Won", "IsClosed": stage in {"Closed Won", "Closed Lost"}}
    values |= {"ForecastCategory": category, "ForecastCategoryName": label}
    if stage != old.get("StageName"):
        values |= {"LastStageChangeDate": row.get("SystemModstamp") if old else None}
        if row.get("Probability") == old.get("Probability"):
            values["Probability"] = Decimal(f"{likely}.0")
    share = values.get("Probability", row.get("Probability"))
    amount = row.get("Amount")
    if isinstance(amount, Decimal) and isinstance(share, Decimal):
        values["ExpectedRevenue"] = (amount * share / 100).quantize(Decimal("0.01"))
    close = row.get("CloseDate")
    if isinstance(close, str):
        quarter = (int(close[5:7]) + 2) // 3
        values |= {"FiscalYear": int(close[:4]), "FiscalQuarter": quarter, "Fiscal": f"{close[:4]} {quarter}"}
    return values


def _member(org: Org, row: Row, old: Row) -> dict[str, Value]:
    key = row.get("ContactId") or row.get("LeadId")
    found = org.find(key) if isinstance(key, str) else None
    values: dict[str, Value] = {
        "HasResponded": row.get("Status") in {"Responded", "Attended", "Registered"},
        "LeadOrContactId": key,
    }
    if values["HasResponded"] and not old.get("HasResponded"):
        values["FirstRespondedDate"] = str(row.get("SystemModstamp"))[:10]
    if found is not None:
        owner, person = found
        values |= {name: person.get(name) for name in ("Salutation", "Name", "FirstName", "LastName", "Title", "Email")}
        values |= {"Type": owner.name, "CompanyOrAccount": person.get("Company"), "LeadOrContactOwnerId": person.get("OwnerId")}
    return values


def _relation(org: Org, row: Row, old: Row) -> dict[str, Value]:
    return {"IsWhat": not is_person(row.get("RelationId"))}


def _touched(org: Org, key: Value, on: str) -> None:
    found = org.find(key) if isinstance(key, str) else None
    if found is not None and found[0].find("LastActivityDate") and str(found[1].get("LastActivityDate") or "") < on:
        org.table(found[0].name).put(str(key), {**found[1], "LastActivityDate": on})


def _mirrored(org: Org, entity: str, row: Row) -> None:
    """Carry a change of one half of a person account over to the other, with its stamps."""
    pairs = [(mine, other) if entity == "Account" else (other, mine) for mine, other in MIRRORED.items()]
    target = "Contact" if entity == "Account" else "Account"
    half = org.table(target).get(str(row.get("PersonContactId" if entity == "Account" else "AccountId")))
    if half is not None:
        stamps = {name: row.get(name) for name in ("LastModifiedDate", "LastModifiedById", "SystemModstamp")}
        changed = {**half, **{other: row.get(mine) for mine, other in pairs}, **stamps}
        name = " ".join(str(changed[part]) for part in ("FirstName", "LastName") if changed.get(part))
        org.put(target, {**changed, "Name": name})


_COUNTS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("NumberOfLeads", lambda member: bool(member.get("LeadId"))),
    ("NumberOfContacts", lambda member: bool(member.get("ContactId"))),
    ("NumberOfResponses", lambda member: bool(member.get("HasResponded"))),
)


def _counted(org: Org, row: Row, old: Row | None) -> None:
    campaign = org.table("Campaign").get(str(row.get("CampaignId")))
    if campaign is None:
        return
    values: dict[str, Value] = {}
    for name, counts in _COUNTS:
        before = campaign.get(name)
        change = (counts(row) and not row.get("IsDeleted")) - (old is not None and counts(old) and not old.get("IsDeleted"))
        values[name] = (before if isinstance(before, int) else 0) + change
    org.table("Campaign").put(str(campaign["Id"]), {**campaign, **values})


_RULES: Mapping[str, Callable[[Org, Row, Row], dict[str, Value]]] = {
    "Lead": _person,
    "Contact": _person,
    "User": _user,
    "Account": _company,
    "Task": _task,
    "Event": _event,
    "TaskRelation": _relation,
    "EventRelation": _relation,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
}
