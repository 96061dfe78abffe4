"""The fields that write-back needs, worked out from the mapping and created in the source."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import get_args

from syncd.agreement.clocks import State
from syncd.agreement.handoff import STAGES
from syncd.agreement.scoring import NO_BAND
from syncd.config import Config, ConnectionConfig
from syncd.engine.connectors import connector
from syncd.engine.site import Site
from syncd.mapping.streams import StreamMap, Write
from syncd.model import Finding, RemoteField
from syncd.spi import Misconfigured, SupportsProvision


def needed(config: Config, connection: ConnectionConfig) -> dict[str, list[RemoteField]]:
    """Return, per stream, the fields that the mapping of *connection* writes into; types are our words for fields."""
    return {
        name: [field_for(config, stream, write) for write in stream.writes]
        for name, stream in connection.streams.items()
        if stream.writes
    }


def provisioned(site: Site, connection: ConnectionConfig, *, dry_run: bool) -> list[Finding]:
    """Create what is missing of the fields *needed* and say so. Raises: ConnectorError."""
    fields = needed(site.config, connection)
    if not fields:
        return [Finding(level="ok", what=f"mapping/{connection.name}.yaml writes nothing; no field is needed")]
    if not connection.spec.reads_back:
        what = f"{connection.name} takes what is written elsewhere than its records are read from; no field is needed"
        return [Finding(level="ok", what=what)]
    with connector(site, connection) as opened:
        if not isinstance(opened, SupportsProvision):
            named = ", ".join(f"{stream}.{one.name} ({one.type})" for stream, some in fields.items() for one in some)
            raise Misconfigured(
                f"the connector {connection.spec.name} has no way to create fields; create them there by hand: {named}"
            )
        return list(opened.provision(fields, dry_run=dry_run))


def field_for(config: Config, stream: StreamMap, write: Write) -> RemoteField:
    """Return the field that *write* needs there."""
    label = f"syncd {write.of.replace('_', ' ')}"
    model = config.agreement.model
    match write.of:
        case "score" | "agreement_version":
            return RemoteField(name=write.remote, label=label, type="number")
        case "sla_due":
            return RemoteField(name=write.remote, label=label, type="datetime")
        case "band":
            return _choice(write, label, [*(band.name for band in model.bands), NO_BAND])
        case "grade":
            letters = [[grade.name for grade in group.grades] for group in model.groups if group.grades]
            return _choice(write, label, map("".join, product(*letters)))
        case "stage" if stream.kind == "person":
            return _choice(write, label, STAGES)
        case "sla":
            return _choice(write, label, get_args(State))
        case of if of in config.fields:
            field = config.fields[of]
            return RemoteField(name=write.remote, label=label, type=field.type, options=field.values)
        case _:
            return RemoteField(name=write.remote, label=label)


def _choice(write: Write, label: str, options: Iterable[str]) -> RemoteField:
    return RemoteField(name=write.remote, label=label, type="choice", options=tuple(dict.fromkeys(options)))
