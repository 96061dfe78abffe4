"""How promises are kept: by promise and team, rep or source, and the volumes and shares per period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from syncd.agreement.calendars import ALWAYS
from syncd.agreement.compliance import Compliance, compliance
from syncd.agreement.policies import Figure, SharePromise, Sla, VolumePromise, desk
from syncd.agreement.shares import Entry, attained, period, share, volume
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
        target=f"{float(promise.at_least):.0%} {promise.are.replace('_', ' ')} per {promise.per}",
        state="too_few" if kept is None else "met" if kept else "missed",
    )


def _entries(tx: Connection, promise: SharePromise, entered: Mapping[int, tuple[int, bool]]) -> list[Entry]:
    """Return when each person came, and when what was promised of them happened."""
    match promise.are:
        case "high_intent":
            return [Entry(at, at if outright else None) for at, outright in entered.values()]
        case "contacted":
            hits = clocks.contacted(tx)
        case stage:
            hits = {person: at for person, (at, _) in journeys.first_entries(tx, stage).items()}
    return [Entry(at, hits.get(person)) for person, (at, _) in entered.items()]
