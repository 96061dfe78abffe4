"""What Salesforce's refusals mean: a table from its codes to what happens next, in sentences an operator can act on. Pure.

Sources: rest "Status Codes and Error Responses", remoteaccess_oauth_flow_errors, and the threads named in the reference of this
project (read 2026-11-21). A refusal's own text may quote what was sent; it never goes into a message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

from syncd.spi import BadAnswer, ConnectorError, Misconfigured, Reply, Unauthorized, Unavailable

__all__ = ["Declined", "Refusal", "code_of", "error_of", "login_error", "refusal"]

_SECONDS = timedelta(seconds=30)
_LATER = timedelta(minutes=15)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A reply that is no answer. ``code`` is Salesforce's, or "" where it gave none; ``text`` is for us alone."""

    status: int
    code: str
    text: str = ""
    fields: tuple[str, ...] = ()


class Declined(Exception):
    """Salesforce refused a request in a way that its caller can do something about."""

    def __init__(self, refusal: Refusal, doing: str) -> None:
        super().__init__(f"{doing}: {refusal.code or refusal.status}")
        self.refusal, self.doing = refusal, doing

    @property
    def code(self) -> str:
        """Salesforce's code, "" where it gave none."""
        return self.refusal.code

    @property
    def error(self) -> ConnectorError:
        """What it means where nobody can do anything about it."""
        return error_of(self.refusal, self.doing)


def refusal(reply: Reply) -> Refusal:
    """Read a reply that is no success: a list of errors, one error, an OAuth error, or a page of HTML."""
    try:
        body: object = json.loads(reply.body)
    except ValueError:
        return Refusal(status=reply.status, code="")
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return Refusal(status=reply.status, code="")
    code = first.get("errorCode") or first.get("exceptionCode") or first.get("error") or ""
    text = first.get("message") or first.get("exceptionMessage") or first.get("error_description") or ""
    fields = first.get("fields")
    names = tuple(str(one) for one in fields) if isinstance(fields, list) else ()
    return Refusal(status=reply.status, code=code_of(code), text=str(text), fields=names)


def code_of(given: object) -> str:
    """Return a code of Salesforce in capitals; "" for what is none, because codes go into messages.

    >>> code_of("InvalidVersion"), code_of("ada@firm.example")
    ('INVALIDVERSION', '')
    """
    code = given.strip().upper() if isinstance(given, str) else ""
    return code if _CODE.fullmatch(code) else ""


# ---------------------------------------------------------------- requests

_Row: TypeAlias = tuple[type[ConnectorError], str, timedelta | None]

_RETIRED = (
    "this version of the API is retired; set api_version to a newer one: "
    "/services/data at login_url lists them, in a browser too"
)
_CODES: Mapping[str, _Row] = {
    "API_DISABLED_FOR_ORG": (Unauthorized, 'the API is off for this org or user; give the user "API Enabled"', None),
    "API_CURRENTLY_DISABLED": (Unauthorized, 'the API is off for this org or user; give the user "API Enabled"', None),
    "TXN_SECURITY_METERING_ERROR": (
        Unauthorized,
        'a transaction security policy stopped it; give the user "Exempt from Transaction Security"',
        None,
    ),
    "INVALID_SESSION_ID": (
        Unauthorized,
        "the session was ended; see in the user's login history why, then correct the connection's settings",
        None,
    ),
    "INSUFFICIENT_ACCESS": (Unauthorized, "the user may not do this; assign the permission set of syncd", None),
    "INSUFFICIENT_ACCESS_OR_READONLY": (Unauthorized, "the user may not do this; assign the permission set of syncd", None),
    "FUNCTIONALITY_NOT_ENABLED": (Misconfigured, "this org has not got what was asked for; leave the object out", None),
    "INVALID_TYPE": (Misconfigured, "the user cannot see this object; assign the permission set, or leave it out", None),
    "INVALID_FIELD": (Misconfigured, "a field is not there or hidden; `syncd mapping check` lists those there are", None),
    "MALFORMED_QUERY": (Misconfigured, "the query was refused; a name in the mapping may be wrong", None),
    "NOT_FOUND": (Misconfigured, "nothing is there; check login_url and api_version", None),
    "GONE": (Misconfigured, _RETIRED, None),
    "UNSUPPORTED_API_VERSION": (Misconfigured, _RETIRED, None),
    "QUERY_TIMEOUT": (Unavailable, "the query took longer than two minutes; tried again", _SECONDS),
    "OPERATION_TOO_LARGE": (
        Unavailable,
        'the user sees too little to list this at once; give it "View All Data" or View All on the object',
        _LATER,
    ),
    "QUERY_TOO_COMPLICATED": (Misconfigured, "too many formula fields in one query; map fewer of them", None),
    "UNABLE_TO_LOCK_ROW": (Unavailable, "others were writing at the same time; tried again", _SECONDS),
    "SERVER_UNAVAILABLE": (Unavailable, "it is not available; tried again later", None),
    "UNKNOWN_EXCEPTION": (Unavailable, "it had an error of its own; tried again later", None),
    "LIMIT_EXCEEDED": (Unavailable, "a daily limit is used up; tried again when it is free", _LATER),
}
_REDIRECTS = (301, 302, 303, 307, 308)
_STATUSES: Mapping[int, _Row] = {
    **dict.fromkeys(
        _REDIRECTS,
        (Unavailable, "it redirects to another address, which is not followed; if it stays so, correct login_url", _SECONDS),
    ),
    # 406 after many quick describes, 420 while Salesforce Edge moves an org: tap-salesforce, jsforce (read 2026-11-21)
    406: (Unavailable, "it asks for fewer requests; tried again later", _SECONDS),
    420: (Unavailable, "it is being moved; tried again later", _SECONDS),
    409: (Unavailable, "it is busy with the same thing; tried again later", _SECONDS),
    410: _CODES["GONE"],
    414: (Misconfigured, "the request was too long; map fewer fields of this object", None),
    431: (Misconfigured, "the request was too long; map fewer fields of this object", None),
}


