"""syncd's connector for HubSpot: reads people, companies, deals and what happened, and writes scores and stages back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from syncd.spi import ConnectorSpec, Settings, hookimpl
from syncd_hubspot.api import not_rereadable, opened
from syncd_hubspot.hooks import hints
from syncd_hubspot.limits import budgets
from syncd_hubspot.login import log_in
from syncd_hubspot.portal import BATCH
from syncd_hubspot.settings import HubSpotSettings, kinds, off

__all__ = ["syncd_connectors"]

# HubSpot itself gives up after 100 s, with 524: developers.hubspot.com/docs/api-reference/error-handling (read 2026-11-21)
_PATIENCE = timedelta(seconds=110)


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return the HubSpot connector."""
    return [
        ConnectorSpec(
            name="hubspot",
            title="HubSpot",
            settings=HubSpotSettings,
            streams=kinds,
            off=off,
            open=opened,
            batch=BATCH,
            origins=_origins,
            login=log_in,
            budgets=budgets,
            patience=_PATIENCE,
            hints=hints,
            not_rereadable=not_rereadable,
            emulator=_emulate,
        )
    ]


def _origins(settings: Settings) -> tuple[str, ...]:
    return (settings.base_url,) if isinstance(settings, HubSpotSettings) else ()


def _emulate(arguments: Sequence[str]) -> None:
    from syncd_hubspot.emulator.cli import main  # as long to import as all the rest, and never needed beside a connection

    main(arguments)
