"""Reads an object page by page: a window of changes, what was deleted, and now and then what bumps no date.

A window is closed: it begins before the end of the last one and ends before now, at the start of the oldest transaction that is
still open, because rows appear when their transaction ends and bear the time it began (airbyte#27146).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from syncd.spi import Activity, Page, Refused, SourceRecord, Unauthorized
from syncd_salesforce.cursors import Phase, Reading, State, decoded, encoded, narrowed
from syncd_salesforce.describe import Selection, blamed, selection
from syncd_salesforce.ids import is_id, long_id
from syncd_salesforce.listing import Lister, Row, Rows, rows_among
from syncd_salesforce.logs import MOST, NOT_LOGGED, deleted, horizon, logged
from syncd_salesforce.notes import NOTHING_SEEN, no_fields, no_object, swept_away
from syncd_salesforce.objects import Sobject
from syncd_salesforce.org import Org
from syncd_salesforce.records import gone, make
from syncd_salesforce.refusals import Declined, Refusal
from syncd_salesforce.schemas import HIDDEN, Schemas
from syncd_salesforce.settings import SalesforceSettings
from syncd_salesforce.shared import shared_with
from syncd_salesforce.sweeps import Sweeper, told

__all__ = ["Puller", "Source"]

_LOOK_AT_DELETIONS = timedelta(minutes=15)
_REFRESH, _SWEEP, _SWEEP_AGAIN = timedelta(days=1), timedelta(days=7), timedelta(days=1)
_MOST_DROPPED = 20
_TOO_LARGE = {  # and what to do about it where less at once is no way out
    "QUERY_TIMEOUT": "it takes more than two minutes",
    "OPERATION_TOO_LARGE": 'give the user "View All Data" or View All on the object',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What every object of a connection is read with; ``mapped`` are the objects the mapping names."""

    org: Org
    schemas: Schemas
    settings: SalesforceSettings
    mapped: Collection[str]
    cache: Path

    def sees(self, name: str) -> bool:
        """Tell whether the user can see an object."""
        found = self.schemas.describe(name)
        return found is not None and found.queryable


class _Step(NamedTuple):
    """One piece of work: the state behind it and what it brought."""

    state: State
    records: Sequence[SourceRecord | Activity] = ()
    refused: Sequence[Refused] = ()
    notes: tuple[str, ...] = ()
    wait: timedelta | None = None
    progress: float | None = None

    @property
    def is_page(self) -> bool:
        return bool(self.records or self.refused or self.wait is not None or self.state.reading is not None)


