"""A seeded company to emulate: firms, people who work there, deals, and what has passed between them and the reps.

Everything fits together: people have the e-mail addresses of their firms, deals the contacts and the firm they are about,
stages follow from what happened. The same seed makes the same company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from syncd_hubspot.emulator import words
from syncd_hubspot.emulator.activity import Form
from syncd_hubspot.emulator.catalog import CHOICES
from syncd_hubspot.emulator.definitions import options
from syncd_hubspot.emulator.given import Given
from syncd_hubspot.emulator.instants import DAY, iso
from syncd_hubspot.emulator.portal import Portal

INDUSTRIES = tuple(option.value for option in options(CHOICES["industry"]))
SOURCES = tuple(option.value for option in options(CHOICES["source"]))
SIZES = (3, 12, 40, 120, 350, 900, 2_400, 8_000)
PEOPLE_PER_FIRM = 8
HISTORY_DAYS = 180
REPS = 6
FIRST_OWNER = 41_629_779


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A company as its people need to know it."""

    id: int
    name: str
    domain: str
    place: tuple[str, str, str]


class History(Protocol):
    """What makes up a person's past."""

    def __call__(self, portal: Portal, rng: Random, contact: int, /, *, at: int, until: int) -> None:
        """Make up what happened to *contact* between two instants."""


