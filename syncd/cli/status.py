"""``syncd status``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import click

from syncd.agreement.counting import instant
from syncd.cli.base import common, site
from syncd.cli.output import ago, is_json, line, print_json, table, warning
from syncd.engine.site import Site
from syncd.engine.sync import readable
from syncd.store import assessments, inbox, outbox, records, runs, streams


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStatus:
    """What one connection did last. Every stream was read to its end at ``last_read_at`` or later.

    It says when the source was asked, not how far: one with a lag shows a change only so long after it was made.
    """

    name: str
    write_back: str
    last_read_at: datetime | None
    pull: str
    push: str
    message: str
    waiting_writes: int
    inbox: int


@click.command()
@common
def status() -> None:
    """Show what each connection did last, what waits, and how many people are in each stage.

    "last read" is when all its streams had been read to their ends. A change younger than the lag of its connector is
    not in that yet.

    \b
    Examples:
      syncd status
      syncd status --output json | jq '.connections[] | select(.inbox > 0)'
    """
    with site() as here, here.store.read() as tx:
        last = {(one.connection, one.step): one for one in runs.latest(tx)}
        writes, refused, stages = outbox.counts(tx), inbox.count(tx), assessments.by_stage(tx)
        unread = records.problem_counts(tx)
        due = assessments.next_due(tx)
        shown = []
        for name, connection in here.config.connections.items():
            pull, push = last.get((name, "pull")), last.get((name, "push"))
            shown.append(
                ConnectionStatus(
                    name=name,
                    write_back=connection.write_back,
                    last_read_at=_last_read_at(here, name, {one.id: one for one in streams.of_connection(tx, name)}),
                    pull=pull.outcome if pull else "never",
                    push=push.outcome if push else "never",
                    message=pull.message if pull else "",
                    waiting_writes=writes.get(name, 0),
                    inbox=refused.get(name, 0),
                )
            )
    next_due = instant(due) if due is not None else None
    if is_json():
        print_json({"connections": shown, "stages": stages, "unreadable_values": unread, "next_assessment_at": next_due})
        return
    table(
        ("connection", "write back", "last read", "last pull", "last push", "writes waiting", "inbox"),
        [(one.name, one.write_back, ago(one.last_read_at), one.pull, one.push, one.waiting_writes, one.inbox) for one in shown],
    )
    for one in shown:
        if one.message:
            warning(f"{one.name}: {one.message}")
    line()
    line("people: " + (", ".join(f"{count} {stage or 'without a stage'}" for stage, count in stages.items()) or "none yet"))
    line(f"next assessment: {ago(next_due) if next_due else 'when something happens'}")
    if unread:
        line()
        table(
            ("values that could not be read", "code", "records"), [(where, code, count) for where, code, count in unread[:10]]
        )


def _last_read_at(here: Site, name: str, found: dict[int, streams.Stream]) -> datetime | None:
    complete = [found[one.id].complete_at for one in readable(here, name)]
    known = [at for at in complete if at is not None]
    return instant(min(known)) if known and len(known) == len(complete) else None
