"""Who may call: private-app tokens, which last, and OAuth tokens, which expire and are refreshed.

Source: developers.hubspot.com/docs/api-reference/authentication/manage-oauth-tokens (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

import msgspec

from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.table import Table
from syncd_hubspot.emulator.wire import NOTHING, Answer, Call, ErrorBody, ErrorDetail, Refusal, answer

LIFETIME = 1_800
FORM = "application/x-www-form-urlencoded"
_DOCS = "https://developers.hubspot.com/docs/methods/auth/oauth-overview"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh brings."""

    access_token: str
    refresh_token: str
    expires_in: int
    hub_id: int
    scopes: Sequence[str]
    token_type: str = "bearer"
    token_use: str = "access_token"
    user_id: int = 77


class Introspection(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is good for."""

    active: bool
    hub_id: int
    client_id: str
    scopes: Sequence[str]
    expires_in: int
    token_type: str = "bearer"
    token_use: str = "access_token"
    user_id: int = 77


class OAuthError(msgspec.Struct, frozen=True, kw_only=True, rename={"correlation_id": "correlationId"}):
    """How the token endpoint says no; unlike all others."""

    status: str
    message: str
    error: str
    error_description: str
    correlation_id: str


class Access:
    """The tokens of an account. *rotates*: each refresh token works once, and one that is used twice ends them all."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.token = f"pat-eu1-{portal.token()}"
        self.client_id = portal.token()
        self.client_secret = portal.token()
        self.refresh_token = portal.token()
        self.rotates = False
        self.refreshes = 0
        self._access: dict[str, int] = {}
        self._spent: set[str] = set()

    def check(self, authorization: str) -> None:
        """Let a call in. Raises: Refusal if its token is none or has expired."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token == self.token:
            return
        expires = self._access.get(token) if scheme.lower() == "bearer" else None
        if expires is None:
            message = f"Authentication credentials not found. This API supports OAuth 2.0 authentication, see {_DOCS}"
            raise Refusal(401, ErrorBody(message=message, category="INVALID_AUTHENTICATION"))
        if expires <= self.portal.now():
            message = f"The OAuth token used to make this call expired {(self.portal.now() - expires) // 1000} second(s) ago."
            context = {"expire time": [iso(expires)]}
            raise Refusal(401, ErrorBody(message=message, category="EXPIRED_AUTHENTICATION", context=context))

    def expire(self) -> None:
        """Let every access token die now."""
        now = self.portal.now()
        self._access = {token: min(expires, now) for token, expires in self._access.items()}

    def grant(self) -> Tokens:
        """Give a new access token, and a new refresh token where they rotate."""
        access = f"C{self.portal.token().replace('-', '')}"
        self._access[access] = self.portal.now() + LIFETIME * 1000
        self.refreshes += 1
        if self.rotates:
            self._spent.add(self.refresh_token)
            self.refresh_token = self.portal.token()
        return Tokens(
            access_token=access,
            refresh_token=self.refresh_token,
            expires_in=LIFETIME,
            hub_id=self.portal.account.portal_id,
            scopes=sorted(self.portal.account.scopes),
        )

    def exchange(self, call: Call) -> Answer:
        """Answer the token endpoint."""
        if not call.headers.get("content-type", "").startswith(FORM):
            raise Refusal(415, ErrorBody(message="Unsupported Media Type", category="VALIDATION_ERROR"))
        form = {key: values[-1] for key, values in parse_qs(call.body.decode("ascii", "replace")).items()}
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return self._refused("BAD_CLIENT_ID", "invalid_client", "missing or unknown client id")
        match form.get("grant_type"):
            case "client_credentials" | "authorization_code":
                return answer(self.grant())
            case "refresh_token" if form.get("refresh_token") == self.refresh_token:
                return answer(self.grant())
            case "refresh_token":
                if form.get("refresh_token") in self._spent:
                    self.refresh_token = self.portal.token()
                    self.expire()
                return self._refused("BAD_REFRESH_TOKEN", "invalid_grant", "missing or invalid refresh token")
        return self._refused("BAD_GRANT_TYPE", "unsupported_grant_type", "missing or unknown grant type")

    def introspect(self, call: Call) -> Answer:
        """Tell what a token is good for."""
        form = {key: values[-1] for key, values in parse_qs(call.body.decode("ascii", "replace")).items()}
        left = self._access.get(form.get("token", ""), 0) - self.portal.now()
        active = left > 0 or form.get("token") == self.token
        return answer(
            Introspection(
                active=active,
                hub_id=self.portal.account.portal_id,
                client_id=self.client_id,
                scopes=sorted(self.portal.account.scopes),
                expires_in=max(0, left // 1000),
            )
        )

    def revoke(self, call: Call) -> Answer:
        """End a token."""
        form = {key: values[-1] for key, values in parse_qs(call.body.decode("ascii", "replace")).items()}
        self._access.pop(form.get("token", ""), None)
        return NOTHING

    def _refused(self, status: str, error: str, message: str) -> Answer:
        body = OAuthError(
            status=status, message=message, error=error, error_description=message, correlation_id=self.portal.token()
        )
        return answer(body, 400)


def required(family: str, table: Table | None, *, writes: bool) -> str | None:
    """Return the right that a call needs; None if any token will do."""
    verb = "write" if writes else "read"
    kind = "contacts" if table is None or table.kind.plural not in {"companies", "deals"} else table.kind.plural
    match family:
        case "objects" | "associations" if table is not None:
            scope = table.kind.scope
            return scope if scope == "sales-email-read" else f"{scope}.{verb}"
        case "properties":
            return f"crm.schemas.{kind}.{verb}"
        case "owners":
            return "crm.objects.owners.read"
        case "forms" | "submissions":
            return "forms"
        case "mail-events":
            return "content"
    return None


def check_scope(portal: Portal, scope: str | None) -> None:
    """Raises: Refusal if the account has not granted *scope*."""
    if scope is None or scope in portal.account.scopes:
        return
    needed = ErrorDetail(
        message="One or more of the following scopes are required.", context={"requiredGranularScopes": [scope]}
    )
    body = ErrorBody(
        message="This app hasn't been granted all required scopes to make this call.",
        category="MISSING_SCOPES",
        errors=[needed],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )
    raise Refusal(403, body)


def exchange(call: Call) -> Answer:
    """Exchange a refresh token, a code or the app's own credentials for an access token."""
    return call.access.exchange(call)


def introspect(call: Call) -> Answer:
    """Tell what a token is good for."""
    return call.access.introspect(call)


def revoke(call: Call) -> Answer:
    """End a token."""
    return call.access.revoke(call)
