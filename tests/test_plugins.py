"""Plugins: a broken one is named and stops nobody else."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from syncd.plugins import found, loaded
from syncd.spi import ConnectorSpec, hookimpl
from syncd.testing import FakeRemote, VirtualClock, fake_spec
from tests.engine.build import START


def spec(name: str) -> ConnectorSpec:
    return fake_spec(FakeRemote({"people": "person"}, page_size=1, now=VirtualClock(START).now), name=name)


def plugin(monkeypatch: pytest.MonkeyPatch, module: str, specs: Iterable[object]) -> EntryPoint:
    """Install a plugin module that brings *specs*."""
    made = ModuleType(module)

    @hookimpl
    def syncd_connectors() -> Iterable[object]:
        return specs

    made.syncd_connectors = syncd_connectors  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module, made)
    return EntryPoint(name=module, value=module, group="syncd")


def test_connectors_are_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    result = loaded([plugin(monkeypatch, "one", [spec("a"), spec("b")]), plugin(monkeypatch, "two", [spec("c")])])

    assert set(result.specs) == {"a", "b", "c"}
    assert [(one.name, one.problem) for one in result.installed] == [("one", ""), ("two", "")]


def test_a_plugin_that_does_not_import_is_named_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint(name="broken", value="no_such_module", group="syncd")
    result = loaded([broken, plugin(monkeypatch, "two", [spec("c")])])

    assert set(result.specs) == {"c"}
    assert result.installed[0].problem == (
        "does not load: ModuleNotFoundError: No module named 'no_such_module'; upgrade or uninstall it"
    )


def test_of_two_with_one_name_the_first_counts_and_the_second_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    first = spec("a")
    result = loaded([plugin(monkeypatch, "one", [first]), plugin(monkeypatch, "two", [spec("a"), spec("b")])])

    assert result.specs == {"a": first}
    assert result.installed[1].problem == "connector 'a' is already brought by plugin 'one'; remove one of them"


def test_a_plugin_that_gives_something_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = loaded([plugin(monkeypatch, "one", ["not a spec"])])

    assert result.installed[0].problem == (
        "does not load: TypeError: syncd_connectors gave a str, not a ConnectorSpec; upgrade or uninstall it"
    )


def test_the_plugins_of_this_workspace_load() -> None:
    result = found()

    assert "csv" in result.specs
    assert [one.problem for one in result.installed] == [""] * len(result.installed)
    assert {"csv", "hubspot", "salesforce"} <= {one.name for one in result.installed}
