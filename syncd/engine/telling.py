"""Raising notices: of leads given to somebody, of SQLs, and of clocks at risk or breached; each once for each recipient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from syncd.agreement.alarms import TELL_MANAGER, TELL_OWNER, Action
from syncd.agreement.clocks import Clock, most_urgent
from syncd.agreement.counting import FOREVER, instant
from syncd.agreement.handoff import CUSTOMER, OPPORTUNITY, RENEWAL, SQL
from syncd.agreement.notices import Event, Notice, alert
from syncd.agreement.scoring import reason
from syncd.config.templates import rendered
from syncd.engine.judging import Judged, live_since
from syncd.engine.site import Site
from syncd.store import ids, notices
from syncd.store.notices import Raised, State

OWNER, MANAGER = "owner", "manager"
_TAKEN = (SQL, OPPORTUNITY, CUSTOMER, RENEWAL)
_EVENTS: Mapping[str, Event] = {"at_risk": "sla_at_risk", "breached": "sla_breached", "still_open": "sla_breached"}


class _Happening(NamedTuple):
    """Something to tell of: ``key`` names it within the person, ``at`` is when it happened or could be known."""

    event: Event
    key: str
    at: int
    to: str
    words: Mapping[str, object]
    urgent: bool = False
    digest: bool = False
    acts: tuple[str, ...] = ()


def tell_of(tx: Connection, site: Site, judged: Sequence[Judged], now: int) -> int:
    """Raise what there is to tell of the people *judged*, and return how many notices are new."""
    since = live_since(tx, site)
    if since is None or not site.config.notify.instant:
        return 0
    raised = [
        notice
        for one in judged
        if one.judgment.way.episodes
        for happening in _happenings(site, one, now)
        if happening.at >= since
        for notice in _notices(site, one, happening, now)
    ]
    return notices.raise_(tx, raised)


def _happenings(site: Site, one: Judged, now: int) -> Iterator[_Happening]:
    last = one.judgment.way.episodes[-1]
    for made in one.assigned:
        first = most_urgent(one.clocks)
        words = {} if first is None or first.due >= FOREVER else {"deadline": _local(first, first.due)}
        if made.owner:
            yield _Happening("mql_assigned", f"assigned {made.at}", made.at, made.owner, words, urgent=last.high_intent)
        else:
            yield _Happening("nobody_available", f"queued {made.at}", made.at, "", words, urgent=True)
    for move in one.judgment.way.moves:
        if move.to == SQL and not move.inferred and move.episode == last.n and _is_news(one):
            yield _Happening("became_sql", f"sql {move.episode}", move.at, one.owner, {})
    by_id = {clock.id: clock for clock in one.clocks}
    for alarm in one.alarms:
        clock = by_id.get(alarm.clock)
        if clock is not None:
            yield _alarm(clock, alarm, one)


def _is_news(one: Judged) -> bool:
    """Tell whether sales took a person since the last assessment, whenever they said so; of somebody new all is history."""
    return one.person.assessed_at is not None and one.person.stage not in _TAKEN


def _alarm(clock: Clock, alarm: Action, one: Judged) -> _Happening:
    words = {"policy": clock.policy.id.replace("_", " "), "deadline": _local(clock, clock.due)}
    to = clock.owner or one.owner
    return _Happening(_EVENTS[alarm.kind], alarm.key, alarm.at, to, words, digest=alarm.digest, acts=alarm.does)


def _notices(site: Site, one: Judged, what: _Happening, now: int) -> Iterator[Raised]:
    age = alert(what.at, noticed_at=now, oldest=site.config.time.max_alert_age)
    state: State = "waiting"
    if what.digest or age == "digest":
        state = "silent" if site.config.notify.digest is None else "digest"
    words = {**_words(site, one), **what.words, "late": age == "late"}
    for terms in site.config.notify.instant:
        if terms.event != what.event:
            continue
        text = rendered(site.config.notify.text(what.event), words)
        for to in {name for asked in terms.to if _may_hear(asked, what) for name in recipients(site, asked, what.to)}:
            for by in terms.by:
                key = f"{ids.shown(one.person.id)} {what.key} {to} {by}"
                yield Raised(Notice(key, what.event, to, by, text, now, what.urgent), one.person.id, state)


def _may_hear(asked: str, what: _Happening) -> bool:
    """Tell whether a breach is told to owner or manager: whom of them the promise names, or both if it names neither."""
    named = {TELL_OWNER, TELL_MANAGER}.intersection(what.acts)
    return asked not in (OWNER, MANAGER) or what.event != "sla_breached" or not named or f"tell {asked}" in named


def recipients(site: Site, asked: str, owner: str) -> tuple[str, ...]:
    """Return who is meant by a word of ``notify``."""
    if asked == OWNER:
        return (owner,) if owner else ()
    if asked == MANAGER:
        routing = site.config.handoff.routing
        return routing.managers if routing is not None else ()
    return (asked,)


def _words(site: Site, one: Judged) -> dict[str, object]:
    facts, score = one.person.facts, one.judgment.score
    name = " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)
    return {
        "name": name or str(facts.get("full_name", "")),
        "email": facts.get("email", ""),
        "company": facts.get("company") or facts.get("name", ""),
        "source": facts.get("source", ""),
        "campaign": facts.get("campaign", ""),
        "score": score.published,
        "grade": score.grade,
        "reasons": [reason(line) for line in score.reasons(site.config.agreement.model.top_reasons)],
        "stage": one.judgment.way.stage,
        "owner": one.owner,
        "high_intent": one.judgment.way.episodes[-1].high_intent,
    }


def _local(clock: Clock, at: int) -> str:
    """Write an instant as whoever has to keep it reads it."""
    return f"{instant(at).astimezone(ZoneInfo(clock.desk.calendar.zone)):%a %d %b %H:%M} ({clock.desk.calendar.zone})"
