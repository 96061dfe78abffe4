"""An emulated org that is new for each test, and whose clock stands still until the test moves it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_salesforce.emulator import Emulator

from syncd.testing.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC))


@pytest.fixture
def emulator(clock: VirtualClock) -> Emulator:
    return Emulator(clock=clock.now)
