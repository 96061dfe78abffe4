"""The emulated org as the contract wants it: things happen in it by hand, the connector asks it over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar, Self

from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.answers import Row
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add, delete, entity_of, update

from syncd.spi import (
    Accepted,
    Change,
    FieldChange,
    Golden,
    Gone,
    Opening,
    Receipt,
    Ref,
    Rejected,
    Remapped,
)
from syncd.testing import CANARY, SECRET, Exempt, Failure, VirtualClock, installed
from syncd.testing.online import online

WANTED = {"Lead": {"LastName", "Email", "Score__c"}, "OpportunityContactRole": {"Role"}}
NAMED: Mapping[str, str] = {
    "Lead": "LastName",
    "OpportunityContactRole": "Role",
    "Task": "Subject",
}
FIELDS = ("Note__c string(60) cunfsgp", "Score__c double(5,2) cunfsp")
FAILURES: Mapping[Failure, str] = {
    Failure.BUSY: "daily_limit",
    Failure.DOWN: "unavailable",
    Failure.LOST: "reset:times=0,method=PATCH",
    Failure.DENIED: "session_dead",
    Failure.MISFIT: "gone",
    Failure.NONSENSE: "html",
}
_STAMPS = re.compile("Modified|Modstamp|Viewed|Referenced")  # what every write sets
PAGE = 20


class SalesforceWorld:
    """See `syncd.testing.World`. ``misbehave`` is in force all the time, in spite of which everything has to go well;
    ``failures`` is what each failure is here.
    """

    many = 2 * PAGE + 1
    whole: Mapping[str, str] = {}
    spec = installed("salesforce")
    misbehave: ClassVar[Sequence[str]] = ()
    failures: ClassVar[Mapping[Failure, str]] = FAILURES
    streams: ClassVar[Sequence[str]] = tuple(NAMED)
    bulk_above: ClassVar[int] = 40_000

    def __init__(self, folder: Path) -> None:
        self._home = folder
        self._stack = ExitStack()
        self._numbers = count(1)
        self.clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        options = Options(page=PAGE, bulk_page=PAGE, seed=7)
        self.emulator = self._stack.enter_context(Emulator(options, clock=self.clock.now))
        self.org = self.emulator.org
        self.emulator.credentials.client_secret = SECRET
        for name in ("Lead", "Contact"):
            for line in FIELDS:
                self.org.add_field(name, field_of(line))
        self._deal = add(self.org, "Opportunity", {"Name": CANARY, "StageName": "Prospecting", "CloseDate": "2026-12-31"})
        self._lead = add(self.org, "Lead", {"LastName": CANARY, "Company": CANARY})
        self._contact = add(self.org, "Contact", {"LastName": CANARY})
        given = {
            "login_url": self.emulator.url,
            "client_id": self.emulator.credentials.client_id,
            "client_secret": "env:SECRET",
        }
        self._settings = self.spec.settings.model_validate({**given, "streams": self.streams, "bulk_above": self.bulk_above})
        resolved = lambda reference: SECRET  # noqa: E731
        self._client = self._stack.enter_context(online(self.spec, self._settings, self.clock, resolve=resolved, kept={}))
        self._misbehave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def opening(self, cache: Path) -> Opening:
        return Opening(
            connection="salesforce",
            settings=self._settings,
            wanted={name: frozenset(wanted) for name, wanted in WANTED.items()},
            client=self._client,
            home=self._home,
            cache=cache,
            now=self.clock.now,
        )

    def rest(self) -> None:
        self.clock.advance(timedelta(minutes=40))

    def fill(self, stream: str, count: int) -> Sequence[Ref]:
        with self.emulator.lock:
            return [Ref(stream, self._add(stream)) for _ in range(count)]

    def change(self, ref: Ref) -> None:
        with self.emulator.lock:
            entity = entity_of(self.org, ref.stream)
            update(self.org, entity, ref.external_id, {NAMED[ref.stream]: f"{CANARY} changed"})

    def delete(self, ref: Ref) -> None:
        with self.emulator.lock:
            delete(self.org, ref.external_id)

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        if loser.stream == "OpportunityContactRole":
            raise Exempt("contact roles do not merge")
        with self.emulator.lock:
            merge(self.org, winner.external_id, [loser.external_id])
        return winner

    def spoil(self, stream: str) -> None:
        with self.emulator.lock:
            bad = {**self._row(self._add(stream)), "SystemModstamp": f"2026-01-01 {CANARY}"}
            self.org.table(stream).put(str(bad["Id"]), bad)

    def late(self, stream: str) -> Callable[[], Ref]:
        with self.emulator.lock:
            before, self.org.lag = self.org.lag, lambda: timedelta(days=1)
            ref = Ref(stream, self._add(stream))
            self.org.lag = before

        def show() -> Ref:
            with self.emulator.lock:
                self.org.latest(stream, ref.external_id)
            return ref

        return show

    def fields(self, ref: Ref) -> Mapping[str, Golden | None]:
        with self.emulator.lock:
            return {name: value for name, value in self._row(ref.external_id).items() if not _STAMPS.search(name)}

    def provoke(self, failure: Failure) -> None:
        self.emulator.behave()
        self.emulator.misbehave(self.failures[failure])

    def mend(self) -> None:
        self.emulator.behave()
        self._misbehave()

    def asking_for(self, receipt: type[Receipt]) -> Change:
        if receipt is Accepted:
            raise Exempt("how many changes there are decides on a job, never one change; test_salesforce_pushing has jobs")
        ref, other = self.fill("Lead", 2)
        if receipt is Remapped:
            self.merge(ref, other)
        elif receipt is Gone:
            self.delete(ref)
        note = f"{CANARY} {next(self._numbers)}"
        fields = {
            "Note__c": FieldChange(None, note * 20 if receipt is Rejected else note),
            "Score__c": FieldChange(None, next(self._numbers) % 100),
        }
        return Change(ref=ref, fields=fields, key=f"key {ref.external_id}")

    def _misbehave(self) -> None:
        for text in self.misbehave:
            self.emulator.misbehave(text)

    def _row(self, external_id: str) -> Row:
        found = self.org.find(external_id)
        return found[1] if found is not None else {}

    def _add(self, stream: str) -> str:
        name = f"{CANARY} {next(self._numbers)}"
        rows: Mapping[str, Row] = {
            "Lead": {"LastName": name, "Company": CANARY, "Email": f"{CANARY}@firm.example"},
            "OpportunityContactRole": {"OpportunityId": self._deal["Id"], "ContactId": self._contact["Id"], "Role": name[:40]},
            "Task": {"Subject": name, "WhoId": self._lead["Id"], "TaskSubtype": "Call"},
        }
        return str(add(self.org, stream, rows[stream])["Id"])
