"""``syncd demo``: the real daemon on a made-up company that goes on living."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import click

from syncd import plugins
from syncd.cli.base import Failure, choices, common, configured, failing, loaded, program, site
from syncd.cli.clock import now, rng
from syncd.cli.emulators import free_port, known_to, listen, running
from syncd.cli.files import shipped
from syncd.cli.governing import add_signature
from syncd.cli.logs import log_as
from syncd.cli.output import is_quiet, line, plain, table
from syncd.cli.people import everybody, shown_name
from syncd.cli.progress import Bars, stopping
from syncd.cli.story import begun, tell, went_on
from syncd.daemon.service import Requests, serve
from syncd.engine import sync as engine
from syncd.engine.provision import provisioned
from syncd.engine.scope import Scope
from syncd.engine.site import Counts
from syncd.store import assessments
from syncd.testing import company

_LIFE_EVERY_S = 4.0
SHOWN_WITHIN_S = 2.3
"""How long an emulated system may take until it shows what happened in it, and until that second is over."""
TOLD_APART_S = 1.0
"""How far apart two happenings have to be for a system that stamps them by whole seconds."""
_SIGNERS = {"marketing": "ana@example.com", "sales": "ben@example.com"}


@click.command()
@click.option("--once", is_flag=True, help="Sync once and end, instead of going on as the daemon.")
@click.option("--people", "count", type=click.IntRange(1), default=300, show_default=True, help="How many prospects it has.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where to put it (default: a temporary folder).")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same company.")
@common
def demo(once: bool, count: int, home: Path | None, seed: int) -> None:
    """Try everything on a made-up company: no account needed, nothing leaves this machine.

    Makes up a CRM export and a marketing tool's events, starts an emulator of each system that has one, pulls, matches,
    scores and writes the scores back, and lets one lead go all the way from a first click to a contract; then goes on as
    the daemon while the company lives on, until Ctrl-C. With --once it ends by itself.

    \b
    Examples:
      syncd demo --once
      syncd demo --people 5000
    """
    folder = home or Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    shutil.copytree(shipped("demo"), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("emulated"))
    shutil.copyfile(shipped("agreement.yaml"), folder / "agreement.yaml")
    _make_up(folder / "exports", seed, count, now())
    choices().config = folder
    templates, port = shipped("demo") / "emulated", free_port()
    names = _emulators(templates)
    _acquaint(folder, names, seed, count)
    given = {"people": str(count), "seed": str(seed), "hooks": f"http://127.0.0.1:{port}/hooks"}
    lead, began = company.newcomer(seed, count), now()
    with running(names, templates, folder, given) as emulated:
        for party, who in _SIGNERS.items():
            add_signature(folder / "agreement.yaml", configured()[0].standing, party, who)
        systems = ", ".join(["two systems as exports", *(f"{one.name} at {one.values.get('url', '')}" for one in emulated)])
        line(f"Made up a company with {count} prospects in {folder}: {systems}.", style="bold")
        so_far = begun(emulated, lead)
        _first_run([one.name for one in emulated])
        if so_far:
            tell(lead, [*so_far, *went_on(emulated, lead, lambda name: _synced(name, began))])
        _next_steps(folder, lead if so_far else None)
        if not once:
            if emulated:
                listen(folder, port)
            _live(folder / "exports", seed, count)


def _emulators(templates: Path) -> list[str]:
    """Return the connectors that can be emulated and that the demo knows how to connect to."""
    specs = plugins.found().specs
    return [name for name, spec in specs.items() if spec.emulator is not None and (templates / f"{name}.yaml").is_file()]


def _first_run(emulated: Sequence[str]) -> None:
    with site() as here, stopping(here.stop) as stop:
        for name in emulated:
            provisioned(here, here.config.connections[name], dry_run=False)
        systems = len(here.config.connections)
    if stop.signal:
        raise SystemExit(128 + stop.signal)
    counts = _synced()
    _show(systems, counts["read"], counts["written"])


def _synced(only: str = "", since: datetime | None = None) -> Counts:
    """Pull everything new, or *only* from one system what happened *since*; assess, and write back.

    Raises: Failure; SystemExit after a signal.
    """
    with site() as here, stopping(here.stop) as stop, Bars(stop) as bars:
        if only:
            here.stop.wait(SHOWN_WITHIN_S)
        names = [only] if only else list(here.config.connections)
        scope = Scope(since=since) if since is not None else None
        outcomes = [engine.pull(here, name, bars, scope=scope) for name in names]
        engine.settle(here, bars)
        outcomes += [engine.push(here, name, bars) for name in here.config.connections]
        if only:
            here.stop.wait(TOLD_APART_S)
    failed = [f"{one.connection}: {one.error}" for one in outcomes if one.error is not None]
    if stop.signal:
        raise SystemExit(128 + stop.signal)
    if failed:
        raise Failure("\n".join(failed))
    return sum((one.counts for one in outcomes), start=Counts())


def _acquaint(folder: Path, names: Sequence[str], seed: int, count: int) -> None:
    """Tell the first emulated system every second prospect, the next every third …: who some of its people are."""
    for every, name in enumerate(names, start=2):
        shared = [company.known_elsewhere(company.prospect(seed, number)) for number in range(0, count, every)]
        company.export(known_to(folder, name), company.PERSON_COLUMNS, shared)


def _make_up(exports: Path, seed: int, count: int, at: datetime) -> None:
    company.export(exports / "crm-accounts.csv", company.ACCOUNT_COLUMNS, company.accounts(seed, count, at))
    company.export(exports / "crm-contacts.csv", company.CONTACT_COLUMNS, company.contacts(seed, count, at))
    webinar = company.attended(company.newcomer(seed, count), at - timedelta(days=4))
    history = [webinar, *company.events(seed, count, at, total=count * 10)]
    company.export(exports / "marketing-events-history.csv", company.EVENT_COLUMNS, history)


def _show(systems: int, read: int, written: int) -> None:
    with site() as here, here.store.read() as tx:
        stages = assessments.by_stage(tx)
        hottest = sorted(everybody(tx, here), key=lambda row: -int(str(row["score"] or 0)))[:5]
    line()
    line(f"Read {read} rows of {systems} systems, wrote {written} scores back: see exports/contacts-scores.csv.")
    line("People: " + ", ".join(f"{number} {stage or 'without a stage'}" for stage, number in stages.items()))
    line()
    if is_quiet():
        return
    table(
        ("hottest", "score", "grade", "stage", "because"),
        [(shown_name(row), row["score"], row["grade"], row["stage"], plain(row["reasons"])) for row in hottest],
    )


def _next_steps(folder: Path, lead: company.Prospect | None) -> None:
    with site() as here, here.store.read() as tx:
        hottest = max(everybody(tx, here), key=lambda row: int(str(row["score"] or 0)))
    called = f"{program()} --config {shlex.quote(str(folder))}"
    line()
    line("Look at next:", style="bold")
    for command in (f"why {hottest['email']}", "status", "people list --stage mql", "sla", "agreement check"):
        line(f"  {called} {command}")
    line(f"  {folder}/agreement.yaml   change points, then: {called} agreement preview")
    if lead is not None:
        line()
        line(f"The whole story of {lead.first} {lead.last}, from the first click to the signed contract:", style="bold")
        line(f"  {called} why {lead.email}")


def _live(exports: Path, seed: int, count: int) -> None:
    """Run the daemon while new events keep arriving in a file of their own."""
    requests, ended = Requests(), Event()
    requests.listen()
    log_as(configured()[0].log, verbosity=choices().verbosity)

    def go_on() -> None:
        happened: list[Sequence[object]] = []
        while not ended.wait(_LIFE_EVERY_S):
            first = count * 10 + len(happened)
            happened.extend(company.events(seed, count, now(), total=3, first=first, days=0))
            company.export(exports / "marketing-events-today.csv", company.EVENT_COLUMNS, happened)

    line()
    line("The daemon runs now, and the company lives on. Ctrl-C ends it.", style="bold")
    Thread(target=go_on, daemon=True).start()
    try:
        with failing():
            serve(lambda: loaded()[0], clock=now, rng=rng(), requests=requests)
    finally:
        ended.set()
