"""Contacts of an emulated HubSpot: pulled, mapped, matched, stored with provenance and scored; then the next cycle.

Prints one JSON line with CPU seconds and peak memory of the whole process, beside `hubspot_floor` on the same portal.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

from syncd.cli.files import shipped
from tests.benchmarks.measure import cost, emulated, machine, syncd


@click.command()
@click.option("--contacts", default=100_000)
def main(contacts: int) -> None:
    with tempfile.TemporaryDirectory() as folder, emulated("hubspot", "--contacts", str(contacts), "--bare") as ready:
        home = Path(folder)
        install(home, ready)
        first = cost(syncd("--config", str(home), "sync", "--quiet"))
        following = cost(syncd("--config", str(home), "sync", "--quiet"))
        command = [sys.executable, "-m", "tests.benchmarks.hubspot_floor", str(home / "floor.db"), ready["url"], ready["token"]]
        floor = cost(command)
    print(
        json.dumps(
            {
                "benchmark": "hubspot_pull",
                **machine(),
                "contacts": contacts,
                "load": first.shown(),
                "cpu_us_per_contact": round(first.cpu_s / contacts * 1e6, 1),
                "next_cycle": following.shown(),
                "floor": floor.shown(),
                "times_the_floor": round(first.cpu_s / floor.cpu_s, 2),
            }
        )
    )


def install(home: Path, ready: dict[str, str]) -> None:
    """Write a configuration that reads owners, companies and contacts, and writes nothing."""
    (home / "mapping").mkdir()
    mapping = (shipped("mapping") / "hubspot.yaml").read_text()
    (home / "mapping" / "hubspot.yaml").write_text(mapping.partition("\n  deals:")[0] + "\n")
    (home / "agreement.yaml").write_text((shipped("demo").parent / "agreement.yaml").read_text())
    (home / "token").write_text(ready["token"])
    settings = f"{{base_url: '{ready['url']}', token: 'file:token', plan: enterprise, streams: [owners, companies, contacts]}}"
    (home / "syncd.yaml").write_text(
        "channels: {trial: {file: notices.txt}}\n"
        f"connections:\n  hubspot:\n    type: hubspot\n    write_back: none\n    settings: {settings}\n"
    )


if __name__ == "__main__":
    main()