class Puller:
    """Reads one object. All that matters is in the cursor."""

    def __init__(self, thing: Sobject, source: Source, wanted: Iterable[str], written: Collection[str]) -> None:
        self._thing, self._source, self._wanted, self._written = thing, source, frozenset(wanted), written
        self._lister = Lister(thing, source.org, bulk_above=source.settings.bulk_above)
        self._sweeper = Sweeper(source.cache / "ids" / thing.name)
        self._dropped: list[str] = []

    def pull(self, cursor: str | None) -> Page:
        """Return the page after *cursor*; none for an object that is hidden.

        Raises: Unauthorized if every mapped object is; Declined, and what the client raises.
        """
        state = decoded(cursor)
        chosen = self.chosen()
        try:
            if chosen is not None:
                return self._pulled(state, chosen)
        except Declined as error:
            if error.code not in HIDDEN or self._source.schemas.describe(self._thing.name, anew=True) is not None:
                raise
        if not any(map(self._source.sees, self._source.mapped)):
            raise Unauthorized(NOTHING_SEEN)
        return Page(records=(), cursor=cursor or encoded(state), more=False, notes=(no_object(self._thing),))

    def _pulled(self, state: State, chosen: Selection) -> Page:
        state, notes = self._opened(state, chosen)
        step = _Step(state)
        while step.state.is_busy:
            step = self._step(step.state)
            notes += step.notes
            if step.is_page:
                break
        return Page(
            records=step.records,
            cursor=encoded(step.state),
            more=step.state.is_busy,
            refused=step.refused,
            notes=tuple(dict.fromkeys(notes)),
            progress=step.progress,
            wait=step.wait or None,
        )

    def since(self, instant: datetime) -> str:
        """Return a cursor behind which all comes that changed at or after *instant*."""
        now = self._source.org.now
        return encoded(State(format=1, to=instant, deleted_to=instant, refreshed_at=now, swept_at=now))

    def reread(self, ids: Sequence[str]) -> Mapping[str, SourceRecord | Activity]:
        """Return the present versions by identifier. Who is not there is told as deleted if the log says so.

        Who is in neither is left out, being merely hidden or long gone; so is whose row is none of ours or makes no sense.
        """
        chosen, org, name = self.chosen(), self._source.org, self._thing.name
        if chosen is None:
            return {}
        rows = rows_among(org, name, chosen.columns, ids)
        made, _ = self._made(rows, chosen)
        present = {_id_of(one): one for one in made}
        absent = set(ids).difference(str(row.get("Id")) for row in rows)
        log = logged(org, name) if absent and self._is_logged else {}
        return present | {one: gone(self._thing, one, log[one]) for one in absent if one in log}

    @property
    def _is_logged(self) -> bool:
        found = self._source.schemas.describe(self._thing.name)
        return found is not None and found.replicateable

    def chosen(self, *, anew: bool = False) -> Selection | None:
        """Return what to ask for, by an object described *anew* if need be; ``None`` if the user cannot see it."""
        schemas = self._source.schemas
        found = schemas.describe(self._thing.name, anew=anew)
        if found is None or not found.queryable:
            return None
        parents = schemas.parents(found, (*self._thing.paths, *self._wanted), anew=anew)
        picked = selection(self._thing, found, self._wanted, parents)
        for column in self._dropped:
            picked = picked.without(column)
        return picked

    # ------------------------------------------------------------ a cycle

    def _opened(self, state: State, chosen: Selection) -> tuple[State, tuple[str, ...]]:
        """Begin a cycle unless one is under way; if a field can be seen again, begin everything."""
        if state.is_busy:
            return state, ()
        notes: tuple[str, ...] = ()
        if chosen.hidden and chosen.hidden != state.hidden:
            notes = tuple(no_fields(self._thing, chosen, self._written))
        regained = sorted(set(state.hidden) - set(chosen.hidden))
        if regained and state.to is not None:
            state = State(format=1, deleted_to=state.deleted_to, swept_at=state.swept_at)
            notes += (f"{self._thing.name}: {', '.join(regained)} can be read now; everything is read once more",)
        return replace(state, hidden=chosen.hidden, todo=tuple(self._due(state, chosen))), notes

    def _due(self, state: State, chosen: Selection) -> Iterable[Phase]:
        now = self._source.org.now
        yield "window"
        if self._thing.grows or self._thing.kind == "owner":
            return  # history is added to and users are switched off; neither is deleted
        if state.deleted_to is not None and now - self._source.settings.lag - state.deleted_to >= _LOOK_AT_DELETIONS:
            yield "deleted"
        if chosen.calculated and state.refreshed_at is not None and now - state.refreshed_at >= _REFRESH:
            yield "refresh"
        if state.swept_at is not None and now - state.swept_at >= _SWEEP:
            yield "sweep"

    def _step(self, state: State) -> _Step:
        if state.reading is not None:
            return self._read(state, state.reading)
        phase, state = state.todo[0], replace(state, todo=state.todo[1:])
        now = self._source.org.now
        match phase:
            case "window":
                return self._window(state)
            case "deleted":
                return self._deleted(state)
            case "refresh":
                return self._read(state, Reading(phase="refresh", hi=now))
            case "sweep":
                self._sweeper.begin(now)  # its instant is saved before it concludes: tried again, it is the same sweep
                return _Step(replace(state, reading=Reading(phase="sweep", hi=now)))

    # ------------------------------------------------------------ what changed

    def _window(self, state: State) -> _Step:
        org, lag = self._source.org, self._source.settings.lag
        hi, now = horizon(org, self._thing.name, state.to, lag=lag) if self._is_logged else org.now - lag, org.now
        if state.to is None:
            begun = replace(state, deleted_to=state.deleted_to or now, refreshed_at=now, swept_at=state.swept_at or now)
            return self._read(begun, Reading(phase="window", hi=hi))
        if hi <= state.to:
            return _Step(state)
        return self._read(state, Reading(phase="window", lo=state.to - self._source.settings.overlap, hi=hi))

    def _read(self, state: State, reading: Reading) -> _Step:
        try:
            chosen, page = self._page(reading)
        except Declined as error:
            if error.code not in _TOO_LARGE:
                raise
            if reading.phase != "window":
                return self._put_off(state, reading, error.code)
            half = narrowed(state, reading)
            if half is None:
                raise
            return _Step(replace(state, reading=half, todo=("window", *state.todo)))
        state = replace(state, reading=page.rest)
        if reading.phase == "sweep":
            return self._swept(state, reading, page)
        records, refused = self._made(page.rows, chosen)
        self._sweeper.deliver(*told(page.rows, by=self._thing.stamp))
        if page.rest is None and reading.phase == "window":
            state = replace(state, to=reading.hi)
        elif page.rest is None and reading.phase == "refresh":
            state = replace(state, refreshed_at=reading.hi)
        return _Step(state, records, refused, page.notes, page.wait, page.progress)

    def _put_off(self, state: State, reading: Reading, code: str) -> _Step:
        """Leave what bumps no date for a day; what changed must not wait for it."""
        if reading.phase == "refresh":
            what, state = "formulas and parents are not read anew", replace(state, refreshed_at=reading.hi)
        else:
            what, state = "nobody looks for records that vanished", replace(state, swept_at=_again(reading.hi))
        note = f"{self._thing.name}: for a day {what}: listing everything was refused ({code}); {_TOO_LARGE[code]}"
        return _Step(replace(state, reading=None), notes=(note,))

    def _page(self, reading: Reading) -> tuple[Selection, Rows]:
        """Return a page and what was asked for; a column that turns out to be hidden is left out."""
        is_shown = reading.phase == "shown"
        for _ in range(_MOST_DROPPED):
            chosen = self.chosen()
            if chosen is None:
                break
            columns = ("Id",) if reading.phase == "sweep" else chosen.columns
            try:
                return chosen, self._shown(reading, columns) if is_shown else self._lister.page(reading, columns)
            except Declined as error:
                if error.code != "INVALID_FIELD" or not self._adapted(chosen, error):
                    raise
        raise Declined(Refusal(status=400, code="INVALID_TYPE"), f"{self._thing.name}: query")

    def _adapted(self, chosen: Selection, error: Declined) -> bool:
        """Look at the object anew, or leave out the column that the refusal names; false if neither helps."""
        if self.chosen(anew=True) != chosen:
            return True
        found = self._source.schemas.describe(self._thing.name)
        guilty = blamed(found, chosen.columns, error.refusal.text) if found is not None else []
        self._dropped += guilty
        return bool(guilty)

    def _made(self, rows: Sequence[Row], chosen: Selection) -> tuple[list[SourceRecord | Activity], list[Refused]]:
        records: list[SourceRecord | Activity] = []
        refused: list[Refused] = []
        people = self._people(rows)
        for row in rows:
            made = make(self._thing, chosen, row, people.get(str(row.get("Id")), ()))
            if isinstance(made, Refused):
                refused.append(made)
            elif made is not None:
                records.append(made)
        return records, refused

    def _people(self, rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
        """Return the people that activities are shared with."""
        name, schemas = self._thing.name, self._source.schemas
        found = schemas.describe(name)
        if self._thing.kind != "activity" or found is None or not found.is_shared:
            return {}
        try:
            return shared_with(self._source.org, name, [str(row.get("Id")) for row in rows])
        except Declined as error:
            if error.code not in HIDDEN:
                raise
            schemas.describe(name, anew=True)  # switched off, or hidden, since it was described
            return {}

    # ------------------------------------------------------------ what is gone

    def _deleted(self, state: State) -> _Step:
        """Ask for deletions: those that left no trace in the recycle bin are told, the others come as what they became."""
        org, name, lag = self._source.org, self._thing.name, self._source.settings.lag
        chosen = self.chosen()
        if chosen is None or not self._is_logged or state.deleted_to is None:
            return _Step(state)
        try:
            log = deleted(org, name, state.deleted_to, lag=lag)
        except Declined as error:
            if error.code not in NOT_LOGGED:
                raise
            return _Step(state, notes=(f"{name}: hard deletions cannot be listed ({error.code}); the sweep finds them",))
        todo = state.todo
        if log.lacks:
            todo = (*(one for one in todo if one != "sweep"), "sweep")
        if log.more:
            todo = ("deleted", *todo)
        rows = rows_among(org, name, chosen.columns, list(log.ids))
        present, _ = self._made(rows, chosen)
        there = {str(row.get("Id")) for row in rows}
        buried = [gone(self._thing, one, at) for one, at in log.ids.items() if one not in there]
        living, binned = told(rows, by=self._thing.stamp)
        self._sweeper.deliver(living, [*binned, *(one for one in log.ids if one not in there)])
        wait = timedelta() if log.more else None  # a page, though it be empty: between two of them one may stop
        return _Step(replace(state, deleted_to=log.until, todo=todo), [*present, *buried], wait=wait)

    def _swept(self, state: State, reading: Reading, page: Rows) -> _Step:
        self._sweeper.see(reading.hi, (long_id(str(row["Id"])) for row in page.rows if is_id(str(row.get("Id")))))
        if page.rest is not None:
            return _Step(state, notes=page.notes, wait=page.wait)
        swept = self._sweeper.finish(reading.hi)
        again = _again(reading.hi) if swept.missing else reading.hi
        records = [gone(self._thing, one, at) for one, at in swept.gone.items()]
        shown = Reading(phase="shown", hi=reading.hi) if swept.shown else None
        return _Step(replace(state, swept_at=again, reading=shown), records, notes=tuple(swept_away(self._thing, swept)))

    def _shown(self, reading: Reading, columns: Sequence[str]) -> Rows:
        """Return rows that a sweep saw and that no window brought: a right that is given moves no date."""
        ids = self._sweeper.shown(reading.hi, after=reading.last_id, most=MOST)
        rest = replace(reading, last_id=ids[-1]) if len(ids) == MOST else None
        return Rows(rows_among(self._source.org, self._thing.name, columns, ids), rest)


def _again(sweep: datetime) -> datetime:
    """Return as when to note a sweep that is to be made again in a day."""
    return sweep - (_SWEEP - _SWEEP_AGAIN)


def _id_of(one: SourceRecord | Activity) -> str:
    return one.source_id if isinstance(one, Activity) else one.external_id
