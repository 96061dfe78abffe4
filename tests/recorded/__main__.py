"""Prints how many recorded exchanges the emulator answers alike, and each difference by cause; ends with 1 if one has none."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click

from tests.recorded import hubspot, salesforce
from tests.recorded.exchanges import Exchange, read

_REPLAYS = {"hubspot": hubspot.replayed, "salesforce": salesforce.replayed}


@click.command()
@click.argument("vendor", type=click.Choice(list(_REPLAYS)))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(vendor: str, folder: Path) -> None:
    exchanges = read(folder)
    found: Counter[str] = Counter()
    replayed = alike = unexplained = 0
    for one, differences in _REPLAYS[vendor](exchanges):
        causes = [salesforce.cause(one, what) if vendor == "salesforce" else None for what in differences]
        found.update(cause or f"UNEXPLAINED {_place(one)} {what}" for cause, what in zip(causes, differences, strict=True))
        replayed += 1
        alike += not differences
        unexplained += not all(causes)
    print(
        f"{len(exchanges)} recorded, {replayed} replayed: {alike} with equal status, keys and types, {unexplained} unexplained"
    )
    for what, count in found.most_common():
        print(f"{count:6} {what}")
    raise SystemExit(unexplained > 0)


def _place(one: Exchange) -> str:
    return f"{one.method} {re.sub(r'[0-9A-Za-z]{18}', '{id}', one.path)}"


if __name__ == "__main__":
    main()
