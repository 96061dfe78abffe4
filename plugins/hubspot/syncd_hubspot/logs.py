"""Pulls logs of events, which only ever grow: marketing e-mail events and page views, window by window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from syncd.spi import BadAnswer, Page, Unavailable
from syncd_hubspot import cursors
from syncd_hubspot.activities import email_event, occurrence
from syncd_hubspot.cursors import Cursor, Lane, Pace
from syncd_hubspot.errors import Invalid, error_of
from syncd_hubspot.pages import Found, page_of
from syncd_hubspot.paths import EMAIL_EVENTS
from syncd_hubspot.plain import plain, text_of
from syncd_hubspot.portal import Portal
from syncd_hubspot.values import iso

__all__ = ["LogPuller", "Read", "Reader", "email_events", "page_views"]

_SHORTEST = 1_000
_HOUR, _DAY = 3_600_000, 86_400_000
_FEW, _MANY = 1, 10


class Read(NamedTuple):
    """A page of a log, and where the next one begins, "" at the end."""

    found: Sequence[Found]
    after: str


Reader: TypeAlias = Callable[[Portal, Lane, int], Read]
"""Reads the page of a lane, of at most so many rows."""


class LogPuller:
    """Reads a log by *read*; *history* milliseconds back at first, in windows as long as suits it.

    Deep pages of a long window are slow and their tokens do not live long, and a quiet year of single days would be hundreds of
    requests; so the next window is twice as long after one page, and half as long after many.
    """

    def __init__(self, portal: Portal, read: Reader, *, limit: int, pace: Pace, history: int) -> None:
        self._portal, self._read, self._limit, self._pace, self._history = portal, read, limit, pace, history

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        cursor, now = cursors.decoded(text), self._portal.theirs
        if not cursor.swept:
            cursor = Cursor(quick=now - self._history, complete=now - self._pace.settle, swept=now, span=_DAY)
        cursor = cursors.due(cursor, now, self._pace)
        if cursor.lane is None:
            return page_of(cursor, [], more=False)
        return self._page(cursor, cursor.lane)

    def since(self, at: int) -> Cursor:
        """Return a cursor behind which lies all that happened at *at*, in milliseconds, or later."""
        return replace(cursors.since(at, self._portal.theirs, self._pace), span=_DAY)

    def _page(self, cursor: Cursor, lane: Lane) -> Page:
        try:
            cursor, lane, read = self._answered(cursor, lane)
        except Invalid as refusal:  # tokens of pages do not live long; anything else would be refused again
            if not lane.after:
                raise
            half = _halved(lane, _read_until(cursor, lane))
            if half is None:  # the next run may be quicker than the token dies; to try at once could be for ever
                return page_of(replace(cursor, lane=replace(lane, after="")), [], more=False, notes=[str(refusal)])
            return page_of(replace(cursor, lane=half), [], more=True)
        if not lane.after:
            lag = self._pace.settle if lane.name == "complete" else 0
            lane = replace(lane, mark=min(lane.mark, self._portal.theirs - lag))
        lane = replace(lane, pages=lane.pages + 1)
        if read.after:
            onward = replace(cursor, lane=replace(lane, after=read.after))
        else:
            onward = replace(cursors.closed(cursor, lane), span=_next_span(cursor.span, lane.pages))
        more = cursors.due(onward, self._portal.theirs, self._pace).lane is not None
        return page_of(onward, read.found, more=more)

    def _answered(self, cursor: Cursor, lane: Lane) -> tuple[Cursor, Lane, Read]:
        """Read the page of *lane*; where no answer comes, the first page of an hour, which takes HubSpot less time."""
        try:
            return cursor, lane, self._read(self._portal, lane, self._limit)
        except Unavailable as error:
            until = _read_until(cursor, lane) + _HOUR
            if error.retry_after is not None or lane.until <= until:
                raise
        short = replace(lane, until=until, mark=min(lane.mark, until), after="", pages=0)
        return replace(cursor, span=_HOUR), short, self._read(self._portal, short, self._limit)


def email_events(portal: Portal, lane: Lane, limit: int) -> Read:
    """Read a page of marketing e-mail events. Source: developers.hubspot.com/docs/methods/email/get_events, 2026-11-21."""
    what = "email_events"
    params = {"startTimestamp": str(lane.since), "endTimestamp": str(lane.until), "limit": str(limit)}
    reply = portal.get(EMAIL_EVENTS, {**params, **({"offset": lane.after} if lane.after else {})})
    if reply.status != 200:
        raise error_of(reply, what)
    page = plain(reply.body, what)
    rows = page.get("events") if isinstance(page, dict) else None
    if not isinstance(page, dict) or not isinstance(rows, list):
        raise BadAnswer(f"{what}: HubSpot's answer has no events; asked again later")
    after = text_of(page.get("offset"))
    if page.get("hasMore") is True and after in {"", lane.after}:
        raise BadAnswer(f"{what}: HubSpot's next page is the one that was just read, or none; asked again later")
    found = [event for row in rows if (event := email_event(row)) is not None]
    return Read(found, after if page.get("hasMore") is True else "")


def page_views(portal: Portal, lane: Lane, limit: int) -> Read:
    """Read a page of page views. Source: developers.hubspot.com/docs/api-reference, event occurrences (read 2026-11-21)."""
    params = {
        "objectType": "contact",
        "eventType": "e_visited_page",
        "occurredAfter": iso(lane.since),
        "occurredBefore": iso(lane.until),
        "sort": "occurredAt",
        "limit": str(limit),
    }
    rows, after = portal.rows(portal.paths.occurrences, params, "page_views", after=lane.after)
    return Read([occurrence(row) for row in rows], after)


def _next_span(span: int, pages: int) -> int:
    if pages > _MANY:
        return max(_HOUR, span // 2)
    return min(32 * _DAY, span * 2) if pages <= _FEW else span


def _read_until(cursor: Cursor, lane: Lane) -> int:
    return cursor.quick if lane.name == "quick" else cursor.complete


def _halved(lane: Lane, at: int) -> Lane | None:
    """Begin a window anew, half as long; ``None`` if it would get no further than *at*, up to where all has been read."""
    # A window begins an overlap before *at*: a half that ended there would come again for ever
    until = max(lane.since + (lane.until - lane.since) // 2, at + _SHORTEST)
    return replace(lane, until=until, mark=min(lane.mark, until), after="") if until < lane.until else None
