"""The papers are true: what can be set, typed, raised or logged is documented, links lead somewhere, examples can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from syncd import spi
from syncd.agreement.language import parse
from syncd.cli import main
from syncd.cli.base import Exit
from syncd.config.agreement import AgreementFile
from syncd.config.mapping import MappingFile
from syncd.config.settings import SyncdSettings
from syncd.mapping.fields import Blanks, LawName
from syncd.mapping.reading import FieldType
from syncd.mapping.standard import STANDARD
from syncd.model import ACTIVITY_KINDS

ROOT = Path(__file__).parent.parent
PAPERS = (
    "README.md",
    "CHANGELOG.md",
    "config/syncd.md",
    "config/mapping.md",
    "config/agreement.md",
    "plugins/README.md",
    "plugins/csv/README.md",
    "plugins/hubspot/README.md",
    "plugins/salesforce/README.md",
)


def paper(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def words(text: str) -> set[str]:
    """Return the words that stand in code."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return {word for part in code for word in re.findall(r"@?\w+", part)}


def keys(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """Yield every key that may stand in a file of this model."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield field.alias or name
        yield from inner_keys(field.annotation, seen)


def inner_keys(annotation: object, seen: set[type[BaseModel]]) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from keys(annotation, seen)
    for part in get_args(annotation):
        yield from inner_keys(part, seen)


def commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        pytest.param("config/syncd.md", SyncdSettings, id="syncd.yaml"),
        pytest.param("config/mapping.md", MappingFile, id="mapping"),
        pytest.param("config/agreement.md", AgreementFile, id="agreement.yaml"),
    ],
)
def test_every_key_of_a_file_is_in_its_guide(name: str, model: type[BaseModel]) -> None:
    assert set(keys(model, set())) - words(paper(name)) == set()


def test_every_type_law_field_and_kind_is_in_the_guide_of_mappings() -> None:
    known = {*get_args(FieldType), *get_args(LawName), *get_args(Blanks), *STANDARD, *ACTIVITY_KINDS}
    written_otherwise = {"owned": "only", "prefer": "wins"}
    assert {written_otherwise.get(word, word) for word in known} - words(paper("config/mapping.md")) == set()


def test_every_command_is_in_the_readme() -> None:
    readme = paper("README.md")
    assert [command for command in commands(main, "syncd") if f"`{command}`" not in readme] == []


def test_every_exit_code_is_in_the_readme() -> None:
    table = paper("README.md").partition("| exit code |")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"\d+", table)} == {int(code) for code in Exit}


def test_every_name_of_the_plugin_interface_is_in_its_guide() -> None:
    assert set(spi.__all__) - {"hookspec", "EMAIL_STREAM"} - words(paper("plugins/README.md")) == set()


def test_every_log_event_is_in_the_guide_of_ops() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "syncd").rglob("*.py"))
    events = set(re.findall(r'\blog\.(?:debug|info|warning|error|exception)\("([\w.]+)"', sources))
    assert "source.lost" in events
    assert [event for event in sorted(events) if f"`{event}`" not in paper("config/syncd.md")] == []


def test_the_sentences_of_the_guide_can_be_read() -> None:
    table = paper("config/agreement.md").partition("| sentence |")[2].partition("\n\n")[0]
    sentences = re.findall(r"`([^`]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert len(sentences) > 10
    for sentence in sentences:
        parse(sentence, fields=STANDARD, kinds=ACTIVITY_KINDS)


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_to_files_that_are_there(name: str) -> None:
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#]+)\)", paper(name))
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []
