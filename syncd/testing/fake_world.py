"""The world of `FakeConnector`: the example of what an author writes so that the contract can run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.spi import (
    Accepted,
    Activity,
    BadAnswer,
    Change,
    ConnectorError,
    FieldChange,
    Golden,
    Gone,
    Kind,
    Misconfigured,
    Opening,
    Problem,
    Receipt,
    Ref,
    Refused,
    Rejected,
    Remapped,
    Reply,
    SourceRecord,
    Unauthorized,
    Unavailable,
)
from syncd.testing.clock import VirtualClock
from syncd.testing.fake import FakePlugin, FakeSettings
from syncd.testing.hooks import hooked
from syncd.testing.remote import FakeRemote
from syncd.testing.world import CANARY, Failure

_STREAMS: Mapping[str, Kind] = {"companies": "account", "people": "person", "visits": "activity"}

_ERRORS: Mapping[Failure, ConnectorError] = {
    Failure.BUSY: Unavailable("the fake is busy", retry_after=timedelta(seconds=30)),
    Failure.DOWN: Unavailable("the fake cannot be reached"),
    Failure.DENIED: Unauthorized("the fake refuses our access; renew it"),
    Failure.MISFIT: Misconfigured('the fake has no account "demo"; correct "account"'),
    Failure.NONSENSE: BadAnswer("the fake's reply has no rows"),
}


class FakeWorld:
    """See `World`."""

    many = 8
    whole: Mapping[str, str] = {}

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        self.remote = FakeRemote(_STREAMS, page_size=3, now=self.clock.now, forms={"email": _lowercase})
        self.spec = hooked(FakePlugin(remote=self.remote), "fake")  # a real plugin's world says: installed("fake")
        self._home = folder
        self._made = 0

    def opening(self, cache: Path) -> Opening:
        return Opening(
            connection="fake",
            settings=FakeSettings(),
            wanted={stream: frozenset({"email", "score"}) for stream in _STREAMS},
            client=NoClient(),
            home=self._home,
            cache=cache,
            now=self.clock.now,
        )

    def rest(self) -> None:
        self.clock.advance(timedelta(minutes=1))
        self.remote.finish_jobs()

    def fill(self, stream: str, count: int) -> Sequence[Ref]:
        return [self.remote.commit(self._new(stream)) for _ in range(count)]

    def change(self, ref: Ref) -> None:
        entry = self.remote.look(ref)
        if isinstance(entry, Activity):
            self.remote.commit(replace(entry, asset=f"{CANARY} changed"))
        else:
            self.remote.put(*ref, {"email": f"{CANARY}-changed@example.org"})

    def delete(self, ref: Ref) -> None:
        self.remote.delete(ref)

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        return self.remote.merge(loser, winner)

    def spoil(self, stream: str) -> None:
        problem = Problem(where=f"{stream}.email", what="is no e-mail address", code="email")
        self.remote.commit(Refused(stream=stream, external_id="bad", problem=problem, raw=CANARY))

    def late(self, stream: str) -> Callable[[], Ref]:
        record = self._new(stream)
        return lambda: self.remote.commit(record)

    def fields(self, ref: Ref) -> Mapping[str, Golden | None]:
        return self.remote.fields(ref)

    def provoke(self, failure: Failure) -> None:
        if failure is Failure.LOST:
            self.remote.loses_answers = True
        else:
            self.remote.fail(_ERRORS[failure])

    def mend(self) -> None:
        self.remote.mend()

    def asking_for(self, receipt: type[Receipt]) -> Change:
        ref, other = self.fill("people", 2)
        if receipt is Rejected:
            self.remote.reject(ref, Rejected(code="too_long", what="the value is too long", field="score"))
        elif receipt is Remapped:
            self.remote.merge(ref, other)
        elif receipt is Gone:
            self.remote.delete(ref)
        elif receipt is Accepted:
            self.remote.slow_down(ref)
        fields = {
            "score": FieldChange(None, f"{CANARY} {self._made}"),
            "email": FieldChange(None, f"{CANARY.upper()}-{self._made}@EXAMPLE.ORG"),
        }
        return Change(ref=ref, fields=fields, key=f"key-{self._made}")

    def _new(self, stream: str) -> SourceRecord | Activity:
        self._made += 1
        name, now = f"{stream}-{self._made}", self.clock.now()
        if _STREAMS[stream] == "activity":
            return Activity(
                stream=stream, source_id=name, kind="page_view", occurred_at=now, about=(Ref("people", "1"),), asset=CANARY
            )
        fields = {"email": f"{CANARY}-{name}@example.org", "score": None}
        return SourceRecord(stream=stream, external_id=name, changed_at=now, fields=fields, version="1")


class NoClient:
    """A client for connectors that need none: whoever asks it for something is told so."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        raise AssertionError(f"{method} {url}: no request is expected here")


def _lowercase(value: Golden | None) -> Golden | None:
    return value.lower() if isinstance(value, str) else value
