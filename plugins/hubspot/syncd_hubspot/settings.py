"""The settings of a HubSpot connection, and the one place where versions of the API and addresses are named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from syncd.spi import Duration, Kind, SecretRef, Settings

__all__ = ["STREAMS", "HubSpotSettings", "OAuth", "Plan", "kinds", "off"]

# A dated version appears every March and September and is kept 18 months; 2026-09 is current, 2026-03 supported:
# developers.hubspot.com/docs/developer-tooling/platform/versioning (read 2026-11-21)
Version: TypeAlias = Literal["2026-09", "2026-03"]
Plan: TypeAlias = Literal["free", "starter", "professional", "enterprise"]

STREAMS: Mapping[str, Kind] = {
    "owners": "owner",
    "companies": "account",
    "contacts": "person",
    "deals": "deal",
    "calls": "activity",
    "emails": "activity",
    "meetings": "activity",
    "notes": "activity",
    "tasks": "activity",
    "form_submissions": "activity",
    "email_events": "activity",
    "page_views": "activity",
}
"""Every stream there is."""


class OAuth(Settings):
    """Access of an app, instead of a token."""

    client_id: str = Field(description="The app's client id.")
    client_secret: SecretRef = Field(description="The app's client secret: env:NAME, file:PATH or cmd:COMMAND.")
    refresh_token: SecretRef = Field(
        description="The refresh token that installing the app gave; later ones are kept in the store."
    )


class HubSpotSettings(Settings):
    """The settings of a HubSpot connection, as they stand under `settings` in syncd.yaml."""

    token: SecretRef | None = Field(
        default=None, description="Token of a private app, or a service key: env:NAME, file:PATH or cmd:COMMAND."
    )
    oauth: OAuth | None = Field(default=None, description="Access of an app with OAuth, instead of token.")
    portal: int | None = Field(
        default=None, description="Number of the portal this connection belongs to; the token of any other is refused."
    )
    streams: list[str] = Field(
        default_factory=lambda: list(STREAMS),
        min_length=1,
        description="Streams to read, of those the mapping names. Default: all.",
    )
    plan: Plan = Field(
        default="starter", description="The portal's tier: free, starter, professional or enterprise; limits depend on it."
    )
    api_version: Version = Field(default="2026-09", description="Version of the API: 2026-09 (default) or 2026-03.")
    base_url: str = Field(
        default="https://api.hubapi.com", description="Address of the API; plain http only for this machine, for an emulator."
    )
    settle: Duration = Field(
        default=timedelta(minutes=60),
        ge=timedelta(minutes=5),
        description="How far the complete lane stays behind the search index. Default 60m.",
    )
    sweep: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=1),
        description="How often everything is listed anew, for what bears no date. Default 24h.",
    )
    history: Duration = Field(
        default=timedelta(days=365),
        ge=timedelta(days=1),
        description="How far back e-mail events and page views are read at first. Default 365d.",
    )
    lifecycle_backward: bool = Field(
        default=False, description="Whether lifecyclestage may be moved back, by emptying it first. Default false."
    )
    property_group: str = Field(
        default="syncd", pattern=r"^[a-z][a-z0-9_]*$", description="Group of the properties that provisioning creates."
    )
    webhook_secret: SecretRef | None = Field(
        default=None, description="The app's client secret, which signs webhooks; without it none is believed."
    )
    webhook_url: str = Field(
        default="", description="Public address that HubSpot calls, if a proxy shows syncd another one. Default: as received."
    )

    @field_validator("streams")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        unknown = [name for name in names if name not in STREAMS]
        if unknown:
            raise ValueError(f"no stream {', '.join(map(repr, unknown))}; there are {', '.join(STREAMS)}")
        return names

    @field_validator("base_url")
    @classmethod
    def _address(cls, text: str) -> str:
        url = urlsplit(text.rstrip("/"))
        if url.scheme not in {"https", "http"} or not url.hostname or url.path or url.query or url.username:
            raise ValueError("write https:// and the host alone, like https://api.hubapi.com")
        if url.scheme == "http" and not _is_loopback(url.hostname):
            raise ValueError(
                "plain http would show the token to everybody on the way; write https, or an address of this machine"
            )
        return text.rstrip("/")

    @model_validator(mode="after")
    def _one_access(self) -> HubSpotSettings:
        if (self.token is None) == (self.oauth is None):
            raise ValueError("give either token or oauth")
        return self


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the streams that *settings* offer, and what they hold."""
    chosen = settings.streams if isinstance(settings, HubSpotSettings) else STREAMS
    return {name: kind for name, kind in STREAMS.items() if name in chosen}


def off(settings: Settings) -> Mapping[str, Kind]:
    """Return the streams that *settings* do not offer, and what they hold."""
    return {name: kind for name, kind in STREAMS.items() if name not in kinds(settings)}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
