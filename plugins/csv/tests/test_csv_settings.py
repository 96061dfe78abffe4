"""Settings: everything that cannot work is refused before a file is opened."""

from __future__ import annotations

from typing import TypeAlias

import pytest
from pydantic import ValidationError
from syncd_csv.settings import ActivityFiles, CsvSettings, FromColumn, RecordFiles, kinds

from syncd.spi import Settings

Yaml: TypeAlias = "str | bool | int | list[Yaml] | dict[str, Yaml]"

PEOPLE: dict[str, Yaml] = {"files": "people.csv", "holds": "person"}
CLICKS: dict[str, Yaml] = {
    "files": "clicks.csv",
    "holds": "activity",
    "kind": "click",
    "occurred_at": "At",
    "about_email": "Email",
}


def checked(**keys: Yaml) -> CsvSettings:
    return CsvSettings.model_validate(keys)


def test_the_shortest_settings_are_a_file_and_what_it_holds() -> None:
    assert kinds(checked(streams={"people": PEOPLE})) == {"people": "person"}


def test_holds_decides_which_keys_a_stream_has() -> None:
    settings = checked(streams={"people": PEOPLE, "clicks": {**CLICKS, "kind": {"column": "What"}}})
    people, clicks = settings.streams["people"], settings.streams["clicks"]
    assert isinstance(people, RecordFiles)
    assert isinstance(clicks, ActivityFiles)
    assert clicks.kind == FromColumn(column="What")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        pytest.param({"streams": {"people": {**PEOPLE, "files": "../people.csv"}}}, 'stays within "folder"', id="outside"),
        pytest.param({"streams": {"people": {**PEOPLE, "files": "/etc/passwd"}}}, 'stays within "folder"', id="absolute"),
        pytest.param({"streams": {"people": PEOPLE}, "write_to": "../out.csv"}, 'stays within "folder"', id="writes outside"),
        pytest.param({"streams": {"people": {**PEOPLE, "zone": "Mars/Base"}}}, "no time zone", id="zone"),
        pytest.param({"streams": {"people": {**PEOPLE, "encoding": "rot13"}}}, "no text encoding", id="encoding"),
        pytest.param({"streams": {"people": {**PEOPLE, "date_formats": ["%d.%q"]}}}, "date form", id="date form"),
        pytest.param({"streams": {"people": {**PEOPLE, "kind": "x"}}}, "Extra inputs", id="key of another kind of stream"),
        pytest.param({"streams": {"People!": PEOPLE}}, "pattern", id="stream name"),
        pytest.param({"streams": {}}, "at least 1", id="no stream"),
        pytest.param(
            {"streams": {"clicks": {key: value for key, value in CLICKS.items() if key != "about_email"}}},
            "an activity needs somebody",
            id="activity about nobody",
        ),
        pytest.param(
            {"streams": {"clicks": {**CLICKS, "about": {"people": "Id"}}}}, 'points to "people"', id="pointer to no stream"
        ),
        pytest.param(
            {"streams": {"people": {**PEOPLE, "files": "*.csv"}}, "write_to": "scores.csv"}, "its own output", id="feedback"
        ),
        pytest.param(
            {"streams": {"people": PEOPLE, "deals": {"files": "deals.csv", "holds": "deal"}}, "write_to": "out.csv"},
            "needs {stream}",
            id="several streams into one file",
        ),
    ],
)
def test_what_cannot_work_is_refused(keys: dict[str, Yaml], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        checked(**keys)


def test_a_file_in_another_folder_is_no_feedback() -> None:
    settings = checked(streams={"people": {**PEOPLE, "files": "in/*.csv"}}, write_to="out/{stream}.csv")
    assert settings.output("people") == "out/people.csv"


def test_every_key_is_described_for_the_schema_and_the_documentation() -> None:
    schema = CsvSettings.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    bare = [name for model in models for name, key in model.get("properties", {}).items() if "description" not in key]
    assert bare == []


def test_kinds_takes_no_other_settings() -> None:
    with pytest.raises(TypeError, match="not the settings of a CSV connection"):
        kinds(Settings())
