"""The closed loop by hand: feedback and its replies, disputes and their verdicts, each followed by a new assessment."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from sqlalchemy import Connection

from syncd.agreement.calendars import ALWAYS
from syncd.agreement.dispositions import (
    Dispute,
    Feedback,
    dispute_problem,
    feedback_problem,
    latest,
)
from syncd.agreement.durations import deadline
from syncd.agreement.handoff import Party
from syncd.agreement.journey import Answer
from syncd.agreement.policies import desk
from syncd.engine import evidence
from syncd.engine.site import Site
from syncd.store import assessments, feedback, ids


class Unheard(Exception):
    """Feedback or a dispute that cannot be taken; the message says why and what to do."""


def give(tx: Connection, site: Site, item: Feedback, *, person: int | None) -> str:
    """Keep a new piece of feedback and return its name. Raises: Unheard."""
    if problem := feedback_problem(item):
        raise Unheard(problem)
    identifier = site.ids()
    feedback.save(tx, item, identifier=identifier, person=person)
    _assess(tx, site, person)
    return ids.shown(identifier)


def reply(tx: Connection, site: Site, name: str, *, by: str, text: str) -> None:
    """Keep the reply to a piece of feedback. Raises: Unheard."""
    item = next((one for one in feedback.everything(tx) if one.id == name), None)
    identifier = ids.read(name)
    if item is None or identifier is None:
        raise Unheard(f"there is no feedback {name!r}; syncd feedback list has them")
    person = ids.read(item.about) if item.about else None
    answered = replace(item, replied_at=site.now(), replied_by=by, reply=text)
    if problem := feedback_problem(answered):
        raise Unheard(problem)
    feedback.keep_reply(tx, identifier, answered)
    _assess(tx, site, person)


def doubt(tx: Connection, site: Site, person: int, *, by: str, party: Party, why: str) -> None:
    """Dispute the last answer of sales about a person. Raises: Unheard."""
    disputed = _answer(tx, site, person)
    one = Dispute(about=disputed.at if disputed else 0, at=site.now(), by=by, party=party, why=why)
    _keep(tx, site, person, one, disputed)


def decide(tx: Connection, site: Site, person: int, *, verdict: Literal["stands", "overturned"], by: str) -> None:
    """Decide the dispute about a person's last answer; an overturned one makes an MQL again. Raises: Unheard."""
    disputed = _answer(tx, site, person)
    found = [one for one in feedback.disputes(tx, [person]).get(person, ()) if disputed and one.about == disputed.at]
    if not found:
        raise Unheard("nobody disputes the last answer about this person; syncd dispute list has those disputed")
    _keep(tx, site, person, replace(found[-1], verdict=verdict, decided_at=site.now(), decided_by=by), disputed)


def _answer(tx: Connection, site: Site, person: int) -> Answer | None:
    return latest(evidence.known(tx, site, [person])[person].evidence, site.now())


def _keep(tx: Connection, site: Site, person: int, one: Dispute, disputed: Answer | None) -> None:
    terms = site.config.handoff.dispositions
    calendar = desk(site.slas[-1], one.by).calendar if site.slas else ALWAYS
    until = deadline(terms.dispute.within, calendar, one.about).due
    if problem := dispute_problem(terms, one, disputed, until=until):
        raise Unheard(problem)
    keep = feedback.keep_verdict if one.verdict else feedback.keep_dispute
    keep(tx, person, one)
    _assess(tx, site, person)


def _assess(tx: Connection, site: Site, person: int | None) -> None:
    if person is not None:
        assessments.mark_due(tx, [person], site.now())
