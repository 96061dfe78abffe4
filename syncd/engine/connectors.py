"""Opening connectors: settings, client, folders and clock handed over, nothing else."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from syncd.config import ConnectionConfig
from syncd.engine.access import shared_access
from syncd.engine.site import Site
from syncd.spi import Client, Connector, Misconfigured, Opening, Reply
from syncd.transport import HttpClient, Limits, Timing


@contextmanager
def connector(site: Site, connection: ConnectionConfig) -> Generator[Connector]:
    """Open the connector of *connection* for one run. Raises: ConnectorError, as opening it does."""
    cache = site.config.cache / connection.name
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _client(site, connection) as given:
        yield connection.spec.open(
            Opening(
                connection=connection.name,
                settings=connection.settings,
                wanted=connection.wanted,
                written=connection.written,
                client=given,
                home=site.config.folder,
                cache=cache,
                now=site.clock,
            )
        )


@contextmanager
def _client(site: Site, connection: ConnectionConfig) -> Generator[Client]:
    if not connection.spec.origins(connection.settings):
        yield _NoNetwork()
        return
    access = shared_access(site, connection)
    limits = Limits(total_s=connection.spec.patience.total_seconds())
    opened = HttpClient(access, limits, Timing(now=site.clock, clock=time.monotonic, sleep=site.stop.wait, rng=site.rng))
    try:
        yield opened
    finally:
        opened.close()
        access.meters.rest()


class _NoNetwork:
    """The client of a connector that declares no address."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        raise Misconfigured("this connector declares no address it may reach (ConnectorSpec.origins)")
