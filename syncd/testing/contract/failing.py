"""A remote that fails: every failure has its error, and none of them loses anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from syncd.spi import ConnectorError, Done, Page, Unavailable
from syncd.testing.bench import Bench, attempt, folded, leaks, reading
from syncd.testing.world import ERRORS, Exempt, Failure

_every_failure = pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.name)


class Failing:
    """Part of `ConnectorContract`."""

    @_every_failure
    def test_every_failure_raises_its_error(self, bench: Bench, failure: Failure) -> None:
        errors = _provoked(bench, failure)
        wanted = ERRORS[failure]
        assert errors, f"the remote {failure}, and no call of the connector raised anything"
        wrong = [error for error in errors if not isinstance(error, wanted)]
        assert not wrong, f"the remote {failure}: {type(wrong[0]).__name__} was raised, not {wanted.__name__}"

    @_every_failure
    def test_an_error_says_something_and_quotes_nothing(self, bench: Bench, failure: Failure) -> None:
        for error in _provoked(bench, failure):
            text = " ".join([str(error), *map(repr, error.args), *getattr(error, "__notes__", ())])
            assert str(error).strip(), f"a {type(error).__name__} has no message"
            assert not leaks(text), f"the message of a {type(error).__name__} quotes a value or a secret"

    def test_a_busy_remote_s_own_pause_is_told(self, bench: Bench) -> None:
        errors = [error for error in _provoked(bench, Failure.BUSY) if isinstance(error, Unavailable)]
        assert errors, "a busy remote raised no Unavailable"
        for error in errors:
            pause = error.retry_after
            assert pause is not None and pause > timedelta(0), f"the remote said when to come back, and retry_after is {pause}"

    @_every_failure
    def test_a_failure_lasts_until_it_is_mended(self, bench: Bench, failure: Failure) -> None:
        calls = _failing_calls(bench, failure)
        first = [type(attempt(call)) for call in calls]
        again = [type(attempt(call)) for call in calls]
        if failure is Failure.LOST:  # whoever looks before it writes again may find that the first time was enough
            again = [before if before is Unavailable else after for before, after in zip(first, again, strict=True)]
        assert again == first, f"the remote {failure}, and the second call ended otherwise"

    @_every_failure
    def test_a_failure_is_never_taken_for_an_end(self, bench: Bench, failure: Failure) -> None:
        def pull(stream: str, cursor: str | None) -> Page:
            came = _while_failing(bench, failure, stream, cursor)
            page = bench.open().pull(stream, cursor)
            if isinstance(came, Page) and came.wait is None and page.wait is None:  # else it goes on in its own time
                same = folded([came]) == folded([page]) and came.more == page.more
                assert same, f"the remote {failure}, and {stream} gave {len(came.records)} records instead of an error"
            return page

        for stream in bench.streams:
            bench.filled(stream)
            reading(pull, stream)

    @_every_failure
    def test_a_failure_between_pages_loses_nothing(self, bench: Bench, failure: Failure) -> None:
        def pull(stream: str, cursor: str | None) -> Page:
            came = _while_failing(bench, failure, stream, cursor)
            return came if isinstance(came, Page) else bench.open().pull(stream, cursor)

        for stream in bench.streams:
            bench.filled(stream)
            wanted = bench.whole(stream)
            held = folded(reading(pull, stream))
            assert held == wanted, f"the remote {failure} before every page, and {len(wanted.keys() - held.keys())} are missing"

    @_every_failure
    def test_a_check_of_a_failing_remote_ends_in_words(self, bench: Bench, failure: Failure) -> None:
        connector = bench.open()
        bench.world.provoke(failure)
        outcome = attempt(connector.check)
        said = [str(outcome)] if isinstance(outcome, ConnectorError) else [f"{one.what} {one.remedy}" for one in outcome]
        assert not leaks(" ".join(said)), "the check of a failing remote quotes a value or a secret"


def _provoked(bench: Bench, failure: Failure) -> list[ConnectorError]:
    """Return the errors that pulling every stream and pushing a change end in."""
    outcomes = [attempt(call) for call in _failing_calls(bench, failure)]
    return [outcome for outcome in outcomes if isinstance(outcome, ConnectorError)]


def _failing_calls(bench: Bench, failure: Failure) -> list[Callable[[], object]]:
    """Make the remote fail and return the calls that pull every stream and, where it can be written, push a change."""
    for stream in bench.streams:
        bench.filled(stream)
    connector = bench.open()
    calls: list[Callable[[], object]] = [partial(connector.pull, stream, None) for stream in bench.streams]
    with suppress(Exempt):
        calls.append(partial(connector.push, [bench.world.asking_for(Done)]))
    bench.world.provoke(failure)
    return calls


def _while_failing(bench: Bench, failure: Failure, stream: str, cursor: str | None) -> Page | ConnectorError:
    """Return what asking a failing remote for a page ends in; the remote is mended afterwards."""
    connector = bench.open()
    bench.world.provoke(failure)
    outcome = attempt(lambda: connector.pull(stream, cursor))
    bench.world.mend()
    return outcome
