"""People whom the account is told to have, because other systems have them too.

A CSV file names them: ``email``, ``first_name``, ``last_name``, ``job_title``, ``company``, further columns passed over.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("email", "first_name", "last_name", "job_title", "company")
_MAILBOXES = ("gmail.com",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Somebody by name, address and firm."""

    email: str
    first: str
    last: str
    title: str
    company: str

    @property
    def domain(self) -> str:
        """The firm's domain; "" if the address is a private one."""
        host = self.email.lower().rpartition("@")[2]
        return "" if host in _MAILBOXES else host


def given(row: Mapping[str, str]) -> Given:
    """Return the person a row names. Raises: ValueError if a column is missing."""
    missing = [name for name in _COLUMNS if row.get(name) is None]
    if missing:
        raise ValueError(f"a given person has no {missing[0]!r}")
    email, first, last, title, company = (row[name] for name in _COLUMNS)
    return Given(email=email, first=first, last=last, title=title, company=company)


def read(path: Path) -> list[Given]:
    """Return the people a file names. Raises: ValueError, OSError."""
    with path.open(newline="", encoding="utf-8") as file:
        return [given(row) for row in csv.DictReader(file)]
