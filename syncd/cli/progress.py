"""Watching a run: progress bars on a terminal, nothing elsewhere, and a stop between two steps when a signal comes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from types import FrameType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from syncd.cli.base import choices
from syncd.cli.output import counted
from syncd.engine.pull import Pulled
from syncd.engine.site import Counts
from syncd.store.streams import Stream


@dataclass(slots=True)
class Stop:
    """The signal that asked for an end, 0 while none did."""

    signal: int = 0


@contextmanager
def stopping(pauses: Event) -> Generator[Stop]:
    """Turn the first SIGINT or SIGTERM into a request to stop between two steps, ending *pauses*; the second ends at once."""
    stop = Stop()

    def request(number: int, _: FrameType | None) -> None:
        if stop.signal:
            raise SystemExit(128 + number)
        stop.signal = number
        pauses.set()

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Bars:
    """A `Watcher` that draws on standard error; with -v it says each step in a line."""

    def __init__(self, stop: Stop) -> None:
        self._said = choices().verbosity > 0
        drawn = sys.stderr.isatty() and choices().verbosity >= 0 and choices().output == "table"
        self._stop = stop
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not drawn,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def pulled(self, stream: Stream, page: Pulled) -> None:
        bar = self._bar(f"{stream.connection}.{stream.name}", "records")
        done = self._progress.tasks[bar].completed + page.counts["read"]
        total = done if not page.more else done / page.progress if page.progress else None
        self._progress.update(bar, completed=done, total=None if total is None else round(total))
        self._say(f"{stream.connection}.{stream.name}", page.counts)

    def stepped(self, step: str, counts: Counts) -> None:
        bar = self._bar(_TITLES[step], _UNITS[step])
        self._progress.update(bar, advance=max(counts.values(), default=0))
        self._say(_TITLES[step], counts)

    def stopping(self) -> bool:
        return bool(self._stop.signal)

    def _say(self, title: str, counts: Counts) -> None:
        if self._said:
            self._progress.console.print(f"{title}: {counted(counts) or 'nothing new'}", markup=False, highlight=False)

    def _bar(self, title: str, unit: str) -> TaskID:
        if title not in self._bars:
            self._bars[title] = self._progress.add_task(title, total=None, unit=unit)
        return self._bars[title]


_TITLES = {"fold": "fold anew", "assess": "assess", "push": "write back"}
_UNITS = {"fold": "records", "assess": "people", "push": "writes"}
