"""Loads a connector's spec the way the host does, so that a forgotten entry point or hook fails a test."""

from __future__ import annotations

from importlib.metadata import entry_points

import pluggy

from syncd import spi
from syncd.spi import ConnectorSpec


def installed(name: str) -> ConnectorSpec:
    """Return the spec of the connector *name* from the plugin that declares itself under the entry point of that name.

    Raises: AssertionError if there is no such entry point, or what it names does not bring the connector.
    """
    points = entry_points(group="syncd", name=name)
    assert points, f'no installed distribution has the entry point {name!r} in the group "syncd"; add it to pyproject.toml'
    (point,) = points
    return hooked(point.load(), name)


def hooked(plugin: object, name: str) -> ConnectorSpec:
    """Return the spec called *name* among those that *plugin*'s hook returns. Raises: AssertionError."""
    manager = pluggy.PluginManager("syncd")
    manager.add_hookspecs(spi)
    manager.register(plugin)
    manager.check_pending()
    specs: dict[str, ConnectorSpec] = {spec.name: spec for specs in manager.hook.syncd_connectors() for spec in specs}
    assert name in specs, f"the hook syncd_connectors returns {sorted(specs) or 'nothing'}, not {name!r}"
    return specs[name]
