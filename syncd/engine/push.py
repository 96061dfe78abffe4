"""One batch of writes: sent outside the transaction, settled whole inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias, get_args

import msgspec
from sqlalchemy import Connection

from syncd.agreement.counting import instant, micros_of
from syncd.engine import intake
from syncd.engine.echo import same
from syncd.engine.site import Counts, Site
from syncd.model import Change, FieldChange, Golden, Problem, Ref, SourceRecord
from syncd.spi import Accepted, BadAnswer, Connector, Done, Gone, Receipt, Rejected, Remapped, SupportsJobs
from syncd.store import assessments, ids, inbox, ledger, outbox, records, streams
from syncd.store.inbox import Refusal
from syncd.store.ledger import Entry
from syncd.store.outbox import SENT, Addressed, Pending
from syncd.store.sql import dumps
from syncd.store.streams import Stream

_GONE_MARK = "gone"

LOOK_AGAIN = 30_000_000
"""Microseconds until a job is asked about again, and until anything that was put off is tried again at the earliest."""

FEW_GONE, SHARE_GONE = 50, 10
"""So many records, or one in so many of a stream, may turn out gone within a day; of more it is our right to see them."""

_DAY = 86_400_000_000


class Unclear(NamedTuple):
    """Why it cannot be told what became of a write that a job works on; it is asked about again."""

    what: str


Settled: TypeAlias = tuple[Addressed, Receipt | Unclear]


class Job(NamedTuple):
    """Where in which job of the source a write is, and when it was handed over."""

    id: str
    position: int
    at: int


def push_batch(site: Site, connector: Connector, stream: Stream, *, batch: int, until: int) -> Counts:
    """Send up to *batch* of the oldest writes of a stream and settle what became of each; empty if there was nothing to do.

    *until* is when the run began: what is put off meanwhile is not sent again in the same run. Raises: what `Connector.push`
    raises; the writes then stay, and a repetition carries the same keys.
    """
    fresh, working = _taken(site, stream, batch, until)
    settled = _ask_jobs(connector, working)
    sent_at = site.now()
    if fresh:
        receipts = connector.push([_change(stream, one) for one in fresh])
        if len(receipts) != len(fresh) or not all(isinstance(receipt, get_args(Receipt)) for receipt in receipts):
            raise BadAnswer(
                f"{stream.name}: {len(fresh)} writes did not come back with a receipt each; they stay in the outbox"
            )
        settled += _with_jobs(zip(fresh, receipts, strict=True), sent_at)
    if not settled:
        return Counts()
    with site.store.write() as tx:
        return _settle(tx, site, stream, settled, sent_at)


def _taken(site: Site, stream: Stream, batch: int, until: int) -> tuple[list[Addressed], list[Addressed]]:
    """Return the writes to send, noted as sent before they are, and those that a job of the source works on."""
    with site.store.read() as tx:
        if not outbox.sendable(tx, stream.id, until, 1):
            return [], []
    with site.store.write() as tx:
        ready = outbox.sendable(tx, stream.id, until, batch)
        fresh = [one for one in ready if not _is_at_work(one)]
        outbox.mark_sent(tx, [one.pending.record_id for one in fresh])
    return fresh, [one for one in ready if _is_at_work(one)]


def _is_at_work(one: Addressed) -> bool:
    return one.pending.job not in (None, SENT)


def _change(stream: Stream, one: Addressed) -> Change:
    return Change(ref=Ref(stream.name, one.external_id), fields=one.pending.fields, key=ids.shown(one.pending.version))


# ---------------------------------------------------------------- jobs of the source


def _with_jobs(settled: Iterable[Settled], sent_at: int) -> list[Settled]:
    """Number the writes that went into the same job, in the order they were pushed."""
    positions: dict[str, int] = {}
    numbered: list[Settled] = []
    for one, receipt in settled:
        if isinstance(receipt, Accepted):
            position = positions[receipt.job] = positions.get(receipt.job, -1) + 1
            one = one._replace(pending=one.pending._replace(job=dumps(Job(receipt.job, position, sent_at))))
        numbered.append((one, receipt))
    return numbered


def _ask_jobs(connector: Connector, working: Sequence[Addressed]) -> list[Settled]:
    """Return what became of writes that jobs of the source work on; a job that cannot be asked about holds up its own alone."""
    jobs = [(one, _job(one)) for one in working]
    outcomes = {job: _outcome(connector, job) for job in dict.fromkeys(job.id for _, job in jobs)}
    return [(one, _receipt(outcomes[job.id], job)) for one, job in jobs]


def _outcome(connector: Connector, job: str) -> Sequence[Receipt] | Accepted | Unclear:
    if not isinstance(connector, SupportsJobs):
        return Unclear("the connector took the change as a job but cannot say what became of it")
    try:
        receipts = connector.receipts(job)
    except BadAnswer as error:
        return Unclear(f"what became of the job that writes it cannot be told: {error}")
    return Accepted(job=job) if receipts is None else receipts


def _receipt(outcome: Sequence[Receipt] | Accepted | Unclear, job: Job) -> Receipt | Unclear:
    if isinstance(outcome, Accepted | Unclear):
        return outcome
    receipt = outcome[job.position] if job.position < len(outcome) else None
    return receipt if isinstance(receipt, get_args(Receipt)) else Unclear("the job that writes it gave no receipt for it")


def _job(one: Addressed) -> Job:
    return msgspec.json.decode(one.pending.job or "", type=Job)


# ---------------------------------------------------------------- settling


def _settle(tx: Connection, site: Site, stream: Stream, settled: Sequence[Settled], sent_at: int) -> Counts:
    now = site.now()
    settled = _held_if_many_are_gone(tx, stream, settled, now)
    counts = Counts()
    done = [(one, receipt) for one, receipt in settled if isinstance(receipt, Done)]
    counts["written"] = len(done)
    _note_done(tx, stream, done, sent_at)
    for one, receipt in settled:
        match receipt:
            case Done():
                pass
            case Rejected():
                counts["rejected"] += 1
                _reject(tx, site, stream, one, receipt, now)
            case Accepted() | Unclear():
                counts["accepted"] += 1
                outbox.save(tx, [one.pending._replace(not_before=now + LOOK_AGAIN)])
                if isinstance(receipt, Unclear):
                    problem = Problem(where=stream.name, what=f"{receipt.what}; asked again", code="job.unclear")
                    inbox.refuse(tx, site.ids, [Refusal(stream.id, "out", one.external_id, problem)], now)
            case Remapped(to=to):
                counts["remapped"] += 1
                _follow(tx, site, stream, one, now, merged_into=to)
            case Gone():
                counts["gone"] += 1
                _follow(tx, site, stream, one, now, merged_into=None)
    ended = [one for one, receipt in settled if _is_at_work(one) and not isinstance(receipt, Accepted | Unclear)]
    _assess_again(tx, ended, now)
    return counts


def _held_if_many_are_gone(tx: Connection, stream: Stream, settled: Sequence[Settled], now: int) -> Sequence[Settled]:
    """Let writes to records that are gone wait for somebody if there are so many that they may only be hidden from us."""
    gone = sum(isinstance(receipt, Gone) for _, receipt in settled)
    if not gone:
        return settled
    mark = f"{_GONE_MARK} {stream.id}"
    since, before = msgspec.json.decode(streams.remembered(tx, mark) or "[0,0]", type=tuple[int, int])
    if not since <= now < since + _DAY:
        since, before = now, 0
    streams.remember(tx, mark, dumps((since, before + gone)))
    if before + gone <= FEW_GONE or (before + gone) * SHARE_GONE <= records.count(tx, stream.id):
        return settled
    return [(one, _HIDDEN if isinstance(receipt, Gone) else receipt) for one, receipt in settled]


_HIDDEN = Rejected(
    code="push.many_gone",
    what="is gone, says the source, and so are so many others within a day that they may only be hidden; "
    "nobody is taken for deleted: let syncd see them again, then syncd inbox retry",
    retry="never",
)


def _note_done(tx: Connection, stream: Stream, done: Sequence[tuple[Addressed, Done]], sent_at: int) -> None:
    """Enter what was written into the ledger; a write that changed meanwhile stays, compared anew."""
    keys = [one.pending.record_id for one, _ in done]
    before = ledger.entries(tx, keys)
    waiting = outbox.pending(tx, keys)
    after: dict[int, dict[str, Entry]] = {}
    finished: list[int] = []
    changed: list[Pending] = []
    for one, receipt in done:
        key = one.pending.record_id
        at = _job(one).at if _is_at_work(one) else sent_at
        had, fields = before.get(key, {}), one.pending.fields
        after[key] = {**had, **_entries(fields, receipt, at), **_read_back(had, fields)}
        present = waiting.get(key)
        left = _left(present, one.pending, {name: change.new for name, change in one.pending.fields.items()})
        if present is not None and left:
            changed.append(present._replace(fields=left, job=None))
        else:
            finished.append(key)
    ledger.save(tx, after)
    outbox.drop(tx, finished)
    outbox.save(tx, changed)
    inbox.resolve(tx, stream.id, "out", [one.external_id for one, _ in done])


def _entries(fields: Mapping[str, FieldChange], receipt: Done, at: int) -> dict[str, Entry]:
    return {
        name: Entry(
            sent=ledger.plain(new),
            before=ledger.plain(old),
            at=at,
            known="told" if name in receipt.stored else "",
            shows=ledger.plain(intake.in_stored_form(receipt.stored.get(name))),
        )
        for name, (old, new) in fields.items()
    }


def _read_back(entries: Mapping[str, Entry], fields: Mapping[str, FieldChange]) -> dict[str, Entry]:
    """Return the entries of *fields* that were read back before their receipt came."""
    return {
        name: entries[name]
        for name, change in fields.items()
        if name in entries and entries[name].known == "read" and same(entries[name].sent, change.new)
    }


def _left(present: Pending | None, sent: Pending, values: dict[str, Golden | None]) -> dict[str, FieldChange]:
    """Return what is still to be written after *sent*, if the outbox asks for something else by now."""
    if present is None or present.version == sent.version:
        return {}
    return {
        name: FieldChange(values.get(name, change.old), change.new)
        for name, change in present.fields.items()
        if values.get(name, change.old) != change.new
    }


def _reject(tx: Connection, site: Site, stream: Stream, one: Addressed, receipt: Rejected, now: int) -> None:
    present = outbox.pending(tx, [one.pending.record_id]).get(one.pending.record_id)
    if present is None:
        return  # its record went meanwhile, or nobody wants it any more
    pending = one.pending._replace(attempts=one.pending.attempts + 1, job=None)
    match receipt.retry:
        case datetime() as later:
            pending = pending._replace(not_before=max(micros_of(later), now + LOOK_AGAIN))
        case held:
            pending = pending._replace(held=held)
    if present.version == pending.version:
        outbox.save(tx, [pending])
    where = f"{stream.name}.{receipt.field}" if receipt.field else stream.name
    problem = Problem(where=where, what=receipt.what, code=receipt.code)
    inbox.refuse(tx, site.ids, [Refusal(stream.id, "out", one.external_id, problem)], now)


def _follow(tx: Connection, site: Site, stream: Stream, one: Addressed, now: int, *, merged_into: Ref | None) -> None:
    """Take note that a record is gone or lives on elsewhere, as if the source had told us so in a page."""
    outbox.drop(tx, [one.pending.record_id])
    inbox.resolve(tx, stream.id, "out", [one.external_id])
    stored = records.load(tx, stream.id, [one.external_id])[one.external_id]
    news = SourceRecord(
        stream=stream.name,
        external_id=one.external_id,
        changed_at=instant(stored.changed_at),
        fields={},
        deleted=True,
        merged_into=merged_into,
    )
    intake.take_in(tx, site, stream, [news], now)
    _assess_again(tx, [one], now)


def _assess_again(tx: Connection, settled: Iterable[Addressed], now: int) -> None:
    people = records.entities(tx, [one.pending.record_id for one in settled])
    assessments.mark_due(tx, set(people.values()), now)
