"""When a notice goes out: at once, with others of its kind, at the next opening, or in the digest.

Pure: what waits and what was sent in, messages and new instants out. Who is told what is for the caller; so is sending.
Instants are microseconds UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, get_args

from syncd.agreement.counting import FOREVER

HOUR = 3_600_000_000

Event: TypeAlias = Literal[
    "mql_assigned", "became_sql", "sla_at_risk", "sla_breached", "nobody_available", "figure_alarm", "digest"
]
"""What somebody can be told of."""

EVENTS: tuple[Event, ...] = get_args(Event)


class Notice(NamedTuple):
    """Something to tell somebody. ``key`` is the same however often it is raised; it is told once.

    ``to`` is a person's e-mail address or a room ("#smarketing"), ``by`` the channel. An ``urgent`` one (high intent) waits for
    no opening hours and is never left to the digest.
    """

    key: str
    event: str
    to: str
    by: str
    text: str
    raised_at: int
    urgent: bool = False


class Sent(NamedTuple):
    """A message that went out."""

    event: str
    to: str
    by: str
    at: int


class Message(NamedTuple):
    """What goes out as one: the notices of *keys*, oldest first."""

    event: str
    to: str
    by: str
    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How not to be a nuisance. ``together`` is in microseconds, 0 for no grouping; ``per_hour`` 0 for no cap.

    ``opens`` tells when whoever is told is next at work: the instant itself if they are.
    """

    together: int = 0
    per_hour: int = 0
    opens: Callable[[str, int], int] = lambda to, at: at


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What to do now: send ``messages``, leave ``digest`` (keys) to the next digest, look at ``later`` again when it says."""

    messages: tuple[Message, ...] = ()
    digest: tuple[str, ...] = ()
    later: Mapping[str, int] = field(default_factory=dict)


def delivery(waiting: Iterable[Notice], sent: Iterable[Sent], manners: Manners, now: int) -> Delivery:
    """Decide what becomes of the notices that are *waiting*, given what was *sent* within the last hour or so.

    The first of a kind goes at once; more of the same to the same within ``together`` wait and go as one message. A recipient
    gets ``per_hour`` messages in any hour; what is beyond goes into the digest. Outside opening hours only what is urgent goes.

    >>> a, b = (Notice(k, "sla_at_risk", "kim@example.com", "mail", k, 0) for k in "ab")
    >>> [one.text for one in delivery([a, b], [], Manners(), now=0).messages]
    ['a\\n\\nb']
    """
    history = list(sent)
    messages: list[Message] = []
    digest: list[str] = []
    later: dict[str, int] = {}
    for (event, to, by), group in _grouped(waiting).items():
        urgent = any(one.urgent for one in group)
        at = now if urgent else max(manners.opens(to, now), _together_again(history, (event, to, by), manners, now))
        if at > now:
            later.update(dict.fromkeys([one.key for one in group], at))
        elif not urgent and _is_too_much(history, to, manners, now):
            digest += [one.key for one in group]
        else:
            text = "\n\n".join(one.text for one in group)
            messages.append(Message(event, to, by, text, tuple(one.key for one in group)))
            history.append(Sent(event, to, by, now))
    return Delivery(messages=tuple(messages), digest=tuple(digest), later=later)


def alert(at: int, *, noticed_at: int, oldest: int) -> Literal["now", "late", "digest"]:
    """Tell how to speak of something that could be known at *at* and is noticed at *noticed_at*.

    After an outage, what is older than *oldest* (a duration) is for the digest and the rest goes out marked late, a minute's
    delay being no delay. Source: domain semantics 5, case L38.

    >>> [alert(0, noticed_at=hours * HOUR, oldest=24 * HOUR) for hours in (4, 76)]
    ['late', 'digest']
    """
    late = noticed_at - at
    if late > oldest:
        return "digest"
    return "late" if late > HOUR // 60 else "now"


def _grouped(waiting: Iterable[Notice]) -> dict[tuple[str, str, str], list[Notice]]:
    groups: dict[tuple[str, str, str], list[Notice]] = {}
    for one in sorted(waiting, key=lambda one: (one.raised_at, one.key)):
        groups.setdefault((one.event, one.to, one.by), []).append(one)
    return groups


def _together_again(history: Sequence[Sent], kind: tuple[str, str, str], manners: Manners, now: int) -> int:
    """Return when the next message of a kind may go."""
    last = max((one.at for one in history if (one.event, one.to, one.by) == kind), default=-FOREVER)
    return max(last + manners.together, now)


def _is_too_much(history: Sequence[Sent], to: str, manners: Manners, now: int) -> bool:
    told = Counter(one.to for one in history if one.at > now - HOUR)
    return 0 < manners.per_hour <= told[to]
