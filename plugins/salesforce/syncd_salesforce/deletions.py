"""Asks Salesforce's log who was deleted, up to where it is sure, and how far that is.

The log lists whole stretches, up to 600,000 identifiers of 15 days. A page takes some of them, in the order of time and by
whole seconds: so the instant behind it is all that a cursor has to hold, and each page gets further than the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from syncd_salesforce.instants import floor_second
from syncd_salesforce.org import Org

__all__ = ["MOST", "Deleted", "deleted", "settled"]

MOST = 2_000
"""Records of a page that are asked for by their identifiers; deletions are more if more are of one second."""

# soap "getDeleted": 15 days, whole minutes, more than one apart (read 2026-11-21)
_LOG = timedelta(days=15)
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
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
    until = max(start, min(settled(org, log.covered, lag), end))
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


def settled(org: Org, covered: datetime | None, lag: timedelta) -> datetime:
    """Return how far the org can be read for certain; *covered* is the start of the oldest transaction that is still open."""
    hi = org.now - lag
    return min(hi, max(covered, hi - _LONGEST_TRANSACTION)) if covered is not None else hi
