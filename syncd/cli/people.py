"""``syncd people``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from syncd.agreement.handoff import STAGES
from syncd.cli.base import AT_MOST, Exit, Failure, LazyGroup, common, site
from syncd.cli.output import is_json, line, plain, print_json, table
from syncd.engine import why as explanation
from syncd.engine.identity import NothingToUndo
from syncd.engine.identity import unmerge as take_apart
from syncd.store import assessments, entities, ids

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from syncd.engine.site import Site

_COMMANDS = {
    "list": ("syncd.cli.people:list_", "List people with score and stage."),
    "export": ("syncd.cli.people:export", "Write all people as CSV or JSON lines."),
    "unmerge": ("syncd.cli.people:unmerge", "Take two people apart that were joined by mistake."),
}
_PAGE = 1000


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def people() -> None:
    """List, export and unmerge people.

    \b
    Example:
      syncd people list --stage mql
    """


@click.command("list")
@click.option("--stage", type=click.Choice(STAGES), help="Only people in this stage.")
@click.option("--limit", type=AT_MOST, default=50, show_default=True, help="At most so many.")
@common
def list_(stage: str | None, limit: int) -> None:
    """List people, oldest record first.

    \b
    Examples:
      syncd people list --stage mql
      syncd people list --limit 1000 --output json
    """
    with site() as here, here.store.read() as tx:
        found = []
        for row in everybody(tx, here):
            if stage is None or row["stage"] == stage:
                found.append(row)
            if len(found) >= limit:
                break
    if is_json():
        print_json(found)
        return
    table(
        ("id", "name", "email", "stage", "score", "grade", "reasons"),
        [
            (row["id"], shown_name(row), row.get("email"), row["stage"], row["score"], row["grade"], row["reasons"])
            for row in found
        ],
    )
    if len(found) >= limit:
        line(f"the first {limit}; --limit shows more")


@click.command()
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Default: csv; jsonl with --output json.")
@click.option("--raw", is_flag=True, help="csv: do not defuse cells that a spreadsheet would run as a formula.")
@common
def export(file: io.TextIOBase, form: str | None, raw: bool) -> None:
    """Write all people with their fields, score and stage to FILE, or to standard output.

    \b
    Examples:
      syncd people export people.csv
      syncd people export --format jsonl | gzip > people.jsonl.gz
    """
    with site() as here, here.store.read() as tx:
        rows = everybody(tx, here)
        if form == "jsonl" or (form is None and is_json()):
            file.writelines(msgspec.json.encode(row).decode() + "\n" for row in rows)
            return
        columns = list(dict.fromkeys(["id", "stage", "score", "band", "grade", "reasons", *sorted(here.config.fields)]))
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            cells = [plain(row.get(column)) for column in columns]
            writer.writerow(cells if raw else [defused(cell) for cell in cells])


@click.command()
@click.argument("person")
@click.option("--record", "only", multiple=True, metavar="CONNECTION.STREAM:ID", help="Take this record out (may be repeated).")
@common
def unmerge(person: str, only: Sequence[str]) -> None:
    """Undo the last merge into PERSON, or take single records out; they are never joined again.

    \b
    Examples:
      syncd people unmerge ann@example.com
      syncd people unmerge ann@example.com --record crm.contacts:1042
    """
    with site() as here, here.store.write() as tx:
        found = explanation.find(tx, here, person)
        if found is None:
            raise Failure(f"nobody is known as {person!r}; syncd people list shows who is", Exit.FAILED)
        wanted = [_record(tx, here, found, name) for name in only]
        try:
            one, other = take_apart(tx, here, found, here.now(), only=wanted)
        except NothingToUndo as error:
            raise Failure(f"{person}: {error}", Exit.FAILED) from None
    if is_json():
        print_json({"people": [ids.shown(one), ids.shown(other)]})
        return
    line(f"two people now: {ids.shown(one)} and {ids.shown(other)}; both are assessed with the next sync")


# ---------------------------------------------------------------- rows


def everybody(tx: Connection, here: Site) -> Iterator[dict[str, object]]:
    """Yield every living person as one flat row, in bounded memory."""
    last = 0
    while found := entities.living(tx, "person", last, _PAGE):
        said = assessments.load(tx, [one.id for one in found])
        for one in found:
            result = said.get(one.id)
            yield {
                **entities.golden(here.config.fields, one.fields),  # a source's own "stage" yields to the agreed one
                "id": ids.shown(one.id),
                "stage": result.stage if result else "",
                "score": result.score if result else None,
                "band": result.band if result else None,
                "grade": result.grade if result else None,
                "reasons": msgspec.json.decode(result.reasons, type=list[str]) if result and result.reasons else [],
            }
        last = found[-1].id


def shown_name(row: Mapping[str, object]) -> str:
    """Return a person's name, or the address where there is none."""
    parts = " ".join(str(row[part]) for part in ("first_name", "last_name") if row.get(part))
    return str(row.get("full_name") or parts or row.get("email") or "")


def defused(cell: str) -> str:
    """Prefix a cell that a spreadsheet would run as a formula; numbers stay numbers.

    >>> defused("=1+1"), defused("-12.5"), defused("+34 91")
    ("'=1+1", '-12.5', "'+34 91")
    """
    risky = cell.lstrip()[:1] in ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20") or cell[:1] in (
        "\t",
        "\r",
    )
    return "'" + cell if risky and not cell.lstrip("+-").replace(".", "", 1).isdecimal() else cell


def _record(tx: Connection, here: Site, person: int, name: str) -> int:
    known = explanation.find_record(tx, here, name)
    if known is None or known.entity_id != person:
        raise Failure(f"{name!r} is no record of this person; syncd why shows them", Exit.FAILED)
    return known.id
