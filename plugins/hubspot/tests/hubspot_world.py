"""The emulated portal as the contract wants it: things happen in it by hand, the connector asks it without a socket."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from syncd_hubspot.api import HubSpotConnector, opened
from syncd_hubspot.emulator.activity import Form, MailEvent, Occurrence, Submission
from syncd_hubspot.emulator.definitions import BORN, Option, Property
from syncd_hubspot.emulator.instants import iso, ms
from syncd_hubspot.emulator.running import Options, assemble
from syncd_hubspot.emulator.service import Request
from syncd_hubspot.pages import Sizes

from syncd.spi import (
    Accepted,
    Activity,
    BadAnswer,
    Change,
    Connector,
    FieldChange,
    Finding,
    Golden,
    Gone,
    Login,
    Opening,
    Page,
    Receipt,
    Ref,
    Rejected,
    Remapped,
    RemoteField,
    RemoteSchema,
    Reply,
    SourceRecord,
    Unauthorized,
    Unavailable,
)
from syncd.testing import CANARY, SECRET, Exempt, Failure, VirtualClock, installed

_T = TypeVar("_T")
STREAMS = ("owners", "companies", "contacts", "deals", "calls", "form_submissions", "email_events", "page_views")
EVENTS = STREAMS[5:]
WANTED = {
    "owners": frozenset({"email", "firstName"}),
    "companies": frozenset({"name", "domain"}),
    "contacts": frozenset({"email", "firstname"}),
    "deals": frozenset({"dealname", "dealstage", "dealstage.label"}),
}
NAMED = {"companies": "name", "contacts": "firstname", "deals": "dealname", "calls": "hs_call_disposition"}
OWN = ("own_note", "own_reason", "own_stage")
_SWITCHES = {Failure.BUSY: "477:1", Failure.DOWN: "reset:1", Failure.LOST: "lost:1", Failure.NONSENSE: "hollow:1"}
_HAPPENINGS = {"shift", "vanish", "merge", "drift"}
_ATTEMPTS = 4
_LONGEST_QUERY = 8_000  # how long an address may be HubSpot does not say; servers in front of such an API often stop here


class Direct:
    """The host's client without sockets and pauses: repeats what may be repeated, and logs in anew after a 401."""

    def __init__(self, world: HubSpotWorld) -> None:
        self._world = world

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        given = dict(headers or {})
        may_repeat = method == "GET" or "Idempotency-Key" in given
        request = Request(method=method, path=url, query=urlencode(params or {}), headers={}, body=content or b"")
        for attempt in range(1, _ATTEMPTS + 1):
            reply = self._sent(replace(request, headers=self._headers(given)))
            if reply is None or reply.status >= 500:
                if may_repeat and attempt < _ATTEMPTS:
                    continue
                raise Unavailable(f"{method} {url}: no answer")
            if reply.status == 429:
                if attempt < _ATTEMPTS:
                    continue
                raise Unavailable(f"{method} {url}: answered 429")
            if reply.status == 401:
                raise Unauthorized(f"{method} {url}: access was refused (401)")
            return reply
        raise AssertionError("the last attempt returns or raises")

    def _headers(self, given: Mapping[str, str]) -> dict[str, str]:
        login = Login(
            settings=self._world.settings,
            resolve=lambda ref: self._world.token,
            kept={},
            client=self,
            now=self._world.clock.now(),
        )
        shown = self._world.spec.login(login)
        return {name.lower(): value for name, value in {**given, **shown.headers}.items()}

    def _sent(self, request: Request) -> Reply | None:
        if self._world.refuses_whole:
            request = replace(request, body=re.sub(rb',"objectWriteTraceId":"[^"]*"', b"", request.body))
        if len(request.query) > _LONGEST_QUERY:
            return Reply(status=414, headers={}, body=b"<html>")
        self._world.answers_before(request.path)
        outcome = self._world.service.respond(request)
        if outcome.lost or outcome.cut is not None or outcome.drips or outcome.delay_s > 30:
            return None
        given = {name.lower(): value for name, value in outcome.answer.headers.items()}
        at = datetime.fromtimestamp(self._world.service.portal.now() / 1000, UTC)
        return Reply(
            status=outcome.answer.status,
            headers={"date": format_datetime(at, usegmt=True), **given},
            body=outcome.answer.body,
        )


