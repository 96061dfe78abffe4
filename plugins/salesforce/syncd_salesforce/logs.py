"""Asks Salesforce's logs of changes and deletions: how far an object can be read for certain, and who was deleted up to there.

The latter lists whole stretches, up to 600,000 identifiers of 15 days. A page takes some of them, in the order of time and by
whole seconds: so the instant behind it is all that a cursor has to hold, and each page gets further than the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from syncd_salesforce.instants import floor_second
from syncd_salesforce.org import Org
from syncd_salesforce.refusals import Declined
from syncd_salesforce.schemas import HIDDEN

__all__ = ["MOST", "NOT_LOGGED", "Deleted", "deleted", "horizon", "logged"]

NOT_LOGGED = {*HIDDEN, "INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT", "FUNCTIONALITY_NOT_ENABLED", "INVALID_OPERATION"}
"""Where an object's log of changes and deletions is not to be had; lag, overlap and sweep do without it."""

MOST = 2_000
"""Records of a page that are asked for by their identifiers; deletions are more if more are of one second."""

# soap "getDeleted", "getUpdated": 15 and 30 days, whole minutes, more than one apart (read 2026-11-21)
_LOG = timedelta(days=15)
_DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
_LONGEST_TRANSACTION = timedelta(hours=2)  # whatever claims to be open for longer does not hold up everything


class Deleted(NamedTuple):
    """Who was deleted and when: all before ``until``. ``more`` are sure as well; the log ``lacks`` the beginning."""

    ids: Mapping[str, datetime]
    until: datetime
    more: bool
    lacks: bool


def deleted(org: Org, name: str, since: datetime, *, lag: timedelta) -> Deleted:
    """Return who was deleted at *since* or later, as far as that is sure and fits into a page. Raises: Declined."""
    end = org.now.replace(second=0)
    start = max(since, end - _LOG + 2 * _MINUTE)
    log = org.deleted(name, min(start, end - 2 * _MINUTE), end)
    until = max(start, min(_settled(org, log.covered, lag), end))
    sure = sorted((at, one) for one, at in log.ids.items() if start <= at < until)
    rest: list[tuple[datetime, str]] = []
    if len(sure) > MOST:
        first, beyond = floor_second(sure[0][0]), floor_second(sure[MOST][0])
        cut = max(beyond, first + _SECOND)
        rest = [one for one in sure if one[0] >= cut]
        until = cut if rest else until
    return Deleted(
        ids={one: at for at, one in sure[: len(sure) - len(rest)]},
        until=until,
        more=bool(rest),
        lacks=start > since or (log.earliest is not None and log.earliest > start),
    )


def logged(org: Org, name: str) -> Mapping[str, datetime]:
    """Return all that the log has of an object; nothing where there is none for us."""
    end = org.now.replace(second=0)
    try:
        return org.deleted(name, end - _LOG + 2 * _MINUTE, end).ids
    except Declined as error:
        if error.code not in NOT_LOGGED:
            raise
        return {}


def horizon(org: Org, name: str, to: datetime | None, *, lag: timedelta) -> datetime:
    """Return how far an object that was read up to *to* can be read for certain."""
    start = max(to or org.now, org.now - _DAY) - 2 * _MINUTE
    try:
        covered = org.covered(name, min(start, org.now - 2 * _MINUTE))
    except Declined as error:
        if error.code not in NOT_LOGGED:
            raise
        covered = None
    return _settled(org, covered, lag)


def _settled(org: Org, covered: datetime | None, lag: timedelta) -> datetime:
    """Return how far is certain where *covered* is the start of the oldest transaction that is still open."""
    hi = org.now - lag
    return min(hi, max(covered, hi - _LONGEST_TRANSACTION)) if covered is not None else hi
