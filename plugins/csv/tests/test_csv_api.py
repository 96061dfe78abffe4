"""The connector as the host sees it: its spec, its streams and its receipts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from syncd_csv import syncd_connectors
from syncd_csv.api import CsvConnector

from syncd.spi import Change, ConnectorSpec, Done, FieldChange, Misconfigured, Opening, Ref, Rejected, Settings
from syncd.testing import NoClient

Yaml: TypeAlias = "str | bool | list[Yaml] | dict[str, Yaml]"

STREAMS: dict[str, Yaml] = {
    "people": {"files": "in/people.csv", "holds": "person", "id": "Record ID"},
    "deals": {"files": "in/deals.csv", "holds": "deal"},
    "clicks": {"files": "in/clicks.csv", "holds": "activity", "kind": "click", "occurred_at": "at", "about_email": "email"},
}


def spec() -> ConnectorSpec:
    [only] = syncd_connectors()
    return only


def connector(home: Path, settings: Settings) -> CsvConnector:
    return CsvConnector(
        Opening(
            connection="files",
            settings=settings,
            wanted={},
            client=NoClient(),
            home=home,
            cache=home / "cache",
            now=lambda: datetime(2024, 6, 1, tzinfo=UTC),
        )
    )


def opened(home: Path, **more: Yaml) -> CsvConnector:
    return connector(home, spec().settings.model_validate({"streams": STREAMS, **more}))


def change(stream: str, external_id: str, score: int) -> Change:
    return Change(ref=Ref(stream, external_id), fields={"score": FieldChange(None, score)}, key=f"{external_id} {score}")


def test_the_spec_tells_the_streams_from_the_settings_alone() -> None:
    settings = spec().settings.model_validate({"streams": STREAMS})
    assert (spec().name, spec().batch) == ("csv", 20_000)
    assert spec().streams(settings) == {"people": "person", "deals": "deal", "clicks": "activity"}


def test_the_settings_have_a_json_schema() -> None:
    assert "write_to" in json.dumps(spec().settings.model_json_schema())


def test_opening_touches_no_file_and_takes_no_other_settings(tmp_path: Path) -> None:
    opened(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TypeError, match="not the settings of a CSV connection"):
        connector(tmp_path, Settings())


def test_each_stream_is_written_to_its_own_file_with_one_receipt_per_change_in_order(tmp_path: Path) -> None:
    changes = [change("people", "7", 80), change("clicks", "1", 1), change("deals", "9", 5), change("people", "8", 10)]
    receipts = opened(tmp_path, write_to="{stream}.csv").push(changes)
    assert [type(receipt) for receipt in receipts] == [Done, Rejected, Done, Done]
    assert (tmp_path / "people.csv").read_text() == "Record ID,score\n7,80\n8,10\n"
    assert (tmp_path / "deals.csv").read_text() == "id,score\n9,5\n"


def test_a_receipt_tells_what_was_written_in_another_form(tmp_path: Path) -> None:
    fields = {"why": FieldChange(None, "=1+1"), "score": FieldChange(None, 80), "band": FieldChange(None, "Hot")}
    [receipt] = opened(tmp_path, write_to="{stream}.csv").push([Change(ref=Ref("people", "7"), fields=fields, key="k")])
    assert receipt == Done(stored={"why": "'=1+1"})


def test_pushing_the_same_again_changes_nothing_and_is_done(tmp_path: Path) -> None:
    files = opened(tmp_path, write_to="{stream}.csv")
    changes = [change("people", "7", 80)]
    files.push(changes)
    before = (tmp_path / "people.csv").stat().st_ino
    assert files.push(changes) == [Done()]
    assert (tmp_path / "people.csv").stat().st_ino == before


def test_without_a_file_to_write_to_the_setting_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match='"write_to" is not set'):
        opened(tmp_path).push([change("people", "7", 80)])


def test_check_and_schema_cover_every_stream(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text("Record ID,name\n7,Ada\n")
    files = opened(tmp_path, write_to="{stream}.csv")
    assert [stream.name for stream in files.schema().streams] == ["people", "deals", "clicks"]
    assert [f"{one.level} {one.what}" for one in files.check()] == [
        "ok people: in/people.csv: utf-8, comma, 2 columns",
        "error deals: in/deals.csv or its folder is missing",
        "error clicks: in/clicks.csv or its folder is missing",
        "ok write_to: deals.csv can be written",
        "ok write_to: people.csv can be written",
    ]


def test_the_folder_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "in").mkdir(parents=True)
    (tmp_path / "elsewhere" / "in" / "people.csv").write_text("Record ID,name\n7,Ada\n")
    page = opened(tmp_path / "home", folder=str(tmp_path / "elsewhere")).pull("people", None)
    assert len(page.records) == 1
