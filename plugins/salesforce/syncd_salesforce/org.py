"""One org, asked over REST: every request and what may come back for it.

Answers are checked here, so that a page of HTML, an empty object or a cut body is never taken for "nothing more".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from syncd.spi import BadAnswer, Client, Reply, Unavailable
from syncd_salesforce.ids import is_id, long_id
from syncd_salesforce.instants import floor_second, instant, written
from syncd_salesforce.refusals import Declined, refusal
from syncd_salesforce.values import flat

__all__ = ["READS", "Deletions", "Listing", "Org", "answer"]

# "URI and header limits": 16,384 bytes together, advice 2,000 for the URI: help 000386264 (read 2026-11-21). A longer query
# travels in the body of a composite request.
_LONGEST_QUERY = 6_000
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")  # more may follow: "; per-app-api-usage=17/250(appName=x)"
_AGAIN = timedelta(minutes=15)
READS = {"Idempotency-Key": "read"}
"""Goes with a POST that changes nothing, so that it may be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of a query. ``next`` is where the rest is, "" at the end; ``total`` counts the rows of all pages."""

    rows: Sequence[Mapping[str, object]]
    next: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """What getDeleted knows: ``ids`` by when they were deleted, how far back it goes and how far it is complete."""

    ids: Mapping[str, datetime]
    earliest: datetime | None
    covered: datetime | None


class Org:
    """See the module. Remembers of the org what its headers told: its clock and how much of its daily calls is used."""

    def __init__(self, client: Client, *, version: str, leave_free: float, now: Callable[[], datetime]) -> None:
        self.version = version
        self.base = f"/services/data/v{version}"
        self.usage: tuple[int, int] | None = None
        self.skew: timedelta | None = None
        self._client, self._leave_free, self._now = client, leave_free, now

    @property
    def now(self) -> datetime:
        """The org's own time: windows are cut by it, not by a clock that may be ahead of it."""
        return floor_second(self._now() + (self.skew or timedelta()))

    # ------------------------------------------------------------ requests

    def send(
        self,
        doing: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """Send a request and return a reply that is a success, or 304. Raises: Declined, and what the client raises."""
        self._spare(doing)
        given = {"Accept": "application/json", "Sforce-Call-Options": "client=syncd", **(headers or {})}
        if content is not None:
            given.setdefault("Content-Type", "application/json; charset=UTF-8")
        reply = self._client.request(method, path, params=params, headers=given, content=content)
        self._learn(reply)
        if not (200 <= reply.status < 300 or reply.status == 304):
            raise Declined(refusal(reply), doing)
        return reply

    def get(self, doing: str, path: str, params: Mapping[str, str] | None = None) -> object:
        """Return the JSON at a path."""
        return answer(self.send(doing, "GET", path, params=params), doing)

    def post(self, doing: str, path: str, body: object, *, headers: Mapping[str, str] | None = None) -> object:
        """Post JSON and return the JSON that comes back."""
        content = json.dumps(body, ensure_ascii=False).encode()
        return answer(self.send(doing, "POST", path, headers=headers, content=content), doing)

    # ------------------------------------------------------------ listings

    def query(self, doing: str, soql: str, *, everything: bool) -> Listing:
        """Return the first page of a query; *everything* includes the recycle bin, merged and archived rows."""
        path = f"{self.base}/{'queryAll' if everything else 'query'}"
        if len(quote(soql)) <= _LONGEST_QUERY:
            return _listing(self.get(doing, path, {"q": soql}), doing)
        return _listing(self._within_composite(doing, f"{path}?q={quote(soql)}"), doing)

    def more(self, doing: str, url: str) -> Listing:
        """Return the page at a locator. Raises: Declined once it is no longer known, after two days."""
        return _listing(self.get(doing, url), doing)

    def _within_composite(self, doing: str, url: str) -> object:
        body = {"allOrNone": False, "compositeRequest": [{"method": "GET", "url": url, "referenceId": "query"}]}
        came = self.post(doing, f"{self.base}/composite", body, headers=READS)
        parts = came.get("compositeResponse") if isinstance(came, dict) else None
        if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
            raise BadAnswer(f"{doing}: the composite answer has no answer in it; tried again later")
        status = parts[0].get("httpStatusCode")
        if status != 200:
            reply = Reply(
                status=status if isinstance(status, int) else 500,
                headers={},
                body=json.dumps(parts[0].get("body"), default=str).encode(),
            )
            raise Declined(refusal(reply), doing)
        return parts[0].get("body")

    # ------------------------------------------------------------ what changed, what is gone

    def covered(self, name: str, start: datetime) -> datetime | None:
        """Return the start of the oldest transaction that is still open: what is stamped before it can be seen.

        soap "getUpdatedResult" (read 2026-11-21) tells to go on from there; nothing else does.
        """
        doing = f"{name}: getUpdated"
        params = {"start": written(start), "end": written(self.now)}
        came = self.get(doing, f"{self.base}/sobjects/{name}/updated/", params)
        if not isinstance(came, dict) or not isinstance(came.get("ids"), list):
            raise BadAnswer(f"{doing}: the answer has no ids; tried again later")
        return _instant(came.get("latestDateCovered"))

    def deleted(self, name: str, start: datetime, end: datetime) -> Deletions:
        """Return what was deleted in [start, end), whole minutes."""
        doing = f"{name}: getDeleted"
        params = {"start": written(start), "end": written(end)}
        came = self.get(doing, f"{self.base}/sobjects/{name}/deleted/", params)
        rows = came.get("deletedRecords") if isinstance(came, dict) else None
        if not isinstance(came, dict) or not isinstance(rows, list):
            raise BadAnswer(f"{doing}: the answer has no deletedRecords; tried again later")
        ids = {
            long_id(str(one.get("id"))): _instant(one.get("deletedDate")) or start
            for one in rows
            if isinstance(one, dict) and is_id(str(one.get("id")))
        }
        return Deletions(
            ids=ids, earliest=_instant(came.get("earliestDateAvailable")), covered=_instant(came.get("latestDateCovered"))
        )

    # ------------------------------------------------------------ headers

    def _learn(self, reply: Reply) -> None:
        found = _USAGE.search(reply.headers.get("sforce-limit-info", ""))
        if found:
            self.usage = int(found[1]), int(found[2])
        try:
            self.skew = parsedate_to_datetime(reply.headers.get("date", "")) - floor_second(self._now())
        except (ValueError, TypeError):  # no date, or one without a zone
            return

    def _spare(self, doing: str) -> None:
        """Leave the last of the org's daily calls to others. Each run may look once: only an answer tells of new ones."""
        if self.usage is None:
            return
        used, most = self.usage
        if used >= most * (1 - self._leave_free):
            words = f"{used} of the org's {most} API calls of 24 hours are used; the rest is left to others (leave_free)"
            raise Unavailable(f"{doing}: {words}", retry_after=_AGAIN)


def answer(reply: Reply, doing: str) -> object:
    """Return the JSON of a reply, numbers exact. Raises: BadAnswer."""
    try:
        body: object = json.loads(reply.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise BadAnswer(f"{doing}: the answer is no JSON; tried again later") from None  # the cause quotes it
    return body


def _listing(body: object, doing: str) -> Listing:
    if not isinstance(body, dict):
        raise BadAnswer(f"{doing}: the answer is no page of records; tried again later")
    rows, done, url, total = (body.get(name) for name in ("records", "done", "nextRecordsUrl", "totalSize"))
    if not isinstance(rows, list) or not isinstance(done, bool) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer(f"{doing}: the answer is no page of records; tried again later")
    if not done and not (isinstance(url, str) and url.startswith("/services/data/")):
        raise BadAnswer(f"{doing}: the answer says there is more and not where; tried again later")
    return Listing(
        rows=[flat(row) for row in rows], next="" if done else str(url), total=total if isinstance(total, int) else len(rows)
    )


def _instant(given: object) -> datetime | None:
    try:
        return instant(given) if isinstance(given, str) else None
    except ValueError:
        return None
