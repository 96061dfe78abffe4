"""``syncd.yaml``: how syncd runs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from syncd.config.notices import ChannelSettings
from syncd.config.validation import Strict
from syncd.spi import Duration

WriteBack: TypeAlias = Literal["none", "shadow", "live"]


def _store(text: str) -> str:
    if re.match(r"\w[\w+]*://[^/@]*:[^/@]+@", text):
        raise ValueError("holds a password in clear text; write env:NAME, file:PATH or cmd:COMMAND that gives the whole URL")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", text):
        raise ValueError("is not a name; write lower-case letters, digits and _, a letter first")
    return text


Name: TypeAlias = Annotated[str, AfterValidator(_name)]


class Log(Strict):
    """What is logged to standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="console for people, json for machines; auto: console on a terminal, json elsewhere."
    )


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("is not HOST:PORT; write for example 127.0.0.1:8400")
    return text


def _public(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s@]+", text):
        raise ValueError("is not an address; write for example https://syncd.example.com")
    return text


class Web(Strict):
    """What syncd answers to over HTTP."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        "127.0.0.1:8400", description="Where to listen, HOST:PORT; put a server with TLS in front of it."
    )
    url: Annotated[str, AfterValidator(_public)] | None = Field(
        None, description="The address by which systems call it, if another server stands in front: signatures cover it."
    )


class ConnectionSettings(Strict):
    """One system that syncd reads from and perhaps writes to."""

    type: str = Field(description="The connector, for example csv. `syncd plugins` lists those installed.")
    write_back: WriteBack = Field(
        "shadow", description="none: never write. shadow: compute, store and show what would be written. live: write it."
    )
    every: Duration = Field(timedelta(minutes=1), description="How often `syncd run` looks for changes.")
    settings: dict[str, object] = Field(default_factory=dict, description="The connector's own settings; see its README.")


class SyncdSettings(Strict):
    """The whole of ``syncd.yaml``."""

    store: Annotated[str, AfterValidator(_store)] = Field(
        "sqlite:///syncd.db",
        description="Where everything is kept: sqlite:///FILE (from this folder), postgresql+psycopg://HOST/NAME, or a "
        "reference env:NAME, file:PATH, cmd:COMMAND to such a URL.",
    )
    cache: str = Field("cache", description="Folder for what may be lost at the price of time, from this folder.")
    log: Log = Log()
    web: Web | None = Field(None, description="Receive webhooks at POST /hooks/CONNECTION; off unless it is set.")
    channels: dict[Name, ChannelSettings] = Field(
        default_factory=dict, description="Ways to reach people, by the name you give them."
    )
    connections: dict[Name, ConnectionSettings] = Field(description="Every system, by the name you give it.")
