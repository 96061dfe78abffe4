"""The store is the org's mirror, whatever goes wrong on the way; and once it is, nothing is written any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from salesforce_install import Installation
from syncd_salesforce.emulator.misbehaviour import MODES

CLEAN = ""
BULK = {"bulk_above": 5, "bulk_writes_above": 3}
ALONE = (
    *("unavailable:p=0.2", "maintenance:p=0.2", "broken:p=0.2", "html:p=0.03", "edge:p=0.03", "throttled:p=0.2"),
    *("not_acceptable:times=3", "uri_too_long", "headers_too_large:times=3", "gone:times=3", "daily_limit:times=5"),
    *("concurrent_limit:p=0.03", "api_disabled:times=3", "no_rights:p=0.1", "session:p=0.05,times=0", "session_dead:times=3"),
    *("login:times=2", "token_lost", "reset:p=0.1,times=0", "cut:p=0.1,times=0", "cut_open:p=0.3,times=0", "clock"),
    *("clock:value=240", "late:value=240,p=0.5", "late:value=1500,p=0.5", "ties:value=600", "timeout:p=0.1", "too_large:p=0.3"),
    *("locator:times=0", "empty_page:p=0.3,times=0", "long_text", "double", "odd_text", "field_gone", "field_retyped"),
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
    with Installation(tmp_path / "config", misbehave=misbehave.split(), settings=settings) as here:
        for _ in range(2 if misbehave in {CLEAN, *MIXED} else 1):
            here.work(25)
            here.rest()
            assert here.differences() == []
        before = here.writes()
        here.converge()
        assert here.writes() == before > 0


def test_every_misbehavior_has_its_turn() -> None:
    tried = {part.partition(":")[0] for one in (*ALONE, *MIXED) for part in one.split()}
    assert set(MODES) - TAKES_REAL_TIME - tried == set()
