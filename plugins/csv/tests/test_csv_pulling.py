"""Pulling: a pass is resumable at any page, costs what changed, and takes no silence for a deletion."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from syncd_csv.api import opened
from syncd_csv.settings import CsvSettings

from syncd.spi import Activity, BadAnswer, Connector, Misconfigured, Opening, Page, SourceRecord, Unavailable
from syncd.testing import NoClient

Yaml: TypeAlias = "str | bool | int | list[Yaml] | dict[str, Yaml]"

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
MTIME = 1_700_000_000  # 2023-11-14 22:13:20 UTC
PAGE = 200  # rows
MANY = 450  # rows: three pages
PEOPLE: dict[str, Yaml] = {"files": "people.csv", "holds": "person"}


@dataclass
class Place:
    """A folder with files and a cache, and a connection to it."""

    home: Path
    stream: dict[str, Yaml] = field(default_factory=lambda: dict(PEOPLE))
    wanted: frozenset[str] = frozenset({"name"})
    now: datetime = NOW

    def put(self, content: str | bytes, name: str = "people.csv", mtime: float = MTIME) -> Path:
        path = self.home / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (mtime, mtime))
        return path

    def connector(self) -> Connector:
        """Open the connection anew, as a new process would."""
        return opened(
            Opening(
                connection="files",
                settings=CsvSettings.model_validate({"streams": {"people": self.stream}}),
                wanted={"people": self.wanted},
                client=NoClient(),
                home=self.home,
                cache=self.home / "cache",
                now=lambda: self.now,
            ),
            page=PAGE,
        )

    def pull(self, cursor: str | None = None) -> Page:
        return self.connector().pull("people", cursor)

    def all(self, cursor: str | None = None) -> tuple[list[Page], str]:
        """Pull until there is nothing more; every page in a process of its own."""
        pages = [self.pull(cursor)]
        while pages[-1].more:
            pages.append(self.pull(pages[-1].cursor))
        return pages, pages[-1].cursor


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(home=tmp_path)


def names(pages: Sequence[Page]) -> list[str]:
    """Return identifier and name of each record."""
    records = [one for page in pages for one in page.records]
    return [f"{one.external_id} {one.fields.get('name', '-')}" for one in records if isinstance(one, SourceRecord)]


def refused(pages: Sequence[Page]) -> list[str]:
    return [f"{one.problem.where} {one.problem.code}" for page in pages for one in page.refused]


def notes(pages: Sequence[Page]) -> str:
    return "\n".join(note for page in pages for note in page.notes)


def people(count: int, **other: str) -> str:
    return "id,name\n" + "".join(f"{number},{other.get(f'n{number}', 'Ada')}\n" for number in range(count))


def test_a_file_is_read_and_then_quiet(place: Place) -> None:
    place.put("id,name\n1,Ada\n2,Bob\n")
    pages, cursor = place.all()
    assert names(pages) == ["1 Ada", "2 Bob"]
    again = place.pull(cursor)
    assert (again.records, again.more, again.cursor) == ((), False, cursor)


def test_the_time_of_change_is_the_files(place: Place) -> None:
    place.put("id,name\n1,Ada\n")
    [record] = place.pull().records
    assert isinstance(record, SourceRecord)
    assert record.changed_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_re_exported_file_costs_only_its_changed_rows(place: Place) -> None:
    place.put("id,name\n1,Ada\n2,Bob\n3,Cleo\n")
    _, cursor = place.all()
    place.put("id,name\n3,Cleo\n1,Ada\n2,Bert\n4,Dora\n", mtime=MTIME + 10)
    pages, _ = place.all(cursor)
    assert names(pages) == ["2 Bert", "4 Dora"]


def test_a_row_that_changes_back_is_delivered_again(place: Place) -> None:
    _, cursor = None, None
    for step, name in enumerate(["Ada", "Bea", "Ada"]):
        place.put(f"id,name\n1,{name}\n", mtime=MTIME + step)
        pages, cursor = place.all(cursor)
        assert names(pages) == [f"1 {name}"]


def test_the_same_content_with_a_new_time_costs_nothing(place: Place) -> None:
    place.put("id,name\n1,Ada\n")
    _, cursor = place.all()
    place.put("id,name\n1,Ada\n", mtime=MTIME + 10)
    pages, moved = place.all(cursor)
    assert (names(pages), moved == cursor) == ([], False)
    assert place.pull(moved).cursor == moved


def test_a_quick_change_that_keeps_size_and_time_is_noticed(place: Place) -> None:
    place.now = datetime.fromtimestamp(MTIME + 1, UTC)
    place.put("id,name\n1,Ada\n")
    _, cursor = place.all()
    (place.home / "people.csv").write_bytes(b"id,name\n1,Bea\n")
    os.utime(place.home / "people.csv", (MTIME, MTIME))
    assert names(place.all(cursor)[0]) == ["1 Bea"]


def test_an_export_under_a_new_name_costs_only_its_changed_rows(place: Place) -> None:
    place.stream["files"] = "people-*.csv"
    place.put("id,name\n1,Ada\n2,Bob\n", "people-01.csv")
    _, cursor = place.all()
    place.put("id,name\n1,Ada\n2,Bert\n", "people-02.csv", mtime=MTIME + 10)
    assert names(place.all(cursor)[0]) == ["2 Bert"]


def test_files_of_a_glob_are_read_oldest_first(place: Place) -> None:
    place.stream["files"] = "in/*.csv"
    place.put("id,name\n1,new\n", "in/a.csv", mtime=MTIME + 10)
    place.put("id,name\n1,old\n", "in/b.csv", mtime=MTIME)
    pages, cursor = place.all()
    assert names(pages) == ["1 old", "1 new"]
    assert place.pull(cursor).cursor == cursor


def test_another_mapping_delivers_everything_again(place: Place) -> None:
    place.put("id,name,city\n1,Ada,London\n")
    _, cursor = place.all()
    place.wanted = frozenset({"name", "city"})
    assert names(place.all(cursor)[0]) == ["1 Ada"]


def test_another_header_delivers_everything_again(place: Place) -> None:
    place.put("id,name,nick\n1,Ada,Countess\n")
    _, cursor = place.all()
    place.put("id,nick,name\n1,Ada,Countess\n", mtime=MTIME + 10)
    assert names(place.all(cursor)[0]) == ["1 Countess"]


# ------------------------------------------------------------- resuming


def test_every_row_is_delivered_once_over_many_pages_and_no_cursor_comes_twice(place: Place) -> None:
    place.put(people(MANY))
    pages, _ = place.all()
    assert names(pages) == [f"{number} Ada" for number in range(MANY)]
    assert len({page.cursor for page in pages}) == len(pages) == 3


def test_progress_is_the_share_that_was_read(place: Place) -> None:
    place.put(people(MANY))
    shares = [page.progress for page in place.all()[0]]
    assert shares[-1] == 1.0
    assert shares == sorted(shares, key=lambda share: share or 0)


def test_any_page_may_be_pulled_again(place: Place) -> None:
    place.put(people(MANY))
    connector = place.connector()
    first = connector.pull("people", None)
    second = connector.pull("people", first.cursor)
    assert connector.pull("people", first.cursor) == second
    third = place.pull(second.cursor)
    assert names([first, second, third]) == [f"{number} Ada" for number in range(MANY)]


def test_what_was_read_but_never_saved_is_read_again(place: Place) -> None:
    place.put("id,name\n1,Ada\n")
    place.pull(None)
    place.put("id,name\n1,Ada\n2,Bob\n", mtime=MTIME + 10)
    assert names(place.all(None)[0]) == ["1 Ada", "2 Bob"]


def test_a_file_replaced_between_two_pages_is_finished_first_and_the_new_one_read_then(place: Place) -> None:
    place.put(people(MANY))
    first = place.pull()
    place.put(people(MANY, n440="Bob"), mtime=MTIME + 10)
    pages, cursor = place.all(first.cursor)
    assert names([first, *pages]) == [f"{number} Ada" for number in range(MANY)]
    assert names(place.all(cursor)[0]) == ["440 Bob"]


def test_a_lost_cache_costs_time_but_no_rows(place: Place) -> None:
    place.put(people(MANY))
    first = place.pull()
    shutil.rmtree(place.home / "cache")
    pages, cursor = place.all(first.cursor)
    assert names(pages) == [f"{number} Ada" for number in range(MANY)]
    assert first.cursor not in {page.cursor for page in pages}
    shutil.rmtree(place.home / "cache")
    place.put(people(3, n1="Bob"), mtime=MTIME + 10)
    assert names(place.all(cursor)[0]) == ["0 Ada", "1 Bob", "2 Ada"]


@pytest.mark.parametrize("kind", ["*.csv", "*.log"])
def test_a_cache_that_lost_one_file_costs_time_but_no_rows(place: Place, kind: str) -> None:
    place.put(people(MANY))
    first = place.pull()
    for path in (place.home / "cache" / "people").glob(kind):
        path.unlink()
    assert len(names(place.all(first.cursor)[0])) == MANY


def test_nothing_personal_stays_in_the_cache_when_a_pass_is_over(place: Place) -> None:
    place.put("id,name\n1,Ada Example\n")
    _, cursor = place.all()
    place.pull(cursor)
    left = [path.read_bytes() for path in (place.home / "cache").rglob("*") if path.is_file()]
    assert len(left) == 1
    assert b"Ada Example" not in left[0]


@pytest.mark.parametrize("cursor", ["", "garbage", "[]"])
def test_a_cursor_that_cannot_be_read_starts_over(place: Place, cursor: str) -> None:
    place.put("id,name\n1,Ada\n")
    assert names(place.all(cursor)[0]) == ["1 Ada"]


# ------------------------------------------------------------- files that are not what they should be


def test_a_missing_file_is_unavailable(place: Place) -> None:
    with pytest.raises(Unavailable, match=r"people\.csv or its folder is missing"):
        place.pull()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        pytest.param("", "people.csv is empty", id="no bytes"),
        pytest.param("id,name\n", "people.csv has no rows", id="header alone"),
        pytest.param("\n\n", "people.csv has no rows", id="blank lines"),
    ],
)
def test_an_empty_file_is_noted_and_nothing_else_happens(place: Place, content: str, note: str) -> None:
    place.put("id,name\n1,Ada\n2,Bob\n")
    _, cursor = place.all()
    place.put(content, mtime=MTIME + 10)
    page = place.pull(cursor)
    assert (page.records, page.more, page.notes, page.cursor) == ((), False, (note,), cursor)
    place.put("id,name\n1,Ada\n2,Bert\n", mtime=MTIME + 20)
    assert names(place.all(cursor)[0]) == ["2 Bert"]


def test_a_glob_without_matches_is_noted(place: Place) -> None:
    place.stream["files"] = "*.tsv"
    assert place.pull().notes == ("*.tsv: no file matches",)


def test_rows_that_are_gone_delete_nobody(place: Place) -> None:
    place.put(people(100))
    _, cursor = place.all()
    place.put(people(3), mtime=MTIME + 10)
    pages, _ = place.all(cursor)
    assert names(pages) == []


@pytest.mark.parametrize("cut", range(8, 41))
def test_a_file_cut_at_any_byte_never_gives_a_value_that_was_not_there(place: Place, cut: int) -> None:
    whole = b'id,name\n1,Adamantine\n2,"Bob\nB, jr"\n3,Cleo'
    values = {"1": {"Adamantine"}, "2": {"Bob\nB, jr"}, "3": {"Cleo"}}
    place.put(whole[:cut])
    for page in place.all()[0]:
        for record in page.records:
            assert isinstance(record, SourceRecord)
            assert set(record.fields.values()) <= values[record.external_id]


def test_a_file_that_may_still_be_written_is_left_alone_for_a_minute(place: Place) -> None:
    place.put("id,name\n1,Ada\n2,Bo")
    place.now = datetime.fromtimestamp(MTIME + 30, UTC)
    page = place.pull()
    assert (page.records, page.more) == ((), False)
    assert "may still be written" in notes([page])
    place.now = datetime.fromtimestamp(MTIME + 90, UTC)
    assert names(place.all(page.cursor)[0]) == ["1 Ada", "2 -"]


def test_a_last_row_without_line_end_is_whole_if_that_is_usual(place: Place) -> None:
    place.put("id,name\n1,Ada\n2,Bob")
    place.stream["open_end"] = True
    assert names(place.all()[0]) == ["1 Ada", "2 Bob"]


def test_a_last_row_is_read_again_when_its_line_end_has_come(place: Place) -> None:
    place.put("id,name\n1,Ada\n2,Bob")
    pages, cursor = place.all()
    assert names(pages) == ["1 Ada", "2 -"]
    place.put("id,name\n1,Ada\n2,Bob\n", mtime=MTIME + 10)
    assert names(place.all(cursor)[0]) == ["2 Bob"]


def test_bad_rows_are_refused_with_their_line_and_the_rest_goes_on(place: Place) -> None:
    place.put('id,name\n1,Ada\n,Bob\n3,"Cleo\nC."\n4,x,y\n5,"open\n6,Finn\n1.23E+11,Gina\n8,Hal\n')
    pages, _ = place.all()
    assert names(pages) == ["1 Ada", "3 Cleo\nC.", "6 Finn", "8 Hal"]
    assert refused(pages) == [
        "people.csv line 3 csv.id",
        "people.csv line 6 csv.width",
        "people.csv line 7 csv.quote",
        "people.csv line 9 csv.id",
    ]


def test_a_bad_row_comes_again_with_the_next_version_and_a_good_one_does_not(place: Place) -> None:
    place.put("id,name\n1,Ada\n,Bob\n")
    _, cursor = place.all()
    place.put("id,name\n1,Ada\n,Bob\n3,Cleo\n", mtime=MTIME + 10)
    pages, _ = place.all(cursor)
    assert (names(pages), refused(pages)) == (["3 Cleo"], ["people.csv line 3 csv.id"])


def test_if_every_fifth_row_is_bad_it_is_not_the_rows(place: Place) -> None:
    place.put("id,name\n" + "1,Ada\n" * 79 + ",Bob\n" * 20)
    with pytest.raises(
        BadAnswer, match=r"people\.csv: 20 of 99 rows cannot be read, so it is not the rows\. people\.csv line 81"
    ):
        place.pull()
    place.put("id,name\n" + "1,Ada\n" * 81 + ",Bob\n" * 20)
    assert len(refused([place.pull()])) == 20


def test_a_file_that_was_hopeless_is_left_for_its_successor(place: Place) -> None:
    place.put(people(PAGE) + ",Bob\n" * PAGE)
    first = place.pull()
    with pytest.raises(BadAnswer):
        place.pull(first.cursor)
    place.put(people(5), mtime=MTIME + 10)
    assert len(names(place.all(first.cursor)[0])) == 5


def test_a_column_that_disappeared_stops_the_connection(place: Place) -> None:
    place.put("id,name\n1,Ada\n")
    _, cursor = place.all()
    place.put("id,nome\n1,Ada\n", mtime=MTIME + 10)
    with pytest.raises(Misconfigured, match=r'no column "name" \(named by the mapping\); the closest is "nome"'):
        place.pull(cursor)


def test_reordered_columns_are_fine(place: Place) -> None:
    place.put("name,id\nAda,1\n")
    assert names(place.all()[0]) == ["1 Ada"]


def test_a_row_of_140_kilobytes_is_read_and_one_of_two_megabytes_refused(place: Place) -> None:
    place.put(f"id,name\n1,{'x' * 140_000}\n2,{'x' * 2_000_000}\n3,Cleo\n")
    pages, _ = place.all()
    assert [name[:2] for name in names(pages)] == ["1 ", "3 "]
    assert refused(pages) == ["people.csv line 3 csv.long"]


# ------------------------------------------------------------- what people really export


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_encodings_delimiters_and_line_ends_make_no_difference(place: Place, encoding: str, delimiter: str, end: str) -> None:
    rows = [["id", "näme", "note"], ["1", "Zoë", '"a, b; c\td|e"'], ["2", "Bob", ""]]
    place.put(end.join([delimiter.join(row) for row in rows] + [""]).encode(encoding))
    place.wanted = frozenset({"näme", "note"})
    fields = [one.fields for one in place.all()[0][0].records if isinstance(one, SourceRecord)]
    assert fields == [{"näme": "Zoë", "note": "a, b; c\td|e"}, {"näme": "Bob", "note": ""}]


def test_a_salesforce_report_ends_before_its_footer(place: Place) -> None:
    footer = '"Contacts"\n"Copyright (c) 2000-2024 salesforce.com, inc."\n"Confidential Information - Do Not Distribute"\n'
    place.put(f'"Contact ID","name"\n"003","Ada"\n\n\n{footer}"Generated By:  Ada"\n"Example"\n'.encode("iso-8859-1"))
    pages, _ = place.all()
    assert (names(pages), refused(pages)) == (["003 Ada"], [])
    assert "5 lines behind the rows were left out" in notes(pages)


def test_a_linkedin_export_begins_behind_its_notes(place: Place) -> None:
    place.wanted = frozenset({"First Name"})
    place.stream |= {"changed_at": "Connected On"}
    place.put(
        'Notes:\n"When exporting, you may notice that\nsome addresses are missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Ada,Example,https://example.com,ada@example.com,Example Ltd,CTO,05 Mar 2024\n"
    )
    [record] = place.pull().records
    assert isinstance(record, SourceRecord)
    assert (record.external_id, record.changed_at) == ("ada@example.com", datetime(2024, 3, 5, tzinfo=UTC))


def test_activities_without_identifiers_count_once_however_often_they_are_exported(place: Place) -> None:
    place.stream = {"files": "*.csv", "holds": "activity", "kind": "click", "occurred_at": "at", "about_email": "email"}
    place.put("at,email\n2024-03-12 09:14,ada@example.com\n2024-03-12 09:14,ada@example.com\n", "a.csv")
    place.put("email;at\nada@example.com;2024-03-12T09:14:00Z\n", "b.csv", mtime=MTIME + 10)
    ids = {one.source_id for page in place.all()[0] for one in page.records if isinstance(one, Activity)}
    assert len(ids) == 1


def test_blank_lines_and_rows_of_delimiters_are_no_rows(place: Place) -> None:
    place.put("id,name\n\n1,Ada\n,\n\r\n   \n2,Bob\n,\n")
    pages, _ = place.all()
    assert (names(pages), refused(pages)) == (["1 Ada", "2 Bob"], [])
