"""The suite that every connector passes, on an emulated org."""

from __future__ import annotations

from salesforce_world import SalesforceWorld

from syncd.testing.contract import ConnectorContract


class TestContract(ConnectorContract):
    """All of it."""

    world = SalesforceWorld
