"""Connectors whose records are wrong or incomplete."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from syncd.spi import Activity, BadAnswer, Page, Ref, SourceRecord
from syncd.testing import FakeConnector
from syncd.testing.bench import Record
from tests.testing.breaking import Variant, opened, paging, pulling, recording


def forgets(what: Callable[[Record], bool]) -> Callable[[Page], Page]:
    return lambda page: replace(page, records=[one for one in page.records if not what(one)])


def was_changed(record: Record) -> bool:
    return isinstance(record, SourceRecord) and record.version != "1"


def contradicts_itself(page: Page) -> Page:
    first = page.records[:1]
    other = [replace(one, version="other") for one in first if isinstance(one, SourceRecord)]
    return replace(page, records=[*page.records, *other])


def stops_at_a_bad_row(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    return Page(records=(), cursor=page.cursor, more=False) if page.refused else page


def quotes_a_bad_row(page: Page) -> Page:
    return replace(page, refused=[replace(one, problem=replace(one.problem, what=f"{one.raw}?")) for one in page.refused])


def fails_at_a_bad_row(fake: FakeConnector, stream: str, cursor: str | None) -> Page:
    page = fake.pull(stream, cursor)
    if page.refused:
        raise BadAnswer("a row has no e-mail address")
    return page


def same(activity: Activity) -> Activity:
    return activity


_FLOAT = json.loads("87.5")

VARIANTS = [
    Variant(
        fault="records of another stream",
        world=recording(lambda one: replace(one, stream="others"), lambda one: replace(one, stream="others")),
        caught={"test_records_are_of_the_stream_that_was_asked_for": "got a record of others"},
    ),
    Variant(
        fault="empty identifiers",
        world=recording(lambda one: replace(one, external_id=""), lambda one: replace(one, source_id="")),
        caught={"test_every_record_has_an_identifier": "an identifier is ''"},
    ),
    Variant(
        fault="naive instants of records",
        world=recording(lambda one: replace(one, changed_at=one.changed_at.replace(tzinfo=None)), same),
        caught={"test_every_instant_is_aware_utc": "changed_at"},
    ),
    Variant(
        fault="naive instants of activities",
        world=recording(lambda one: one, lambda one: replace(one, occurred_at=one.occurred_at.replace(tzinfo=None))),
        caught={"test_every_instant_is_aware_utc": "occurred_at"},
    ),
    Variant(
        fault="floats",
        world=recording(lambda one: replace(one, fields={"score": _FLOAT}), same),
        caught={"test_values_are_of_the_types_of_raw": "is a float"},
    ),
    Variant(
        fault="half a surrogate pair",
        world=recording(lambda one: replace(one, fields={"email": "\ud83d"}), same),
        caught={"test_values_are_of_the_types_of_raw": "surrogate"},
    ),
    Variant(
        fault="values are left out",
        world=recording(lambda one: replace(one, fields={}), same),
        caught={"test_records_carry_the_values_of_the_remote": "without the canary"},
    ),
    Variant(
        fault="a record is two things in one page",
        world=paging(contradicts_itself),
        caught={"test_a_record_is_not_two_things_in_one_reading": "was not the same"},
    ),
    Variant(
        fault="a progress of 150 %",
        world=paging(lambda page: replace(page, progress=1.5)),
        caught={"test_progress_and_notes_are_for_people": "no share"},
    ),
    Variant(
        fault="changes are not followed",
        world=paging(forgets(was_changed)),
        caught={"test_a_changed_record_comes_again_with_its_new_value": "did not come again"},
    ),
    Variant(
        fault="deletions are forgotten",
        world=paging(forgets(lambda one: one.deleted)),
        caught={"test_a_deletion_comes_through": "nobody was told"},
    ),
    Variant(
        fault="merges look like deletions",
        world=recording(lambda one: replace(one, merged_into=None), same),
        caught={"test_a_merge_comes_through": "not into None"},
    ),
    Variant(
        fault="a bad row is the end",
        world=pulling(stops_at_a_bad_row),
        caught={"test_a_bad_row_does_not_stop_the_others": "a row before them is bad"},
    ),
    Variant(
        fault="a bad row fails its page",
        world=pulling(fails_at_a_bad_row),
        caught={"test_a_bad_row_does_not_stop_the_others": "BadAnswer"},
    ),
    Variant(
        fault="a bad row vanishes",
        world=paging(lambda page: replace(page, refused=())),
        caught={"test_a_bad_row_is_told_and_not_quoted": "vanished"},
    ),
    Variant(
        fault="a bad row is quoted",
        world=paging(quotes_a_bad_row),
        caught={
            "test_a_bad_row_is_told_and_not_quoted": "quotes",
            "test_nothing_for_operators_quotes_a_value_or_a_secret": "quote",
        },
    ),
    Variant(
        fault="rereading gives an old version",
        world=opened(lambda whole: replace(whole, on_reread=lambda refs: [_bare(ref, whole.fake) for ref in refs])),
        caught={"test_rereading_gives_the_present_version": "something else"},
    ),
    Variant(
        fault="rereading leaves out what is deleted",
        world=opened(
            lambda whole: replace(whole, on_reread=lambda refs: [one for one in whole.fake.reread(refs) if not one.deleted])
        ),
        caught={"test_rereading_tells_what_no_longer_exists": "reread as deleted"},
    ),
]


def _bare(ref: Ref, fake: FakeConnector) -> Record:
    return SourceRecord(stream=ref.stream, external_id=ref.external_id, changed_at=fake.remote.now(), fields={})
