"""A connector on an emulated org, to ask single things of: what comes, and how many calls it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from syncd_salesforce.api import SalesforceConnector
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.answers import Row
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add, delete, entity_of, update

from syncd.spi import Activity, Change, FieldChange, Golden, Opening, Page, Ref, SourceRecord
from syncd.testing import VirtualClock, installed
from syncd.testing.online import online

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
FIELDS = ("Note__c string(60) cunfsgp", "Score__c double(5,2) cunfsp")


class Desk:
    """See the module; to be closed. ``wanted`` are the fields that a mapping would read, ``written`` those it would write."""

    def __init__(
        self,
        folder: Path,
        *,
        wanted: Mapping[str, Sequence[str]] | None = None,
        written: Mapping[str, Sequence[str]] | None = None,
        settings: Mapping[str, object] | None = None,
        page: int = 2_000,
        bulk_page: int = 50_000,
    ) -> None:
        self.spec = installed("salesforce")
        self.folder, self.clock = folder, VirtualClock(START)
        self._stack = ExitStack()
        self.emulator = self._stack.enter_context(Emulator(Options(page=page, bulk_page=bulk_page), clock=self.clock.now))
        self.org = self.emulator.org
        for name in ("Lead", "Contact"):
            for line in FIELDS:
                self.org.add_field(name, field_of(line))
        credentials = self.emulator.credentials
        login = {"login_url": self.emulator.url, "client_id": credentials.client_id, "client_secret": "env:SECRET"}
        self.settings = self.spec.settings.model_validate({**login, **(settings or {})})
        self.wanted = {name: frozenset(some) for name, some in (wanted or {"Lead": ["LastName", "Email"]}).items()}
        self.written = {name: frozenset(some) for name, some in (written or {}).items()}
        secrets = {"env:SECRET": credentials.client_secret}
        self._client = self._stack.enter_context(
            online(self.spec, self.settings, self.clock, resolve=lambda reference: secrets[reference], kept={})
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def connector(self, cache: str = "cache") -> SalesforceConnector:
        """Open the connector as a new process would."""
        folder = self.folder / cache
        folder.mkdir(parents=True, exist_ok=True)
        return SalesforceConnector(
            Opening(
                connection="salesforce",
                settings=self.settings,
                wanted=self.wanted,
                client=self._client,
                home=self.folder,
                cache=folder,
                now=self.clock.now,
                written=self.written,
            )
        )

    # ------------------------------------------------------------ reading

    def read(self, stream: str, cursor: str | None = None) -> list[Page]:
        """Read a stream to the end, a new process for each page."""
        pages = [self.connector().pull(stream, cursor)]
        while pages[-1].more:
            self.clock.advance(pages[-1].wait or timedelta())
            pages.append(self.connector().pull(stream, pages[-1].cursor))
            assert len(pages) < 200
        return pages

    def calls(self) -> Counter[str]:
        """Return the calls that were counted since the last time."""
        counted = Counter({name: many for name, many in self.emulator.instance.calls.items() if "oauth2" not in name})
        self.emulator.instance.calls.clear()
        return counted

    def later(self, **span: float) -> None:
        """Let time pass, 40 minutes if it is not said how much."""
        self.clock.advance(timedelta(**(span or {"minutes": 40})))

    # ------------------------------------------------------------ people in the org

    def add(self, name: str, many: int = 1, **values: str | int | bool) -> list[str]:
        """Add records."""
        defaults: Mapping[str, Row] = {
            "Lead": {"LastName": "Lovelace", "Company": "Firm"},
            "Contact": {"LastName": "Lovelace"},
            "Account": {"Name": "Firm"},
            "Opportunity": {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"},
        }
        with self.emulator.lock:
            return [str(add(self.org, name, {**defaults.get(name, {}), **values})["Id"]) for _ in range(many)]

    def edit(self, key: str, **values: str | None) -> None:
        """Change a record."""
        with self.emulator.lock:
            found = self.org.find(key)
            assert found is not None
            update(self.org, entity_of(self.org, found[0].name), key, values)

    def delete(self, *keys: str) -> None:
        """Delete records, into the recycle bin if there is one for them."""
        with self.emulator.lock:
            for key in keys:
                delete(self.org, key)

    def held(self, key: str) -> Row:
        """Return what the org holds."""
        found = self.org.find(key)
        return found[1] if found is not None else {}


def ids(pages: Sequence[Page]) -> list[str]:
    """Return the identifiers of what came, in order."""
    return [id_of(one) for page in pages for one in page.records]


def id_of(one: SourceRecord | Activity) -> str:
    """Return the identifier of a record or an activity."""
    return one.source_id if isinstance(one, Activity) else one.external_id


def notes(pages: Sequence[Page]) -> list[str]:
    """Return the notes of pages."""
    return [note for page in pages for note in page.notes]


def change(ref: str | Ref, **fields: Golden | None) -> Change:
    """Return a change of a record's fields; without a stream it is a lead's."""
    new = {name: FieldChange(None, value) for name, value in (fields or {"Note__c": "hello"}).items()}
    to = ref if isinstance(ref, Ref) else Ref("Lead", ref)
    return Change(ref=to, fields=new, key=f"key-{to.external_id}")