class Patient:
    """A connector that is asked again, as the host does, when something outside went wrong."""

    def __init__(self, connector: HubSpotConnector, world: HubSpotWorld) -> None:
        self._connector, self._world = connector, world

    def _again(self, call: Callable[[], _T]) -> _T:
        for _ in range(0 if self._world.is_failing else 19):
            with suppress(Unavailable, BadAnswer):
                return call()
        return call()

    def check(self) -> Sequence[Finding]:
        return self._again(self._connector.check)

    def schema(self) -> RemoteSchema:
        return self._again(self._connector.schema)

    def pull(self, stream: str, cursor: str | None) -> Page:
        return self._again(lambda: self._connector.pull(stream, cursor))

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        receipts = list(self._again(lambda: self._connector.push(changes)))
        for place, (change, receipt) in enumerate(zip(changes, receipts, strict=True)):
            while isinstance(receipt, Rejected) and isinstance(receipt.retry, datetime):
                (receipt,) = self._again(partial(self._connector.push, [change]))
            receipts[place] = receipt
        return receipts

    def reread(self, refs: Sequence[Ref]) -> Sequence[SourceRecord | Activity]:
        return self._again(lambda: self._connector.reread(refs))

    def cursor_since(self, stream: str, since: datetime) -> str:
        return self._connector.cursor_since(stream, since)

    def provision(self, fields: Mapping[str, Sequence[RemoteField]], *, dry_run: bool) -> Sequence[Finding]:
        return self._again(lambda: self._connector.provision(fields, dry_run=dry_run))

    def erase(self, refs: Sequence[Ref]) -> Sequence[Receipt]:
        return self._again(lambda: self._connector.erase(refs))


