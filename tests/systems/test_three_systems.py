"""HubSpot, Salesforce and a CSV feed on one store: one person in all three, and silence once everything is said."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
from syncd_hubspot import emulator as hubspot
from syncd_salesforce import emulator as salesforce
from syncd_salesforce.emulator.writing import add, entity_of, update

from syncd import plugins
from syncd.config import load
from syncd.engine import sync, why
from syncd.engine.provision import provisioned
from syncd.engine.shown import Why
from syncd.engine.site import Site, opened
from syncd.store.database import connect
from syncd.store.migrate import migrate
from syncd.testing import VirtualClock
from tests.engine.build import Quiet

CONFIG = Path(__file__).parents[2] / "config"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
CYCLES = int(os.environ.get("SYNCD_QUIET_CYCLES", "40"))
ANN = "ann@firm.example"

MAIN = """\
channels: {{trial: {{file: notices.txt}}}}
connections:
  hubspot:
    type: hubspot
    write_back: live
    settings: {{base_url: "{hubspot}", token: "file:token", plan: enterprise, history: 14d}}
  salesforce:
    type: salesforce
    write_back: live
    settings: {{login_url: "{salesforce}", client_id: "{client}", client_secret: "file:secret"}}
  fair:
    type: csv
    write_back: none
    settings: {{folder: ., streams: {{visitors: {{holds: person, files: visitors.csv, id: badge}}}}}}
"""
FAIR = "streams:\n  visitors:\n    read: {email: mail, company_size: employees}\n"


@dataclass
class Firm:
    """One installation over both emulators."""

    clock: VirtualClock
    hub: hubspot.Emulator
    force: salesforce.Emulator
    site: Site
    contact: int
    lead: str

    def cycle(self) -> int:
        """Pull, assess and push everything once; return how many writes were sent."""
        for name in self.site.config.connections:
            assert (outcome := sync.pull(self.site, name, Quiet())).error is None, outcome.error
        sync.settle(self.site, Quiet())
        return sum(sync.push(self.site, name, Quiet()).counts["written"] for name in self.site.config.connections)

    def later(self, **span: float) -> int:
        """Let time pass, then go round until nothing is written any more; return how many writes there were."""
        total = 0
        for _ in range(6):
            self.clock.advance(timedelta(**span))
            total += (sent := self.cycle())
            if not sent:
                return total
        raise AssertionError("the systems do not come to rest")

    def person(self) -> Why:
        with self.site.store.read() as tx:
            found = why.find(tx, self.site, ANN)
            assert found is not None
            return why.why(tx, self.site, found, self.site.now())

    def in_hubspot(self, name: str) -> str | None:
        return self.hub.portal.of("contacts").live[self.contact].values.get(name)

    def in_salesforce(self, name: str) -> object:
        return self.force.org.find(self.lead)[1].get(name)  # type: ignore[index]  # it is there: we added it


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Generator[Firm]:
    folder = tmp_path_factory.mktemp("firm")
    clock = VirtualClock(START)
    with (
        hubspot.emulated(hubspot.Options(clock=lambda: int(clock.now().timestamp() * 1000))) as hub,
        salesforce.Emulator(salesforce.Options(), clock=clock.now) as force,
    ):
        site = _site(folder, clock, hub, force)
        with hub.portal.lock:
            made = hub.portal.create("contacts", {"email": ANN, "firstname": "Ann", "jobtitle": "CEO"})
        with force.lock:
            lead = add(force.org, "Lead", {"LastName": "Lee", "Company": "Firm", "Email": ANN.upper()})
        (folder / "visitors.csv").write_text(f"badge,mail,employees\n1,{ANN},120\n")
        firm = Firm(clock, hub, force, site, made.id, str(lead["Id"]))
        firm.later(minutes=10)
        yield firm
        site.store.close()


def _site(folder: Path, clock: VirtualClock, hub: hubspot.Emulator, force: salesforce.Emulator) -> Site:
    main = MAIN.format(hubspot=hub.url, salesforce=force.url, client=force.credentials.client_id)
    (folder / "syncd.yaml").write_text(main)
    (folder / "token").write_text(hub.token)
    (folder / "secret").write_text(force.credentials.client_secret)
    agreement = (CONFIG / "agreement.yaml").read_text(encoding="utf-8")
    (folder / "agreement.yaml").write_text(agreement.replace("version: 1}", "version: 1, needs_signatures_from: []}"))
    (folder / "mapping").mkdir()
    for name in ("hubspot", "salesforce"):
        copyfile(CONFIG / "mapping" / f"{name}.yaml", folder / "mapping" / f"{name}.yaml")
    (folder / "mapping" / "fair.yaml").write_text(FAIR)
    (folder / "visitors.csv").write_text("badge,mail,employees\n")
    store = connect("sqlite:///syncd.db", home=folder)
    migrate(store)
    # Time is virtual here, a budget's pauses are not; the emulators have no limits.
    specs = {name: replace(spec, budgets=lambda settings: ()) for name, spec in plugins.found().specs.items()}
    site = opened(load(folder, specs), store, clock=clock.now, rng=Random(1))
    for name in ("hubspot", "salesforce"):
        provisioned(site, site.config.connections[name], dry_run=False)
    return site


def test_who_is_in_three_systems_is_one_person_with_one_score(firm: Firm) -> None:
    ann = firm.person()

    assert {one.source.partition(".")[0] for one in ann.records} >= {"hubspot", "salesforce", "fair"}
    assert ann.score.score == 40  # decides 10, 10 to 500 employees 30
    assert (firm.in_hubspot("syncd_score"), firm.in_salesforce("syncd_Score__c")) == ("40", 40.0)


def test_a_disposition_set_in_salesforce_reaches_hubspot_and_moves_the_stage(firm: Firm) -> None:
    with firm.force.lock:
        answer = {"syncd_Disposition__c": "Rejected-Nurture", "syncd_Disposition_Reason__c": "timing"}
        update(firm.force.org, entity_of(firm.force.org, "Lead"), firm.lead, answer)
    answered_at = firm.clock.now()
    firm.later(minutes=10)

    assert firm.person().stage == "nurture"
    [said] = [one.at for one in firm.person().fields if one.name == "disposition"]
    assert said == answered_at  # and not when HubSpot showed what we had written
    assert firm.in_hubspot("syncd_disposition") == "Rejected-Nurture"
    assert firm.in_hubspot("syncd_disposition_reason") == "timing"
    assert (firm.in_hubspot("syncd_stage"), firm.in_salesforce("syncd_Stage__c")) == ("nurture", "nurture")


def test_quiet_cycles_write_nothing(firm: Firm) -> None:
    """A thousand of them with SYNCD_QUIET_CYCLES=1000."""
    firm.later(minutes=10)

    written = 0
    for _ in range(CYCLES):
        firm.clock.advance(timedelta(minutes=1))
        written += firm.cycle()

    assert written == 0
