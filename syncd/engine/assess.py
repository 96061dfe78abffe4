"""Assessing whoever is due: because something arrived, or because time alone changes what the agreement says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection

from syncd.agreement.checklists import spoken
from syncd.agreement.clocks import most_urgent
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, EventType, History
from syncd.agreement.dispositions import chases, hint
from syncd.agreement.scoring import reason
from syncd.engine.judging import LIVE_MARK, Court, Judged, Person, imported_at
from syncd.engine.plan import Assessed, plan
from syncd.engine.site import Counts, Site
from syncd.engine.telling import tell_of
from syncd.model import Direction
from syncd.store import activities, assessments, clocks, entities, journeys, streams
from syncd.store.assessments import Due, Stored
from syncd.store.sql import dumps

AGREEMENT_MARK = "agreement"
BATCH = 2000


def assess_due(site: Site, now: int, *, limit: int = BATCH) -> Counts:
    """Assess up to *limit* people whose time has come; empty if nobody was due."""
    with site.store.write() as tx:
        found = assessments.due(tx, now, limit)
        due, gone = [one for one in found if not one.gone], [one.last.person_id for one in found if one.gone]
        _forget(tx, gone)
        if not due:
            return Counts(gone=len(gone)) if gone else Counts()
        court = Court(tx, site, now)
        judged = list(court.judged(people_to_judge(tx, site, due, court.wants)))
        assessed = [_assessed(site, one, last.last, now) for one, last in zip(judged, due, strict=True)]
        _save(tx, judged, assessed)
        raised = tell_of(tx, site, judged, now)
        planned = plan(tx, site, assessed, now)
    moved = sum(one.now.stage != one.last.stage for one in assessed)
    return Counts(assessed=len(assessed), moved=moved, planned=planned, raised=raised)


def assess_everyone_anew(site: Site) -> bool:
    """Let everybody be assessed if the agreement or what is written back is not what it was; tell whether it was so."""
    with site.store.write() as tx:
        if streams.remembered(tx, AGREEMENT_MARK) == site.config.assess_print:
            return False
        assessments.mark_everyone(tx, site.now())
        streams.remember(tx, AGREEMENT_MARK, site.config.assess_print)
    return True


def go_live(site: Site) -> None:
    """Mean alarms from now on, once every stream was read to its end; to be asked when nobody is due."""
    with site.store.write() as tx:
        if imported_at(tx) is None and streams.all_complete(tx, site.maps):
            streams.remember(tx, LIVE_MARK, str(site.now()))


def judged(
    tx: Connection, site: Site, people: Sequence[int], wants: Callable[[EventType], bool]
) -> dict[int, tuple[Facts, History]]:
    """Return the facts of *people*, and of their histories what is wanted."""
    found = entities.load(tx, people)
    accounts = _account_facts(tx, site, {one.account_id for one in found.values() if one.account_id is not None})
    histories = _histories(tx, site, people, wants)
    return {
        key: (
            {**accounts.get(one.account_id or 0, {}), **entities.golden(site.config.fields, one.fields)},
            histories.get(key, {}),
        )
        for key, one in found.items()
    }


def _assessed(site: Site, one: Judged, last: Stored, now: int) -> Assessed:
    """Put what was judged into a row, and into what is written back."""
    score, way, agreement = one.judgment.score, one.judgment.way, site.config.agreement
    urgent = most_urgent([clock for clock in one.clocks if not clock.historical])
    stored = Stored(
        person_id=one.person.id,
        assess_at=None if one.next_change_at >= FOREVER else one.next_change_at,
        assessed_at=now,
        stage=way.stage,
        score=score.published,
        band=score.band,
        grade=score.grade,
        reasons=dumps([reason(line) for line in score.reasons(agreement.model.top_reasons)]),
        version=agreement.version,
        owner=one.owner,
        sla=urgent.state if urgent else "",
        sla_due_at=urgent.due if urgent and urgent.due < FOREVER else None,
        next_step=_next_step(site, one, now),
        first_mql_at=way.first_mql_at,
        latest_mql_at=way.latest_mql_at,
    )
    return Assessed(last, stored, one.person.golden)


def _next_step(site: Site, one: Judged, now: int) -> str:
    """Say what is to be done next: what sales owes, else what the stage's checklist lacks."""
    if not one.judgment.way.episodes:
        return ""
    owed = chases(site.config.handoff, one.known.evidence, one.person.facts, now)
    said = hint(site.config.handoff.dispositions, one.judgment.way, owed)
    return said or (spoken(one.judgment.lack) if one.judgment.lack else "")


