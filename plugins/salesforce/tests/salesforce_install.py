"""An installation over an emulated org in which people work: the real engine, the real client, time that passes at will."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event
from typing import Self

from sqlalchemy import select
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.answers import ApiError, Row
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add, delete, entity_of, undelete, update
from syncd_salesforce.values import raw

from syncd.config import load
from syncd.engine import sync
from syncd.engine.pull import Pulled
from syncd.engine.site import Counts, Site, opened
from syncd.engine.sync import Outcome
from syncd.store import activities, records
from syncd.store.database import connect
from syncd.store.migrate import migrate
from syncd.store.schema import outbox, record
from syncd.store.streams import Stream
from syncd.testing import VirtualClock, installed

ROOT = Path(__file__).parents[3]
START = datetime(2026, 11, 21, 9, tzinfo=UTC)
RECORDS = ("Account", "Lead", "Contact", "Opportunity", "OpportunityContactRole")
ACTIVITIES = ("Task", "CampaignMember")
STREAMS = (*RECORDS, *ACTIVITIES)
WRITTEN: tuple[str, ...] = (
    "syncd_Score__c double(18,2) cunfsp",
    "syncd_Band__c string(255) cunfsgp",
    "syncd_Grade__c string(255) cunfsgp",
)
WRITTEN += ("syncd_Reasons__c textarea(32768) cunp", "syncd_Stage__c string(255) cunfsgp", "syncd_SLA_Due__c datetime cunfsp")
WRITTEN += tuple(
    f"syncd_{name}__c string(255) cunfsgp" for name in ("SLA", "Next_Step", "Assigned_To", "Disposition", "Disposition_Reason")
)
AGREEMENT = """\
agreement: {version: 1, needs_signatures_from: []}
fields:
  role: {type: choice, values: [ceo, student, marketing_manager, other]}
  industry: {type: choice, values: [technology, financial services, other]}
scoring:
  active_model: m
  models:
    m:
      groups:
        fit: {rules: [{id: ceo, when: role is ceo, points: 40, says: decides}]}
        engagement: {rules: [{id: webinar, when: webinar_attended, points: 20, says: came to a webinar}]}
      bands: {mql: "> 50", nurture: 30..50}
      leave_mql_below: 40
"""


class Quiet:
    """A watcher that says nothing and never stops."""

    def pulled(self, stream: Stream, page: Pulled) -> None: ...

    def stepped(self, step: str, counts: Counts) -> None: ...

    def stopping(self) -> bool:
        return False


class Skipping(Event):
    """Pauses that take no time but move the clock on."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(timedelta(seconds=timeout or 0))
        return False


