"""``syncd init``, ``check``, ``plugins``, ``schema``, ``version``."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

import click

import syncd
from syncd.cli.base import Exit, Failure, common, program
from syncd.cli.files import shipped
from syncd.cli.output import is_json, line, print_json, table, worries

_CSV = "csv"
_DATA = ("inbox/contacts.csv", "inbox/activities.csv")
_SYSTEMS = [_CSV, *sorted(path.stem for path in shipped("connections").glob("*.yaml"))]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--for", "systems", type=click.Choice(_SYSTEMS), multiple=True, default=[_CSV], help="What to connect; may be repeated."
)
@common
def init(directory: Path, systems: Sequence[str]) -> None:
    """Write a configuration to start from into DIRECTORY; nothing that exists is touched.

    It connects CSV files, with a little data to try; or the systems named with --for.

    \b
    Examples:
      syncd init my-company && syncd --config my-company sync
      syncd init my-company --for csv
    """
    systems = list(dict.fromkeys(systems))
    texts = _starters(systems)
    try:
        if present := [name for name in texts if (directory / name).exists()]:
            raise Failure(f"{directory / present[0]} exists; choose another folder", Exit.FAILED)
        for name, text in texts.items():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{error.filename} cannot be written: {error.strerror}; choose another folder") from None
    called = f"{program()} --config {shlex.quote(str(directory))}"
    if is_json():
        print_json({"folder": str(directory.resolve()), "wrote": list(texts)})
        return
    line(f"Wrote {', '.join(texts)} into {directory.resolve()}.")
    for name in systems:
        if name != _CSV:
            line(f"Fill in connections.{name}.settings in {directory / 'syncd.yaml'}: what is there stands for yours.")
    line(f"Next: {called} check, then {called} sync")


def _starters(systems: Sequence[str]) -> dict[str, str]:
    """Return the files to start with, by name: the three files of these systems, and data to try if one is csv."""
    head, connections, csv = shipped("syncd.yaml").read_text("utf-8").partition("connections:\n")
    blocks = [csv if name == _CSV else indent(shipped(f"connections/{name}.yaml").read_text("utf-8"), "  ") for name in systems]
    copied = ("agreement.yaml", *(f"mapping/{name}.yaml" for name in systems), *(_DATA if _CSV in systems else ()))
    return {
        "syncd.yaml": head + connections + "".join(blocks),
        **{name: shipped(name).read_text("utf-8") for name in copied},
    }


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
        worries(("where", "what", "remedy"), [one.level for one in found], [(one.where, one.what, one.remedy) for one in found])
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
