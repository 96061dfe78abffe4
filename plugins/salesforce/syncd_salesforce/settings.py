"""The settings of a Salesforce connection, as they stand under ``settings`` in syncd.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from syncd.spi import Duration, Kind, SecretRef, Settings
from syncd_salesforce.objects import OBJECTS

__all__ = ["Flow", "SalesforceSettings", "kinds", "login_origin", "off"]

Flow: TypeAlias = Literal["jwt", "client_credentials", "refresh_token"]
_LOOPBACK_NAMES = {"localhost"}


class SalesforceSettings(Settings):
    """One org and the user syncd logs in as."""

    login_url: str = Field(
        description="My Domain of the org, https://NAME.my.salesforce.com; a sandbox's has its own. http on this machine only."
    )
    client_id: str = Field(min_length=1, description="Consumer key of the External Client App.")
    client_secret: SecretRef | None = Field(
        default=None, description="Consumer secret: for client credentials, and for a refresh token if the app asks for it."
    )
    username: str | None = Field(default=None, description="Integration user: for JWT bearer, together with private_key.")
    private_key: SecretRef | None = Field(
        default=None, description="Private key (PEM) of the certificate that was uploaded to the app: for JWT bearer."
    )
    audience: str | None = Field(
        default=None, description="JWT bearer: who the assertion is for. Default: login_url. Some orgs want a login host."
    )
    refresh_token: SecretRef | None = Field(
        default=None, description="First refresh token; where the app rotates them, later ones are kept in the store."
    )
    api_version: str = Field(
        default="66.0", pattern=r"^\d{2,3}\.0$", description="Version of the API that is spoken. Supported for three years."
    )
    streams: list[str] = Field(
        default_factory=lambda: list(OBJECTS), min_length=1, description="Objects to read; those that the mapping names are."
    )
    lag: Duration = Field(
        default=timedelta(minutes=5),
        ge=timedelta(),
        le=timedelta(hours=1),
        description="How far behind now a window ends. Rows appear when their transaction ends and bear the time it began.",
    )
    overlap: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(),
        le=timedelta(days=1),
        description="How far before the end of the last window the next one begins.",
    )
    bulk_above: int = Field(
        default=40_000, ge=0, description="Listings of more rows than this go by Bulk API 2.0 instead of REST pages of 2,000."
    )
    bulk_writes_above: int = Field(
        default=2_000, ge=0, description="More changes than this at once go as a Bulk API 2.0 job instead of groups of 200."
    )
    daily_calls: int = Field(
        default=15_000, ge=100, description="API calls syncd makes in 24 hours at most. A Developer org has 15,000 in all."
    )
    leave_free: float = Field(
        default=0.1, ge=0, lt=1, description="Share of the org's daily calls left to others: below it syncd pauses."
    )
    package: str = Field(
        default="salesforce-package", description="Folder, from the configuration, that provisioning writes its package into."
    )

    @field_validator("login_url")
    @classmethod
    def _checked_address(cls, text: str) -> str:
        url = urlsplit(text.strip())
        host = (url.hostname or "").lower()
        if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(host)):
            raise ValueError("write https:// and the org's My Domain, like https://acme.my.salesforce.com")
        if not host or url.path not in {"", "/"} or url.query or url.username:
            raise ValueError("write the address alone, without a path, like https://acme.my.salesforce.com")
        if host.endswith(".lightning.force.com"):  # simple-salesforce#406: API calls fail there
            raise ValueError("that is where people work; the API is at https://NAME.my.salesforce.com")
        return f"{url.scheme}://{url.netloc.lower()}"

    @field_validator("streams")
    @classmethod
    def _known_streams(cls, names: list[str]) -> list[str]:
        unknown = [name for name in names if name not in OBJECTS]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not among {', '.join(OBJECTS)}")
        return list(dict.fromkeys(names))

    @field_validator("package")
    @classmethod
    def _below_home(cls, path: str) -> str:
        if path.startswith(("/", "~")) or ".." in re.split(r"[/\\]", path):
            raise ValueError("write a folder below the configuration's, like salesforce-package")
        return path

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if bool(self.username) != bool(self.private_key):
            raise ValueError("JWT bearer needs username and private_key together")
        if self.private_key and self.refresh_token:
            raise ValueError("give private_key or refresh_token, not both")
        if not (self.private_key or self.refresh_token or self.client_secret):
            raise ValueError("give username and private_key, or client_secret, or refresh_token")
        return self

    @property
    def flow(self) -> Flow:
        """How syncd logs in: by what was given."""
        if self.private_key:
            return "jwt"
        return "refresh_token" if self.refresh_token else "client_credentials"


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the streams of a connection and what they hold."""
    return {name: OBJECTS[name].kind for name in ours(settings).streams}


def off(settings: Settings) -> Mapping[str, Kind]:
    """Return the objects that are not read, and what they hold."""
    return {name: one.kind for name, one in OBJECTS.items() if name not in ours(settings).streams}


def login_origin(settings: Settings) -> tuple[str, ...]:
    """Return the one address that is known beforehand; the org's own comes with each token."""
    return (ours(settings).login_url,)


def ours(settings: Settings) -> SalesforceSettings:
    """Return *settings* as ours. Raises: TypeError if they belong to another connector."""
    if not isinstance(settings, SalesforceSettings):
        raise TypeError(f"these are not the settings of a Salesforce connection: {type(settings).__name__}")
    return settings


def _is_loopback(host: str) -> bool:
    try:
        return host in _LOOPBACK_NAMES or ip_address(host).is_loopback
    except ValueError:
        return False
