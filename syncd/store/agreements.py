"""The versions of the agreement that were signed, each with its text."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from syncd.agreement.governance import Version
from syncd.store.schema import agreement_version
from syncd.store.sql import put


class Signed(NamedTuple):
    """A signed version; ``text`` is the fingerprint of its ``source``."""

    text: str
    number: int
    effective_from: int
    signed_on: date
    source: str

    @property
    def version(self) -> Version:
        return Version(self.number, self.text, self.effective_from)


def everything(tx: Connection) -> list[Signed]:
    """Return all signed versions, oldest first."""
    query = select(agreement_version).order_by(agreement_version.c.effective_from, agreement_version.c.number)
    return [
        Signed(row.text, row.number, row.effective_from, date.fromisoformat(row.signed_on), row.source)
        for row in tx.execute(query)
    ]


def keep(tx: Connection, signed: Signed) -> None:
    """Keep a version; the same text again changes only what its signatures say."""
    put(tx, agreement_version, Signed._fields, [(*signed[:3], signed.signed_on.isoformat(), signed.source)])
