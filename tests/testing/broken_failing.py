"""Connectors that fail wrongly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn

from syncd.spi import (
    BadAnswer,
    ConnectorError,
    Finding,
    Page,
    Unauthorized,
    Unavailable,
)
from syncd.testing import CANARY, SECRET, FakeConnector
from tests.testing.breaking import Patched, Variant, opened, pulling


def takes_it_for_an_end(kind: type[ConnectorError]) -> Callable[[FakeConnector, str, str | None], Page]:
    def pull(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
        try:
            return fake.pull(stream, cursor)
        except kind:
            return Page(records=(), cursor=cursor or "0", more=False)

    return pull


def skips_what_fails(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    try:
        return fake.pull(stream, cursor)
    except ConnectorError:
        return Page(records=(), cursor=str(int(cursor or 0) + 3), more=int(cursor or 0) < 9)


def raising(kind: type[ConnectorError], instead: Callable[[ConnectorError], Exception]) -> Callable[[Patched], Patched]:
    """Turn every *kind* of error, whatever is called, into another one."""

    def wrapped(whole: Patched) -> Patched:
        def fail(error: ConnectorError) -> NoReturn:
            raise instead(error) from error

        def pull(stream: str, cursor: str | None) -> Page:
            try:
                return whole.fake.pull(stream, cursor)
            except kind as error:
                fail(error)

        def check() -> Sequence[Finding]:
            try:
                return whole.fake.check()
            except kind as error:
                fail(error)

        return replace(whole, on_pull=pull, on_check=check)

    return wrapped


def gives_up_failing(whole: Patched) -> Patched:
    failed: list[ConnectorError] = []

    def pull(stream: str, cursor: str | None) -> Page:
        if failed:
            return Page(records=(), cursor=cursor or "0", more=False)
        try:
            return whole.fake.pull(stream, cursor)
        except ConnectorError as error:
            failed.append(error)
            raise

    return replace(whole, on_pull=pull)


_END = "test_a_failure_is_never_taken_for_an_end"
_ITS_ERROR = "test_every_failure_raises_its_error"
_QUOTES = "test_an_error_says_something_and_quotes_nothing"

VARIANTS = [
    Variant(
        fault="an outage is read as the end",
        world=pulling(takes_it_for_an_end(Unavailable)),
        caught={_END: "0 records instead of an error"},
    ),
    Variant(
        fault="lost access is read as the end",
        world=pulling(takes_it_for_an_end(Unauthorized)),
        caught={_END: "0 records instead of an error"},
    ),
    Variant(
        fault="a page that fails is skipped",
        world=pulling(skips_what_fails),
        caught={"test_a_failure_between_pages_loses_nothing": "are missing"},
    ),
    Variant(
        fault="a bad reply raises a KeyError",
        world=opened(raising(BadAnswer, lambda _: KeyError("rows"))),
        caught={_ITS_ERROR: "a KeyError came out", "test_a_check_of_a_failing_remote_ends_in_words": "a KeyError came out"},
    ),
    Variant(
        fault="lost access looks like an outage",
        world=opened(raising(Unauthorized, lambda _: Unavailable("try again"))),
        caught={_ITS_ERROR: "Unavailable was raised, not Unauthorized"},
    ),
    Variant(
        fault="an error quotes a value",
        world=opened(raising(BadAnswer, lambda _: BadAnswer(f"no rows in {CANARY}"))),
        caught={_QUOTES: "quotes", "test_nothing_for_operators_quotes_a_value_or_a_secret": "quote"},
    ),
    Variant(
        fault="an error quotes a secret",
        world=opened(raising(Unauthorized, lambda _: Unauthorized(f"token {SECRET.upper()} is no longer good"))),
        caught={_QUOTES: "quotes"},
    ),
    Variant(
        fault="an error says nothing",
        world=opened(raising(BadAnswer, lambda _: BadAnswer(""))),
        caught={_QUOTES: "has no message"},
    ),
    Variant(
        fault="the remote's own pause is dropped",
        world=opened(raising(Unavailable, lambda error: Unavailable(str(error)))),
        caught={"test_a_busy_remote_s_own_pause_is_told": "retry_after is None"},
    ),
    Variant(
        fault="only the first call fails",
        world=opened(gives_up_failing),
        caught={"test_a_failure_lasts_until_it_is_mended": "ended otherwise"},
    ),
]
