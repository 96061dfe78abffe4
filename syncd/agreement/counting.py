"""Which events count: a person's history cut into timelines, one per kind of event that some rule asks for.

Instants are whole microseconds since 1970 UTC throughout, because a person may have a million of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from syncd.agreement.language import ANY_ACTIVITY, EventCondition, Silence
from syncd.agreement.terms import Counting

FOREVER = 2**62
"""Later than any instant: "does not change by itself"."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventType(NamedTuple):
    """What kind of event it was; ``asset`` is what it was about (a page, a file), ``outbound`` what our own people did."""

    kind: str
    asset: str = ""
    outbound: bool = False
    machine: bool = False


History: TypeAlias = Mapping[EventType, Sequence[int]]
"""Instants per type of event, each ascending, duplicates already removed by (source, source id)."""


class Channel(NamedTuple):
    """The events one rule looks at."""

    kind: str
    asset: str
    counting: Counting
    zone: str


def channel(condition: EventCondition | Silence, counting: Counting, zone: str) -> Channel:
    return Channel(kind=condition.kind, asset=condition.asset.casefold(), counting=counting, zone=zone)


def takes(wanted: Channel, event: EventType) -> bool:
    """Tell whether events of this type belong to the channel; what our own people did is no activity of the person."""
    if wanted.counting.human_only and event.machine:
        return False
    if wanted.asset and wanted.asset != event.asset.casefold():
        return False
    return not event.outbound if wanted.kind == ANY_ACTIVITY else wanted.kind == event.kind


def thinned(wanted: Channel, instants: Sequence[int]) -> Sequence[int]:
    """Return the *instants* (ascending) that count: one per session, one per local day, or each."""
    if wanted.counting.session is not None:
        return sessions(instants, micros(wanted.counting.session))
    if wanted.counting.day:
        return distinct_days(instants, wanted.zone)
    return instants


def sessions(instants: Sequence[int], gap: int) -> list[int]:
    """Return the first hit of each session: a new one starts when at least *gap* passed since the previous hit.

    >>> sessions([0, 10, 29, 65, 90, 120], 30)
    [0, 65, 120]
    """
    starts, previous = [], -FOREVER
    for at in instants:
        if at - previous >= gap:
            starts.append(at)
        previous = at
    return starts


def distinct_days(instants: Sequence[int], zone: str) -> list[int]:
    """Return the first instant of each local date."""
    firsts: dict[date, int] = {}
    for at in instants:
        firsts.setdefault(local_date(at, zone), at)
    return list(firsts.values())


def dates_window_start(now: int, dates: int, zone: str) -> int:
    """Return the instant at which the last *dates* local dates, today included, began."""
    return midnight(local_date(now, zone) - timedelta(days=dates - 1), zone)


def dates_window_end(at: int, dates: int, zone: str) -> int:
    """Return the midnight at which an event of *at* leaves the last *dates* local dates."""
    return midnight(local_date(at, zone) + timedelta(days=dates), zone)


def happened_within(instants: Sequence[int], span: int, at_least: int) -> bool:
    """Tell whether at any time so far *at_least* of the *instants* lay within one half-open window of *span*."""
    return any(last - first < span for first, last in zip(instants, instants[at_least - 1 :], strict=False))


def local_date(at: int, zone: str) -> date:
    """Return the local date of an instant."""
    return instant(at).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """Return the first instant of a local date; where clocks skip midnight, the first one after it."""
    return micros_of(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))


def micros(span: timedelta) -> int:
    """Return a duration in microseconds."""
    return span // _MICROSECOND


def micros_of(at: datetime) -> int:
    """Return an aware instant as microseconds since 1970 UTC.

    >>> micros_of(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """Return microseconds since 1970 as an aware UTC time."""
    return _EPOCH + at * _MICROSECOND
