"""Plain values into typed settings, with every error as a problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, TypeAlias, TypeGuard, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from syncd.agreement.language import spoken
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
            errors = _by_place(document, path, error.errors(include_url=False))
            problems = problems or [
                document.problem(place, f"{_name(place)}: {what}")
                for place, ones in errors.items()
                for what in _sentences(model, ones)
            ]
            if not _cut_out(data, [place[len(path) :] for place in errors]):
                break
    return None, problems


def listed(value: object) -> object:
    """Take a single value for a list of it, before a list is validated."""
    return value if isinstance(value, list) else [value]


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


def _by_place(document: Document, path: Path_, errors: list[ErrorDetails]) -> dict[Path_, list[ErrorDetails]]:
    """Return the errors by where they are. Of a union only those count that got furthest: the form that was meant."""
    found: dict[Path_, list[ErrorDetails]] = {}
    for one in errors:
        found.setdefault(_existing(document, (*path, *one["loc"]), is_missing=one["type"] == "missing"), []).append(one)
    for place in found:
        if any(len(other) > len(place) and other[: len(place)] == place for other in found):
            found[place] = [one for one in found[place] if not (_form(one) or one["type"] == "literal_error")]
    return {place: ones for place, ones in found.items() if ones}


def _existing(document: Document, path: Path_, *, is_missing: bool) -> Path_:
    """Drop the parts of an error's place that name types and not keys; a missing key is kept."""
    kept: Path_ = ()
    for i, step in enumerate(path):
        if (*kept, step) in document.lines or (is_missing and i == len(path) - 1):
            kept = (*kept, step)
    return kept


def _name(path: Path_) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "the file"


def _sentences(model: type[BaseModel], errors: list[ErrorDetails]) -> list[str]:
    """Say what is wrong at one place and what to write; several forms that were possible make one sentence."""
    forms = list(dict.fromkeys(form for one in errors if (form := _form(one))))
    others = list(dict.fromkeys(_sentence(model, one) for one in errors if not _form(one)))
    if others and forms and not others[0].endswith("?"):
        return [" or ".join([others[0], *forms]), *others[1:]]
    return others or [f"should be {' or '.join(forms)}"]


def _form(error: ErrorDetails) -> str:
    """Say what form is expected where something of another kind stands; "" for other errors."""
    kind = error["type"].removesuffix("_type").removesuffix("_parsing").removesuffix("_from_float")
    is_scalar = not isinstance(error["input"], dict | list | None)
    return _FORMS.get(kind, "") + "; put it in quotes" * (kind == "string" and is_scalar)


_FORMS = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "dict": "a section with keys below it",
    "model": "a section with keys below it",
    "list": "a list: [a, b]",
    "tuple": "a list: [a, b]",
    "frozen_set": "a list: [a, b]",
    "date": "a date, for example 2026-11-20",
    "date_from_datetime": "a date, for example 2026-11-20",
    "datetime": "a time, for example 2026-11-20T09:30:00Z",
}


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
            return _one_of(error["input"], str(context["expected"]))
        case "union_tag_invalid":
            return f"{context['discriminator']}: {_one_of(context['tag'], str(context['expected_tags']))}".replace("'", "", 2)
        case "union_tag_not_found":
            return f"{context['discriminator']} is missing".replace("'", "")
        case "value_error":
            return str(context.get("error", error["msg"]))
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            words, bound = _BOUNDS[error["type"]], next(iter(context.values()))
            return f"should be {words} {spoken(bound) if isinstance(bound, timedelta) else bound}"
        case "too_short" | "string_too_short":
            return "is empty"
        case "decimal_max_places":
            return f"has more than {context['decimal_places']} digits after the point"
        case "string_pattern_mismatch" if str(context["pattern"]).startswith("^[a-z][a-z0-9_"):
            return "is not a name; write lower-case letters, digits and _, a letter first"
        case _:
            return error["msg"].replace("Input should be", "should be").replace("String should", "should")


_BOUNDS = {
    "greater_than_equal": "at least",
    "greater_than": "more than",
    "less_than_equal": "at most",
    "less_than": "less than",
}


def _one_of(value: object, expected: str) -> str:
    known = re.findall(r"'([^']*)'", expected)
    if isinstance(value, dict | list):
        return f"should be one of {', '.join(sorted(known))}"
    only = f"; there is {known[0]!r}" if len(known) == 1 else ""  # the word may be 'none'
    return f"{str(value)[:40]!r} is not possible{only or did_you_mean(str(value), known)}"


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
    elif get_origin(annotation) in (list, tuple) and isinstance(step, int):
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
