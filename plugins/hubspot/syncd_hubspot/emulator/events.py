"""What happened in the portal: told to whoever listens, which the sender of webhooks does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One happening.

    *what* is ``creation``, ``deletion``, ``restore``, ``privacyDeletion``, ``propertyChange``, ``merge`` or
    ``associationChange``; *kind* the singular of the record's kind; *at* epoch milliseconds.
    """

    what: str
    kind: str
    type_id: str
    object_id: int
    at: int
    source: str
    property_name: str = ""
    property_value: str = ""
    merged: tuple[int, ...] = ()
    primary: int = 0
    moved: int = 0
    to_kind: str = ""
    to_id: int = 0
    association_type: int = 0
    removed: bool = False
