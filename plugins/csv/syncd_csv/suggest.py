"""Suggests how a CSV file could be read and mapped, from its header and first rows: for ``syncd mapping suggest FILE``.

Knows the headers of Mailchimp, Brevo, ActiveCampaign, Kit, Systeme.io, HubSpot, Pipedrive, LinkedIn, Salesforce and
Facebook lead ads, and whatever resembles them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from syncd.spi import Kind, Misconfigured, Suggestion
from syncd_csv.columns import email_column, id_column, plain
from syncd_csv.dialect import Sheet, sheet
from syncd_csv.files import Folder, glimpse
from syncd_csv.instants import instants, likely_forms
from syncd_csv.rows import cells, rows

__all__ = ["Setting", "kind_of", "suggest", "suggested_fields"]

Setting: TypeAlias = "str | bool | list[str] | dict[str, str]"


def suggest(path: Path) -> Suggestion:
    """Look at the begin of a file and suggest its stream's settings and its mapping.

    Raises: Unavailable if it cannot be read, Misconfigured if it is no CSV file.
    """
    seen = glimpse(Folder(root=path.parent), path.name, "auto")
    found = sheet(seen.head, wanted=_COMMON.split(","), declared="auto", whole=True, file=path.name)
    if found is None:
        raise Misconfigured(f"{path.name} has no rows")
    kind = kind_of(found.header)
    settings = _settings(kind, found.header)
    if not seen.is_closed:
        settings["open_end"] = True
    fields = suggested_fields(found.header, kind)
    dates = [column for name in ("occurred_at", "changed_at") if isinstance(column := settings.get(name), str)]
    dates += [fields[name] for name in ("created_on", "close_date") if name in fields]
    sample = list(_sample(seen.head, found))
    forms, notes = _date_forms(dates, found.header, sample)
    if forms:
        settings["date_formats"] = forms
    delimiter = "tab" if found.delimiter == "\t" else found.delimiter
    read_as = f"{path.name}: {seen.codec}, delimiter {delimiter}, {len(found.header)} columns"
    return Suggestion(
        kind=kind,
        settings={"files": path.name, "holds": kind, **settings},
        fields=fields,
        notes=(
            read_as,
            *found.notes,
            *notes,
            *_open_questions(found.header, kind, settings),
            *_local_numbers(fields, found.header, sample),
        ),
    )


def kind_of(header: Sequence[str]) -> Kind:
    """Guess what the rows below *header* are about; people if nothing else is likely.

    >>> kind_of(["Record ID", "Deal Name", "Deal Stage", "Amount"])
    'deal'
    """
    names = frozenset(map(plain, header))
    if names & {"dealname", "dealstage", "dealtitle", "opportunityname", "stagename"} or {"amount", "closedate"} <= names:
        return "deal"
    if names & {"profileid", "userroleid"}:
        return "owner"
    if names & {"firstname", "lastname", "surname", "fullname", "personid"}:
        return "person"
    has_person = email_column(header) is not None or names.intersection(_PEOPLE_POINTERS)
    if has_person and names.intersection(_KINDS) and names.intersection(_TIMES):
        return "activity"
    is_account = names.intersection(_ACCOUNT_SIGNS) or any(name.startswith("billing") for name in names)
    return "account" if is_account and email_column(header) is None else "person"


def suggested_fields(header: Sequence[str], kind: Kind = "person") -> Mapping[str, str]:
    """Return the column for each golden field of a *kind* of record that *header* seems to have.

    >>> dict(suggested_fields(["EMAIL", "LASTNAME", "SMS"]))
    {'email': 'EMAIL', 'last_name': 'LASTNAME', 'mobile': 'SMS'}
    """
    columns = _by_name(header)
    chosen: dict[str, str] = {}
    for golden, names in _FIELDS[kind].items():
        column = _first(columns, names)
        if column is not None and column not in chosen.values():
            chosen[golden] = column
    return chosen


def _settings(kind: Kind, header: Sequence[str]) -> dict[str, Setting]:
    columns = _by_name(header)
    email, contact = email_column(header), _first(columns, _PEOPLE_POINTERS)
    if kind != "activity":
        wanted: dict[str, str | None] = {
            "id": id_column(header, kind) or email,
            "changed_at": _first(columns, _CHANGED),
            "deleted": _first(columns, ("isdeleted", "deleted")),
            "merged_into": _first(columns, ("masterrecordid", "mergedinto")),
        }
        return {name: column for name, column in wanted.items() if column is not None}
    settings: dict[str, Setting] = {
        "kind": {"column": _first(columns, _KINDS) or ""},
        "occurred_at": _first(columns, _TIMES) or "",
    }
    own = _first(columns, ("activityid", "eventid", "taskid", "engagementid", "id"))
    asset, direction = _first(columns, _ASSETS), _first(columns, ("direction",))
    if own:
        settings["id"] = own
    if contact:
        settings["about"] = {"contacts": contact}
    if email:
        settings["about_email"] = email
    if asset:
        settings["asset"] = asset
    if direction:
        settings["direction"] = {"column": direction}
    return settings


def _date_forms(
    dates: Sequence[str], header: Sequence[str], sample: Sequence[Sequence[str]]
) -> tuple[list[str], tuple[str, ...]]:
    """Return the forms to declare for the columns *dates*, and what has to be asked."""
    read = instants((), "UTC")
    forms: list[str] = []
    notes: tuple[str, ...] = ()
    for column in dates:
        place = header.index(column)
        unread = [row[place] for row in sample if place < len(row) and row[place].strip() and read(row[place]) is None]
        likely = likely_forms(unread)
        if len(likely) == 1:
            forms += [form for form in likely if form not in forms]
        elif likely:
            notes += (f'column "{column}": day and month may be either; set date_formats to one of {", ".join(likely)}',)
    return forms, notes


def _open_questions(header: Sequence[str], kind: Kind, settings: Mapping[str, Setting]) -> Iterator[str]:
    """Name what depends on other streams or cannot be told from here."""
    columns = _by_name(header)
    if kind == "activity" and not {"about", "about_email"} & settings.keys():
        yield "no column is known to name the person: set about or about_email"
    if kind != "activity" and "id" not in settings:
        yield "no column is known to hold the identifier: set id"
    account, contact = _first(columns, _ACCOUNT_POINTERS), _first(columns, ("associatedcontactids", "contactid"))
    if account and kind in {"person", "deal"} and account != id_column(header, kind):
        yield f'column "{account}" points to accounts: associations: {{account: {{to: accounts, column: {account}}}}}'
    if contact and kind == "deal":
        yield f'column "{contact}" points to people: associations: {{contact: {{to: contacts, column: {contact}}}}}'


def _local_numbers(fields: Mapping[str, str], header: Sequence[str], sample: Sequence[Sequence[str]]) -> Iterator[str]:
    """Ask whose the phone numbers without a country code are."""
    for name in ("phone", "mobile"):
        if name in fields:
            place = header.index(fields[name])
            numbers = [row[place].strip() for row in sample if place < len(row)]
            if any(number and not number.startswith(("+", "00")) for number in numbers):
                column = f'column "{fields[name]}"'
                yield f"{column}: numbers without a country code; say whose: {name}: {{from: {fields[name]}, region: ES}}"


def _sample(head: bytes, found: Sheet) -> Iterator[Sequence[str]]:
    behind = rows((head[found.start :],), delimiter=found.delimiter, width=len(found.header))
    for _, _, raw, fault in islice(behind, 500):
        if fault is None:
            yield cells(raw.rstrip(b"\r\n").decode("utf-8", "replace"), found.delimiter)


def _by_name(header: Sequence[str]) -> Mapping[str, str]:
    return {plain(name): name for name in reversed(header) if name}


def _first(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COMMON = (
    "Email,E-mail,Email Address,Person - Email - Work,First Name,FirstName,first_name,Last Name,LastName,last_name,full_name,"
    "Name,Id,Record ID,Company,Company name,Phone,Phone Number,Create Date,CreatedDate,created_at,Deal Name,Amount,"
    "Website URL,Position,Tags,Date,Event"
)
# From here on names as `plain` leaves them, the likeliest first.
_CHANGED = _words("lastmodifieddate systemmodstamp lastchanged modifiedtime updatedat updatedtime lastmodified dateupdated")
_KINDS = _words("eventtype activitytype event activity eventname action type kind engagementtype")
_TIMES = _words("occurredat timestamp eventtime eventdate activitydate createdat createdtime datetime date time at")
_ASSETS = _words("asset page url link campaign campaignname formname subject content")
_ACCOUNT_SIGNS = _words("companyname accountname websiteurl companydomainname numberofemployees organizationid")
_PEOPLE_POINTERS = _words("contactid leadid personid whoid")
_ACCOUNT_POINTERS = _words("associatedcompanyids accountid companyid organizationid")
_CREATED = _words(
    "createdate createddate createdat createdtime datecreated addedtime dateregistered optintime connectedon created createdon"
)
_SHARED = {
    "phone": _words("phone phonenumber phonework workphone businessphone telephone"),
    "website": _words("website websiteurl companywebsite homepage"),
    "industry": _words("industry sector"),
    "company_size": _words("numberofemployees companysize employees noofemployees"),
    "annual_revenue": _words("annualrevenue revenue"),
    "country": _words("country countryregion mailingcountry billingcountry cc"),
    "city": _words("city mailingcity billingcity town"),
    "source": _words("leadsource originalsource source utmsource platform"),
    "created_on": _CREATED,
    "tags": _words("tags labels"),
}
_NAMES = {
    "email": _words("email emailaddress emailwork workemail primaryemail businessemail useremail mail"),
    "first_name": _words("firstname givenname fname"),
    "last_name": _words("lastname surname familyname lname"),
    "full_name": _words("fullname name contactname"),
}
_FIELDS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "person": {
        **_NAMES,
        **_SHARED,
        "other_emails": _words("emailhome emailother otheremail secondaryemail additionalemailaddresses hsadditionalemails"),
        "mobile": _words("mobile mobilephone mobilephonenumber phonemobile cellphone sms"),
        "job_title": _words("jobtitle title position role"),
        "company": _words("company companyname organization organisation associatedcompany accountname employer"),
        "lead_status": _words("leadstatus"),
        "lifecycle_stage": _words("lifecyclestage"),
        "owner": _words("contactowner leadowner owner hubspotownerid ownerid ownername"),
        "unsubscribed": _words("unsubscribed hasoptedoutofemail emailoptout optedout optout emailblacklisted"),
    },
    "account": {
        "name": _words("companyname accountname organizationname name company organization"),
        "domain": _words("domain companydomainname companydomain"),
        **_SHARED,
        "owner": _words("companyowner accountowner owner hubspotownerid ownerid"),
    },
    "deal": {
        "name": _words("dealname opportunityname dealtitle title name"),
        "amount": _words("amount dealvalue value"),
        "stage": _words("dealstage stagename stage"),
        "close_date": _words("closedate expectedclosedate"),
        "owner": _words("dealowner opportunityowner owner hubspotownerid ownerid"),
        "source": _SHARED["source"],
        "created_on": _CREATED,
    },
    "owner": _NAMES,
    "activity": {},
}
