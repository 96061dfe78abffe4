"""Plain values into typed settings, with every error as a problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, TypeAlias, TypeGuard, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from syncd.config.source import ConfigProblem, Document, Path_


class Strict(BaseModel):
    """Settings that refuse unknown keys and never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], document: Document, path: Path_ = ()) -> tuple[M | None, list[ConfigProblem]]:
    """Read the part of *document* at *path* as a *model*, with all problems.

    What does not fit is left out so that the rest can be checked further; ``None`` if too little is left.
    """
    data: object = document.data
    for step in path:
        data = data[step] if isinstance(data, dict) and step in data else {}
    problems: list[ConfigProblem] = []
    data = deepcopy(data)
    for _ in range(_ATTEMPTS):
        try:
            return model.model_validate(data), problems
        except ValidationError as error:
            errors = error.errors(include_url=False)
            problems = problems or [_problem(model, document, path, one) for one in errors]
            if not _cut_out(data, [_existing(document, (*path, *one["loc"]))[len(path) :] for one in errors]):
                break
    return None, problems


def did_you_mean(word: str, known: list[str]) -> str:
    """Return "; did you mean …?" with the closest of *known*, else what there is."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there is {', '.join(sorted(known))}" if known else ""


def known_as(who: str) -> str:
    """Return what somebody is called: an e-mail address in the form in which they are read, an identifier as it is.

    >>> known_as("Kim@Example.com"), known_as("005aB")
    ('kim@example.com', '005aB')
    """
    return who.lower() if "@" in who else who


Who: TypeAlias = Annotated[str, AfterValidator(known_as)]
"""Somebody, by e-mail address or identifier."""


def _share(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", value.strip())):
        return Decimal(match[1]) / 100
    raise ValueError("is not a share; write for example 50%")


Share: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_share),
    Field(gt=0, le=1),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$", "examples": ["50%"]}),
]


_ATTEMPTS = 8


def _cut_out(data: object, places: list[Path_]) -> bool:
    """Remove what is wrong; of a list also what follows, so that the rest keeps its lines. Tell whether anything went."""
    removed = False
    for place in places:
        holder = data
        for step in place[:-1]:
            holder = _inner(holder, step)
        if place and isinstance(holder, dict):
            removed |= holder.pop(place[-1], None) is not None
        elif place and isinstance(holder, list) and isinstance(place[-1], int) and place[-1] < len(holder):
            del holder[place[-1] :]
            removed = True
    return removed


def _inner(holder: object, step: str | int) -> object:
    if isinstance(holder, dict):
        return holder.get(step)
    return holder[step] if isinstance(holder, list) and isinstance(step, int) and step < len(holder) else None


def _problem(model: type[BaseModel], document: Document, path: Path_, error: ErrorDetails) -> ConfigProblem:
    where = _existing(document, (*path, *error["loc"]))
    return document.problem(where, f"{_name(where)}: {_sentence(model, error)}")


def _existing(document: Document, path: Path_) -> Path_:
    """Drop the parts of an error's place that name types and not keys; a missing key is kept."""
    kept: Path_ = ()
    for i, step in enumerate(path):
        if (*kept, step) in document.lines or (i == len(path) - 1 and re.fullmatch(r"\w+", str(step))):
            kept = (*kept, step)
    return kept


def _name(path: Path_) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "the file"


def _sentence(model: type[BaseModel], error: ErrorDetails) -> str:
    """Say what is wrong and what to write; never the value, unless it is one of few words."""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            key = str(error["loc"][-1])
            return f"unknown key {key!r}{did_you_mean(key, _keys_at(model, error['loc'][:-1]))}"
        case "missing":
            return "is missing"
        case "literal_error":
            known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"{str(error['input'])[:40]!r} is not possible{did_you_mean(str(error['input']), known)}"
        case "value_error":
            return str(context.get("error", error["msg"]))
        case _:
            return error["msg"].replace("Input should be", "should be").replace("Value error, ", "")


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the settings at *loc* may have."""
    types: list[object] = [model]
    for step in loc:
        types = [inner for one in types for inner in _inside(one, step)] or types
    return sorted({field.alias or name for one in types if _is_model(one) for name, field in one.model_fields.items()})


def _inside(annotation: object, step: str | int) -> Iterator[object]:
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            if step in (name, field.alias):
                yield from _flattened(field.annotation)
    elif get_origin(annotation) is dict:
        yield from _flattened(get_args(annotation)[1])
    elif get_origin(annotation) in (list, tuple):
        yield from _flattened(get_args(annotation)[0])


def _flattened(annotation: object) -> Iterator[object]:
    """Yield the members of a union, and what an ``Annotated`` annotates."""
    arguments = get_args(annotation)
    if _is_model(annotation) or get_origin(annotation) in (dict, list, tuple) or not arguments:
        yield annotation
    else:
        for one in arguments:
            yield from _flattened(one)


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
