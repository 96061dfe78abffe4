"""The store is the org's mirror, whatever goes wrong on the way; and once it is, nothing is written any more."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
from salesforce_install import STREAMS, Installation, Quiet
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.misbehaviour import MODES
from syncd_salesforce.emulator.writing import add, entity_of, update

from syncd.engine import sync, why
from syncd.engine.pull import Pulled
from syncd.spi import Ref
from syncd.store import records
from syncd.store.database import Busy
from syncd.store.streams import Stream

CLEAN = ""
BULK = {"bulk_above": 5, "bulk_writes_above": 3}
ALONE = (
    *("unavailable:p=0.2", "maintenance:p=0.2", "broken:p=0.2", "html:p=0.03", "edge:p=0.03", "throttled:p=0.2"),
    *("not_acceptable:times=3", "uri_too_long", "headers_too_large:times=3", "gone:times=3", "daily_limit:times=5"),
    *("concurrent_limit:p=0.03", "api_disabled:times=3", "no_rights:p=0.1", "session:p=0.05,times=0", "session_dead:times=3"),
    *("login:times=2", "token_lost", "reset:p=0.1,times=0", "cut:p=0.1,times=0", "cut_open:p=0.3,times=0", "clock"),
    *("clock:value=240", "late:value=240,p=0.5", "late:value=1500,p=0.5", "ties:value=600", "timeout:p=0.1", "too_large:p=0.3"),
    *("locator:times=0", "empty_page:p=0.3,times=0", "long_text", "double", "odd_text", "field_retyped"),
    *("field_gone", "field_gone:path=Lead/describe,after=1"),  # hidden from the first reading on, and later
    *("lock:p=0.3", "partial:times=3", "bulk_refused", "bulk_stuck:p=0.5", "bulk_failed:times=4", "bulk_aborted:times=3"),
    *("bulk_gone:times=4", "keyless:times=3", "redirect:times=3", "bomb:value=80", "header_flood"),
)
MIXED = (
    "unavailable:p=0.05 reset:p=0.05,times=0 late:value=240,p=0.3 locator:p=0.5,times=0 lock:p=0.2 ties:value=300 double",
    "session:p=0.02,times=2 throttled:p=0.1 cut:p=0.05,times=0 empty_page:p=0.2,times=0 odd_text clock partial:times=2",
    "bulk_stuck:p=0.5 bulk_failed:times=2 bulk_gone:times=1 cut_open:p=0.2,times=0 broken:p=0.1 late:value=900,p=0.2",
)
TAKES_REAL_TIME = {"slow", "silent", "drip"}


@pytest.mark.parametrize("misbehave", [CLEAN, *ALONE, *MIXED])
def test_the_store_equals_the_org_and_a_second_run_writes_nothing(tmp_path: Path, misbehave: str) -> None:
    settings = BULK if "bulk" in misbehave or "cut_open" in misbehave else {}
    is_long = misbehave in {CLEAN, *MIXED}
    streams = STREAMS if is_long else ("Lead", "Task")
    with Installation(tmp_path / "config", misbehave=misbehave.split(), settings=settings, streams=streams) as here:
        for _ in range(2 if is_long else 1):
            here.work(25)
            here.rest()
            assert here.differences() == []
        before = here.writes()
        here.converge()
        assert here.writes() == before > 0


def test_every_misbehavior_has_its_turn() -> None:
    tried = {part.partition(":")[0] for one in (*ALONE, *MIXED) for part in one.split()}
    assert set(MODES) - TAKES_REAL_TIME - tried == set()


# ---------------------------------------------------------------- one person's story


@pytest.fixture
def here(tmp_path: Path) -> Generator[Installation]:
    with Installation(tmp_path / "config") as one:
        yield one


def entities(here: Installation, *refs: Ref) -> set[int | None]:
    """Return whom records belong to."""
    with here.site.store.read() as tx:
        return {
            one.entity_id
            for ref in refs
            for one in records.known(tx, here.site.by_name["salesforce", ref.stream].id, [ref.external_id]).values()
        }


def held(here: Installation, key: str, name: str) -> object:
    found = here.org.find(key)
    return found[1].get(name) if found is not None else None


def test_what_a_lead_did_is_the_contact_s_after_conversion_and_so_is_the_score(here: Installation) -> None:
    lead = str(add(here.org, "Lead", {"LastName": "Ada", "Company": "Firm", "Email": "ada@firm.example", "Title": "CEO"})["Id"])
    campaign = add(here.org, "Campaign", {"Name": "SLA 102", "Type": "Webinar"})
    add(here.org, "CampaignMember", {"CampaignId": campaign["Id"], "LeadId": lead, "Status": "Attended"})
    here.rest()
    assert (held(here, lead, "syncd_Score__c"), held(here, lead, "syncd_Band__c")) == (60, "mql")  # decides 40, webinar 20

    made = convert(here.org, lead, opportunity="Deal")
    update(here.org, entity_of(here.org, "Contact"), made.contact, {"syncd_Score__c": None})  # as if it had not been mapped
    here.rest()
    assert len(entities(here, Ref("Lead", lead), Ref("Contact", made.contact))) == 1
    with here.site.store.read() as tx:
        (person,) = entities(here, Ref("Lead", lead))
        told = why.why(tx, here.site, person or 0, here.site.now()).records
    assert {one.fate for one in told} == {"", f"became Contact {made.contact}"}
    assert held(here, made.contact, "syncd_Score__c") == 60
    assert held(here, lead, "syncd_Score__c") == 60  # left alone

    before = here.writes()
    add(here.org, "CampaignMember", {"CampaignId": campaign["Id"], "ContactId": made.contact, "Status": "Attended"})
    here.rest()
    assert (held(here, made.contact, "syncd_Score__c"), here.writes()) == (60, before)  # the rule counts one webinar


def test_a_contact_role_is_part_of_its_deal(here: Installation) -> None:
    deal = str(add(here.org, "Opportunity", {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"})["Id"])
    contact = str(add(here.org, "Contact", {"LastName": "Ada"})["Id"])
    role = str(add(here.org, "OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact, "Role": "Buyer"})["Id"])
    here.rest()
    assert len(entities(here, Ref("Opportunity", deal), Ref("OpportunityContactRole", role))) == 1


def test_a_field_hidden_from_the_first_reading_on_costs_itself_alone(here: Installation) -> None:
    here.org.access.hidden.add(("Lead", "Title"))
    here.org.reshaped()
    lead = str(add(here.org, "Lead", {"LastName": "Ada", "Company": "Firm", "Phone": "+1 212 555 0100", "Title": "CEO"})["Id"])
    here.clock.advance(timedelta(minutes=20))

    pulled, pushed = here.cycle()
    assert (pulled.error, pushed.error) == (None, None)
    assert any(one.startswith("Lead: Title not there, or hidden from the integration user") for one in pulled.notes)
    assert (held(here, lead, "syncd_Band__c"), held(here, lead, "syncd_Score__c")) == ("below", 0)

    here.org.access.hidden.clear()
    here.org.reshaped()
    here.clock.advance(timedelta(days=1))
    here.converge()
    assert held(here, lead, "syncd_Score__c") == 40  # decides


def test_who_could_not_be_seen_for_a_while_is_in_the_store_again(tmp_path: Path) -> None:
    with Installation(tmp_path / "config", streams=("Lead",)) as here:
        here.rest()
        row = here.org.rows("Lead")[0]
        lead = str(row["Id"])
        here.org.remove("Lead", [lead], logged=False)  # as hidden by a sharing rule
        for _ in range(2):
            here.clock.advance(timedelta(days=8))
            here.converge()
        assert here.differences() == []

        here.org.put("Lead", row)
        assert [one.split()[1] for one in here.differences()] == [lead]
        here.clock.advance(timedelta(days=8))
        here.converge()
        assert here.differences() == []


def test_one_request_at_a_time_asks_an_org(here: Installation) -> None:
    refused: list[str] = []

    class Meanwhile(Quiet):
        """Tries to push between two pages of a pull, as another process would."""

        def pulled(self, stream: Stream, page: Pulled) -> None:
            with pytest.raises(Busy):
                sync.push(here.site, "salesforce", Quiet())
            refused.append(stream.name)

    assert sync.pull(here.site, "salesforce", Meanwhile()).error is None
    assert "Lead" in refused


def test_a_write_that_a_conversion_overtook_goes_to_the_contact(here: Installation) -> None:
    lead = str(add(here.org, "Lead", {"LastName": "Ada", "Company": "Firm", "Email": "ada@firm.example"})["Id"])
    here.rest()
    update(here.org, entity_of(here.org, "Lead"), lead, {"Title": "CEO"})
    here.clock.advance(timedelta(minutes=20))
    sync.pull(here.site, "salesforce", Quiet())
    sync.settle(here.site, Quiet())
    made = convert(here.org, lead)  # between our reading and our writing
    sync.push(here.site, "salesforce", Quiet())
    here.rest()
    assert held(here, made.contact, "syncd_Score__c") == 40
