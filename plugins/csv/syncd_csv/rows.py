"""Cuts a delimited text into rows without trusting its quotes.

Python's own reader lets one quote that is never closed swallow the rest of a file in silence. Here a row that spans
lines is accepted only if its quotes are closed properly and it has the header's width; otherwise its first line alone
is given up and reading resumes on the next line. Works on bytes, of which every quote, delimiter and line end is ASCII.
Pure: knows nothing of files, columns or records.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple, TypeAlias

__all__ = ["LONGEST", "Fault", "Row", "cells", "rows"]

LONGEST = 1 << 20
"""Bytes of the longest row that is read: 1 MiB; a longer one is refused."""

csv.field_size_limit(LONGEST)  # the default of 131,072 characters refuses long notes; it can only be set for the process


class Fault(NamedTuple):
    """Why a row cannot be used: a code to group by and a sentence without the row's content."""

    code: str
    what: str


Row: TypeAlias = tuple[int, int, bytes, Fault | None]
"""First line, offset behind the row (0 where reading may not be resumed), text with its line end, what is wrong with it."""


def cells(text: str, delimiter: str) -> list[str]:
    """Return the cells of one well-formed row, which has no line end any more.

    >>> cells('7,"Doe, Jane",', ",")
    ['7', 'Doe, Jane', '']
    """
    if '"' not in text:
        return text.split(delimiter)
    return next(_grammar(delimiter).parse((text,)))


def rows(blocks: Iterable[bytes], *, delimiter: str, width: int | None, line: int = 1, offset: int = 0) -> Iterator[Row]:
    """Cut *blocks*, which continue a text at *line* and *offset*, into rows; blank lines are rows too.

    *width* is the number of cells of the header, or ``None`` while that is still looked for.
    """
    grammar = _grammar(delimiter)
    closed = grammar.closed
    again: deque[bytes] = deque()
    doubt_from, doubt_end = 0, -1  # the stretch that was once read as part of a quote opened on line doubt_from
    lines: Iterator[bytes] | None = _lines(blocks, again)
    while lines is not None:
        for raw in lines:
            here, fault, size = line, None, len(raw)
            if size > LONGEST:
                raw, size, fault = _overlong(raw, lines)
            elif b'"' in raw and not closed(raw):
                joined = _joined(raw, here, lines, grammar, width)
                raw, fault, size = joined.raw, joined.fault, len(joined.raw)
                line += joined.more_lines
                if joined.spare:
                    again.extendleft(reversed(joined.spare))
                    doubt_from, doubt_end = here, max(doubt_end, offset + size + sum(map(len, joined.spare)))
            line += 1
            offset += size
            if offset > doubt_end:
                yield here, offset, raw, fault
            else:
                yield here, 0 if offset < doubt_end else offset, raw, fault or _misfit(raw, grammar, width, doubt_from)
        lines = _lines((), again) if again else None


