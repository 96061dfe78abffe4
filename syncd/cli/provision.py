"""``syncd provision``."""

from __future__ import annotations

import click

from syncd.cli.base import Exit, Failure, common, named, site
from syncd.cli.checking import exit_code
from syncd.cli.output import is_json, line, print_json, worries
from syncd.engine.provision import needed, provisioned
from syncd.spi import ConnectorError


@click.command()
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Only say what would be created.")
@common
def provision(connection: str, dry_run: bool) -> None:
    """Create the fields in CONNECTION that its mapping writes into; what exists is left as it is.

    \b
    Examples:
      syncd provision crm --dry-run
      syncd provision crm
    """
    with site() as here:
        (name,) = named(here, [connection])
        one = here.config.connections[name]
        fields = needed(here.config, one)
        try:
            findings = provisioned(here, one, dry_run=dry_run)
        except ConnectorError as error:
            raise Failure(f"connections.{connection}: {error}", exit_code(error)) from None
    if is_json():
        print_json({"dry_run": dry_run, "needed": fields, "findings": findings})
    else:
        worries(("what", "remedy"), [one.level for one in findings], [(one.what, one.remedy) for one in findings])
        if not findings:
            line("every field that is needed is there")
    if any(one.level == "error" for one in findings):
        raise SystemExit(Exit.INVALID)
