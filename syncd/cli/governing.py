"""``syncd agreement diff``, ``preview``, ``sign`` and ``reviewed``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from syncd.agreement.changes import Difference, differences
from syncd.agreement.counting import instant
from syncd.agreement.governance import Standing
from syncd.cli.base import Exit, Failure, Said, common, configured, folder, program, site
from syncd.cli.clock import now
from syncd.cli.output import is_json, line, print_json, table
from syncd.config import Config
from syncd.config.signing import SignatureTerms, with_signatures
from syncd.config.source import parse
from syncd.engine.governing import REVIEWED
from syncd.engine.preview import Compared, compared
from syncd.engine.site import Site
from syncd.report.handbook import html, markdown
from syncd.store import streams

_SHOWN = 20


@click.command()
@common
def diff() -> None:
    """Say in words what agreement.yaml changes against the version in force.

    \b
    Example:
      syncd agreement diff
    """
    config, _ = configured()
    with site() as here:
        changed, differs = _changed(here, config), _differs(here, config)
    if is_json():
        print_json([one._asdict() for one in changed])
        return
    line(f"version {here.config.standing.number} → {config.standing.number}", style="bold")
    for one in changed:
        line(f"  {one}")
    if not changed:
        line("  the same in another order, to be signed anew" if differs else "  nothing differs")


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far back to replay.")
@common
def preview(days: int) -> None:
    """Show who would stand elsewhere had agreement.yaml governed for the last DAYS, by stage and owner.

    Replays everybody's events under the version in force and under the file's, with their facts as they are now. Nothing is
    saved but that the preview was looked at, which `syncd agreement sign` asks for.

    \b
    Example:
      syncd agreement preview --days 30
    """
    config, _ = configured()
    with site() as here:
        with here.store.read() as tx:
            found = list(compared(tx, here, config, days=days, now=here.now()))
        with here.store.write() as tx:
            streams.remember(tx, _previewed(config), instant(here.now()).isoformat())
    moved = [one for one in found if one.before.stage != one.after.stage]
    if is_json():
        print_json({"people": len(found), "mqls": _mqls(found), "moved": [_shown(one) for one in moved]})
        return
    before, after = _mqls(found)
    line(f"{len(found)} people over {days} days: {before} times an MQL under the version in force, {after} under the file's.")
    if not moved:
        line("nobody would stand elsewhere")
        return
    stages = Counter((one.owner or "nobody", one.before.stage or "none", one.after.stage or "none") for one in moved)
    table(("owner", "stands", "would stand", "people"), [(*where, count) for where, count in sorted(stages.items())])
    table(
        ("person", "stands", "would stand"),
        [
            (one.name, f"{one.before.stage} {one.before.score}", f"{one.after.stage} {one.after.score}")
            for one in moved[:_SHOWN]
        ],
    )
    if len(moved) > _SHOWN:
        line(f"and {len(moved) - _SHOWN} more; --output json has them all")


@click.command()
@click.option("--as", "party", required=True, help="A party that has to sign, for example marketing.")
@click.option("--who", type=Said(), required=True, help="Who signs, for example ana@example.com.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def sign(party: str, who: str, yes: bool) -> None:
    """Sign agreement.yaml as it stands for one party; once all have signed, it is in force.

    The signature names exactly this text: whatever is changed afterwards has to be signed again.

    \b
    Example:
      syncd agreement sign --as marketing --who ana@example.com
    """
    config, _ = configured()
    with site() as here:
        changed = _changed(here, config)
        _refuse_unless_ready(here, config, party)
    for one in changed if not is_json() else ():
        line(f"  {one}")
    if not yes:
        click.confirm(f"Sign version {config.standing.number} as {party} ({who})?", abort=True, err=True)
    add_signature(folder() / "agreement.yaml", config.standing, party, who)
    signed, _ = configured()
    if is_json():
        print_json({"version": signed.standing.number, "signed_as": party, "still_needed": signed.standing.unsigned})
        return
    missing = " and ".join(signed.standing.unsigned)
    said = f"still needed: {missing}" if missing else "everybody signed; it is in force with the next sync, or on SIGHUP"
    line(f"Signed version {signed.standing.number} as {party}; {said}.")


@click.command()
@click.argument("subject", type=click.Choice(["definitions", "sla", "scoring", "criteria_workshop"]))
@common
def reviewed(subject: str) -> None:
    """Note that both teams looked at SUBJECT today and left it as it is.

    \b
    Example:
      syncd agreement reviewed scoring
    """
    with site() as here, here.store.write() as tx:
        streams.remember(tx, f"{REVIEWED} {subject}", now().date().isoformat())
    print_json({"subject": subject, "reviewed": True}) if is_json() else line(f"noted: {subject} was reviewed today")


@click.command()
@click.option("--format", "form", type=click.Choice(["markdown", "html"]), default="markdown", show_default=True)
@common
def handbook(form: str) -> None:
    """Write the agreement as a page that somebody from outside understands.

    \b
    Examples:
      syncd agreement handbook
      syncd agreement handbook --format html > handbook.html
    """
    config, _ = configured()
    text = html(config) if form == "html" else markdown(config)
    print_json({"format": form, "text": text}) if is_json() else click.echo(text, nl=form == "markdown")


def add_signature(file: Path, standing: Standing, party: str, who: str) -> None:
    """Write one party's signature under the text of *standing* into *file*, whole or not at all."""
    given = {one.party: SignatureTerms(who=one.who, on=one.on, text=one.text) for one in standing.signatures}
    given |= {party: SignatureTerms(who=who, on=now().date(), text=standing.text)}
    part = file.with_suffix(".part")
    part.write_bytes(with_signatures(file.read_bytes().decode(), given).encode())
    part.replace(file)


# ---------------------------------------------------------------- what differs


def _differs(here: Site, config: Config) -> bool:
    return here.config.standing.text != config.standing.text


def _changed(here: Site, config: Config) -> tuple[Difference, ...]:
    if not _differs(here, config):
        return ()
    texts = [parse(one.standing.source, "agreement.yaml")[0].data for one in (here.config, config)]
    return differences(*texts)


def _refuse_unless_ready(here: Site, config: Config, party: str) -> None:
    signers, differs = config.standing.signers, _differs(here, config)
    if party not in signers:
        who = f"{', '.join(signers)} do" if signers else "nobody does (agreement.needs_signatures_from)"
        raise Failure(f"--as: {party!r} does not sign by this agreement; {who}", Exit.USAGE)
    if differs and config.standing.number <= here.config.standing.number:
        raise Failure(
            f"version {here.config.standing.number} is in force; raise agreement.version above it, then sign", Exit.INVALID
        )
    with here.store.read() as tx:
        previewed = streams.remembered(tx, _previewed(config)) is not None
    if differs and config.standing.needs_preview and not previewed:
        raise Failure(f"nobody looked at who would move; first: {program()} agreement preview", Exit.FAILED)


def _previewed(config: Config) -> str:
    return f"previewed {config.standing.text}"


def _mqls(found: Sequence[Compared]) -> tuple[int, int]:
    return sum(one.before.mqls for one in found), sum(one.after.mqls for one in found)


def _shown(one: Compared) -> dict[str, object]:
    return {"person": one.name, "owner": one.owner, "before": one.before._asdict(), "after": one.after._asdict()}
