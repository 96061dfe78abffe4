"""Values on the wire, both ways."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from syncd_hubspot.values import instant, iso, millis, written

from syncd.spi import Golden

AT = datetime(2025, 11, 20, 8, 50, 0, 117000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2025-11-20T08:50:00.117Z", id="with milliseconds"),
        pytest.param("2025-11-20T09:50:00.117+01:00", id="another zone"),
        pytest.param("1763628600117", id="epoch"),
        pytest.param("1763628600117.0", id="epoch with a point"),
        pytest.param(1763628600117, id="a number"),
    ],
)
def test_an_instant_is_read_in_every_form_that_occurs(text: object) -> None:
    assert instant(text) == AT


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31", "2026-02-30", None, True, [], "1e400"])
def test_what_is_no_instant_between_1900_and_2100_is_none(text: object) -> None:
    assert instant(text) is None


def test_an_instant_survives_the_way_there_and_back() -> None:
    assert instant(iso(millis(AT))) == AT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "", id="nothing empties"),
        pytest.param(False, "false", id="bool"),
        pytest.param(("b", "c"), "b;c", id="list"),
        pytest.param(Decimal("1E+2"), "100", id="never an exponent"),
        pytest.param(62, "62", id="number"),
        pytest.param("Añí", "Añí", id="text"),
    ],
)
def test_a_value_is_written_as_text(value: Golden | None, text: str) -> None:
    assert written(value) == text
