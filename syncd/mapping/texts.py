"""Plain text, and what any value is as text."""

from __future__ import annotations

from syncd.mapping.amounts import exact, written
from syncd.mapping.characters import clean
from syncd.mapping.reading import FieldType, Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.model import Golden, Raw


def text_reader(reading: Reading) -> Reader:
    """Return what reads text: as it is, numbers written out, truth as ``true`` and ``false``."""

    def read(value: Scalar) -> Golden | Unfit:
        return value if isinstance(value, str) else as_text(value, reading.type)

    return read


def text_writer(reading: Reading) -> Writer:
    """Return what writes the types whose normal form is a text that every system takes."""

    def write(golden: Golden) -> Raw | Unfit:
        return golden if isinstance(golden, str) else not_normal(reading.type)

    return write


def as_text(value: Scalar, field_type: FieldType) -> str | Unfit:
    """Return *value* as text, or why a number cannot be written out.

    >>> from decimal import Decimal
    >>> as_text(True, "text"), as_text(Decimal("12.50"), "text"), as_text(Decimal("NaN"), "phone").code
    ('true', '12.5', 'phone.not_writable_number')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    amount = exact(value)
    if amount is None:
        what = "A number that is not finite or has too many digits; have the source send it as text."
        return Unfit(code=f"{field_type}.not_writable_number", what=what)
    return written(amount)


def blank_words(reading: Reading) -> frozenset[str]:
    """Return the words that mean "nothing" in this field, case folded."""
    return frozenset(clean(word).casefold() for word in reading.blank)
