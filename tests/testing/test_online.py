"""The host's own client, as tests of connectors get it."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from syncd.spi import Budget, ConnectorSpec, Login, Pass, SecretRef, Unavailable
from syncd.testing import FakeRemote, FakeSettings, VirtualClock, fake_spec, online

API = "https://api.example.com"
START = datetime(2026, 11, 21, 9, tzinfo=UTC)


def log_in(login: Login) -> Pass:
    number = int(login.kept.get("number", "0")) + 1
    return Pass(headers={"X-Pass": f"{login.resolve(SecretRef('env:TOKEN'))}{number}"}, kept={"number": str(number)})


def spec(clock: VirtualClock) -> ConnectorSpec:
    plain = fake_spec(FakeRemote({"people": "person"}, page_size=1, now=clock.now))
    budget = Budget(name="burst", calls=1, per=timedelta(seconds=10))
    return replace(plain, origins=lambda _: (API,), login=log_in, budgets=lambda _: (budget,))


def test_what_one_opening_keeps_is_given_to_the_next_as_in_another_process(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(200)
    clock, kept = VirtualClock(START), dict[str, str]()
    for _ in range(2):
        with online(spec(clock), FakeSettings(), clock, resolve=lambda _: "t", kept=kept) as client:
            client.request("GET", "/x")

    assert [call.request.headers["x-pass"] for call in route.calls] == ["t1", "t2"]
    assert kept == {"number": "2"}


def test_pauses_and_budgets_move_the_clock_and_take_no_time(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{API}/x").mock(side_effect=[httpx.Response(429, headers={"Retry-After": "30"}), httpx.Response(200)])
    clock = VirtualClock(START)
    with online(spec(clock), FakeSettings(), clock, resolve=lambda _: "t", kept={}) as client:
        assert client.request("GET", "/x").status == 200

    assert timedelta(seconds=30) < clock.now() - START < timedelta(minutes=1)


def test_an_answer_is_waited_for_as_long_as_the_spec_says() -> None:
    clock = VirtualClock(START)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        here = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hasty = replace(spec(clock), origins=lambda _: (here,), patience=timedelta(milliseconds=50))
        with (
            online(hasty, FakeSettings(), clock, resolve=lambda _: "t", kept={}) as client,
            pytest.raises(Unavailable, match="no whole answer in time"),
        ):
            client.request("POST", "/x")
