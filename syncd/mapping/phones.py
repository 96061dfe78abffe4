"""Phone numbers in E.164, by libphonenumber's metadata as the package ``phonenumbers`` carries it.

An extension is no part of E.164 and is dropped: people behind one switchboard share a number, so a phone alone never
identifies a person. Numbers are checked for a length that is possible, not for being in service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
)

from syncd.mapping.characters import plain
from syncd.mapping.reading import Reader, Reading, Scalar, Unfit
from syncd.mapping.texts import as_text
from syncd.model import Golden, Problem

_NOT_A_NUMBER = Unfit(
    code="phone.not_a_number",
    what="Not a phone number; write it with its country code, such as +34 600 111 222.",
)
_NO_COUNTRY = Unfit(
    code="phone.no_country",
    what="The number has no known country code; declare the region of this connection, or write +34 … in the source.",
)
_NO_AREA = Unfit(
    code="phone.no_area_code",
    what="The number lacks its area code and can only be dialed locally; write it in full.",
)
_LENGTH = Unfit(
    code="phone.wrong_length",
    what="The number is too short or too long for its country; correct it in the source.",
)
_SEVERAL = Unfit(
    code="phone.several",
    what="Several numbers in one field; give each a field of its own.",
)
_ROUNDED = Unfit(
    code="phone.rounded",
    what="A spreadsheet has rounded the number, as in 3.46E+10; format its column as text and export it again.",
)

_LONGEST = 250  # phonenumbers refuses longer texts
_FULL = 7  # digits from which a part of a text is a number by itself and not an extension or an area code
_PREFIX = re.compile(r"(?:'|p:|tel:|\s)+", re.IGNORECASE)
_EXPONENT = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
_OR_ENDING = re.compile(r"\D*(?:\d\D*){7,}/ ?\d{1,3}\D*", re.ASCII)  # "+49 30 1234567/68" is two numbers
_BETWEEN = re.compile(r"[;|,/\n]|\bor\b", re.IGNORECASE)


def phone_reader(reading: Reading) -> Reader:
    """Return what reads a phone number.

    A leading apostrophe (spreadsheets), ``p:`` (lead forms) and ``tel:`` are dropped. Without a declared region 00 is
    read as +, as the ITU recommends it; with one, what is dialed there for abroad.

    >>> phone_reader(Reading(type="phone", region="US"))("(650) 253-0000 x123")
    '+16502530000'
    """

    def read(value: Scalar) -> Golden | Unfit:
        text = _NOT_A_NUMBER if isinstance(value, bool) else as_text(value, "phone")
        return text if isinstance(text, Unfit) else _e164(text, reading.region)

    return read


def phone_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with the declared region."""
    if reading.region and reading.region not in SUPPORTED_REGIONS:
        what = f"no region {reading.region!r}; write an ISO 3166 alpha-2 code such as ES"
        yield Problem(where="region", what=what, code="reading.region")


def _e164(text: str, region: str) -> str | Unfit:
    text = plain(text)
    if prefix := _PREFIX.match(text):
        text = text[prefix.end() :]
    if text.startswith("00") and not region:
        text = "+" + text[2:]
    if len(text) > _LONGEST:
        return _NOT_A_NUMBER
    if _EXPONENT.fullmatch(text):
        return _ROUNDED
    if _OR_ENDING.fullmatch(text) or sum(_digits(part) >= _FULL for part in _BETWEEN.split(text)) > 1:
        return _SEVERAL
    try:
        number = parse(text, region or None)
    except NumberParseException as refused:
        return _why_not_parsed(refused)
    return _possible(number)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _why_not_parsed(refused: NumberParseException) -> Unfit:
    match refused.error_type:
        case NumberParseException.INVALID_COUNTRY_CODE:
            return _NO_COUNTRY
        case NumberParseException.NOT_A_NUMBER:
            return _NOT_A_NUMBER
        case _:
            return _LENGTH


def _possible(number: PhoneNumber) -> str | Unfit:
    match is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return format_number(number, PhoneNumberFormat.E164)
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return _NO_AREA
        case ValidationResult.INVALID_COUNTRY_CODE:
            return _NO_COUNTRY
        case _:
            return _LENGTH
