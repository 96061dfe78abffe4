"""Looks whether versions, user, rights, limits and clock are in order, for ``syncd check``. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from syncd.spi import Finding
from syncd_salesforce.describe import Describe
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.org import Org
from syncd_salesforce.pulling import Source
from syncd_salesforce.refusals import Declined
from syncd_salesforce.schemas import versions

__all__ = ["findings"]

_SKEW = timedelta(minutes=2)  # a JWT is good for three
_PERMISSION_SET = "assign syncd's permission set to the integration user (`syncd provision` writes one)"
_LIMITS = ("DailyApiRequests", "DailyBulkV2QueryJobs", "DailyBulkApiBatches")


def findings(
    source: Source, wanted: Mapping[str, frozenset[str]], written: Mapping[str, frozenset[str]], now: datetime
) -> list[Finding]:
    """Look at everything, and at the fields that are *wanted* and *written*. Raises: Declined, and what the client raises."""
    org = source.org
    found = [*_version(org), *_clock(org, now)]
    if any(one.level == "error" for one in found):
        return found  # nothing answers to a version that is not served
    found += [*_identity(org), *_limits(org)]
    for name in source.settings.streams:
        found += _object(source, name, wanted.get(name, frozenset()), written.get(name, frozenset()))
    return found


def _version(org: Org) -> Iterator[Finding]:
    served = versions(org)
    if org.version not in served:
        last = list(served)[-1] if served else ""
        yield _error(f"api_version {org.version} is not served by this org", f'set api_version: "{last}"')
        return
    newer = [one for one in served if float(one) > float(org.version)]
    if len(newer) >= 6:  # two years of three a version is supported for
        yield _warning(f"api_version {org.version} is {len(newer)} releases old", f'set api_version: "{newer[-1]}"')
    yield _ok(f"API {org.version} ({served[org.version]})")


def _identity(org: Org) -> Iterator[Finding]:
    came = org.get("identity", f"{org.base}/")
    url = came.get("identity") if isinstance(came, dict) else None
    if isinstance(url, str) and url.count("/") >= 2:
        company, user = url.rsplit("/", 2)[-2:]
        yield _ok(f"logged in to org {company} as user {user}")


def _limits(org: Org) -> Iterator[Finding]:
    try:
        came = org.get("limits", f"{org.base}/limits/")
    except Declined as error:
        yield _warning(f"limits cannot be seen ({error.code})", 'give the user "View Setup and Configuration"')
        return
    for name in _LIMITS:
        one = came.get(name) if isinstance(came, dict) else None
        most, left = (one.get("Max"), one.get("Remaining")) if isinstance(one, dict) else (None, None)
        if not isinstance(most, int) or not isinstance(left, int) or most <= 0:
            continue
        words = f"{name}: {left} of {most} left in these 24 hours"
        yield _warning(words, "see in Setup which app uses them, or buy more") if left < most * 0.2 else _ok(words)


def _clock(org: Org, now: datetime) -> Iterator[Finding]:
    if org.skew is not None and abs(org.skew) > _SKEW:
        seconds = round(org.skew.total_seconds())
        yield _warning(f"this machine's clock is {seconds:+d} s off the org's", "let it be set by a time server")


def _object(source: Source, name: str, wanted: frozenset[str], written: frozenset[str]) -> Iterator[Finding]:
    found = source.schemas.describe(name, anew=True)
    if found is None or not found.queryable:
        yield _warning(f"{name} is not there or hidden from the user; it is not read", _PERMISSION_SET)
        return
    calculated = sorted(field for field in wanted if (one := found.field(field)) is not None and one.calculated)
    if calculated:
        yield _ok(f"{name}: {', '.join(calculated)} is calculated and bumps no date; it is read anew once a day")
    thing = OBJECTS[name]
    if not thing.grows and not found.replicateable:
        yield _warning(f"{name}: hard deletions cannot be listed; only the weekly sweep finds them", _PERMISSION_SET)
    if thing.kind != "activity":
        yield from _record_types(source, found, written)
    yield _ok(f"{name}: {len(found.fields)} fields")


def _record_types(source: Source, found: Describe, written: frozenset[str]) -> Iterator[Finding]:
    """Warn of restricted values that a record type lacks: to write them into its records is refused."""
    strict = [one for one in map(found.field, sorted(written)) if one is not None and one.strict]
    for kind in (one for one in found.record_types if one.available and strict):
        offered = source.schemas.offered(found.name, kind.id)
        for field in strict:
            missing = [value for value in field.options if value not in offered.get(field.name, field.options)]
            if missing:
                what = f"{found.name}.{field.name}: records of type {kind.name} do not take {', '.join(missing)}"
                yield _warning(what, "add the values to the record type in Setup, or do not write them")


def _ok(what: str) -> Finding:
    return Finding(level="ok", what=what)


def _warning(what: str, remedy: str) -> Finding:
    return Finding(level="warning", what=what, remedy=remedy)


def _error(what: str, remedy: str) -> Finding:
    return Finding(level="error", what=what, remedy=remedy)
