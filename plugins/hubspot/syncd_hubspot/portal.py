"""Asks HubSpot: one method per question, answers as records of this package. Knows the client and nobody's data.

HubSpot's clock is read off each answer, since windows and dates are in its time and not in ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec

from syncd.spi import BadAnswer, Client, Reply
from syncd_hubspot.answers import Definitions, Linked, Object, Objects, Pipelines, decoded, linked_page, objects, single
from syncd_hubspot.errors import error_of
from syncd_hubspot.objects import ObjectStream
from syncd_hubspot.paths import Paths
from syncd_hubspot.plain import Plain, ids_of, is_nothing, plain, text_of
from syncd_hubspot.records import Links, embedded, linked
from syncd_hubspot.values import millis

__all__ = ["BATCH", "Portal", "Rows"]

_T = TypeVar("_T")

BATCH = 100
"""Records in a batch: developers.hubspot.com/docs, CRM objects guide (read 2026-11-21)."""

_ASSOCIATED = 1_000  # records whose associations are read at once: the associations guide (read 2026-11-21)
# Nobody documents how long an address may be; Estuary stays below 5 KiB: github.com/estuary/connectors (read 2026-11-21)
_LONGEST_QUERY = 5_000
_ADDRESS_TOO_LONG = 414


class Rows(NamedTuple):
    """A page of rows of any shape, and where the next one begins, "" at the end."""

    rows: list[Plain]
    after: str


class Portal:
    """A HubSpot account behind the client."""

    def __init__(self, client: Client, paths: Paths, now: Callable[[], datetime]) -> None:
        self.paths = paths
        self._client, self._now = client, now
        self._ahead = timedelta()

    @property
    def now(self) -> datetime:
        """The time by HubSpot's clock, as far as it is known."""
        return self._now() + self._ahead

    @property
    def ours(self) -> datetime:
        """The time by our own clock, for what the host is told."""
        return self._now()

    @property
    def theirs(self) -> int:
        """The same in milliseconds."""
        return millis(self.now)

    @property
    def ahead(self) -> timedelta:
        """How far HubSpot's clock was ahead of ours at the last answer."""
        return self._ahead

    # ------------------------------------------------------------ plain questions

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """Ask and return the answer, whatever it says."""
        return self._heard(self._client.request("GET", path, params=params))

    def read(self, path: str, form: type[_T], what: str, *, params: Mapping[str, str] | None = None) -> _T:
        """Ask for *what* and return it. Raises: ConnectorError."""
        return decoded(self._good(self.get(path, params), what).body, form, what)

    def rows(self, path: str, params: Mapping[str, str], what: str, *, after: str) -> Rows:
        """Return the page of *what* that begins at *after*. Raises: ConnectorError."""
        reply = self._good(self.get(path, {**params, **({"after": after} if after else {})}), what)
        page = plain(reply.body, what)
        rows = page.get("results") if isinstance(page, dict) else None
        if not isinstance(page, dict) or not isinstance(rows, list):
            raise BadAnswer(f"{what}: HubSpot's answer has no results; asked again later")
        paging = page.get("paging")
        following = paging.get("next") if isinstance(paging, dict) else None
        return Rows(rows, self._onward(text_of(following.get("after")) if isinstance(following, dict) else "", after, what))

    def ask(self, path: str, body: object, what: str, *, params: Mapping[str, str] | None = None) -> Reply:
        """Ask by POST for something that changes nothing; so it may be sent again like a GET. Raises: ConnectorError."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": "reading"}
        sent = self._client.request("POST", path, params=params, headers=headers, content=msgspec.json.encode(body))
        return self._good(self._heard(sent), what)

    def write(self, method: str, path: str, body: object, *, twice_is_once: bool = False) -> Reply:
        """Write and return the answer, whatever it says; where *twice_is_once*, a lost answer is asked for again."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": "creating"} if twice_is_once else {})}
        return self._heard(self._client.request(method, path, headers=headers, content=msgspec.json.encode(body)))

    # ------------------------------------------------------------ records

    def listing(
        self, stream: ObjectStream, *, after: str, limit: int, properties: Sequence[str], archived: bool = False
    ) -> Objects:
        """Return a page of all records in the order of their identifiers, from the identifier *after* on.

        What cannot stand in an address is read in a batch afterwards. Raises: ConnectorError.
        """
        what, names = f"{stream.name}: listing", ",".join(properties)
        params = {"limit": str(limit), "archived": str(archived).lower(), "properties": names}
        if after:
            params["after"] = after
        if stream.to and not archived:
            params["associations"] = ",".join(stream.to)
        if len(names) <= _LONGEST_QUERY:
            reply = self.get(self.paths.objects(stream.name), params)
            if reply.status != _ADDRESS_TOO_LONG:
                page = objects(self._good(reply, what).body, what)
                self._onward(page.after, after, what)
                return page
        short = self._good(self.get(self.paths.objects(stream.name), {**params, "properties": "hs_object_id"}), what)
        page = objects(short.body, what)
        self._onward(page.after, after, what)
        full = self.batch(stream, [one.id for one in page.results], properties, archived=archived)
        held = {one.id: one.properties for one in full.results}
        whole = [msgspec.structs.replace(one, properties=held[one.id]) for one in page.results if one.id in held]
        return msgspec.structs.replace(page, results=whole, odd=[*page.odd, *full.odd])

    def changed(self, stream: ObjectStream, *, since: int, until: int, behind: str, limit: int) -> list[str]:
        """Return identifiers behind *behind* of records that changed within the window, in ascending order; none at the end.

        Search stops at 10,000 results, shifts while records change, and lags; so it is asked by identifier and never by offset:
        developers.hubspot.com/docs, "search the CRM" (read 2026-11-21). Raises: ConnectorError.
        """
        window = {"propertyName": stream.modified, "operator": "BETWEEN", "value": str(since), "highValue": str(until)}
        keyset = {"propertyName": "hs_object_id", "operator": "GT", "value": behind or "0"}
        body = {
            "filterGroups": [{"filters": [window, keyset]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": ["hs_object_id"],
            "limit": limit,
        }
        what = f"{stream.name}: search"
        found = objects(self.ask(self.paths.objects(stream.name, "search"), body, what).body, what)
        named = [*(one.id for one in found.results), *(one.id for one in found.odd if one.id)]
        if not all(name.isdecimal() for name in named):
            raise BadAnswer(f"{what}: an identifier is no number, so nothing can be read behind it; asked again later")
        if not named and (found.results or found.odd):
            raise BadAnswer(f"{what}: HubSpot found records and names none, so nothing is known of an end; asked again later")
        ids = sorted({name for name in named if int(name) > int(behind or "0")}, key=int)
        if named and not ids:
            raise BadAnswer(f"{what}: HubSpot repeats what was read, so there is no way on; asked again later")
        return ids

    def batch(self, stream: ObjectStream, ids: Sequence[str], properties: Sequence[str], *, archived: bool = False) -> Objects:
        """Return those of the records *ids* that there are, by a batch per hundred. Raises: ConnectorError."""
        found, odd = list[Object](), []
        for number in range(0, len(ids), BATCH):
            inputs = [{"id": external_id} for external_id in ids[number : number + BATCH]]
            body = {"inputs": inputs, "properties": list(properties), "propertiesWithHistory": []}
            what = f"{stream.name}: batch"
            reply = self.ask(
                self.paths.objects(stream.name, "batch/read"), body, what, params={"archived": str(archived).lower()}
            )
            page = objects(reply.body, what)
            found += page.results
            odd += page.odd
        return Objects(results=found, odd=odd)

    def single(self, stream: ObjectStream, external_id: str) -> Object | None:
        """Return the record that *external_id* leads to, which after a merge is another one; ``None`` if there is none.

        Its values are to be read in a batch: an address may not hold all their names. Asked only about records that a batch has
        missed: so it is not the address that HubSpot does not know.
        """
        what = f"{stream.name}: record"
        reply = self.get(self.paths.objects(stream.name, external_id), {"properties": "hs_object_id"})
        if reply.status == 404 and isinstance(plain(reply.body, what), dict):
            return None
        found = single(self._good(reply, what).body, what)
        # One whose date cannot be read still tells where it lives on, and that is news of now
        return found if isinstance(found, Object) else Object(id=found.id, updated_at=self.now)

    # ------------------------------------------------------------ associations

    def links(self, stream: ObjectStream, found: Sequence[Object], *, whole: bool) -> dict[str, Links]:
        """Return whom each of the records points at; *whole* if they came without. Raises: ConnectorError."""
        if whole:
            ids = [one.id for one in found]
            by_target = {to: self._linked(stream, to, ids) for to in stream.to if ids}
            return {external_id: {to: some.get(external_id, ()) for to, some in by_target.items()} for external_id in ids}
        return {one.id: {**embedded(stream, one), **self._overflowing(stream, one)} for one in found}

    def _overflowing(self, stream: ObjectStream, one: Object) -> Links:
        """Read anew the associations of a record that has more than come with it."""
        cut = [to for to in stream.to if to in one.associations and one.associations[to].paging]
        return {to: self._linked(stream, to, [one.id]).get(one.id, ()) for to in cut}

    def _linked(self, stream: ObjectStream, to: str, ids: Sequence[str]) -> dict[str, tuple[tuple[str, bool], ...]]:
        """Ask until every record has answered with all its pages; "no associations" is an error of its own among the good."""
        what = f"{stream.name}: associations with {to}"
        asked = dict.fromkeys(ids, "")
        answers: list[Linked] = []
        while asked:
            part = dict(islice(asked.items(), _ASSOCIATED))
            inputs = [{"id": external_id, **({"after": after} if after else {})} for external_id, after in part.items()]
            reply = self.ask(self.paths.associations(stream.name, to), {"inputs": inputs}, what)
            page = linked_page(reply.body, what)
            answers += page.results
            heard = {str(one.source.id): _unquoted(one.after) for one in page.results}
            none = [error for error in page.errors if is_nothing(error)]  # any other may pass
            without = {one for error in none for one in (*error.context.get("fromObjectId", ()), *ids_of([error]))}
            left = {one: heard.get(one, after) for one, after in part.items() if heard.get(one, "?") and one not in without}
            if left == part:
                raise BadAnswer(f"{what}: HubSpot leaves {len(left)} records unanswered; asked again later")
            asked = {**left, **{one: after for one, after in asked.items() if one not in part}}
        return linked(stream, to, answers)

    # ------------------------------------------------------------ definitions

    def definitions(self, stream: str) -> Definitions:
        """Return all properties of a kind of records. Raises: ConnectorError."""
        return self.read(self.paths.properties(stream), Definitions, f"{stream}: properties")

    def pipelines(self, stream: str) -> Pipelines:
        """Return all pipelines of a kind of records. Raises: ConnectorError."""
        return self.read(self.paths.pipelines(stream), Pipelines, f"{stream}: pipelines")

    # ------------------------------------------------------------ what an answer says

    def _good(self, reply: Reply, what: str) -> Reply:
        if reply.status not in {200, 201, 204, 207}:
            raise error_of(reply, what)
        return reply

    def _heard(self, reply: Reply) -> Reply:
        """Note HubSpot's time."""
        text = reply.headers.get("date", "")
        if text:
            try:
                at = parsedate_to_datetime(text)
            except ValueError:
                return reply
            self._ahead = (at if at.tzinfo else at.replace(tzinfo=UTC)) - self._now()
        return reply

    def _onward(self, following: str, after: str, what: str) -> str:
        if following and following == after:
            raise BadAnswer(f"{what}: HubSpot's next page is the one that was just read; asked again later")
        return following


def _unquoted(after: str) -> str:
    """Return a page token of associations, which comes already percent-encoded.

    Source: github.com/HubSpot/hubspot-api-python/issues/135 (read 2026-11-21).
    """
    return after.replace("%3D", "=").replace("%2B", "+").replace("%2F", "/")
