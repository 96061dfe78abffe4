"""The suite that every connector passes, on an emulated org."""

from __future__ import annotations

from salesforce_world import SalesforceWorld

from syncd.testing.contract import ConnectorContract


class TroubledWorld(SalesforceWorld):
    """An org where much goes wrong that heals within a call: requests, replies, pages, locators, the clock."""

    streams = ("Lead",)
    misbehave = (
        *("unavailable:p=0.1", "throttled:p=0.05", "broken:p=0.05", "session:p=0.02,times=2", "cut:p=0.05,times=0"),
        *(
            "reset:p=0.05,times=0,path=/sobjects",
            "locator:p=0.3,times=0",
            "double",
            "long_text",
            "ties:value=300",
            "clock:value=-90",
        ),
    )


class BulkWorld(SalesforceWorld):
    """An org that is asked by Bulk API for everything."""

    streams = ("Lead",)
    bulk_above = 0


class TestContract(ConnectorContract):
    """All of it."""

    world = SalesforceWorld


class TestContractInTrouble(ConnectorContract):
    """All of it, with trouble."""

    world = TroubledWorld


class TestContractByBulk(ConnectorContract):
    """All of it, by jobs."""

    world = BulkWorld
