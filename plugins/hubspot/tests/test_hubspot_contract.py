"""The suite that every connector passes, on an emulated portal."""

from __future__ import annotations

from hubspot_world import HubSpotWorld

from syncd.testing.contract import ConnectorContract


class TestContract(ConnectorContract):
    """All of it."""

    world = HubSpotWorld
