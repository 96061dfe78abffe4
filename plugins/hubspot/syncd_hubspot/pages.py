"""What all pullers share: how large pages are, and how they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from syncd.spi import Activity, Page, Refused, SourceRecord
from syncd_hubspot.cursors import Cursor, encoded

__all__ = ["Found", "Sizes", "page_of"]

Found: TypeAlias = SourceRecord | Activity | Refused
"""What a row becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows a page holds, at HubSpot's most where that is known.

    Source: developers.hubspot.com/docs, CRM objects, "search the CRM", e-mail events, form submissions (read 2026-11-21).
    """

    listed: int = 100
    searched: int = 200
    mailed: int = 1000
    viewed: int = 100
    submitted: int = 50


def page_of(cursor: Cursor, found: Sequence[Found], *, more: bool, notes: Sequence[str] = ()) -> Page:
    """Return the page of *found*, which ends at *cursor*."""
    return Page(
        records=[one for one in found if not isinstance(one, Refused)],
        refused=[one for one in found if isinstance(one, Refused)],
        cursor=encoded(cursor),
        more=more,
        notes=list(notes),
    )
