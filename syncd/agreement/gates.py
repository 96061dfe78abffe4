"""The sentences that open and close stages, compiled: who is a lead, who is no MQL any more, who is an SQL without sales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from syncd.agreement.conditions import Facts, Test, compiled_test
from syncd.agreement.counting import FOREVER, Channel, EventType, History, takes
from syncd.agreement.handoff import StageTerms
from syncd.agreement.language import Sentence
from syncd.agreement.scoring import first_holding, timelines
from syncd.agreement.terms import Counting


class Asked(NamedTuple):
    """The first sentence of each gate that holds, "" if none, and ``not_lead``, why somebody is no lead.

    Before ``until`` time alone changes none of it.
    """

    lead: str = ""
    leaves: str = ""
    sql: str = ""
    not_lead: str = ""
    until: int = FOREVER


class Gates(NamedTuple):
    """Compiled gates: ``ask(facts, history, now, since)``, and whether they ask for a type of event at all."""

    ask: Callable[[Facts, History, int, int], Asked]
    wants: Callable[[EventType], bool]


def gates(terms: StageTerms, zone: str) -> Gates:
    """Compile the gates of the agreement, once for many people.

    >>> gates(StageTerms(), "UTC").ask({"city": "Lugo"}, {}, 0, 0).not_lead
    'neither e-mail nor phone is known'
    """
    channels: dict[Channel, int] = {}
    sentences = (terms.lead, terms.leave_mql, terms.automatic_sql)
    compiled = [_compiled(one, channels, zone) for one in sentences]
    wanted, routes = tuple(channels), dict[EventType, tuple[int, ...]]()
    not_lead = _none_of(terms.lead)

    def ask(facts: Facts, history: History, now: int, since: int) -> Asked:
        found, until = timelines(wanted, routes, history, now, since) if wanted else ([], FOREVER)
        lead, leaves, sql = (first_holding(gate, facts, found, now) for gate in compiled)
        return Asked(lead[0], leaves[0], sql[0], "" if lead[0] else not_lead, min(until, lead[1], leaves[1], sql[1]))

    return Gates(ask, lambda event: any(takes(one, event) for one in wanted))


def _compiled(sentences: Sequence[Sentence], channels: dict[Channel, int], zone: str) -> tuple[tuple[str, Test], ...]:
    return tuple((one.text, compiled_test(one.condition, Counting(), channels, zone)) for one in sentences)


def _none_of(sentences: Sequence[Sentence]) -> str:
    """Say that none of *sentences* holds; of fields that have to be known, in one breath."""
    names = [
        one.text.removesuffix(" is known").replace("email", "e-mail") for one in sentences if one.text.endswith(" is known")
    ]
    if len(names) == len(sentences) > 1:
        return f"neither {' nor '.join(names)} is known"
    return f"none of this holds: {'; '.join(one.text for one in sentences)}"
