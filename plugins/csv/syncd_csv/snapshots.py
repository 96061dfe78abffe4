"""Remembers which rows were delivered, as 8-byte hashes on disk.

While a file is read, the hashes of its good rows go to a log; when it is finished the log becomes a snapshot, which the
next version of the file is compared with. Both are named by content and reading settings and are a function of these
alone, so that it does no harm if a page is read twice, in any process. A lost or damaged one costs a full delivery.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TypeAlias

__all__ = ["LARGEST_MAP", "SORTED_AT_ONCE", "Known", "append_hashes", "opened_snapshot", "row_hash", "write_snapshot"]

Known: TypeAlias = Callable[[bytes], bool]
"""Tells whether a row with this hash was delivered before."""

_HASH = 8  # bytes: a changed row among ten million is taken for an old one once in 2 * 10^12 times
_MAGIC = b"syncdrow"
_ROWS_PER_SHELF = 16
_MOST_BITS = 20
SORTED_AT_ONCE = 8_000_000
"""Rows that are sorted in memory at a time, with 8 bytes each."""

LARGEST_MAP = 100 << 20
"""Bytes of the largest snapshot that is mapped; a larger one is read piece by piece, so that memory stays bounded."""


def row_hash(row: bytes) -> bytes:
    """Return the hash of a row without its line end."""
    return blake2b(row, digest_size=_HASH).digest()


def append_hashes(log: Path, rows: int, hashes: Sequence[bytes]) -> bool:
    """Write *hashes* behind the first *rows* of *log*; false, and nothing is done, if the log has lost some of those."""
    if rows and (not log.exists() or log.stat().st_size < rows * _HASH):
        return False
    with log.open("r+b" if rows else "wb") as file:
        file.seek(rows * _HASH)
        file.write(b"".join(hashes))
    return True


def write_snapshot(log: Path, rows: int, target: Path, *, at_once: int = SORTED_AT_ONCE) -> None:
    """Turn the first *rows* of *log* into a snapshot.

    The hashes lie on 2^bits shelves by their leading bits; an index in front says where each shelf begins. They are put
    there in parts of at most about *at_once* rows, with one pass over the log for each, so that memory stays bounded.
    """
    bits = min(_MOST_BITS, (rows // _ROWS_PER_SHELF).bit_length())
    part_bits = min(bits, (rows // at_once).bit_length())
    end = _begin(bits)
    index = array("Q", [end])
    draft = target.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as file:
        file.seek(end)
        for part in range(1 << part_bits):
            for shelf in _shelves(log, rows, part, part_bits, bits):
                array("Q", shelf).tofile(file)
                end += _HASH * len(shelf)
                index.append(end)
        file.seek(0)
        file.write(_MAGIC)
        array("Q", [bits, *index]).tofile(file)
    draft.replace(target)


def _shelves(log: Path, rows: int, part: int, part_bits: int, bits: int) -> Iterator[list[int]]:
    """Give the shelves of one part in order: first by up to 8 more bits into racks, then each rack onto its shelves."""
    rack_bits = min(8, bits - part_bits)
    shelf_bits = bits - part_bits - rack_bits
    racks = [array("Q") for _ in range(1 << rack_bits)]
    part_shift, rack_shift, shift = 64 - part_bits, 64 - part_bits - rack_bits, 64 - bits
    rack_mask, shelf_mask = (1 << rack_bits) - 1, (1 << shelf_bits) - 1
    for chunk in _logged(log, rows):
        for value in [value for value in chunk if value >> part_shift == part]:
            racks[(value >> rack_shift) & rack_mask].append(value)
    for rack in racks:
        shelves: list[list[int]] = [[] for _ in range(1 << shelf_bits)]
        for value in rack:
            shelves[(value >> shift) & shelf_mask].append(value)
        yield from shelves


def _logged(log: Path, rows: int) -> Iterator[array[int]]:
    left = rows * _HASH
    with log.open("rb") as file:
        while left > 0 and (block := file.read(min(left, 1 << 20))):
            yield array("Q", block)
            left -= len(block)


@contextmanager
def opened_snapshot(path: Path | None, *, largest_map: int = LARGEST_MAP) -> Iterator[Known]:
    """Open a snapshot; none, or one that is missing or damaged, knows no row."""
    bits = _bits(path) if path else None
    if path is None or bits is None:
        yield lambda _: False
        return
    with (
        path.open("rb") as file,
        mmap(file.fileno(), 0, access=ACCESS_READ) as mapped,
        memoryview(mapped) as view,
        view[16 : _begin(bits)] as shelves,
        shelves.cast("Q") as index,
    ):
        in_map, in_file = _lookups(file.fileno(), mapped, index, 64 - bits)
        yield in_map if len(mapped) <= largest_map else in_file


def _bits(path: Path) -> int | None:
    """Read how many shelf bits a snapshot has; ``None`` unless it is complete.

    What else may be wrong in it has at worst a row delivered again.
    """
    try:
        with path.open("rb") as file:
            magic, bits, first = file.read(8), _number(file.read(8)), _number(file.read(8))
            if magic != _MAGIC or bits > _MOST_BITS or first != _begin(bits):
                return None
            file.seek(first - 8)
            return bits if _number(file.read(8)) == os.fstat(file.fileno()).st_size else None
    except OSError:
        return None


def _lookups(file: int, mapped: mmap, index: memoryview, shift: int) -> tuple[Known, Known]:
    order, find = sys.byteorder, mapped.find

    def in_map(value: bytes) -> bool:
        shelf = int.from_bytes(value, order) >> shift
        return find(value, index[shelf], index[shelf + 1]) >= 0

    def in_file(value: bytes) -> bool:
        shelf = int.from_bytes(value, order) >> shift
        begin, end = index[shelf], index[shelf + 1]
        return value in os.pread(file, max(0, end - begin), begin)

    return in_map, in_file


def _begin(bits: int) -> int:
    """Return the offset of the first hash: behind mark, bits and index."""
    return 8 * (2 + (1 << bits) + 1)


def _number(field: bytes) -> int:
    return int.from_bytes(field, sys.byteorder)
