"""HubSpot's answers as plain values, and the errors in them, of which nothing has to be what it should be. Pure.

NUL characters and halves of surrogate pairs, which no store takes, are dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from syncd.spi import BadAnswer

__all__ = ["ErrorItem", "Plain", "error_item", "errors_in", "ids_of", "is_nothing", "plain", "senseless", "text_of"]

Plain: TypeAlias = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None
"""Anything that JSON can say."""


class ErrorItem(msgspec.Struct, frozen=True, rename="camel"):
    """An error, of a whole request or of a part of a batch. Every field is optional in life."""

    message: str = ""
    category: str = ""
    sub_category: str = ""
    code: str = ""
    id: str = ""
    context: dict[str, list[str]] = msgspec.field(default_factory=dict)
    errors: list[ErrorItem] = msgspec.field(default_factory=list)


def plain(body: bytes, what: str) -> Plain:
    """Read *body* as whatever it is, without characters that no store takes. Raises: BadAnswer."""
    try:
        return _scrubbed(json.loads(body, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        raise senseless(what) from error


def text_of(value: Plain) -> str:
    """Return *value* as the text of an identifier or a word, "" if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def error_item(told: Plain) -> ErrorItem:
    """Read an error, of which nothing has to be there or to be what it should be."""
    one = told if isinstance(told, dict) else {}
    context = one.get("context")
    held = context if isinstance(context, dict) else {}
    lists = {name: value if isinstance(value, list) else [value] for name, value in held.items()}
    return ErrorItem(
        message=text_of(one.get("message")),
        category=text_of(one.get("category")),
        sub_category=text_of(one.get("subCategory")),
        code=text_of(one.get("code")),
        id=text_of(one.get("id")),
        context={name: [text for value in values if (text := text_of(value))] for name, values in lists.items()},
        errors=errors_in(one),
    )


def errors_in(held: Mapping[str, Plain]) -> list[ErrorItem]:
    """Return the errors that an answer, or an error itself, holds."""
    told = held.get("errors")
    return [error_item(one) for one in told] if isinstance(told, list) else []


def ids_of(errors: Sequence[ErrorItem]) -> frozenset[str]:
    """Return the identifiers that *errors* of a batch speak of."""
    listed = [one for error in errors for key in ("ids", "id") for one in error.context.get(key, ())]
    return frozenset([*listed, *(error.id for error in errors if error.id)])


def is_nothing(error: ErrorItem) -> bool:
    """Tell whether *error* only says that there is nothing to read."""
    return error.category == "OBJECT_NOT_FOUND" or error.sub_category.endswith("NO_ASSOCIATIONS_FOUND")


def senseless(what: str) -> BadAnswer:
    """Return the error for an answer to *what* that makes no sense."""
    return BadAnswer(f"{what}: HubSpot's answer is not what it should be; nothing of it is used, it is asked again later")


def _scrubbed(value: Plain) -> Plain:
    match value:
        case str():
            return _UNFIT.sub("", value)
        case list():
            return [_scrubbed(one) for one in value]
        case dict():
            return {_UNFIT.sub("", name): _scrubbed(one) for name, one in value.items()}
    return value


_UNFIT = re.compile("[\0\ud800-\udfff]")


def _no_number(word: str) -> Plain:
    raise ValueError(word)
