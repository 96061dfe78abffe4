"""The agreement's worked examples: people made up to show what the rules mean, which must stay true."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import EventType, History, micros
from syncd.agreement.gates import Asked
from syncd.agreement.language import duration
from syncd.agreement.scoring import score
from syncd.agreement.stages import standing
from syncd.agreement.terms import Agreement, Model

_EVENT = re.compile(r"(?P<kind>\w+)(?: (?P<asset>(?!\d+[mhdw] ago)\S+))?(?: (?P<age>\d+[mhdw]) ago)?")
_JUDGED_AT = 1_767_268_800_000_000  # noon of 2026-01-01 UTC: an example that holds today holds tomorrow
_STEP = 3_600_000_000  # events without an age are an hour apart, so that each is a visit of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made-up person."""

    facts: Facts
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What ``person`` is expected to get; or, with ``worse``, that ``person`` scores more than that one."""

    name: str
    model: str | None
    person: Made
    expect: Mapping[str, str | int]
    worse: Made | None = None


def failure(agreement: Agreement, example: Example) -> str:
    """Return what came instead of what *example* expects, "" if it holds."""
    model = agreement.models[example.model or agreement.active]
    got = _shown(model, agreement.zone, example.person)
    if example.worse is None:
        wrong = [f"{key} is {got[key]}, not {value}" for key, value in example.expect.items() if str(got[key]) != str(value)]
        return "; ".join(wrong)
    better, worse = int(got["score"]), int(_shown(model, agreement.zone, example.worse)["score"])
    return "" if better > worse else f"the better one scores {better}, the worse one {worse}"


def event_problem(text: str, kinds: Collection[str]) -> str | None:
    """Return what is wrong with the words of an event, if anything."""
    match = _EVENT.fullmatch(text)
    if match is None:
        return "is not an event; write 'KIND', 'KIND ASSET' or 'KIND ASSET 10d ago'"
    return None if match["kind"] in kinds else f"no kind of activity is called {match['kind']!r}"


def _shown(model: Model, zone: str, person: Made) -> dict[str, str | int]:
    result = score(model, person.facts, history(person.events, _JUDGED_AT), now=_JUDGED_AT, zone=zone)
    stage = standing(model, result, "", Asked(lead="made up")).stage
    return {"score": result.published, "band": result.band, "grade": result.grade, "stage": stage}


def history(events: Sequence[str], now: int) -> History:
    """Return made-up events; those without an age happened now, an hour before that, and so on. Raises: ValueError."""
    found: dict[EventType, list[int]] = {}
    for i, text in enumerate(events):
        match = _EVENT.fullmatch(text)
        if match is None:
            raise ValueError(f"not an event: {text!r}")
        age = micros(duration(match["age"])) if match["age"] else i * _STEP
        found.setdefault(EventType(match["kind"], match["asset"] or ""), []).append(now - age)
    return {event: sorted(instants) for event, instants in found.items()}
