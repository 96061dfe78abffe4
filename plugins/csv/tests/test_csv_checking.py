"""Checks: everything that would stop or spoil a pull is found beforehand, with its remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import pytest
from syncd_csv.checking import findings, output_finding, remote_stream
from syncd_csv.files import Folder
from syncd_csv.settings import CsvSettings
from syncd_csv.tables import Source, instant_of

from syncd.spi import Finding, RemoteField

Yaml: TypeAlias = "str | bool | list[str]"


def source(folder: Path, *wanted: str, **stream: Yaml) -> Source:
    settings = CsvSettings.model_validate({"streams": {"people": {"files": "*.csv", "holds": "person", **stream}}})
    return Source(
        stream="people",
        settings=settings.streams["people"],
        wanted=frozenset(wanted),
        folder=Folder(root=folder),
        cache=folder / "cache",
        limit=1 << 30,
        page=100,
        now=lambda: instant_of(0),
    )


def found(folder: Path, *wanted: str, **stream: Yaml) -> list[str]:
    return [f"{one.level}: {one.what} [{one.remedy}]" for one in findings(source(folder, *wanted, **stream))]


def test_a_file_in_order_is_described(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id;näme\n1;Zoë\n".encode("cp1252"))
    assert found(tmp_path, "näme") == ["ok: people: a.csv: cp1252, semicolon, 2 columns []"]


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,name\n1,Ada\n")
    found(tmp_path, "name")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("content", "stream", "expected"),
    [
        pytest.param(b"id,nome\n1,Ada\n", {}, 'error: people: a.csv: no column "name"', id="column"),
        pytest.param(b"id,name\n", {}, "warning: people: a.csv has no rows", id="no rows"),
        pytest.param(b"PK\x03\x04", {}, "error: people: a.csv is an Excel workbook", id="workbook"),
        pytest.param(b"id,name\n1,Ada", {}, "warning: people: a.csv: the last row has no line end", id="open end"),
        pytest.param(
            b"id,name\n,Ada\n2,Bob\n", {}, "warning: people: 1 of the first 2 rows are refused; a.csv line 2", id="rows"
        ),
        pytest.param(
            b"id,name,at\n1,Ada,12-04-2022\n2,Bob,25-04-2022\n",
            {"changed_at": "at"},
            'error: people: a.csv: 2 dates of column "at" cannot be read for certain [set date_formats: ["%d-%m-%Y"]]',
            id="dates of one order",
        ),
        pytest.param(
            b"id,name,at\n1,Ada,12-04-2022\n",
            {"changed_at": "at"},
            '[set date_formats: ["%d-%m-%Y"] or date_formats: ["%m-%d-%Y"]]',
            id="dates of either order",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: bytes, stream: dict[str, Yaml], expected: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert expected in "\n".join(found(tmp_path, "name", **stream))


def test_a_missing_file_an_empty_glob_and_a_link_are_named(tmp_path: Path) -> None:
    assert found(tmp_path, files="gone.csv")[0].startswith("error: people: gone.csv or its folder is missing")
    assert found(tmp_path)[0].startswith("warning: people: *.csv: no file matches")
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    assert found(tmp_path)[0].startswith("warning: people: link.csv is left out: a symbolic link")


def test_the_folder_of_the_output_has_to_exist(tmp_path: Path) -> None:
    folder = Folder(root=tmp_path)
    assert output_finding(folder, "out.csv") == Finding(level="ok", what="write_to: out.csv can be written")
    assert output_finding(folder, "out/x.csv").level == "error"


def test_a_stream_is_described_by_its_newest_file(tmp_path: Path) -> None:
    for name, header, mtime in (("b.csv", b"id,old\n1,x\n", 100), ("a.csv", b"id,new\n1,x\n", 200)):
        (tmp_path / name).write_bytes(header)
        os.utime(tmp_path / name, (mtime, mtime))
    described = remote_stream(source(tmp_path), writable=True)
    assert (described.kind, described.fields) == ("person", (RemoteField(name="id"), RemoteField(name="new")))


def test_a_stream_without_a_file_has_no_fields(tmp_path: Path) -> None:
    assert remote_stream(source(tmp_path, files="gone.csv"), writable=False).fields == ()


def test_a_column_is_described_as_the_mapping_spells_it_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,E-Mail\n1,ada@firm.example\n")
    described = remote_stream(source(tmp_path, "e-mail", "phone"), writable=False)
    assert [one.name for one in described.fields] == ["id", "E-Mail", "e-mail"]
