"""What goes over the wire: a request as its handlers see it, an answer, and HubSpot's way of saying no.

Every field of an error is optional in life; this is the shape that HubSpot's own examples and recorded answers have.
Source: developers.hubspot.com/docs/api-reference/error-handling (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.instants import iso

if TYPE_CHECKING:
    from syncd_hubspot.emulator.access import Access
    from syncd_hubspot.emulator.limits import Limits
    from syncd_hubspot.emulator.portal import Portal

Context = Mapping[str, Sequence[str]]
Query = Mapping[str, Sequence[str]]
_T = TypeVar("_T")

_ENCODER = msgspec.json.Encoder()


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One of several reasons within an error."""

    message: str
    code: str | UnsetType = UNSET
    sub_category: str | UnsetType = UNSET
    context: Context | UnsetType = UNSET


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of an answer that is not 2xx; also, without a correlation id, an item of a 207."""

    message: str
    category: str | UnsetType = UNSET
    status: str = "error"
    correlation_id: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    sub_category: str | UnsetType = UNSET
    errors: Sequence[ErrorDetail] | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    links: Mapping[str, str] | UnsetType = UNSET
    error_type: str | UnsetType = UNSET
    policy_name: str | UnsetType = UNSET
    group_name: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET


class Refusal(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, body: ErrorBody, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body.message)
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: *path* holds what the route's pattern left open, *query* every value of every key."""

    portal: Portal
    access: Access
    limits: Limits
    method: str
    url: str
    path: Mapping[str, str]
    query: Query
    body: bytes
    headers: Mapping[str, str]

    def words(self, key: str) -> list[str]:
        """Return the values of *key*, whether repeated or joined by commas: HubSpot takes both."""
        return [word for text in self.query.get(key, ()) for word in text.split(",") if word]

    def word(self, key: str, default: str = "") -> str:
        """Return the last value of *key*."""
        values = self.query.get(key)
        return values[-1] if values else default

    def flag(self, key: str) -> bool:
        """Tell whether *key* is true."""
        return self.word(key).lower() == "true"

    def number(self, key: str, default: int, *, most: int) -> int:
        """Return a page size. Raises: Refusal unless it lies between 1 and *most*."""
        text = self.word(key)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise invalid(f"{key} must be a whole number between 1 and {most}, but was {text}", context={key: [text]})
        return int(text)

    def read(self, form: type[_T]) -> _T:
        """Read the JSON body. Raises: Refusal if it is none or has another shape."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid(f"Invalid input JSON on line 1, column 1: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back: a body ready to send, or nothing."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json;charset=utf-8"


def answer(body: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Send *body* as JSON."""
    return Answer(status=status, body=_ENCODER.encode(body), headers=headers or {})


NOTHING = Answer(status=204)


class Batch(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a batch."""

    status: str = "COMPLETE"
    results: Sequence[object]
    started_at: str
    completed_at: str
    num_errors: int | UnsetType = UNSET
    errors: Sequence[ErrorBody] | UnsetType = UNSET


def batched(
    portal: Portal, results: Sequence[object], errors: Sequence[ErrorBody], *, took: int = 0, status: int = 200
) -> Answer:
    """Answer a batch that *took* so many milliseconds, with *errors* by 207."""
    at = portal.now()
    body = Batch(
        results=results,
        started_at=iso(at),
        completed_at=iso(at + took),
        num_errors=len(errors) or UNSET,
        errors=errors or UNSET,
    )
    return answer(body, 207 if errors else status)


def at_most(most: int, inputs: Sized) -> None:
    """Raises: Refusal if a batch has more *inputs*."""
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}")


def invalid(
    message: str,
    *,
    errors: Sequence[ErrorDetail] | UnsetType = UNSET,
    context: Context | UnsetType = UNSET,
    sub_category: str | UnsetType = UNSET,
) -> Refusal:
    """Refuse what the request says."""
    body = ErrorBody(message=message, category="VALIDATION_ERROR", errors=errors, context=context, sub_category=sub_category)
    return Refusal(400, body)


def missing(message: str, *, context: Context | UnsetType = UNSET) -> Refusal:
    """Refuse because the thing asked for is not there."""
    return Refusal(404, ErrorBody(message=message, category="OBJECT_NOT_FOUND", context=context))


def conflict(message: str, *, category: str = "CONFLICT", sub_category: str | UnsetType = UNSET) -> Refusal:
    """Refuse because the thing to be made is there already."""
    return Refusal(409, ErrorBody(message=message, category=category, sub_category=sub_category))
