"""How promises are kept: by promise and team, rep or source, and the volumes and shares per period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection

from syncd.agreement.calendars import ALWAYS
from syncd.agreement.policies import Figure, SharePromise, Sla, VolumePromise, desk
from syncd.agreement.shares import Entry, attained, period, share, volume
from syncd.store import clocks, journeys
from syncd.store.clocks import Kept

_KEPT, _BROKEN, _OPEN = ("met",), ("met_late", "breached"), ("running", "at_risk", "paused")
_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """How one promise was kept within one group; clocks that were canceled or made void say nothing.

    ``share`` is that of the decided ones, in percent, ``None`` of none; ``median_minutes`` the open time of those fulfilled.
    """

    promise: str
    side: str
    group: str
    kept: int
    broken: int
    open: int
    share: int | None
    median_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """A volume or share of the present period and what it means: met, on_pace, behind, missed, or too_few to say."""

    promise: str
    side: str
    count: int
    of: int
    target: str
    state: str


def compliance(found: Iterable[Kept], group: Callable[[Kept], str]) -> list[Compliance]:
    """Count the clocks of customers by promise and group, in the order of their names."""
    groups: dict[tuple[str, str, str], list[Kept]] = {}
    for one in found:
        groups.setdefault((one.side, one.policy, group(one)), []).append(one)
    return [_compliance(*key, mine) for key, mine in sorted(groups.items())]


def _compliance(side: str, promise: str, group: str, mine: Sequence[Kept]) -> Compliance:
    kept, broken, still = (sum(one.state in states for one in mine) for states in (_KEPT, _BROKEN, _OPEN))
    used = [one.used // _MINUTE for one in mine if one.ended_at is not None and one.state in ("met", "met_late")]
    return Compliance(
        promise=promise,
        side=side,
        group=group,
        kept=kept,
        broken=broken,
        open=still,
        share=100 * kept // (kept + broken) if kept + broken else None,
        median_minutes=int(median(used)) if used else None,
    )


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
