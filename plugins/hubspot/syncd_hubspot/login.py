"""How we prove who we are: a fixed token, or an access token that a refresh token buys every half hour."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from urllib.parse import urlencode

import msgspec

from syncd.spi import BadAnswer, Login, Misconfigured, Pass, Reply, Unauthorized
from syncd_hubspot.paths import Paths
from syncd_hubspot.settings import HubSpotSettings, OAuth

__all__ = ["log_in"]


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str = ""
    expires_in: int = 1800


class _Refused(msgspec.Struct, frozen=True):
    status: str = ""
    error: str = ""


def log_in(login: Login) -> Pass:
    """Return the pass of a connection; see `syncd.spi.ConnectorSpec`."""
    settings = login.settings
    if not isinstance(settings, HubSpotSettings):
        raise TypeError(f"these are not the settings of a HubSpot connection: {type(settings).__name__}")
    if settings.oauth is None:
        token = login.resolve(settings.token) if settings.token else ""
        return Pass(headers={"Authorization": f"Bearer {token.strip()}"})
    return _refreshed(login, settings, settings.oauth)


def _refreshed(login: Login, settings: HubSpotSettings, oauth: OAuth) -> Pass:
    """Buy an access token; a kept refresh token counts only while the configured one is still that which it came from."""
    configured = login.resolve(oauth.refresh_token).strip()
    origin = blake2b(configured.encode(), digest_size=16).hexdigest()
    kept = login.kept.get("refresh_token", "") if login.kept.get("origin") == origin else ""
    reply = _asked(login, settings, oauth, kept or configured)
    if kept and kept != configured and reply.status in {400, 401} and not _is_our_fault(reply):
        reply = _asked(login, settings, oauth, configured)
    if reply.status != 200:
        raise _refusal(reply)
    try:
        granted = msgspec.json.decode(reply.body, type=_Granted)
    except msgspec.DecodeError:
        raise BadAnswer("logging in: HubSpot's answer holds no access token; tried again later") from None  # it may quote one
    # Renewed at four fifths of its life, before a long run outlives it: airbytehq/airbyte#62481 on GitHub (read 2026-11-21)
    return Pass(
        headers={"Authorization": f"Bearer {granted.access_token}"},
        expires_at=login.now + timedelta(seconds=granted.expires_in) * 4 / 5,
        kept={"refresh_token": granted.refresh_token or kept or configured, "origin": origin},
    )


def _asked(login: Login, settings: HubSpotSettings, oauth: OAuth, refresh_token: str) -> Reply:
    form = {
        "grant_type": "refresh_token",
        "client_id": oauth.client_id,
        "client_secret": login.resolve(oauth.client_secret).strip(),
        "refresh_token": refresh_token,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = Paths(version=settings.api_version).token
    return login.client.request("POST", path, headers=headers, content=urlencode(form).encode())


def _told(reply: Reply) -> _Refused:
    try:
        return msgspec.json.decode(reply.body, type=_Refused)
    except msgspec.DecodeError:
        return _Refused()


def _is_our_fault(reply: Reply) -> bool:
    """Tell whether the app is named wrongly; then nobody must think that the customer has taken it out."""
    told = _told(reply)
    return told.error == "invalid_client" or told.status in {"BAD_CLIENT_ID", "BAD_CLIENT_SECRET"}


def _refusal(reply: Reply) -> Unauthorized | Misconfigured | BadAnswer:
    if _is_our_fault(reply):
        return Misconfigured("logging in: HubSpot does not know this app; correct oauth.client_id and oauth.client_secret")
    if reply.status in {400, 401, 403}:
        remedy = "install the app anew and give its token to oauth.refresh_token"
        return Unauthorized(f"logging in: HubSpot no longer takes the refresh token; {remedy}")
    return BadAnswer(f"logging in: HubSpot answered {reply.status}; tried again later")
