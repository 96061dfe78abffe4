"""Settings and secrets, the way out of the process, logging in, limits and webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Protocol, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from syncd.spi.errors import Misconfigured


class Settings(BaseModel):
    """Base of a connector's settings: unknown keys are refused, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretRef(str):
    """Where a secret is: ``env:NAME``, ``file:PATH`` or ``cmd:COMMAND``. The host resolves it; a secret itself is refused."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[SecretRef], handler: GetCoreSchemaHandler) -> CoreSchema:
        pattern = core_schema.str_schema(strip_whitespace=True)
        return core_schema.no_info_after_validator_function(cls._checked, pattern)

    @classmethod
    def _checked(cls, text: str) -> SecretRef:
        scheme, _, rest = text.partition(":")
        if scheme not in {"env", "file", "cmd"} or not rest.strip():
            raise ValueError("a secret never stands in this file; write env:NAME, file:PATH or cmd:COMMAND instead")
        return cls(text)


def _duration(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+)\s*(s|m|h|d)", value.strip())):
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[match[2]]
        with suppress(OverflowError):
            return timedelta(**{unit: int(match[1])})
    if isinstance(value, timedelta):
        return value
    raise ValueError("is not a duration; write for example 30s, 5m, 1h or 2d")


Duration: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda value: f"{int(value.total_seconds())}s", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+\s*(s|m|h|d)$", "examples": ["30s", "5m", "1h"]}),
]
"""How long, as an admin writes it: ``30s``, ``5m``, ``1h`` or ``2d``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP reply, read whole and unpacked; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client(Protocol):
    """The only way out of the process. Retries, time limits, budgets, tokens and redaction happen behind it.

    A *url* that begins with ``/`` goes to the origin of the `Pass`, or to the first of the spec's ``origins`` if it names none.
    A request that changes nothing, or has an ``Idempotency-Key``, is sent again within seconds after 5xx, 408, 425 or silence;
    any other only if it certainly had no effect. Every reply below 500 but 401, 408, 425 and 429 is the connector's to judge;
    after a 401 the host logs in anew and sends the request once more.
    Raises: Unavailable, Unauthorized; BadAnswer for a reply beyond all limits; Misconfigured for an address not in `origins`.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What logging in needs. ``kept`` is what earlier logins of this connection kept; ``client`` sends requests without a pass.

    A 401 comes back through this ``client`` like any other reply, for the login to judge.
    """

    settings: Settings
    resolve: Callable[[SecretRef], str] = field(repr=False)
    kept: Mapping[str, str] = field(repr=False)
    client: Client
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The proof of who we are: ``headers`` go with each request.

    ``origin`` is where the source says this pass is good (``https://acme.my.example.com``): one more address the client may
    reach, and the one of urls that begin with ``/``. ``kept`` is what this login changed of what the next one needs, such as a
    rotated refresh token: it is stored for good before the pass is used. Keep beside such a token a digest of the configured
    one it descends from, so that an admin can replace it.
    """

    headers: Mapping[str, str] = field(repr=False)
    origin: str = ""
    expires_at: datetime | None = None
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most ``calls`` requests in any span of ``per``, of those whose method and path (without the query) it ``covers``.

    One of a day or longer counts across restarts and processes. A request waits for its turn for up to a minute; then
    `Unavailable` says when to come back. Raises: Misconfigured if it allows nothing.
    """

    name: str
    calls: int
    per: timedelta
    covers: Callable[[str, str], bool] = lambda method, path: True

    def __post_init__(self) -> None:
        if self.calls < 1 or self.per <= timedelta():
            raise Misconfigured(
                f"budget {self.name!r}: {self.calls} calls in {self.per} allow nothing; raise the limit it is of"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook as it came in: ``url`` is the address the source called, names of ``headers`` are in lower case."""

    settings: Settings
    resolve: Callable[[SecretRef], str] = field(repr=False)
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    now: datetime
