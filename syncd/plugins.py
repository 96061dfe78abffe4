"""Finding, loading and checking connectors. A broken plugin is named and does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

import pluggy

from syncd import spi
from syncd.spi import ConnectorSpec

GROUP = "syncd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An installed plugin: the connectors it brings, or why it brings none."""

    name: str
    version: str
    connectors: tuple[ConnectorSpec, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """All installed plugins, and the usable connectors by name."""

    installed: tuple[Plugin, ...]
    specs: Mapping[str, ConnectorSpec]


def found() -> Plugins:
    """Load every plugin that is installed."""
    return loaded(sorted(entry_points(group=GROUP), key=lambda point: point.name))


def loaded(points: Iterable[EntryPoint]) -> Plugins:
    """Load *points*; of two connectors with one name the first counts and the second is named as the problem."""
    installed: list[Plugin] = []
    specs: dict[str, ConnectorSpec] = {}
    owners: dict[str, str] = {}
    for point in points:
        plugin = _load(point)
        for spec in plugin.connectors:
            if spec.name in specs:
                problem = f"connector {spec.name!r} is already brought by plugin {owners[spec.name]!r}; remove one of them"
                plugin = Plugin(name=plugin.name, version=plugin.version, connectors=(), problem=problem)
                break
        for spec in plugin.connectors:
            specs[spec.name], owners[spec.name] = spec, plugin.name
        installed.append(plugin)
    return Plugins(installed=tuple(installed), specs=specs)


def _load(point: EntryPoint) -> Plugin:
    version = point.dist.version if point.dist else ""
    manager = pluggy.PluginManager("syncd")
    manager.add_hookspecs(spi)
    try:
        manager.register(point.load(), point.name)
        manager.check_pending()
        connectors = tuple(spec for specs in manager.hook.syncd_connectors() for spec in specs)
        if wrong := [spec for spec in connectors if not isinstance(spec, ConnectorSpec)]:
            raise TypeError(f"syncd_connectors gave a {type(wrong[0]).__name__}, not a ConnectorSpec")
    except Exception as error:  # noqa: BLE001 - whatever a stranger's import raises, the others go on
        problem = f"does not load: {type(error).__name__}: {error}; upgrade or uninstall it"
        return Plugin(name=point.name, version=version, connectors=(), problem=problem)
    return Plugin(name=point.name, version=version, connectors=connectors)
