"""The suite that every connector passes, on an emulated org, in every mode of misbehavior that one call can show."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from salesforce_world import FAILURES, SalesforceWorld
from syncd_salesforce.emulator.misbehaviour import MODES
from test_salesforce_engine import ALONE, MIXED

from syncd.testing import Failure
from syncd.testing.bench import Bench, bench_of
from syncd.testing.contract import ConnectorContract
from syncd.testing.contract.failing import Failing
from syncd.testing.world import World


class TroubledWorld(SalesforceWorld):
    """An org where much goes wrong that heals within a call: requests, replies, pages, locators, the clock."""

    streams = ("Lead",)
    misbehave = (
        *("unavailable:p=0.1", "throttled:p=0.05", "broken:p=0.05", "session:p=0.02,times=2", "cut:p=0.05,times=0"),
        *("reset:p=0.05,times=0,path=/sobjects", "locator:p=0.3,times=0", "double", "long_text"),
        *("ties:value=300", "clock:value=-90"),
    )


class SlowWorld(SalesforceWorld):
    """An org whose answers are late, come in drips, flooded or not at all, with odd texts in them; logins fail once in use."""

    streams = ("Lead",)
    misbehave = (
        *(
            "slow:value=0.01,p=0.1",
            "drip:value=0,times=2,path=/query",
            "silent:value=0.01,after=5,times=1",
            "header_flood:after=3",
        ),
        *("maintenance:p=0.05", "odd_text", "token_lost:after=1"),
    )


class BulkWorld(SalesforceWorld):
    """An org that is asked by Bulk API for everything."""

    streams = ("Lead",)
    bulk_above = 0


class TestContract(ConnectorContract):
    """All of it."""

    world = SalesforceWorld


class TestContractInTrouble(ConnectorContract):
    """All of it, with trouble."""

    world = TroubledWorld


class TestContractWithSlowAnswers(ConnectorContract):
    """All of it, with answers that come late."""

    world = SlowWorld


class TestContractByBulk(ConnectorContract):
    """All of it, by jobs."""

    world = BulkWorld


# ---------------------------------------------------------------- what ends a call

OTHERS: tuple[Mapping[Failure, str], ...] = (
    {
        Failure.BUSY: "concurrent_limit",
        Failure.DOWN: "maintenance",
        Failure.LOST: "cut:times=0,method=PATCH",
        Failure.DENIED: "api_disabled",
        Failure.MISFIT: "headers_too_large",
        Failure.NONSENSE: "keyless:times=0",
    },
    {
        Failure.BUSY: "not_acceptable",
        Failure.DOWN: "broken",
        Failure.LOST: "silent:value=0.01,method=PATCH",
        Failure.DENIED: "login",
        Failure.MISFIT: "uri_too_long:value=100",
        Failure.NONSENSE: "bomb:value=80,times=0",
    },
    {
        Failure.BUSY: "redirect",
        Failure.DOWN: "edge",
        Failure.LOST: "reset:times=0,method=PATCH",
        Failure.DENIED: "session:times=0",
        Failure.MISFIT: "gone",
        Failure.NONSENSE: "html",
    },
)


def failing(other: Mapping[Failure, str]) -> Callable[[Path], World]:
    return type("FailingWorld", (SalesforceWorld,), {"streams": ("Lead",), "failures": other})


class TestOtherFailures(Failing):
    """Every failure in the other ways in which this org can show it."""

    @pytest.fixture(params=OTHERS, ids=lambda other: "-".join(mode.partition(":")[0] for mode in other.values()))
    def bench(self, request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Bench]:
        with bench_of(failing(request.param), tmp_path) as bench:
            yield bench


# What no single call shows to be right or wrong: rights, rows, values, jobs. The engine's test does.
ENGINE = {
    "no_rights",
    "late",
    "timeout",
    "too_large",
    "empty_page",
    "field_gone",
    "field_retyped",
    "lock",
    "partial",
    "cut_open",
}
ENGINE |= {mode for mode in MODES if mode.startswith("bulk_")}


def test_every_misbehavior_is_in_the_contract_or_in_the_engine_s_test() -> None:
    shown = [
        *TroubledWorld.misbehave,
        *SlowWorld.misbehave,
        *(mode for other in (FAILURES, *OTHERS) for mode in other.values()),
    ]
    assert set(MODES) - {mode.partition(":")[0] for mode in shown} == ENGINE
    tried = {part.partition(":")[0] for one in (*ALONE, *MIXED) for part in one.split()}
    assert tried >= ENGINE
