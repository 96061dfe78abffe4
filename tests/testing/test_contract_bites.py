"""The contract bites: each broken connector is caught by the named tests, with words that name the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testing import (
    broken_abstaining,
    broken_describing,
    broken_failing,
    broken_paging,
    broken_pushing,
    broken_records,
)
from tests.testing.breaking import Variant, names, opened, verdicts

VARIANTS = [
    *broken_describing.VARIANTS,
    *broken_paging.VARIANTS,
    *broken_records.VARIANTS,
    *broken_pushing.VARIANTS,
    *broken_failing.VARIANTS,
    *broken_abstaining.VARIANTS,
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.fault)
def test_a_broken_connector_is_caught(variant: Variant, tmp_path: Path) -> None:
    for test, words in variant.caught.items():
        found = verdicts(test, variant.world, tmp_path)
        assert any(words in one for one in found), f"{test} says: {found}"


@pytest.mark.parametrize("test", names())
def test_the_intact_connector_passes(test: str, tmp_path: Path) -> None:
    assert not any(verdicts(test, opened(lambda intact: intact), tmp_path))


def test_every_test_of_the_contract_catches_something() -> None:
    assert set(names()) == {test for variant in VARIANTS for test in variant.caught}
