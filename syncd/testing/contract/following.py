"""What happens in the remote comes through: changes, deletions, merges, late and bad rows."""

from __future__ import annotations

from syncd.spi import ConnectorError, SourceRecord, SupportsErase, SupportsReread, SupportsSince
from syncd.testing.bench import Bench, attempt, folded, leaks, on_every_stream, reading, ref_of
from syncd.testing.world import Exempt


class Following:
    """Part of `ConnectorContract`."""

    @on_every_stream
    def test_a_new_record_comes_after_the_end(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        connector = bench.open()
        end = reading(connector.pull, stream)[-1].cursor
        (new,) = bench.world.fill(stream, 1)
        bench.world.rest()
        assert new in folded(reading(connector.pull, stream, end)), f"{new} was added after the end and never came"

    @on_every_stream
    def test_a_changed_record_comes_again_with_its_new_value(self, bench: Bench, stream: str) -> None:
        ref, *_ = bench.filled(stream)
        connector = bench.open()
        pages = reading(connector.pull, stream)
        bench.world.change(ref)
        bench.world.rest()
        again = folded(reading(connector.pull, stream, pages[-1].cursor))
        assert ref in again, f"{ref} was changed and did not come again"
        assert again[ref] != folded(pages)[ref], f"{ref} was changed and came again as it was"

    @on_every_stream
    def test_one_change_does_not_bring_everything_again(self, bench: Bench, stream: str) -> None:
        if stream in bench.world.whole:
            raise Exempt(bench.world.whole[stream])
        refs = bench.filled(stream)
        connector = bench.open()
        end = reading(connector.pull, stream)[-1].cursor
        bench.world.change(refs[0])
        bench.world.rest()
        again = set(folded(reading(connector.pull, stream, end)))
        assert not again >= set(refs), f"one record changed and all {len(refs)} came again; if it must be so, say it in whole"

    @on_every_stream
    def test_a_deletion_comes_through(self, bench: Bench, stream: str) -> None:
        ref, *_ = bench.filled(stream)
        connector = bench.open()
        end = reading(connector.pull, stream)[-1].cursor
        bench.world.delete(ref)
        bench.world.rest()
        again = folded(reading(connector.pull, stream, end))
        assert ref in again and again[ref].deleted, f"{ref} was deleted and nobody was told"

    @on_every_stream
    def test_a_merge_comes_through(self, bench: Bench, stream: str) -> None:
        loser, winner, *_ = bench.filled(stream)
        connector = bench.open()
        pages = reading(connector.pull, stream)
        if not isinstance(folded(pages)[loser], SourceRecord):
            raise Exempt("activities do not merge")
        survivor = bench.world.merge(loser, winner)
        bench.world.rest()
        again = folded(reading(connector.pull, stream, pages[-1].cursor))
        record = again.get(loser)
        assert isinstance(record, SourceRecord), f"{loser} was merged and nobody was told"
        assert record.merged_into == survivor, f"{loser} was merged into {survivor}, not into {record.merged_into}"
        assert survivor in folded(pages) | again, f"{survivor} lives on after a merge and never came"

    @on_every_stream
    def test_a_record_that_shows_late_is_not_lost(self, bench: Bench, stream: str) -> None:
        show = bench.world.late(stream)
        bench.world.fill(stream, bench.world.many)
        connector = bench.open()
        end = reading(connector.pull, stream)[-1].cursor
        late = show()
        bench.world.rest()
        came = folded(reading(connector.pull, stream, end))
        assert late in came, f"{late} bears an instant before the end of the last reading, showed after it and never came"

    @on_every_stream
    def test_a_bad_row_does_not_stop_the_others(self, bench: Bench, stream: str) -> None:
        bench.world.fill(stream, 1)
        bench.world.spoil(stream)
        refs = bench.filled(stream)
        held = attempt(lambda: bench.whole(stream))
        assert not isinstance(held, ConnectorError), f"a bad row raised {type(held).__name__}; it belongs into refused"
        missing = set(refs) - set(held)
        assert not missing, f"{len(missing)} records never came, because a row before them is bad"

    @on_every_stream
    def test_a_bad_row_is_told_and_not_quoted(self, bench: Bench, stream: str) -> None:
        bench.world.spoil(stream)
        bench.filled(stream)
        refused = [one for page in reading(bench.open().pull, stream) for one in page.refused]
        assert refused, f"a bad row of {stream} vanished; it belongs into the page's refused"
        for one in refused:
            problem = one.problem
            assert one.stream == stream, f"a bad row of {stream} is told as one of {one.stream}"
            assert problem.where and problem.what and problem.code, (
                f"a bad row is told without place, reason or code: {problem}"
            )
            assert not leaks(f"{problem}"), f"the problem {problem.code} quotes the bad value"

    @on_every_stream
    def test_rereading_gives_the_present_version(self, bench: Bench, stream: str) -> None:
        ref, other, *_ = bench.filled(stream)
        connector = bench.open()
        if not isinstance(connector, SupportsReread):
            raise Exempt("the connector does not read single records")
        bench.world.change(ref)
        bench.world.rest()
        present = bench.whole(stream)
        reread = {ref_of(record): record for record in connector.reread([ref, other])}
        assert reread == {ref: present[ref], other: present[other]}, (
            "rereading gave something else than a reading from the start"
        )

    @on_every_stream
    def test_rereading_tells_what_no_longer_exists(self, bench: Bench, stream: str) -> None:
        ref, other, *_ = bench.filled(stream)
        connector = bench.open()
        if not isinstance(connector, SupportsReread):
            raise Exempt("the connector does not read single records")
        bench.world.delete(ref)
        bench.world.rest()
        deleted = {ref_of(record): record.deleted for record in connector.reread([ref, other])}
        assert deleted == {ref: True, other: False}, f"one of two records was deleted; reread as deleted: {deleted}"

    @on_every_stream
    def test_a_cursor_since_an_instant_skips_nothing_from_it_on(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        connector = bench.open()
        if not isinstance(connector, SupportsSince):
            raise Exempt("the connector does not start in the middle")
        since = bench.opening().now()
        refs = bench.filled(stream)
        came = folded(reading(connector.pull, stream, connector.cursor_since(stream, since)))
        missing = set(refs) - set(came)
        assert not missing, f"{len(missing)} of {len(refs)} records from {since} on never came"

    def test_what_is_erased_is_gone(self, bench: Bench) -> None:
        connector = bench.open()
        people = [stream for stream, kind in bench.kinds.items() if kind == "person"]
        if not isinstance(connector, SupportsErase) or not people:
            raise Exempt("the connector does not erase people")
        ref, other, *_ = bench.filled(people[0])
        receipts = connector.erase([ref])
        bench.world.rest()
        held = bench.whole(ref.stream)
        assert len(receipts) == 1, f"one erasure came back with {len(receipts)} receipts"
        assert ref not in held or held[ref].deleted, f"{ref} was erased and still lives"
        assert other in held and not held[other].deleted, f"{ref} was erased, and {other} with it"