def establish(portal: Portal, *, contacts: int, history: History, people: Sequence[Given] = ()) -> None:
    """Fill a fresh portal with *contacts* people, the given ones among them, and what belongs to them, over half a year."""
    now, rng = portal.now(), portal.rng
    began = now - HISTORY_DAYS * DAY
    staff(portal, now - 2 * HISTORY_DAYS * DAY)
    firms = [_firm(portal, rng, at=began, number=n) for n in range(-(-contacts // PEOPLE_PER_FIRM))]
    for number in range(contacts):
        at = began + (number + 1) * (HISTORY_DAYS - 1) * DAY // (contacts + 1)
        if number < len(people):
            person = meet(portal, rng, people[number], at=at)
        else:
            person = arrive(portal, rng, firms, number=number, at=at)
        history(portal, rng, person, at=at, until=now)


def staff(portal: Portal, at: int) -> None:
    """Hire the reps, one of whom has left since, and set up forms and campaigns."""
    rng = portal.rng
    for number in range(REPS):
        name = (words.FIRST[number * 5], rng.choice(words.LAST))
        portal.account.hire(FIRST_OWNER + 7 * number, name, domain=words.SELLER, at=at)
    portal.account.dismiss(str(FIRST_OWNER), at=at + 90 * DAY)
    for title, _, kind in words.FORMS:
        form = Form(id=portal.token(), name=title, created_at=at, type=kind)
        portal.activity.add_form(form)
    portal.activity.campaigns.update({1_000 + n: name for n, name in enumerate(words.CAMPAIGNS)})


def reps(portal: Portal) -> list[str]:
    """Return the owners who still work here."""
    return [owner.id for owner in portal.account.owners.values() if not owner.archived]


def _firm(portal: Portal, rng: Random, *, at: int, number: int) -> Firm:
    name = f"{rng.choice(words.COMPANY_FIRST)} {rng.choice(words.COMPANY_LAST)}"
    domain = f"{name.replace(' ', '-').lower()}-{number}.example"
    return _found(portal, rng, at=at + number, name=name, domain=domain)


def _found(portal: Portal, rng: Random, *, at: int | None, name: str, domain: str) -> Firm:
    country, city, phone = rng.choice(words.COUNTRIES)
    values = {
        "name": name,
        "domain": domain,
        "industry": rng.choice(INDUSTRIES),
        "numberofemployees": str(rng.choice(SIZES)),
        "country": country,
        "city": city,
        "phone": f"{phone} {rng.randint(1_000_000, 9_999_999)}",
        "lifecyclestage": "lead",
        "hubspot_owner_id": rng.choice(reps(portal)),
    }
    values |= _dirt(portal, rng, "companies")
    record = portal.create("companies", values, source="IMPORT", at=at)
    return Firm(id=record.id, name=name, domain=domain, place=(country, city, phone))


def arrive(portal: Portal, rng: Random, firms: Sequence[Firm], *, number: int, at: int | None = None) -> int:
    """Let a person become known, now or *at* a time past; return the contact's id. Some have no firm, phone or owner."""
    first, last = rng.choice(words.FIRST), rng.choice(words.LAST)
    firm = rng.choice(firms) if firms else None
    domain = firm.domain if firm and rng.random() < 0.9 else "example.org"
    names = {"email": f"{first}.{last}.{number}@{domain}".lower(), "firstname": first, "lastname": last}
    return _enter(portal, rng, names, firm, at=at)


def meet(portal: Portal, rng: Random, who: Given, *, at: int | None = None) -> int:
    """Let a given person become known, and their firm; what else is known of both is made up. Return the contact's id."""
    names = {"email": who.email.lower(), "firstname": who.first, "lastname": who.last, "jobtitle": who.title}
    return _enter(portal, rng, names, _firm_of(portal, rng, who, at=at), at=at)


def _enter(portal: Portal, rng: Random, names: Mapping[str, str], firm: Firm | None, *, at: int | None) -> int:
    country, city, phone = firm.place if firm else rng.choice(words.COUNTRIES)
    values = {
        "jobtitle": rng.choice(words.TITLES),
        "country": country,
        "city": city,
        "lifecyclestage": rng.choice(("subscriber", "lead", "lead")),
        "hs_analytics_source": rng.choice(SOURCES),
        **names,
    }
    if firm:
        values["company"] = firm.name
    if rng.random() < 0.6:
        values["phone"] = f"{phone} {rng.randint(1_000_000, 9_999_999)}"
    if rng.random() < 0.7:
        values |= {"hubspot_owner_id": rng.choice(reps(portal)), "hs_lead_status": rng.choice(("NEW", "OPEN", "IN_PROGRESS"))}
    values |= _dirt(portal, rng, "contacts")
    record = portal.create("contacts", values, source="FORM", at=at)
    if firm and values["email"].endswith(f"@{firm.domain}"):
        portal.associate(portal.links.labels[1], record.id, firm.id)
    return record.id


def _firm_of(portal: Portal, rng: Random, who: Given, *, at: int | None) -> Firm | None:
    if not who.domain:
        return None
    live = portal.of("companies").live.values()
    known = next((one.values for one in live if one.values.get("domain") == who.domain), None)
    if known is None:
        return _found(portal, rng, at=at, name=who.company, domain=who.domain)
    place = (known.get("country", ""), known.get("city", ""), known.get("phone", "").rpartition(" ")[0])
    return Firm(id=int(known["hs_object_id"]), name=known.get("name", ""), domain=who.domain, place=place)


def _dirt(portal: Portal, rng: Random, kind: str) -> dict[str, str]:
    return rng.choice(words.DIRT[kind]) if portal.dirt and rng.random() < portal.dirt else {}


def deal(portal: Portal, rng: Random, contact: int, *, at: int | None = None) -> int:
    """Open a deal about a person and the firm, now or *at* a time past."""
    person = portal.of("contacts").live[contact]
    customer = person.values.get("company") or person.values.get("lastname", "")
    values = {
        "dealname": f"{customer} – {rng.choice(('Starter', 'Team', 'Company'))}",
        "amount": str(rng.randint(10, 400) * 100),
        "pipeline": "default",
        "dealstage": "appointmentscheduled",
        "closedate": iso((portal.now() if at is None else at) + rng.randint(20, 90) * DAY),
        "hubspot_owner_id": person.values.get("hubspot_owner_id") or rng.choice(reps(portal)),
    }
    record = portal.create("deals", values, source="CRM_UI", at=at)
    portal.associate(portal.links.labels[3], record.id, contact)
    firm = person.values.get("associatedcompanyid")
    if firm and int(firm) in portal.of("companies").live:
        portal.associate(portal.links.labels[5], record.id, int(firm))
    return record.id
