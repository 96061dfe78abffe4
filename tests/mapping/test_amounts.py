from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.mapping.reading import Mark
from syncd.mapping.transforms import Reading, inverse, transform
from syncd.model import Raw


@pytest.mark.parametrize(
    ("mark", "value", "number"),
    [
        pytest.param(".", "1,234.50", Decimal("1234.5"), id="English"),
        pytest.param(",", "1.234,50", Decimal("1234.5"), id="German"),
        pytest.param(",", "1 234,50", Decimal("1234.5"), id="French"),
        pytest.param(".", "1’234.50", Decimal("1234.5"), id="Swiss"),
        pytest.param(".", "12,34,567", 1234567, id="lakhs"),
        pytest.param(".", "1,234", 1234, id="declared point, so a comma groups"),
        pytest.param(",", "1,234", Decimal("1.234"), id="declared comma"),
        pytest.param(",", "1.234", 1234, id="declared comma, so a point groups"),
        pytest.param(".", "-.5", Decimal("-0.5"), id="no digit before the point"),
        pytest.param(".", "5.", 5, id="no digit after the point"),
        pytest.param(".", "(12.5)", Decimal("-12.5"), id="brackets are a minus"),
        pytest.param(".", "1.5e3", 1500, id="exponent"),
        pytest.param(".", "0012.00", 12, id="leading and trailing zeros"),
        pytest.param(".", "-0.00", 0, id="no negative zero"),
        pytest.param(".", "１２", 12, id="full width"),
        pytest.param(".", "9007199254740993", 9007199254740993, id="beyond float"),
        pytest.param(".", "9" * 38, int("9" * 38), id="38 digits"),
        pytest.param(".", 2**63, 2**63, id="JSON integer"),
        pytest.param(".", Decimal("12.50"), Decimal("12.5"), id="JSON fraction"),
        pytest.param(".", Decimal("1E+3"), 1000, id="JSON exponent"),
        pytest.param(".", Decimal("123456789012345678901234567890.5"), Decimal("123456789012345678901234567890.5"), id="exact"),
    ],
)
def test_a_number_is_read_exactly_as_declared(mark: Mark, value: Raw, number: int | Decimal) -> None:
    found = transform(Reading(type="number", decimal=mark))(value)

    assert found == number
    assert str(found) == str(number)


@pytest.mark.parametrize(
    ("mark", "value", "why"),
    [
        pytest.param(".", "1,23", "decimal_mark", id="1,23 under a point"),
        pytest.param(".", "0,125", "decimal_mark", id="0,125 under a point is no thousand"),
        pytest.param(",", "1.23", "decimal_mark", id="1.23 under a comma"),
        pytest.param(".", "1.234.567,8", "decimal_mark", id="German under a point"),
        pytest.param(".", "NaN", "not_finite", id="NaN"),
        pytest.param(".", "-Infinity", "not_finite", id="Infinity"),
        pytest.param(".", Decimal("sNaN"), "not_finite", id="JSON NaN"),
        pytest.param(".", "1e400", "too_long", id="1e400"),
        pytest.param(".", "1e-400", "too_long", id="1e-400"),
        pytest.param(".", "1" * 5000, "too_long", id="5,000 digits"),
        pytest.param(".", 10**5000, "too_long", id="5,000 digits as JSON"),
        pytest.param(".", Decimal("1." + "0" * 80 + "1"), "too_long", id="80 decimals"),
        pytest.param(".", "45%", "percent", id="percent"),
        pytest.param(".", "€5", "not_a_number", id="currency"),
        pytest.param(".", "11-50", "not_a_number", id="range"),
        pytest.param(".", "10k", "not_a_number", id="unit"),
        pytest.param(".", "1_000", "not_a_number", id="Python's own grouping"),
        pytest.param(".", "5²", "not_a_number", id="superscript"),
        pytest.param(".", "12 3", "not_a_number", id="grouping that is none"),
        pytest.param(".", True, "not_a_number", id="truth"),
    ],
)
def test_a_number_is_never_guessed(mark: Mark, value: Raw, why: str) -> None:
    found = transform(Reading(type="number", decimal=mark))(value)

    assert getattr(found, "code", found) == f"number.{why}"


@pytest.mark.parametrize(
    ("mark", "number", "written"),
    [
        (".", Decimal("1234.5"), Decimal("1234.5")),
        (".", 7, 7),
        (",", Decimal("1234.5"), "1234,5"),
        (",", Decimal("1E-7"), "0,0000001"),
    ],
)
def test_a_number_is_written_with_the_declared_mark(mark: Mark, number: int | Decimal, written: Raw) -> None:
    write = inverse(Reading(type="number", decimal=mark))

    assert write is not None
    assert write(number) == written
