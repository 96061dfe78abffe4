"""syncd's connector for CSV files: reads what people really export and writes scores and stages back into a file."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.spi import ConnectorSpec, hookimpl
from syncd_csv.api import opened
from syncd_csv.settings import CsvSettings, kinds
from syncd_csv.suggest import suggest

__all__ = ["syncd_connectors"]


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    """Return the CSV connector."""
    return [
        ConnectorSpec(
            name="csv",
            title="CSV files",
            settings=CsvSettings,
            streams=kinds,
            open=opened,
            batch=20_000,
            suggest=suggest,
            reads_back=False,  # changes go into files of their own
        ),
    ]
