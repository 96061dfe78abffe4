"""Person accounts are one person in two records; formulas change without a stamp."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.persons import add_person, enable
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add

from syncd.testing.clock import VirtualClock


def test_a_person_account_is_an_account_and_a_contact_that_know_each_other(emulator: Emulator) -> None:
    enable(emulator.org)
    account, contact = add_person(emulator.org, {"FirstName": "Ann", "LastName": "Roe", "PersonEmail": "roe@example.com"})
    assert emulator.org.rows("Account")[0]["PersonContactId"] == contact
    person = emulator.org.rows("Contact")[0]
    assert (person["AccountId"], person["Email"], person["IsPersonAccount"]) == (account, "roe@example.com", True)


def test_either_half_of_a_person_account_carries_changes_to_the_other(emulator: Emulator, clock: VirtualClock) -> None:
    enable(emulator.org)
    account, contact = add_person(emulator.org, {"FirstName": "Ann", "LastName": "Roe"})
    clock.advance(timedelta(minutes=1))
    emulator.ask("PATCH", f"/sobjects/Account/{account}", {"PersonEmail": "roe@example.com", "LastName": "Poe"})
    person = emulator.org.rows("Contact")[0]
    assert (person["Email"], person["Name"], person["SystemModstamp"]) == (
        "roe@example.com",
        "Ann Poe",
        "2026-11-20T08:16:02.000+0000",
    )
    emulator.ask("PATCH", f"/sobjects/Contact/{contact}", {"Title": "Head"})
    assert emulator.org.rows("Account")[0]["PersonTitle"] == "Head"


def test_a_formula_is_worked_out_when_it_is_read_and_moves_no_stamp(emulator: Emulator, clock: VirtualClock) -> None:
    def age(row: object) -> Decimal:
        return Decimal((clock.now() - start).days)

    start = clock.now()
    emulator.org.add_formula("Lead", field_of("Age__c double(18,0) nfsp"), age)
    add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd"})
    clock.advance(timedelta(days=3))
    content = emulator.ask("GET", "/query", q="SELECT Age__c, SystemModstamp FROM Lead WHERE Age__c > 2").content
    assert isinstance(content, dict)
    assert content["records"][0]["Age__c"] == 3
    assert content["records"][0]["SystemModstamp"] == "2026-11-20T08:15:02.000+0000"
    described = emulator.ask("GET", "/sobjects/Lead/describe").content
    assert isinstance(described, dict)
    field = next(one for one in described["fields"] if one["name"] == "Age__c")
    assert (field["calculated"], field["updateable"]) == (True, False)
