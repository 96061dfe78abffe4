"""The tests' side of `tests.e2e.killing`: asks for processes, and for their death at one instant after the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from signal import SIGKILL
from typing import IO, NamedTuple

from tests.e2e import firm, killing
from tests.e2e.dump import difference, dump
from tests.e2e.program import surroundings

LONG = bool(os.environ.get("SYNCD_E2E_LONG"))
"""Whether there is time: more rounds, more instants."""


class Fate(NamedTuple):
    """What became of a process: its exit code or minus the signal, what it printed, the instants it lived through."""

    code: int
    out: str
    err: str
    instants: list[str]


class Forks:
    """A server of processes, and a folder for what they print."""

    def __init__(self, process: subprocess.Popen[str], asked: IO[str], answers: IO[str], folder: Path) -> None:
        self._process, self._asked, self._answers = process, asked, answers
        self._prints = folder / "prints"

    def run(
        self,
        home: Path,
        *arguments: str,
        kill_at: int = 0,
        kill_after_s: float = 0,
        env: Mapping[str, str] | None = None,
    ) -> Fate:
        """Run a command on *home* to its end, whatever that is."""
        case = killing.Case(
            arguments=["--config", str(home), *arguments],
            home=str(home),
            prints=str(self._prints),
            kill_at=kill_at,
            kill_after_s=kill_after_s,
            env=dict(env or {}),
        )
        self._asked.write(killing.request(case))
        self._asked.flush()
        code = killing.answer(self._answers)
        out, err, instants = (Path(f"{self._prints}.{ending}").read_text() for ending in ("out", "err", "instants"))
        return Fate(code, out, err, instants.splitlines())


@contextmanager
def forking(folder: Path, env: Mapping[str, str]) -> Generator[Forks]:
    """Start a server for processes whose homes are in *folder*."""
    warm = folder / "warm"
    firm.found(warm, datetime.now(UTC))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.killing", str(warm)],
        cwd="/",
        env=surroundings(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        with server.stdin, server.stdout:
            yield Forks(server, server.stdin, server.stdout, folder)
    finally:
        server.wait(10)


@contextmanager
def in_memory() -> Generator[Path]:
    """Give a folder whose fsync costs nothing, where there is one: what a kill loses does not depend on the disk."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="syncd-e2e-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def uninterrupted(forks: Forks, home: Path) -> list[str]:
    """Sync *home* in peace and return the instants at which that could have been interrupted."""
    fate = forks.run(home, "sync")
    assert (fate.code, fate.err) == (3, ""), fate
    return fate.instants


def sweep(forks: Forks, before: Path, after: Path, instants: Mapping[int, str]) -> list[str]:
    """Kill a sync of a copy of *before* at each of *instants*, sync it again, and say where it is then not like *after*."""
    expected, scores = dump(after), (after / firm.SCORES).read_bytes()
    wrong: list[str] = []
    for number, what in instants.items():
        home = firm.copied(before, before.with_name("killed"))
        killed, restarted = forks.run(home, "sync", kill_at=number), forks.run(home, "sync")
        found = [] if killed.code == -SIGKILL else [f"was not killed but ended with {killed.code}"]
        if restarted.code != 3:
            found.append(f"the restart ended with {restarted.code}: {restarted.err}")
        else:
            found += difference(expected, dump(home))
            found += [] if (home / firm.SCORES).read_bytes() == scores else ["the written file differs"]
            found += [f"left behind: {name}" for name in _litter(home)]
        wrong += [f"instant {number}, {what}: {one}" for one in found]
        shutil.rmtree(home)
    return wrong


def numbered(instants: Iterable[str]) -> dict[int, str]:
    """Number instants as `Forks.run` counts them."""
    return dict(enumerate(instants, 1))


def telling(instants: Sequence[str]) -> dict[int, str]:
    """Choose both sides of every commit and what is done to the written file; of the other instants every seventh.

    Where nothing happens between two commits, the end of one and the beginning of the next leave the same behind: one of the
    two is chosen. ``SYNCD_E2E_LONG`` chooses all.
    """
    chosen = numbered(instants)
    for number, (before, what) in enumerate(pairwise(["", *instants]), 1):
        is_new = "commit" in what and (before, what) != ("after a commit", "before a commit")
        if not (LONG or is_new or "scores-" in what or number % 7 == 0):
            del chosen[number]
    return chosen


def _litter(home: Path) -> list[str]:
    """Return drafts of files that nobody will take up again."""
    return [path.name for path in (home / "files").iterdir() if path.name.startswith(".")]
