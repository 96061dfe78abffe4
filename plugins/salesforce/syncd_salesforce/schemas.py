"""Describes, kept in the cache folder: asked for again after an hour, and whether they changed, not what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from syncd.spi import BadAnswer, Misconfigured
from syncd_salesforce.describe import Describe, described, parents_of
from syncd_salesforce.org import Org, answer
from syncd_salesforce.refusals import Declined

__all__ = ["HIDDEN", "Schemas", "versions"]

_FRESH = timedelta(hours=1)
_SURE = timedelta(days=1)  # rights change what a describe shows without changing its date
HIDDEN = {"NOT_FOUND", "INVALID_TYPE", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"}


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    asked_at: datetime
    changed: str
    whole_at: datetime
    body: Describe


class Schemas:
    """The objects of an org as the user sees them; ``None`` stands for one that is not there or hidden."""

    def __init__(self, org: Org, folder: Path) -> None:
        self._org, self._folder = org, folder
        self._seen: dict[str, Describe | None] = {}

    def describe(self, name: str, *, anew: bool = False) -> Describe | None:
        """Return an object, *anew* if what is known turned out to be old. Raises: Declined, BadAnswer, Misconfigured."""
        if anew or name not in self._seen:
            self._seen[name] = self._looked_up(name, anew=anew)
        return self._seen[name]

    def parents(self, found: Describe, paths: Iterable[str], *, anew: bool = False) -> dict[str, Describe]:
        """Return the objects that *paths* of an object lead to, by name, as far as they can be seen. Raises: as `describe`."""
        seen = {name: self.describe(name, anew=anew) for name in sorted(parents_of(found, paths))}
        return {name: one for name, one in seen.items() if one is not None}

    def _looked_up(self, name: str, *, anew: bool) -> Describe | None:
        kept = self._kept(name)
        now = self._org.now
        if kept is not None and not anew and now - kept.asked_at < _FRESH:
            return kept.body
        is_sure = kept is not None and now - kept.whole_at < _SURE
        condition = {"If-Modified-Since": kept.changed} if kept is not None and is_sure and kept.changed and not anew else {}
        doing = f"{name}: describe"
        try:
            reply = self._org.send(doing, "GET", f"{self._org.base}/sobjects/{name}/describe", headers=condition)
        except Declined as error:
            if error.code not in HIDDEN:
                raise
            self._assure_version()
            return None
        if reply.status == 304 and kept is not None:
            self._keep(name, msgspec.structs.replace(kept, asked_at=now))
            return kept.body
        body = described(answer(reply, doing))
        changed = reply.headers.get("last-modified") or reply.headers.get("date", "")
        self._keep(name, _Kept(version=self._org.version, asked_at=now, changed=changed, whole_at=now, body=body))
        return body

    def offered(self, name: str, record_type: str) -> Mapping[str, frozenset[str]]:
        """Return the values that records of a type may hold, by picklist; nothing where the user may not see them.

        ui-api "Get Values for All Picklist Fields of a Record Type" (read 2026-11-22); some objects are not in it.
        """
        doing = f"{name}: picklists"
        try:
            came = self._org.get(doing, f"{self._org.base}/ui-api/object-info/{name}/picklist-values/{record_type}")
        except Declined:
            return {}
        fields = came.get("picklistFieldValues") if isinstance(came, dict) else None
        if not isinstance(fields, dict):
            raise BadAnswer(f"{doing}: the answer has no picklists; tried again later")
        return {
            field: frozenset(str(value.get("value")) for value in one["values"] if isinstance(value, dict))
            for field, one in fields.items()
            if isinstance(one, dict) and isinstance(one.get("values"), list)
        }

    def _assure_version(self) -> None:
        """Tell an object that is hidden from a version of the API that is not there."""
        served = versions(self._org)
        if self._org.version not in served:
            raise Misconfigured(f"api_version {self._org.version}: this org serves {', '.join(list(served)[-5:])}")

    def _kept(self, name: str) -> _Kept | None:
        try:
            kept = msgspec.json.decode((self._folder / f"{name}.json").read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return kept if kept.version == self._org.version else None

    def _keep(self, name: str, kept: _Kept) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._folder / f"{name}.new"
        new.write_bytes(msgspec.json.encode(kept))
        new.replace(self._folder / f"{name}.json")


def versions(org: Org) -> Mapping[str, str]:
    """Return the versions of the API that an org serves and what they are called, the oldest first."""
    came = org.get("versions", "/services/data/")
    if not isinstance(came, list) or not all(isinstance(one, dict) and "version" in one for one in came):
        raise BadAnswer("versions: the answer is no list of versions; tried again later")
    return {str(one["version"]): str(one.get("label") or "") for one in came}
