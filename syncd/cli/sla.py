"""``syncd sla``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

import click

from syncd.agreement.compliance import Compliance
from syncd.agreement.counting import FOREVER, instant, micros_of
from syncd.agreement.promise_words import minutes
from syncd.agreement.teams import team_of
from syncd.cli.base import AT_MOST, Instant, LazyGroup, check_span, common, site
from syncd.cli.clock import now
from syncd.cli.output import ago, is_json, line, print_json, table
from syncd.engine.site import Site
from syncd.report.compliance import Kept, by_group, figures
from syncd.store import clocks, entities
from syncd.store.clocks import Kept as Clock

_COMMANDS = {
    "open": ("syncd.cli.sla:open_", "List open promises by due time."),
    "report": ("syncd.cli.sla:report", "Show how promises are kept, by team, rep or source."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS, invoke_without_command=True)
@common
@click.pass_context
def sla(context: click.Context) -> None:
    """List open promises by due time; report how they are kept.

    \b
    Examples:
      syncd sla
      syncd sla report --by rep --since 2026-11-01
    """
    if context.invoked_subcommand is None:
        context.invoke(open_)


@click.command("open")
@click.option("--limit", type=AT_MOST, default=50, show_default=True, help="At most so many.")
@common
def open_(limit: int) -> None:
    """List open promises by due time, those of history last.

    \b
    Examples:
      syncd sla open --limit 200
      syncd sla open --output json
    """
    with site() as here, here.store.read() as tx:
        found = clocks.open_(tx, limit)
        names = _emails(here, entities.load(tx, {one.person_id for one in found}))
    if is_json():
        print_json([_shown(one, names) for one in found])
        return
    table(
        ("due", "promise", "state", "person", "owner", "calendar"),
        [
            (_due(one), one.policy, one.state + " (history)" * one.historical, names[one.person_id], one.owner, one.calendar)
            for one in found
        ],
    )
    if not found:
        line("no promise is open")


@click.command()
@click.option("--by", type=click.Choice(["team", "rep", "source"]), default="team", show_default=True)
@click.option("--since", type=Instant(), help="Promises that began at or after this time (default: 90 days ago).")
@click.option("--until", type=Instant(), help="Promises that began before this time.")
@common
def report(by: Literal["team", "rep", "source"], since: datetime | None, until: datetime | None) -> None:
    """Show how promises are kept, by team, rep or source, and the volumes and shares of the present period.

    \b
    Examples:
      syncd sla report
      syncd sla report --by source --output json
    """
    check_span(since, until)
    start, end = since or now() - timedelta(days=90), until or now() + timedelta(days=1)
    with site() as here, here.store.read() as tx:
        found = clocks.started_between(tx, micros_of(start), micros_of(end))
        sources = {
            key: str(entities.values(one.fields).get("source", ""))
            for key, one in entities.load(tx, {one.person_id for one in found}).items()
        }
        kept = by_group(found, _grouping(here, by, sources))
        attained = figures(tx, here.config.sla, here.now()) if here.config.sla is not None else []
    if is_json():
        print_json({"promises": [_counted(one) for one in kept], "figures": attained})
        return
    table(
        ("promise", "of", by, "met", "late", "breached", "open", "share", "median", "p90"),
        [
            (
                one.promise,
                one.side,
                one.group or "nobody",
                one.counts.met,
                one.counts.met_late,
                one.counts.breached,
                one.counts.running,
                _percent(one.counts),
                _minutes(one.counts.median),
                _minutes(one.counts.p90),
            )
            for one in kept
        ],
    )
    line()
    table(
        ("figure", "of", "so far", "target", "state"),
        [(one.promise, one.side, f"{one.count} of {one.of}", one.target, one.state.replace("_", " ")) for one in attained],
    )


def _grouping(here: Site, by: Literal["team", "rep", "source"], sources: Mapping[int, str]) -> Callable[[Clock], str]:
    if by == "source":
        return lambda one: sources.get(one.person_id, "")
    if by == "rep":
        return lambda one: one.owner
    routing = here.config.handoff.routing
    team = team_of(routing.teams) if routing is not None else {}
    return lambda one: team.get(one.owner, one.owner)


def _emails(here: Site, found: Mapping[int, entities.Entity]) -> dict[int, str]:
    return {key: str(entities.golden(here.config.fields, one.fields).get("email", "")) for key, one in found.items()}


def _due(one: Clock) -> str:
    return "paused" if one.due_at >= FOREVER else ago(instant(one.due_at))


def _percent(counts: Compliance) -> str:
    return "" if counts.share is None else f"{float(counts.share):.0%}"


def _minutes(used: int | None) -> str:
    return "" if used is None else minutes(used)


def _counted(one: Kept) -> dict[str, object]:
    counts = one.counts
    return {
        "promise": one.promise,
        "side": one.side,
        "group": one.group,
        "met": counts.met,
        "met_late": counts.met_late,
        "breached": counts.breached,
        "open": counts.running,
        "left_out": counts.left_out,
        "share": None if counts.share is None else round(float(counts.share), 4),
        "median_s": None if counts.median is None else counts.median // 1_000_000,
        "p90_s": None if counts.p90 is None else counts.p90 // 1_000_000,
    }


def _shown(one: Clock, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "promise": one.policy,
        "side": one.side,
        "state": one.state,
        "person": names[one.person_id],
        "owner": one.owner,
        "started_at": instant(one.started_at).isoformat(),
        "due_at": None if one.due_at >= FOREVER else instant(one.due_at).isoformat(),
        "historical": one.historical,
        "calendar": one.calendar,
        "version": one.version,
    }
