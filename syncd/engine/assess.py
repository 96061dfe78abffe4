"""Assessing whoever is due: because something arrived, or because time alone changes what the agreement says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from syncd.agreement.assess import Assessor, assessor
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, EventType, History
from syncd.engine.plan import Assessed, plan
from syncd.engine.site import Counts, Site
from syncd.model import Direction
from syncd.store import activities, assessments, entities, streams
from syncd.store.assessments import Due, Move, Stored
from syncd.store.sql import dumps

AGREEMENT_MARK = "agreement"
BATCH = 2000


def assess_due(site: Site, now: int, *, limit: int = BATCH) -> Counts:
    """Assess up to *limit* people whose time has come; empty if nobody was due."""
    with site.store.write() as tx:
        found = assessments.due(tx, now, limit)
        due, gone = [one for one in found if not one.gone], [one.last.person_id for one in found if one.gone]
        assessments.forget(tx, gone)
        if not due:
            return Counts(gone=len(gone)) if gone else Counts()
        accounts = _account_facts(tx, site, {one.account_id for one in due if one.account_id is not None})
        judge = assessor(site.config.agreement)
        histories = _histories(tx, site, [one.last.person_id for one in due], judge)
        assessed = [_assessed(site, one, accounts, histories, judge, now) for one in due]
        moves = [move for one in assessed if (move := _move(one, now)) is not None]
        assessments.save(tx, [_row(one, now) for one in assessed], moves)
        planned = plan(tx, site, assessed, now)
    return Counts(assessed=len(assessed), moved=len(moves), planned=planned)


def assess_everyone_anew(site: Site) -> bool:
    """Let everybody be assessed if the agreement or what is written back is not what it was; tell whether it was so."""
    with site.store.write() as tx:
        if streams.remembered(tx, AGREEMENT_MARK) == site.config.assess_print:
            return False
        assessments.mark_everyone(tx, site.now())
        streams.remember(tx, AGREEMENT_MARK, site.config.assess_print)
    return True


def judged_by(tx: Connection, site: Site, person: int) -> tuple[Facts, History]:
    """Return the facts and the history that a person is assessed by."""
    return judged(tx, site, [person], assessor(site.config.agreement))[person]


def judged(tx: Connection, site: Site, people: Sequence[int], judge: Assessor) -> dict[int, tuple[Facts, History]]:
    """Return the facts of *people*, and of their histories what *judge* asks for."""
    found = entities.load(tx, people)
    accounts = _account_facts(tx, site, {one.account_id for one in found.values() if one.account_id is not None})
    histories = _histories(tx, site, people, judge)
    return {
        key: (
            {**accounts.get(one.account_id or 0, {}), **entities.golden(site.config.fields, one.fields)},
            histories.get(key, {}),
        )
        for key, one in found.items()
    }


def _assessed(
    site: Site,
    due: Due,
    accounts: Mapping[int, Facts],
    histories: Mapping[int, History],
    judge: Assessor,
    now: int,
) -> Assessed:
    golden = entities.golden(site.config.fields, due.fields)
    facts = {**accounts.get(due.account_id or 0, {}), **golden}
    return Assessed(due.last, golden, judge.assess(facts, histories.get(due.last.person_id, {}), due.last.stage, now))


def _row(one: Assessed, now: int) -> Stored:
    result = one.result
    return Stored(
        person_id=one.last.person_id,
        assess_at=None if result.next_change_at == FOREVER else result.next_change_at,
        assessed_at=now,
        stage=result.stage,
        score=result.score.published,
        band=result.score.band,
        grade=result.score.grade,
        reasons=dumps(result.reasons),
        version=result.version,
    )


def _move(one: Assessed, now: int) -> Move | None:
    if one.result.stage == one.last.stage:
        return None
    return Move(one.last.person_id, now, one.last.stage, one.result.stage, one.result.cause, one.result.version)


# ---------------------------------------------------------------- what people are judged by


def _account_facts(tx: Connection, site: Site, account_ids: Collection[int]) -> dict[int, Facts]:
    return {
        key: entities.golden(site.config.fields, account.fields)
        for key, account in entities.load(tx, account_ids).items()
        if account.deleted_at is None
    }


def _histories(tx: Connection, site: Site, people: Sequence[int], judge: Assessor) -> dict[int, History]:
    """Return the events of *people* that the agreement asks for."""
    known = site.event_types
    for key, one in activities.all_types(tx, max(known, default=0)).items():
        known[key] = EventType(one.kind, one.asset, one.direction is Direction.OUTBOUND, one.machine)
    wanted = {key for key, event in known.items() if judge.wants(event)}
    found = activities.instants(tx, people, wanted if len(wanted) < len(known) else None)
    return {person: _by_event(known, mine) for person, mine in found.items()}


def _by_event(known: Mapping[int, EventType], mine: Mapping[int, list[int]]) -> History:
    """Bring together the types that the agreement does not tell apart: inbound, and nobody said."""
    history: dict[EventType, list[int]] = {}
    for key, instants in mine.items():
        event = known[key]
        history[event] = history[event] + instants if event in history else instants
    return history
