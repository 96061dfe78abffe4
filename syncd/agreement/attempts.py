"""Contact attempts: which of the things our people did count as one, and for the others why not.

An attempt is human, outbound, could have reached the person, and is logged. One counts per person, channel and ten minutes, so
that redialing is no diligence. That somebody was reached (`connected`) is another fact than that it was tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from syncd.agreement.calendars import MINUTE
from syncd.agreement.journey import Event
from syncd.model import INBOUND_KINDS

CONTACT_ATTEMPT, CONNECTED = "contact_attempt", "connected"
WITHDRAWN = "contact_bounced"
"""An attempt that counted until it was found to have bounced, at ``known_at`` of its event."""

BOOKED = "meeting_booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTerms:
    """What the teams agreed to count.

    ``never`` says of kinds that they are no attempts, ``connects`` of kinds that the person was reached, ``bounces`` that the
    last mail before did not arrive. An attempt up to ``credit`` before the handoff answers at once.
    """

    count: frozenset[str] = frozenset(
        {"call_out", "email_1to1_out", "meeting_booked", "meeting_held", "linkedin_out", "sms_out", "whatsapp_out"}
    )
    never: frozenset[str] = frozenset({"marketing_email", "task_created", "note"})
    connects: frozenset[str] = frozenset({"meeting_held", "call_in", "email_reply", "chat"})
    bounces: frozenset[str] = frozenset({"email_bounced"})
    apart: int = 10 * MINUTE
    per_channel: bool = True
    booking_by_lead: bool = True
    bounce_reopens: bool = True
    credit: int = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Touch:
    """Something between us and one person, as logged in a CRM.

    ``outbound`` is ``None`` if the source does not say. ``connected``: the person was reached. ``bounced_at`` is when it was
    known not to have arrived.
    """

    at: int
    kind: str
    id: str = ""
    by: str = ""
    outbound: bool | None = field(default=None, compare=False)
    machine: bool = False
    connected: bool = False
    bounced_at: int | None = field(default=None, compare=False)


class Verdict(NamedTuple):
    """Whether a touch is an attempt, and why or why not, in words; ``withdrawn_at`` is when one that was had bounced."""

    touch: Touch
    counted: bool
    why: str
    withdrawn_at: int | None = None


def verdicts(terms: AttemptTerms, touches: Iterable[Touch]) -> tuple[Verdict, ...]:
    """Judge everything that happened between us and one person, in order of time.

    >>> first, second = verdicts(AttemptTerms(), [Touch(at=0, kind="call_out"), Touch(at=9 * MINUTE, kind="call_out")])
    >>> first.counted, second.counted, second.why
    (True, False, 'within 10 minutes of another attempt by call')
    """
    ordered = _with_bounces(terms, sorted(touches))
    last: dict[str, int] = {}
    found = []
    for touch in ordered:
        why = _excluded(terms, touch)
        way = channel(touch.kind)
        key = way if terms.per_channel else ""
        if not why and key in last and touch.at - last[key] < terms.apart:
            other = f" by {way}" if terms.per_channel else ""
            why = f"within {terms.apart // MINUTE} minutes of another attempt{other}"
        withdrawn_at = None
        if not why and touch.bounced_at is not None and terms.bounce_reopens:
            why, withdrawn_at = "bounced: it did not reach the person", max(touch.at, touch.bounced_at)
        if not why:
            last[key] = touch.at
        found.append(Verdict(touch, not why, why or f"an attempt by {way}", withdrawn_at))
    return tuple(found)


def attempt_events(terms: AttemptTerms, judged: Sequence[Verdict]) -> tuple[Event, ...]:
    """Return what the touches amount to: attempts, people reached, and attempts taken back because they bounced."""
    found = []
    for touch, counted, _, withdrawn_at in judged:
        way = channel(touch.kind)
        if counted:
            found.append(Event(at=touch.at, what=CONTACT_ATTEMPT, by=touch.by, detail=way))
        if withdrawn_at is not None:
            found.append(Event(at=touch.at, what=WITHDRAWN, by=touch.by, detail=way, known_at=withdrawn_at))
        elif touch.connected or touch.kind in terms.connects:
            found.append(Event(at=touch.at, what=CONNECTED, by=touch.by, detail=way))
    return tuple(found)


def channel(kind: str) -> str:
    """Return the way a kind of activity goes: the first word of its name.

    >>> channel("email_1to1_out"), channel("call_out")
    ('email', 'call')
    """
    return kind.partition("_")[0]


def _excluded(terms: AttemptTerms, touch: Touch) -> str:
    """Say why a touch by itself is no attempt, "" if it is one."""
    if touch.kind in terms.bounces:
        return "a mail that came back"
    if touch.kind in terms.never:
        return f"the agreement does not count {touch.kind}"
    if touch.machine:
        return "sent by a machine, not by a person"
    if touch.outbound is False and touch.kind == BOOKED and BOOKED in terms.count:
        return "" if terms.booking_by_lead else "booked by the lead, which the agreement does not count"
    if touch.outbound is False or touch.kind in INBOUND_KINDS:
        return "inbound: the person came to us"
    if touch.kind not in terms.count:
        return f"the agreement does not count {touch.kind}"
    return ""


def _with_bounces(terms: AttemptTerms, touches: Sequence[Touch]) -> list[Touch]:
    """Mark the last mail before each bounce; a touch may also say itself that it bounced."""
    found = list(touches)
    for bounce in touches:
        if bounce.kind not in terms.bounces:
            continue
        sent = [
            i
            for i, touch in enumerate(found)
            if touch.at <= bounce.at and touch.kind in terms.count and channel(touch.kind) == channel(bounce.kind)
        ]
        if sent and found[sent[-1]].bounced_at is None:
            found[sent[-1]] = replace(found[sent[-1]], bounced_at=bounce.at)
    return found
