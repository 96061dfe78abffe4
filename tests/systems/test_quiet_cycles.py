"""A company at rest, three systems, a thousand cycles over six weeks: nobody said anything, so nothing is written."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from random import Random

from syncd_hubspot.emulator import given as hubspot
from syncd_hubspot.emulator import story as page
from syncd_salesforce.emulator import given as salesforce
from syncd_salesforce.emulator import story as desk

from syncd.store import outbox
from tests.systems.firm import Firm, firm

CYCLES = int(os.environ.get("SYNCD_QUIET_CYCLES", "1000"))
STREAMS = ("contacts", "form_submissions", "Lead")
"""By which people, their requests and the answers are known; `test_three_systems` has all that the shipped mappings read."""
MINUTES = (1, 2, 3, 6, 288)
"""Between cycles: an hour on average, so that a thousand cross working days, weekends, daily walks and weekly sweeps."""
ANN = "ann@firm.example"
BEN = {"email": "ben@firm.example", "first_name": "Ben", "last_name": "Bell", "job_title": "CEO", "company": "Firm"}


def at_rest(here: Firm) -> None:
    """Ann stands in three systems; Ben asked for a demo and was accepted, and for all we know nobody ever called him."""
    here.add_contact(email=ANN, firstname="Ann", jobtitle="CEO")
    here.add_lead(LastName="Lee", Company="Firm", Email=ANN.upper())
    (here.folder / "visitors.csv").write_text(f"badge,mail,employees\n1,{ANN},120\n")
    here.later(minutes=10)
    for _ in ("becomes known", "asks for a demo, is called", "is accepted"):
        with here.hub.portal.lock:
            page.step(here.hub.portal, Random(1), hubspot.given(BEN))
        here.later(minutes=20)
        with here.force.lock:
            desk.step(here.force.org, salesforce.given(BEN))
        here.later(minutes=20)
    for _ in range(8):  # until every point has faded, and every promise is broken
        here.later(days=30)


def test_a_thousand_quiet_cycles_write_nothing(tmp_path: Path) -> None:
    with firm(tmp_path, streams=STREAMS) as here:
        at_rest(here)
        ben = here.person(BEN["email"])
        assert (ben.stage, {one.policy: one.state for one in ben.clocks}["first_contact"]) == ("sql", "breached")
        here.hub.forget_calls()
        here.force.instance.calls.clear()

        written = 0
        for n in range(CYCLES):
            here.clock.advance(timedelta(minutes=MINUTES[n % len(MINUTES)]))
            written += here.cycle()

        assert written == 0
        assert here.hub.called("POST", "/batch/update") == 0
        assert [call for call in here.force.instance.calls if not call.startswith("GET")] == ["POST /services/oauth2/token"]
        with here.site.store.read() as tx:
            assert outbox.counts(tx) == {}
        assert here.hub.called("POST", "/contacts/search") >= CYCLES
