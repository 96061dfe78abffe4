"""``syncd agreement``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import click

from syncd.agreement.conditions import Facts
from syncd.agreement.counting import FOREVER, History, micros_of
from syncd.agreement.examples import Made, event_problem, history
from syncd.agreement.language import english
from syncd.agreement.promise_words import promises_in_words
from syncd.agreement.rulewording import range_in_words, rule_in_words
from syncd.agreement.scoring import scorer
from syncd.agreement.stages import journey
from syncd.agreement.terms import POINT, Agreement, Model
from syncd.agreement.wording import in_words
from syncd.cli.base import Exit, Failure, Instant, LazyGroup, common, configured, site
from syncd.cli.clock import now as clock
from syncd.cli.output import is_json, line, print_json, table
from syncd.cli.why import show_score
from syncd.config import Config
from syncd.engine import evidence
from syncd.engine import why as explanation
from syncd.engine.assess import judged
from syncd.mapping.fields import Field
from syncd.mapping.reading import Reading
from syncd.mapping.transforms import Unfit, transform
from syncd.model import Golden

_COMMANDS = {
    "check": ("syncd.cli.agreement:check", "Say back in English what syncd understood; try the worked examples."),
    "diff": ("syncd.cli.governing:diff", "Say what the file changes against the version in force."),
    "preview": ("syncd.cli.governing:preview", "Show who would stand elsewhere under the file's version."),
    "sign": ("syncd.cli.governing:sign", "Sign the file's version for one party."),
    "handbook": ("syncd.cli.governing:handbook", "Write the agreement as a page that an outsider understands."),
    "reviewed": ("syncd.cli.governing:reviewed", "Note that both teams looked at a part of it."),
    "score": ("syncd.cli.agreement:score", "Score a person, real or made up, without changing anything."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def agreement() -> None:
    """Check the agreement and try its score.

    \b
    Example:
      syncd agreement check
    """


@click.command()
@common
def check() -> None:
    """Check agreement.yaml, say back in English what it means, and try its worked examples.

    \b
    Examples:
      syncd agreement check
      syncd agreement check --output json
    """
    config, _ = configured()
    signed = config.agreement
    held = [one.name for one in config.examples]  # a broken one is a mistake of the file
    if is_json():
        models = {name: _said(model) for name, model in signed.models.items()}
        said = {"name": signed.name, "version": signed.version, "models": models, "examples": held, **_lines(config)}
        print_json(said)
    else:
        line(f"{signed.name}, version {signed.version}, local dates in {signed.zone}", style="bold")
        for name, model in signed.models.items():
            line()
            line(f"model {name}" + (" (active)" if name == signed.active else ""), style="bold")
            _print_model(model)
        for title, lines in _lines(config).items():
            line()
            line(title, style="bold")
            for one in lines:
                line(f"  {one}")
        line()
        line(f"worked examples that hold: {'; '.join(held) or 'none were given'}")


@click.command()
@click.argument("person", required=False)
@click.option("--model", "model_name", help="A model of the agreement; the active one if not named.")
@click.option("--at", type=Instant(), help="As of this time instead of now.")
@click.option(
    "--fact", "facts", multiple=True, metavar="FIELD=VALUE", help="A fact of a made-up person, or to try on a real one."
)
@click.option("--event", "events", multiple=True, metavar="'KIND [ASSET] [3d ago]'", help="An event of the same.")
@common
def score(person: str | None, model_name: str | None, at: datetime | None, facts: Sequence[str], events: Sequence[str]) -> None:
    """Score PERSON, or somebody made up, line by line; nothing is saved or written.

    \b
    Examples:
      syncd agreement score ann@example.com --at 2026-12-24
      syncd agreement score --fact company_size=120 --fact role=ceo --event "page_view pricing 3d ago"
      syncd agreement score ann@example.com --model article_000
    """
    config, _ = configured()
    signed, now = _by_model(config.agreement, model_name), micros_of(at or clock())
    made = _made(config.fields, signed, facts, events)
    tried: tuple[Facts, History] = (made.facts, history(made.events, now))
    since = -FOREVER
    if person is not None:
        with site() as here, here.store.read() as tx:
            found = explanation.find(tx, here, person)
            if found is None:
                raise Failure(f"nobody is known as {person!r}; syncd people list shows who is", Exit.FAILED)
            tried = _together(judged(tx, here, [found], scorer(signed.model, signed.zone).wants)[found], tried)
            since = journey(config.handoff, evidence.known(tx, here, [found])[found].evidence, now).counts_after
    shown = explanation.shown_score(signed, *tried, since=since, at=now)
    print_json(shown) if is_json() else show_score(shown)


def _lines(config: Config) -> dict[str, tuple[str, ...]]:
    """Return everything but the scores in English, by section."""
    promises = {} if config.sla is None else promises_in_words(config.sla, config.attempts)
    return {title: lines for title, lines in {**in_words(config.handoff), **promises}.items() if lines}


# ---------------------------------------------------------------- what was asked


def _by_model(signed: Agreement, name: str | None) -> Agreement:
    if name is not None and name not in signed.models:
        raise click.BadParameter(f"there is no model {name!r}; there is {', '.join(signed.models)}", param_hint="--model")
    return replace(signed, active=name or signed.active)


def _made(fields: Mapping[str, Field], signed: Agreement, facts: Sequence[str], events: Sequence[str]) -> Made:
    known: dict[str, Golden] = {}
    for fact in facts:
        name, equals, value = fact.partition("=")
        if not equals or name not in fields:
            raise click.BadParameter(f"{fact!r}: write FIELD=VALUE with a field of the agreement", param_hint="--fact")
        read = transform(Reading(type=fields[name].type, choices=fields[name].values, separator=","))(value)
        if isinstance(read, Unfit):
            raise click.BadParameter(f"{name}: {read.what}", param_hint="--fact")
        if read is not None:
            known[name] = read
    for event in events:
        if problem := event_problem(event, signed.kinds):
            raise click.BadParameter(f"{event!r} {problem}", param_hint="--event")
    return Made(facts=known, events=tuple(events))


def _together(real: tuple[Facts, History], tried: tuple[Facts, History]) -> tuple[Facts, History]:
    events = {event: [*real[1].get(event, ()), *tried[1].get(event, ())] for event in {**real[1], **tried[1]}}
    return {**real[0], **tried[0]}, events


# ---------------------------------------------------------------- saying it back


def _print_model(model: Model) -> None:
    for group in model.groups:
        limits = "" if group.low is None else f" ({group.low // POINT} to {(group.high or 0) // POINT})"
        table(
            (f"{group.id}{limits}", "points", "when"),
            [
                (rule.id if i == 0 else "", f"{branch.points / POINT:+g}", rule_in_words(rule, i))
                for rule in group.rules
                for i, branch in enumerate(rule.branches)
            ],
        )
    ranges = ", ".join(f"{band.name} {range_in_words(band)}" for band in model.bands)
    line(
        f"bands: {ranges}; otherwise below"
        + (f"; an MQL stays one until below {model.leave_mql_below}" if model.leave_mql_below else "")
    )
    for title, gates in (("an MQL at once", model.instantly_mql), ("never an MQL", model.never_mql)):
        for gate in gates:
            line(f"{title}: {english(gate.condition)}")


def _said(model: Model) -> list[dict[str, object]]:
    return [
        {
            "group": group.id,
            "rule": rule.id,
            "points": branch.points / POINT,
            "sentence": branch.when.text,
            "means": rule_in_words(rule, i),
        }
        for group in model.groups
        for rule in group.rules
        for i, branch in enumerate(rule.branches)
    ]