class HubSpotWorld:
    """See `syncd.testing.World`. *misbehave* are switches of the emulator that stay on throughout.

    ``refuses_whole`` lets a batch be refused for one bad input, as it is without trace ids; ``answers_before`` is called with
    the path of each request before it is answered.
    """

    many = 8
    whole: Mapping[str, str] = {"owners": "HubSpot lists owners without dates"}

    def __init__(self, folder: Path, *, misbehave: str = "", seed: int = 1) -> None:
        open_one = partial(opened, sizes=Sizes(listed=3, searched=3, mailed=3, viewed=3, submitted=3))
        self.spec = replace(installed("hubspot"), open=partial(self._patiently, open_one) if misbehave else open_one)
        self.is_failing = self.refuses_whole = False
        self.answers_before: Callable[[str], object] = lambda path: None
        self.clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        self.service = assemble(Options(clock=lambda: ms(self.clock.now()), seed=seed))
        self.token = f"{SECRET}-token"
        self.service.access.token = self.token
        self.settings = self.spec.settings.model_validate(
            {"token": "env:T", "streams": list(STREAMS), "sweep": "10000h", "history": "1d"}
        )
        self._home, self._misbehave = folder, misbehave
        self._numbers = count(1)
        self._anchor = self.service.portal.create("contacts", {"email": f"{CANARY}@anchor.example"}).id
        self.service.portal.activity.add_form(Form(id="form-1", name="Book a demo", created_at=0, type="captured"))
        for kind in ("contacts", "companies", "deals"):
            self.service.portal.of(kind).properties.update({name: _own(name) for name in OWN})
        self.mend()

    @contextmanager
    def well(self) -> Generator[None]:
        """Let the portal behave within the block."""
        self.service.misbehaviour.switch("")
        yield
        self.mend()

    def settle(self, misbehave: str) -> None:
        """Let nothing more happen by itself; faults of the wire stay."""
        left = [one for one in misbehave.split(",") if one.partition(":")[0] not in _HAPPENINGS]
        self._misbehave = ",".join(left)
        self.mend()

    def opening(self, cache: Path) -> Opening:
        return Opening(
            connection="hubspot",
            settings=self.settings,
            wanted=WANTED,
            client=Direct(self),
            home=self._home,
            cache=cache,
            now=self.clock.now,
        )

    def rest(self) -> None:
        self.clock.advance(timedelta(hours=3))

    def fill(self, stream: str, count: int) -> Sequence[Ref]:
        return [self._add(stream) for _ in range(count)]

    def change(self, ref: Ref) -> None:
        _must_not_be_an_event(ref.stream)
        text = f"{CANARY} changed {next(self._numbers)}"
        if ref.stream == "owners":
            owners = self.service.portal.account.owners
            owners[ref.external_id] = msgspec.structs.replace(owners[ref.external_id], first_name=text)
        else:
            self.service.portal.update(ref.stream, int(ref.external_id), {NAMED[ref.stream]: text})

    def delete(self, ref: Ref) -> None:
        _must_not_be_an_event(ref.stream)
        if ref.stream == "owners":
            self.service.portal.account.dismiss(ref.external_id, at=ms(self.clock.now()))
        else:
            self.service.portal.archive(ref.stream, int(ref.external_id))

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        _must_not_be_an_event(loser.stream)
        if loser.stream == "owners":
            raise Exempt("owners are people's accounts and do not merge")
        merged = self.service.portal.merge(loser.stream, int(winner.external_id), int(loser.external_id))
        return Ref(winner.stream, str(merged.id))

    def spoil(self, stream: str) -> None:
        if stream in {"email_events", "page_views"}:
            raise Exempt("an event without an instant is in no window that could be asked for")
        ref = self._happen(stream, -10_000_000_000_000) if stream in EVENTS else self._add(stream)
        if stream in EVENTS:
            return
        if stream == "owners":
            owners = self.service.portal.account.owners
            owners[ref.external_id] = msgspec.structs.replace(owners[ref.external_id], updated_at=CANARY)
            return
        table = self.service.portal.of(stream)
        held = table.live[int(ref.external_id)]
        if stream == "calls":
            table.put(replace(held, values={**held.values, "hs_timestamp": CANARY}))
        else:
            table.put(replace(held, updated_at=-10_000_000_000_000))

    def late(self, stream: str) -> Callable[[], Ref]:
        if stream == "owners":
            raise Exempt("owners are listed from where they are kept, not searched")
        if stream in EVENTS:
            at = ms(self.clock.now())
            return lambda: self._happen(stream, at)
        self.service.portal.delay = lambda: 10**10
        ref = self._add(stream)
        self.service.portal.delay = lambda: 0
        table = self.service.portal.of(stream)

        def show() -> Ref:
            now = self.service.portal.now()
            table.index.note(int(ref.external_id), table.live[int(ref.external_id)], due=now, now=now)
            return ref

        return show

    def fields(self, ref: Ref) -> Mapping[str, Golden | None]:
        held = self.service.portal.of(ref.stream).live.get(int(ref.external_id))
        values = held.values if held else {}
        return {name: value for name, value in values.items() if name in {*OWN, *NAMED.values(), "email"}}

    def provoke(self, failure: Failure) -> None:
        self.mend()
        self.is_failing = True
        lasting = [one for one in self._misbehave.split(",") if one.partition(":")[0] in {"lag", "late", "ties", "skew"}]
        self.service.misbehaviour.switch(",".join([*lasting, _SWITCHES.get(failure, "")]))
        if failure is Failure.DENIED:
            self.service.access.token = "another"
        elif failure is Failure.MISFIT:
            self._archive_own(archived=True)

    def mend(self) -> None:
        self.is_failing = False
        self.service.access.token = self.token
        self._archive_own(archived=False)
        self.service.misbehaviour.switch(self._misbehave)

    def asking_for(self, receipt: type[Receipt]) -> Change:
        ref, other = self.fill("contacts", 2)
        number = next(self._numbers)
        fields = {"own_note": FieldChange(None, f"{CANARY} {number}"), "own_reason": FieldChange(None, f"x {number}")}
        if receipt is Rejected:
            fields["own_stage"] = FieldChange(None, f"{CANARY} is no option")
        elif receipt is Remapped:
            self.merge(ref, other)
        elif receipt is Gone:
            self.delete(ref)
        elif receipt is Accepted:
            raise Exempt("HubSpot answers every batch at once")
        return Change(ref=ref, fields=fields, key=f"key-{number}")

    def _add(self, stream: str) -> Ref:
        portal, number = self.service.portal, next(self._numbers)
        if stream in EVENTS:
            return self._happen(stream, portal.now())
        if stream == "owners":
            owner = portal.account.hire(7 * number, (CANARY, str(number)), domain="rep.example", at=portal.now())
            return Ref("owners", owner.id)
        values = {NAMED[stream]: f"{CANARY} {number}"}
        if stream == "contacts":
            values["email"] = f"{CANARY}-{number}@person.example"
        elif stream == "deals":
            values |= {"dealstage": "qualifiedtobuy", "pipeline": "default"}
        elif stream == "calls":
            values |= {"hs_timestamp": iso(portal.now()), "hs_call_direction": "OUTBOUND", "hs_call_status": "COMPLETED"}
        record = portal.create(stream, values)
        label = portal.links.default(stream, "contacts") if stream == "calls" else None
        if label is not None:
            portal.associate(label, record.id, self._anchor)
        return Ref(stream, str(record.id))

    def _happen(self, stream: str, at: int) -> Ref:
        """Let somebody do something on the web or with an e-mail."""
        name, happened = f"{stream}-{next(self._numbers)}", self.service.portal.activity
        page = f"https://site.example/{CANARY}"
        if stream == "email_events":
            event = MailEvent(
                created=at, id=name, type="CLICK", recipient=f"{CANARY}@a.example", campaign=1, sent_at=at, url=page
            )
            happened.mail.add(event)
            return Ref(stream, f"{name}@{at}")
        if stream == "page_views":
            view = Occurrence(occurred_at=at, id=name, type="e_visited_page", contact=self._anchor, url=page)
            happened.occurrences.add(view)
            return Ref(stream, name)
        values = (("email", f"{CANARY}@a.example"),)
        filled = Submission(submitted_at=at, conversion_id=name, form="form-1", page_url=page, values=values)
        happened.submissions["form-1"].add(filled)
        return Ref(stream, name)

    def _patiently(self, open_one: Callable[[Opening], Connector], opening: Opening) -> Connector:
        connector = open_one(opening)
        assert isinstance(connector, HubSpotConnector)
        return Patient(connector, self)

    def _archive_own(self, *, archived: bool) -> None:
        table = self.service.portal.of("contacts")
        table.properties["own_note"] = msgspec.structs.replace(table.properties["own_note"], archived=archived)


def _must_not_be_an_event(stream: str) -> None:
    if stream in EVENTS:
        raise Exempt("what people did is never changed, deleted or merged")


def _own(name: str) -> Property:
    kind = ("enumeration", "select") if name == "own_stage" else ("string", "text")
    return Property(
        name=name,
        label=name,
        type=kind[0],
        field_type=kind[1],
        group_name="syncd",
        updated_at=iso(BORN),
        created_at=iso(BORN),
        options=(Option(label="MQL", value="mql"),) if name == "own_stage" else (),
    )
