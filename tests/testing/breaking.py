"""Ways to break the fake connector in one place, and a runner that tells what a test of the contract says to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from unittest import SkipTest

from syncd.spi import (
    Activity,
    Change,
    Connector,
    ConnectorSpec,
    Finding,
    Opening,
    Page,
    Receipt,
    Ref,
    RemoteField,
    RemoteSchema,
    SourceRecord,
)
from syncd.testing import FakeConnector, FakeWorld, World
from syncd.testing.bench import Pull, Record, bench_of
from syncd.testing.contract import ConnectorContract


@dataclass(frozen=True, slots=True, kw_only=True)
class Patched:
    """The fake connector, each of whose calls can be replaced."""

    fake: FakeConnector
    opening: Opening
    on_check: Callable[[], Sequence[Finding]]
    on_schema: Callable[[], RemoteSchema]
    on_pull: Pull
    on_push: Callable[[Sequence[Change]], Sequence[Receipt]]
    on_reread: Callable[[Sequence[Ref]], Sequence[Record]]
    on_since: Callable[[str, datetime], str]
    on_receipts: Callable[[str], Sequence[Receipt] | None]
    on_erase: Callable[[Sequence[Ref]], Sequence[Receipt]]
    on_provision: Callable[[Mapping[str, Sequence[RemoteField]], bool], Sequence[Finding]]

    def check(self) -> Sequence[Finding]:
        return self.on_check()

    def schema(self) -> RemoteSchema:
        return self.on_schema()

    def pull(self, stream: str, cursor: str | None) -> Page:
        return self.on_pull(stream, cursor)

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        return self.on_push(changes)

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        return self.on_reread(refs)

    def cursor_since(self, stream: str, since: datetime) -> str:
        return self.on_since(stream, since)

    def receipts(self, job: str) -> Sequence[Receipt] | None:
        return self.on_receipts(job)

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        return self.on_erase(refs)

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        return self.on_provision(fields, dry_run)


Break: TypeAlias = Callable[[Patched], Patched]
MakeWorld: TypeAlias = Callable[[Path], World]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A broken connector, and which tests must catch it with what words."""

    fault: str
    world: MakeWorld
    caught: Mapping[str, str]


def opened(breaks: Break) -> MakeWorld:
    """Return worlds whose connector is broken by *breaks* whenever it is opened."""

    def world(folder: Path) -> FakeWorld:
        made = FakeWorld(folder)

        def opens(opening: Opening) -> Connector:
            fake = FakeConnector(made.remote)
            return breaks(
                Patched(
                    fake=fake,
                    opening=opening,
                    on_check=fake.check,
                    on_schema=fake.schema,
                    on_pull=fake.pull,
                    on_push=fake.push,
                    on_reread=fake.reread,
                    on_since=fake.cursor_since,
                    on_receipts=fake.receipts,
                    on_erase=fake.erase,
                    on_provision=lambda fields, dry_run: fake.provision(fields, dry_run=dry_run),
                )
            )

        made.spec = replace(made.spec, open=opens)
        return made

    return world


def described(breaks: Callable[[ConnectorSpec], ConnectorSpec]) -> MakeWorld:
    """Return worlds whose spec is broken."""

    def world(folder: Path) -> FakeWorld:
        made = FakeWorld(folder)
        made.spec = breaks(made.spec)
        return made

    return world


def pulling(pull: Callable[[FakeConnector, str, str | None], Page]) -> MakeWorld:
    """Return worlds whose connector pulls like this."""
    return opened(lambda whole: replace(whole, on_pull=lambda stream, cursor: pull(whole.fake, stream, cursor)))


def paging(change: Callable[[Page], Page]) -> MakeWorld:
    """Return worlds whose connector changes every page."""
    return pulling(lambda fake, stream, cursor: change(fake.pull(stream, cursor)))


def recording(change: Callable[[SourceRecord], Record], other: Callable[[Activity], Record]) -> MakeWorld:
    """Return worlds whose connector changes every record and every activity."""

    def changed(record: Record) -> Record:
        return other(record) if isinstance(record, Activity) else change(record)

    return paging(lambda page: replace(page, records=[changed(record) for record in page.records]))


def pushing(push: Callable[[FakeConnector, Sequence[Change]], Sequence[Receipt]]) -> MakeWorld:
    """Return worlds whose connector pushes like this."""
    return opened(lambda whole: replace(whole, on_push=lambda changes: push(whole.fake, changes)))


def everything(fake: FakeConnector, stream: str) -> list[Record]:
    """Return all records of a stream, the latest changed last."""
    page = fake.pull(stream, None)
    records = list(page.records)
    while page.more:
        page = fake.pull(stream, page.cursor)
        records += page.records
    return records


# ---------------------------------------------------------------- running the contract without pytest


def names() -> list[str]:
    """Return the names of the contract's tests."""
    return [name for name, _ in inspect.getmembers(ConnectorContract) if name.startswith("test_")]


def verdicts(test: str, world: MakeWorld, folder: Path) -> list[str]:
    """Run a test with each of its parameters; return what it fails with, "" where it passes and "skipped: ..." as said."""
    found: list[str] = []
    for number, parameters in enumerate(_parameters(test)):
        place = folder / f"{test}-{number}"
        place.mkdir()
        try:
            with bench_of(world, place) as bench:
                getattr(ConnectorContract(), test)(bench, **parameters)
            found.append("")
        except SkipTest as reason:
            found.append(f"skipped: {reason}")
        except AssertionError as error:
            found.append(str(error))
    return found


def _parameters(test: str) -> Iterator[Mapping[str, object]]:
    marks = [mark for mark in getattr(getattr(ConnectorContract, test), "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield {}
    for mark in marks:
        name, values = mark.args
        yield from ({name: value} for value in values)
