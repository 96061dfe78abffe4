"""Watching the volumes and shares of the agreement: the managers are told once per period when one of them wants attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.agreement.notices import HOUR, Notice
from syncd.agreement.policies import Figure
from syncd.agreement.shares import Alarming
from syncd.config.notices import InstantTerms
from syncd.config.templates import rendered
from syncd.engine.judging import live_since
from syncd.engine.site import Site
from syncd.engine.telling import recipients
from syncd.report.compliance import Watched, watched
from syncd.store import notices, streams
from syncd.store.notices import Raised

_WATCHED_MARK = "figures watched"
_STATES: Mapping[str, Alarming] = {"ok": "ok", "alarm": "alarm", "too_few": "too_few"}


def watch(site: Site, now: int) -> int:
    """Raise a notice of every volume and share that wants attention; looked at once an hour, and not before going live."""
    sla = site.config.sla
    asked = [one for one in site.config.notify.instant if one.event == "figure_alarm"]
    if sla is None or not asked:
        return 0
    with site.store.read() as tx:
        since, last = live_since(tx, site), streams.remembered(tx, _WATCHED_MARK)
        if since is None or now < since or (last is not None and now < int(last) + HOUR):
            return 0
        before = {one.id: _STATES[streams.remembered(tx, _mark(one)) or "ok"] for one in sla.figures}
        found = [(one, watched(tx, sla, one, now, before[one.id])) for one in sla.figures]
    raised = [notice for one, seen in found if seen.state == "alarm" for notice in _notices(site, asked, one, seen, now)]
    with site.store.write() as tx:
        streams.remember(tx, _WATCHED_MARK, str(now))
        for one, seen in found:
            streams.remember(tx, _mark(one), seen.state)
        return notices.raise_(tx, raised)


def _notices(site: Site, asked: Sequence[InstantTerms], promise: Figure, seen: Watched, now: int) -> list[Raised]:
    words = {"policy": promise.id.replace("_", " "), "summary": seen.says}
    text = rendered(site.config.notify.text("figure_alarm"), words)
    places = {(to, by) for one in asked for name in one.to for to in recipients(site, name, "") for by in one.by}
    return [
        Raised(Notice(f"figure {promise.id} {seen.when.start} {to} {by}", "figure_alarm", to, by, text, now), None, "waiting")
        for to, by in sorted(places)
    ]


def _mark(promise: Figure) -> str:
    return f"figure {promise.id}"
