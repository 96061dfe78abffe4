from __future__ import annotations

import threading
from datetime import timedelta

import httpx
import pytest
import respx

from syncd.spi import Client, Misconfigured, Pass, Unauthorized, Unavailable
from syncd.testing import NoClient
from syncd.transport import Passport
from tests.transport.build import API, NOW, Time, client

LOGIN = "https://login.example.com"
HOME = "https://acme.my.example.com"
NOBODY = NoClient()


def shown(route: respx.Route) -> list[str]:
    return [call.request.headers.get("authorization", "") for call in route.calls]


class Desk:
    """Gives numbered passes and counts them."""

    def __init__(self, *, lasts: timedelta | None = None, time: Time | None = None, origin: str = "") -> None:
        self.given = 0
        self.lasts, self.time, self.origin = lasts, time or Time(), origin

    def __call__(self, nobody: Client) -> Pass:
        self.given += 1
        expires = self.time.now + self.lasts if self.lasts else None
        return Pass(headers={"Authorization": f"token-{self.given}"}, expires_at=expires, origin=self.origin)


def test_one_login_serves_many_requests(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(200)
    with client(Time(), desk := Desk()) as http:
        for _ in range(3):
            http.request("GET", f"{API}/x")

    assert (shown(route), desk.given) == (["token-1"] * 3, 1)


@pytest.mark.parametrize(
    ("lasts", "later", "logins"),
    [
        pytest.param(timedelta(hours=1), timedelta(minutes=58, seconds=59), 1, id="more than a minute is left"),
        pytest.param(timedelta(hours=1), timedelta(minutes=59), 2, id="a minute is left"),
        pytest.param(timedelta(seconds=100), timedelta(seconds=89), 1, id="a short one: more than a tenth is left"),
        pytest.param(timedelta(seconds=100), timedelta(seconds=90), 2, id="a short one: a tenth is left"),
        pytest.param(None, timedelta(days=999), 1, id="one that does not expire"),
    ],
)
def test_a_pass_is_renewed_before_it_expires(
    respx_mock: respx.MockRouter, lasts: timedelta | None, later: timedelta, logins: int
) -> None:
    respx_mock.get(f"{API}/x").respond(200)
    time = Time()
    with client(time, desk := Desk(lasts=lasts, time=time)) as http:
        http.request("GET", f"{API}/x")
        time.now += later
        http.request("GET", f"{API}/x")

    assert desk.given == logins


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_request_goes_out_once_more_with_a_new_pass(respx_mock: respx.MockRouter, method: str) -> None:
    route = respx_mock.route(url=f"{API}/x").mock(side_effect=[httpx.Response(401), httpx.Response(200)])
    with client(time := Time(), Desk()) as http:
        assert http.request(method, f"{API}/x").status == 200

    assert (shown(route), time.naps) == (["token-1", "token-2"], [])


def test_a_second_refusal_stops_the_connection(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(401)
    with (
        client(Time(), desk := Desk()) as http,
        pytest.raises(Unauthorized, match=r"^GET api.example.com/x: access was refused \(401\), after a new log-in too; see"),
    ):
        http.request("GET", f"{API}/x")

    assert (route.call_count, desk.given) == (2, 2)


def test_a_login_talks_without_a_pass_and_judges_a_401_itself(respx_mock: respx.MockRouter) -> None:
    token = respx_mock.post(f"{LOGIN}/token").respond(401, content=b"expired")

    def log_in(nobody: Client) -> Pass:
        reply = nobody.request("POST", f"{LOGIN}/token", content=b"grant")
        raise Unauthorized(f"the refresh token is {reply.body.decode()}; connect anew")

    with (
        client(Time(), log_in, origins=(API, LOGIN)) as http,
        pytest.raises(Unauthorized, match=r"^the refresh token is expired; connect anew$"),
    ):
        http.request("GET", f"{API}/x")

    assert (shown(token), token.call_count) == ([""], 1)


def test_a_login_that_gets_no_answer_is_not_repeated_by_the_request_that_needs_it(respx_mock: respx.MockRouter) -> None:
    token = respx_mock.get(f"{LOGIN}/token").respond(503)

    def log_in(nobody: Client) -> Pass:
        nobody.request("GET", f"{LOGIN}/token")
        raise AssertionError("not reached")

    with (
        client(Time(), log_in, origins=(API, LOGIN)) as http,
        pytest.raises(Unavailable, match=r"^logging in: GET login\.example\.com/token: answered 503; tried again later$"),
    ):
        http.request("GET", f"{API}/x")

    assert token.call_count == 4


def test_a_url_that_begins_with_a_slash_goes_where_the_pass_is_good(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{HOME}/services/data", params={"a": "1"}).respond(200)
    with client(Time(), Desk(origin=HOME), origins=(LOGIN,)) as http:
        http.request("GET", "/services/data", params={"a": "1"})
        http.request("GET", f"{HOME}/services/data?a=1")

    assert shown(route) == ["token-1", "token-1"]


def test_a_url_that_begins_with_a_slash_goes_to_the_first_origin_if_the_pass_names_none(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/x").respond(200)
    with client(Time(), Desk(), origins=(API, LOGIN)) as http:
        http.request("GET", "/x")

    assert route.call_count == 1


def test_a_new_pass_may_be_good_elsewhere(respx_mock: respx.MockRouter) -> None:
    old, new = (
        respx_mock.get("https://old.example.com/x").respond(401),
        respx_mock.get("https://new.example.com/x").respond(200),
    )
    homes = iter(["https://old.example.com", "https://new.example.com"])
    with client(Time(), lambda nobody: Pass(headers={}, origin=next(homes)), origins=(LOGIN,)) as http:
        http.request("GET", "/x")
        with pytest.raises(Misconfigured):
            http.request("GET", "https://old.example.com/x")

    assert (old.call_count, new.call_count) == (1, 1)


@pytest.mark.parametrize(
    "origin", ["http://acme.example.com", "https://acme.example.com/path", "https://me:pw@acme.example.com"]
)
def test_a_pass_cannot_lead_to_an_unsafe_address(respx_mock: respx.MockRouter, origin: str) -> None:
    with client(Time(), Desk(origin=origin), origins=(LOGIN,)) as http, pytest.raises(Misconfigured):
        http.request("GET", "/x")

    assert len(respx_mock.calls) == 0


def test_a_path_of_the_pass_cannot_name_another_host(respx_mock: respx.MockRouter) -> None:
    with client(Time(), Desk(origin=HOME), origins=(LOGIN,)) as http, pytest.raises(Misconfigured):
        http.request("GET", "//evil.example/x")

    assert len(respx_mock.calls) == 0


def test_threads_log_in_once() -> None:
    inside, go = threading.Event(), threading.Event()
    logins: list[Pass] = []

    def log_in(nobody: Client) -> Pass:
        inside.set()
        go.wait(5)
        logins.append(Pass(headers={}))
        return logins[-1]

    passport = Passport(log_in, lambda: NOW)
    seen: list[Pass] = []
    threads = [threading.Thread(target=lambda: seen.append(passport.current(NOBODY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    go.set()
    for thread in threads:
        thread.join()

    assert (len(logins), seen) == (1, logins * 8)


def test_of_many_who_were_refused_one_logs_in() -> None:
    desk = Desk()
    passport = Passport(desk, lambda: NOW)
    refused = passport.current(NOBODY)
    renewed = [passport.renewed(NOBODY, refused) for _ in range(5)]

    assert (desk.given, {one.headers["Authorization"] for one in renewed}) == (2, {"token-2"})


def test_a_pass_that_was_refused_is_not_shown_again_when_logging_in_fails() -> None:
    answers = iter([Pass(headers={"X": "1"}), None, Pass(headers={"X": "2"})])

    def log_in(nobody: Client) -> Pass:
        if (given := next(answers)) is None:
            raise Unavailable("down")
        return given

    passport = Passport(log_in, lambda: NOW)
    refused = passport.current(NOBODY)
    with pytest.raises(Unavailable):
        passport.renewed(NOBODY, refused)

    assert passport.current(NOBODY).headers == {"X": "2"}


def test_what_proves_who_we_are_is_in_no_text_of_a_pass() -> None:
    assert "canary" not in repr(Pass(headers={"X": "canary"}, kept={"refresh": "canary"}))
