"""What goes in and out of every endpoint: a call, an answer, and the error that becomes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, TypeVar

import msgspec

__all__ = ["Answer", "ApiError", "Call", "Json", "Row", "Value", "decoded", "encoded", "refusal"]

Json: TypeAlias = "bool | int | float | str | Decimal | Sequence[Json] | Mapping[str, Json] | None"
"""What can be written as JSON."""

Value: TypeAlias = str | bool | int | Decimal | None
"""What a field holds: instants and dates as text (see `instants`)."""

Row: TypeAlias = Mapping[str, Value]
"""A version of a record: never changed, only replaced; a field that is absent is null."""

T = TypeVar("T")

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request below ``/services/data/vNN.0``; ``path`` begins with a slash and has none at its end."""

    method: str
    path: str
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def forced(self) -> bool:
        """Whether duplicate rules that only warn are to be passed over."""
        return "allowsave=true" in self.headers.get("sforce-duplicate-rule-header", "").lower()

    @property
    def base(self) -> str:
        """The path that urls in answers begin with."""
        return f"/services/data/v{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer: JSON in ``content``, or anything else in ``body``."""

    status: int = 200
    content: Json = None
    body: bytes | None = None
    type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        """Return what is sent."""
        if self.body is not None:
            return self.body
        return b"" if self.status in {204, 304} else encoded(self.content)


class ApiError(Exception):
    """The request is refused; becomes the list of one object that the REST API answers with."""

    def __init__(self, code: str, message: str, *, status: int = 400, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = tuple(fields)

    def answer(self) -> Answer:
        """Return the answer of the REST API."""
        entry: dict[str, Json] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            entry["fields"] = self.fields
        return Answer(status=self.status, content=[entry])


def refusal(code: str, message: str, fields: Sequence[str] = ()) -> dict[str, Json]:
    """Return an error as it stands in the result of one record."""
    return {"statusCode": code, "message": message, "fields": tuple(fields)}


def encoded(content: Json) -> bytes:
    """Return JSON; decimals as numbers with the digits they have."""
    return _encoder.encode(content)


def decoded(body: bytes, kind: type[T]) -> T:
    """Read a JSON body.

    Raises: ApiError, as the vendor says it of a body that cannot be read.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise ApiError("JSON_PARSER_ERROR", f"The HTTP entity body cannot be read as JSON: {error}") from error
