"""``syncd sync``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import click

from syncd.cli.base import Exit, Failure, Instant, check_span, common, named, site
from syncd.cli.checking import exit_code
from syncd.cli.output import counted, is_json, is_quiet, line, print_json, table, warning
from syncd.cli.progress import Bars, Stop, stopping
from syncd.engine import sync as engine
from syncd.engine.notices import channels, notify_due
from syncd.engine.scope import Scope
from syncd.engine.site import Counts, Site
from syncd.engine.sync import Outcome
from syncd.mapping.domains import address
from syncd.model import Ref
from syncd.store import inbox
from syncd.store.database import Busy


@click.command()
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option("--since", type=Instant(), help="Read again what changed at or after this time.")
@click.option("--until", type=Instant(), help="Read again what changed before this time.")
@click.option(
    "--record", metavar="email:ADDRESS|CONNECTION:STREAM/ID", help="Read again what concerns one person, or one record."
)
@click.option("--pull-only", is_flag=True, help="Do not write anything back.")
@click.option("--push-only", is_flag=True, help="Do not read anything.")
@click.option("--full", is_flag=True, help="Read everything from the beginning.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 86_400),
    default=5.0,
    metavar="SECONDS",
    show_default=True,
    help="How long to wait for a run that holds the lock.",
)
@common
def sync(
    connections: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    record: str | None,
    pull_only: bool,
    push_only: bool,
    full: bool,
    wait: float,
) -> None:
    """Pull what is new, assess whoever is due, push what changed; for all connections or those named.

    Ctrl-C ends after the running transaction; nothing is lost, and the next run goes on there.

    \b
    Examples:
      syncd sync
      syncd sync crm --full
      syncd sync --record email:ann@example.com
      syncd sync --record crm:contacts/1501
      syncd sync crm --since 2026-11-01 --until 2026-11-02 --pull-only
    """
    check_span(since, until)
    scope = _scope(since, until, record)
    _check_together(pull_only=pull_only, push_only=push_only, full=full, scoped=scope is not None)
    with site() as here, stopping(here.stop) as stop:
        names = named(here, connections)
        if scope is not None and scope.ref is not None:
            names = [_owner(here, record or "", scope.ref)]
        with Bars(stop) as bars:

            def patiently(step: Callable[..., Outcome], names: Sequence[str], **how: object) -> list[Outcome]:
                return [_patiently(partial(step, here, name, bars, **how), wait, stop) for name in names]

            outcomes = [] if push_only else patiently(engine.pull, names, full=full, scope=scope)
            if not push_only and scope is None:
                outcomes += patiently(engine.reread, [name for name in names if engine.something_to_reread(here, name)])
            settled = engine.settle(here, bars)
            if not pull_only:
                live = [name for name in names if here.config.connections[name].write_back == "live"]
                outcomes += patiently(engine.push, live)
        told = notify_due(here, channels(here))
        with here.store.read() as tx:
            waiting = {name: count for name, count in inbox.count(tx).items() if name in names}
    _report(outcomes, settled + told, waiting, stop)
    if record is not None and (since, until) == (None, None):
        _check_found(record, names, outcomes)
    raise SystemExit(_exit_code(outcomes, waiting, stop))


def _check_together(*, pull_only: bool, push_only: bool, full: bool, scoped: bool) -> None:
    """Refuse options that contradict each other. Raises: click.UsageError."""
    if pull_only and push_only:
        raise click.UsageError("--pull-only and --push-only exclude each other")
    if push_only and (full or scoped):
        raise click.UsageError("--push-only reads nothing; --full, --since, --until and --record do not go with it")
    if full and scoped:
        raise click.UsageError("--full reads everything; --since, --until and --record do not go with it")


# ---------------------------------------------------------------- what was asked


def _scope(since: datetime | None, until: datetime | None, record: str | None) -> Scope | None:
    if since is None and until is None and record is None:
        return None
    kind, _, value = (record or "").partition(":")
    stream, slash, external_id = value.partition("/")
    if record is None:
        return Scope(since=since, until=until)
    if kind == "email" and isinstance(normal := address(value), str):
        return Scope(since=since, until=until, email=normal)
    if slash and external_id and (since, until) == (None, None):
        return Scope(ref=Ref(stream, external_id))
    remedy = "write email:ADDRESS, for example email:ann@example.com, or, without --since and --until, CONNECTION:STREAM/ID"
    raise click.BadParameter(remedy, param_hint="--record")


def _owner(here: Site, record: str, ref: Ref) -> str:
    """Return the connection whose record is to be read again."""
    (name,) = named(here, [record.partition(":")[0]])
    known = [stream.name for stream in engine.readable(here, name)]
    if ref.stream not in known:
        what = f"{name} has no mapped stream {ref.stream!r}; there is {', '.join(known)}"
        raise click.BadParameter(what, param_hint="--record")
    if what := here.config.connections[name].spec.not_rereadable(ref):
        raise click.BadParameter(f"{record}: {what}", param_hint="--record")
    return name


def _patiently(work: Callable[[], Outcome], seconds: float, stop: Stop) -> Outcome:
    """Do *work*, waiting up to *seconds* for whoever holds its lock. Raises: Busy."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Busy:
            if stop.signal:
                raise SystemExit(128 + stop.signal) from None
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.1)  # noqa: TID251 - a person waits at a terminal; the daemon never does


# ---------------------------------------------------------------- what came of it


def _check_found(record: str, names: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Say so if nothing was read of what was asked for, though everything was looked at. Raises: Failure."""
    pulls = [one for one in outcomes if one.step == "pull"]
    if any(one.counts["read"] or one.error is not None or one.stopped for one in pulls):
        return
    what = f"no record of this address is in {', '.join(names)}" if record.startswith("email:") else f"{record}: not there"
    raise Failure(f"{what}, or not visible to the user that syncd logs in as; nothing was deleted")


def _report(outcomes: Sequence[Outcome], settled: Counts, waiting: dict[str, int], stop: Stop) -> None:
    if is_json():
        print_json(
            {
                "steps": [
                    {
                        "connection": one.connection,
                        "step": one.step,
                        "outcome": one.word,
                        "counts": +one.counts,
                        "notes": one.notes,
                        "message": str(one.error) if one.error else "",
                    }
                    for one in outcomes
                ],
                "settled": +settled,
                "inbox": waiting,
            }
        )
        return
    shown = [one for one in outcomes if one.error is not None or not is_quiet()]
    if shown or not is_quiet():
        rows = [(one.connection, one.step, one.word, counted(one.counts)) for one in shown]
        table(("connection", "step", "outcome", "what"), rows)
    line(f"people: {counted(settled) or 'nobody was due'}")
    for one in outcomes:
        for note in one.notes:
            warning(f"{one.connection}: {note}")
    for error in dict.fromkeys(f"{one.connection}: {one.error}" for one in outcomes if one.error):
        warning(error, style="red")
    for name, count in waiting.items():
        warning(f"{name}: {count} in the inbox; syncd inbox list --connection {name} shows them")
    if stop.signal:
        warning("Stopped. Everything up to here is saved; the next run goes on there.")


def _exit_code(outcomes: Sequence[Outcome], waiting: dict[str, int], stop: Stop) -> int:
    if stop.signal:
        return 128 + stop.signal
    if errors := [one.error for one in outcomes if one.error is not None]:
        return max(map(exit_code, errors))
    return Exit.PARTIAL if waiting else Exit.DONE
