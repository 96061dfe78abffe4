"""What the store knows of people's ways: claims, answers of sales, deals, owners, and what our people did to reach them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from syncd.agreement.attempts import Touch, Verdict, attempt_events, verdicts
from syncd.agreement.counting import FOREVER, micros_of, midnight
from syncd.agreement.dispositions import Dispute, feedback_events, verdict
from syncd.agreement.durations import Pause
from syncd.agreement.evidence import Filled, answer, changed_by_hand, deal
from syncd.agreement.handoff import MQL, STAGES
from syncd.agreement.journey import Answer, Claim, Deal, Event, Evidence, Owner
from syncd.agreement.routing import Assignment
from syncd.engine.site import Site
from syncd.model import Direction, Golden
from syncd.store import activities, entities, feedback, ids, journeys, ledger, notices, records
from syncd.store.activities import Happened
from syncd.store.entities import Entity, Past
from syncd.store.ledger import Override
from syncd.store.records import OwnerRecord

OWNER = "owner"
NAME = "name"

LONGEST_NAME = 100
"""Letters of a deal's name that are told: a next step fits into the 255 of a CRM's text field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything but the score that a person's way depends on, and how it was read."""

    evidence: Evidence
    verdicts: tuple[Verdict, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    pauses: Mapping[str, tuple[Pause, ...]]


class Held(NamedTuple):
    """A value that a field held from ``at`` on; ``None`` for nothing. ``connection`` and ``record`` are where it came from."""

    value: Golden | None
    at: int
    connection: str = ""
    record: int = 0


def on_their_way(
    tx: Connection, site: Site, people: Mapping[int, Mapping[str, Golden]], claims: Mapping[int, Sequence[Claim]]
) -> set[int]:
    """Return who of *people*, given with golden fields and claims, has more of a way than the score alone tells."""
    asked = site.config.handoff.dispositions.value_field
    answered = {person for person, golden in people.items() if asked in golden}
    answered |= entities.past_of(tx, people, [asked]).keys()
    made = {person for person, said in claims.items() if any(one.to == MQL for one in said)}
    return answered | made | records.deals_of(tx, people).keys() | ledger.stage_overrides(tx, people).keys()


def known(tx: Connection, site: Site, people: Collection[int]) -> dict[int, Known]:
    """Return what is known of the ways of *people*."""
    handoff = site.config.handoff
    stored = entities.load(tx, people)
    pausing = {cause for sla in site.slas for policy in sla.policies for cause in policy.pause_while}
    asked = {OWNER, handoff.dispositions.value_field, handoff.dispositions.reason_field, *pausing}
    past = entities.past_of(tx, people, asked)
    members = [one for group in records.of_entities(tx, people).values() for one in group]
    connections = {one.id: site.streams[one.stream_id].connection for one in members}
    gone = {one.id for one in members if one.deleted_at is not None}
    claims, assigned, overrides = (
        journeys.claims(tx, people),
        journeys.assignments(tx, people),
        ledger.stage_overrides(tx, people),
    )
    names, deals = owner_names(tx), _deals(tx, site, people)
    touches, asked_for = _touch_kinds(site), _asked_kinds(site)
    types = {key for key, event in site.event_types.items() if event.kind in touches | asked_for}
    happened = activities.timelines(tx, people, types)
    told = notices.told_to(tx, people, "mql_assigned")
    said, disputed = feedback.about(tx, people), feedback.disputes(tx, people)
    found = {}
    for person, entity in stored.items():
        held = _held(site, entity, past.get(person, ()), asked, connections, gone)
        theirs = [_named(site, names, one) for one in happened.get(person, ())]
        judged = verdicts(site.config.attempts, [_touch(one) for one in theirs if one.type.kind in touches])
        mine, answers = assigned.get(person, ()), _answers(site, held)
        found[person] = Known(
            evidence=Evidence(
                claims=(
                    *claims.get(person, ()),
                    *_by_hand(site, overrides.get(person, ())),
                    *_overturned(disputed.get(person, ()), answers),
                ),
                events=(
                    *attempt_events(site.config.attempts, judged),
                    *(_event(one) for one in theirs if one.type.kind in asked_for and not one.type.machine),
                    *(event for item in said.get(person, ()) for event in feedback_events(item)),
                    *(Event(at=sent.at, what="notified", by=sent.to) for sent in told.get(person, ())),
                ),
                answers=answers,
                deals=tuple(deals.get(person, ())),
                owners=(*_owners(names, held[OWNER]), *(Owner(one.owner, one.at) for one in mine if one.owner)),
                renewal_at=_renewal(site, entity.fields),
            ),
            verdicts=judged,
            assignments=mine,
            pauses={cause: tuple(_pauses(held[cause], site.config.time.zone)) for cause in pausing},
        )
    return found


def owner_names(tx: Connection) -> dict[tuple[str, str], str]:
    """Return what everybody who may own a record is called, by connection and identifier there: by e-mail address, if known."""
    return {(one.connection, one.external_id): name for one, name in _everybody(tx)}


def account_owner(tx: Connection, site: Site, account: int, names: Mapping[tuple[str, str], str]) -> str:
    """Return who owns an account, by their name of `owner_names` where the connection that says so has it; "" if nobody."""
    found = entities.load(tx, [account]).get(account)
    if found is None or found.deleted_at is not None or OWNER not in (golden := entities.values(found.fields)):
        return ""
    source, _ = entities.proof(found.proof).get(OWNER, (0, 0))
    streams = [one.stream_id for one in records.of_entities(tx, [account]).get(account, ()) if one.id == source]
    owner = str(golden[OWNER])
    return names.get((site.streams[streams[0]].connection, owner), owner) if streams else owner


def left(tx: Connection) -> frozenset[str]:
    """Return who works here no more: owners that every CRM they were in deleted."""
    everybody = _everybody(tx)
    return frozenset(name for one, name in everybody if one.gone) - {name for one, name in everybody if not one.gone}


def _everybody(tx: Connection) -> list[tuple[OwnerRecord, str]]:
    """Return everybody who may or might own a record, and what they are called; of who is gone the past alone still tells."""
    found = records.owners(tx)
    past = entities.past_of(tx, {one.entity for one in found if one.gone}, ["email"])
    left_as = {owner: str(msgspec.json.decode(mine[-1].value or '""')) for owner, mine in past.items()}
    emails = [str(entities.values(one.fields).get("email", "")) or left_as.get(one.entity, "") for one in found]
    return [(one, email or one.external_id) for one, email in zip(found, emails, strict=True)]


# ---------------------------------------------------------------- fields over time


def _held(
    site: Site,
    entity: Entity,
    past: Sequence[Past],
    asked: Iterable[str],
    connections: Mapping[int, str],
    gone: Collection[int],
) -> dict[str, list[Held]]:
    """Return what each field of *asked* held over time, oldest first."""
    golden, proof = entities.golden(site.config.fields, entity.fields), entities.proof(entity.proof)
    found: dict[str, list[Held]] = {name: [] for name in asked}
    for one in past:
        value = None if one.value is None else msgspec.json.decode(one.value, type=str | bool | int | tuple[str, ...])
        source, at = (0, one.until_at) if one.proof is None else msgspec.json.decode(one.proof, type=tuple[int, int])
        found[one.field].append(Held(value, at, connections.get(source, ""), source))
    ended_at = {one.field: one.until_at for one in past}  # oldest first
    for name, mine in found.items():
        if name in golden:
            source, at = proof.get(name, (0, entity.changed_at))
            if mine and mine[-1].value == golden[name] and mine[-1].record in gone:
                at = min(at, mine.pop().at)  # a converted lead's contact goes on saying what the lead said
            elif mine and at < mine[-1].at:  # another record said so all along; it holds again since the last value ended
                at = ended_at[name]
            mine.append(Held(golden[name], at, connections.get(source, ""), source))
        elif mine:
            mine.append(Held(None, ended_at[name]))
    return found


def _answers(site: Site, held: Mapping[str, Sequence[Held]]) -> tuple[Answer, ...]:
    """Read every answer there was; a reason belongs to the answer before it."""
    terms = site.config.handoff.dispositions
    values = [one for one in held[terms.value_field] if one.value is not None]
    reasons = [one for one in held[terms.reason_field] if one.value is not None]
    found: list[Answer] = []
    for n, one in enumerate(values):
        until = values[n + 1].at if n + 1 < len(values) else FOREVER
        fields = {terms.value_field: Filled(one.value or "", one.at)}
        given_before = [why for why in reasons if why.at < until]
        if given_before:
            fields[terms.reason_field] = Filled(given_before[-1].value or "", given_before[-1].at)
        given = answer(terms, fields, found)
        found += [] if given is None else [given]
    return tuple(found)


def _by_hand(site: Site, found: Sequence[Override]) -> list[Claim]:
    """Return the stages that people set in a CRM; a word that is no stage says nothing."""
    stages = site.config.handoff.stages
    said = [(str(one.new or "").strip().casefold(), one.at) for one in found]
    return [changed_by_hand(stages, to, at=at, by="") for to, at in said if to in STAGES]


def _overturned(disputed: Iterable[Dispute], answers: Iterable[Answer]) -> list[Claim]:
    """Return the moves that overturned rejections make."""
    given = {one.at: one for one in answers}
    made = [verdict(one, given[one.about]) for one in disputed if one.about in given]
    return [claim for claim in made if claim is not None]


def _owners(names: Mapping[tuple[str, str], str], held: Sequence[Held]) -> list[Owner]:
    """Return who owned a person in the CRMs: by e-mail address, where the identifier is known."""
    return [Owner(names.get((one.connection, str(one.value)), str(one.value or "")), one.at) for one in held]


def _pauses(held: Sequence[Held], zone: str) -> list[Pause]:
    """Return when a cause held: while a yes/no field says yes, or until the date or instant it names."""
    ends = [one.at for one in held[1:]] + [FOREVER]
    found = []
    for one, end in zip(held, ends, strict=True):
        until = end if isinstance(one.value, bool) else min(end, _beginning(one.value, zone))
        if one.value and one.at < until:
            found.append(Pause(one.at, until))
    return found


def _renewal(site: Site, fields: str) -> int | None:
    value = entities.values(fields).get(site.config.handoff.stages.renewal_field)
    return _beginning(value, site.config.time.zone) if isinstance(value, str) else None


def _beginning(value: Golden | None, zone: str) -> int:
    """Return the first instant of a golden date in *zone*, or a golden date-time; before any instant for what is neither."""
    text = str(value)
    try:
        return micros_of(datetime.fromisoformat(text)) if "T" in text else midnight(date.fromisoformat(text), zone)
    except (ValueError, TypeError):  # TypeError: a text that names no zone
        return -FOREVER


# ---------------------------------------------------------------- deals and touches


def _deals(tx: Connection, site: Site, people: Collection[int]) -> dict[int, list[Deal]]:
    by_person = records.deals_of(tx, people)
    stored = entities.load(tx, {deal for mine in by_person.values() for deal in mine})
    living = {key: one for key, one in stored.items() if one.deleted_at is None}
    nameless = [key for key, one in living.items() if NAME not in entities.golden(site.config.fields, one.fields)]
    places = _places(tx, site, nameless)
    made = {key: _deal(site, one, places) for key, one in living.items()}
    return {person: [made[deal] for deal in sorted(mine) if deal in made] for person, mine in by_person.items()}


def _places(tx: Connection, site: Site, deals: Sequence[int]) -> dict[int, str]:
    """Return where each record of *deals* stands, as CONNECTION.STREAM:ID."""
    found: dict[int, str] = {}
    for one in chain.from_iterable(records.of_entities(tx, deals).values() if deals else ()):
        stream = site.streams[one.stream_id]
        found[one.id] = f"{stream.connection}.{stream.name}:{one.external_id}"
    return found


def _deal(site: Site, entity: Entity, places: Mapping[int, str]) -> Deal:
    """Read a deal; what a source does not date took place when we learnt of it.

    Without a name it is called by the place of the record that says how it stands.
    """
    golden, proof = entities.golden(site.config.fields, entity.fields), entities.proof(entity.proof)
    fields = {name: Filled(value, proof[name][1] if name in proof else entity.born_at) for name, value in golden.items()}
    dated = _beginning(golden["created_on"], site.config.time.zone) if "created_on" in golden else -FOREVER
    created_at = dated if dated > -FOREVER else min((one.at for one in fields.values()), default=entity.born_at)
    terms = site.config.handoff.stages
    says_so, _ = proof.get(terms.deal_stage_field, (0, 0))
    name = " ".join(str(golden.get(NAME) or places.get(says_so, "")).split())[:LONGEST_NAME]
    return replace(deal(terms, ids.shown(entity.id), fields, created_at=created_at), name=name)


def _touch_kinds(site: Site) -> frozenset[str]:
    terms = site.config.attempts
    return terms.count | terms.never | terms.connects | terms.bounces


def _asked_kinds(site: Site) -> frozenset[str]:
    """Return the kinds of activity, among other events, that promises and stages ask for by name."""
    promises = [policy for sla in site.slas for policy in sla.policies]
    asked = [moments for one in promises for moments in (one.start, one.stop, one.unless, one.cancel_if, one.void_if)]
    return site.config.handoff.stages.working_on.union(moment.what for moments in asked for moment in moments.of)


def _event(one: Happened) -> Event:
    return Event(at=one.occurred_at, what=one.type.kind, by=one.actor)


def _named(site: Site, names: Mapping[tuple[str, str], str], one: Happened) -> Happened:
    """Call who did it as owners are called."""
    return one._replace(actor=names.get((site.streams[one.stream_id].connection, one.actor), one.actor))


def _touch(one: Happened) -> Touch:
    direction = one.type.direction
    return Touch(
        at=one.occurred_at,
        kind=one.type.kind,
        id=one.source_id,
        by=one.actor,
        outbound=None if direction is Direction.UNKNOWN else direction is Direction.OUTBOUND,
        machine=one.type.machine,
    )
