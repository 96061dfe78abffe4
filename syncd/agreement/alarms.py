"""What a clock makes to be told or done, once per (clock, kind, threshold)."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from syncd.agreement.clocks import Clock
from syncd.agreement.counting import FOREVER
from syncd.agreement.policies import TimeTerms

Alarm: TypeAlias = Literal["at_risk", "breached", "still_open"]

TELL_OWNER, TELL_MANAGER, REASSIGN, OFFLINE = "tell owner", "tell manager", "reassign", "set owner offline"


class Action(NamedTuple):
    """Something to tell or do because of a clock.

    ``at`` is when it became so, or when we learnt of it. ``digest``: it is too old, or over already, to disturb anybody or to
    do anything; it is only told with the next digest. ``does`` are the agreement's words for what is to be done.
    """

    clock: str
    kind: Alarm
    threshold: str
    at: int
    digest: bool
    does: tuple[str, ...]

    @property
    def key(self) -> str:
        """Name the action for the outbox, which takes each name once.

        >>> Action("ann/1/first_contact/1", "at_risk", "75%", 0, False, ()).key
        'ann/1/first_contact/1 at_risk 75%'
        """
        return f"{self.clock} {self.kind} {self.threshold}".rstrip()


def actions(clock: Clock, time: TimeTerms, *, since: int, now: int) -> tuple[Action, ...]:
    """Return what became due to be told or done after *since* and not after *now*; *clock* is as of *now*.

    What was learnt late counts from when it was learnt. Of several marks only the last is told, and none once the clock is
    breached, paused or over. Nothing of before go-live is told. Because of its key an action may be returned twice
    harmlessly, so *since* may be as early as anybody likes.
    """
    if clock.silent or clock.state == "void":
        return ()
    found = []
    for kind, threshold, at, does in _alarms(clock, now):
        told_at = max(at, clock.known_at)
        if since < told_at <= now and at >= (time.go_live or -FOREVER):
            digest = now - told_at > time.max_alert_age or not clock.open
            found.append(Action(clock.id, kind, threshold, told_at, digest, does))
    return tuple(found)


def _alarms(clock: Clock, now: int) -> list[tuple[Alarm, str, int, tuple[str, ...]]]:
    """Return what the clock went through, in order."""
    if clock.state == "at_risk":
        mark = max(mark for mark in clock.marks if mark.at <= now)
        who = TELL_OWNER if clock.policy.side == "sales" else TELL_MANAGER
        return [("at_risk", mark.threshold, mark.at, (who,))]
    if clock.state not in ("breached", "met_late"):
        return []
    over_at = FOREVER if clock.ended_at is None else clock.ended_at
    found: list[tuple[Alarm, str, int, tuple[str, ...]]] = [("breached", "", clock.due + 1, clock.policy.on_breach)]
    if clock.policy.escalation is not None and clock.escalates_at < over_at:
        after, does = clock.policy.escalation
        found.append(("still_open", after.text, clock.escalates_at, does))
    return found
