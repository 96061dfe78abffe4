from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import respx

from syncd.spi import Budget, Misconfigured, Unavailable
from syncd.transport import Limits, Meters
from tests.transport.build import API, Time, client, unlimited

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LIMITS = Limits()


@pytest.mark.parametrize(("calls", "per"), [(0, DAY), (-1, DAY), (5, timedelta(0))])
def test_a_budget_that_allows_nothing_is_refused(calls: int, per: timedelta) -> None:
    with pytest.raises(Misconfigured, match=r"budget 'burst': .* allow nothing; raise the limit it is of"):
        Budget(name="burst", calls=calls, per=per)


def test_a_request_waits_until_the_budget_has_room_again(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{API}/x").respond(200)
    with client(time := Time(), budgets=[Budget(name="burst", calls=2, per=10 * SECOND)]) as http:
        for pause in (0, 3, 0):  # the third call waits until the first is ten seconds ago
            time.now += pause * SECOND
            http.request("GET", f"{API}/x")

    assert time.naps == [7.0]


def test_no_span_of_the_budget_holds_more_calls_than_it_allows() -> None:
    meters, time, made = Meters([Budget(name="burst", calls=5, per=10 * SECOND)], unlimited), Time(), []
    for number in range(40):
        time.now += (number % 3) * SECOND
        meters.take("GET", "/x", LIMITS, time.timing())
        made.append(time.now)

    assert max(sum(0 <= (other - at).total_seconds() < 10 for other in made) for at in made) == 5


def test_a_repeated_attempt_takes_a_slot_of_its_own(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{API}/x").mock(side_effect=[httpx.Response(503), httpx.Response(200), httpx.Response(200)])
    with client(time := Time(), budgets=[Budget(name="burst", calls=2, per=30 * SECOND)]) as http:
        http.request("GET", f"{API}/x")
        http.request("GET", f"{API}/x")

    assert len(time.naps) == 2  # between the attempts, and for room


def test_a_budget_counts_only_what_it_covers() -> None:
    search = Budget(name="search", calls=1, per=SECOND, covers=lambda method, path: path.endswith("/search"))
    meters, time = Meters([search], unlimited), Time()
    for path in ("/contacts", "/contacts", "/contacts/search", "/contacts"):
        meters.take("POST", path, LIMITS, time.timing())
    assert time.naps == []
    meters.take("POST", "/contacts/search", LIMITS, time.timing())
    assert time.naps == [1.0]


def test_a_request_that_waits_for_one_budget_takes_nothing_of_another() -> None:
    narrow = Budget(name="narrow", calls=1, per=100 * SECOND, covers=lambda method, path: path == "/narrow")
    wide = Budget(name="wide", calls=2, per=100 * SECOND)
    meters, time = Meters([wide, narrow], unlimited), Time()
    meters.take("GET", "/narrow", LIMITS, time.timing())
    with pytest.raises(Unavailable, match=r"^GET /narrow: the budget 'narrow' is used up"):
        meters.take("GET", "/narrow", LIMITS, time.timing())
    meters.take("GET", "/other", LIMITS, time.timing())

    assert time.naps == []


def test_who_would_have_to_wait_too_long_is_told_when_to_come_back() -> None:
    meters, time = Meters([Budget(name="hour", calls=1, per=timedelta(hours=1))], unlimited), Time()
    meters.take("GET", "/x", LIMITS, time.timing())
    time.now += timedelta(minutes=10)
    with pytest.raises(Unavailable) as caught:
        meters.take("GET", "/x", LIMITS, time.timing())

    assert (caught.value.retry_after, time.naps) == (timedelta(minutes=50), [])


def test_a_stop_ends_the_wait() -> None:
    meters, time = Meters([Budget(name="burst", calls=1, per=SECOND)], unlimited), Time(stop_after=0)
    meters.take("GET", "/x", LIMITS, time.timing())
    with pytest.raises(Unavailable, match="syncd is stopping"):
        meters.take("GET", "/x", LIMITS, time.timing())


class Book:
    """What a store would do: room for a number of calls."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, budget: Budget, calls: int) -> timedelta:
        if calls > self.room:
            return timedelta(hours=2)
        self.room -= calls
        return timedelta()


def test_a_budget_of_a_day_is_counted_where_other_processes_see_it() -> None:
    book, time = Book(room=2), Time()
    meters = Meters([Budget(name="daily", calls=500, per=DAY)], book)
    meters.take("GET", "/x", LIMITS, time.timing())
    meters.take("GET", "/x", LIMITS, time.timing())
    with pytest.raises(Unavailable) as caught:
        meters.take("GET", "/x", LIMITS, time.timing())

    assert caught.value.retry_after == timedelta(hours=2)


def test_the_last_calls_of_a_large_budget_are_there_one_by_one() -> None:
    book, time = Book(room=2), Time()
    meters = Meters([Budget(name="daily", calls=250_000, per=DAY)], book)
    for _ in range(2):
        meters.take("GET", "/x", LIMITS, time.timing())
    with pytest.raises(Unavailable):
        meters.take("GET", "/x", LIMITS, time.timing())


def test_a_large_budget_is_reserved_some_at_a_time_and_the_rest_given_back() -> None:
    book, time = Book(room=1000), Time()
    meters = Meters([Budget(name="daily", calls=250_000, per=DAY)], book)
    meters.take("GET", "/x", LIMITS, time.timing())
    assert book.room == 900
    meters.rest()
    assert book.room == 999
