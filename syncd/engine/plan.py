"""What an assessment changes in the sources: compared with what was last written there, and put into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from syncd.agreement.counting import instant
from syncd.agreement.teams import everybody
from syncd.engine.echo import adopted, is_live, same
from syncd.engine.evidence import OWNER, owner_names
from syncd.engine.site import Site
from syncd.mapping.streams import StreamMap
from syncd.mapping.transforms import Unfit
from syncd.model import FieldChange, Golden
from syncd.store import inbox, ledger, outbox, records
from syncd.store.assessments import Stored
from syncd.store.ledger import Entry
from syncd.store.outbox import SENT, Pending
from syncd.store.records import Stored as StoredRecord


class Assessed(NamedTuple):
    """A person before and after an assessment, with their own golden fields."""

    last: Stored
    now: Stored
    golden: Mapping[str, Golden]


def plan(tx: Connection, site: Site, assessed: Sequence[Assessed], now: int) -> int:
    """Put into the outbox what differs from what was last written; return how many writes are new or other than before."""
    writing = writing_streams(site)
    if not writing or not assessed:
        return 0
    by_person = {one.last.person_id: one for one in assessed}
    targets = records.in_streams(tx, by_person, writing)
    names = _owner_ids(tx, site)
    written = ledger.entries(tx, [one.id for one in targets])
    waiting = outbox.pending(tx, [one.id for one in targets])
    changed: list[Pending] = []
    settled: list[StoredRecord] = []
    ours: dict[int, Mapping[str, Entry]] = {}
    for target in targets:
        had = waiting.get(target.id)
        doubted = had.fields if had is not None and had.job == SENT else {}
        if had is not None and had.job is not None and not doubted:
            continue  # the source works on it; its receipt lets the person be assessed again
        stream = site.maps[target.stream_id]
        person = by_person[target.entity_id or 0]
        wanted = _wanted(stream, person) | _owner(stream, person, names)
        entries = written.get(target.id, {})
        if is_live(site, stream) and (there := adopted(target, wanted, entries, now)):
            ours[target.id] = entries | there
        differs = _differences(target, wanted, entries, doubted)
        if not differs and had is not None:
            settled.append(target)
        elif differs and (had is None or had.fields != differs):
            changed.append(_pending(site, target, differs, had, now))
    ledger.save(tx, ours)
    outbox.drop(tx, [one.id for one in settled])
    for one in settled:
        inbox.resolve(tx, one.stream_id, "out", [one.external_id])
    outbox.save(tx, changed)
    return len(changed)


def writing_streams(site: Site) -> list[int]:
    """Return the streams that something is written into, in earnest or in the shadow."""
    writing = {name for name, one in site.config.connections.items() if one.write_back != "none"}
    return [key for key, one in site.maps.items() if one.writes and one.connection in writing]


def _wanted(stream: StreamMap, one: Assessed) -> dict[str, Golden | None]:
    """Return what the remote fields shall hold."""
    now = one.now
    said: dict[str, Golden | None] = {
        "score": now.score,
        "band": now.band,
        "grade": now.grade or None,
        "reasons": "; ".join(msgspec.json.decode(now.reasons or "[]", type=list[str])) or None,
        "stage": now.stage or None,
        "sla": now.sla or None,
        "sla_due": None if now.sla_due_at is None else f"{instant(now.sla_due_at):%Y-%m-%dT%H:%M:%SZ}",
        "next_step": now.next_step or None,
        "assigned_to": now.owner or None,
        "agreement_version": now.version,
    }
    theirs = _owner_fields(stream)
    return {
        write.remote: said[write.of] if write.of in said else _outward(stream, write.of, one.golden)
        for write in stream.writes
        if write.remote not in theirs
    }


def _owner_fields(stream: StreamMap) -> set[str]:
    """Return the fields in which the source itself keeps the owner; only who was chosen is ever written there."""
    read = {remote for read in stream.reads if read.field == OWNER for remote in read.remote}
    return {write.remote for write in stream.writes if write.of == "assigned_to" and write.remote in read}


def _owner_ids(tx: Connection, site: Site) -> Mapping[tuple[str, str], str]:
    """Return the identifier of each owner by connection and name, if leads are given to owners in the CRMs at all.

    In a connection that lists no owners everybody who gets leads is called as in the agreement.
    """
    routing = site.config.handoff.routing
    if routing is None or not routing.write_owner:
        return {}
    listed = {(connection, name): external_id for (connection, external_id), name in owner_names(tx).items()}
    plain = site.config.connections.keys() - {connection for connection, _ in listed}
    return {(connection, who): who for connection in plain for who in everybody(routing)} | listed


def _owner(stream: StreamMap, one: Assessed, names: Mapping[tuple[str, str], str]) -> dict[str, Golden | None]:
    """Return the owner a record shall have: whoever the lead was given to, if the source knows them."""
    known = names.get((stream.connection, one.now.owner or ""))
    return {} if known is None else dict.fromkeys(_owner_fields(stream), known)


def _outward(stream: StreamMap, field: str, golden: Mapping[str, Golden]) -> Golden | None:
    """Return a golden field in the form its source writes it, where the mapping can be turned around."""
    value = golden.get(field)
    inverse = next((read.inverse for read in stream.reads if read.field == field), None)
    turned = inverse(value) if inverse is not None else value
    return value if isinstance(turned, Unfit) else turned


def _differences(
    target: StoredRecord, wanted: Mapping[str, Golden | None], written: Mapping[str, Entry], doubted: Mapping[str, FieldChange]
) -> dict[str, FieldChange]:
    """Return what is to be written: what we sent last holds, in whatever form the source shows it (see `echo`).

    Fields that were sent and may have arrived are *doubted*: they are written in any case, over what may stand there by now.
    """
    changes: dict[str, FieldChange] = {}
    for remote, value in wanted.items():
        entry = written.get(remote)
        if entry is None or entry.known == "read":
            present = ledger.plain((target.fields or {}).get(remote))
        else:
            present = entry.shows if entry.known else entry.sent
        holds = entry is not None and same(entry.sent, value)
        if remote in doubted:
            sent = doubted[remote]
            changes[remote] = FieldChange(sent.old if same(sent.new, value) else ledger.plain(sent.new), value)
        elif not holds and not same(present, value):
            changes[remote] = FieldChange(present, value)
    return changes


def _pending(site: Site, target: StoredRecord, fields: Mapping[str, FieldChange], had: Pending | None, now: int) -> Pending:
    return Pending(
        record_id=target.id,
        stream_id=target.stream_id,
        fields=fields,
        version=site.ids(),
        queued_at=had.queued_at if had else now,
        not_before=now,
        attempts=0,
        held="never" if had is not None and had.held == "never" else "",
        job=had.job if had else None,
    )