def error_of(found: Refusal, doing: str) -> ConnectorError:
    """Return the error that a refused request ends in; *doing* names it, such as ``Lead: query``."""
    if found.code == "REQUEST_LIMIT_EXCEEDED":
        return _limit(found, doing)
    code = "" if found.code == "UNKNOWN_EXCEPTION" else found.code  # it says less than a status that is known
    row = _CODES.get(code) or _STATUSES.get(found.status) or _CODES.get(found.code)
    kind, words, pause = row or _unknown(found)
    message = f"{doing}: Salesforce refused ({found.code or found.status}): {words}"
    return Unavailable(message, retry_after=pause) if kind is Unavailable else kind(message)


def _limit(found: Refusal, doing: str) -> Unavailable:
    if found.text.startswith("Concurrent"):
        return Unavailable(f"{doing}: too many long requests run in this org; tried again shortly", retry_after=_SECONDS)
    words = "the org has used up its API calls of 24 hours; tried again every 15 minutes, or buy more"
    return Unavailable(f"{doing}: {words}", retry_after=_LATER)


def _unknown(found: Refusal) -> _Row:
    if not found.code:  # HTML: a maintenance page, "Access Declined" when hammered (OrgCheck#432)
        return Unavailable, "the answer is no answer of the API; tried again later", _SECONDS
    return BadAnswer, "an answer that is not known here; tried again later", None


# ---------------------------------------------------------------- logging in

_LOGIN_TEXTS: tuple[tuple[str, type[ConnectorError], str], ...] = (
    (
        "user hasn't approved this consumer",
        Unauthorized,
        "username names nobody in this org, or a user who is not pre-authorized: correct it; or in the app's policies choose "
        "admin-approved users and assign the permission set",
    ),
    (
        "audience",
        Misconfigured,
        "the audience is wrong, {audience!r}, which is the setting audience, or else login_url: write "
        "https://login.salesforce.com, for a sandbox https://test.salesforce.com",
    ),
    (
        "expired access/refresh token",
        Unauthorized,
        "the refresh token was revoked, rotated elsewhere or expired; consent again",
    ),
    (
        "invalid assertion",
        Unauthorized,
        "the assertion was refused: does private_key fit the app's certificate, is the clock right?",
    ),
    ("expired authorization code", Unauthorized, "the assertion was refused as too old; check this machine's clock"),
    ("inactive user", Unauthorized, "the user is deactivated; activate it or name another"),
    (
        "no client credentials user enabled",
        Misconfigured,
        "the app has no Run As user; set one in its client credentials policy",
    ),
    ("not supported on this domain", Misconfigured, "login_url must be the org's My Domain, not login or test.salesforce.com"),
    ("invalid password", Unauthorized, "the user could not log in: is it locked, or its IP range restricted?"),
    ("authentication failure", Unauthorized, "the user could not log in: is it locked, or its IP range restricted?"),
)
_LOGIN_CODES: Mapping[str, tuple[type[ConnectorError], str]] = {
    "INVALID_APP_ACCESS": (Unauthorized, "the user may not use the app; assign its permission set or profile"),
    "INACTIVE_USER": (Unauthorized, "the user is deactivated; activate it or name another"),
    "INVALID_CLIENT_ID": (Unauthorized, "client_id is not known; a new app takes up to ten minutes to be"),
    "INVALID_CLIENT": (Unauthorized, "client_id or client_secret is wrong; a new app takes up to ten minutes to be known"),
    "UNSUPPORTED_GRANT_TYPE": (Misconfigured, "the app does not allow this way to log in; switch the flow on in its settings"),
    "INVALID_GRANT": (Unauthorized, "the access was refused; look into the user's login history in Setup"),
    "INVALID_REQUEST": (Misconfigured, "the request was refused; check login_url, client_id and the app's flows"),
    "UNAUTHORIZED_CLIENT": (Misconfigured, "the app does not allow this way to log in; switch the flow on in its settings"),
}


def login_error(reply: Reply, *, audience: str) -> ConnectorError:
    """Return the error that a refused login ends in; *audience* is whom its assertion was for.

    All but outages stand until an admin acts: nothing hammers on a login.
    """
    found = refusal(reply)
    for words, kind, sentence in _LOGIN_TEXTS:
        if words in found.text.lower():
            return kind(f"log-in to Salesforce: {sentence.format(audience=audience)}")
    if reply.status in _REDIRECTS:
        sentence = (
            f"login_url redirects to {_host(reply)}, which is not followed; if it stays so, write the org's present My Domain"
        )
        return Unavailable(f"log-in to Salesforce: {sentence}", retry_after=_SECONDS)
    if found.code in _LOGIN_CODES:
        kind, sentence = _LOGIN_CODES[found.code]
        return kind(f"log-in to Salesforce: {sentence}")
    if reply.status in {404, 405}:
        return Misconfigured("log-in to Salesforce: there is no token address; login_url is not an org's My Domain")
    if found.code:
        return Unauthorized("log-in to Salesforce: refused for a reason not known here; look into the user's login history")
    return Unavailable("log-in to Salesforce: the answer is no answer of the API; tried again later", retry_after=_SECONDS)


def _host(reply: Reply) -> str:
    """Return the host that a reply redirects to, and nothing else of the address: it may carry what was sent."""
    try:
        return urlsplit(reply.headers.get("location", "")).hostname or "nowhere"
    except ValueError:
        return "an address that is none"
