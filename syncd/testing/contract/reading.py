"""What pages are: whole readings, well-formed records, cursors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from syncd.spi import Activity, Page, SourceRecord
from syncd.testing.bench import MOST_PAGES, Bench, Record, folded, on_every_stream, reading, ref_of
from syncd.testing.world import CANARY, Exempt

_LARGEST_CURSOR = 64 << 10


class Reading:
    """Part of `ConnectorContract`."""

    @on_every_stream
    def test_a_reading_brings_every_record(self, bench: Bench, stream: str) -> None:
        refs = bench.filled(stream)
        pages = reading(bench.open().pull, stream)
        missing = set(refs) - set(folded(pages))
        assert not missing, f"{len(missing)} of {len(refs)} records never came, for example {min(missing)}"
        assert len(pages) >= 3, f"{len(refs)} records made {len(pages)} pages; raise the world's many, so that they make three"

    @on_every_stream
    def test_no_cursor_comes_twice_in_one_reading(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        cursors = [page.cursor for page in reading(bench.open().pull, stream) if page.more]
        assert len(cursors) == len(set(cursors)), "a cursor came twice in one reading: that is a loop"

    @on_every_stream
    def test_a_reading_ends(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        assert not reading(bench.open().pull, stream)[-1].more

    @on_every_stream
    def test_cursors_are_short_text_that_any_store_can_hold(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        for page in reading(bench.open().pull, stream):
            assert isinstance(page.cursor, str), f"a cursor is a {type(page.cursor).__name__}, not text"
            flaw = _flaw(page.cursor) or ("is too long" if len(page.cursor) > _LARGEST_CURSOR else "")
            assert not flaw, f"a cursor of {len(page.cursor)} characters {flaw}"

    @on_every_stream
    def test_records_are_of_the_stream_that_was_asked_for(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        kind = bench.kinds[stream]
        wanted = Activity if kind == "activity" else SourceRecord
        for record in _records(bench, stream):
            assert isinstance(record, wanted), f"a stream of kind {kind} gave a {type(record).__name__}"
            assert record.stream == stream, f"asked for {stream}, got a record of {record.stream}"

    @on_every_stream
    def test_every_record_has_an_identifier(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        for record in _records(bench, stream):
            name = ref_of(record).external_id
            assert isinstance(name, str) and name.strip(), f"an identifier is {name!r}"
            assert not _flaw(name), f"an identifier {_flaw(name)}"

    @on_every_stream
    def test_every_instant_is_aware_utc(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        for record in _records(bench, stream):
            for name, instant in _instants(record).items():
                assert instant.utcoffset() == timedelta(0), f"{name} of {ref_of(record)} is {instant!r}, not aware UTC"

    @on_every_stream
    def test_values_are_of_the_types_of_raw(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        for record in _records(bench, stream):
            for name, value in record.fields.items() if isinstance(record, SourceRecord) else ():
                assert not _wrong(value), f"{stream}.{name} {_wrong(value)}"

    @on_every_stream
    def test_records_carry_the_values_of_the_remote(self, bench: Bench, stream: str) -> None:
        refs = bench.filled(stream)
        found = bench.whole(stream)
        mute = [ref for ref in refs if ref in found and CANARY not in repr(found[ref]).lower()]
        assert not mute, f"{mute[:1]} came without the canary; the world puts it into the values that are pulled"

    @on_every_stream
    def test_a_record_is_not_two_things_in_one_reading(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        seen: dict[object, Record] = {}
        for record in _records(bench, stream):
            assert seen.setdefault(ref_of(record), record) == record, f"{ref_of(record)} came twice and was not the same"

    @on_every_stream
    def test_the_same_page_asked_twice_is_the_same(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        connector = bench.open()
        cursor: str | None = None
        pages = reading(bench.open("other").pull, stream)
        if any(page.wait is not None for page in pages):
            raise Exempt("the source prepares its answer; how often it is asked meanwhile is its own")
        for page in pages:
            once, twice = connector.pull(stream, cursor), connector.pull(stream, cursor)
            assert folded([once]) == folded([twice]), f"the page after {cursor!r} had other records the second time"
            assert once.more == twice.more, f"the page after {cursor!r} was an end only once"
            assert folded([once]) == folded([page]), f"the page after {cursor!r} had other records in another connector"
            cursor = once.cursor

    @on_every_stream
    def test_after_the_end_there_is_nothing_until_something_happens(self, bench: Bench, stream: str) -> None:
        if stream in bench.world.whole:
            raise Exempt(bench.world.whole[stream])
        bench.filled(stream)
        connector = bench.open()
        end = reading(connector.pull, stream)[-1].cursor
        for _ in range(2):
            page = connector.pull(stream, end)
            assert not page.records and not page.more, f"a quiet pull of {stream} brought {len(page.records)} records"
            end = page.cursor

    @on_every_stream
    def test_progress_and_notes_are_for_people(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        for page in reading(bench.open().pull, stream):
            assert page.progress is None or 0 <= page.progress <= 1, f"a progress of {page.progress} is no share from 0 to 1"
            assert all(isinstance(note, str) and note.strip() for note in page.notes), "a note says nothing"

    def test_streams_are_read_side_by_side(self, bench: Bench) -> None:
        for stream in bench.streams:
            bench.filled(stream)
        alone = {stream: bench.whole(stream) for stream in bench.streams}
        connector = bench.open()
        pages: dict[str, list[Page]] = {stream: [connector.pull(stream, None)] for stream in bench.streams}
        while going := [stream for stream in bench.streams if pages[stream][-1].more]:
            for stream in going:
                pages[stream].append(connector.pull(stream, pages[stream][-1].cursor))
            assert len(pages[going[0]]) < MOST_PAGES, f"{going[0]} does not end when it is read beside others"
        for stream in bench.streams:
            assert folded(pages[stream]) == alone[stream], f"{stream} is not the same when it is read beside others"


def _records(bench: Bench, stream: str) -> Iterator[Record]:
    for page in reading(bench.open().pull, stream):
        yield from page.records


def _instants(record: Record) -> Mapping[str, datetime]:
    if isinstance(record, Activity):
        return {"occurred_at": record.occurred_at}
    return {
        "changed_at": record.changed_at,
        **{f"field_changed_at[{name}]": at for name, at in record.field_changed_at.items()},
    }


def _wrong(value: object) -> str:
    """Say why *value* is none that a record may hold, "" if it is one."""
    match value:
        case None | bool() | int() | Decimal():
            return ""
        case str():
            return _flaw(value)
        case tuple():
            return next(
                (f"holds {wrong}" for one in value if (wrong := "no text" if not isinstance(one, str) else _flaw(one))), ""
            )
    return f"is a {type(value).__name__}; a source's values are text, truth, int, Decimal, a tuple of texts or None"


def _flaw(text: str) -> str:
    """Say why a store cannot hold *text*, "" if it can: PostgreSQL takes no NUL, and nobody takes half a surrogate pair."""
    if "\0" in text:
        return "holds a NUL character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half a surrogate pair"
    return ""
