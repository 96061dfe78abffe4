"""Contacts, accounts and activities from CSV: pulled, mapped, matched, stored with provenance and scored; then 1 % changed.

Prints one JSON line with CPU seconds, peak memory and records per second of the whole process, beside the floor of
`csv_floor` on the same files.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from syncd.cli.files import shipped
from syncd.testing import company
from tests.benchmarks.measure import cost, machine, syncd

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEED = 1


@click.command()
@click.option("--contacts", default=100_000)
@click.option("--activities", default=1_000_000)
@click.option("--note-bytes", default=0, help="Give each contact a note of that size, as real exports have; it is not mapped.")
@click.option("--rounds", default=1)
def main(contacts: int, activities: int, note_bytes: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for _ in range(rounds):
            print(json.dumps(measured(home, contacts, activities, "x" * note_bytes)))


def measured(home: Path, contacts: int, activities: int, note: str) -> dict[str, object]:
    shutil.rmtree(home)
    shutil.copytree(shipped("demo"), home)
    shutil.copyfile(shipped("agreement.yaml"), home / "agreement.yaml")
    main_file = home / "syncd.yaml"
    main_file.write_text(main_file.read_text().replace("write_back: live", "write_back: none"))
    accounts = _write(home / "exports", contacts, activities, note)
    records = contacts + activities + accounts
    first = cost(syncd("--config", str(home), "sync", "--quiet"))
    floor = cost([sys.executable, "-m", "tests.benchmarks.csv_floor", str(home / "floor.db"), *map(str, _files(home))])
    _change(home / "exports" / "crm-contacts.csv", 5, every=100)
    _change(home / "exports" / "marketing-events-1.csv", 3, every=100)
    again = cost(syncd("--config", str(home), "sync", "--quiet"))
    quiet = cost(syncd("--config", str(home), "sync", "--quiet"))
    return {
        "benchmark": "csv_load",
        **machine(),
        "records": records,
        "megabytes": sum(file.stat().st_size for file in _files(home)) // 2**20,
        "load": first.shown(),
        "records_per_cpu_s": round(records / first.cpu_s),
        "cpu_us_per_record": round(first.cpu_s / records * 1e6, 1),
        "floor": floor.shown(),
        "times_the_floor": round(first.cpu_s / floor.cpu_s, 2),
        "one_percent_changed": again.shown(),
        "nothing_changed": quiet.shown(),
    }


def _write(exports: Path, contacts: int, activities: int, note: str) -> int:
    people = ([*row, note] for row in company.contacts(SEED, contacts, NOW))
    company.export(exports / "crm-contacts.csv", [*company.CONTACT_COLUMNS, "Notes"], people)
    company.export(exports / "crm-accounts.csv", company.ACCOUNT_COLUMNS, company.accounts(SEED, contacts, NOW))
    events = company.events(SEED, contacts, NOW, total=activities)
    company.export(exports / "marketing-events-1.csv", company.EVENT_COLUMNS, events)
    return (contacts + 3) // 4


def _files(home: Path) -> list[Path]:
    return [home / "exports" / f"{name}.csv" for name in ("crm-accounts", "crm-contacts", "marketing-events-1")]


def _change(file: Path, column: int, *, every: int) -> None:
    """Change one cell of every hundredth row, as a newer export would."""
    part = file.with_suffix(".part")
    with file.open(newline="") as before, part.open("w", newline="") as after:
        writer = csv.writer(after)
        for number, row in enumerate(csv.reader(before)):
            if number and number % every == 0:
                row[column] = "/pricing" if column == 3 else "Founder"
            writer.writerow(row)
    part.replace(file)


if __name__ == "__main__":
    main()
