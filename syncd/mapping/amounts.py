"""Numbers: exact, never float, and never guessed where a mark could mean two things.

Knows nothing of fields that hold digits by accident, such as phones and identifiers; money is in `money`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from syncd.mapping.characters import plain
from syncd.mapping.reading import Mark, Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.model import Golden, Raw

DIGITS: Final = 38
"""A number has at most this many significant digits, and as many before and after its point: the common NUMERIC(38)."""

_LIMIT = 10**DIGITS
_LONGEST = 64  # characters of DIGITS digits with sign and grouping, and some to spare

_NOT_A_NUMBER = Unfit(
    code="number.not_a_number",
    what="Not a plain number; write digits only, such as 1234.50, without words, units or signs of currency.",
)
_NOT_FINITE = Unfit(
    code="number.not_finite",
    what="NaN and Infinity are no numbers; leave the field empty instead.",
)
_TOO_LONG = Unfit(
    code="number.too_long",
    what=f"More than {DIGITS} digits; map identifiers as text, and round what is a number.",
)
_PERCENT = Unfit(
    code="number.percent",
    what="A percentage is written as 45 in one system and as 0.45 in another; have the source send it without the sign.",
)
_DECIMAL_MARK = Unfit(
    code="number.decimal_mark",
    what='The decimal mark is not the declared one; declare decimal "." or "," as this source writes numbers.',
)


def _shape(mark: Mark, *groupings: str) -> re.Pattern[str]:
    whole = "|".join((r"\d+", *groupings))
    rest = rf"(?:[{mark}](?P<fraction>\d*))?(?:E(?P<power>[+-]?\d{{1,4}}))?"
    return re.compile(rf"(?P<sign>[+-]?)(?=[{mark}]?\d)(?P<whole>{whole})?{rest}", re.ASCII | re.IGNORECASE)


# A grouped number never starts with 0: "0,125" under decimal "." is a decimal comma that nobody declared.
_THOUSANDS = r"[1-9]\d{0,2}(?P<by>[MARK'’ ])\d{3}(?:(?P=by)\d{3})*"
_LAKHS = r"[1-9]\d?(?:,\d{2})+,\d{3}"
_SHAPES: dict[Mark, re.Pattern[str]] = {
    ".": _shape(".", _THOUSANDS.replace("MARK", ","), _LAKHS),
    ",": _shape(",", _THOUSANDS.replace("MARK", ".")),
}
_GROUPING = str.maketrans("", "", ",.'’ ")


def number_reader(reading: Reading) -> Reader:
    """Return what reads a number: an int if it is whole, else a Decimal without trailing zeros."""
    mark = reading.decimal

    def read(value: Scalar) -> Golden | Unfit:
        return amount_in(value, mark)

    return read


def number_writer(reading: Reading) -> Writer:
    """Return what writes a number: as it is, or as text where the source has a decimal comma."""

    def write(golden: Golden) -> Raw | Unfit:
        if isinstance(golden, bool) or not isinstance(golden, int | Decimal):
            return not_normal("number")
        return golden if reading.decimal == "." else written(golden).replace(".", ",")

    return write


def amount_in(value: Scalar, mark: Mark) -> int | Decimal | Unfit:
    """Return the number that *value* is, or that it shows as text with *mark* as its decimal mark.

    Thousands may be grouped by the other mark, an apostrophe or a space, and lakhs by commas; brackets are a minus.

    >>> amount_in("1,234.50", "."), amount_in("1.234,50", ","), amount_in("(1'000)", ".")
    (Decimal('1234.5'), Decimal('1234.5'), -1000)
    >>> amount_in("1,23", ".").code
    'number.decimal_mark'
    """
    if isinstance(value, bool):
        return _NOT_A_NUMBER
    if isinstance(value, str):
        return _parsed(plain(value), mark)
    if isinstance(value, Decimal) and not value.is_finite():
        return _NOT_FINITE
    found = exact(value)
    return _TOO_LONG if found is None else found


def exact(amount: int | Decimal) -> int | Decimal | None:
    """Return *amount* as int if whole, else without trailing zeros; None if not finite or beyond `DIGITS`.

    >>> exact(Decimal("1234.50")), exact(Decimal("2E+3")), exact(Decimal("1E+400"))
    (Decimal('1234.5'), 2000, None)
    """
    if isinstance(amount, int):
        return amount if -_LIMIT < amount < _LIMIT else None
    if not amount:
        return 0
    if not amount.is_finite() or not -DIGITS <= amount.adjusted() < DIGITS:
        return None
    if amount == amount.to_integral_value():
        return int(amount)
    text = written(amount).rstrip("0")  # not Decimal.normalize, which rounds to the context's 28 digits
    whole, _, fraction = text.lstrip("-").partition(".")
    return Decimal(text) if len(fraction) <= DIGITS and len((whole + fraction).lstrip("0")) <= DIGITS else None


def written(amount: int | Decimal) -> str:
    """Return *amount* as plain text, without exponent.

    >>> written(Decimal("1E-7")), written(12)
    ('0.0000001', '12')
    """
    return format(amount, "f") if isinstance(amount, Decimal) else str(amount)


def _parsed(text: str, mark: Mark) -> int | Decimal | Unfit:
    if text.isdecimal() and len(text) <= DIGITS:
        return int(text)
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1].strip()
    match = _SHAPES[mark].fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return _why_not(text, mark)
    sign, whole, fraction, power = match.group("sign", "whole", "fraction", "power")
    whole = (whole or "0").translate(_GROUPING)
    fraction = (fraction or "").rstrip("0")
    if power or len(whole) + len(fraction) > DIGITS:
        found = exact(Decimal(f"{sign}{whole}.{fraction}E{power or 0}"))
        return _TOO_LONG if found is None else found
    return Decimal(f"{sign}{whole}.{fraction}") if fraction else int(sign + whole)


def _why_not(text: str, mark: Mark) -> Unfit:
    if text.strip("+-").casefold() in {"nan", "inf", "infinity"}:
        return _NOT_FINITE
    if len(text) > _LONGEST:
        return _TOO_LONG if set(text) <= set("0123456789.,+-") else _NOT_A_NUMBER
    if text.endswith("%") and _SHAPES[mark].fullmatch(text[:-1].rstrip()):
        return _PERCENT
    other: Mark = "," if mark == "." else "."
    return _DECIMAL_MARK if _SHAPES[other].fullmatch(text) else _NOT_A_NUMBER
