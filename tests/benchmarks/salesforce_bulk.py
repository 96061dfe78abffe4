"""Leads of an emulated Salesforce org by Bulk API 2.0: pulled, mapped, matched, stored; then the next cycle.

Prints one JSON line with CPU seconds and peak memory of the whole process, beside those of a tenth of the leads: memory that is
bounded does not grow with them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from urllib.request import urlopen

import click

from syncd.cli.files import shipped
from tests.benchmarks.measure import cost, emulated, machine, syncd

MORE = "streams: [User, Account, Lead, Contact], bulk_above: 2000"


@click.command()
@click.option("--leads", default=100_000)
def main(leads: int) -> None:
    tenth, whole = measured(leads // 10), measured(leads)
    print(json.dumps({"benchmark": "salesforce_bulk", **machine(), "leads": leads, **whole, "a_tenth": tenth["load"]}))


def measured(leads: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, emulated("salesforce", "--leads", str(leads)) as ready:
        home = Path(folder)
        install(home, ready)
        first = cost(syncd("--config", str(home), "sync", "--quiet"))
        following = cost(syncd("--config", str(home), "sync", "--quiet"))
        return {
            "load": first.shown(),
            "cpu_us_per_lead": round(first.cpu_s / leads * 1e6, 1),
            "next_cycle": following.shown(),
            "calls": _calls(ready["url"]),
        }


def install(home: Path, ready: dict[str, str]) -> None:
    (home / "mapping").mkdir()
    mapping = (shipped("mapping") / "salesforce.yaml").read_text()
    (home / "mapping" / "salesforce.yaml").write_text(mapping.partition("\n  Opportunity:")[0] + "\n")
    (home / "agreement.yaml").write_text((shipped("demo").parent / "agreement.yaml").read_text())
    (home / "secret").write_text(ready["client_secret"])
    settings = f"{{login_url: '{ready['url']}', client_id: {ready['client_id']}, client_secret: 'file:secret', {MORE}}}"
    main_file = "channels: {trial: {file: notices.txt}}\n"
    main_file += f"connections:\n  salesforce:\n    type: salesforce\n    write_back: none\n    settings: {settings}\n"
    (home / "syncd.yaml").write_text(main_file)


def _calls(url: str) -> dict[str, int]:
    with urlopen(f"{url}/emulator/state") as state:
        calls: dict[str, int] = json.load(state)["calls"]
    return {name: many for name, many in calls.items() if "jobs" in name or "query" in name}


if __name__ == "__main__":
    main()
