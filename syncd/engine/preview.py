"""Who would stand elsewhere under another version of the agreement, had it governed for the last while. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import History
from syncd.agreement.handoff import MQL
from syncd.agreement.journey import Claim, Evidence
from syncd.agreement.judging import Judge, judge
from syncd.config.load import Config
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


def compared(tx: Connection, site: Site, other: Config, *, days: int, now: int) -> Iterator[Compared]:
    """Yield everybody under both versions, with their facts as they are now and their events as they happened.

    Only what the score and the gates of the stages say is compared: whom sales has taken stays with sales under either.
    """
    judges = [judge(one.agreement, one.handoff) for one in (site.config, other)]
    last = 0
    while people := entities.living(tx, "person", last, _PAGE):
        last = people[-1].id
        by_judge = [judged(tx, site, [one.id for one in people], under.wants) for under in judges]
        for one in people:
            standings = [_standing(under, *found[one.id], days, now) for under, found in zip(judges, by_judge, strict=True)]
            golden = entities.golden(site.config.fields, one.fields)
            yield Compared(str(golden.get("email", "")), str(golden.get("owner", "")), standings[0], standings[1])


def _standing(under: Judge, facts: Facts, history: History, days: int, now: int) -> Standing:
    """Replay *days* from each instant at which something changes to the next, and judge at the end of them."""
    at, moved = now - days * DAY, tuple[Claim, ...]()
    for _ in range(_MOST_STEPS):
        said = under.judge(facts, history, Evidence(claims=moved), at)
        moved += said.keep
        if said.next_change_at > now:
            break
        at = said.next_change_at
    said = under.judge(facts, history, Evidence(claims=moved), now)
    return Standing(said.way.stage, said.score.published, sum(one.to == MQL for one in moved))
