"""Rows become records and activities: what is there is delivered as text, what is not is absent, what is doubtful refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from syncd_csv.columns import Columns
from syncd_csv.reading import Result, RowReader
from syncd_csv.records import Unusable, identifier, maker
from syncd_csv.rows import Fault
from syncd_csv.settings import CsvSettings

from syncd.spi import EMAIL_STREAM, Activity, Association, Direction, Misconfigured, Ref, SourceRecord

Yaml: TypeAlias = "str | list[str] | dict[str, Yaml]"

MODIFIED = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
VERSION = b"\x01\x02\x03\x04\x05\x06\x07\x08"


def reader(header: str, stream: dict[str, Yaml], *wanted: str) -> RowReader:
    others: dict[str, Yaml] = {
        "accounts": {"files": "a.csv", "holds": "account"},
        "people": {"files": "p.csv", "holds": "person"},
    }
    settings = CsvSettings.model_validate({"streams": {**others, "rows": {"files": "rows.csv", **stream}}})
    columns = Columns(file="rows.csv", header=tuple(header.split(",")))
    made = maker("rows", settings.streams["rows"], columns, wanted=wanted, modified_at=MODIFIED)
    return RowReader(stream="rows", file="rows.csv", delimiter=",", width=len(columns.header), maker=made)


def person(header: str, row: str | bytes, *wanted: str, **settings: Yaml) -> Result:
    text = row if isinstance(row, bytes) else row.encode()
    return reader(header, {"holds": "person", **settings}, *wanted).read(text, VERSION)


def record(header: str, row: str | bytes, *wanted: str, **settings: Yaml) -> SourceRecord:
    made = person(header, row, *wanted, **settings)
    assert isinstance(made, SourceRecord), made
    return made


def fault(header: str, row: str | bytes, **settings: Yaml) -> str:
    made = person(header, row, **settings)
    assert isinstance(made, Fault), made
    return made.code


def test_a_record_has_the_wanted_fields_as_text_and_no_others() -> None:
    assert record("Record ID,Email,Amount,Secret", '7,a@example.com,"1.234,50",x', "Email", "Amount") == SourceRecord(
        stream="rows",
        external_id="7",
        changed_at=MODIFIED,
        fields={"Email": "a@example.com", "Amount": "1.234,50"},
        version="0102030405060708",
    )


def test_a_field_keeps_the_name_that_the_mapping_uses() -> None:
    assert record("ID,EMAIL", "7,a@example.com", "Email").fields == {"Email": "a@example.com"}


def test_a_blank_cell_is_blank_and_a_missing_one_absent() -> None:
    header, wanted = "id,a,b,c,d", ("a", "b", "c", "d")
    assert record(header, "7,,x,,", *wanted).fields == {"a": "", "b": "x", "c": "", "d": ""}
    assert record(header, "7,,x", *wanted).fields == {"a": "", "b": "x"}


def test_surplus_cells_are_fine_only_if_they_are_empty() -> None:
    assert record("id,a", "7,x,,", "a").fields == {"a": "x"}
    assert fault("id,a", "7,x,,y") == "width"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("id,a,b", "7", id="less than half of the cells"),
        pytest.param("a,b,c,id", "x,y,z", id="without the identifier"),
    ],
)
def test_a_row_that_is_too_short_is_refused(header: str, row: str) -> None:
    assert fault(header, row) == "width"


def test_a_row_of_empty_cells_is_nothing() -> None:
    assert person("id,a", ",") is None


def test_the_identifier_is_found_by_its_well_known_name_or_else_the_address() -> None:
    assert record("Name,Record ID", "Ada,7").external_id == "7"
    assert record("Name,Email Address", "Ada,Ada@Example.com").external_id == "ada@example.com"


def test_without_a_known_identifier_the_setting_is_asked_for() -> None:
    with pytest.raises(Misconfigured, match='set "id" for this stream'):
        reader("Name,City", {"holds": "person"})


def test_several_columns_make_one_identifier_without_collisions() -> None:
    settings: dict[str, Yaml] = {"id": ["a", "b"]}
    assert record("a,b", "1,2", **settings).external_id == "1|2"
    assert record("a,b", "1|,2", **settings).external_id != record("a,b", "1,|2", **settings).external_id


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("", id="empty"),
        pytest.param("1.23E+11", id="rounded by Excel"),
        pytest.param("1,23E+11", id="rounded by Excel, German"),
        pytest.param("a\0b", id="NUL"),
        pytest.param("a\nb", id="line end"),
        pytest.param('a"b', id="quote"),
        pytest.param("a\ufffdb", id="undecodable"),
    ],
)
def test_an_identifier_that_cannot_be_right_is_refused(cell: str) -> None:
    with pytest.raises(Unusable):
        identifier(cell)


@pytest.mark.parametrize("cell", ["0012", "l:123", "7E10", "003Q000001abcDE", "a b", "é"])
def test_an_identifier_is_kept_as_it_is(cell: str) -> None:
    assert identifier(cell) == cell


def test_nul_is_dropped_from_text_and_refused_in_identifiers() -> None:
    assert record("id,name", "7,A\0da", "name").fields == {"name": "Ada"}
    assert fault("id,name", "7\0,Ada") == "id"


def test_surrogates_are_joined_and_lone_ones_replaced() -> None:
    pair = "\U0001f600".encode("utf-16-le").decode("utf-16-le", "surrogatepass")
    halves = b"\xed\xa0\xbd\xed\xb8\x80"  # the same character as CESU-8, which some exporters write
    assert record("id,name", b"7," + halves, "name").fields == {"name": pair}
    assert record("id,name", b"7," + halves[:3], "name").fields == {"name": "\ufffd"}
    assert fault("id,name", halves[:3] + b",Ada") == "id"


def test_bytes_that_are_no_utf8_are_refused() -> None:
    assert fault("id,name", b"7,Ad\xe9le") == "encoding"


def test_the_time_of_change_is_the_columns_and_for_blank_cells_the_files() -> None:
    settings: dict[str, Yaml] = {"changed_at": "Modified"}
    assert record("id,Modified", "7,2024-03-12 09:14", **settings).changed_at == datetime(2024, 3, 12, 9, 14, tzinfo=UTC)
    assert record("id,Modified", "7,", **settings).changed_at == MODIFIED
    assert fault("id,Modified", "7,12-04-2022", **settings) == "date"


@pytest.mark.parametrize(("cell", "expected"), [("true", True), ("1", True), ("FALSE", False), ("", False), ("No", False)])
def test_a_deletion_is_what_the_column_says(cell: str, expected: bool) -> None:
    assert record("id,IsDeleted", f"7,{cell}", deleted="IsDeleted").deleted is expected


def test_a_deletion_flag_that_says_neither_is_refused() -> None:
    assert fault("id,IsDeleted", "7,perhaps", deleted="IsDeleted") == "flag"


def test_a_merge_names_the_record_that_lives_on() -> None:
    settings: dict[str, Yaml] = {"merged_into": "MASTERRECORDID"}
    assert record("ID,MASTERRECORDID", "7,8", **settings).merged_into == Ref("rows", "8")
    assert record("ID,MASTERRECORDID", "7,", **settings).merged_into is None


def test_identifiers_joined_by_semicolons_are_several_associations() -> None:
    made = record(
        "Record ID,Associated Company IDs",
        "7,100;200; ",
        associations={"account": {"to": "accounts", "column": "Associated Company IDs"}},
    )
    assert made.associations == (
        Association("account", Ref("accounts", "100")),
        Association("account", Ref("accounts", "200")),
    )


@pytest.mark.parametrize("key", ["changed_at", "deleted", "merged_into", "id"])
def test_a_configured_column_that_is_missing_is_named(key: str) -> None:
    with pytest.raises(Misconfigured, match=rf'rows.csv: no column "Gone" \({key}\)'):
        reader("id,name", {"holds": "person", key: "Gone"})


def test_a_wanted_column_that_is_missing_is_named() -> None:
    with pytest.raises(Misconfigured, match=r'no column "Emial" \(named by the mapping\); the closest is "Email"'):
        reader("id,Email", {"holds": "person"}, "Emial")


CLICK: dict[str, Yaml] = {
    "holds": "activity",
    "kind": {"column": "What"},
    "occurred_at": "At",
    "about": {"people": "Contact"},
    "about_email": "Email",
}
HEADER = "What,At,Contact,Email,Page"


def activity(row: str, header: str = HEADER, **settings: Yaml) -> Result:
    return reader(header, {**CLICK, **settings}).read(row.encode(), VERSION)


def test_an_activity_has_kind_time_people_and_what_else_is_named() -> None:
    header, row = HEADER + ",Way,Who,Bot", "click,2024-03-12T09:14:00Z,7,Ada@Example.com,/pricing,Incoming,Bob,true"
    settings: dict[str, Yaml] = {"asset": "Page", "direction": {"column": "Way"}, "actor": "Who", "machine": "Bot", "id": "At"}
    assert activity(row, header, **settings) == Activity(
        stream="rows",
        source_id="2024-03-12T09:14:00Z",
        kind="click",
        occurred_at=datetime(2024, 3, 12, 9, 14, tzinfo=UTC),
        about=(Ref("people", "7"), Ref(EMAIL_STREAM, "ada@example.com")),
        asset="/pricing",
        direction=Direction.INBOUND,
        actor="Bob",
        machine=True,
    )


def test_kind_and_direction_may_be_constant() -> None:
    made = activity("x,2024-03-12,7,,", kind="webinar", direction="outbound")
    assert isinstance(made, Activity)
    assert (made.kind, made.direction) == ("webinar", Direction.OUTBOUND)


def own_id(row: str, header: str = HEADER) -> str:
    made = activity(row, header, asset="Page")
    assert isinstance(made, Activity), made
    return made.source_id


def test_without_an_identifier_the_same_meaning_is_the_same_activity() -> None:
    once = own_id("click,2024-03-12T09:14:00Z,7,,/a")
    assert once == own_id("click,2024-03-12 10:14:00+01:00,7,,/a")
    assert once == own_id("/a,click,2024-03-12T09:14:00Z,7,,new", "Page,What,At,Contact,Email,Exported")
    assert once != own_id("click,2024-03-12T09:14:01Z,7,,/a")
    assert once != own_id("click,2024-03-12T09:14:00Z,8,,/a")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param(",2024-03-12,7,,", "kind", id="nothing happened"),
        pytest.param("click,,7,,", "date", id="at no time"),
        pytest.param("click,12-04-2022,7,,", "date", id="at a doubtful time"),
        pytest.param("click,2024-03-12,,n/a,", "about", id="to nobody"),
    ],
)
def test_an_activity_that_lacks_something_is_refused(row: str, code: str) -> None:
    made = activity(row)
    assert isinstance(made, Fault)
    assert made.code == code


def test_an_open_last_row_is_read_without_its_last_cell() -> None:
    rows = reader("id,name,city", {"holds": "person"}, "name", "city")
    made = rows.read_open(b"7,Ada,Lond", VERSION)
    assert isinstance(made, SourceRecord)
    assert made.fields == {"name": "Ada"}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("id,name,city", b"7,Ada", id="short"),
        pytest.param("name,id", b"Ada,7", id="its last cell is the identifier"),
        pytest.param("id,name", b"7,Ad\xc3", id="it ends inside a character"),
    ],
)
def test_an_open_last_row_is_refused_if_it_lacks_something(header: str, row: bytes) -> None:
    made = reader(header, {"holds": "person"}).read_open(row, VERSION)
    assert isinstance(made, Fault)
    assert made.code == "cut"


def test_a_refused_row_has_its_place_its_identifier_and_never_its_content_in_the_message() -> None:
    rows = reader("id,Modified", {"holds": "person", "changed_at": "Modified"})
    bad = rows.read(b"7,tomorrow", VERSION)
    assert isinstance(bad, Fault)
    refused = rows.refused(12, b"7,tomorrow\r\n", bad)
    assert (refused.external_id, refused.problem.where, refused.problem.code) == ("7", "rows.csv line 12", "csv.date")
    assert refused.raw == "7,tomorrow"
    assert "tomorrow" not in refused.problem.what


def test_a_long_refused_row_is_kept_in_part_and_still_identified() -> None:
    rows = reader("id,Modified,note", {"holds": "person", "changed_at": "Modified"})
    row = b'7,tomorrow,"' + b"x" * 50_000 + b'"'
    bad = rows.read(row, VERSION)
    assert isinstance(bad, Fault)
    refused = rows.refused(12, row, bad)
    assert (refused.external_id, len(refused.raw)) == ("7", 10_000)
