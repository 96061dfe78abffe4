"""What `syncd check` says of a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from syncd.config import ConnectionConfig
from syncd.engine.access import shared_access
from syncd.engine.checking import checked
from syncd.spi import Budget, Finding, RemoteField, RemoteSchema, Unavailable
from syncd.testing import FakeConnector
from syncd.transport import Limits, Timing
from tests.engine.build import Home, on_sqlite

OWN = [
    Finding(level="ok", what="clock: 0.2 s ahead of the source"),
    Finding(level="error", what="scope contacts.write is missing", remedy="grant it"),
]


@dataclass
class Talkative(FakeConnector):
    """A connector whose check has something to say."""

    home: Home
    schema_fails: bool = False

    def __post_init__(self) -> None:
        super().__init__(self.home.crm)

    def check(self) -> Sequence[Finding]:
        return OWN

    def schema(self) -> RemoteSchema:
        if self.schema_fails:
            raise Unavailable("describe answered 503; tried again later")
        return super().schema()


def crm(home: Home, *budgets: Budget, schema_fails: bool = False) -> ConnectionConfig:
    connection = home.site.config.connections["crm"]
    spec = replace(connection.spec, open=lambda _: Talkative(home, schema_fails), budgets=lambda _: budgets)
    return replace(connection, spec=spec)


def told(findings: Iterable[Finding], level: str) -> list[str]:
    return [one.what for one in findings if one.level == level]


def test_what_the_connector_found_is_told_as_it_said_it(home: Home) -> None:
    assert list(checked(home.site, crm(home)))[:2] == OWN


def test_what_the_connector_found_is_told_even_if_the_source_fails_afterwards(home: Home) -> None:
    found: list[Finding] = []

    with pytest.raises(Unavailable):
        found.extend(checked(home.site, crm(home, schema_fails=True)))

    assert found == OWN


def test_fields_to_write_into_that_are_missing_are_told_with_the_command_that_creates_them(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "Stage": "lead"})
    (missing,) = [one for one in checked(home.site, crm(home)) if "streams.contacts.write" in one.what]

    assert missing.what == "mapping/crm.yaml: streams.contacts.write: no field Score, Why"
    assert missing.remedy == "syncd provision crm creates them, where the source allows"


@on_sqlite
@pytest.mark.parametrize(
    ("write", "theirs", "what"),
    [
        pytest.param("reasons", "int", "which takes no text", id="text into a number"),
        pytest.param("stage", "boolean", "which takes no choice", id="a choice into yes or no"),
        pytest.param("score", "datetime", "which takes no number", id="a number into a time"),
        pytest.param("sla_due", "double", "which takes no datetime", id="a time into a number"),
        pytest.param("score", "currency", "", id="a number into a number"),
        pytest.param("score", "text", "", id="a number into a text"),
        pytest.param("reasons", "textarea", "", id="text into a type not known here"),
    ],
)
def test_what_is_written_into_a_field_that_cannot_hold_it_is_told(home: Home, write: str, theirs: str, what: str) -> None:
    home.mapping = home.mapping.replace("write: {score: Score, stage: Stage, reasons: Why}", f"write: {{{write}: Theirs}}")
    home.open()
    home.crm.add_field("contacts", RemoteField(name="Theirs", type=theirs))
    found = [one.what for one in checked(home.site, crm(home)) if "streams.contacts.write" in one.what]

    where = f"mapping/crm.yaml: streams.contacts.write.{write}: 'Theirs' is a field of type {theirs}, "
    assert found == ([where + what] if what else [])


@on_sqlite
@pytest.mark.parametrize(
    ("write", "length", "needed"),
    [
        pytest.param("reasons", 254, 255, id="sentences into too short a text"),
        pytest.param("reasons", 255, 0, id="sentences into a usual text"),
        pytest.param("stage", 11, 12, id="a word into a text shorter than the longest"),
        pytest.param("stage", 12, 0, id="a word into a text as long as the longest"),
        pytest.param("score", 1, 0, id="a number, which has no length of its own"),
        pytest.param("reasons", 0, 0, id="where nothing is counted"),
    ],
)
def test_what_is_longer_than_its_field_is_told(home: Home, write: str, length: int, needed: int) -> None:
    home.mapping = home.mapping.replace("write: {score: Score, stage: Stage, reasons: Why}", f"write: {{{write}: Theirs}}")
    home.open()
    home.crm.add_field("contacts", RemoteField(name="Theirs", length=length))
    found = told(checked(home.site, crm(home)), "warning")

    what = f"'Theirs' takes {length} characters, where {needed} or more may be written"
    assert found == ([f"mapping/crm.yaml: streams.contacts.write.{write}: {what}"] if needed else [])


def test_streams_that_the_settings_switch_off_are_named_once(home: Home) -> None:
    connection = crm(home)
    left = {name: one for name, one in connection.streams.items() if name == "contacts"}
    said = told(checked(home.site, replace(connection, streams=left, off=("accounts", "visits"))), "ok")

    assert "mapping/crm.yaml: accounts, visits: switched off by the settings, not read" in said


def test_of_a_system_that_nothing_is_written_to_no_field_is_missing(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com"})

    assert not [
        one for one in checked(home.site, replace(crm(home), write_back="none")) if "streams.contacts.write" in one.what
    ]


def test_the_budgets_of_a_day_are_told_with_what_is_used_of_them(home: Home) -> None:
    daily = Budget(name="daily", calls=10, per=timedelta(days=1))
    connection = crm(home, daily, Budget(name="burst", calls=5, per=timedelta(seconds=1)))

    def ask(calls: int) -> None:
        timing = Timing(now=home.site.clock, clock=_clock(), sleep=lambda _: False, rng=home.rng)
        for _ in range(calls):
            shared_access(home.site, connection).meters.take("GET", "/x", Limits(), timing)

    ask(3)
    assert "budget 'daily': 3 of 10 calls in the last 24 hours" in told(checked(home.site, connection), "ok")
    ask(6)
    assert told(checked(home.site, connection), "warning") == ["budget 'daily': 9 of 10 calls in the last 24 hours"]


def _clock() -> Callable[[], float]:
    """A clock on which a second passes at each look."""
    seconds = iter(range(10_000))
    return lambda: float(next(seconds))
