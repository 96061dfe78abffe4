"""``syncd init``, ``check``, ``plugins``, ``schema``, ``version``."""

from __future__ import annotations

import platform
import shlex
import shutil
from pathlib import Path

import click

import syncd
from syncd.cli.base import Exit, Failure, common, program
from syncd.cli.files import shipped
from syncd.cli.output import is_json, line, print_json, table

_STARTERS = ("syncd.yaml", "agreement.yaml", "mapping/csv.yaml", "inbox/contacts.csv", "inbox/activities.csv")


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@common
def init(directory: Path) -> None:
    """Write a configuration to start from into DIRECTORY; nothing that exists is touched.

    \b
    Example:
      syncd init my-company && syncd --config my-company sync
    """
    present = [name for name in _STARTERS if (directory / name).exists()]
    if present:
        raise Failure(f"{directory / present[0]} exists; choose another folder", Exit.FAILED)
    for name in _STARTERS:
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped(name), target)
    line(f"Wrote {', '.join(_STARTERS)} into {directory.resolve()}.")
    called = f"{program()} --config {shlex.quote(str(directory))}"
    line(f"Next: {called} check, then {called} sync")


@click.command()
@common
def check() -> None:
    """Check everything before it is needed: the three files, the plugins, the store, and every connection's access.

    Changes nothing in any source. All mistakes of all files come at once, as file:line: what is wrong; what to write.

    \b
    Examples:
      syncd check
      syncd check --output json
    """
    from syncd.cli.checking import findings

    found = findings()
    if is_json():
        print_json([{"level": one.level, "where": one.where, "what": one.what, "remedy": one.remedy} for one in found])
    else:
        table(("", "where", "what", "remedy"), [(one.level, one.where, one.what, one.remedy) for one in found])
    raise SystemExit(max(one.code for one in found))


@click.command()
@common
def plugins() -> None:
    """List the installed plugins and the connectors they bring.

    \b
    Example:
      syncd plugins --output json
    """
    from syncd.plugins import found

    installed = found().installed
    if is_json():
        print_json(
            [
                {
                    "plugin": one.name,
                    "version": one.version,
                    "connectors": [spec.name for spec in one.connectors],
                    "problem": one.problem,
                }
                for one in installed
            ]
        )
    else:
        table(
            ("plugin", "version", "connectors", "problem"),
            [
                (one.name, one.version, [f"{spec.name} ({spec.title})" for spec in one.connectors], one.problem)
                for one in installed
            ],
        )
    if any(one.problem for one in installed):
        raise SystemExit(Exit.FAILED)


@click.command()
@click.argument("file", type=click.Choice(["syncd", "mapping", "agreement"]))
@common
def schema(file: str) -> None:
    """Print the JSON Schema of syncd.yaml, of a mapping file or of agreement.yaml, for editors.

    \b
    Example:
      syncd schema agreement > agreement.schema.json
      then, as the first line of agreement.yaml:  # yaml-language-server: $schema=agreement.schema.json
    """
    from syncd.config.agreement import AgreementFile
    from syncd.config.mapping import MappingFile
    from syncd.config.settings import SyncdSettings
    from syncd.config.validation import Strict

    models: dict[str, type[Strict]] = {"syncd": SyncdSettings, "mapping": MappingFile, "agreement": AgreementFile}
    print_json(models[file].model_json_schema())


@click.command()
@common
def version() -> None:
    """Print the version of syncd and of the Python it runs on.

    \b
    Example:
      syncd version --output json
    """
    if is_json():
        print_json({"syncd": syncd.__version__, "python": platform.python_version()})
    else:
        line(f"syncd {syncd.__version__} (Python {platform.python_version()})")
