"""One installation over an emulated HubSpot, an emulated Salesforce and CSV files, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from ruamel.yaml import YAML
from sqlalchemy import event
from syncd_hubspot import emulator as hubspot
from syncd_salesforce import emulator as salesforce
from syncd_salesforce.emulator.writing import add

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
    settings:
      folder: .
      streams:
        visitors: {{holds: person, files: visitors.csv, id: badge}}
        talks: {{holds: activity, files: talks.csv, id: talk, kind: {{column: what}}, occurred_at: at, about_email: mail}}
"""
FAIR = """\
streams:
  visitors:
    read: {email: mail, company_size: employees}
  talks:
    kinds: {webinar_attended: [talk]}
"""


@dataclass
class Firm:
    """One installation over both emulators; ``folder`` has the CSV files."""

    folder: Path
    clock: VirtualClock
    hub: hubspot.Emulator
    force: salesforce.Emulator
    site: Site

    def cycle(self) -> int:
        """Pull, assess and push everything once; return how many writes were sent."""
        for name in self.site.config.connections:
            assert (outcome := sync.pull(self.site, name, Quiet())).error is None, outcome.error
        sync.settle(self.site, Quiet())
        pushed = [sync.push(self.site, name, Quiet()) for name in self.site.config.connections]
        assert [one.error for one in pushed if one.error is not None] == []
        return sum(one.counts["written"] for one in pushed)

    def later(self, **span: float) -> int:
        """Let time pass, then go round until nothing is written any more; return how many writes there were."""
        total = 0
        for _ in range(6):
            self.clock.advance(timedelta(**span))
            total += (sent := self.cycle())
            if not sent:
                return total
        raise AssertionError("the systems do not come to rest")

    def person(self, email: str) -> Why:
        with self.site.store.read() as tx:
            found = why.find(tx, self.site, email)
            assert found is not None
            return why.why(tx, self.site, found, self.site.now())

    def add_contact(self, **values: str) -> None:
        with self.hub.portal.lock:
            self.hub.portal.create("contacts", values)

    def add_lead(self, **values: str) -> str:
        with self.force.lock:
            return str(add(self.force.org, "Lead", values)["Id"])

    def in_hubspot(self, email: str, name: str) -> str | None:
        contacts = self.hub.portal.of("contacts").live.values()
        [values] = [one.values for one in contacts if one.values.get("email") == email]
        return values.get(name)

    def in_salesforce(self, email: str, name: str) -> object:
        """Return a field of the contact with an address, or of the lead while there is none."""
        rows = [*self.force.org.rows("Contact"), *self.force.org.rows("Lead")]
        return next(row for row in rows if str(row.get("Email")).lower() == email).get(name)


@contextmanager
def firm(folder: Path, *, streams: Sequence[str] = ()) -> Generator[Firm]:
    """Set up everything with nobody in it, and both systems provisioned; where *streams* are named, only these are read."""
    clock = VirtualClock(START)
    with (
        hubspot.emulated(hubspot.Options(clock=lambda: int(clock.now().timestamp() * 1000))) as hub,
        salesforce.Emulator(salesforce.Options(), clock=clock.now) as force,
    ):
        site = _site(folder, clock, hub, force, streams)
        for name in ("hubspot", "salesforce"):
            provisioned(site, site.config.connections[name], dry_run=False)
        yield Firm(folder, clock, hub, force, site)
        site.store.close()


def _site(folder: Path, clock: VirtualClock, hub: hubspot.Emulator, force: salesforce.Emulator, streams: Sequence[str]) -> Site:
    main = MAIN.format(hubspot=hub.url, salesforce=force.url, client=force.credentials.client_id)
    (folder / "syncd.yaml").write_text(main)
    (folder / "token").write_text(hub.token)
    (folder / "secret").write_text(force.credentials.client_secret)
    agreement = (CONFIG / "agreement.yaml").read_text(encoding="utf-8")
    (folder / "agreement.yaml").write_text(agreement.replace("version: 1}", "version: 1, needs_signatures_from: []}"))
    (folder / "mapping").mkdir()
    yaml = YAML()
    for name in ("hubspot", "salesforce"):
        mapping = yaml.load(CONFIG / "mapping" / f"{name}.yaml")
        for stream in [one for one in mapping["streams"] if streams and one not in streams]:
            del mapping["streams"][stream]
        yaml.dump(mapping, folder / "mapping" / f"{name}.yaml")
    (folder / "mapping" / "fair.yaml").write_text(FAIR)
    (folder / "visitors.csv").write_text("badge,mail,employees\n")
    (folder / "talks.csv").write_text("talk,what,at,mail\n")
    store = connect("sqlite:///syncd.db", home=folder)
    event.listen(
        store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
    )  # nobody is killed
    migrate(store)
    # Time is virtual here, a budget's pauses are not; the emulators have no limits.
    specs = {name: replace(spec, budgets=lambda settings: ()) for name, spec in plugins.found().specs.items()}
    return opened(load(folder, specs), store, clock=clock.now, rng=Random(1))
