"""Every command explains itself with an example, and every one that reads can be read by programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest

from syncd.cli import main
from tests.e2e import firm
from tests.e2e.forks import Forks, uninterrupted


def _commands(group: click.Group, *before: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of every command, and whether it is a group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield " ".join([*before, name]), isinstance(command, click.Group)
        if isinstance(command, click.Group):
            yield from _commands(command, *before, name)


LEAVES = [words for words, is_group in _commands(main) if not is_group and words != "version"]
WITHOUT = [words for words, is_group in _commands(main) if is_group or words == "version"]
CODES = {"sync": 3, "check": 4}  # a refused row; a date in it that cannot be read
READING = [
    "agreement check",
    "agreement score --fact company_size=120",
    "agreement score ana@alder.example",
    "check",
    "inbox list",
    "inbox list --all",
    "inbox show {item}",
    "mapping check",
    "mapping suggest {home}/files/contacts-a.csv",
    "people list",
    "plan",
    "plugins",
    "schema agreement",
    "schema mapping",
    "schema syncd",
    "status",
    "sync",
    "version",
    "why ana@alder.example",
    "why ana@alder.example --field email",
]


@pytest.fixture(scope="module")
def home(forks: Forks, place: Path, now: datetime) -> Path:
    """The firm after a first sync."""
    folder = place / "home"
    firm.found(folder, now)
    uninterrupted(forks, folder)
    return folder


def test_the_first_help_lists_commands_examples_and_exit_codes(forks: Forks, home: Path) -> None:
    fate = forks.run(home, "--help")

    assert (fate.code, fate.err) == (0, "")
    assert "syncd demo --once" in fate.out
    assert all(f"{code} " in fate.out for code in (0, 1, 2, 3, 4, 5, 8, 130, 143))
    assert [name for name in main.list_commands(click.Context(main)) if f"  {name} " not in fate.out] == []


@pytest.mark.parametrize("words", LEAVES)
def test_the_help_of_a_command_has_an_example_that_names_it(forks: Forks, home: Path, words: str) -> None:
    fate = forks.run(home, *words.split(), "--help")

    assert (fate.code, fate.err) == (0, "")
    _, _, examples = fate.out.partition("Example")
    assert f"syncd {words}" in examples
    assert forks.run(home, *words.split(), "-h").out == fate.out


@pytest.mark.parametrize("words", WITHOUT)
def test_the_help_of_a_group_has_an_example_too(forks: Forks, home: Path, words: str) -> None:
    assert f"syncd {words}" in forks.run(home, *words.split(), "--help").out.partition("Example")[2]


@pytest.mark.parametrize("line", READING)
def test_a_reading_command_prints_one_document_of_json_and_nothing_else(forks: Forks, home: Path, line: str) -> None:
    item = json.loads(forks.run(home, "inbox", "list", "-o", "json").out)[0]["id"]
    words = line.format(home=home, item=item).split()

    fate = forks.run(home, *words, "--output", "json")

    assert fate.code == CODES.get(line, 0)
    assert json.loads(fate.out)
    assert fate.err == ""


def test_a_document_says_what_the_tables_say(forks: Forks, home: Path) -> None:
    why = json.loads(forks.run(home, "why", "ana@alder.example", "-o", "json").out)
    status = json.loads(forks.run(home, "-o", "json", "status").out)

    assert (why["email"], why["stage"], why["score"]["score"]) == ("ana@alder.example", "mql", 70)
    assert [(one["name"], one["inbox"], one["waiting_writes"]) for one in status["connections"]] == [
        ("crm", 1, 0),
        ("web", 1, 0),
    ]
