"""``syncd why``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from syncd.cli.base import Exit, Failure, common, site
from syncd.cli.output import ago, is_json, line, plain, print_json, table, when
from syncd.engine import why as explanation
from syncd.engine.shown import ClockShown, FieldShown, ScoreShown, Why, WriteShown

_SHOWN = 10
"""Activities a table shows; JSON has them all."""


@click.command()
@click.argument("person")
@click.option("--field", metavar="NAME", help="Only this field, with every candidate.")
@common
def why(person: str, field: str | None) -> None:
    """Explain PERSON: an e-mail address, an identifier, or CONNECTION.STREAM:ID.

    Every field with its source, instant and the rule that chose it; the score line by line and when it next changes;
    stages; writes and why they wait.

    \b
    Examples:
      syncd why ann@example.com
      syncd why ann@example.com --field phone
      syncd why crm.contacts:1042 --output json
    """
    with site() as here, here.store.read() as tx:
        found = explanation.find(tx, here, person)
        if found is None:
            raise Failure(f"nobody is known as {person!r}; syncd people list shows who is", Exit.FAILED)
        result = explanation.why(tx, here, found, here.now())
    if field is not None:
        one = next((one for one in result.fields if one.name == field), None)
        if one is None:
            known = ", ".join(one.name for one in result.fields)
            raise Failure(f"this person has no field {field!r}; there is {known}", Exit.FAILED)
        print_json(one) if is_json() else _field(one)
    elif is_json():
        print_json(result)
    else:
        _person(result)


def _field(one: FieldShown) -> None:
    line(f"{one.name} = {plain(one.value)}", style="bold")
    line(f"{one.because}, from {one.source}" + (f", since {when(one.at)}" if one.at else ""))
    line()
    table(("candidate", "source", "since"), [(each.value, each.source, each.at) for each in one.candidates])
    for until, value in one.before:
        line(f"until {when(until)} it was {value}")


def _person(result: Why) -> None:
    line(f"{result.email or 'without e-mail'}  {result.id}", style="bold")
    line(f"stage {result.stage or 'none'}" + (f", account {plain(result.account)}" if result.account else ""))
    line()
    table(
        ("record", "changed", "learnt", "note"),
        [
            (
                one.source,
                one.changed_at if one.changed_at.year > 1970 else None,
                one.known_at,
                one.fate or ("only heard of" if one.heard_of_only else "; ".join(one.problems)),
            )
            for one in result.records
        ],
    )
    for at, because in result.merges:
        line(f"joined {when(at)}: {because}; syncd people unmerge takes it back")
    _fields("field", result.fields)
    _fields("of the account", result.account_fields)
    line()
    show_score(result.score)
    _story(result)


def _fields(title: str, fields: Sequence[FieldShown]) -> None:
    if fields:
        line()
        table(
            (title, "value", "from", "since", "because"),
            [(one.name, one.value, one.source, one.at, one.because) for one in fields],
        )


def show_score(score: ScoreShown) -> None:
    """Print a score with its lines, heaviest first."""
    line(f"score {score.score}, band {score.band}" + (f", grade {score.grade}" if score.grade else ""), style="bold")
    line(f"model {score.model}, agreement version {score.version}, at {when(score.at)}")
    table(
        ("points", "group", "because", "events"),
        [(one.points, one.group, one.says, _events(one.events)) for one in score.lines],
    )
    for group, raw, held in score.groups:
        if raw != held:
            line(f"{group}: {raw} held to {held}")
    if score.instantly_mql:
        line(f"an MQL at once: {score.instantly_mql}")
    if score.never_mql:
        line(f"never an MQL: {score.never_mql}")
    if score.counts_after is not None:
        no_longer = ", ".join(f"{times} {kind}" for kind, times in score.no_longer.items()) or "nothing"
        line(f"no longer counts: {no_longer} (given back {when(score.counts_after)}, only what happened since counts)")
    if score.next_change_at is not None:
        line(f"if nothing happens: {score.next}, from {when(score.next_change_at)} on ({ago(score.next_change_at)})")


def _events(events: Sequence[datetime]) -> str:
    if not events:
        return ""
    return f"{len(events)}, last {plain(events[-1])}"


def _story(result: Why) -> None:
    if result.activities:
        line()
        table(
            (
                f"last {_SHOWN} of {len(result.activities)} activities" if len(result.activities) > _SHOWN else "activity",
                "of",
                "at",
                "source",
            ),
            [(one.kind + " by a machine" * one.machine, one.asset, one.at, one.source) for one in result.activities[-_SHOWN:]],
        )
    _way(result)
    if result.writes:
        line()
        table(
            ("write to", "field", "old", "new", "state"),
            [(one.to, one.field, one.old, one.new, _state(one)) for one in result.writes],
        )
    if result.overrides:
        line()
        table(
            ("changed by somebody else", "field", "at", "from", "to", "answer"),
            [(one.record, one.field, one.at, one.old, one.new, one.answer) for one in result.overrides],
        )


def _way(result: Why) -> None:
    line()
    table(
        ("entered", "from", "to", "by", "because"),
        [(one.at, one.before, one.stage, one.by, one.because + " (inferred)" * one.inferred) for one in result.stages],
    )
    for at, stage, because in result.refused:
        line(f"{when(at)}: did not become {stage}: {because}")
    if result.assignments:
        line()
        table(
            ("given at", "to", "because"),
            [(one.at, one.owner or f"queue {one.queue}", one.because) for one in result.assignments],
        )
    if result.attempts:
        line()
        table(
            ("tried at", "how", "by", "counts", "because"),
            [(one.at, one.kind, one.by, "yes" if one.counted else "no", one.because) for one in result.attempts],
        )
    if result.clocks:
        line()
        table(
            ("promise", "state", "began", "due", "stopped", "used", "calendar"),
            [
                (_promise(one), _standing(one), one.start, one.due, _stopped(one), _minutes(one), one.calendar)
                for one in result.clocks
            ],
        )
    if result.next_step:
        line(f"next: {result.next_step}")
    if result.notices:
        line()
        table(
            ("notice", "to", "by", "state", "raised"),
            [(one.event, one.to, one.by, one.problem or one.state, one.raised_at) for one in result.notices],
        )


def _promise(one: ClockShown) -> str:
    whose = f" of {one.rep}" if one.rep else ""
    return f"{one.policy}{whose}" + (f" (episode {one.episode})" if one.episode > 1 else "")


def _standing(one: ClockShown) -> str:
    return one.state + " (history)" * one.historical + f", {one.done} of {one.need}" * (one.need > 1)


def _stopped(one: ClockShown) -> str:
    return f"{when(one.stop)}, {one.stopped_by.replace('_', ' ')}" if one.stop else ""


def _minutes(one: ClockShown) -> str:
    """Say the minutes used, and who had how many of them if several had the person."""
    if len(one.held_minutes) < 2:
        return f"{one.used_minutes} min"
    return f"{one.used_minutes} min: " + ", ".join(f"{who} {minutes}" for who, minutes in one.held_minutes.items())


def _state(one: WriteShown) -> str:
    if not one.waiting:
        return "written"
    if one.sent:
        return "handed over, a later sync settles it"
    if one.mode == "shadow":
        return "shadow: would be written"
    return f"refused, waits ({one.held})" if one.held else "waits"
