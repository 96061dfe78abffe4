"""Writes changes into a CSV file, one row per record, that people may open in a spreadsheet.

The file is read, merged and replaced as a whole, and left alone if nothing in it would differ. Cells that a spreadsheet
could take for a formula are neutralized.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal

from syncd.spi import Change, Golden, Misconfigured
from syncd_csv.files import Folder

__all__ = ["merge", "neutral", "stored", "written"]


def neutral(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it, or a part behind a delimiter or quote, for a formula.

    Genuine numbers stay numbers. Source: OWASP ASVS 5.0, requirement 1.2.10 (asvs.emil.hemdal.se/1.2.10, read 2026-11-21).

    >>> neutral("=1+1"), neutral("-12.5"), neutral("a;=1+1")
    ("'=1+1", '-12.5', "a;'=1+1")
    """
    cell = cell.replace("\0", "")
    if not _RISKY(cell) or _NUMBER(cell):
        return cell
    inner = _INNER.sub(r"\1'", cell)
    return f"'{inner}" if _LEADING(cell) else inner


_SIGNS = "=+\\-@|%\uff1d\uff0b\uff0d\uff20"
_RISKY = re.compile(f"[{_SIGNS}\t\r]").search
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?").fullmatch
_LEADING = re.compile(f"[\\s\"']*[{_SIGNS}]|[\t\r]").match
# Inside a cell "; +10 pricing page" is harmless and common in reasons; what could call a function or a program is not.
_INNER = re.compile(f'([,;\t\r\n"|]\\s*)(?=[{_SIGNS}])(?![+-]\\d[\\w .%]*(?:[,;]|$))')


def written(value: Golden | None) -> str:
    """Return the cell for a mapped value; a list is joined by semicolons, nothing is blank."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return neutral(";".join(value))
        case int() | Decimal():
            return str(value)
        case str():
            return neutral(value)


def stored(change: Change) -> Mapping[str, Golden]:
    """Return the texts of *change* that are written in another form, because a spreadsheet could take them for formulas."""
    values = {name: value.new for name, value in change.fields.items()}
    return {name: written(value) for name, value in values.items() if isinstance(value, str) and written(value) != value}


def merge(folder: Folder, name: str, id_column: str, changes: Sequence[Change]) -> bool:
    """Merge *changes* into the file *name* and tell whether it had to be written.

    The first column identifies the record; columns and rows keep their places, new ones follow.
    Raises: Unavailable if it cannot be written now, Misconfigured if it may not be or is no file of ours.
    """
    new: dict[str, dict[str, str]] = {}
    for change in changes:
        fields = {neutral(field): written(value.new) for field, value in change.fields.items()}
        new.setdefault(neutral(change.ref.external_id), {}).update(fields)
    first = neutral(id_column)
    exists = folder.exists(name)
    header = _header(folder, name, first) if exists else [first]
    header += sorted({field for fields in new.values() for field in fields} - set(header))
    if exists and not _differs(_rows(folder, name), header, new):
        return False
    with folder.replaced(name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        table = csv.writer(text)
        table.writerow(header)
        table.writerows(_merged(_rows(folder, name) if exists else iter(()), header, new))
        text.detach()
    return True


def _header(folder: Folder, name: str, first: str) -> list[str]:
    with _table(folder, name) as table:
        header = next(table, [])
    if header[:1] != [first]:
        raise Misconfigured(f'{name} does not begin with the column "{first}", so it was not written by syncd; move it away')
    return header


def _rows(folder: Folder, name: str) -> Iterator[list[str]]:
    """Read the rows below the header."""
    with _table(folder, name) as table:
        next(table)
        yield from (row for row in table if row)


@contextmanager
def _table(folder: Folder, name: str) -> Iterator[Iterator[list[str]]]:
    with folder.opened(name) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        try:
            yield csv.reader(text, strict=True)
        except csv.Error as error:
            raise Misconfigured(f"{name} is damaged ({error}); move it away, syncd writes a new one") from error
        finally:
            text.detach()


def _differs(rows: Iterator[list[str]], header: Sequence[str], new: Mapping[str, Mapping[str, str]]) -> bool:
    left = set(new)
    for row in rows:
        if len(row) != len(header):
            return True
        if row[0] in left:
            left.discard(row[0])
            if _changed(row, header, new[row[0]]) != row:
                return True
    return bool(left)


def _merged(rows: Iterator[list[str]], header: Sequence[str], new: Mapping[str, Mapping[str, str]]) -> Iterator[list[str]]:
    left = dict(new)
    for row in rows:
        full = [*row[: len(header)], *[""] * (len(header) - len(row))]
        yield _changed(full, header, left.pop(row[0], {}))
    for external_id, fields in left.items():
        yield _changed([external_id, *[""] * (len(header) - 1)], header, fields)


def _changed(row: list[str], header: Sequence[str], fields: Mapping[str, str]) -> list[str]:
    if not fields:
        return row
    return [fields.get(column, cell) for column, cell in zip(header, row, strict=True)]
