"""Connectors that lose their place in a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from syncd.spi import Activity, Page
from syncd.testing import FakeConnector
from syncd.testing.bench import Record, ref_of
from tests.testing.breaking import Patched, Variant, everything, opened, paging, pulling

_SIZE = 3
_Key: TypeAlias = Callable[[Record], str]


def skips_a_page(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    return replace(page, cursor=str(int(page.cursor) + _SIZE)) if page.more else page


def gives_a_cursor_twice(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    return replace(page, cursor=cursor or page.cursor) if page.more else page


def never_ends(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    return page if page.more else Page(records=page.records, cursor=str(int(page.cursor) + 1), more=True)


def instant(record: Record) -> datetime:
    return record.occurred_at if isinstance(record, Activity) else record.changed_at


def only_instant(record: Record) -> str:
    return instant(record).isoformat()


def instant_and_name(record: Record) -> str:
    return f"{instant(record).isoformat()} {ref_of(record).external_id}"


def pages_behind(key: _Key) -> Callable[[FakeConnector, str, str | None], Page]:
    """Page by "the largest key seen", as if nothing could ever show behind it."""

    def pull(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
        behind = sorted((one for one in everything(fake, stream) if cursor is None or key(one) > cursor), key=key)
        page = behind[:_SIZE]
        return Page(records=page, cursor=key(page[-1]) if page else cursor or "", more=len(behind) > _SIZE)

    return pull


def pages_by_offset(keep: Callable[[Record], bool]) -> Callable[[FakeConnector, str, str | None], Page]:
    def pull(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
        offset, records = int(cursor or 0), [one for one in everything(fake, stream) if keep(one)]
        page = records[offset : offset + _SIZE]
        return Page(records=page, cursor=str(offset + len(page)), more=len(records) > offset + _SIZE)

    return pull


def remembers_in_memory(whole: Patched) -> Patched:
    position: dict[str, str] = {}

    def pull(stream: str, cursor: str | None) -> Page:
        page = whole.fake.pull(stream, position.get(stream) if cursor else None)
        position[stream] = page.cursor
        return page

    return replace(whole, on_pull=pull)


def remembers_one_stream(whole: Patched) -> Patched:
    position: list[str] = []

    def pull(stream: str, cursor: str | None) -> Page:
        page = whole.fake.pull(stream, position[-1] if cursor and position else cursor)
        position.append(page.cursor)
        return page

    return replace(whole, on_pull=pull)


def remembers_in_the_cache(whole: Patched) -> Patched:
    def pull(stream: str, cursor: str | None) -> Page:
        place = whole.opening.cache / stream
        if cursor and not place.exists():
            return Page(records=(), cursor=cursor, more=False)
        place.touch()
        return whole.fake.pull(stream, cursor)

    return replace(whole, on_pull=pull)


def marks_before_the_host_saves(whole: Patched) -> Patched:
    def pull(stream: str, cursor: str | None) -> Page:
        mark = whole.opening.cache / stream
        page = whole.fake.pull(stream, mark.read_text() if mark.exists() else cursor)
        mark.write_text(page.cursor)
        return page

    return replace(whole, on_pull=pull)


def moves_on_before_it_asks(whole: Patched) -> Patched:
    def pull(stream: str, cursor: str | None) -> Page:
        mark = whole.opening.cache / f"{stream}-{cursor}"
        asked_before = mark.exists()
        mark.touch()
        page = whole.fake.pull(stream, cursor)
        mark.unlink()
        return replace(page, records=page.records[1:]) if asked_before else page

    return replace(whole, on_pull=pull)


def never_gives_a_page_twice(whole: Patched) -> Patched:
    given: set[tuple[str, str | None]] = set()

    def pull(stream: str, cursor: str | None) -> Page:
        page = whole.fake.pull(stream, cursor)
        again = (stream, cursor) in given
        given.add((stream, cursor))
        return replace(page, records=page.records[1:]) if again else page

    return replace(whole, on_pull=pull)


def repeats_the_last_page(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    return page if page.more else replace(page, cursor=cursor or "0")


def brings_everything_again(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    end = (cursor or "").removesuffix("!")
    if cursor and cursor.endswith("!"):
        if not fake.pull(stream, end).records:
            return Page(records=(), cursor=cursor, more=False)
        cursor = None
    page = fake.pull(stream, cursor)
    return page if page.more else replace(page, cursor=f"{page.cursor}!")


def is_finished_for_ever(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    if cursor == "end":
        return Page(records=(), cursor="end", more=False)
    page = fake.pull(stream, cursor)
    return page if page.more else replace(page, cursor="end")


_NEVER_CAME = {"test_a_reading_brings_every_record": "never came"}

VARIANTS = [
    Variant(fault="a cursor skips a page", world=pulling(skips_a_page), caught=_NEVER_CAME),
    Variant(fault="a strict > loses ties", world=pulling(pages_behind(only_instant)), caught=_NEVER_CAME),
    Variant(
        fault="a cursor is given twice",
        world=pulling(gives_a_cursor_twice),
        caught={"test_no_cursor_comes_twice_in_one_reading": "that is a loop"},
    ),
    Variant(fault="a reading never ends", world=pulling(never_ends), caught={"test_a_reading_ends": "did not end"}),
    Variant(
        fault="a cursor is longer than 64 KiB",
        world=paging(lambda page: replace(page, cursor=page.cursor.ljust(65_537))),
        caught={"test_cursors_are_short_text_that_any_store_can_hold": "too long"},
    ),
    Variant(
        fault="a cursor holds NUL",
        world=pulling(lambda fake, stream, cursor: _with_nul(fake.pull(stream, cursor.rstrip("\0") if cursor else None))),
        caught={"test_cursors_are_short_text_that_any_store_can_hold": "NUL"},
    ),
    Variant(
        fault="a page cannot be repeated",
        world=opened(never_gives_a_page_twice),
        caught={"test_the_same_page_asked_twice_is_the_same": "other records the second time"},
    ),
    Variant(
        fault="the last page comes again and again",
        world=pulling(repeats_the_last_page),
        caught={"test_after_the_end_there_is_nothing_until_something_happens": "a quiet pull"},
    ),
    Variant(
        fault="one position for all streams",
        world=opened(remembers_one_stream),
        caught={"test_streams_are_read_side_by_side": "beside others"},
    ),
    Variant(
        fault="the position is kept in memory",
        world=opened(remembers_in_memory),
        caught={
            "test_every_cursor_resumes_in_a_new_process_with_exactly_the_rest": "came twice",
            "test_the_same_page_asked_twice_is_the_same": "other records",
        },
    ),
    Variant(
        fault="the position is kept in the cache",
        world=opened(remembers_in_the_cache),
        caught={"test_every_cursor_resumes_without_the_cache": "too few"},
    ),
    Variant(
        fault="a page counts as delivered before the host has saved it",
        world=opened(marks_before_the_host_saves),
        caught={"test_a_kill_before_or_after_any_commit_loses_and_doubles_nothing": "too few"},
    ),
    Variant(
        fault="a page counts as delivered before it was asked for",
        world=opened(moves_on_before_it_asks),
        caught={"test_a_failure_between_pages_loses_nothing": "are missing"},
    ),
    Variant(
        fault="offsets shift when a record changes",
        world=pulling(pages_by_offset(lambda _: True)),
        caught={"test_a_change_during_a_reading_hides_no_record": "changed while the stream was read"},
    ),
    Variant(
        fault="offsets shift when a record is deleted",
        world=pulling(pages_by_offset(lambda one: not one.deleted)),
        caught={"test_a_deletion_during_a_reading_hides_no_record": "deleted while the stream was read"},
    ),
    Variant(
        fault="an end is for ever",
        world=pulling(is_finished_for_ever),
        caught={"test_a_new_record_comes_after_the_end": "never came"},
    ),
    Variant(
        fault="everything comes again after one change",
        world=pulling(brings_everything_again),
        caught={"test_one_change_does_not_bring_everything_again": "came again"},
    ),
    Variant(
        fault="nothing shows behind the largest instant seen",
        world=pulling(pages_behind(instant_and_name)),
        caught={"test_a_record_that_shows_late_is_not_lost": "never came"},
    ),
    Variant(
        fault="a cursor since an instant starts after it",
        world=opened(lambda whole: replace(whole, on_since=lambda stream, _: _end(whole.fake, stream))),
        caught={"test_a_cursor_since_an_instant_skips_nothing_from_it_on": "never came"},
    ),
]


def _with_nul(page: Page) -> Page:
    return replace(page, cursor=f"{page.cursor}\0")


def _end(fake: FakeConnector, stream: str) -> str:
    return str(max(row.number for row in fake.remote.listing(stream, 0).rows) + 1000)
