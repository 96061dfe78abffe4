"""What all commands share: options, opening the site, errors as exit codes."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import click
import msgspec

if TYPE_CHECKING:
    from syncd.config import Config
    from syncd.engine.site import Site
    from syncd.plugins import Plugins

_FIRST_YEAR, _LAST_YEAR = 1970, 2999

AT_MOST = click.IntRange(1, 1_000_000)
"""How many rows may be asked for."""

P = ParamSpec("P")
T = TypeVar("T")


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    INVALID = 4
    REFUSED = 5
    LOCKED = 8
    INTERRUPTED = 130
    TERMINATED = 143


class Failure(Exception):
    """A command that could not do its work, said in one sentence."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Choices:
    """The common options of a command line; the ones nearest to the command win."""

    config: Path | None = None
    output: Literal["table", "json"] = "table"
    verbosity: int = 0


class Instant(click.ParamType[datetime]):
    """A date or time; UTC unless it says otherwise."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time; write 2026-11-20 or 2026-11-20T09:30:00Z", param, ctx)
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            self.fail(f"{value!r} is too far away; write a time from {_FIRST_YEAR} to {_LAST_YEAR}", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


class Said(click.ParamType[str]):
    """A word or sentence that is not empty, without blanks around it."""

    name = "TEXT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        return text or self.fail("is empty", param, ctx)


def check_span(since: datetime | None, until: datetime | None) -> None:
    """Refuse a span of time that ends before it begins. Raises: click.BadParameter."""
    if since is not None and until is not None and since >= until:
        raise click.BadParameter(f"{until:%Y-%m-%dT%H:%M:%S%z} is not after --since", param_hint="--until")


class LazyGroup(click.Group):
    """A group whose commands are imported when they run; their one-line help stands here, so that --help imports none."""

    def __init__(self, *args: Any, commands_by_name: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazy = commands_by_name

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Know the form that errors are asked for in before anything of the line is read: that may be what is wrong."""
        if parent is not None or not _asks_for_json(args):
            return super().make_context(info_name, args, parent, **extra)
        try:
            ctx = super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            click.echo(_error(Choices(output="json"), error.format_message(), error.exit_code), err=True)
            raise click.exceptions.Exit(error.exit_code) from None
        ctx.ensure_object(Choices).output = "json"
        return ctx

    def invoke(self, ctx: click.Context) -> Any:
        said = ctx.ensure_object(Choices)  # before the commands have theirs: they share it
        try:
            return super().invoke(ctx)
        except Failure as failure:
            click.echo(_error(said, str(failure), failure.code), err=True)
            ctx.exit(failure.code)
        except click.ClickException as error:
            if said.output != "json":
                raise
            click.echo(_error(said, error.format_message(), error.exit_code), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, name = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])


def common(command: Callable[P, T]) -> Callable[P, T]:
    """Add the options that every command takes."""
    options = (
        click.option(
            "-c",
            "--config",
            "config_",
            metavar="DIR",
            expose_value=False,
            callback=_config,
            help="Folder of syncd.yaml (default: $SYNCD_CONFIG, ./config or here).",
        ),
        click.option(
            "-o",
            "--output",
            "output_",
            type=click.Choice(["table", "json"]),
            expose_value=False,
            is_eager=True,  # what is wrong with another option is said in the form asked for
            callback=_output,
            help="For people or for programs.",
        ),
        click.option("-v", "--verbose", count=True, expose_value=False, callback=_verbose, help="Say more."),
        click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_quiet, help="Say only what is wrong."),
    )
    for option in options:
        command = option(command)
    return command


def choices() -> Choices:
    """Return the common options of the running command."""
    return click.get_current_context().ensure_object(Choices)


def folder() -> Path:
    """Return the configuration folder."""
    asked = choices().config or (Path(os.environ["SYNCD_CONFIG"]) if os.environ.get("SYNCD_CONFIG") else None)
    if asked is not None:
        return asked.resolve()
    return (Path("config") if Path("config/syncd.yaml").is_file() else Path()).resolve()


def program() -> str:
    """Return how syncd was called, for commands to copy; `uv run` tells its programs where uv is."""
    return "uv run syncd" if os.environ.get("UV") else "syncd"


def configured() -> tuple[Config, Plugins]:
    """Load the plugins and the configuration; a broken plugin is named and the rest goes on."""
    with failing():
        return loaded()


def loaded() -> tuple[Config, Plugins]:
    """Do what `configured` does. Raises: ConfigInvalid."""
    from syncd.config import load
    from syncd.plugins import found

    plugins = found()
    for plugin in plugins.installed:
        if plugin.problem:
            click.echo(f"plugin {plugin.name}: {plugin.problem}", err=True)
    return load(folder(), plugins.specs), plugins


@contextmanager
def failing() -> Generator[None]:
    """Turn an invalid configuration and a store that cannot be used into a `Failure` with its exit code."""
    from syncd.config import ConfigInvalid
    from syncd.config.secrets import SecretMissing
    from syncd.store.database import Busy, StoreError

    try:
        yield
    except ConfigInvalid as error:
        raise Failure(str(error), Exit.INVALID) from None
    except Busy as error:
        raise Failure(str(error), Exit.LOCKED) from None
    except (StoreError, SecretMissing) as error:
        raise Failure(str(error)) from None


@contextmanager
def site() -> Generator[Site]:
    """Open the configured site for the length of a command."""
    from syncd.cli.clock import now, rng
    from syncd.cli.logs import log_as
    from syncd.engine.site import at_work

    config, _ = configured()
    log_as(config.log, verbosity=choices().verbosity or -1)  # a command says itself what it did
    calm_collector()
    with failing(), at_work(config, clock=now, rng=rng()) as opened:
        if opened.draft and choices().verbosity >= 0:
            click.echo(opened.draft, err=True)
        yield opened


def named(here: Site, connections: Sequence[str]) -> list[str]:
    """Return the *connections* of a command line, or all if it names none."""
    known = list(here.config.connections)
    for name in connections:
        if name not in known:
            raise click.BadParameter(f"there is no connection {name!r}; there is {', '.join(known)}", param_hint="CONNECTION")
    return list(dict.fromkeys(connections)) or known


def calm_collector() -> None:
    """Let Python look for cycles less often: a page makes 100,000 objects and no cycle (a fifth of the CPU)."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _asks_for_json(args: Sequence[str]) -> bool:
    """Tell whether a command line says ``--output json`` somewhere, in any of the forms that click reads."""
    said = "\0".join(args)
    return re.search(r"(?:^|\0)(?:-[vq]*o\0?|--output[=\0])json(?:\0|$)", said) is not None


def _error(said: Choices, message: str, code: int) -> str:
    """Write what went wrong as it was asked for: for people, or as one line of JSON."""
    if said.output == "json":
        return msgspec.json.encode({"error": message, "code": int(code)}).decode()
    return message


def _config(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        if not Path(value).is_dir():
            raise click.BadParameter(f"{value!r} is not a folder; syncd init makes one", ctx=ctx, param_hint="--config")
        ctx.ensure_object(Choices).config = Path(value)


def _output(ctx: click.Context, _: click.Parameter, value: Literal["table", "json"] | None) -> None:
    if value is not None:
        ctx.ensure_object(Choices).output = value


def _verbose(ctx: click.Context, _: click.Parameter, value: int) -> None:
    if value:
        ctx.ensure_object(Choices).verbosity = value


def _quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Choices).verbosity = -1
