"""Choices and truth values: a small vocabulary in each system, and the table between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import TypeAlias

from syncd.mapping.characters import clean, narrow
from syncd.mapping.reading import Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.mapping.texts import as_text, text_writer
from syncd.model import Golden, Problem, Raw

_REMEMBERED = 1024
_LONGEST = 250  # characters of a choice; keeps what is remembered small and wildcards fast

_ONLY_WILDCARDS = Unfit(
    code="choice.only_wildcards",
    what="The table has only wildcards for this golden value; add to its row the one remote value to write.",
)
_NOT_TRUTH = Unfit(
    code="bool.not_a_truth_value",
    what="Neither yes nor no; send true or false, or declare the words of this field in its table.",
)
_YES = "true yes 1 t y on verdadero sí si s v activado wahr ja j w an ein vrai oui o activé"
_NO = "false no 0 f n off falso desactivado falsch nein aus faux non désactivé"
_TRUTH = {**dict.fromkeys(_YES.split(), "true"), **dict.fromkeys(_NO.split(), "false")}

_Match: TypeAlias = Callable[[str], str | None]


def choice_reader(reading: Reading) -> Callable[[Scalar], str | Unfit]:
    """Return what reads a choice: the golden value whose pattern matches first.

    Case and runs of spaces do not matter. A golden value's own name is tried after all patterns but a bare ``*``.
    Without table and choices every text is a choice.

    >>> read = choice_reader(Reading(type="choice", table={"ceo": ("chief executive*", "founder"), "other": ("*",)}))
    >>> read("Chief Executive Officer"), read("CEO"), read("Intern")
    ('ceo', 'ceo', 'other')
    """
    match = _matcher(reading, _own_names(reading))
    unknown = _unknown(reading)
    free = not reading.table and not reading.choices

    def read(value: Scalar) -> str | Unfit:
        text = as_text(value, reading.type)
        if free or isinstance(text, Unfit):
            return text
        found = match(text) if len(text) <= _LONGEST else None
        return unknown if found is None else found

    return read


def choice_writer(reading: Reading) -> Writer | None:
    """Return what writes a choice: the first remote value of its row that has no wildcard and reads back as the same.

    None if the table has wildcards only, so that no choice can be written.
    """
    if not reading.table and not reading.choices:
        return text_writer(reading)
    words = _writable(reading, _own_names(reading))
    unknown = _unknown(reading)

    def write(golden: Golden) -> Raw | Unfit:
        if not isinstance(golden, str):
            return not_normal(reading.type)
        return words.get(golden, _ONLY_WILDCARDS if golden in reading.table else unknown)

    return write if words else None


def bool_reader(reading: Reading) -> Reader:
    """Return what reads a truth value: by the table, else by the usual words of English, Spanish, German and French.

    >>> read = bool_reader(Reading(type="bool", table={"true": ("opted in",)}))
    >>> read("Opted In"), read("NEIN"), read(1), read(2).code
    (True, False, True, 'bool.not_a_truth_value')
    """
    match = _matcher(reading, _TRUTH)

    def read(value: Scalar) -> Golden | Unfit:
        if isinstance(value, bool):
            return value
        text = as_text(value, reading.type)
        if isinstance(text, Unfit) or len(text) > _LONGEST:
            return _NOT_TRUTH
        found = match(text)
        return _NOT_TRUTH if found is None else found == "true"

    return read


def bool_writer(reading: Reading) -> Writer:
    """Return what writes a truth value: the table's first word for it, else true and false as JSON has them."""
    words = _writable(reading, _TRUTH)

    def write(golden: Golden) -> Raw | Unfit:
        return words.get("true" if golden else "false", golden) if isinstance(golden, bool) else not_normal("bool")

    return write


def choice_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with table and choices: rows without a golden value, and patterns that are never reached."""
    known = ("true", "false") if reading.type == "bool" else reading.choices
    for golden in reading.table:
        if known and golden not in known:
            yield _problem(golden, f"{golden!r} is no golden value of this field; it has {', '.join(known)}")
    patterns = [(golden, pattern) for golden, row in reading.table.items() for pattern in row]
    for golden, pattern in patterns[:-1]:
        if pattern == "*":
            yield _problem(golden, 'a bare "*" takes every value, so what follows it is never reached; move it to the end')
    if len({_folded(name) for name in reading.choices}) < len(reading.choices):
        what = "two choices differ in nothing but case or spaces; keep one"
        yield Problem(where="choices", what=what, code="reading.choices")


def _problem(golden: str, what: str) -> Problem:
    return Problem(where=f"table.{golden}", what=what, code="reading.table")


def _matcher(reading: Reading, names: Mapping[str, str]) -> _Match:
    """Return what finds the golden value of a text; *names* are tried between the patterns and a bare ``*``."""
    rows = [(pattern, golden) for golden, row in reading.table.items() for pattern in row]
    tests = [(_pattern(pattern), golden) for pattern, golden in rows if pattern != "*"]
    rest = next((golden for pattern, golden in rows if pattern == "*"), None)

    @lru_cache(maxsize=_REMEMBERED)
    def match(text: str) -> str | None:
        text = _folded(text)
        found = (golden for test, golden in tests if test.match(text))
        return next(found, names.get(text, rest))

    return match


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(_folded(pattern).replace("[", "[[]")))


def _folded(text: str) -> str:
    return " ".join(narrow(clean(text)).casefold().split())


def _own_names(reading: Reading) -> dict[str, str]:
    return {_folded(golden): golden for golden in (*reading.table, *reading.choices)}


def _writable(reading: Reading, names: Mapping[str, str]) -> dict[str, str]:
    match = _matcher(reading, names)
    words = {golden: golden for golden in reading.choices if golden not in reading.table and match(golden) == golden}
    for golden, row in reading.table.items():
        for pattern in row:
            if not {"*", "?"} & set(pattern) and match(pattern) == golden:
                words.setdefault(golden, pattern)
    return words


def _unknown(reading: Reading) -> Unfit:
    known = ", ".join(reading.choices or reading.table)
    what = f"No such choice; add the remote value to the table of this field, whose golden values are: {known}."
    return Unfit(code=f"{reading.type}.unknown", what=what)
