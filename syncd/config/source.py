"""YAML 1.2 with line numbers: ``no`` and ``10:00`` are text, numbers are exact, a key stands once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Plain: TypeAlias = "str | bool | int | Decimal | list[Plain] | dict[str, Plain] | None"
Path_: TypeAlias = tuple[str | int, ...]
"""Where something stands in a document: keys and positions from the top."""


class ConfigProblem(NamedTuple):
    """What is wrong where, with the remedy in the same sentence."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as plain values, the line of each, and its text."""

    file: str
    data: Plain
    lines: Mapping[Path_, int]
    source: str = ""

    def line(self, path: Path_) -> int:
        """Return the line of *path*, or of the nearest thing that contains it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path_, what: str) -> ConfigProblem:
        return ConfigProblem(self.file, self.line(path), what)

    def wrong(self, path: Path_, what: str) -> ConfigProblem:
        """Say what is wrong at *path*, by its name: ``time.calendars.ny.hours: …``."""
        name = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        return self.problem(path, f"{name}: {what}")


def read(path: Path, name: str) -> tuple[Document, list[ConfigProblem]]:
    """Read one file; *name* is what problems call it. A file that cannot be read comes back empty, with the problem."""
    try:
        return parse(path.read_text(encoding="utf-8"), name)
    except FileNotFoundError:
        what = "no such file; syncd init writes one to start from"
    except UnicodeDecodeError:
        what = "is not UTF-8; save it as UTF-8"
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    return Document(file=name, data={}, lines={}), [ConfigProblem(name, 1, what)]


def parse(text: str, name: str) -> tuple[Document, list[ConfigProblem]]:
    """Read the *text* of a file that problems call *name*; one that is not YAML comes back empty, with the problem."""
    lines: dict[Path_, int] = {}
    problems: list[ConfigProblem] = []
    data: Plain = {}
    try:
        node = YAML().compose(text)
        data = {} if node is None else _plain(node, (), name, lines, problems)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(ConfigProblem(name, mark.line + 1 if mark else 1, f"is not YAML: {error.problem or error.context}"))
    except YAMLError:
        problems.append(ConfigProblem(name, 1, "is not YAML"))
    if not isinstance(data, dict):
        problems.append(ConfigProblem(name, 1, "holds no settings; it starts with a key such as 'connections:'"))
        data = {}
    return Document(file=name, data=data, lines=lines, source=text), problems


def _plain(node: Node, path: Path_, name: str, lines: dict[Path_, int], problems: list[ConfigProblem]) -> Plain:
    lines.setdefault(path, node.start_mark.line + 1)
    match node:
        case ScalarNode():
            return _scalar(node)
        case SequenceNode():
            return [_plain(item, (*path, i), name, lines, problems) for i, item in enumerate(node.value)]
        case MappingNode():
            found: dict[str, Plain] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                lines[(*path, key)] = key_node.start_mark.line + 1
                if key in found:
                    problems.append(ConfigProblem(name, key_node.start_mark.line + 1, f"{key!r} stands twice; remove one"))
                found[key] = _plain(value_node, (*path, key), name, lines, problems)
            return found
        case _:
            raise AssertionError("a YAML node is a scalar, a sequence or a mapping")


def _scalar(node: ScalarNode) -> Plain:
    text = str(node.value)
    match str(node.tag).rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text.replace("_", ""), 0) if text.lower().startswith(("0x", "0o")) else int(text.replace("_", ""))
        case "float" if Decimal(text.replace("_", "").replace(".inf", "Infinity").replace(".nan", "NaN")).is_finite():
            return Decimal(text.replace("_", ""))
        case _:
            return text
