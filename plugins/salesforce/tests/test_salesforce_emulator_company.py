"""The seeded company makes sense, is the same for the same seed, and lives on without breaking any rule."""

from __future__ import annotations

from collections import Counter

import pytest
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.answers import Call, encoded
from syncd_salesforce.emulator.control import controlled
from syncd_salesforce.emulator.given import given

from syncd.testing.clock import VirtualClock


@pytest.fixture
def company(clock: VirtualClock) -> Emulator:
    return Emulator(Options(leads=200, seed=3), clock=clock.now)


def test_the_same_seed_gives_the_same_company(company: Emulator, clock: VirtualClock) -> None:
    again = Emulator(Options(leads=200, seed=3), clock=clock.now)
    assert again.org.rows("Lead") == company.org.rows("Lead")
    assert again.org.rows("Task") == company.org.rows("Task")


def test_every_reference_points_at_a_record_that_is_there(company: Emulator) -> None:
    for entity in company.org.objects():
        for field in entity.fields:
            for row in company.org.rows(entity.name):
                key = row.get(field.name)
                if field.refers and key is not None:
                    found = company.org.find(str(key))
                    assert found is not None, (entity.name, field.name)
                    assert found[0].name in field.refers, (entity.name, field.name)


def test_nothing_is_newer_than_the_clock_and_every_required_field_is_filled(company: Emulator) -> None:
    for name in ("Lead", "Contact", "Account", "Opportunity", "Task", "Event", "Campaign", "CampaignMember"):
        entity = company.org.whole(name)
        for row in company.org.rows(name):
            assert str(row["SystemModstamp"]) <= "2026-11-20T08:15:02.000+0000"
            missing = [one.name for one in entity.fields if one.has("c") and not one.has("n") and row.get(one.name) is None]
            assert missing == [], name


def test_all_addresses_are_examples(company: Emulator) -> None:
    addresses = [str(row["Email"]) for name in ("Lead", "Contact", "User") for row in company.org.rows(name)]
    assert all(address.endswith(".example") for address in addresses)
    assert len(set(addresses)) > 0.9 * len(addresses)


def test_old_activities_are_archived(company: Emulator) -> None:
    assert any(row.get("IsArchived") for row in company.org.rows("Task"))


def test_it_lives_on(company: Emulator) -> None:
    assert company.instance.live is not None
    for _ in range(300):
        company.instance.live()
    seen = Counter(one.split()[0] for one in company.happened)
    assert set(seen) >= {"asked", "called", "forgot", "judged", "converted", "moved", "responded"}
    assert {row["Field"] for row in company.org.rows("LeadHistory")} >= {"created", "Status", "leadConverted"}


ROWS = [
    {"email": "ann@firm.example", "first_name": "Ann", "last_name": "Lee", "job_title": "CEO", "company": "Firm"},
    {"email": "ben@firm.example", "first_name": "Ben", "last_name": "Bell", "job_title": "Buyer", "company": "Firm"},
]


def test_given_people_are_among_the_leads_and_some_are_shouted(clock: VirtualClock) -> None:
    here = Emulator(Options(leads=10, people=[given(row) for row in ROWS]), clock=clock.now)
    leads = {str(row["Email"]): (row["FirstName"], row["LastName"], row["Company"]) for row in here.org.rows("Lead")}

    assert len(leads) == 10
    assert leads["ANN@FIRM.EXAMPLE"] == ("Ann", "Lee", "Firm GmbH")
    assert leads["ben@firm.example"] == ("Ben", "Bell", "Firm GmbH")


def test_the_story_of_one_lead_is_told_step_by_step_and_ends(clock: VirtualClock) -> None:
    here = Emulator(clock=clock.now)

    def step() -> str:
        call = Call(method="POST", path="story", version="", query={}, headers={}, body=encoded(ROWS[0]))
        content = controlled(here.instance, call, "story").content
        assert isinstance(content, dict)
        return str(content.get("happened"))

    happened = [step() for _ in range(6)]

    assert happened == [
        "entered as a lead, for the queue",
        "called",
        "opened an opportunity",  # nobody set up a field for answers
        "signed the contract",
        "",
        "",
    ]
    [lead], [task], [deal] = (here.org.rows(name) for name in ("Lead", "Task", "Opportunity"))
    assert (lead["IsConverted"], task["Subject"], deal["StageName"], deal["IsWon"]) == (True, "Call", "Closed Won", True)
