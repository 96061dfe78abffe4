"""Recorded exchanges of a HubSpot account with the v3 objects API, custom objects included, against the emulated account.

The emulated account is given the custom object, the custom properties, and the records that the recorded one already had, and a
search sees of each record the state that the recorded one saw. Everything else happens by the requests themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from syncd_hubspot.emulator import Options, assemble
from syncd_hubspot.emulator.definitions import parsed
from syncd_hubspot.emulator.index import Index
from syncd_hubspot.emulator.instants import ms
from syncd_hubspot.emulator.kinds import ObjectKind
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.records import Record
from syncd_hubspot.emulator.service import Request, Service
from syncd_hubspot.emulator.wire import Answer

from tests.recorded.exchanges import Exchange
from tests.recorded.shapes import differences

__all__ = ["replayed"]

_PATH = re.compile(r"/crm/v3/objects/([\w-]+)/(search|batch/\w+)")
_ENRICHED = "twitterhandle"  # HubSpot looks it up by itself, of every company with a domain


def replayed(exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, Sequence[str]]]:
    """Replay those of *exchanges* that concern v3 objects, in order, and yield each with the differences."""
    served = [one for one in exchanges if _PATH.fullmatch(one.path)]
    now = served[0].at
    service = assemble(Options(clock=lambda: ms(now)))
    _equip(service.portal, served)
    ours: dict[str, str] = {}
    searched: dict[str, dict[int, Record]] = {}
    for one in served:
        now = one.at
        _know(service.portal, one, ours)
        if one.path.endswith("/search") and one.status == 200:
            _see(service, one, ours, searched.setdefault(_kind(one), {}))
        answer = _sent(service, one, ours)
        _remember(one, answer, ours)
        yield one, list(_compared(one, answer, ours))


# ---------------------------------------------------------------- what the recorded account had


def _equip(portal: Portal, exchanges: Sequence[Exchange]) -> None:
    """Define the custom object, and the properties that answers show and no portal has."""
    for one in exchanges:
        name = _kind(one)
        if portal.table(name) is None:
            portal.define(_custom(name))
        table = portal.table(name)
        assert table is not None
        new = {key for row in _rows(one.response) for key in _properties(row)} - table.properties.keys()
        group = f"{table.kind.singular}information"
        lines = "\n".join(f"{key} | {key} | string/text | {group} | x | " for key in sorted(new))
        table.properties |= {made.name: made for made in parsed(lines, {})} if new else {}


def _custom(name: str) -> ObjectKind:
    stamps = ("hs_createdate", "hs_lastmodifieddate")
    return ObjectKind(
        plural=name,
        singular=name,
        type_id=name,
        created=stamps[0],
        modified=stamps[1],
        shown=(*stamps, "hs_object_id"),
        scope="crm.objects.contacts",
    )


def _know(portal: Portal, one: Exchange, ours: dict[str, str]) -> None:
    """Add the records that an answer shows and no request has made."""
    table = portal.table(_kind(one))
    assert table is not None
    for row in [] if one.path.endswith("create") else _rows(one.response):
        told, key = _properties(row), str(row["id"])
        if key not in ours:
            values = {name: str(value) for name, value in told.items() if value and not table.properties[name].is_read_only}
            ours[key] = str(portal.create(table.kind.plural, values).id)
        elif told.get(_ENRICHED) and int(ours[key]) in table.live:
            portal.compute(table.kind.plural, int(ours[key]), {_ENRICHED: str(told[_ENRICHED])})


def _see(service: Service, one: Exchange, ours: Mapping[str, str], seen: dict[int, Record]) -> None:
    """Let the search see of each record the state that the recorded search saw: as *seen* by those before, or as it is now."""
    table = service.portal.table(_kind(one))
    assert table is not None
    table.index = _index(seen)
    found = {str(row["id"]) for row in _rows(msgspec.json.decode(_sent(service, one, ours).body))}
    wanted = {ours[str(row["id"])] for row in _rows(one.response)}
    seen |= {key: record for key, record in table.live.items() if (str(key) in found) != (str(key) in wanted)}
    table.index = _index(seen)


def _index(records: Mapping[int, Record]) -> Index:
    index = Index()
    for key, record in records.items():
        index.note(key, record, due=0, now=0)
    index.note(0, None, due=1 << 62, now=0)  # something is always on its way: what is found is not looked up in the account
    return index


# ---------------------------------------------------------------- asking


def _sent(service: Service, one: Exchange, ours: Mapping[str, str]) -> Answer:
    service.misbehaviour.switch("429-search:1" if one.status == 429 else "")
    text = re.sub(r"\b\d{5,}\b", lambda found: ours.get(found[0], found[0]), json.dumps(one.body))
    headers = {"authorization": f"Bearer {service.access.token}", "content-type": "application/json"}
    request = Request(method=one.method, path=one.path, headers=headers, body=text.encode())
    return service.respond(request).answer


def _remember(one: Exchange, answer: Answer, ours: dict[str, str]) -> None:
    """Learn the ids that both accounts gave to what was made; results come in any order, so by what was sent."""
    if not one.path.endswith("create") or answer.status != one.status:
        return
    body = one.body
    assert isinstance(body, Mapping)
    sent = [_properties(row) for row in body["inputs"]]
    for given in sent:
        both = (_rows(one.response), _rows(msgspec.json.decode(answer.body)))
        theirs, mine = (next(row for row in rows if _properties(row).items() >= given.items()) for rows in both)
        ours[str(theirs["id"])] = str(mine["id"])


def _compared(one: Exchange, answer: Answer, ours: Mapping[str, str]) -> Iterator[str]:
    if answer.status != one.status:
        yield f"status: {one.status}, ours {answer.status}"
        return
    real = {mine: theirs for theirs, mine in ours.items()}
    text = re.sub(rb"\b\d{5,}\b", lambda found: real.get(found[0].decode(), found[0].decode()).encode(), answer.body)
    body = msgspec.json.decode(text) if text else None
    yield from differences(_by_id(one.response or None), _by_id(body))


def _by_id(body: object) -> object:
    """Return an answer with its results by id: their order is not promised."""
    if not isinstance(body, Mapping) or "results" not in body:
        return body
    return {**body, "results": {row["id"]: row for row in _rows(body)}}


def _kind(one: Exchange) -> str:
    return one.path.split("/")[4]


def _rows(body: object) -> Sequence[Mapping[str, object]]:
    return body.get("results", []) if isinstance(body, Mapping) else []


def _properties(row: Mapping[str, object]) -> Mapping[str, object]:
    values = row["properties"]
    assert isinstance(values, Mapping)
    return values
