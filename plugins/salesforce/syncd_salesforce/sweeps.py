"""Finds records that vanished without a trace: hard deletions older than Salesforce's log of them.

Kept in the cache folder: the identifiers that were ever delivered. A sweep lists those that are there now. Who is missing in
two sweeps, a day apart or more, is gone; unless so many are missing at once that it is not them but our right to see them.
Nothing is ever concluded from a cache that got lost: what is not known to have been there cannot be missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

__all__ = ["Sweeper", "Swept"]

_FEW, _SHARE = 50, 0.1  # more than both at once is held: they are not deleted, they are hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found: who is ``gone`` for good, how many are ``missing`` for the first time, whether it was ``held``."""

    gone: tuple[str, ...]
    missing: int
    known: int
    held: bool


class Sweeper:
    """The identifiers of one object. Every call may be repeated: a page can come twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, there: Iterable[str], gone: Iterable[str] = ()) -> None:
        """Note that these were delivered as *there*, and those as *gone*: whoever is known to be gone is missed by nobody."""
        self._append("delivered", (*there, *(f"-{one}" for one in gone)))

    def see(self, sweep: datetime, ids: Iterable[str]) -> None:
        """Note that the sweep begun at *sweep* saw these."""
        self._append(_name("seen", sweep), ids)

    def finish(self, sweep: datetime) -> Swept:
        """Compare what a sweep saw with what was delivered."""
        seen, known = self._read(_name("seen", sweep)), self._read("delivered")
        missing = known - seen
        if len(missing) > _FEW and len(missing) > _SHARE * len(known):
            return Swept(gone=(), missing=len(missing), known=len(known), held=True)
        before = {one for path in self._folder.glob("missing-*") if path.name < _name("missing", sweep) for one in _lines(path)}
        gone = missing & before
        self._write(_name("gone", sweep), gone)
        self._write(_name("missing", sweep), missing - gone)
        return Swept(gone=tuple(sorted(gone)), missing=len(missing - gone), known=len(known), held=False)

    def begin(self, sweep: datetime) -> None:
        """Let go of what earlier sweeps noted, but for who was missing in the last one; keep each identifier once."""
        buried = {one for path in self._folder.glob("gone-*") for one in _lines(path)}
        self._write("delivered", self._read("delivered") - buried)
        last = max((path.name for path in self._folder.glob("missing-*")), default="")
        for path in (one for kind in ("seen", "gone", "missing") for one in self._folder.glob(f"{kind}-*")):
            if path.name not in {last, _name("seen", sweep)}:
                path.unlink(missing_ok=True)

    def _append(self, name: str, ids: Iterable[str]) -> None:
        lines = "".join(f"{one}\n" for one in ids)
        if lines:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self._folder / name).open("a", encoding="ascii") as file:
                file.write(lines)

    def _read(self, name: str) -> set[str]:
        return _lines(self._folder / name)

    def _write(self, name: str, ids: Iterable[str]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._folder / f"{name}.new"
        new.write_text("".join(f"{one}\n" for one in sorted(ids)), encoding="ascii")
        new.replace(self._folder / name)


def _lines(path: Path) -> set[str]:
    """Return the identifiers in a file, less those that were taken back; a last one that was cut off is none."""
    found: set[str] = set()
    try:
        lines = path.read_text(encoding="ascii").split("\n")
    except FileNotFoundError:
        return found
    for line in lines:
        if line.startswith("-"):
            found.discard(line[1:])
        elif len(line) == 18:
            found.add(line)
    return found


def _name(kind: str, sweep: datetime) -> str:
    return f"{kind}-{sweep:%Y%m%dT%H%M%S}"
