"""The characters of a text before its meaning: what two systems write differently though a person sees the same.

Knows no field type.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_EDGES = _SPACES + "\u200b\u2060\ufeff"
_SURROGATES = re.compile("[\ud800-\udfff]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROWED = {**_FULL_WIDTH, **dict.fromkeys(map(ord, _INVISIBLE))}
_MINUS = "\u2212"


def clean(text: str) -> str:
    r"""Return *text* in the one form in which it is stored and compared: NFC, trimmed, each line end one ``\n``.

    What a database refuses becomes visible instead: NUL as U+2400, a lone surrogate as U+FFFD. Spaces inside, emoji and
    joiners stay.

    >>> clean(" Zoe\u0308  Lo\u0301pez\r\n")
    'Zoë  López'
    >>> clean("a\0b\ud83d")
    'a␀b�'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text)).strip(_EDGES)
    text = text.strip()
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def is_storable(text: str) -> bool:
    r"""Tell whether every database takes *text* as it is: without a NUL and lone surrogates.

    >>> is_storable("Zoë"), is_storable("a\0b"), is_storable("a\ud83d")
    (True, False, False)
    """
    return "\0" not in text and (text.isascii() or _SURROGATES.search(text) is None)


def narrow(text: str) -> str:
    """Return *text* with full-width forms as ASCII and without invisible marks, for what is pasted from pages and chats.

    >>> narrow("ann＠example．com\u200b")
    'ann@example.com'
    """
    return text if text.isascii() else text.translate(_NARROWED)


def plain(text: str) -> str:
    """Return *text* with any script's digits, dashes and spaces as ASCII, for what is written with these alone.

    Not NFKC, which would read "5²" as 52.

    >>> plain("１\u202f２３４\u2212٣²")
    '1 234-3²'
    """
    return text if text.isascii() else "".join(map(_ascii, narrow(text))).strip()


def _ascii(char: str) -> str:
    match unicodedata.category(char):
        case "Nd":
            return str(unicodedata.decimal(char))
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case _:
            return "-" if char == _MINUS else char
