from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.mapping.transforms import Reading, transform
from syncd.model import Raw


@pytest.mark.parametrize(
    ("region", "value", "number"),
    [
        pytest.param("", "+34 600 111 222", "+34600111222", id="international"),
        pytest.param("", "+44 (0)20 7946 0958", "+442079460958", id="zero in brackets"),
        pytest.param("", "0034 600 111 222", "+34600111222", id="00 for +"),
        pytest.param("US", "011 34 600 111 222", "+34600111222", id="as the region dials abroad"),
        pytest.param("US", "(650) 253-0000", "+16502530000", id="region"),
        pytest.param("DE", "030/1234567", "+49301234567", id="slash after the area code"),
        pytest.param("IT", "06 6982", "+39066982", id="Italian zero"),
        pytest.param("ES", 600111222, "+34600111222", id="JSON integer"),
        pytest.param("ES", Decimal(600111222), "+34600111222", id="JSON number"),
        pytest.param("", "+1 650 253 0000 x123", "+16502530000", id="extension is dropped"),
        pytest.param("", "tel:+1-650-253-0000;ext=5", "+16502530000", id="tel"),
        pytest.param("", "p:+16502530000", "+16502530000", id="Facebook"),
        pytest.param("", "'+34600111222", "+34600111222", id="spreadsheet apostrophe"),
        pytest.param("", "＋３４ 600111222", "+34600111222", id="full width"),
        pytest.param("US", "1-800-FLOWERS", "+18003569377", id="letters"),
    ],
)
def test_a_phone_number_is_e164(region: str, value: Raw, number: str) -> None:
    assert transform(Reading(type="phone", region=region))(value) == number


@pytest.mark.parametrize(
    ("region", "value", "why"),
    [
        pytest.param("", "600111222", "no_country", id="no region"),
        pytest.param("", 34600111222, "no_country", id="an integer has lost its +"),
        pytest.param("", "+999 12345678", "no_country", id="no such country"),
        pytest.param("US", "253-0000", "no_area_code", id="local"),
        pytest.param("ES", "112", "wrong_length", id="too short"),
        pytest.param("ES", "6001112223334", "wrong_length", id="too long"),
        pytest.param("ES", "ask Ann", "not_a_number", id="words"),
        pytest.param("ES", "+" + "1" * 300, "not_a_number", id="300 digits"),
        pytest.param("ES", True, "not_a_number", id="truth"),
        pytest.param("ES", "3.46E+10", "rounded", id="spreadsheet"),
        pytest.param("ES", "600111222 / 600111333", "several", id="two with a slash"),
        pytest.param("ES", "600111222, 600111333", "several", id="two with a comma"),
        pytest.param("", "+34600111222 or +34600111333", "several", id="two with a word"),
        pytest.param("", "+49 30 1234567/68", "several", id="two that differ at the end"),
        pytest.param("ES", 10**5000, "not_writable_number", id="5,000 digits"),
    ],
)
def test_a_phone_number_is_never_guessed(region: str, value: Raw, why: str) -> None:
    assert getattr(transform(Reading(type="phone", region=region))(value), "code", "fit") == f"phone.{why}"
