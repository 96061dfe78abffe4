"""Short ways to write down what is known of a person's way."""

from __future__ import annotations

from dataclasses import replace

from syncd.agreement.handoff import Handoff, Party
from syncd.agreement.journey import Answer, Claim, Event, Evidence, Journey
from syncd.agreement.stages import journey
from tests.agreement.build import at

TERMS = Handoff(version=7)


def score(when: str, to: str, was: str = "", *, outright: bool = False) -> Claim:
    return Claim(at(when), to, "daemon", cause=f"score says {to}", was=was, version=7, outright=outright)


def hand(when: str, to: str, party: Party = "sales", by: str = "kim") -> Claim:
    return Claim(at(when), to, party, by=by, cause="changed by hand")


def answer(when: str, value: str, reason: str = "", *, by: str = "kim") -> Answer:
    return Answer(at=at(when), value=value, by=by, reason=reason)


def attempt(when: str, by: str = "kim") -> Event:
    return Event(at=at(when), what="contact_attempt", by=by)


def way(evidence: Evidence, now: str = "2027-06-01", terms: Handoff = TERMS) -> Journey:
    return journey(terms, evidence, at(now))


def claimed(*claims: Claim) -> Evidence:
    return Evidence(claims=claims)


def adding(evidence: Evidence, claim: Claim) -> Evidence:
    return replace(evidence, claims=(*evidence.claims, claim))


def steps(found: Journey) -> list[str]:
    """The stages entered, those inferred in brackets."""
    return [f"({move.to})" if move.inferred else move.to for move in found.moves]
