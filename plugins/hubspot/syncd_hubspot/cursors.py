"""Where a stream stands: the lanes that follow changes, the walk that lists everything, and what is due next. Pure.

The *walk* lists all records by identifier; it begins each stream and comes again every day or so, because much bears no date:
associations, calculated values, restored and purged records. The *quick* lane asks the search index for what changed until
now, the *complete* one trails it by more than the index ever lags; both ask within a window that is fixed before its
first page, and go through it by identifier, so that equal instants and changes meanwhile neither hide nor repeat anything.
The *archived* lane walks the bin, which knows no time. Instants are milliseconds of HubSpot's clock.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from syncd.spi import BadAnswer

__all__ = ["Cursor", "Lane", "LaneName", "Pace", "Walk", "begun", "closed", "decoded", "due", "encoded", "since", "walked"]

LaneName: TypeAlias = Literal["quick", "complete", "archived"]


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how far back, in milliseconds.

    ``settle`` is how far the complete lane trails, ``sweep`` how often everything is walked, 0 for never. A window begins
    ``overlap`` before the last one's end. ``lanes`` are those a stream has.
    """

    settle: int
    sweep: int
    lanes: tuple[LaneName, ...] = ("quick", "complete", "archived")
    overlap: int = 120_000
    every_quick: int = 5_000
    every_complete: int = 900_000
    every_archived: int = 3_600_000


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A window being read: its two ends, how far it is read, and the instant known to be covered when it is through."""

    name: LaneName
    since: int
    until: int
    after: str = ""
    mark: int = 0
    pages: int = 0


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A listing being read: since when, which ``part`` of several, and behind what."""

    began: int
    part: str = ""
    after: str = ""


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Until when each lane has read, when the last whole walk began (0: never), and what is under way.

    ``span`` is how much a window may hold beyond its overlap, 0 for any.
    """

    quick: int = 0
    complete: int = 0
    archived: int = 0
    swept: int = 0
    lane: Lane | None = None
    walk: Walk | None = None
    span: int = 0


def decoded(text: str | None) -> Cursor:
    """Return the cursor that *text* stands for. Raises: BadAnswer if it is none of ours."""
    if text is None:
        return Cursor()
    try:
        return msgspec.json.decode(text, type=Cursor)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise BadAnswer("the cursor is not one of HubSpot's streams; pull from the beginning") from error


def encoded(cursor: Cursor) -> str:
    """Return *cursor* as text."""
    return msgspec.json.encode(cursor).decode()


def since(at: int, now: int, pace: Pace) -> Cursor:
    """Return a cursor behind which lies all that changed at or after *at*."""
    return Cursor(quick=at, complete=max(at, now - pace.settle), archived=at, swept=now)


def due(cursor: Cursor, now: int, pace: Pace) -> Cursor:
    """Return *cursor* with what is to be read now under way; as it is if there is nothing."""
    if cursor.lane is not None or (cursor.walk is not None and not cursor.swept):
        return cursor
    if not cursor.swept:
        return replace(cursor, walk=Walk(began=now))
    for name in pace.lanes:
        lane = _lane(cursor, name, now, pace)
        if lane is not None:
            return replace(cursor, lane=lane)
    if pace.sweep and cursor.walk is None and now - cursor.swept >= pace.sweep:
        return replace(cursor, walk=Walk(began=now))
    return cursor


def begun(cursor: Cursor, walk: Walk, pace: Pace, *, theirs: int) -> Cursor:
    """Let the lanes of a stream that was never read begin where its first walk does, *theirs* being HubSpot's clock then."""
    at = min(walk.began, theirs)
    return replace(cursor, quick=at, complete=at - pace.settle, archived=at)


def walked(cursor: Cursor, *, theirs: int) -> Cursor:
    """Return *cursor* once its walk is through, *theirs* being HubSpot's clock: it may have begun by ours, ahead of it."""
    return cursor if cursor.walk is None else replace(cursor, swept=min(cursor.walk.began, theirs), walk=None)


def closed(cursor: Cursor, lane: Lane) -> Cursor:
    """Return *cursor* once *lane*'s window is through; a lane never goes back."""
    done = replace(cursor, lane=None)
    mark = min(lane.until, lane.mark)
    match lane.name:
        case "quick":
            return replace(done, quick=max(cursor.quick, mark))
        case "complete":
            return replace(done, complete=max(cursor.complete, mark))
        case "archived":
            return replace(done, archived=max(cursor.archived, mark))


def _lane(cursor: Cursor, name: LaneName, now: int, pace: Pace) -> Lane | None:
    at, every, until = {
        "quick": (cursor.quick, max(pace.every_quick, 60_000 if cursor.walk else 0), now),
        "complete": (cursor.complete, pace.every_complete, now - pace.settle),
        "archived": (cursor.archived, pace.every_archived, now),
    }[name]
    if until - at < every:
        return None
    until = min(until, at + cursor.span) if cursor.span else until
    return Lane(name=name, since=at - pace.overlap, until=until, mark=until)
