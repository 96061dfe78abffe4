"""Lets a connector do all that it can, once: healthy and failing, by the calls that a host makes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import TypeAlias, TypeVar

from syncd.spi import Accepted, Connector, ConnectorError, Done, Page, Rejected, SupportsJobs, SupportsReread, SupportsSince
from syncd.testing.bench import Bench, attempt, reading
from syncd.testing.world import RECEIPTS, Exempt, Failure

Within: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Makes what every call of the connector, and nothing else, runs in."""

_T = TypeVar("_T")


def tour(bench: Bench, within: Within) -> list[str]:
    """Go once around and return the sentences for operators that came back: findings, notes, reasons, messages."""
    for stream in bench.streams:
        with suppress(Exempt):
            bench.world.spoil(stream)
        bench.filled(stream)
    opening = bench.opening()
    connector = _call(within, lambda: bench.world.spec.open(opening))
    said = _healthy(bench, connector, within) + _pushed(bench, connector, within)
    for failure in Failure:
        said += _failing(bench, connector, failure, within)
    return said


def _call(within: Within, call: Callable[[], _T]) -> _T:
    with within():
        return call()


def _healthy(bench: Bench, connector: Connector, within: Within) -> list[str]:
    said = [f"{one.what} {one.remedy}" for one in _call(within, connector.check)]
    _call(within, connector.schema)

    def pull(stream: str, cursor: str | None) -> Page:
        return _call(within, lambda: connector.pull(stream, cursor))

    for stream in bench.streams:
        pages = reading(pull, stream)
        said += [note for page in pages for note in page.notes]
        said += [repr(refused.problem) for page in pages for refused in page.refused]
        (ref,) = bench.world.fill(stream, 1)
        if isinstance(connector, SupportsReread):
            _call(within, partial(connector.reread, [ref]))
        if isinstance(connector, SupportsSince):
            _call(within, partial(connector.cursor_since, stream, bench.opening().now()))
    return said


def _pushed(bench: Bench, connector: Connector, within: Within) -> list[str]:
    said: list[str] = []
    for kind in RECEIPTS:
        with suppress(Exempt):
            change = bench.world.asking_for(kind)
            for receipt in _call(within, partial(connector.push, [change])):
                if isinstance(receipt, Rejected):
                    said.append(f"{receipt.code} {receipt.what}")
                elif isinstance(receipt, Accepted) and isinstance(connector, SupportsJobs):
                    bench.world.rest()
                    _call(within, partial(connector.receipts, receipt.job))
    return said


def _failing(bench: Bench, connector: Connector, failure: Failure, within: Within) -> list[str]:
    calls: list[Callable[[], object]] = [partial(connector.pull, stream, None) for stream in bench.streams]
    calls.append(connector.check)
    with suppress(Exempt):
        calls.append(partial(connector.push, [bench.world.asking_for(Done)]))
    try:
        bench.world.provoke(failure)
    except Exempt:
        return []
    outcomes = [_call(within, partial(attempt, call)) for call in calls]
    bench.world.mend()
    return [str(outcome) for outcome in outcomes if isinstance(outcome, ConnectorError)]
