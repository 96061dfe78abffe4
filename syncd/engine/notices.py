"""Telling people: what waits in the outbox of notices goes out, each once; and the daily digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from syncd.agreement.calendars import next_opening
from syncd.agreement.counting import instant, micros, micros_of
from syncd.agreement.notices import HOUR, Delivery, Manners, Message, Notice, Sent, delivery
from syncd.agreement.policies import desk
from syncd.config.notices import DigestTerms
from syncd.config.templates import rendered
from syncd.engine.figures import watch
from syncd.engine.site import Counts, Site
from syncd.notify import Tell, Teller, Undelivered
from syncd.store import assessments, journeys, notices, streams
from syncd.store.notices import Kept, Raised

BATCH = 500
_FIRST_PAUSE, _LONGEST_PAUSE = 60_000_000, 6 * HOUR
_DIGEST_MARK = "digest"


def notify_due(site: Site, tell: Tell, *, limit: int = BATCH) -> Counts:
    """Tell what is due; empty if nothing was. Raises: Busy, if another process does the same."""
    with site.store.lock("notices"):
        now = site.now()
        watch(site, now)
        with site.store.write() as tx:
            _raise_digest(tx, site, now)
            counts = _drop(tx, site)
            kept = {one.key: one for one in notices.waiting(tx, now, limit)}
            decided = delivery([one.notice for one in kept.values()], _sent(tx, site, now), _manners(site), now)
            _put_off(tx, site, decided, now)
            notices.begin(tx, [key for one in decided.messages for key in one.keys])
        for message in decided.messages:
            counts += _tell(site, tell, message, [kept[key] for key in message.keys])
    return counts


def channels(site: Site) -> Tell:
    """Return what tells through the channels of the configuration."""
    return Teller(site.config.channels, home=site.config.folder, clock=site.clock).tell


def next_notice(site: Site) -> int | None:
    """Return when there is something to tell next; the digest is not among it."""
    with site.store.read() as tx:
        return notices.next_due(tx)


def _tell(site: Site, tell: Tell, message: Message, tried: Sequence[Kept]) -> Counts:
    """Tell one message; a clock may wait for whoever is to know of a new lead."""
    try:
        tell(message, again=any(one.state == "telling" for one in tried))
    except Undelivered as error:
        pause = min(_FIRST_PAUSE << min(max(one.attempts for one in tried), 12), _LONGEST_PAUSE)
        with site.store.write() as tx:
            notices.postpone(tx, message.keys, site.now() + pause, problem=str(error))
        return Counts(undelivered=len(message.keys))
    with site.store.write() as tx:
        notices.settle(tx, message.keys, site.now())
        if message.event == "mql_assigned":
            assessments.mark_due(tx, {one.person_id for one in tried if one.person_id is not None}, site.now())
    return Counts(told=len(message.keys))


def _drop(tx: Connection, site: Site) -> Counts:
    """Give up what channels had to tell that are there no more: nobody would ever hear of it."""
    counts = Counts()
    for name in notices.channels(tx) - site.config.channels.keys():
        counts["dropped"] += notices.drop(tx, name, f"channels.{name}: was removed from syncd.yaml; nobody was told")
    return counts


def _put_off(tx: Connection, site: Site, decided: Delivery, now: int) -> None:
    """Keep what is not told now: for the digest or, without one, until some more may be told."""
    if site.config.notify.digest is not None:
        notices.leave_to_digest(tx, decided.digest)
    else:
        notices.postpone(tx, decided.digest, now + HOUR // 4)
    for until in set(decided.later.values()):
        notices.postpone(tx, [key for key, at in decided.later.items() if at == until], until)


def _sent(tx: Connection, site: Site, now: int) -> list[Sent]:
    return notices.told_since(tx, now - max(HOUR, micros(site.config.notify.together)))


def _manners(site: Site) -> Manners:
    """Return the manners agreed on; whoever has no calendar of their own keeps the agreement's, rooms have none."""
    terms, sla = site.config.notify, site.config.sla

    def opens(to: str, at: int) -> int:
        return at if sla is None or to.startswith("#") else next_opening(desk(sla, to).calendar, at)

    quiet = opens if terms.quiet_hours else lambda to, at: at
    return Manners(together=micros(terms.together), per_hour=terms.per_hour, opens=quiet)


# ---------------------------------------------------------------- the digest


def _raise_digest(tx: Connection, site: Site, now: int) -> None:
    """Put today's digest into the outbox once its hour has come; the first one tells of nothing before itself."""
    terms = site.config.notify.digest
    if terms is None:
        return
    since = streams.remembered(tx, _DIGEST_MARK)
    due = _last_digest(terms, site.config.agreement.zone, now)
    if since is not None and int(since) >= due:
        return
    streams.remember(tx, _DIGEST_MARK, str(due))
    if since is None:
        return
    held = notices.for_digest(tx)
    summary = _summary(tx, int(since), due, [one.text for one in held])
    if not summary:
        return
    text = rendered(site.config.notify.text("digest"), {"summary": summary})
    notices.raise_(tx, [Raised(Notice(f"digest {due}", "digest", terms.to, terms.by, text, now, urgent=True), None, "waiting")])
    notices.settle(tx, [one.key for one in held], now)


def _last_digest(terms: DigestTerms, zone: str, now: int) -> int:
    """Return the newest instant, not after *now*, at which a digest is due."""
    hour, minute = map(int, terms.at.split(":"))
    local = instant(now).astimezone(ZoneInfo(zone))
    for back in range(8):
        day = local.date() - timedelta(days=back)
        at = micros_of(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)))
        if at <= now and day.weekday() in terms.days:
            return at
    raise AssertionError("eight days hold every weekday")


def _summary(tx: Connection, since: int, until: int, held: list[str]) -> str:
    """Say who entered which stage, and what was not told at once."""
    moved = journeys.entered_between(tx, since, until)
    lines = [f"{stage}: {count}" for stage, count in moved.items()]
    title = [f"Since {instant(since):%Y-%m-%d %H:%M}Z, people entered"] if lines else []
    return "\n".join([*title, *lines, *held])
