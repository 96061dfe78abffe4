"""Logs in: turns settings and what earlier logins kept into a pass. All flows end at the same address and the same answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from syncd.spi import BadAnswer, Login, Misconfigured, Pass, Reply
from syncd_salesforce.org import answer
from syncd_salesforce.refusals import login_error
from syncd_salesforce.settings import SalesforceSettings, ours

__all__ = ["assertion", "log_in"]

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_GOOD_FOR = timedelta(minutes=3)  # more than five are refused: remoteaccess_oauth_jwt_flow (read 2026-11-21)
_TOKEN, _ORIGIN = "refresh_token", "refresh_token_from"


def log_in(login: Login) -> Pass:
    """Return a pass for the org. Raises: Unauthorized, Misconfigured with what an admin has to do, Unavailable, BadAnswer.

    There is no time at which a token expires; the org's session settings decide, and a 401 tells.
    """
    settings = ours(login.settings)
    form = {"client_id": settings.client_id, **_grant(login, settings)}
    reply = login.client.request(
        "POST",
        f"{settings.login_url}/services/oauth2/token",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        content=urlencode(form).encode(),
    )
    if reply.status != 200:
        raise login_error(reply, audience=_audience(settings))
    return _pass(login, settings, reply)


def assertion(settings: SalesforceSettings, key: RSAPrivateKey, now: datetime) -> str:
    """Return the signed statement of who we are."""
    claims = {
        "iss": settings.client_id,
        "sub": settings.username,
        "aud": _audience(settings),
        "exp": int((now + _GOOD_FOR).timestamp()),
    }
    signed = f"{_encoded({'alg': 'RS256'})}.{_encoded(claims)}"
    return f"{signed}.{_base64(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def _audience(settings: SalesforceSettings) -> str:
    return settings.audience or settings.login_url


def _grant(login: Login, settings: SalesforceSettings) -> Mapping[str, str]:
    secret = {"client_secret": login.resolve(settings.client_secret)} if settings.client_secret else {}
    if settings.private_key is not None:
        key = _key(login.resolve(settings.private_key))
        return {"grant_type": _JWT, "assertion": assertion(settings, key, login.now)}
    if settings.refresh_token is not None:
        return {"grant_type": "refresh_token", "refresh_token": _refresh_token(login, settings), **secret}
    return {"grant_type": "client_credentials", **secret}


def _key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Misconfigured("private_key: not a PEM private key without a password; correct the file") from None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("private_key: Salesforce takes RSA keys alone; make one and upload its certificate to the app")
    return key


def _refresh_token(login: Login, settings: SalesforceSettings) -> str:
    """Return the last token that was given, unless an admin has replaced the one that it descends from."""
    assert settings.refresh_token is not None
    configured = login.resolve(settings.refresh_token)
    return login.kept[_TOKEN] if login.kept.get(_ORIGIN) == _digest(configured) else configured


def _pass(login: Login, settings: SalesforceSettings, reply: Reply) -> Pass:
    body = answer(reply, "log-in to Salesforce")
    token, origin = (body.get(name) for name in ("access_token", "instance_url")) if isinstance(body, dict) else (None, None)
    if not isinstance(body, dict) or not isinstance(token, str) or not isinstance(origin, str):
        raise BadAnswer("log-in to Salesforce: the answer has no access_token and instance_url; tried again later")
    kept: dict[str, str] = {}
    rotated = body.get("refresh_token")
    if settings.refresh_token is not None and isinstance(rotated, str):
        kept = {_TOKEN: rotated, _ORIGIN: _digest(login.resolve(settings.refresh_token))}
    return Pass(headers={"Authorization": f"Bearer {token}"}, origin=origin.rstrip("/"), kept=kept)


def _digest(token: str) -> str:
    return blake2b(token.encode(), digest_size=16).hexdigest()


def _encoded(part: Mapping[str, object]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
