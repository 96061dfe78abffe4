"""Cuts the text of a query into words, literals and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncd_salesforce.emulator.answers import ApiError
from syncd_salesforce.emulator.soql.errors import malformed, unexpected

__all__ = ["Token", "quoted", "tokens", "unquoted"]

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=|>=|!=|<>|[=<>(),.:])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "_": "\\_", "%": "\\%"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. ``kind`` is one of: text, datetime, date, number, word, sign, end."""

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Say whether it is one of some key words, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> list[Token]:
    """Return the pieces of a query, the last of kind ``end``.

    Raises: ApiError MALFORMED_QUERY.
    """
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, at)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def unquoted(text: str, at: int, token: str) -> str:
    r"""Return what a quoted text means; ``\_`` and ``\%`` stay escaped, for LIKE.

    Raises: ApiError MALFORMED_QUERY for another escape.
    """
    parts, position = [], 1
    while position < len(token) - 1:
        char = token[position]
        if char == "\\":
            position += 1
            if token[position] not in _ESCAPES:
                raise malformed(
                    text,
                    at + position,
                    f"invalid string literal '{token[1:-1]}'. Illegal character sequence in string literal.",
                )
            parts.append(_ESCAPES[token[position]])
        else:
            parts.append(char)
        position += 1
    return "".join(parts)


def quoted(value: str) -> str:
    r"""Return a text as it is written in a query.

    >>> print(quoted("O'Neil"))
    'O\'Neil'
    """
    marks = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "'": "\\'", "\\": "\\\\"}
    plain = re.split(r"(\\[_%])", value)
    return (
        "'" + "".join(part if index % 2 else "".join(marks.get(c, c) for c in part) for index, part in enumerate(plain)) + "'"
    )


def _unreadable(text: str, at: int) -> ApiError:
    if text[at] == "'":
        return malformed(text, at, "line has unterminated string literal")
    return unexpected(text, at, text[at])
