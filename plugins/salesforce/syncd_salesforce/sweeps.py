"""Finds what left no trace: records that vanished before Salesforce's log began, and those that show though no date moved.

Kept in the cache folder: the identifiers that were ever delivered, each with the stamp of its last version. A sweep lists who
is there now. Who is missing in two sweeps, a day apart or more, is gone; unless so many are missing at once that it is not them
but our right to see them. Who is there and was never delivered, or was told as gone, is to be read.

Nobody is gone by a cache that got lost: who is not known to have been there cannot be missing. The next sweep takes everybody
for new, and so they are known again; who vanished before it and is in no log any more stays for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from syncd_salesforce.ids import is_id, long_id
from syncd_salesforce.instants import instant

__all__ = ["Sweeper", "Swept", "told"]

_FEW, _SHARE, _MOST = 50, 0.1, 0.5  # see `_are_hidden`
_KINDS = ("seen", "gone", "missing", "shown")
_APART = timedelta(days=1)
_ID = 18
_DELIVERED = re.compile(r"([0-9A-Za-z]{18}) (\d{10})")
_SEEN = -1  # in place of a stamp: two sets of a million identifiers would be twice the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found: who is ``gone`` for good, with the stamp of the version that was delivered last; how many are
    ``missing`` for the first time, of how many ``known``, and whether that was ``held``; how many ``shown`` are to be read.
    """

    gone: Mapping[str, datetime]
    missing: int
    known: int
    shown: int
    held: bool


class Sweeper:
    """The identifiers of one object. Every call may be repeated: a page can come twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, there: Mapping[str, datetime], gone: Iterable[str] = ()) -> None:
        """Note that these came as *there* with a stamp, and those as *gone*: who is known to be gone is missed by nobody."""
        self._append("delivered", (*(_line(one, _seconds(at)) for one, at in there.items()), *(f"-{one}" for one in gone)))

    def see(self, sweep: datetime, ids: Iterable[str]) -> None:
        """Note that the sweep begun at *sweep* saw these."""
        self._append(_name("seen", sweep), ids)

    def finish(self, sweep: datetime) -> Swept:
        """Compare what a sweep saw with what was delivered."""
        known, shown = self._delivered(), set[str]()
        for one in self._ids(_name("seen", sweep)):
            if one in known:
                known[one] = _SEEN
            else:
                shown.add(one)
        missing = {one for one, at in known.items() if at != _SEEN}
        self._write(_name("shown", sweep), sorted(shown))
        if _are_hidden(len(missing), len(known)):
            return Swept(gone={}, missing=len(missing), known=len(known), shown=len(shown), held=True)
        latest = _name("missing", sweep - _APART)
        earlier = [path.name for path in self._folder.glob("missing-*") if path.name <= latest]
        gone = missing & {one for name in earlier for one in self._ids(name)}
        self._write(_name("gone", sweep), sorted(gone))
        self._write(_name("missing", sweep), sorted(missing - gone))
        return Swept(
            gone={one: datetime.fromtimestamp(known[one], UTC) for one in sorted(gone)},
            missing=len(missing - gone),
            known=len(known),
            shown=len(shown),
            held=False,
        )

    def shown(self, sweep: datetime, *, after: str, most: int) -> list[str]:
        """Return identifiers behind *after* that a finished sweep saw and that were not known, in order."""
        return list(islice((one for one in self._ids(_name("shown", sweep)) if one > after), most))

    def begin(self, sweep: datetime) -> None:
        """Let go of what earlier sweeps noted, but for who was missing in the last one; keep each identifier once."""
        known = self._delivered()
        for path in self._folder.glob("gone-*"):
            for one in self._ids(path.name):
                known.pop(one, None)
        self._write("delivered", (_line(one, known[one]) for one in sorted(known)))
        last = max((path.name for path in self._folder.glob("missing-*")), default="")
        for path in (one for kind in _KINDS for one in self._folder.glob(f"{kind}-*")):
            if path.name not in {last, _name("seen", sweep)}:
                path.unlink(missing_ok=True)

    def _append(self, name: str, given: Iterable[str]) -> None:
        lines = "".join(f"{one}\n" for one in given)
        if lines:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._folder / name).open("a", encoding="ascii") as file:
                file.write(lines)

    def _ids(self, name: str) -> Iterable[str]:
        """Yield the identifiers in a file; a last one that was cut off is none."""
        return (line for line in self._lines(name) if len(line) == _ID)

    def _delivered(self) -> dict[str, int]:
        """Return who was delivered and not taken back, with its stamp; a last line that was cut off says nothing."""
        found: dict[str, int] = {}
        for line in self._lines("delivered"):
            if line.startswith("-"):
                found.pop(line[1:], None)
            elif whole := _DELIVERED.fullmatch(line):
                found[whole[1]] = int(whole[2])
        return found

    def _lines(self, name: str) -> Iterable[str]:
        try:
            with (self._folder / name).open(encoding="ascii") as file:
                yield from (line.rstrip("\n") for line in file)
        except FileNotFoundError:
            return

    def _write(self, name: str, lines: Iterable[str]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._folder / f"{name}.new"
        with new.open("w", encoding="ascii") as file:
            file.writelines(f"{one}\n" for one in lines)
        new.replace(self._folder / name)


def told(rows: Iterable[Mapping[str, object]], *, by: str) -> tuple[dict[str, datetime], list[str]]:
    """Return who of *rows* lives, with its stamp in the column *by*, and who was deleted, whatever else the rows say."""
    there: dict[str, datetime] = {}
    gone: list[str] = []
    for row in rows:
        one = str(row.get("Id"))
        if not is_id(one):
            continue
        if str(row.get("IsDeleted")).lower() == "true":  # "true" by Bulk API
            gone.append(long_id(one))
            continue
        try:
            there[long_id(one)] = instant(str(row.get(by)))
        except ValueError:
            continue  # it is refused as well
    return there, gone


def _are_hidden(missing: int, known: int) -> bool:
    """Tell whether so many are missing that they are not deleted: most of them, or both many and no small share."""
    return missing > _MOST * known or (missing > _FEW and missing > _SHARE * known)


def _line(one: str, stamp: int) -> str:
    return f"{one} {stamp:010d}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _name(kind: str, sweep: datetime) -> str:
    return f"{kind}-{sweep:%Y%m%dT%H%M%S}"
