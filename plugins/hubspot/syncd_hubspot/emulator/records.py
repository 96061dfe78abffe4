"""A record at one moment. Every write makes a new one, so that the search index can still hold the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A value a property once had, since *at* (epoch milliseconds), and who wrote it."""

    value: str
    at: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record: *values* holds what was ever set, "" for what was emptied since; *history* what has changed, newest first."""

    id: int
    values: Mapping[str, str]
    created_at: int
    updated_at: int
    archived_at: int | None = None
    merged: tuple[int, ...] = ()
    history: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    source: str = "INTEGRATION"


HISTORY_DEPTH = 20
"""Versions that HubSpot returns of a property: 20, for contacts 45 (developers.hubspot.com/docs, read 2026-11-21)."""


def versions(record: Record, name: str) -> tuple[Version, ...]:
    """Return what a property held, newest first, with the value it was born with."""
    known = record.history.get(name)
    if known is not None:
        return known
    value = record.values.get(name)
    return () if value is None else (Version(value=value, at=record.created_at, source=record.source),)
