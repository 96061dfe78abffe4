"""Where a promise's clock starts and stops among the events of an episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.agreement.attempts import CONTACT_ATTEMPT, WITHDRAWN
from syncd.agreement.counting import local_date
from syncd.agreement.journey import Episode, Event
from syncd.agreement.policies import Moment, Moments, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The event that fulfilled a promise; ``at`` is the clock's start if it was made before it."""

    at: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a promise is: how many of the needed events happened, the stop, and when we learnt that it is not so far."""

    done: int
    stop: Stop | None
    corrected_at: int | None = None


def starts(policy: Policy, episode: Episode, events: Sequence[Event]) -> list[Event]:
    """Return the events that start a clock: the first of the episode, or each one; never what is only inferred."""
    found = [
        event for event in events if event.at >= episode.started_at and not event.inferred and _is_one(policy.start, event)
    ]
    return list({event.at: event for event in reversed(found)}.values())[::-1] if policy.each else found[:1]


def first(moments: Moments, events: Sequence[Event], since: int) -> Event | None:
    """Return the first of the *events*, which are in order, from *since* on that is one of *moments*, or completes them all."""
    if not moments.of:
        return None
    if not moments.all:
        return next((event for event in events if event.at >= since and _is_one(moments, event)), None)
    each = [
        next((event for event in events if event.at >= since and _is_one(Moments((one,)), event)), None) for one in moments.of
    ]
    happened = [event for event in each if event is not None]
    return max(happened) if len(happened) == len(each) else None


def progress(policy: Policy, events: Sequence[Event], start: int, *, credit: int, zone: str) -> Progress:
    """Return how far the promise that began at *start* is.

    A contact attempt up to *credit* before the start fulfills a promise of one contact at once. Dates are told in *zone*.
    """
    since = start - credit if _asks_for_one_attempt(policy) else start
    counted = [event for event in events if event.at >= start and _is_one(policy.stop, event)]
    stop = _stop(policy, events, counted, start, zone)
    early = [event for event in events if since <= event.at < start and event.what == CONTACT_ATTEMPT]
    if early:
        stop = Stop(at=start, event=early[-1])
    return Progress(
        done=min(len(counted) + bool(early), policy.need), stop=stop, corrected_at=_corrected(policy, events, since, stop)
    )


def _stop(policy: Policy, events: Sequence[Event], counted: Sequence[Event], start: int, zone: str) -> Stop | None:
    enough = first(policy.stop, events, start) if policy.need == 1 else _enough(policy, counted, zone)
    found = [event for event in (enough, first(policy.unless, events, start)) if event is not None]
    return Stop(at=min(found).at, event=min(found)) if found else None


def _enough(policy: Policy, counted: Sequence[Event], zone: str) -> Event | None:
    dates = set()
    for n, event in enumerate(counted, start=1):
        dates.add(local_date(event.at, zone))
        if n >= policy.need and len(dates) >= policy.over_days:
            return event
    return None


def _corrected(policy: Policy, events: Sequence[Event], since: int, stop: Stop | None) -> int | None:
    """Return when we learnt that an attempt which would have counted had not arrived."""
    if Moment(CONTACT_ATTEMPT) not in policy.stop.of:
        return None
    known = [
        event.known_at
        for event in events
        if event.what == WITHDRAWN and event.at >= since and (stop is None or event.at < stop.event.at)
    ]
    return max(known, default=None)


def _asks_for_one_attempt(policy: Policy) -> bool:
    return policy.need == 1 and policy.stop.of == (Moment(CONTACT_ATTEMPT),)


def _is_one(moments: Moments, event: Event) -> bool:
    for moment in moments.of:  # noqa: SIM110 - half the time of any() with a generator
        if event.what == moment.what and event.detail not in moment.but:
            return True
    return False
