"""A spec is found through the entry point and the hook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from syncd.spi import ConnectorSpec, hookimpl
from syncd.testing import FakePlugin, FakeRemote, VirtualClock, hooked, installed

REMOTE = FakeRemote({"people": "person"}, page_size=2, now=VirtualClock(datetime(2026, 11, 21, tzinfo=UTC)).now)


class Silent:
    @hookimpl
    def syncd_connectors(self) -> Iterable[ConnectorSpec]:
        return []


def test_an_installed_connector_is_found_by_its_entry_point() -> None:
    assert installed("csv").name == "csv"


def test_a_missing_entry_point_is_named() -> None:
    with pytest.raises(AssertionError, match="entry point 'nothing'"):
        installed("nothing")


def test_a_spec_is_what_the_hook_returns() -> None:
    assert hooked(FakePlugin(remote=REMOTE), "fake").title == "Fake"


@pytest.mark.parametrize("plugin", [pytest.param(Silent(), id="no spec"), pytest.param(object(), id="no hook")])
def test_a_plugin_that_does_not_bring_the_connector_is_refused(plugin: object) -> None:
    with pytest.raises(AssertionError, match="returns nothing, not 'fake'"):
        hooked(plugin, "fake")


def test_a_connector_under_another_name_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"returns \['fake'\], not 'real'"):
        hooked(FakePlugin(remote=REMOTE), "real")


def test_only_the_contract_needs_pytest() -> None:
    code = "import sys, syncd.testing; sys.exit('pytest' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
