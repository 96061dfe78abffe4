"""Turns the cells of one row into a record or an activity. Pure.

All that can be decided once for a file is decided when its maker is made; what remains per row is plain indexing.
Fields are delivered as the text they are, and only those that the mapping wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter
from typing import TypeAlias

from syncd.spi import EMAIL_STREAM, Activity, Association, Direction, Misconfigured, Ref, SourceRecord
from syncd_csv.columns import Columns, email_column, id_column
from syncd_csv.instants import instants
from syncd_csv.rows import Fault
from syncd_csv.settings import ActivityFiles, FromColumn, RecordFiles, StreamFiles

__all__ = ["Maker", "Unusable", "identifier", "maker"]


class Unusable(Exception):
    """The row cannot become a record; turned into a `Refused` where rows are read."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.fault = Fault(code, what)


Cells: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """How the rows of one file become records.

    ``make`` takes as many cells as the header has and the row's version; it raises `Unusable`. ``id_of`` is ``None`` for
    activities without identifiers of their own. ``fields`` are the wanted columns and their places, ``keys`` the places of
    identifiers, ``used`` those of all columns named in the settings; no row may lack the column ``last_required`` or one
    before it.
    """

    make: Callable[[Cells, str], SourceRecord | Activity]
    id_of: Callable[[Cells], str] | None
    fields: tuple[tuple[str, int], ...]
    keys: frozenset[int]
    used: frozenset[int]
    last_required: int


def identifier(cell: str) -> str:
    """Return a cell's identifier; e-mail addresses in lower case, because they are compared that way. Raises: Unusable.

    >>> identifier(" Ada@Example.com ")
    'ada@example.com'
    """
    text = cell.strip()
    if _GOOD_ID(text):
        return text.lower() if "@" in text else text
    if not text:
        raise Unusable("id", "the identifier is empty")
    if _EXCEL_NUMBER(text):
        raise Unusable("id", "the identifier was rounded (1.23E+11): opened in Excel? Export again and do not save it there")
    raise Unusable("id", "the identifier holds a quote, a control character or one that could not be decoded")


_GOOD_ID = re.compile(r'(?!\d(?:[.,]\d+)?[eE]\+\d+\Z)[^\x00-\x1f\x7f"\ufffd]+').fullmatch
_EXCEL_NUMBER = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+").fullmatch


def maker(stream: str, settings: StreamFiles, columns: Columns, *, wanted: Iterable[str], modified_at: datetime) -> Maker:
    """Return the maker for a file with *columns* whose own time is *modified_at*.

    Raises: Misconfigured if a column that the settings or the mapping name is missing, or none holds the identifier.
    """
    if isinstance(settings, ActivityFiles):
        return _activities(stream, settings, columns)
    return _records(stream, settings, columns, sorted(wanted), modified_at)


def _records(stream: str, settings: RecordFiles, columns: Columns, wanted: Sequence[str], modified_at: datetime) -> Maker:
    fields = tuple((name, columns.index(name, "named by the mapping")) for name in wanted)
    values = _picker([place for _, place in fields])
    id_places = _id_places(settings, columns)
    id_of = _id_of(id_places)
    changed_at = _instant(settings.changed_at, settings, columns, modified_at)
    is_deleted = _flag(settings.deleted, columns, "deleted")
    merged = [] if settings.merged_into is None else [columns.index(settings.merged_into, "merged_into")]
    links = [(role, to.to, columns.index(to.column, f"associations.{role}")) for role, to in settings.associations.items()]

    def make(row: Cells, version: str) -> SourceRecord:
        winner = [Ref(stream, name) for place in merged for name in _several(row[place])]
        return SourceRecord(
            stream=stream,
            external_id=id_of(row),
            changed_at=changed_at(row),
            fields=dict(zip(wanted, values(row), strict=True)),
            version=version,
            deleted=is_deleted(row),
            merged_into=winner[0] if winner else None,
            associations=tuple(
                [Association(role, Ref(target, name)) for role, target, place in links for name in _several(row[place])]
            ),
        )

    return Maker(
        make=make,
        id_of=id_of,
        fields=fields,
        keys=frozenset([*id_places, *merged, *(place for _, _, place in links)]),
        used=frozenset([*id_places, *(columns.index(name, "settings") for name in settings.columns)]),
        last_required=max(id_places),
    )


