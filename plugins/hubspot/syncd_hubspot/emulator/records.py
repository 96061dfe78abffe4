"""A record at one moment. Every write makes a new one, so that the search index can still hold the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.kinds import ObjectKind


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


def changed(before: Record, news: Mapping[str, str], *, source: str, at: int) -> Record:
    """Return *before* with *news* in it and what they replace in its history; its modified time is left to the caller."""
    values = {**before.values, **news}
    history = dict(before.history)
    for name, value in news.items():
        history[name] = (Version(value=value, at=at, source=source), *versions(before, name))[:HISTORY_DEPTH]
    return replace(before, values=values, history=history)


def touched(kind: ObjectKind, record: Record, at: int) -> Record:
    """Return *record* modified at that time, of which its history says nothing."""
    return replace(record, updated_at=at, values={**record.values, kind.modified: iso(at)})


def merged(kind: ObjectKind, kept: Record, lost: Record, *, new_id: int, now: int) -> Record:
    """Return what two records are together: the first one's values, filled up from the other's."""
    known = {name: value for name, value in kept.values.items() if value}
    values = {**lost.values, **known, "hs_object_id": str(new_id), kind.modified: iso(now)}
    ids = (*kept.merged, *lost.merged, kept.id, lost.id)
    born = min(kept.created_at, lost.created_at)
    values[kind.created] = iso(born)
    values["hs_merged_object_ids"] = ";".join(map(str, ids))
    if kind.plural == "contacts":
        values["hs_calculated_merged_vids"] = f"{kept.id}:{now};{lost.id}:{now}"  # misses chains, as in life: dbt_hubspot#168
        values["hs_all_contact_vids"] = ";".join(map(str, (new_id, *ids)))
        emails = [one.values.get(name, "") for one in (kept, lost) for name in ("email", "hs_additional_emails")]
        others = dict.fromkeys(e for text in emails for e in text.split(";") if e and e != values.get("email"))
        if others:
            values["hs_additional_emails"] = ";".join(others)
    return Record(
        id=new_id,
        values=values,
        created_at=born,
        updated_at=now,
        merged=ids,
        history={name: seen for name, seen in lost.history.items() if name not in known}
        | {name: seen for name, seen in kept.history.items() if name in known or name not in lost.values},
        source=kept.source,
    )
