"""Why a person is as they are: every field, the score line by line, every stage, every write waiting. A print, not a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, History, instant
from syncd.agreement.rules import Line
from syncd.agreement.scoring import Score, scorer
from syncd.agreement.terms import Agreement
from syncd.engine import way
from syncd.engine.golden import explained, succession
from syncd.engine.judging import Judged
from syncd.engine.shown import (
    ActivityShown,
    CandidateShown,
    FieldShown,
    LineShown,
    OverrideShown,
    RecordShown,
    ScoreShown,
    Why,
    WriteShown,
)
from syncd.engine.site import Site
from syncd.mapping.domains import address
from syncd.mapping.fields import Candidate
from syncd.mapping.identity import EMAIL_KEY
from syncd.model import Golden
from syncd.store import activities, assessments, entities, ids, ledger, outbox, records
from syncd.store.activities import Happened
from syncd.store.outbox import Pending
from syncd.store.records import Known, Stored


def find(tx: Connection, site: Site, words: str) -> int | None:
    """Return the person with an e-mail address, an identifier as `ids.shown`, or a record CONNECTION.STREAM:ID."""
    if (record := find_record(tx, site, words)) is not None:
        return record.entity_id
    if (identifier := ids.read(words)) is not None and identifier in (found := entities.load(tx, [identifier])):
        return entities.survivor(tx, identifier) if found[identifier].kind == "person" else None
    normal = address(words)
    key = EMAIL_KEY + normal if isinstance(normal, str) else ""
    return min((holder.entity for holder in records.holders(tx, [key]).get(key, ())), default=None)


def find_record(tx: Connection, site: Site, words: str) -> Known | None:
    """Return the record CONNECTION.STREAM:ID."""
    place, _, external_id = words.partition(":")
    connection, _, name = place.partition(".")
    stream = site.stream(connection, name)
    return records.known(tx, stream.id, [external_id]).get(external_id) if stream is not None else None


def why(tx: Connection, site: Site, person: int, now: int) -> Why:
    """Explain *person* as the store knows them; the score is told as of *now*."""
    entity = entities.load(tx, [person])[person]
    mine = records.of_entities(tx, [person]).get(person, [])
    golden = entities.golden(site.config.fields, entity.fields)
    last = assessments.load(tx, [person]).get(person)
    judged = way.judged(tx, site, person, now)
    account = entities.load(tx, [entity.account_id]).get(entity.account_id) if entity.account_id is not None else None
    return Why(
        id=ids.shown(person),
        email=str(golden.get("email", "")),
        stage=last.stage if last else "",
        account=_title(site, account.fields) if account else "",
        records=_records(tx, site, mine),
        merges=[(instant(undo.merged_at), undo.because) for undo in entities.merges_into(tx, person)],
        fields=_fields(tx, site, person, mine),
        account_fields=_fields(tx, site, account.id, records.of_entities(tx, [account.id]).get(account.id, []))
        if account
        else [],
        score=_score(site, judged, now),
        activities=[_activity(site, one) for one in activities.timelines(tx, [person], None).get(person, ())],
        stages=way.moves(judged),
        refused=way.refused(judged),
        attempts=way.attempts(judged),
        assignments=way.assignments(judged),
        clocks=way.clocks(judged),
        next_step=(last.next_step or "") if last else "",
        notices=way.told(tx, person),
        writes=_writes(tx, site, mine),
        overrides=_overrides(tx, site, mine),
    )


# ---------------------------------------------------------------- records and fields


def _name(site: Site, record: Stored) -> str:
    stream = site.streams[record.stream_id]
    return f"{stream.connection}.{stream.name}:{record.external_id}"


def _title(site: Site, fields: str) -> str:
    golden = entities.golden(site.config.fields, fields)
    return str(golden.get("name") or golden.get("domain") or "")


def _records(tx: Connection, site: Site, mine: Sequence[Stored]) -> list[RecordShown]:
    by_id = {one.id: one for one in mine}
    successors = {one: by_id[other] for one, other in succession(tx, site, by_id).items()}
    return [_record(site, one, successors.get(one.id)) for one in mine]


def _record(site: Site, one: Stored, successor: Stored | None) -> RecordShown:
    problems = msgspec.json.decode(one.problems, type=list[tuple[str, str, str]]) if one.problems else []
    return RecordShown(
        source=_name(site, one),
        changed_at=instant(one.changed_at),
        known_at=instant(one.known_at),
        deleted=one.deleted_at is not None,
        fate=_fate(site, one, successor),
        heard_of_only=one.fields is None,
        problems=[f"{where}: {what}" for where, _, what in problems],
    )


def _fate(site: Site, one: Stored, successor: Stored | None) -> str:
    if successor is None:
        return "deleted" if one.deleted_at is not None else ""
    verb = "merged into" if successor.stream_id == one.stream_id else "became"
    return f"{verb} {site.streams[successor.stream_id].name} {successor.external_id}"


def _fields(tx: Connection, site: Site, entity: int, members: Sequence[Stored]) -> list[FieldShown]:
    names = {one.id: _name(site, one) for one in members}
    choices, candidates = explained(tx, site, entity)
    before: dict[str, list[tuple[datetime, str]]] = {}
    for past in entities.history(tx, [entity]):
        before.setdefault(past.field, []).append((instant(past.until_at), past.value or ""))
    return [
        FieldShown(
            name=name,
            value=choice.value,
            source=names.get(choice.record, ""),
            at=_instant(choice.at),
            because=choice.because,
            candidates=[_candidate(one, names) for one in sorted(candidates.get(name, ()), key=lambda one: -one.at)],
            before=before.get(name, []),
        )
        for name, choice in sorted(choices.items())
    ]


def _candidate(one: Candidate, names: dict[int, str]) -> CandidateShown:
    return CandidateShown(value=one.value, source=names.get(one.record, ""), at=_instant(one.at))


def _instant(at: int) -> datetime | None:
    return instant(at) if at else None


def _activity(site: Site, one: Happened) -> ActivityShown:
    stream = site.streams[one.stream_id]
    return ActivityShown(
        at=instant(one.occurred_at),
        kind=one.type.kind,
        asset=one.type.asset,
        direction=one.type.direction.value,
        machine=one.type.machine,
        actor=one.actor,
        source=f"{stream.connection}.{stream.name}:{one.source_id}",
    )


# ---------------------------------------------------------------- score and writes


def _score(site: Site, judged: Judged, now: int) -> ScoreShown:
    facts, history, since = judged.person.facts, judged.person.history, judged.judgment.way.counts_after
    return shown_score(site.config.agreement, facts, history, since=since, at=now)


def shown_score(agreement: Agreement, facts: Facts, history: History, *, since: int, at: int) -> ScoreShown:
    """Score a person by what happened later than *since*, and put it into words, with its outlook."""
    compiled = scorer(agreement.model, agreement.zone)
    result = compiled.score(facts, history, at, since)
    later, changes_at = result, at
    for _ in range(_OUTLOOK):
        changes_at = later.next_change_at
        if changes_at == FOREVER:
            break
        later = compiled.score(facts, history, changes_at, since)
        if _looks(later) != _looks(result):
            break
    changes = changes_at != FOREVER and _looks(later) != _looks(result)
    return ScoreShown(
        at=instant(at),
        model=result.model,
        version=agreement.version,
        score=result.published,
        band=result.band,
        grade=result.grade,
        lines=[_line(line) for line in result.reasons(len(result.lines))],
        groups=[(group.id, exact(group.raw), exact(group.points)) for group in result.groups],
        instantly_mql=result.instant,
        never_mql=result.veto,
        counts_after=instant(since) if since > -FOREVER else None,
        no_longer=_until(history, since),
        next_change_at=instant(changes_at) if changes else None,
        next=_in_words(later) if changes else "",
    )


_OUTLOOK = 500
"""How many instants at which something may change are looked at for one at which it shows."""


def _looks(result: Score) -> tuple[int, str, str, str, str]:
    return result.published, result.band, result.grade, result.instant, result.veto


def _until(history: History, since: int) -> dict[str, int]:
    """Return how often each kind of event happened until *since*, by name."""
    found: dict[str, int] = {}
    for event, instants in sorted(history.items()):
        found[event.kind] = found.get(event.kind, 0) + sum(one <= since for one in instants)
    return {kind: times for kind, times in found.items() if times}


def _in_words(result: Score) -> str:
    parts = (f"score {result.published}", f"band {result.band}", result.grade and f"grade {result.grade}")
    return ", ".join(part for part in (*parts, result.instant, result.veto) if part)


def _line(line: Line) -> LineShown:
    return LineShown(
        group=line.group,
        rule=line.rule,
        points=exact(line.points),
        says=line.says,
        events=[instant(at) for at in line.counted],
    )


def exact(points: int) -> str:
    """Write femto-points with at most two decimals.

    >>> exact(15_905_507_889_761_000), exact(-50 * 10**15)
    ('15.91', '-50')
    """
    text = f"{Decimal(points).scaleb(-15):.2f}"
    return text.rstrip("0").rstrip(".")


def _writes(tx: Connection, site: Site, mine: Sequence[Stored]) -> list[WriteShown]:
    keys = [one.id for one in mine]
    waiting, written = outbox.pending(tx, keys), ledger.entries(tx, keys)
    shown: list[WriteShown] = []
    for one in mine:
        connection = site.connection(site.streams[one.stream_id].connection)
        mode = connection.write_back if connection else "none"
        pending = waiting.get(one.id)
        asked = pending.fields if pending else {}
        shown += [_write(site, one, field, change.old, change.new, mode, pending) for field, change in asked.items()]
        done = {field: entry for field, entry in written.get(one.id, {}).items() if field not in asked}
        shown += [_write(site, one, field, entry.before, entry.sent, mode, None) for field, entry in done.items()]
    return shown


_ANSWERS: Mapping[ledger.Answer, str] = {
    "again": "ours is written again",
    "left": "theirs is left",
    "weighed": "the field's law decides",
}


def _overrides(tx: Connection, site: Site, mine: Sequence[Stored]) -> list[OverrideShown]:
    by_id = {one.id: one for one in mine}
    return [
        OverrideShown(
            record=_name(site, by_id[one.record_id]),
            field=one.field,
            at=instant(one.at),
            old=one.old,
            new=one.new,
            answer=_ANSWERS[one.answer],
        )
        for one in ledger.overrides(tx, by_id)
    ]


def _write(
    site: Site, one: Stored, field: str, old: Golden | None, new: Golden | None, mode: str, pending: Pending | None
) -> WriteShown:
    return WriteShown(
        to=_name(site, one),
        field=field,
        old=old,
        new=new,
        mode=mode,
        waiting=pending is not None,
        sent=pending is not None and pending.job is not None,
        held=pending.held if pending else "",
    )
