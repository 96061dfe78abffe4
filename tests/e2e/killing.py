"""A server of processes that die on request: imports syncd once, then forks a child for each command line it is sent.

A child counts the instants at which a crash would find something done and something not: before and after each commit that
writes, and before each file below its home is created, replaced or removed. It kills itself (SIGKILL) at the instant asked for,
or is killed after so many seconds. Requests and answers are lines of JSON on standard input and output.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import traceback
from contextlib import redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from syncd.cli import main as command

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FILE_EVENTS = {"os.rename", "os.remove", "os.mkdir", "open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command line of syncd. ``kill_at`` counts instants from 1, 0 lets it live; ``kill_after_s`` is seconds, 0 for ever.

    What it prints goes to ``prints + ".out"`` and ``".err"``, the instants it saw, in words, to ``".instants"``, which are no
    files of ``home``.
    """

    arguments: list[str]
    home: str
    prints: str
    kill_at: int = 0
    kill_after_s: float = 0
    env: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Serve until the requests end. The installation named on the command line is synced first, to have everything at hand."""
    _import_everything()
    with suppress(SystemExit), Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        command.main(args=["--config", sys.argv[1], "sync"], prog_name="syncd")
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_fate(Case(**json.loads(line)))), flush=True)


def request(case: Case) -> str:
    """Return the line that asks for *case*."""
    return json.dumps(asdict(case)) + "\n"


def _fate(case: Case) -> int:
    """Fork a child for *case* and return its exit code, minus the signal if it was killed."""
    child = os.fork()
    if child == 0:
        _live(case)
    if case.kill_after_s:
        watched = os.pidfd_open(child)
        if not select.select([watched], [], [], case.kill_after_s)[0]:
            os.kill(child, signal.SIGKILL)
        os.close(watched)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _import_everything() -> None:
    for module in ("alembic.command", "psycopg", "syncd.cli.people", "syncd.cli.run", "syncd.cli.sync", "syncd.cli.why"):
        import_module(module)


def _live(case: Case) -> NoReturn:
    """Be the process *case* asks for."""
    code = 1
    instants = _Instants(case)
    with Path(case.prints + ".out").open("w") as out, Path(case.prints + ".err").open("w") as err:
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), out.fileno(), err.fileno())):
            os.dup2(file, number)
        sys.stdout, sys.stderr = out, err
        os.environ.update(case.env)
        instants.listen()
        try:
            command.main(args=case.arguments, prog_name="syncd")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:  # noqa: BLE001 - as the interpreter would print it
            traceback.print_exc()
        finally:
            out.flush()
            err.flush()
            os._exit(code)


class _Instants:
    """Counts the instants of one process and ends it at the one asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._count = 0
        self._words = os.open(case.prints + ".instants", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def listen(self) -> None:
        event.listen(Engine, "commit", self._committing)
        sys.addaudithook(self._auditing)

    def _come(self, what: str) -> None:
        self._count += 1
        os.write(self._words, f"{what}\n".encode())
        if self._count == self._case.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _committing(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("syncd_writes"):
            return  # a transaction that only reads leaves nothing behind
        self._come("before a commit")
        connection.connection.commit()  # the commit that follows this event then finds nothing left to do
        self._come("after a commit")

    def _auditing(self, name: str, arguments: tuple[object, ...]) -> None:
        if name in _FILE_EVENTS and isinstance(arguments[0], str) and self._leaves_a_trace(name, arguments):
            self._come(f"before {name} {' '.join(str(one) for one in arguments[:2] if isinstance(one, str))}")

    def _leaves_a_trace(self, name: str, arguments: tuple[object, ...]) -> bool:
        """Tell whether a file below home is meant; those named relatively are: the working directory is elsewhere."""
        path, flags = str(arguments[0]), arguments[-1]
        if name == "open" and not (isinstance(flags, int) and flags & _WRITING):
            return False
        return path.startswith(self._case.home) or not path.startswith("/")


def answer(lines: IO[str]) -> int:
    """Read what became of a case."""
    return int(json.loads(lines.readline()))


if __name__ == "__main__":
    main()
