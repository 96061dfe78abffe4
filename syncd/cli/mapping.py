"""``syncd mapping``."""

from __future__ import annotations

import io
from pathlib import Path

import click
from ruamel.yaml import YAML

from syncd import plugins
from syncd.cli.base import Exit, Failure, LazyGroup, Said, common, site
from syncd.cli.checking import connection_findings
from syncd.cli.output import is_json, print_json, worries
from syncd.spi import ConnectorError, Suggestion

_COMMANDS = {
    "suggest": ("syncd.cli.mapping:suggest", "Suggest settings and a mapping for an export."),
    "check": ("syncd.cli.mapping:check", "Compare every mapping with the fields its source has now."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def mapping() -> None:
    """Suggest and check field mappings.

    \b
    Example:
      syncd mapping check
    """


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", type=Said(), default="contacts", show_default=True, help="What the stream shall be called.")
@common
def suggest(file: Path, name: str) -> None:
    """Look at the header of an exported FILE and suggest how to read and map it.

    Prints the stream's settings for syncd.yaml and the file mapping/CONNECTION.yaml, to be checked and pasted.

    \b
    Examples:
      syncd mapping suggest inbox/contacts.csv
      syncd mapping suggest inbox/opens.csv --name opens > suggestion.yaml
    """
    suggestion = _suggested(file)
    if is_json():
        print_json(suggestion)
        return
    for note in suggestion.notes:
        click.echo(f"# {note}")
    click.echo("# For syncd.yaml, under connections.NAME.settings:")
    click.echo(_yaml({"streams": {name: dict(suggestion.settings)}}))
    click.echo("# For mapping/NAME.yaml:")
    click.echo(_yaml({"streams": {name: {"read": dict(suggestion.fields)}}}), nl=False)


@click.command()
@common
def check() -> None:
    """Compare every mapping with the fields its source has now, before anything is written.

    \b
    Examples:
      syncd mapping check
      syncd mapping check --output json
    """
    with site() as here:
        found = list(connection_findings(here, mapping_only=True))
    if is_json():
        print_json([{"connection": one.where, "level": one.level, "what": one.what, "remedy": one.remedy} for one in found])
    else:
        rows = [(one.where, one.what, one.remedy) for one in found]
        worries(("connection", "what", "remedy"), [one.level for one in found], rows)
    raise SystemExit(max((one.code for one in found), default=Exit.DONE))


def _suggested(file: Path) -> Suggestion:
    """Ask every connector that reads files, until one understands this one."""
    refusals = []
    for spec in plugins.found().specs.values():
        if spec.suggest is not None:
            try:
                return spec.suggest(file)
            except ConnectorError as error:
                refusals.append(f"{spec.name}: {error}")
    raise Failure("; ".join(refusals) or "no installed connector reads files", Exit.FAILED)


def _yaml(value: object) -> str:
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(value, text)
    return text.getvalue()
