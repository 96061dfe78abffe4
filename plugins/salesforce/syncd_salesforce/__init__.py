"""syncd's connector for Salesforce: reads people, accounts, deals and what happened, and writes scores and stages back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from syncd.spi import Budget, ConnectorSpec, Settings, hookimpl
from syncd_salesforce.api import opened
from syncd_salesforce.ids import misplaced
from syncd_salesforce.login import log_in
from syncd_salesforce.settings import SalesforceSettings, kinds, login_origin, off, ours

__all__ = ["syncd_connectors"]

_BATCH = 10_000  # as many rows as Salesforce works off at once in a job: bulk_api_2_0 guide (read 2026-11-21)

# It ends a query itself after 2 minutes: limits cheat sheet, SOQL (read 2026-11-21). Given up sooner, it would run on there.
_PATIENCE = timedelta(seconds=130)


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return the Salesforce connector."""
    return [
        ConnectorSpec(
            name="salesforce",
            title="Salesforce",
            settings=SalesforceSettings,
            streams=kinds,
            off=off,
            open=opened,
            batch=_BATCH,
            origins=login_origin,
            login=log_in,
            budgets=_budgets,
            patience=_PATIENCE,
            not_rereadable=misplaced,
            emulator=_emulate,
        ),
    ]


def _budgets(settings: Settings) -> Sequence[Budget]:
    return [Budget(name="daily calls", calls=ours(settings).daily_calls, per=timedelta(days=1))]


def _emulate(arguments: Sequence[str]) -> None:
    from syncd_salesforce.emulator.command import main  # a server to import, which no connection needs

    main(arguments)
