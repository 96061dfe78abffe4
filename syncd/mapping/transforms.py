"""The typed transforms of fields: what a source sends to the one normal form of its type, and back.

Pure and compiled once per field. Bad data is a value, `Unfit`, never an exception and never a guess. The laws, which the
tests hold for any value:

* the normal form stays itself under a reading that declares nothing but its type;
* what an inverse writes reads back as the value it was written for, but for what its format has no room for;
* an `Unfit` says the same for every value it is given for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from syncd.mapping.amounts import number_reader, number_writer
from syncd.mapping.characters import clean
from syncd.mapping.choices import bool_reader, bool_writer, choice_problems, choice_reader, choice_writer
from syncd.mapping.countries import country_problems, country_reader, country_writer
from syncd.mapping.domains import domain_reader, email_domain, email_reader, is_free_mail
from syncd.mapping.lists import list_problems, list_transform, list_writer
from syncd.mapping.money import money_problems, money_reader, money_writer
from syncd.mapping.phones import phone_problems, phone_reader
from syncd.mapping.reading import FieldType, Inverse, Reader, Reading, Transform, Unfit, Writer
from syncd.mapping.texts import as_text, blank_words, text_reader, text_writer
from syncd.mapping.times import date_reader, date_writer, datetime_reader, datetime_writer, time_problems
from syncd.model import Golden, Problem, Raw

__all__ = [
    "FieldType",
    "Inverse",
    "Reading",
    "Transform",
    "Unfit",
    "email_domain",
    "inverse",
    "is_free_mail",
    "problems",
    "transform",
]


def transform(reading: Reading) -> Transform:
    """Return the function that reads one field; it takes any value and raises nothing.

    Raises: ValueError if *reading* has `problems`.

    >>> from decimal import Decimal
    >>> read = transform(Reading(type="number", decimal=",", blank=("n/a",)))
    >>> read(" 1.234,50 "), read("N/A"), read("many").code
    (Decimal('1234.5'), None, 'number.not_a_number')
    """
    _refuse(reading)
    return _TYPES[reading.type].read(reading)


def inverse(reading: Reading) -> Inverse | None:
    """Return the function that writes one field back, or None if no value can be: a table of nothing but wildcards.

    Raises: ValueError if *reading* has `problems`.

    >>> write = inverse(Reading(type="choice", table={"ceo": ("chief exec*", "CEO"), "student": ("stud*",)}))
    >>> write("ceo"), write("student").code, write(None)
    ('CEO', 'choice.only_wildcards', None)
    """
    _refuse(reading)
    write = _TYPES[reading.type].write(reading)
    if write is None:
        return None
    blank = blank_words(reading)
    reads_as_blank = Unfit(
        code=f"{reading.type}.reads_as_blank",
        what="This connection declares the value as a word for blank; write another one, or take the word from its list.",
    )

    def written(golden: Golden | None) -> Raw | Unfit:
        raw = None if golden is None else write(golden)
        return reads_as_blank if isinstance(raw, str) and raw.casefold() in blank else raw

    return written


def problems(reading: Reading) -> tuple[Problem, ...]:
    """Return all that is wrong with the declarations of *reading*; ``where`` names the one that is.

    >>> [problem.where for problem in problems(Reading(type="phone", region="Spain"))]
    ['region']
    """
    return tuple(_TYPES[reading.type].problems(reading))


def _refuse(reading: Reading) -> None:
    if found := problems(reading):
        raise ValueError("; ".join(f"{problem.where}: {problem.what}" for problem in found))


def _of_one(reader: Callable[[Reading], Reader]) -> Callable[[Reading], Transform]:
    """Return what compiles *reader* into a transform: it cleans text, takes out blanks, and refuses several values."""

    def compiled(reading: Reading) -> Transform:
        read = reader(reading)
        blank = blank_words(reading)
        several = Unfit(
            code=f"{reading.type}.is_a_list",
            what=f"Several values where one {reading.type} is expected; declare the field as a list, or map one of them.",
        )

        def transform(value: Raw) -> Golden | Unfit | None:
            if isinstance(value, tuple):
                found = [word for word in map(clean, value) if word and word.casefold() not in blank]
                return several if len(found) > 1 else transform(found[0] if found else None)
            if isinstance(value, str):
                value = clean(value)
            if value is None or value == "" or (blank and str(as_text(value, reading.type)).casefold() in blank):
                return None
            return read(value)

        return transform

    return compiled


def _nothing(_: Reading) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    read: Callable[[Reading], Transform]
    write: Callable[[Reading], Writer | None]
    problems: Callable[[Reading], Iterable[Problem]] = _nothing


_TYPES: Mapping[FieldType, _Type] = {
    "text": _Type(read=_of_one(text_reader), write=text_writer),
    "email": _Type(read=_of_one(email_reader), write=text_writer),
    "domain": _Type(read=_of_one(domain_reader), write=text_writer),
    "phone": _Type(read=_of_one(phone_reader), write=text_writer, problems=phone_problems),
    "country": _Type(read=_of_one(country_reader), write=country_writer, problems=country_problems),
    "number": _Type(read=_of_one(number_reader), write=number_writer),
    "money": _Type(read=_of_one(money_reader), write=money_writer, problems=money_problems),
    "date": _Type(read=_of_one(date_reader), write=date_writer, problems=time_problems),
    "datetime": _Type(read=_of_one(datetime_reader), write=datetime_writer, problems=time_problems),
    "bool": _Type(read=_of_one(bool_reader), write=bool_writer, problems=choice_problems),
    "choice": _Type(read=_of_one(choice_reader), write=choice_writer, problems=choice_problems),
    "list": _Type(read=list_transform, write=list_writer, problems=list_problems),
}
