"""Money: an exact amount and its currency as one text, ``"1234.50 EUR"``. Nothing is ever converted or rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

from syncd.mapping.amounts import amount_in, written
from syncd.mapping.characters import plain
from syncd.mapping.reading import Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.model import Golden, Problem, Raw

_NOT_MONEY = Unfit(
    code="money.not_an_amount",
    what="Not one amount of money; write it as 1234.50 EUR.",
)
_NO_CURRENCY = Unfit(
    code="money.no_currency",
    what="The amount names no currency; declare the one of this field, such as currency EUR.",
)
_UNKNOWN_CURRENCY = Unfit(
    code="money.unknown_currency",
    what="The amount names no one known currency; write its ISO code, as in 1234.50 EUR.",
)
_SHARED_SIGN = Unfit(
    code="money.shared_sign",
    what="Several currencies share this sign; declare the currency of this field, or have the source write ISO codes.",
)
_OTHER_CURRENCY = Unfit(
    code="money.other_currency",
    what="The field of this connection holds another currency than the amount, and amounts are never converted.",
)

_CURRENCIES = frozenset(list_currencies())
_LONGEST = 100
_MONEY = re.compile(
    r"(?P<sign>[+-]?)(?P<before>[^\d.,'’+-]*)(?P<amount>[+-]?[.,]?\d(?:[\d.,'’ ]*[\d.,])?)(?P<after>[^\d.,'’+-]*)",
    re.ASCII,
)
# A sign and the currencies it can stand for; it decides alone only where it has one.
_SIGNS = (
    "€ EUR; £ GBP; ₹ INR; ₽ RUB; ₺ TRY; ₩ KRW; ₪ ILS; ₫ VND; ₴ UAH; ₦ NGN; ₱ PHP; ₸ KZT; ₡ CRC; ₲ PYG; ₵ GHS; ₼ AZN; ₾ GEL;"
    "฿ THB; zł PLN; kč CZK; ft HUF; lei RON; лв BGN; rmb CNY; ¥ JPY CNY; jp¥ JPY; cn¥ CNY; cfa XOF XAF; rs INR PKR LKR NPR;"
    "kr SEK NOK DKK ISK; us$ USD; ca$ CAD; c$ CAD NIO; a$ AUD; au$ AUD; nz$ NZD; hk$ HKD; s$ SGD; nt$ TWD; mx$ MXN; r$ BRL;"
    "$ USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP BSD BBD BZD BMD FJD JMD TTD XCD"
)
_MEANT = {sign: frozenset(codes) for sign, *codes in map(str.split, _SIGNS.split(";"))}


def money_reader(reading: Reading) -> Reader:
    """Return what reads money; it gets as many decimals as its currency has, and keeps more if there are.

    >>> read = money_reader(Reading(type="money", decimal=",", currency="EUR"))
    >>> read("1.234,5"), read("£ 3"), read(Decimal("7"))
    ('1234.50 EUR', '3.00 GBP', '7.00 EUR')
    """

    def read(value: Scalar) -> Golden | Unfit:
        shown, marks = _parts(value) if isinstance(value, str) else (value, [])
        amount = _NOT_MONEY if shown is None else amount_in(shown, reading.decimal)
        if isinstance(amount, Unfit):
            return replace(amount, code=amount.code.replace("number.", "money."))
        currency = _currency(marks, reading.currency)
        return currency if isinstance(currency, Unfit) else f"{_padded(amount, currency)} {currency}"

    return read


def money_writer(reading: Reading) -> Writer:
    """Return what writes money: with its code as text, or the amount alone where the connection declares the currency."""

    def write(golden: Golden) -> Raw | Unfit:
        amount, _, currency = golden.partition(" ") if isinstance(golden, str) else ("", "", "")
        if currency not in _CURRENCIES or isinstance(amount_in(amount, "."), Unfit):
            return not_normal("money")
        if reading.currency:
            if reading.currency != currency:
                return _OTHER_CURRENCY
            return Decimal(amount) if reading.decimal == "." else amount.replace(".", ",")
        return golden if reading.decimal == "." else f"{amount.replace('.', ',')} {currency}"

    return write


def money_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with the declared currency."""
    if reading.currency and reading.currency not in _CURRENCIES:
        what = f"no currency {reading.currency!r}; write an ISO code such as EUR"
        yield Problem(where="currency", what=what, code="reading.currency")


def _parts(text: str) -> tuple[str | None, list[str]]:
    """Return the amount as it is written, None if there is not exactly one, and the marks of currency around it."""
    text = plain(text) if len(text) <= _LONGEST else ""
    bracketed = text.startswith("(") and text.endswith(")")
    match = _MONEY.fullmatch(text[1:-1].strip() if bracketed else text)
    if match is None or (match["sign"] and bracketed):
        return None, []
    minus = "-" if bracketed else match["sign"]
    return minus + match["amount"], f"{match['before']} {match['after']}".split()


def _currency(marks: list[str], declared: str) -> str | Unfit:
    if not marks:
        return declared or _NO_CURRENCY
    meant = frozenset.intersection(*map(_meant, marks))
    if not meant:
        return _UNKNOWN_CURRENCY
    if declared in meant:
        return declared
    return next(iter(meant)) if len(meant) == 1 else _SHARED_SIGN


def _meant(mark: str) -> frozenset[str]:
    code = mark.upper()
    return frozenset({code}) if code in _CURRENCIES else _MEANT.get(mark.casefold(), frozenset())


def _padded(amount: int | Decimal, currency: str) -> str:
    whole, _, fraction = written(amount).partition(".")
    fraction = fraction.ljust(_decimals(currency), "0")
    return f"{whole}.{fraction}" if fraction else whole


@lru_cache(maxsize=512)
def _decimals(currency: str) -> int:
    return get_currency_precision(currency)
