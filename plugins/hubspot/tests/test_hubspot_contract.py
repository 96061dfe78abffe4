"""The suite that every connector passes, on an emulated portal that behaves and on some that do not."""

from __future__ import annotations

from functools import partial

from hubspot_world import HubSpotWorld

from syncd.testing.contract import ConnectorContract


class TestContract(ConnectorContract):
    """All of it."""

    world = HubSpotWorld


class TestWithALateIndex(ConnectorContract):
    """Searches lag, some writes show up to five minutes late, many share an instant, and HubSpot's clock is ahead."""

    world = partial(HubSpotWorld, misbehave="lag:30,late:0.5,ties:60000,skew:90", seed=2)


class TestWithABadConnection(ConnectorContract):
    """Limits, failures, pages for people, hollow and cut answers, each now and then."""

    world = partial(HubSpotWorld, misbehave="429:0.1,429-search:0.1,5xx:0.1,reset:0.1,html:0.1,hollow:0.05,cut:0.1", seed=3)


class TestWithEverything(ConnectorContract):
    """All of that, and writes whose answers are lost or that find a record locked."""

    world = partial(
        HubSpotWorld,
        misbehave="late:0.3,ties:30000,skew:-60,429:0.1,5xx:0.1,hollow:0.05,cut:0.05,lost:0.2,gateway:0.2,423:0.1",
        seed=4,
    )
