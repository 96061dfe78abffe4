"""Finds out how a text is written: encoding, delimiter, where the header stands and where the rows end.

Python's sniffer chose the letter "l" for a file of e-mail addresses; here only four delimiters are considered, and one is
taken only if it makes sense of the header and of the rows. Pure: is given the begin and the end of a text.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from syncd.spi import Misconfigured
from syncd_csv.rows import Fault, cells, rows

__all__ = ["HEAD", "TAIL", "Encoding", "Sheet", "encoding", "sheet", "text_end", "tidy"]

HEAD = 1 << 18
"""Bytes at the begin of a text by which it is judged."""

TAIL = 1 << 12
"""Bytes at its end."""

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 500
_PREAMBLE_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How bytes become text. ``mark`` is the length of the byte order mark; an encoding that is not ``certain`` was not
    named by anything and gives way to cp1252 if the bytes do not fit."""

    codec: str
    mark: int = 0
    certain: bool = True


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or zip archive; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook; save the sheet as CSV"),
    (b"\x1f\x8b", "compressed; unpack it"),
    (b"%PDF", "a PDF"),
)


def encoding(head: bytes, declared: str, file: str) -> Encoding:
    """Tell the encoding of *file* from its first bytes; *declared* ("auto" for none) wins over all but the mark.

    Raises: Misconfigured if this is no text.
    """
    for magic, what in _OTHER_FILES:
        if head.startswith(magic):
            raise Misconfigured(f"{file} is {what}")
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec=codec, mark=len(mark))
    if declared != "auto":
        return Encoding(codec=codecs.lookup(declared).name)
    pairs = max(1, len(head) // 2)
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if max(even, odd) > 0.1:  # Latin letters in UTF-16 have a zero in every second byte, text has none at all
        if min(even, odd) > max(even, odd) / 10:
            raise Misconfigured(f"{file} is no text: every fifth byte or more is zero")
        return Encoding(codec="utf-16-le" if odd > even else "utf-16-be")
    return Encoding(codec="utf-8", certain=False)


def tidy(name: str) -> str:
    """Return a header cell without white space and byte order marks around it."""
    return name.strip().strip("\ufeff").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How one text is to be read. ``start`` and ``line`` say where the first row behind the header begins."""

    delimiter: str
    header: tuple[str, ...]
    start: int
    line: int
    notes: tuple[str, ...] = ()


def sheet(head: bytes, *, wanted: Sequence[str], declared: str, whole: bool, file: str) -> Sheet | None:
    """Find delimiter and header in *head*, the begin of a text or, if *whole*, all of it; ``None`` without any row.

    The header is the first row with all *wanted* columns; what stands before it is a preamble.
    Raises: Misconfigured if two delimiters are equally likely.
    """
    skipped = re.match(rb'"?sep=(.)"?\r?\n', head, re.IGNORECASE)  # Excel's own hint
    offset = skipped.end() if skipped else 0
    hint = skipped[1].decode("latin-1") if skipped else ""
    candidates = _DELIMITERS if declared == "auto" else ("\t" if declared == "tab" else declared,)
    if declared == "auto" and hint in _DELIMITERS:
        candidates = (hint,)
    names = frozenset(tidy(name).casefold() for name in wanted)
    guesses = [_guess(head[offset:], delimiter, names, whole) for delimiter in candidates]
    best = _best([guess for guess in guesses if guess is not None], len(names), file)
    if best is None:
        return None
    lines = 1 if skipped else 0
    notes = (f"{file}: {best.line} lines before the header were skipped",) if best.line > 0 else ()
    return Sheet(
        delimiter=best.delimiter,
        header=tuple(map(tidy, best.header)),
        start=offset + best.start,
        line=lines + best.next_line,
        notes=notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guess:
    """What a text looks like with one delimiter; ``line`` counts the lines before the header."""

    delimiter: str
    header: Sequence[str]
    hits: int
    share: float
    line: int
    start: int
    next_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    line: int
    end: int
    cells: Sequence[str]


def _guess(head: bytes, delimiter: str, names: frozenset[str], whole: bool) -> _Guess | None:
    sample = list(islice(_sample(head, delimiter, whole), _SAMPLE_ROWS))
    filled = [row for row in sample if any(row.cells)]
    if not filled:
        return None

    def hits(row: _Sample) -> int:
        return len(names & {tidy(cell).casefold() for cell in row.cells})

    header = max(_possible_headers(filled[:_PREAMBLE_ROWS]), key=hits)  # the first of equals
    if not hits(header):
        widths = Counter(len(row.cells) for row in filled)
        usual = max(widths, key=lambda width: width * widths[width])
        header = next(row for row in filled if len(row.cells) == usual)
    behind = [row for row in filled if row.end > header.end]
    fitting = sum(len(row.cells) == len(header.cells) for row in behind)
    following = next((row.line for row in sample if row.end > header.end), None)
    return _Guess(
        delimiter=delimiter,
        header=header.cells,
        hits=hits(header),
        share=fitting / len(behind) if behind else 1.0,
        line=header.line - 1,
        start=header.end,
        next_line=following or header.line + 1,
    )


def _possible_headers(sample: Sequence[_Sample]) -> Iterator[_Sample]:
    """Leave out rows below one of the same width that is as full: a row of data may hold the word "Email" too."""
    fullest: dict[int, int] = {}
    for row in sample:
        full = sum(map(bool, row.cells))
        if full > fullest.get(len(row.cells), 0):
            fullest[len(row.cells)] = full
            yield row


def _sample(head: bytes, delimiter: str, whole: bool) -> Iterator[_Sample]:
    """Split the begin of a text; a last row that may be incomplete is left out, a broken one has no cells."""
    offset = 0
    for line, end, raw, fault in rows((head,), delimiter=delimiter, width=None):
        offset = end or offset + len(raw)
        if whole or raw.endswith((b"\n", b"\r")):
            yield _Sample(line=line, end=offset, cells=_cells(raw, delimiter, fault))


def _cells(raw: bytes, delimiter: str, fault: Fault | None) -> Sequence[str]:
    return () if fault else cells(raw.rstrip(b"\r\n").decode("utf-8", "replace"), delimiter)


def _best(guesses: Sequence[_Guess], wanted: int, file: str) -> _Guess | None:
    """Choose the delimiter that shows all wanted columns and gives at least 99 % of the rows the header's width."""
    complete = [guess for guess in guesses if guess.hits == wanted]
    if not complete:
        return max(guesses, key=lambda guess: (guess.hits, guess.share >= 0.99, len(guess.header)), default=None)
    if len(complete) == 1:
        return complete[0]
    even = [guess for guess in complete if guess.share >= 0.99]
    several = [guess for guess in even if len(guess.header) > 1]
    if len(several) == 1:
        return several[0]
    if even and not several:
        return even[0]  # one column: any delimiter will do
    raise Misconfigured(f'{file}: the delimiter cannot be told; set "delimiter" for this stream')


_FOOTER = re.compile(r"copyright \(c\)|copyright ©|confidential information|generated by:", re.IGNORECASE)
_FOOTER_LINES = range(2, 11)


def text_end(tail: bytes, size: int, delimiter: str) -> tuple[int, int]:
    """Return the offset behind the last row of a text of *size* bytes and how many footer lines follow it.

    Salesforce closes a report with a blank line and some lines of one quoted cell: name, copyright, "Confidential
    Information", "Generated By:", company. A Ctrl-Z at the end, from the days of DOS, is left out too.
    """
    body = tail.rstrip(b"\x1a\0")
    lines = body.splitlines(keepends=True)
    kept = _trimmed(lines, len(lines), blank=True)
    first = _trimmed(lines, kept, blank=False)
    footer = [_one_cell(line, delimiter) for line in lines[first:kept]]
    is_footer = first > 0 and len(footer) in _FOOTER_LINES and None not in footer
    if not is_footer or not any(_FOOTER.match(cell or "") for cell in footer):
        return size - len(tail) + len(body), 0
    last_row = _trimmed(lines, first, blank=True)
    return size - len(tail) + sum(map(len, lines[:last_row])), len(footer)


def _trimmed(lines: Sequence[bytes], count: int, *, blank: bool) -> int:
    """Return how many of the first *count* lines remain without the last ones that are blank, or that are not."""
    while count and (not lines[count - 1].strip()) is blank:
        count -= 1
    return count


def _one_cell(line: bytes, delimiter: str) -> str | None:
    text = line.decode("utf-8", "replace").strip()
    if text.startswith('"') and text.endswith('"') and text.count('"') == 2:
        return text[1:-1].strip()
    return None if '"' in text or delimiter in text else text