_Test: TypeAlias = Callable[[bytes], re.Match[bytes] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    """The syntax of rows with one delimiter, as tests of whole lines.

    ``closed``: a row in which every quote that opens a cell is closed. ``opens``: begins a row and ends inside a quote.
    ``stays``: inside a quote from begin to end. ``closes``: begins inside a quote and ends the row. ``reopens``: begins
    inside a quote, closes it and ends inside another one.
    """

    delimiter: str
    parse: Callable[[Iterable[str]], Iterator[list[str]]]
    closed: _Test
    opens: _Test
    stays: _Test
    closes: _Test
    reopens: _Test


@cache
def _grammar(delimiter: str) -> _Grammar:
    """Compile the syntax; possessive quantifiers keep every test linear.

    Within a row of several lines an unquoted cell may hold no quote at all: otherwise a stray quote could pair up with
    the opening quote of a later cell and take whole rows into one cell.
    """
    d = re.escape(delimiter).encode()
    inside = rb'[^"]*+(?:""[^"]*+)*+'
    quoted = b'"' + inside + b'"'
    loose = b"(?:" + quoted + b'|[^"' + d + rb"\r\n][^" + d + rb"\r\n]*+|)"
    clean = b"(?:" + quoted + b'|[^"' + d + rb"\r\n]++|)"
    end = rb"(?:\r\n|\r|\n)?"

    def test(pattern: bytes) -> _Test:
        return re.compile(pattern).fullmatch

    return _Grammar(
        delimiter=delimiter,
        parse=partial(csv.reader, dialect=csv.reader((), delimiter=delimiter, strict=True).dialect),
        closed=test(loose + b"(?:" + d + loose + b")*+" + end),
        opens=test(b"(?:" + clean + d + b')*+"' + inside),
        stays=test(inside),
        closes=test(inside + b'"(?:' + d + clean + b")*+" + end),
        reopens=test(inside + b'"' + d + b"(?:" + clean + d + b')*+"' + inside),
    )


def _lines(blocks: Iterable[bytes], again: deque[bytes]) -> Iterator[bytes]:
    """Cut at CR, LF and CRLF; what is put into *again* comes first. A line beyond the limit comes in pieces."""
    rest = b""
    while again:
        yield again.popleft()
    for block in filter(None, blocks):
        lines = (rest + block).splitlines(keepends=True)
        rest = lines.pop()  # may go on in the next block, be it with the LF of a CRLF
        if len(rest) > LONGEST:
            lines.append(rest)
            rest = b""
        for line in lines:
            yield line
            while again:
                yield again.popleft()
    if rest:
        yield rest


def _overlong(piece: bytes, lines: Iterator[bytes]) -> tuple[bytes, int, Fault]:
    """Skip to the end of a line beyond the limit; return its begin, its whole size and why it is refused."""
    size = len(piece)
    last: bytes | None = piece
    while last and not last.endswith((b"\n", b"\r")):
        last = next(lines, None)
        size += len(last or b"")
    return piece[:1000], size, Fault("long", "the row is longer than 1 MiB")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    """What became of a line with an unfinished quote; ``spare`` are lines read ahead that are to be read again."""

    raw: bytes
    fault: Fault | None
    more_lines: int = 0
    spare: Sequence[bytes] = ()


def _joined(first: bytes, line: int, lines: Iterator[bytes], grammar: _Grammar, width: int | None) -> _Joined:
    """Join *first* with the lines that continue its quoted cell, or give up that one line."""
    if not grammar.opens(first):
        return _Joined(raw=first, fault=Fault("quote", "text follows a closing quote"))
    parts, is_closed, is_end = _quoted_lines(first, lines, grammar)
    raw = b"".join(parts)
    if is_closed and (width is None or _width(raw, grammar) == width):
        return _Joined(raw=raw, fault=None, more_lines=len(parts) - 1)
    spare = parts[1:]
    if is_end and width is not None and not _mostly_rows(spare, grammar, width):
        fault = Fault("cut", f"the file ends inside a quote opened on line {line}: it may have been cut")
        return _Joined(raw=raw, fault=fault, more_lines=len(spare))
    return _Joined(raw=first, fault=Fault("quote", f"a quote opened on line {line} is never closed"), spare=spare)


def _quoted_lines(first: bytes, lines: Iterator[bytes], grammar: _Grammar) -> tuple[list[bytes], bool, bool]:
    """Collect lines up to the end of the row; say whether it was closed and whether the text ended before."""
    parts = [first]
    size = len(first)
    for raw in lines:
        parts.append(raw)
        size += len(raw)
        if size > LONGEST:
            return parts, False, False
        if b'"' not in raw or grammar.stays(raw):
            continue
        if not grammar.reopens(raw):
            return parts, grammar.closes(raw) is not None, False
    return parts, False, True


def _mostly_rows(lines: Sequence[bytes], grammar: _Grammar, width: int) -> bool:
    """Tell rows behind a stray quote from the text of a cell that was cut off: four in five must have the width.

    A text without a last line end was more likely cut: then a few lines prove nothing.
    """
    filled = [raw for raw in lines if raw.strip()]
    if filled and not filled[-1].endswith((b"\n", b"\r")):
        filled.pop()
        if len(filled) < _PROOF:
            return False
    return sum(_width(raw, grammar) == width for raw in filled) * 5 >= len(filled) * 4


_PROOF = 3  # lines


def _misfit(raw: bytes, grammar: _Grammar, width: int | None, opened: int) -> Fault | None:
    """Refuse a line of a doubtful stretch that has not the exact width: it may be a piece of a cell's text."""
    if width is None or not raw.strip() or _width(raw, grammar) == width:
        return None
    return Fault("quote", f"the line may belong to the quote opened on line {opened}")


def _width(raw: bytes, grammar: _Grammar) -> int:
    """Count the cells of a row; 0 if it is not well-formed."""
    if b'"' in raw and not grammar.closed(raw):
        return 0
    return len(cells(raw.rstrip(b"\r\n").decode("utf-8", "replace"), grammar.delimiter))