def _activities(stream: str, settings: ActivityFiles, columns: Columns) -> Maker:
    id_places = [columns.index(name, "id") for name in settings.id_columns]
    id_of = _id_of(id_places) if id_places else None
    occurred = columns.index(settings.occurred_at, "occurred_at")
    occurred_at = _instant(settings.occurred_at, settings, columns, None)
    kind_of, direction_of = _word(settings.kind, columns, "kind"), _word(settings.direction, columns, "direction")
    about = [(target, columns.index(name, f"about.{target}")) for target, name in settings.about.items()]
    emails = [] if settings.about_email is None else [columns.index(settings.about_email, "about_email")]
    asset_of, actor_of = _cell(settings.asset, columns, "asset"), _cell(settings.actor, columns, "actor")
    is_machine, is_deleted = _flag(settings.machine, columns, "machine"), _flag(settings.deleted, columns, "deleted")

    def make(row: Cells, version: str) -> Activity:
        kind = kind_of(row)
        if not kind:
            raise Unusable("kind", "the row does not say what happened")
        at = occurred_at(row)
        refs = [Ref(target, name) for target, place in about for name in _several(row[place])]
        refs += [Ref(EMAIL_STREAM, name) for place in emails for name in _several(row[place]) if "@" in name]
        if not refs:
            raise Unusable("about", "the row names nobody")
        asset, direction, actor = asset_of(row), direction_of(row), actor_of(row)
        return Activity(
            stream=stream,
            source_id=id_of(row) if id_of else _own_id(kind, at, refs, asset, direction, actor),
            kind=kind,
            occurred_at=at,
            about=tuple(refs),
            asset=asset,
            direction=_DIRECTIONS.get(direction.casefold(), Direction.UNKNOWN),
            actor=actor,
            machine=is_machine(row),
            deleted=is_deleted(row),
        )

    return Maker(
        make=make,
        id_of=id_of,
        fields=(),
        keys=frozenset([*id_places, *emails, *(place for _, place in about)]),
        used=frozenset(columns.index(name, "settings") for name in settings.columns),
        last_required=max([*id_places, occurred]),
    )


def _id_places(settings: RecordFiles, columns: Columns) -> list[int]:
    names = settings.id_columns
    if not names:
        known = id_column(columns.header, settings.holds) or email_column(columns.header)
        if known is None:
            raise Misconfigured(f'{columns.file}: no column is known to hold the identifier; set "id" for this stream')
        names = (known,)
    return [columns.index(name, "id") for name in names]


def _id_of(places: Sequence[int]) -> Callable[[Cells], str]:
    if len(places) == 1:
        place = places[0]
        return lambda row: identifier(row[place])
    return lambda row: "|".join(identifier(row[place]).replace("\\", r"\\").replace("|", r"\|") for place in places)


def _instant(
    column: str | None, settings: StreamFiles, columns: Columns, otherwise: datetime | None
) -> Callable[[Cells], datetime]:
    """Return how a row's time is read; *otherwise* stands in for a column that is not given and for blank cells."""
    if column is None and otherwise is not None:
        return lambda row: otherwise
    place = columns.index(column or "", "changed_at" if otherwise else "occurred_at")
    at = instants(settings.date_formats, settings.zone)

    def instant(row: Cells) -> datetime:
        moment = at(row[place]) or (None if row[place].strip() else otherwise)
        if moment is None:
            raise Unusable("date", f'column "{column}" holds no date that can be read for certain; set "date_formats"')
        return moment

    return instant


def _flag(column: str | None, columns: Columns, setting: str) -> Callable[[Cells], bool]:
    if column is None:
        return lambda row: False
    place = columns.index(column, setting)

    def flag(row: Cells) -> bool:
        word = row[place].strip().casefold()
        if word not in _TRUE and word not in _FALSE:
            raise Unusable("flag", f'column "{column}" says neither true nor false')
        return word in _TRUE

    return flag


_TRUE = frozenset({"1", "true", "t", "yes", "y", "x"})
_FALSE = frozenset({"", "0", "false", "f", "no", "n"})


def _word(value: str | FromColumn | None, columns: Columns, setting: str) -> Callable[[Cells], str]:
    if isinstance(value, FromColumn):
        return _cell(value.column, columns, setting)
    return lambda row: value or ""


def _cell(column: str | None, columns: Columns, setting: str) -> Callable[[Cells], str]:
    if column is None:
        return lambda row: ""
    place = columns.index(column, setting)
    return lambda row: row[place].strip()


def _several(cell: str) -> list[str]:
    """Return the identifiers of a cell, of which HubSpot joins several with semicolons."""
    if ";" in cell:
        return [identifier(part) for part in cell.split(";") if part.strip()]
    return [identifier(cell)] if cell and not cell.isspace() else []


def _picker(places: Sequence[int]) -> Callable[[Cells], Sequence[str]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: [row[place] for place in places]


def _own_id(kind: str, at: datetime, refs: Sequence[Ref], *words: str) -> str:
    """Name an activity by what it means, so that another column or another spelling of the date does not double it."""
    people = "\x1f".join(sorted(map("/".join, refs)))
    text = "\x1f".join((kind, str(at.timestamp()), people, *words))
    return blake2b(text.encode(), digest_size=16).hexdigest()


_DIRECTIONS = {
    **dict.fromkeys(("inbound", "incoming", "in", "received", "incoming_email"), Direction.INBOUND),
    **dict.fromkeys(("outbound", "outgoing", "out", "sent", "outgoing_email"), Direction.OUTBOUND),
}
