"""What a connector's author writes so that the contract can run: the remote as a test can set it up.

`World` has one method for each thing that happens in a remote. One that cannot happen there raises `Exempt` with the
reason; the tests about it are then skipped and `exemptions` lists it. `syncd.testing.FakeWorld` is the one to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol, get_args
from unittest import SkipTest

from syncd.spi import (
    BadAnswer,
    Change,
    ConnectorError,
    ConnectorSpec,
    Golden,
    Misconfigured,
    Opening,
    Receipt,
    Ref,
    Unauthorized,
    Unavailable,
)

CANARY = "canary-7d1f"
"""A world puts this into the values of every record; it may not turn up in a log, a message or anything an operator reads."""

SECRET = "secret-3b9c"
"""A world puts this wherever the real remote has a secret, for example into the body of an error reply."""


class Exempt(SkipTest):
    """This cannot happen in this remote; the message says why. It skips the test that it leaves."""


class Failure(StrEnum):
    """How a remote fails."""

    BUSY = "busy, and says when to come back"
    DOWN = "cannot be reached"
    LOST = "makes the write, but its answer is lost"
    DENIED = "refuses our access"
    MISFIT = "does not know what a setting or mapping names"
    NONSENSE = "answers what makes no sense"


ERRORS: Mapping[Failure, type[ConnectorError]] = {
    Failure.BUSY: Unavailable,
    Failure.DOWN: Unavailable,
    Failure.LOST: Unavailable,
    Failure.DENIED: Unauthorized,
    Failure.MISFIT: Misconfigured,
    Failure.NONSENSE: BadAnswer,
}
"""What a connector raises for each failure."""

RECEIPTS: tuple[type[Receipt], ...] = get_args(Receipt)
"""Every kind of receipt."""


class World(Protocol):
    """A remote in a test, and the connector for it. Made anew for every test, as ``world(folder)``.

    A world that has something to close is a context manager as well.
    """

    @property
    def spec(self) -> ConnectorSpec:
        """The connector's spec; take it from `installed`, then its entry point is tested too."""
        ...

    @property
    def many(self) -> int:
        """So many records of a stream fill three pages or more."""
        ...

    @property
    def whole(self) -> Mapping[str, str]:
        """The streams which the remote can only list whole each time, and why."""
        ...

    def opening(self, cache: Path) -> Opening:
        """Return what the host would open the connector with, as in a new process."""
        ...

    def rest(self) -> None:
        """Let so much time pass that the connector sees all that happened and no longer looks back on it."""
        ...

    def fill(self, stream: str, count: int) -> Sequence[Ref]:
        """Add *count* records with `CANARY` in their values, all of the same instant if the remote can hold such."""
        ...

    def change(self, ref: Ref) -> None:
        """Give a record another value."""
        ...

    def delete(self, ref: Ref) -> None:
        """Delete a record."""
        ...

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        """Merge two records and return the one that lives on."""
        ...

    def spoil(self, stream: str) -> None:
        """Add a row that cannot become a record, with `CANARY` in it."""
        ...

    def late(self, stream: str) -> Callable[[], Ref]:
        """Add a record that bears the present instant but shows only once the returned function has been called."""
        ...

    def fields(self, ref: Ref) -> Mapping[str, Golden | None]:
        """Return what the remote holds in a record now."""
        ...

    def provoke(self, failure: Failure) -> None:
        """Make the remote fail like this from now on, until `mend`."""
        ...

    def mend(self) -> None:
        """Make the remote work again."""
        ...

    def asking_for(self, receipt: type[Receipt]) -> Change:
        """Return a change that must come back with *receipt*: another one each time, to another record, with another key."""
        ...
