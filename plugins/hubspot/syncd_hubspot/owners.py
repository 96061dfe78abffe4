"""Pulls owners, a short list without dates of change: those who work here, then those who left and whom records still name."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncd.spi import BadAnswer, Page, Raw, SourceRecord
from syncd_hubspot import cursors
from syncd_hubspot.answers import Odd
from syncd_hubspot.cursors import Cursor, Walk
from syncd_hubspot.errors import error_of
from syncd_hubspot.pages import Found, page_of
from syncd_hubspot.plain import Plain, plain, text_of
from syncd_hubspot.portal import Portal
from syncd_hubspot.records import refused
from syncd_hubspot.values import instant

__all__ = ["OWNER_FIELDS", "OwnerPuller"]

OWNER_FIELDS = ("email", "firstName", "lastName", "type", "userId", "teams")
_EVERY = 3_600_000
_PARTS = ("false", "true")  # of the parameter "archived"


class OwnerPuller:
    """Reads all owners, every hour."""

    def __init__(self, portal: Portal, *, wanted: frozenset[str], limit: int = 100) -> None:
        self._portal, self._wanted, self._limit = portal, [name for name in OWNER_FIELDS if name in wanted], limit

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        cursor, now = cursors.decoded(text), self._portal.theirs
        if cursor.walk is None and cursor.swept and now - cursor.swept < _EVERY:
            return page_of(cursor, [], more=False)
        walk = cursor.walk or Walk(began=now, part=_PARTS[0])
        params = {"limit": str(self._limit), "archived": walk.part}
        rows, after = self._portal.rows(self._portal.paths.owners, params, "owners", after=walk.after)
        found = [self._owner(row) for row in rows]
        if after:
            return page_of(replace(cursor, walk=replace(walk, after=after)), found, more=True)
        if walk.part == _PARTS[0]:
            return page_of(replace(cursor, walk=replace(walk, part=_PARTS[1], after="")), found, more=True)
        return page_of(cursors.walked(replace(cursor, walk=walk), theirs=self._portal.theirs), found, more=False)

    def since(self, at: int) -> Cursor:
        """Return a cursor behind which lies everything: owners have no dates."""
        return Cursor()

    def reread(self, ids: Sequence[str]) -> list[Found]:
        """Return the present versions of *ids*."""
        return [self._single(external_id) for external_id in ids]

    def _single(self, external_id: str) -> Found:
        for archived in _PARTS:
            reply = self._portal.get(f"{self._portal.paths.owners}/{external_id}", {"archived": archived})
            if reply.status == 200:
                row = plain(reply.body, "owners")
                if not isinstance(row, dict) or not row.get("id"):
                    raise BadAnswer("owners: HubSpot's answer is no owner; asked again later")
                return self._owner(row)
            if reply.status != 404:
                raise error_of(reply, "owners")
        return SourceRecord(stream="owners", external_id=external_id, changed_at=self._portal.now, fields={}, deleted=True)

    def _owner(self, row: Plain) -> Found:
        one = row if isinstance(row, dict) else {}
        external_id, updated_at = text_of(one.get("id")), instant(one.get("updatedAt"))
        if not external_id or updated_at is None:
            where = "updatedAt" if external_id else "id"
            return refused("owners", Odd(external_id, where, "is missing or cannot be read", ""))
        return SourceRecord(
            stream="owners",
            external_id=external_id,
            changed_at=updated_at,
            fields={name: _value(one, name) for name in self._wanted},
            deleted=one.get("archived") is True,
        )


def _value(one: dict[str, Plain], name: str) -> Raw:
    """Return a field; who left is known by another number of a user."""
    value = one.get(name)
    if name == "userId":
        return text_of(value) or text_of(one.get("userIdIncludingInactive"))
    if name == "teams":
        teams = value if isinstance(value, list) else []
        return tuple(text_of(team.get("name")) for team in teams if isinstance(team, dict))
    return text_of(value) or None
