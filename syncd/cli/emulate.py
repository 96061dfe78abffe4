"""``syncd emulate``: a local server that behaves like a vendor's."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from threading import Event, Thread

import click

from syncd import plugins
from syncd.cli.base import Exit

STOP_WITHIN_S = 5.0


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, no_args_is_help=True)
@click.option("--until-eof", is_flag=True, help="End when standard input does, as the demo asks.")
@click.argument("name")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def emulate(until_eof: bool, name: str, args: Sequence[str]) -> None:
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
    if until_eof:
        Thread(target=_end_with_input, daemon=True).start()
    emulators[name](list(args))


def _end_with_input() -> None:
    """Ask this process to end when its standard input does, and insist after a while."""
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a buffer that is being read cannot be closed at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    Event().wait(STOP_WITHIN_S)
    os._exit(Exit.TERMINATED)
