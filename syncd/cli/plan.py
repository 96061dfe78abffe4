"""``syncd plan``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import click

from syncd.agreement.counting import instant
from syncd.cli.base import AT_MOST, common, named, site
from syncd.cli.output import is_json, line, print_json, table
from syncd.model import Golden
from syncd.store import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One field of one write that waits."""

    connection: str
    record: str
    field: str
    old: Golden | None
    new: Golden | None
    mode: str
    since: datetime
    held: str
    sent: bool


@click.command()
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option("--limit", type=AT_MOST, default=50, show_default=True, help="At most so many records per connection.")
@common
def plan(connections: tuple[str, ...], limit: int) -> None:
    """Show what waits to be written, old and new value side by side.

    A connection with `write_back: shadow` never sends it; this is where you look before you set it to live.

    \b
    Examples:
      syncd plan
      syncd plan crm --limit 500 --output json
    """
    with site() as here, here.store.read() as tx:
        counts = outbox.counts(tx)
        shown = [
            Planned(
                connection=name,
                record=f"{stream}:{one.external_id}",
                field=field,
                old=change.old,
                new=change.new,
                mode=here.config.connections[name].write_back,
                since=instant(one.pending.queued_at),
                held=one.pending.held,
                sent=one.pending.job is not None,
            )
            for name in named(here, connections)
            for stream, one in outbox.waiting(tx, name, limit)
            for field, change in one.pending.fields.items()
        ]
    if is_json():
        print_json({"records": counts, "fields": shown})
        return
    table(
        ("connection", "record", "field", "old", "new", "state"),
        [
            (one.connection, one.record, one.field, one.old, one.new, "handed over" if one.sent else one.held or one.mode)
            for one in shown
        ],
    )
    line("; ".join(f"{name}: {count} records" for name, count in counts.items()) or "nothing waits to be written")
