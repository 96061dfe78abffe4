"""How promises are kept: by promise and team, rep or source, and the volumes and shares per period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.agreement import attempts
from syncd.agreement.calendars import ALWAYS
from syncd.agreement.compliance import Compliance, compliance
from syncd.agreement.language import percent
from syncd.agreement.policies import Figure, SharePromise, Sla, VolumePromise, desk
from syncd.agreement.shares import Alarming, Entry, Period, alarm, attained, period, share, volume
from syncd.store import clocks, journeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How one promise was kept within one group."""

    promise: str
    side: str
    group: str
    counts: Compliance


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """A volume or share of the present period and what it means: met, on_pace, behind, missed, or too_few to say."""

    promise: str
    side: str
    count: int
    of: int
    target: str
    state: str


class Watched(NamedTuple):
    """Whether a volume or share wants attention in ``when``; ``says`` how it stands."""

    when: Period
    state: Alarming
    says: str


def by_group(found: Iterable[clocks.Kept], group: Callable[[clocks.Kept], str]) -> list[Kept]:
    """Count the clocks of customers by promise and group, in the order of their names."""
    groups: dict[tuple[str, str, str], list[clocks.Kept]] = {}
    for one in found:
        groups.setdefault((one.side, one.policy, group(one)), []).append(one)
    return [
        Kept(promise=promise, side=side, group=name, counts=compliance(mine))
        for (side, promise, name), mine in sorted(groups.items())
    ]


def figures(tx: Connection, sla: Sla, now: int) -> list[Attained]:
    """Judge every volume and share of the agreement for the period that *now* falls into."""
    return [_figure(tx, sla, one, now) for one in sla.figures]


def _figure(tx: Connection, sla: Sla, promise: Figure, now: int) -> Attained:
    when = period(now, promise.per, sla.time)
    entered = journeys.first_entries(tx, promise.of)
    if isinstance(promise, VolumePromise):
        place = desk(sla, "").calendar if sla.roster.default else ALWAYS
        counted = volume(promise, [at for at, _ in entered.values()], when, calendar=place, now=now)
        return Attained(
            promise=promise.id,
            side=promise.side,
            count=counted.so_far,
            of=promise.at_least,
            target=f"{promise.at_least} {promise.of} per {promise.per}",
            state=counted.state,
        )
    cohort = share(promise, _entries(tx, promise, entered), when, now=now)
    kept = attained(promise, cohort)
    return Attained(
        promise=promise.id,
        side=promise.side,
        count=cohort.hits,
        of=cohort.of,
        target=_target(promise),
        state="too_few" if kept is None else "met" if kept else "missed",
    )


def watched(tx: Connection, sla: Sla, promise: Figure, now: int, before: Alarming) -> Watched:
    """Judge whether to raise an alarm about a volume or share, *before* being what was said last.

    A share is judged by the newest period whose people may be old enough. A pace is none before a tenth of the period is gone.
    """
    if isinstance(promise, VolumePromise):
        when, stands = period(now, promise.per, sla.time), _figure(tx, sla, promise, now)
        is_young = 10 * (now - when.start) < when.end - when.start
        state: Alarming = "too_few" if is_young else "alarm" if stands.state == "behind" else "ok"
        return Watched(when, state, f"{stands.count}, agreed {stands.target}")
    when = period(now - max(promise.mature_after, promise.within or 0), promise.per, sla.time)
    cohort = share(promise, _entries(tx, promise, journeys.first_entries(tx, promise.of)), when, now=now)
    todo = f"; {promise.on_alarm}" if promise.on_alarm else ""
    return Watched(when, alarm(promise, cohort, before), f"{cohort.hits} of {cohort.of}, agreed {_target(promise)}{todo}")


def _target(promise: SharePromise) -> str:
    return f"{percent(promise.at_least)} {promise.are.replace('_', ' ')} per {promise.per}"


def _entries(tx: Connection, promise: SharePromise, entered: Mapping[int, tuple[int, bool]]) -> list[Entry]:
    """Return when each person came, and when what was promised of them happened."""
    match promise.are:
        case "high_intent":
            return [Entry(at, at if outright else None) for at, outright in entered.values()]
        case attempts.CONTACT_ATTEMPT:
            hits = clocks.contacted(tx)
        case stage:
            hits = {person: at for person, (at, _) in journeys.first_entries(tx, stage).items()}
    return [Entry(at, hits.get(person)) for person, (at, _) in entered.items()]
