"""A store with a connection in it."""

from __future__ import annotations

import pytest

from syncd.store import streams
from syncd.store.database import Store


@pytest.fixture
def connection(store: Store) -> int:
    """The key of a connection."""
    with store.write() as tx:
        streams.declare(tx, "crm", "fake", {})
        return streams.connection_id(tx, "crm")
