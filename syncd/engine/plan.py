"""What an assessment changes in the sources: compared with what was last written there, and put into the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from syncd.agreement.counting import instant
from syncd.engine import evidence
from syncd.engine.echo import same
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
    written = ledger.entries(tx, [one.id for one in targets])
    owners = _owners(tx, site, {one.now.owner for one in assessed if one.now.owner})
    waiting = outbox.pending(tx, [one.id for one in targets])
    changed: list[Pending] = []
    settled: list[StoredRecord] = []
    for target in targets:
        had = waiting.get(target.id)
        doubted = had.fields if had is not None and had.job == SENT else {}
        if had is not None and had.job is not None and not doubted:
            continue  # the source works on it; its receipt lets the person be assessed again
        stream = site.maps[target.stream_id]
        whom = by_person[target.entity_id or 0]
        wanted = _wanted(stream, whom, owner=owners.get((stream.connection, whom.now.owner or ""), ""))
        differs = _differences(target, wanted, written.get(target.id, {}), doubted)
        if not differs and had is not None:
            settled.append(target)
        elif differs and (had is None or had.fields != differs):
            changed.append(_pending(site, target, differs, had, now))
    outbox.drop(tx, [one.id for one in settled])
    for one in settled:
        inbox.resolve(tx, one.stream_id, "out", [one.external_id])
    outbox.save(tx, changed)
    return len(changed)


def writing_streams(site: Site) -> list[int]:
    """Return the streams that something is written into, in earnest or in the shadow."""
    writing = {name for name, one in site.config.connections.items() if one.write_back != "none"}
    return [key for key, one in site.maps.items() if one.writes and one.connection in writing]


def _owners(tx: Connection, site: Site, owners: Collection[str]) -> dict[tuple[str, str], str]:
    """Return what each connection calls *owners*, where the agreement has the owner written: by identifier if it lists owners.

    A connection that lists owners and not this one is told nothing of them.
    """
    routing = site.config.handoff.routing
    if routing is None or not routing.write_owner or not owners:
        return {}
    names = evidence.owner_names(tx)
    lists = {connection for connection, _ in names}
    plain = {
        (connection, owner): owner for connection in site.config.connections for owner in owners if connection not in lists
    }
    return plain | {(connection, name): known for (connection, known), name in names.items() if name in owners}


def _wanted(stream: StreamMap, one: Assessed, *, owner: str) -> dict[str, Golden | None]:
    """Return what the remote fields shall hold. Whoever has no *owner* to be written keeps the one they have there."""
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
        "assigned_to": owner,
        "agreement_version": now.version,
    }
    return {
        write.remote: said[write.of] if write.of in said else _outward(stream, write.of, one.golden)
        for write in stream.writes
        if write.of != "assigned_to" or owner
    }


def _outward(stream: StreamMap, field: str, golden: Mapping[str, Golden]) -> Golden | None:
    """Return a golden field in the form its source writes it, where the mapping can be turned around."""
    value = golden.get(field)
    inverse = next((read.inverse for read in stream.reads if read.field == field), None)
    turned = inverse(value) if inverse is not None else value
    return value if isinstance(turned, Unfit) else turned


def _differences(
    target: StoredRecord, wanted: Mapping[str, Golden | None], written: Mapping[str, Entry], doubted: Collection[str]
) -> dict[str, FieldChange]:
    """Return what is to be written: what we sent last holds, in whatever form the source shows it (see `echo`).

    Fields that were sent and may have arrived are *doubted*: they are written in any case.
    """
    changes: dict[str, FieldChange] = {}
    for remote, value in wanted.items():
        entry = written.get(remote)
        if entry is None or entry.known == "read":
            present = ledger.plain((target.fields or {}).get(remote))
        else:
            present = entry.shows if entry.known else entry.sent
        holds = entry is not None and same(entry.sent, value)
        if remote in doubted or (not holds and not same(present, value)):
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
