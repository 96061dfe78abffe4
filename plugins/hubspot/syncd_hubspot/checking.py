"""Looks whether token, scopes, portal, limits and clock are in order, without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec

from syncd.spi import BadAnswer, Finding, Misconfigured, Reply
from syncd_hubspot.answers import decoded
from syncd_hubspot.errors import NotAllowed, error_of
from syncd_hubspot.limits import ALLOWED
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.paths import EMAIL_EVENTS, FORMS
from syncd_hubspot.portal import Portal
from syncd_hubspot.settings import HubSpotSettings

__all__ = ["OPTIONAL", "belongs", "findings"]

OPTIONAL = frozenset({"emails", "form_submissions", "email_events", "page_views"})
"""Streams that a portal may not have or a token may not see; the others go on without them."""

_MOST_AHEAD = timedelta(seconds=30)
_LITTLE_LEFT = 10  # one part in ten of a day


class _Account(msgspec.Struct, frozen=True, rename="camel"):
    portal_id: int
    time_zone: str = ""
    account_type: str = ""


def belongs(portal: Portal, settings: HubSpotSettings) -> None:
    """Raises: Misconfigured if the token is one of another portal than the settings name."""
    if settings.portal is None:
        return
    finding = _account(portal.read(portal.paths.account, _Account, "account"), settings)
    if finding.level != "ok":
        raise Misconfigured(f"{finding.what}; {finding.remedy}")


def findings(portal: Portal, settings: HubSpotSettings) -> Iterator[Finding]:
    """Yield what is in order and what is not. Raises: ConnectorError if HubSpot cannot be asked at all."""
    reply = portal.get(portal.paths.account)
    if reply.status != 200:
        raise error_of(reply, "account")
    yield _account(decoded(reply.body, _Account, "account"), settings)
    yield from _limits(reply, settings)
    yield _clock(portal.ahead)
    for stream in settings.streams:
        yield _stream(portal, stream)


def _account(account: _Account, settings: HubSpotSettings) -> Finding:
    if settings.portal not in {None, account.portal_id}:
        what = f"the token is one of portal {account.portal_id}, and this connection belongs to portal {settings.portal}"
        return Finding(level="error", what=what, remedy="correct the token; for another portal make another connection")
    return Finding(level="ok", what=f"portal {account.portal_id}, {account.account_type or 'account'}, {account.time_zone}")


def _limits(reply: Reply, settings: HubSpotSettings) -> Iterator[Finding]:
    """Yield what the headers of an answer say; not every token gets them."""
    burst, daily = _number(reply, "x-hubspot-ratelimit-max"), _number(reply, "x-hubspot-ratelimit-daily")
    left = _number(reply, "x-hubspot-ratelimit-daily-remaining")
    allowed = ALLOWED[settings.plan].burst
    if burst is not None and burst < allowed:
        what = f"HubSpot allows {burst} calls in ten seconds, and plan: {settings.plan} counts on {allowed}"
        yield Finding(level="warning", what=what, remedy="set plan to the portal's tier")
    elif burst is not None:
        yield Finding(level="ok", what=f"{burst} calls in ten seconds")
    if daily and left is not None:
        what = f"{left} of {daily} calls are left today"
        if left * _LITTLE_LEFT < daily:
            yield Finding(level="warning", what=what, remedy="see which other tools use this portal, or have its limit raised")
        else:
            yield Finding(level="ok", what=what)


def _clock(ahead: timedelta) -> Finding:
    seconds = round(ahead.total_seconds())
    if abs(ahead) > _MOST_AHEAD:
        what = f"HubSpot's clock is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} that of this machine"
        return Finding(level="warning", what=what, remedy="let this machine keep its time by NTP")
    return Finding(level="ok", what="the clock agrees with HubSpot's")


def _stream(portal: Portal, stream: str) -> Finding:
    """Ask for one record of a stream: no answer tells a token's scopes but a refusal."""
    path, params = _probe(portal, stream)
    try:
        reply = portal.get(path, params)
        if reply.status != 200:
            raise error_of(reply, stream)
    except NotAllowed as refusal:
        scopes = ", ".join(refusal.scopes) or ", ".join(OBJECTS[stream].scopes if stream in OBJECTS else ())
        remedy = f"grant the token {scopes}" if scopes else "see whether the portal's subscription includes it"
        what, remedy = f"{stream}: the token may not read it", f"{remedy}, or leave it out of streams"
        return Finding(level="warning" if stream in OPTIONAL else "error", what=what, remedy=remedy)
    except (BadAnswer, Misconfigured) as error:
        return Finding(level="error", what=str(error), remedy="correct api_version, or report this if it stays")
    return Finding(level="ok", what=f"{stream}: can be read")


def _probe(portal: Portal, stream: str) -> tuple[str, Mapping[str, str]]:
    if stream in OBJECTS:
        return portal.paths.objects(stream), {"limit": "1"}
    if stream == "owners":
        return portal.paths.owners, {"limit": "1"}
    if stream == "form_submissions":
        return FORMS, {"limit": "1"}
    if stream == "email_events":
        return EMAIL_EVENTS, {"limit": "1"}
    return portal.paths.occurrences, {"limit": "1", "eventType": "e_visited_page", "objectType": "contact"}


def _number(reply: Reply, header: str) -> int | None:
    text = reply.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() else None
