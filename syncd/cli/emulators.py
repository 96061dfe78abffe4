"""Emulated systems for the demo: each in a process of its own that never outlives ours, and a connection to it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.request import ProxyHandler, Request, build_opener

import msgspec
from ruamel.yaml import YAML

from syncd.cli.base import Failure

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 5.0

_yaml = YAML()


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """A running emulator, what it printed when it was ready, as text, and where to ask for the next part of a story, or ""."""

    name: str
    values: Mapping[str, str]
    story: str = ""


@contextmanager
def running(names: Sequence[str], templates: Path, home: Path, given: Mapping[str, str]) -> Generator[list[Emulated]]:
    """Start the emulators of the connectors *names* and connect the configuration in *home* to them; stop them at the end.

    ``NAME.yaml`` in *templates* has the emulator's ``arguments`` and the ``connection`` for syncd.yaml; words in braces are
    filled with what is *given*, with ``known``, the file ``emulated/NAME/known.csv``, and with what the emulator prints. Those
    values lie in ``emulated/NAME/`` as well, one file each, for settings that refer to a secret. Raises: Failure.
    """
    with ExitStack() as stack:
        started = [
            (name, stack.enter_context(_process(name, _arguments(templates, name, home, given), home))) for name in names
        ]
        emulated = [_ready(name, lines, templates, home) for name, lines in started]
        for one in emulated:
            _connect(one, templates, home, given)
        yield emulated


def known_to(home: Path, name: str) -> Path:
    """Return the file of the people whom an emulator is told to have."""
    return home / "emulated" / name / "known.csv"


def happen(emulated: Emulated, person: Mapping[str, str]) -> str:
    """Let the next thing on a person's way happen in an emulated system and return what it was; "" if nothing is left.

    Raises: Failure.
    """
    asked = Request(emulated.story, msgspec.json.encode(person), {"Content-Type": "application/json"})
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=READY_WITHIN_S) as answer:
            return str(msgspec.json.decode(answer.read(), type=dict[str, str])["happened"])
    except (OSError, KeyError, msgspec.DecodeError) as error:
        raise Failure(f"the emulator of {emulated.name} told no story at {emulated.story}: {error}") from error


def free_port() -> int:
    """Return a port of this machine that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def listen(home: Path, port: int) -> None:
    """Let the configuration in *home* receive webhooks."""
    settings = _yaml.load(home / "syncd.yaml")
    settings["web"] = {"listen": f"127.0.0.1:{port}"}
    _yaml.dump(settings, home / "syncd.yaml")


def _arguments(templates: Path, name: str, home: Path, given: Mapping[str, str]) -> list[str]:
    template = _yaml.load(templates / f"{name}.yaml")
    words = {**given, "known": str(known_to(home, name))}
    return [text.format_map(words) for text in template.get("arguments", [])]


# ---------------------------------------------------------------- the process


@contextmanager
def _process(name: str, arguments: Sequence[str], home: Path) -> Generator[SimpleQueue[str]]:
    """Run an emulator and give the lines it prints, an empty one at its end.

    Its standard input is a pipe that ends with us, however we end; Ctrl-C in the terminal reaches us alone.
    """
    command = [sys.executable, "-c", "from syncd.cli import main; main()", "emulate", "--until-eof", name, *arguments]
    with (
        (home / f"emulator-{name}.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True) as process,
    ):
        lines: SimpleQueue[str] = SimpleQueue()
        Thread(target=_listen, args=(process, lines), daemon=True).start()
        try:
            yield lines
        finally:
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _listen(process: subprocess.Popen[bytes], lines: SimpleQueue[str]) -> None:
    for line in process.stdout or ():
        lines.put(line.decode("utf-8", "replace"))
    lines.put("")


def _ready(name: str, lines: SimpleQueue[str], templates: Path, home: Path) -> Emulated:
    """Wait until an emulator is ready, and leave each value it prints in a file of its own."""
    try:
        said = msgspec.json.decode(lines.get(timeout=READY_WITHIN_S), type=dict[str, object])
    except (Empty, msgspec.DecodeError):
        raise Failure(f"the emulator of {name} did not start; {home}/emulator-{name}.log says why") from None
    values = {key: str(value) for key, value in said.items() if isinstance(value, str | int)}
    folder = home / "emulated" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for key, value in values.items():
        (folder / key).write_text(value, encoding="utf-8")
    story = _yaml.load(templates / f"{name}.yaml").get("story", "")
    return Emulated(name=name, values=values, story=story.format_map(values))


# ---------------------------------------------------------------- the connection


def _connect(emulated: Emulated, templates: Path, home: Path, given: Mapping[str, str]) -> None:
    """Add a connection to syncd.yaml in *home*, and its mapping if the configuration has none yet."""
    connection = _yaml.load(templates / f"{emulated.name}.yaml")["connection"]
    settings = _yaml.load(home / "syncd.yaml")
    settings["connections"][emulated.name] = _filled(connection, {**given, **emulated.values})
    _yaml.dump(settings, home / "syncd.yaml")
    mapping = home / "mapping" / f"{emulated.name}.yaml"
    if not mapping.exists():
        shutil.copyfile(templates.parent.parent / "mapping" / mapping.name, mapping)


def _filled(value: object, words: Mapping[str, str]) -> object:
    match value:
        case str():
            return value.format_map(words)
        case dict():
            return {key: _filled(one, words) for key, one in value.items()}
        case list():
            return [_filled(one, words) for one in value]
        case _:
            return value
