"""The contract, run on the connector that comes with it."""

from syncd.testing import FakeWorld
from syncd.testing.contract import ConnectorContract


class TestContract(ConnectorContract):
    world = FakeWorld
