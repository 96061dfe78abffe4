"""Logging in: the token endpoint with all its grants, and the sessions it opens.

Source: error texts in this project's notes on remoteaccess_oauth_flow_errors and restforce's fixtures (read 2026-11-21).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import NoReturn

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from syncd_salesforce.emulator.answers import Answer, Json
from syncd_salesforce.emulator.org import Org

__all__ = ["Credentials", "Refused", "Session", "Sessions", "granted"]

_LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"


class Refused(Exception):
    """The token endpoint refuses; an object, unlike the errors of the REST API."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.answer = Answer(status=status, content={"error": error, "error_description": description})


@dataclass(kw_only=True)
class Credentials:
    """What clients log in with. Made up anew for each emulated org, worth nothing anywhere else."""

    client_id: str = "3MVG9emulated.syncd.app"
    client_secret: str = "emulated-client-secret"
    username: str = "integration@acme.example"
    password: str = "emulated-password"
    security_token: str = "emulatedtoken"
    approved: bool = True
    run_as: bool = True

    @cached_property
    def private_key(self) -> str:
        """The key, as PEM, whose certificate the app holds; for the JWT bearer flow."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Say whether the app's key made *signature*."""
        try:
            self._key.public_key().verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What an access token stands for."""

    user_id: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Sessions:
    """Open sessions, refresh tokens and authorization codes. With *rotating*, a refresh token is good for one use."""

    random: Random
    lifetime: timedelta = timedelta(hours=2)
    rotating: bool = False
    open: dict[str, Session] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def begin(self, org: Org) -> str:
        """Open a session and return its access token."""
        token = f"{org.id[:15]}!AQ{self._text(80)}"
        self.open[token] = Session(user_id=org.user_id, expires_at=org.now() + self.lifetime)
        return token

    def holds(self, token: str, now: datetime) -> bool:
        """Say whether an access token is good."""
        session = self.open.get(token)
        return session is not None and now < session.expires_at

    def expire(self) -> None:
        """End all sessions; refresh tokens stay good."""
        self.open.clear()

    def offer(self) -> str:
        """Return a new refresh token."""
        token = f"5Aep861{self._text(80)}"
        self.refresh_tokens.add(token)
        return token

    def code(self) -> str:
        """Return a new authorization code, good once."""
        code = f"aPrx{self._text(60)}"
        self.codes.add(code)
        return code

    def _text(self, length: int) -> str:
        return "".join(self.random.choices(_LETTERS, k=length))


def granted(org: Org, credentials: Credentials, sessions: Sessions, *, form: Mapping[str, str], url: str) -> Answer:
    """Answer a request to the token endpoint.

    Raises: Refused.
    """
    extra: dict[str, Json] = {}
    match form.get("grant_type"):
        case "client_credentials":
            _client(credentials, form, secret=True)
            if not credentials.run_as:
                raise Refused("invalid_grant", "no client credentials user enabled")
        case "refresh_token":
            _client(credentials, form, secret=False)
            extra = _refreshed(sessions, form.get("refresh_token", ""))
        case "password":
            _client(credentials, form, secret=True)
            known = (credentials.username, credentials.password + credentials.security_token)
            if (form.get("username"), form.get("password")) != known:
                raise Refused("invalid_grant", "authentication failure")
        case "authorization_code":
            _client(credentials, form, secret=False)
            if form.get("code") not in sessions.codes:
                raise Refused("invalid_grant", "expired authorization code")
            sessions.codes.discard(form["code"])
            extra = {"refresh_token": sessions.offer()}
        case grant if grant == _JWT:
            _assertion(org, credentials, form.get("assertion", ""), url)
        case _:
            raise Refused("unsupported_grant_type", "grant type not supported")
    return Answer(content=_token(org, credentials, sessions.begin(org), url) | extra)


def _client(credentials: Credentials, form: Mapping[str, str], *, secret: bool) -> None:
    if form.get("client_id") != credentials.client_id:
        raise Refused("invalid_client_id", "client identifier invalid")
    given = form.get("client_secret")
    if (secret or given is not None) and given != credentials.client_secret:
        raise Refused("invalid_client", "invalid client credentials")


def _refreshed(sessions: Sessions, token: str) -> dict[str, Json]:
    if token not in sessions.refresh_tokens:
        raise Refused("invalid_grant", "expired access/refresh token")
    if not sessions.rotating:
        return {}
    sessions.refresh_tokens.discard(token)
    return {"refresh_token": sessions.offer()}


def _token(org: Org, credentials: Credentials, token: str, url: str) -> dict[str, Json]:
    identity = f"{url}/id/{org.id}/{org.user_id}"
    issued = str(int(org.now().timestamp() * 1000))
    digest = hmac.new(credentials.client_secret.encode(), (identity + issued).encode(), hashlib.sha256).digest()
    return {
        "access_token": token,
        "signature": base64.b64encode(digest).decode(),
        "scope": "api refresh_token",
        "instance_url": url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }


class _Claims(msgspec.Struct):
    iss: str = ""
    sub: str = ""
    aud: str = ""
    exp: int | float | str = 0


def _assertion(org: Org, credentials: Credentials, assertion: str, url: str) -> None:
    parts = assertion.split(".")
    if len(parts) != 3:
        _invalid_assertion()
    try:
        header = msgspec.json.decode(_unpacked(parts[0]), type=dict[str, str])
        claims = msgspec.json.decode(_unpacked(parts[1]), type=_Claims)
        expires = float(claims.exp)
        signed = credentials.signed(f"{parts[0]}.{parts[1]}".encode(), _unpacked(parts[2]))
    except (msgspec.DecodeError, binascii.Error, ValueError):
        _invalid_assertion()
    if claims.iss != credentials.client_id:
        raise Refused("invalid_client_id", "client identifier invalid")
    if claims.aud not in (*_LOGIN_HOSTS, url):
        raise Refused("invalid_grant", "audience is invalid")
    if header.get("alg") != "RS256" or not signed:
        _invalid_assertion()
    # However far ahead `exp` lies: the Salesforce CLI gives milliseconds, and logs in everywhere.
    if expires <= org.now().timestamp():
        raise Refused("invalid_grant", "expired authorization code")
    if claims.sub != credentials.username or not credentials.approved:
        raise Refused("invalid_grant", "user hasn't approved this consumer")


def _invalid_assertion() -> NoReturn:
    raise Refused("invalid_grant", "invalid assertion")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
