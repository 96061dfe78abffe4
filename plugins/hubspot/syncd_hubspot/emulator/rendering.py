"""Records as HubSpot sends them: every value a text, null where there never was one, "" where it was emptied (as recorded)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.records import Record, versions
from syncd_hubspot.emulator.table import Table


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a property held since then."""

    value: str
    timestamp: str
    source_type: str


class LinkItem(msgspec.Struct, frozen=True, kw_only=True):
    """An associated record; it comes once for each type of association."""

    id: str
    type: str


class LinkList(msgspec.Struct, frozen=True, kw_only=True):
    """The associated records of one kind."""

    results: Sequence[LinkItem]


class Shown(msgspec.Struct, kw_only=True, rename="camel"):
    """A record on the wire."""

    id: str
    properties: Mapping[str, str | None]
    created_at: str
    updated_at: str
    archived: bool
    archived_at: str | UnsetType = UNSET
    properties_with_history: Mapping[str, Sequence[HistoryItem]] | UnsetType = UNSET
    associations: Mapping[str, LinkList] | UnsetType = UNSET
    object_write_trace_id: str | UnsetType = UNSET
    new: bool | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a record is asked for: *names* always sorted, as HubSpot sends them."""

    names: tuple[str, ...]
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()


def selection(
    table: Table, asked: Iterable[str], *, history: Iterable[str] = (), associations: Iterable[str] = ()
) -> Selection:
    """Return what is shown: what does not exist is silently left out, and a few properties always come along."""
    wanted = frozenset(asked)
    with_history = tuple(dict.fromkeys(history))
    if not wanted and not with_history:
        return Selection(names=tuple(sorted(table.kind.shown)), associations=tuple(associations))
    known = {name for name in wanted.union(with_history) if _is_readable(table, name)}
    return Selection(
        names=tuple(sorted(known.union(table.kind.always))),
        history=tuple(name for name in with_history if name in known),
        associations=tuple(associations),
    )


def _is_readable(table: Table, name: str) -> bool:
    """Stage dates exist without being listed. Source: airbyte PR48472."""
    found = table.properties.get(name)
    return name.startswith("hs_v2_date_") if found is None else not found.archived


def show(portal: Portal, table: Table, record: Record, chosen: Selection) -> Shown:
    """Return *record* as it is sent."""
    get = record.values.get
    shown = Shown(
        id=str(record.id),
        properties={name: get(name) for name in chosen.names},
        created_at=iso(record.created_at),
        updated_at=iso(record.updated_at),
        archived=record.archived_at is not None,
    )
    if record.archived_at is not None:
        shown.archived_at = iso(record.archived_at)
    if chosen.history:
        shown.properties_with_history = {name: _history(record, name) for name in chosen.history}
    if chosen.associations and (links := _links(portal, table, record, chosen.associations)):
        shown.associations = links
    return shown


def show_written(record: Record, names: Iterable[str]) -> Shown:
    """Return *record* as a write answers: what was written and what followed from it."""
    return Shown(
        id=str(record.id),
        properties={name: record.values.get(name, "") for name in sorted(names)},
        created_at=iso(record.created_at),
        updated_at=iso(record.updated_at),
        archived=record.archived_at is not None,
    )


def _history(record: Record, name: str) -> list[HistoryItem]:
    return [HistoryItem(value=v.value, timestamp=iso(v.at), source_type=v.source) for v in versions(record, name)]


def _links(portal: Portal, table: Table, record: Record, kinds: Sequence[str]) -> dict[str, LinkList]:
    found: dict[str, LinkList] = {}
    for name in kinds:
        other = portal.table(name)
        if other is None:
            continue
        plain = f"{table.kind.singular}_to_{other.kind.singular}"
        items = []
        for end_id, types in portal.links.of(table.kind.plural, record.id, other.kind.plural).items():
            labelled = [portal.links.labels[type_id].name for type_id in types]
            items += [LinkItem(id=str(end_id), type=plain) for label in labelled if label]
            items += [LinkItem(id=str(end_id), type=f"{plain}_unlabeled") for label in labelled if not label]
        if items:
            found[other.kind.plural] = LinkList(results=items)
    return found