def _save(tx: Connection, judged: Sequence[Judged], assessed: Sequence[Assessed]) -> None:
    """Keep the assessments, the new facts, and what they make of the way of whoever has one."""
    assessments.save(tx, [one.now for one in assessed])
    journeys.claim(tx, [(one.person.id, claim) for one in judged for claim in one.keep])
    journeys.assign(tx, [made for one in judged for made in one.assigned])
    other = {one.now.person_id for one in assessed if _is_other(one.last, one.now)}
    moved = [one for one in judged if not one.at_rest and (one.keep or one.judgment.way.episodes or one.person.id in other)]
    journeys.replace(
        tx,
        [one.person.id for one in moved],
        [row for one in moved for row in journeys.derived(one.person.id, one.judgment.way.moves)],
    )
    timed = [one for one in judged if one.judgment.way.episodes or one.person.id in other]
    clocks.replace(tx, [one.person.id for one in timed], [(one.person.id, made) for one in timed for made in one.clocks])


def _is_other(last: Stored, now: Stored) -> bool:
    """Tell whether what was kept of a person's way may no longer hold, though nothing new was said of it."""
    return (last.stage, last.version, last.first_mql_at) != (now.stage, now.version, now.first_mql_at)


def _forget(tx: Connection, gone: Collection[int]) -> None:
    assessments.forget(tx, gone)
    clocks.replace(tx, gone, [])


# ---------------------------------------------------------------- what people are judged by


def people_to_judge(tx: Connection, site: Site, due: Sequence[Due], wants: Callable[[EventType], bool]) -> list[Person]:
    """Return those who are *due* with their facts and what is wanted of their histories."""
    accounts = _account_facts(tx, site, {one.account_id for one in due if one.account_id is not None})
    histories = _histories(tx, site, [one.last.person_id for one in due], wants)
    people = []
    for one in due:
        golden = entities.golden(site.config.fields, one.fields)
        facts = {**accounts.get(one.account_id or 0, {}), **golden}
        history = histories.get(one.last.person_id, {})
        people.append(
            Person(
                id=one.last.person_id,
                golden=golden,
                facts=facts,
                history=history,
                account_id=one.account_id,
                assessed_at=one.last.assessed_at,
                stage=one.last.stage,
            )
        )
    return people


def _account_facts(tx: Connection, site: Site, account_ids: Collection[int]) -> dict[int, Facts]:
    return {
        key: entities.golden(site.config.fields, account.fields)
        for key, account in entities.load(tx, account_ids).items()
        if account.deleted_at is None
    }


def _histories(tx: Connection, site: Site, people: Sequence[int], wants: Callable[[EventType], bool]) -> dict[int, History]:
    """Return the events of *people* that the agreement asks for."""
    known = site.event_types
    for key, one in activities.all_types(tx, max(known, default=0)).items():
        known[key] = EventType(one.kind, one.asset, one.direction is Direction.OUTBOUND, one.machine)
    wanted = {key for key, event in known.items() if wants(event)}
    found = activities.instants(tx, people, wanted if len(wanted) < len(known) else None)
    return {person: _by_event(known, mine) for person, mine in found.items()}


def _by_event(known: Mapping[int, EventType], mine: Mapping[int, list[int]]) -> History:
    """Bring together the types that the agreement does not tell apart: inbound, and nobody said."""
    history: dict[EventType, list[int]] = {}
    for key, instants in mine.items():
        event = known[key]
        history[event] = history[event] + instants if event in history else instants
    return history
