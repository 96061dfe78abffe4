from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.mapping.transforms import Reading, inverse, transform
from syncd.model import Golden, Raw

POINT = Reading(type="money")
COMMA = Reading(type="money", decimal=",")
DOLLARS = Reading(type="money", currency="CAD")


@pytest.mark.parametrize(
    ("reading", "value", "money"),
    [
        pytest.param(COMMA, "€1.234,50", "1234.50 EUR", id="sign before"),
        pytest.param(COMMA, "1 234,5 €", "1234.50 EUR", id="sign after"),
        pytest.param(POINT, "USD 1,234.50", "1234.50 USD", id="code before"),
        pytest.param(POINT, "1234 usd", "1234.00 USD", id="code after"),
        pytest.param(POINT, "US$5", "5.00 USD", id="which dollar is said"),
        pytest.param(POINT, "$5 USD", "5.00 USD", id="sign and code agree"),
        pytest.param(DOLLARS, "$5", "5.00 CAD", id="shared sign, declared currency"),
        pytest.param(DOLLARS, "£5", "5.00 GBP", id="a sign of one currency outweighs the declared one"),
        pytest.param(DOLLARS, "5", "5.00 CAD", id="declared"),
        pytest.param(DOLLARS, 5, "5.00 CAD", id="JSON integer"),
        pytest.param(DOLLARS, Decimal("5.125"), "5.125 CAD", id="more decimals than usual are kept"),
        pytest.param(POINT, "-€5", "-5.00 EUR", id="minus before the sign"),
        pytest.param(POINT, "€-5", "-5.00 EUR", id="minus after the sign"),
        pytest.param(POINT, "(€5)", "-5.00 EUR", id="brackets"),
        pytest.param(POINT, "¥ 5 JPY", "5 JPY", id="no decimals in yen"),
        pytest.param(POINT, "KWD 1.5", "1.500 KWD", id="three decimals in dinars"),
        pytest.param(POINT, "zł 5", "5.00 PLN", id="letters as a sign"),
    ],
)
def test_money_is_an_amount_and_a_code(reading: Reading, value: Raw, money: str) -> None:
    assert transform(reading)(value) == money


@pytest.mark.parametrize(
    ("reading", "value", "why"),
    [
        pytest.param(POINT, "5", "no_currency", id="no currency"),
        pytest.param(POINT, "$5", "shared_sign", id="which dollar"),
        pytest.param(POINT, "¥5", "shared_sign", id="yen or yuan"),
        pytest.param(POINT, "5 XYZ", "unknown_currency", id="no such code"),
        pytest.param(POINT, "€5 USD", "unknown_currency", id="sign and code disagree"),
        pytest.param(POINT, "5 €/month", "unknown_currency", id="a rate"),
        pytest.param(POINT, "EUR 5 (USD 6)", "not_an_amount", id="two amounts"),
        pytest.param(POINT, "€", "not_an_amount", id="no amount"),
        pytest.param(POINT, "5-10 EUR", "not_an_amount", id="range"),
        pytest.param(POINT, "€1.234,50", "decimal_mark", id="other decimal mark"),
        pytest.param(DOLLARS, Decimal("NaN"), "not_finite", id="NaN"),
        pytest.param(DOLLARS, True, "not_a_number", id="truth"),
    ],
)
def test_money_is_never_guessed(reading: Reading, value: Raw, why: str) -> None:
    assert getattr(transform(reading)(value), "code", "fit") == f"money.{why}"


@pytest.mark.parametrize(
    ("reading", "written"),
    [
        pytest.param(POINT, "1234.50 CAD", id="with its code"),
        pytest.param(COMMA, "1234,50 CAD", id="with a comma"),
        pytest.param(DOLLARS, Decimal("1234.50"), id="the amount where the currency is declared"),
        pytest.param(Reading(type="money", currency="CAD", decimal=","), "1234,50", id="the amount as text with a comma"),
    ],
)
def test_money_is_written_as_it_is_read(reading: Reading, written: Raw) -> None:
    write = inverse(reading)

    assert write is not None
    assert write("1234.50 CAD") == written


@pytest.mark.parametrize("golden", ["5.00 EUR", "5 JPY"])
def test_another_currency_is_not_written(golden: Golden) -> None:
    write = inverse(DOLLARS)

    assert write is not None
    assert getattr(write(golden), "code", "fit") == "money.other_currency"
