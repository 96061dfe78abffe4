"""What all pullers share: the making of pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from syncd.spi import Activity, Page, Refused, SourceRecord
from syncd_hubspot.cursors import Cursor, encoded

__all__ = ["Found", "page_of"]

Found: TypeAlias = SourceRecord | Activity | Refused
"""What a row becomes."""


def page_of(cursor: Cursor, found: Sequence[Found], *, more: bool, notes: Sequence[str] = ()) -> Page:
    """Return the page of *found*, which ends at *cursor*."""
    return Page(
        records=[one for one in found if not isinstance(one, Refused)],
        refused=[one for one in found if isinstance(one, Refused)],
        cursor=encoded(cursor),
        more=more,
        notes=list(notes),
    )