class Installation:
    """See the module. ``misbehave`` is in force from the start; to be closed."""

    def __init__(
        self,
        folder: Path,
        *,
        misbehave: Sequence[str] = (),
        settings: Mapping[str, object] | None = None,
        streams: Sequence[str] = STREAMS,
    ) -> None:
        self.clock = VirtualClock(START)
        self.random = Random(1)
        self._stack = ExitStack()
        self._folder = folder
        self._settings = dict(settings or {})
        self._streams = tuple(streams)
        self.emulator = self._stack.enter_context(Emulator(Options(page=20, bulk_page=20, seed=1), clock=self.clock.now))
        self.org = self.emulator.org
        self._furnish()
        for text in misbehave:
            self.emulator.misbehave(text)
        self.site = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    # ------------------------------------------------------------ what syncd does

    def cycle(self) -> list[Outcome]:
        """Pull, settle and push once."""
        pulled = sync.pull(self.site, "salesforce", Quiet())
        sync.settle(self.site, Quiet())
        return [pulled, sync.push(self.site, "salesforce", Quiet())]

    def converge(self, *, most: int = 12) -> list[Outcome]:
        """Cycle, time passing in between, until everything went well and nothing is left to be written."""
        outcomes: list[Outcome] = []
        for _ in range(most):
            self.clock.advance(timedelta(minutes=20))
            outcomes = self.cycle()
            hidden = any(re.match(r"\w+: not there", note) for one in outcomes for note in one.notes)
            if all(one.error is None for one in outcomes) and not hidden and not self._is_writing():
                return outcomes
        raise AssertionError(f"after {most} cycles: {[str(one.error) for one in outcomes]}")

    def _is_writing(self) -> bool:
        """Tell whether something is left to be written, now or later; what was refused for its content waits for people."""
        with self.site.store.read() as tx:
            return tx.execute(select(outbox.c.record_id).where(outbox.c.held == "")).first() is not None

    def rest(self) -> None:
        """Let so much time pass that everything shows, and converge."""
        self.clock.advance(timedelta(minutes=45))
        self.converge()

    def writes(self) -> int:
        """Return how many requests that write have been answered."""
        return sum(calls for name, calls in self.emulator.instance.calls.items() if name.split()[0] in {"PATCH", "PUT"})

    # ------------------------------------------------------------ what people do

    def work(self, deeds: int) -> None:
        """Let people in the org do things at random."""
        doings: Sequence[Callable[[], object]] = (
            *(self._lead, self._lead, self._task, self._member, self._edit, self._edit, self._edit_task),
            *(self._delete, self._undelete, self._merge, self._convert, self._empty_bin, self._forget_role),
        )
        for _ in range(deeds):
            self.clock.advance(timedelta(seconds=self.random.randrange(90)))
            with self.emulator.lock:
                self.org.settle()
                try:
                    self.random.choice(doings)()
                except ApiError:
                    continue  # nobody was there to do it with

    def _lead(self) -> None:
        number = len(self.org.rows("Lead", deleted=True))
        title = self.random.choice(["CEO", "Student", "Engineer", None])
        email = f"person{number}@firm{number % 5}.example"
        add(self.org, "Lead", {"LastName": f"L{number}", "Company": f"Firm {number % 5}", "Email": email, "Title": title})

    def _task(self) -> None:
        who, status = self._somebody(), self.random.choice(["Completed", "Not Started"])
        add(self.org, "Task", {"Subject": "Call", "WhoId": who, "TaskSubtype": "Call", "Status": status})

    def _member(self) -> None:
        status = self.random.choice(["Attended", "Sent"])
        add(self.org, "CampaignMember", {"CampaignId": self._campaign, "LeadId": self._somebody("Lead"), "Status": status})

    def _edit(self) -> None:
        who = self._somebody()
        entity = "Lead" if who.startswith("00Q") else "Contact"
        update(self.org, entity_of(self.org, entity), who, {"Title": self.random.choice(["CEO", "CTO", None])})

    def _edit_task(self) -> None:
        task = str(self.random.choice(self.org.rows("Task") or [{}]).get("Id"))
        update(self.org, entity_of(self.org, "Task"), task, {"Status": "Completed"})

    def _delete(self) -> None:
        delete(self.org, self.random.choice([self._somebody(), self._somebody("Task"), self._somebody("CampaignMember")]))

    def _undelete(self) -> None:
        binned = [row for row in self.org.rows("Lead", deleted=True) if row.get("IsDeleted") and not row.get("MasterRecordId")]
        if binned:
            undelete(self.org, str(self.random.choice(binned)["Id"]))

    def _merge(self) -> None:
        merge(self.org, self._somebody("Lead"), [self._somebody("Lead")])

    def _convert(self) -> None:
        convert(self.org, self._somebody("Lead"), opportunity=self.random.choice(["Deal", None]))

    def _empty_bin(self) -> None:
        gone = [str(row["Id"]) for row in self.org.rows("Task", deleted=True) if row.get("IsDeleted")]
        self.org.remove("Task", gone)

    def _forget_role(self) -> None:
        delete(self.org, self._somebody("OpportunityContactRole"))

    def _somebody(self, *entities: str) -> str:
        rows = [row for one in entities or ("Lead", "Contact") for row in self.org.rows(one) if not row.get("IsConverted")]
        if not rows:
            raise ApiError("NOT_FOUND", "nobody is there")
        return str(self.random.choice(rows)["Id"])

    # ------------------------------------------------------------ is it the same?

    def differences(self) -> list[str]:
        """Compare the store with the org, record by record."""
        with self.emulator.lock:
            self.org.settle()
        return [
            *(one for name in RECORDS if name in self._streams for one in self._record_differences(name)),
            *(one for name in ACTIVITIES if name in self._streams for one in self._activity_differences(name)),
        ]

    def _record_differences(self, name: str) -> list[str]:
        stream = self.site.by_name["salesforce", name]
        shown = self.org.visible(name)
        types = {field.name: field.type for field in shown.fields} if shown is not None else {}
        wanted = self.site.config.connections["salesforce"].streams[name].wanted & types.keys()
        rows = {str(row["Id"]): row for row in self.org.rows(name, deleted=True)}
        with self.site.store.read() as tx:
            known = [row.external_id for row in tx.execute(select(record).where(record.c.stream_id == stream.id))]
            held = records.load(tx, stream.id, {*known, *rows})
        found: list[str] = []
        for key in {*held, *rows}:
            row, one = rows.get(key, {"IsDeleted": True}), held.get(key)
            lives = not row.get("IsDeleted") and not row.get("ConvertedContactId")
            if lives != (one is not None and one.speaks):
                found.append(f"{name} {key} {'lives' if lives else 'is gone'}, and the store says otherwise")
            elif lives and one is not None:
                meant = {field: raw(types[field], row.get(field)) for field in wanted}
                differ = {field for field in wanted if str(meant[field]) != str((one.fields or {}).get(field))}
                found += [f"{name} {key} {field}: {meant[field]!r}" for field in sorted(differ)]
        return found

    def _activity_differences(self, name: str) -> list[str]:
        stream = self.site.by_name["salesforce", name]
        rows = {str(row["Id"]): row for row in self.org.rows(name)}
        people = {key: self._person(row) for key, row in rows.items()}
        with self.site.store.read() as tx:
            held = activities.load(tx, stream.id, [*rows, *self._buried(name)])
            entities = records.entities(tx, [one.record_id for group in held.values() for one in group])
            whose = {key: entities[group[0].record_id] for key, group in held.items()}
            meant: dict[str, int | None] = {}
            for key, (entity, who) in people.items():
                known = records.known(tx, self.site.by_name["salesforce", entity].id, [who]) if who else {}
                meant |= {key: known[who].entity_id} if known else {}
        return [
            f"{name} {key}: {whose.get(key)} {meant.get(key)}" for key in {*whose, *meant} if whose.get(key) != meant.get(key)
        ]

    def _buried(self, name: str) -> list[str]:
        deleted = [str(row["Id"]) for row in self.org.rows(name, deleted=True) if row.get("IsDeleted")]
        return [*deleted, *(one.id for one in self.org.deletions if one.entity == name)]

    def _person(self, row: Row) -> tuple[str, str]:
        who = str(row.get("WhoId") or row.get("ContactId") or row.get("LeadId") or "")
        return "Lead" if who.startswith("00Q") else "Contact", who

    # ------------------------------------------------------------ setting up

    def _furnish(self) -> None:
        for name in ("Lead", "Contact"):
            for line in WRITTEN:
                self.org.add_field(name, field_of(line))
        self._campaign = str(add(self.org, "Campaign", {"Name": "SLA 101", "Type": "Webinar"})["Id"])
        for _ in range(30):
            self._lead()

    def _opened(self) -> Site:
        folder = self._folder
        (folder / "mapping").mkdir(parents=True)
        (folder / "mapping" / "salesforce.yaml").write_text(_mapping(self._streams))
        (folder / "agreement.yaml").write_text(AGREEMENT)
        (folder / "secret").write_text(self.emulator.credentials.client_secret)
        given = {
            "login_url": self.emulator.url,
            "client_id": self.emulator.credentials.client_id,
            "client_secret": "file:secret",
        }
        settings = "".join(f"      {name}: {value}\n" for name, value in {**given, **self._settings}.items())
        text = f"connections:\n  salesforce:\n    type: salesforce\n    write_back: live\n    settings:\n{settings}"
        (folder / "syncd.yaml").write_text(text)
        config = load(folder, {"salesforce": installed("salesforce")})
        (folder / "syncd.db").write_bytes(_empty_store())
        store = connect(f"sqlite:///{folder}/syncd.db", home=folder)
        self._stack.callback(store.close)
        return replace(opened(config, store, clock=self.clock.now, rng=Random(7)), stop=Skipping(self.clock))


@cache
def _mapping(streams: Sequence[str]) -> str:
    """Return the default mapping of *streams*."""
    head, *parts = re.split(r"^(?=  \w+:)", (ROOT / "config" / "mapping" / "salesforce.yaml").read_text(), flags=re.MULTILINE)
    return head + "".join(part for part in parts if part.split(":")[0].strip() in streams)


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        store = connect(f"sqlite:///{folder}/syncd.db", home=Path(folder))
        migrate(store)
        store.close()
        return (Path(folder) / "syncd.db").read_bytes()
