"""Who would stand elsewhere under another version of the agreement, had it governed for the last while. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.agreement.assess import Assessor, assessor
from syncd.agreement.conditions import Facts
from syncd.agreement.counting import History
from syncd.agreement.handoff import MQL
from syncd.agreement.terms import Agreement
from syncd.engine.assess import judged
from syncd.engine.site import Site
from syncd.store import entities

_PAGE = 1000
_MOST_STEPS = 10_000
DAY = 86_400_000_000


class Standing(NamedTuple):
    """Where the score leads a person under one version: the stage and score now, and how often it made an MQL of them."""

    stage: str
    score: int
    mqls: int


class Compared(NamedTuple):
    """A person under the version in force and under the other one."""

    name: str
    owner: str
    before: Standing
    after: Standing


def compared(tx: Connection, site: Site, other: Agreement, *, days: int, now: int) -> Iterator[Compared]:
    """Yield everybody under both versions, with their facts as they are now and their events as they happened.

    Only what the score says is compared: whom sales has taken stays with sales under either.
    """
    judges = assessor(site.config.agreement), assessor(other)
    last = 0
    while people := entities.living(tx, "person", last, _PAGE):
        last = people[-1].id
        by_judge = [judged(tx, site, [one.id for one in people], judge) for judge in judges]
        for one in people:
            standings = [_standing(judge, *found[one.id], days, now) for judge, found in zip(judges, by_judge, strict=True)]
            golden = entities.golden(site.config.fields, one.fields)
            yield Compared(str(golden.get("email", "")), str(golden.get("owner", "")), standings[0], standings[1])


def _standing(judge: Assessor, facts: Facts, history: History, days: int, now: int) -> Standing:
    """Replay *days* from each instant at which something changes to the next."""
    at, stage, mqls = now - days * DAY, "", 0
    for _ in range(_MOST_STEPS):
        said = judge.assess(facts, history, stage, at)
        mqls += said.stage == MQL != stage
        stage = said.stage
        if said.next_change_at > now:
            break
        at = said.next_change_at
    said = judge.assess(facts, history, stage, now)
    return Standing(said.stage, said.score.published, mqls)
