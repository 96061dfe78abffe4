"""The floor beside `csv_load`: the csv module and one upsert per row, nothing mapped, matched, explained or scored."""

from __future__ import annotations

import csv
import sqlite3
import sys
from itertools import islice
from pathlib import Path

PAGE = 1000


def load(database: Path, *files: Path) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for file in files:
        with file.open(newline="", encoding="utf-8") as opened:
            reader = csv.reader(opened)
            header = next(reader)
            columns = ", ".join(f'"{name}"' for name in header)
            connection.execute(f'CREATE TABLE IF NOT EXISTS "{file.stem}" ({columns}, PRIMARY KEY ("{header[0]}"))')
            updates = ", ".join(f'"{name}" = excluded."{name}"' for name in header[1:])
            marks = ", ".join("?" for _ in header)
            upsert = (
                f'INSERT INTO "{file.stem}" ({columns}) VALUES ({marks}) ON CONFLICT ("{header[0]}") DO UPDATE SET {updates}'
            )
            while page := list(islice(reader, PAGE)):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(upsert, page)
                connection.execute("COMMIT")


if __name__ == "__main__":
    load(Path(sys.argv[1]), *map(Path, sys.argv[2:]))
