"""Lists of words, such as tags and multiple choices: each word once, sorted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from syncd.mapping.characters import clean
from syncd.mapping.choices import choice_problems, choice_reader, choice_writer
from syncd.mapping.reading import Reading, Transform, Unfit, Writer, not_normal
from syncd.mapping.texts import as_text, blank_words
from syncd.model import Golden, Problem, Raw

_UNJOINED = Unfit(
    code="list.unjoined",
    what="A word of the list holds the separator or a quotation mark, so the joined text would read back as another list.",
)


def list_transform(reading: Reading) -> Transform:
    """Return what reads a list: text is split, words are trimmed and go through the table if there is one.

    >>> list_transform(Reading(type="list", separator=","))('"VIP", "Blog",Blog')
    ('Blog', 'VIP')
    """
    blank = blank_words(reading) | {""}
    read = choice_reader(reading)

    def transform(value: Raw) -> Golden | Unfit | None:
        words = _words(value, reading.separator)
        if isinstance(words, Unfit):
            return words
        found: set[str] = set()
        for word in map(clean, words):
            golden = "" if word.casefold() in blank else read(word)
            if isinstance(golden, Unfit):
                return golden
            found.add(golden)
        return tuple(sorted(found - {""})) or None

    return transform


def list_writer(reading: Reading) -> Writer | None:
    """Return what writes a list: joined by the separator if there is one. None if the table has wildcards only."""
    choose = choice_writer(reading)
    read = list_transform(reading)
    if choose is None:
        return None

    def write(golden: Golden) -> Raw | Unfit:
        if not isinstance(golden, tuple):
            return not_normal("list")
        words: list[str] = []
        for word in golden:
            remote = choose(word)
            if not isinstance(remote, str):
                return remote
            words.append(remote)
        written = reading.separator.join(words) if reading.separator else tuple(words)
        return written if read(written) == golden else _UNJOINED

    return write


def list_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with the separator, and with table and choices."""
    yield from choice_problems(reading)
    if reading.separator and (len(reading.separator) > 1 or reading.separator in '"\r\n'):
        what = f'separator {reading.separator!r} must be one character, such as ";", and no quotation mark or line end'
        yield Problem(where="separator", what=what, code="reading.separator")


def _words(value: Raw, separator: str) -> Sequence[str] | Unfit:
    if value is None or isinstance(value, tuple):
        return value or ()
    text = as_text(value, "list")
    if isinstance(text, Unfit) or not separator:
        return text if isinstance(text, Unfit) else (text,)
    return _split(clean(text), separator)


def _split(text: str, separator: str) -> list[str]:
    words = _cells(text, separator)
    # A cell that is still quoted as in its file is the whole list as one quoted word.
    return _cells(words[0], separator) if len(words) == 1 else words


def _cells(text: str, separator: str) -> list[str]:
    if '"' in text:
        try:
            line = text.replace("\n", " ")
            return next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True))
        except csv.Error:  # the quotation marks mean something else
            pass
    return text.split(separator)
