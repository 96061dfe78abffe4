"""The emulated portal as the contract wants it: things happen in it by hand, the connector asks it without a socket."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from syncd_hubspot.api import opened
from syncd_hubspot.emulator.definitions import BORN, Option, Property
from syncd_hubspot.emulator.instants import iso, ms
from syncd_hubspot.emulator.running import Options, assemble
from syncd_hubspot.emulator.service import Request
from syncd_hubspot.pulling import Sizes

from syncd.spi import (
    Accepted,
    Change,
    FieldChange,
    Golden,
    Gone,
    Login,
    Opening,
    Receipt,
    Ref,
    Rejected,
    Remapped,
    Reply,
    Unauthorized,
    Unavailable,
)
from syncd.testing import CANARY, SECRET, Exempt, Failure, VirtualClock, installed

STREAMS = ("owners", "companies", "contacts", "deals", "calls")
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


class HubSpotWorld:
    """See `syncd.testing.World`. *misbehave* are switches of the emulator that stay on throughout."""

    many = 8
    whole: Mapping[str, str] = {"owners": "HubSpot lists owners without dates"}
    spec = replace(installed("hubspot"), open=partial(opened, sizes=Sizes(listed=3, searched=3)))

    def __init__(self, folder: Path, *, misbehave: str = "", seed: int = 1) -> None:
        self.clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
        self.service = assemble(Options(clock=lambda: ms(self.clock.now()), seed=seed))
        self.token = f"{SECRET}-token"
        self.service.access.token = self.token
        self.settings = self.spec.settings.model_validate(
            {"token": "env:T", "streams": list(STREAMS), "sweep_hours": 10_000, "base_url": "http://127.0.0.1:1"}
        )
        self._home, self._misbehave = folder, misbehave
        self._numbers = count(1)
        self._anchor = self.service.portal.create("contacts", {"email": f"{CANARY}@anchor.example"}).id
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
        text = f"{CANARY} changed {next(self._numbers)}"
        if ref.stream == "owners":
            owners = self.service.portal.account.owners
            owners[ref.external_id] = msgspec.structs.replace(owners[ref.external_id], first_name=text)
        else:
            self.service.portal.update(ref.stream, int(ref.external_id), {NAMED[ref.stream]: text})

    def delete(self, ref: Ref) -> None:
        if ref.stream == "owners":
            self.service.portal.account.dismiss(ref.external_id, at=ms(self.clock.now()))
        else:
            self.service.portal.archive(ref.stream, int(ref.external_id))

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        if loser.stream == "owners":
            raise Exempt("owners are people's accounts and do not merge")
        merged = self.service.portal.merge(loser.stream, int(winner.external_id), int(loser.external_id))
        return Ref(winner.stream, str(merged.id))

    def spoil(self, stream: str) -> None:
        ref = self._add(stream)
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
        if failure is Failure.DENIED:
            self.service.access.token = "another"
        elif failure is Failure.MISFIT:
            self._archive_own(archived=True)
        else:
            self.service.misbehaviour.switch(_SWITCHES[failure])

    def mend(self) -> None:
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

    def _archive_own(self, *, archived: bool) -> None:
        table = self.service.portal.of("contacts")
        table.properties["own_note"] = msgspec.structs.replace(table.properties["own_note"], archived=archived)


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
