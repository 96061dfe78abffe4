"""Running syncd as its users do: real processes, followed by what they say and write, never by the clock alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("syncd"))
PATIENCE_S = 120.0


class Ended(NamedTuple):
    """A process that has ended, and what it printed."""

    code: int
    out: str
    err: str


class Event(NamedTuple):
    """One line of a daemon's log."""

    name: str
    keys: Mapping[str, object]


def syncd(*arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=surroundings(env),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def surroundings(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing of the developer's own shows, and tables have room."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCD", "PYTEST", "COVERAGE", "UV"))}
    return mine | {"COLUMNS": "250", "TERM": "xterm"} | dict(env or {})


def until(condition: Callable[[], bool], what: str | Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Wait until *condition* holds, and fail saying *what* did not come."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.01)


class Running:
    """A process that goes on, its standard error in a file."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.process = process
        self._out, self._err = out, err

    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    def events(self, name: str = "") -> list[Event]:
        """Return the whole lines logged so far, each of which has to be one JSON object."""
        found = [_event(line) for line in self.err().splitlines(keepends=True) if line.endswith("\n")]
        return [one for one in found if not name or one.name == name]

    def until_event(self, name: str, *, times: int = 1, within_s: float = PATIENCE_S) -> list[Event]:
        """Wait until an event was logged so many times and return all of its name."""

        def come() -> bool:
            if self.process.poll() is not None and len(self.events(name)) < times:
                raise AssertionError(f"ended with {self.process.returncode} before {name!r}: {self.err()[-2000:]}")
            return len(self.events(name)) >= times

        until(come, f"{times} x {name}", within_s=within_s)
        return self.events(name)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self, *, within_s: float = PATIENCE_S) -> int:
        """Wait for the end and return the exit code; minus the signal if one killed it."""
        return self.process.wait(within_s)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Ask for the end; return the exit code and the seconds it took."""
        start = time.monotonic()
        self.send(number)
        return self.ended(), time.monotonic() - start


def _event(line: str) -> Event:
    try:
        keys = json.loads(line)
    except ValueError:
        raise AssertionError(f"a line of the log is no JSON: {line}") from None
    return Event(str(keys["event"]), keys)


@contextmanager
def running(folder: Path, *arguments: object, env: Mapping[str, str] | None = None) -> Generator[Running]:
    """Start a command and see to it that it is gone in the end; what it prints goes to files in *folder*."""
    folder.mkdir(exist_ok=True)
    out, err = _fresh(folder, "out"), _fresh(folder, "err")
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = _started(arguments, env, out_file, err_file)
    try:
        yield Running(process, out, err)
    finally:
        process.kill()
        process.wait()


def _started(
    arguments: Sequence[object], env: Mapping[str, str] | None, out: IO[bytes], err: IO[bytes]
) -> subprocess.Popen[bytes]:
    command = [COMMAND, *map(str, arguments)]
    return subprocess.Popen(command, env=surroundings(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err)


def _fresh(folder: Path, ending: str) -> Path:
    return folder / f"{len(list(folder.iterdir()))}.{ending}"
