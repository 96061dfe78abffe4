"""Measuring whole processes: CPU seconds, wall seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread


@dataclass(frozen=True)
class Cost:
    """What one process cost, start-up included."""

    cpu_s: float
    wall_s: float
    peak_mb: float

    def shown(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


def cost(command: Sequence[str], *, cwd: Path | None = None, allowed: Sequence[int] = (0,)) -> Cost:
    """Run *command* and return what it cost; anything but an *allowed* exit code is an error."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    peaks = [0.0]
    watch = Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, peaks[0])


def _watch(pid: int, peaks: list[float]) -> None:
    """Follow the high-water mark while the process lives; what wait4 tells of memory includes this process's own."""
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        if not found:
            return
        peaks[0] = int(found[0]) / 1024
        time.sleep(0.02)


def syncd(*arguments: str) -> list[str]:
    """Return the command line of syncd in this environment."""
    return [str(Path(sys.executable).with_name("syncd")), *arguments]


@contextmanager
def emulated(*arguments: str) -> Generator[dict[str, str]]:
    """Run ``syncd emulate`` with *arguments* as a process of its own, and give what it says when it is ready."""
    process = subprocess.Popen(syncd("emulate", *arguments), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": sys.version.split()[0]}
