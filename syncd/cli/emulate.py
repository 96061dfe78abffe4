"""``syncd emulate``: a local server that behaves like a vendor's."""

from __future__ import annotations

from collections.abc import Sequence

import click

from syncd import plugins


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, no_args_is_help=True)
@click.argument("name")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def emulate(name: str, args: Sequence[str]) -> None:
    """Run a local server that behaves like the system NAME, until Ctrl-C; prints a line of JSON when it is ready.

    Everything behind NAME is for the emulator.

    \b
    Examples:
      syncd emulate acme --help
      syncd emulate acme --port 8500
    """
    emulators = {spec.name: spec.emulator for spec in plugins.found().specs.values() if spec.emulator is not None}
    if name not in emulators:
        there_is = ", ".join(sorted(emulators)) or "none; no installed connector brings one"
        raise click.BadParameter(f"there is no emulator {name!r}; there is {there_is}", param_hint="NAME")
    emulators[name](list(args))
