"""Reads the rows of one file into one page's worth of records. Pure: is given rows and returns a batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from syncd.spi import Activity, Problem, Refused, SourceRecord
from syncd_csv.records import Maker, Unusable
from syncd_csv.rows import Fault, Row, cells
from syncd_csv.snapshots import Known, row_hash

__all__ = ["PAGE", "SCAN", "Batch", "Place", "RowReader", "batch"]

PAGE = 5_000
"""Records and refused rows after which a page ends."""

SCAN = 100_000
"""Rows after which it ends although all were known."""

_LONGEST_RAW = 10_000  # characters of a refused row that are kept


Result: TypeAlias = SourceRecord | Activity | Fault | None
"""What a row is; ``None`` for one whose cells are all empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads single rows of a file whose header has ``width`` columns.

    ``open_at`` is the offset behind a last row without line end, ``None`` if there is none.
    """

    stream: str
    file: str
    delimiter: str
    width: int
    maker: Maker
    open_at: int | None = None

    def read(self, row: bytes, digest: bytes) -> Result:
        """Read a well-formed *row* without its line end; *digest* is its hash, which tells one version from another."""
        try:
            text = row.decode()
            found = cells(text, self.delimiter)
            if len(found) != self.width or "\0" in text:
                return self._odd(found, digest)
            if not found[0] and not any(found):
                return None
            return self.maker.make(found, digest.hex())
        except UnicodeDecodeError:
            return self._repaired(row, digest)
        except Unusable as error:
            return error.fault

    def refused(self, line: int, row: bytes, fault: Fault) -> Refused:
        """Say where a row was refused and why, with its identifier if that can be read."""
        problem = Problem(where=f"{self.file} line {line}", what=fault.what, code=f"csv.{fault.code}")
        text = row.decode("utf-8", "replace").rstrip("\r\n")
        return Refused(stream=self.stream, external_id=self._identifier(text, fault), problem=problem, raw=text[:_LONGEST_RAW])

    def _repaired(self, row: bytes, digest: bytes) -> Result:
        """Join surrogate pairs, which some exporters write one by one; a lone half becomes a replacement character."""
        try:
            halves = row.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        except UnicodeDecodeError:
            return Fault("encoding", "the row holds bytes that are no UTF-8")
        return self.read(halves.decode("utf-16-le", "replace").encode(), digest)

    def read_open(self, row: bytes, digest: bytes) -> Result:
        """Read a last row that lacks its line end, as it does when a file was cut: its last cell is not to be trusted."""
        try:
            found = cells(row.decode(), self.delimiter)
            if len(found) != self.width or self.width - 1 in self.maker.used:
                return Fault("cut", 'the last row has no line end: it may have been cut; if it never has one, set "open_end"')
            return self._short(found[:-1], digest)
        except UnicodeDecodeError:
            return Fault("cut", "the file ends inside a character")
        except Unusable as error:
            return error.fault

    def _odd(self, found: list[str], digest: bytes) -> Result:
        """Read a row that is shorter or longer than the header or holds NUL characters, which only text may lose.

        Raises: Unusable.
        """
        present, width = len(found), self.width
        if not any(map(str.strip, found)):
            return None
        if any(found[width:]) or 2 * present <= width or present <= self.maker.last_required:
            return Fault("width", f"the row has {present} cells, the header {width}")
        return self._short(found[:width], digest)

    def _short(self, found: list[str], digest: bytes) -> Result:
        """Read a row whose last cells may be missing: what it does not mention is absent, not blank. Raises: Unusable."""
        maker, present = self.maker, len(found)
        clean = [cell if place in maker.keys else cell.replace("\0", "") for place, cell in enumerate(found)]
        made = maker.make([*clean, *[""] * (self.width - present)], digest.hex())
        if isinstance(made, SourceRecord) and present < self.width:
            return replace(made, fields={name: clean[place] for name, place in maker.fields if place < present})
        return made

    def _identifier(self, text: str, fault: Fault) -> str:
        """Return the identifier of a refused row, "" if it has none or the row is not even well-formed."""
        if self.maker.id_of is None or fault.code in {"quote", "cut", "long", "width"}:
            return ""
        found = cells(text, self.delimiter)
        try:
            return self.maker.id_of(found) if len(found) > self.maker.last_required else ""
        except Unusable:
            return ""


class Place(NamedTuple):
    """Where a row begins: offset in bytes and line number."""

    offset: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one page's rows gave. ``hashes`` are those of the good rows, ``seen`` counts all; reading goes on at ``place``."""

    records: list[SourceRecord | Activity]
    refused: list[Refused]
    hashes: list[bytes]
    seen: int
    place: Place


def batch(rows: Iterable[Row], reader: RowReader, known: Known, *, place: Place, page: int = PAGE) -> Batch:
    """Read *rows*, the first of which begins at *place*, up to a *page*'s worth; what is *known* is counted, not read.

    A last row without line end is not remembered: when the file is exported again it is read again.
    """
    read, open_at = reader.read, reader.open_at
    records: list[SourceRecord | Activity] = []
    refused: list[Refused] = []
    hashes: list[bytes] = []
    seen, is_full, last_line = 0, False, place.line + SCAN
    line, end, raw = place.line, 0, b""
    for line, end, raw, fault in rows:
        row = raw.rstrip(b"\r\n")
        if row:
            seen += 1
            digest = row_hash(row)
            is_open = end == open_at
            if fault is None and not is_open and known(digest):
                hashes.append(digest)
            else:
                result = fault or (reader.read_open if is_open else read)(row, digest)
                if isinstance(result, Fault):
                    refused.append(reader.refused(line, raw, result))
                else:
                    hashes += () if is_open else (digest,)
                    records += () if result is None else (result,)
                is_full = len(records) + len(refused) >= page
        if end and (is_full or line >= last_line):
            break
    if end:
        place = Place(end, line + len(raw.splitlines()))
    return Batch(records=records, refused=refused, hashes=hashes, seen=seen, place=place)
