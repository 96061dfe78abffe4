"""HubSpot, Salesforce and a CSV feed on one store: one person in all three, and silence once everything is said."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

import pytest
from syncd_salesforce.emulator.writing import entity_of, update

from syncd.store import outbox
from tests.systems.firm import Firm, firm

ANN = "ann@firm.example"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[Firm]:
    """Everything the shipped mappings read, and Ann in all three systems."""
    with firm(tmp_path_factory.mktemp("firm")) as one:
        one.add_contact(email=ANN, firstname="Ann", jobtitle="CEO")
        one.add_lead(LastName="Lee", Company="Firm", Email=ANN.upper())
        (one.folder / "visitors.csv").write_text(f"badge,mail,employees\n1,{ANN},120\n")
        one.later(minutes=10)
        yield one


def test_who_is_in_three_systems_is_one_person_with_one_score(whole: Firm) -> None:
    ann = whole.person(ANN)

    assert {one.source.partition(".")[0] for one in ann.records} >= {"hubspot", "salesforce", "fair"}
    assert ann.score.score == 40  # decides 10, 10 to 500 employees 30
    assert (whole.in_hubspot(ANN, "syncd_score"), whole.in_salesforce(ANN, "syncd_Score__c")) == ("40", 40.0)


def test_a_disposition_set_in_salesforce_reaches_hubspot_and_moves_the_stage(whole: Firm) -> None:
    with whole.force.lock:
        lead = str(whole.in_salesforce(ANN, "Id"))
        answer = {"syncd_Disposition__c": "Rejected-Nurture", "syncd_Disposition_Reason__c": "timing"}
        update(whole.force.org, entity_of(whole.force.org, "Lead"), lead, answer)
    answered_at = whole.clock.now()
    whole.later(minutes=10)

    assert whole.person(ANN).stage == "nurture"
    [said] = [one.at for one in whole.person(ANN).fields if one.name == "disposition"]
    assert said == answered_at  # and not when HubSpot showed what we had written
    assert whole.in_hubspot(ANN, "syncd_disposition") == "Rejected-Nurture"
    assert whole.in_hubspot(ANN, "syncd_disposition_reason") == "timing"
    assert (whole.in_hubspot(ANN, "syncd_stage"), whole.in_salesforce(ANN, "syncd_Stage__c")) == ("nurture", "nurture")


def test_quiet_cycles_of_every_stream_write_nothing(whole: Firm) -> None:
    whole.later(minutes=10)

    written = 0
    for _ in range(20):
        whole.clock.advance(timedelta(minutes=7))
        written += whole.cycle()

    assert written == 0
    with whole.site.store.read() as tx:
        assert outbox.counts(tx) == {}
