"""The seeded company makes sense, is the same each time, and goes on living."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
import pytest
from emulator_calls import NOON, Clock
from syncd_hubspot.emulator import Options, assemble
from syncd_hubspot.emulator.given import given
from syncd_hubspot.emulator.instants import DAY, instant
from syncd_hubspot.emulator.kinds import KINDS
from syncd_hubspot.emulator.living import Life
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.service import Request


def company(seed: int = 5, contacts: int = 80, **switches: str) -> Portal:
    return assemble(Options(contacts=contacts, seed=seed, clock=lambda: NOON, **switches)).portal  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def portal() -> Portal:
    """Eighty people and their past."""
    return company()


def test_there_are_as_many_people_as_asked_for_and_all_kinds_of_records(portal: Portal) -> None:
    assert len(portal.of("contacts").live) == 80
    assert all(portal.of(kind.plural).live for kind in KINDS)


def test_people_have_the_addresses_of_their_firms(portal: Portal) -> None:
    firms = portal.of("companies").live
    for contact, firm, types in portal.links.all("contacts", "companies"):
        person = portal.of("contacts").live[contact].values
        assert person["email"].endswith(f"@{firms[firm].values['domain']}")
        assert person["associatedcompanyid"] == str(firm)
        assert 1 in types


def test_all_addresses_are_at_domains_for_examples(portal: Portal) -> None:
    for person in portal.of("contacts").live.values():
        assert person.values["email"].endswith((".example", "@example.org"))
    assert all(owner.email.endswith(".example") for owner in portal.account.owners.values())


def test_records_belong_to_owners_who_exist(portal: Portal) -> None:
    for kind in KINDS:
        owners = {
            one.values["hubspot_owner_id"] for one in portal.of(kind.plural).live.values() if "hubspot_owner_id" in one.values
        }
        assert owners <= portal.account.owners.keys()


def test_engagements_are_about_people_who_exist_and_lie_in_the_past(portal: Portal) -> None:
    for kind in ("calls", "emails", "meetings", "notes", "tasks"):
        for record in portal.of(kind).live.values():
            about = portal.links.of(kind, record.id, "contacts")
            assert len(about) == 1
            assert about.keys() <= portal.of("contacts").live.keys()
            assert record.created_at <= NOON


def test_nothing_happened_before_the_person_was_known_or_in_the_future(portal: Portal) -> None:
    people = portal.of("contacts").live
    for event in portal.activity.occurrences.all():
        assert people[event.contact].created_at <= event.occurred_at <= NOON + DAY
    assert all(one.created_at <= one.updated_at <= NOON for one in people.values())


def test_a_customer_has_a_deal_that_was_won(portal: Portal) -> None:
    deals = portal.of("deals").live
    customers = [one for one in portal.of("contacts").live.values() if one.values.get("lifecyclestage") == "customer"]
    assert customers
    for one in customers:
        assert "closedwon" in {deals[deal].values["dealstage"] for deal in portal.links.of("contacts", one.id, "deals")}


def test_submissions_name_their_people(portal: Portal) -> None:
    emails = {one.values["email"] for one in portal.of("contacts").live.values()}
    told = [dict(one.values)["email"] for line in portal.activity.submissions.values() for one in line.all()]
    assert told
    assert set(told) <= emails


def test_modified_times_are_those_of_the_last_change(portal: Portal) -> None:
    for one in portal.of("contacts").live.values():
        assert instant(one.values["lastmodifieddate"]) == one.updated_at
        changes = [v.at for name, seen in one.history.items() for v in seen if v.source != "CALCULATED"]
        assert max(changes, default=one.created_at) == one.updated_at


def state(portal: Portal) -> list[tuple[str, int, tuple[tuple[str, str], ...]]]:
    return [
        (kind.plural, one.id, tuple(sorted(one.values.items())))
        for kind in KINDS
        for one in portal.of(kind.plural).live.values()
    ]


def test_the_same_seed_makes_the_same_company_and_another_another(portal: Portal) -> None:
    assert state(company()) == state(portal)
    assert state(company(seed=6)) != state(portal)


def test_in_one_import_everybody_has_one_modified_time() -> None:
    tied = company(contacts=20, misbehave=f"ties:{400 * DAY}")
    assert len({one.updated_at for one in tied.of("contacts").live.values()}) == 1


def test_a_share_of_the_people_can_be_dirty() -> None:
    dirty = company(contacts=200, misbehave="dirty:0.5")
    assert "1672531200000.0" in {one.values.get("closedate") for one in dirty.of("contacts").live.values()}
    assert "about 50" in {one.values["numberofemployees"] for one in dirty.of("companies").live.values()}


def test_life_goes_on_with_all_sorts_of_things() -> None:
    clock = Clock()
    portal = assemble(Options(contacts=30, seed=5, clock=clock, history=False)).portal
    told: Counter[str] = Counter()
    portal.listeners.append(lambda event: told.update([f"{event.kind}.{event.what}"]))
    life = Life(portal, Random(1))
    for _ in range(400):
        clock.forward(30)
        life.step()
    assert len(portal.of("contacts").live) > 50
    assert {"contact.creation", "contact.propertyChange", "call.creation", "meeting.creation", "deal.creation"} <= told.keys()
    assert told["contact.associationChange"] > 50
    assert portal.activity.mail.all()


def test_life_can_begin_in_an_empty_account() -> None:
    portal = assemble(Options(clock=lambda: NOON)).portal
    life = Life(portal, Random(1))
    for _ in range(100):
        life.step()
    assert len(portal.of("contacts").live) > 5


ROWS = [
    {"email": "Ann.Lee@firm.example", "first_name": "Ann", "last_name": "Lee", "job_title": "CEO", "company": "Firm"},
    {"email": "ben@firm.example", "first_name": "Ben", "last_name": "Bell", "job_title": "Intern", "company": "Firm"},
    {"email": "cy@gmail.com", "first_name": "Cy", "last_name": "Cole", "job_title": "Buyer", "company": "Other"},
]


def test_given_people_are_among_the_contacts_and_their_firms_are_known() -> None:
    portal = assemble(Options(contacts=10, people=[given(row) for row in ROWS], history=False, clock=lambda: NOON)).portal
    contacts = {one.values["email"]: one.values for one in portal.of("contacts").live.values()}
    firms = [one.values["name"] for one in portal.of("companies").live.values() if one.values["domain"] == "firm.example"]

    assert len(contacts) == 10
    assert [contacts[row["email"].lower()]["jobtitle"] for row in ROWS] == ["CEO", "Intern", "Buyer"]
    assert firms == ["Firm"]
    assert contacts["ben@firm.example"]["associatedcompanyid"]
    assert "associatedcompanyid" not in contacts["cy@gmail.com"]


def test_the_story_of_one_person_is_told_step_by_step_and_ends() -> None:
    service = assemble(Options(clock=lambda: NOON))

    def step(body: bytes = msgspec.json.encode(ROWS[0])) -> tuple[int, str]:
        answer = service.respond(Request(method="POST", path="/emulator/story", headers={}, body=body)).answer
        return answer.status, msgspec.json.decode(answer.body, type=dict[str, str]).get("happened", "refused")

    assert step() == (200, "read our pages and subscribed to the newsletter")
    [contact] = service.portal.of("contacts").live.values()
    assert contact.values["num_conversion_events"] == "1"
    assert len(service.portal.activity.occurrences.all()) == 3
    assert step() == (200, "looked at our prices and asked for a demo")
    assert contact.values["lifecyclestage"] != "marketingqualifiedlead"
    assert service.portal.of("contacts").live[contact.id].values["lifecyclestage"] == "marketingqualifiedlead"
    assert [step(), step()] == [(200, ""), (200, "")]
    assert [step(b"{}"), step(b"[")] == [(400, "refused"), (400, "refused")]
    assert service.respond(Request(method="GET", path="/emulator/story", headers={})).answer.status == 404
