"""What HubSpot's refusals mean: for the whole connection an error, for one record a rejection. Pure.

HubSpot's own sentences quote the values that were sent; so only its codes and names of properties are taken over.
Source: developers.hubspot.com/docs/api-reference/error-handling (read 2026-11-21).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from syncd.spi import BadAnswer, ConnectorError, Misconfigured, Rejected, Reply, Unauthorized, Unavailable
from syncd_hubspot.plain import ErrorItem, error_item, plain

__all__ = ["Invalid", "NotAllowed", "error_of", "invalid_properties", "rejected", "trace_ids", "unknown_properties"]


class Invalid(BadAnswer):
    """HubSpot refuses what a request says (400): ``error`` tells why."""

    def __init__(self, message: str, error: ErrorItem) -> None:
        super().__init__(message)
        self.error = error


class NotAllowed(Unauthorized):
    """The token may not do this: a scope is missing, or the portal's tier does not have it."""

    def __init__(self, message: str, scopes: Sequence[str]) -> None:
        super().__init__(message)
        self.scopes = tuple(scopes)


def error_of(reply: Reply, what: str) -> ConnectorError:
    """Return what a refusal of *what* means for the connection."""
    error = _read(reply.body)
    match reply.status:
        case 400:
            return Invalid(f"{what}: HubSpot refuses the request ({_code(error)}); report this if it stays", error)
        case 403:
            scopes = sorted(_scopes(error))
            wanted = f"grant it {', '.join(scopes)}" if scopes else "the portal's subscription may not include it"
            return NotAllowed(f"{what}: the token may not do this; {wanted}", scopes)
        case 404:
            return Misconfigured(f"{what}: HubSpot does not know this address; correct api_version or base_url")
        case 423:
            # A lock lasts two seconds: the error guide named above
            return Unavailable(f"{what}: somebody else is writing there; tried again", retry_after=timedelta(seconds=3))
        case 477:
            # The account moves to another data centre; Retry-After in seconds, up to a day: the error guide named above
            return Unavailable(f"{what}: the portal is being moved; tried again when HubSpot says", retry_after=_seconds(reply))
        case status if 300 <= status < 400:
            return Misconfigured(f"{what}: HubSpot sends us elsewhere ({status}); correct base_url")
    return BadAnswer(f"{what}: HubSpot answered {reply.status} ({_code(error)}); asked again later")


def unknown_properties(error: ErrorItem) -> frozenset[str]:
    """Return the properties that do not exist in this portal."""
    return frozenset(
        name for code, name in invalid_properties(error) if code in {"PROPERTY_DOESNT_EXIST", "PROPERTY_DOES_NOT_EXIST"}
    )


def invalid_properties(error: ErrorItem) -> list[tuple[str, str]]:
    """Return code and property of each value that was refused, the latter "" if none is named."""
    found = [(part.code or _code(error), name) for part in error.errors for name in part.context.get("propertyName", [""])]
    if not any(name for _, name in found):
        found = [*_told(error.message), *found]
    return found or [(_code(error), next(iter(error.context.get("propertyName", [""])), ""))]


def rejected(error: ErrorItem, sent: Mapping[str, str]) -> Rejected:
    """Return why a write of the properties *sent* was refused, without quoting anything."""
    code, name = invalid_properties(error)[0]
    field = name if name in sent else ""
    cause = _CAUSES.get(code, "HubSpot refuses the value")
    place = f"{name}: " if name and not field else ""
    return Rejected(code=f"hubspot.{code.casefold()}", what=f"{place}{cause} ({code})", field=field)


def trace_ids(error: ErrorItem) -> frozenset[str]:
    """Return the inputs of a batch, by trace id, that *error* speaks of."""
    return frozenset(error.context.get("objectWriteTraceId", ()))


_CAUSES: Mapping[str, str] = {
    "INVALID_OPTION": "the value is none of the property's options; add it in HubSpot or correct the mapping",
    "INVALID_LONG": "the property takes a whole number",
    "INVALID_INTEGER": "the property takes a whole number",
    "INVALID_NUMBER": "the property takes a number",
    "INVALID_DOUBLE": "the property takes a number",
    "INVALID_DATE": "the property takes a date",
    "INVALID_EMAIL": "the property takes an e-mail address",
    "READ_ONLY_VALUE": "the property cannot be written",
    "PROPERTY_DOESNT_EXIST": "the property does not exist",
    # Since 2026-09 rules of the portal hold for writes by the API too: developers.hubspot.com/changelog (read 2026-11-21)
    "MISSING_REQUIRED_PROPERTY": "the portal requires this property to have a value; fill it in HubSpot or relax the rule",
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY": "a rule of the portal requires this property to have a value; fill it in HubSpot",
}


def _told(message: str) -> Iterator[tuple[str, str]]:
    """Read the list that HubSpot hides in the message "Property values were not valid: [...]"."""
    try:
        told = json.loads(message[message.index("[") :])
    except ValueError:
        return
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield _word(str(one.get("error", ""))), one["name"]


def _scopes(error: ErrorItem) -> Iterator[str]:
    for part in (error, *error.errors):
        for key in ("requiredGranularScopes", "requiredScopes"):
            yield from part.context.get(key, ())


def _code(error: ErrorItem) -> str:
    """Return the most exact code; one that is no plain word might quote something."""
    return _word(error.code) or _word(error.sub_category) or _word(error.category) or "no reason given"


def _word(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,80}", text) else ""


def _read(body: bytes) -> ErrorItem:
    try:
        return error_item(plain(body, "a refusal"))
    except BadAnswer:
        return ErrorItem()


def _seconds(reply: Reply) -> timedelta:
    text = reply.headers.get("retry-after", "")
    return timedelta(seconds=min(int(text[:6]), 86_400)) if text.isascii() and text.isdigit() else timedelta(hours=1)
