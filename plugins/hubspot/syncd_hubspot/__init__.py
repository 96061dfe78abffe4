"""Declares the distribution; the connector comes with its own issue."""

from collections.abc import Iterable

from syncd.spi import ConnectorSpec, hookimpl


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Bring no connector yet."""
    return ()
