"""How one connection writes one field, and the few words all transforms share.

Knows no field type's rules: those are in `amounts`, `choices`, `countries`, `domains`, `phones`, `texts` and `times`,
one module per family, put together in `transforms`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from syncd.model import Golden, Raw

FieldType: TypeAlias = Literal[
    "text", "email", "phone", "country", "number", "money", "date", "datetime", "choice", "list", "bool", "domain"
]


Mark: TypeAlias = Literal[".", ","]
"""A decimal mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a value could not be transformed.

    ``code`` is stable and groups alike cases: ``"phone.not_a_number"``. ``what`` is a sentence that says what is wrong and
    what to write or declare instead. Neither ever contains the value: both go to logs and to the inbox.
    """

    code: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one connection writes one field; all but ``type`` matter to some types only.

    ``blank``: words that mean "nothing" in this field, such as ``("N/A", "-")``; none is built in.
    ``region``: phone; where numbers without a country code are from (ISO 3166 alpha-2).
    ``language``: country; names are written back in this language, ``""`` writes the alpha-2 code. Any is read.
    ``zone``: datetime; the IANA zone of values without an offset, which are refused without it.
    ``formats``: date and datetime; `strptime` formats tried before ISO, or one of ``"epoch_s"``, ``"epoch_ms"``,
    ``"epoch_us"``. The first is the one written back.
    ``decimal``: number and money; the decimal mark of numbers that come as text.
    ``currency``: money; for amounts that name none, and among those that share a sign such as $.
    ``choices``: choice and list; the allowed golden values, empty for any.
    ``table``: choice, list and bool; golden value to the remote values that mean it, with ``*`` and ``?`` as wildcards,
    in any case. The first match in the given order wins; a bare ``*`` is last and catches the rest.
    ``separator``: list; splits a text, ``""`` takes it as one value.
    """

    type: FieldType = "text"
    blank: tuple[str, ...] = ()
    region: str = ""
    language: str = ""
    zone: str = ""
    formats: tuple[str, ...] = ()
    decimal: Mark = "."
    currency: str = ""
    choices: tuple[str, ...] = ()
    table: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ""


Scalar: TypeAlias = str | bool | int | Decimal
"""One value that is there: `Raw` without blanks and lists; text has been through `characters.clean`."""

Transform: TypeAlias = Callable[[Raw], Golden | Unfit | None]
"""From what a source sends to the normal form; None is blank."""

Inverse: TypeAlias = Callable[[Golden | None], Raw | Unfit]
"""From the normal form to what the source is to be sent; None clears the field."""

Reader: TypeAlias = Callable[[Scalar], Golden | Unfit]
"""The part of a transform that one field type adds."""

Writer: TypeAlias = Callable[[Golden], Raw | Unfit]
"""The part of an inverse that one field type adds."""


def not_normal(field_type: FieldType) -> Unfit:
    """Return why a golden value that is not in the normal form of *field_type* is not written."""
    return Unfit(
        code=f"{field_type}.not_normal",
        what=f"The golden value is not in the normal form of a {field_type}; map the field with one type everywhere.",
    )
