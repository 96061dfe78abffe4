"""The suite that every connector passes, on a folder of files to which things happen."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from syncd_csv.api import opened

from syncd.spi import Change, Done, FieldChange, Golden, Opening, Receipt, Ref, Rejected
from syncd.testing import CANARY, Exempt, Failure, NoClient, VirtualClock, installed
from syncd.testing.contract import ConnectorContract

SETTINGS = {
    "folder": "files",
    "write_to": "out/scores.csv",
    "streams": {
        "people": {"files": "in/people.csv", "holds": "person", "deleted": "gone", "merged_into": "merged into"},
        "visits": {
            "files": "in/visits.csv",
            "holds": "activity",
            "id": "id",
            "kind": "visit",
            "occurred_at": "at",
            "about_email": "email",
            "asset": "page",
            "deleted": "gone",
        },
    },
}
HEADERS = {"people": ["id", "name", "gone", "merged into"], "visits": ["id", "at", "email", "page", "gone"]}
NAMED = {"people": 1, "visits": 3}  # the column that holds the canary
GONE = {"people": 2, "visits": 4}


class CsvWorld:
    """See `syncd.testing.World`: tables in memory, exported anew whenever something happens."""

    many = 81
    whole: Mapping[str, str] = {}
    spec = replace(installed("csv"), open=partial(opened, page=40))

    def __init__(self, folder: Path) -> None:
        self._home = folder
        self._clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        self._rows: dict[str, dict[str, list[str]]] = {stream: {} for stream in HEADERS}
        self._bad: dict[str, list[str]] = {stream: [] for stream in HEADERS}
        self._numbers = count(1)
        (self._files / "in").mkdir(parents=True)
        (self._files / "out").mkdir()
        for stream in HEADERS:
            self._export(stream)

    def opening(self, cache: Path) -> Opening:
        return Opening(
            connection="files",
            settings=self.spec.settings.model_validate(SETTINGS),
            wanted={"people": frozenset({"name"})},
            client=NoClient(),
            home=self._home,
            cache=cache,
            now=self._clock.now,
        )

    def rest(self) -> None:
        self._clock.advance(timedelta(minutes=1))

    def fill(self, stream: str, count: int) -> Sequence[Ref]:
        refs = [self._add(stream) for _ in range(count)]
        self._export(stream)
        return refs

    def change(self, ref: Ref) -> None:
        self._set(ref, NAMED[ref.stream], f"{CANARY} changed")

    def delete(self, ref: Ref) -> None:
        self._set(ref, GONE[ref.stream], "true")

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        if loser.stream != "people":
            raise Exempt("activities do not merge")
        self._set(loser, 3, winner.external_id)
        return winner

    def spoil(self, stream: str) -> None:
        self._bad[stream].append(f',"{CANARY}"{CANARY}')
        self._export(stream)

    def late(self, stream: str) -> Callable[[], Ref]:
        ref = self._add(stream)
        row = self._rows[stream].pop(ref.external_id)

        def show() -> Ref:
            self._rows[stream][ref.external_id] = row
            self._export(stream)
            return ref

        return show

    def fields(self, ref: Ref) -> Mapping[str, Golden | None]:
        path = self._files / "out" / "scores.csv"
        if not path.exists():
            return {}
        with path.open(newline="") as file:
            held: dict[str, dict[str, Golden | None]] = {row.pop("id"): {**row} for row in csv.DictReader(file)}
        return held.get(ref.external_id, {})

    def provoke(self, failure: Failure) -> None:
        if failure in {Failure.BUSY, Failure.LOST}:
            raise Exempt("a disk neither asks to come back later nor loses its answer")
        if failure is Failure.DENIED:
            raise Exempt("files have no login; a missing right is a setting to correct")
        self.mend()
        self._files.rename(self._home / "away")
        if failure is Failure.DOWN:
            self._files.mkdir()
        else:
            shutil.copytree(self._home / "away", self._files)
            for stream, header in HEADERS.items():
                names = ",".join("nobody knows" if failure is Failure.MISFIT else name for name in header)
                (self._files / "in" / f"{stream}.csv").write_text(f"{names}\n" + f",{CANARY}\n" * 100)

    def mend(self) -> None:
        if (self._home / "away").exists():
            shutil.rmtree(self._files, ignore_errors=True)
            (self._home / "away").rename(self._files)

    def asking_for(self, receipt: type[Receipt]) -> Change:
        if receipt not in {Done, Rejected}:
            raise Exempt("a file of results takes every identifier, and at once")
        (ref,) = self.fill("visits" if receipt is Rejected else "people", 1)
        fields = {"why": FieldChange(None, f"=HYPERLINK({CANARY})"), "stage": FieldChange(None, f"MQL {CANARY}")}
        return Change(ref=ref, fields=fields, key=f"key {ref.external_id}")

    @property
    def _files(self) -> Path:
        return self._home / "files"

    def _add(self, stream: str) -> Ref:
        name = f"{stream}-{next(self._numbers)}"
        at = self._clock.now().isoformat()
        rows = {"people": [name, f"{CANARY} {name}", "", ""], "visits": [name, at, "ada@example.com", f"/{CANARY}", ""]}
        self._rows[stream][name] = rows[stream]
        return Ref(stream, name)

    def _set(self, ref: Ref, column: int, value: str) -> None:
        self._rows[ref.stream][ref.external_id][column] = value
        self._export(ref.stream)

    def _export(self, stream: str) -> None:
        """Write the whole table, as an export does, and let the disk's clock go on by a second."""
        path = self._files / "in" / f"{stream}.csv"
        lines = [*map(",".join, [HEADERS[stream], *self._rows[stream].values()]), *self._bad[stream]]
        path.write_text("\n".join(lines) + "\n")
        self._clock.advance(timedelta(seconds=1))
        os.utime(path, (self._clock.now().timestamp(),) * 2)


class TestContract(ConnectorContract):
    """All of it."""

    world = CsvWorld
