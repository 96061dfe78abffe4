"""Printing: one table or one JSON document on standard output; everything else goes to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import click
import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.base import choices
from syncd.cli.clock import now

_GAP = 2
"""Blanks between two columns."""


def is_json() -> bool:
    return choices().output == "json"


def print_json(value: object) -> None:
    """Print one JSON document; instants as ISO 8601 in UTC."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; nothing in it is read as mark-up. What is no terminal gets a line for each row, however long."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    if sys.stdout.isatty():
        words = [max(map(cell_len, column.split()), default=1) for column in columns]
        widths = _fitted(widths, words, console().width - _GAP * (len(columns) - 1))
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        drawn.add_column(column, overflow="fold", width=width)
    for row in cells:
        drawn.add_row(*map(Text, row))
    console(sum(widths) + _GAP * len(widths)).print(drawn, crop=False)


def is_quiet() -> bool:
    return choices().verbosity < 0


def line(text: str = "", *, style: str = "") -> None:
    """Print a line, unless --quiet."""
    if not is_quiet():
        warning(text, style=style)


def warning(text: str, *, style: str = "yellow") -> None:
    """Print a line about something wrong, --quiet or not."""
    console().print(Text(text, style=style), soft_wrap=True)


def worries(columns: Sequence[str], levels: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print findings with their level in front; with --quiet only those that are not "ok"."""
    shown = [(level, *row) for level, row in zip(levels, rows, strict=True) if level != "ok" or not is_quiet()]
    if shown or not is_quiet():
        table(("", *columns), shown)


def console(width: int | None = None) -> Console:
    return Console(highlight=False, soft_wrap=False, width=width)


def _fitted(widths: Sequence[int], words: Sequence[int], room: int) -> list[int]:
    """Narrow the widest columns until all fit into *room*, but none below the longest word of its heading."""
    fitted = list(widths)
    while sum(fitted) > room:
        places = [place for place, width in enumerate(fitted) if width > words[place]]
        if not places:
            break
        fitted[max(places, key=fitted.__getitem__)] -= 1
    return fitted


def plain(value: object) -> str:
    """Write a value for people: no control characters, times short."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}Z"
        case list() | tuple():
            return ", ".join(plain(one) for one in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return "".join(letter if letter.isprintable() else "\N{SYMBOL FOR NULL}" for letter in str(value))


def counted(counts: Mapping[str, int]) -> str:
    """Say what happened how often."""
    words = {"accepted": "handed over (a later sync settles them)"}
    return ", ".join(f"{count} {words.get(word, word.replace('_', ' '))}" for word, count in counts.items() if count)


def when(at: datetime) -> str:
    """Write an instant in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def ago(at: datetime | None) -> str:
    """Say how long ago, or how far ahead, an instant is."""
    if at is None:
        return "never"
    seconds = int((now() - at).total_seconds())
    size, word = next(
        (size, word) for size, word in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")) if abs(seconds) >= size or size == 1
    )
    amount = f"{abs(seconds) // size} {word}"
    return f"in {amount}" if seconds < 0 else f"{amount} ago"
