"""Going on from any cursor, in another process, after a kill, while the remote goes on changing."""

from __future__ import annotations

from syncd.spi import Page, Ref
from syncd.testing.bench import Bench, Record, first_page, folded, on_every_stream, reading


class Resuming:
    """Part of `ConnectorContract`."""

    @on_every_stream
    def test_every_cursor_resumes_in_a_new_process_with_exactly_the_rest(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        pages = reading(bench.open("whole").pull, stream)
        for number in range(1, len(pages)):
            cursor = _after(bench, stream, number, cache=f"cut {number}")
            rest = folded(reading(bench.open(f"cut {number}").pull, stream, cursor))
            wanted = folded(pages[number:])
            assert rest == wanted, f"after page {number} a new process brought {_difference(rest, wanted)}"

    @on_every_stream
    def test_every_cursor_resumes_without_the_cache(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        pages = reading(bench.open("whole").pull, stream)
        for number in range(1, len(pages)):
            cursor = _after(bench, stream, number, cache=f"cut {number}")
            rest = folded(reading(bench.open(f"lost {number}").pull, stream, cursor))
            held, wanted = folded(pages[:number]) | rest, folded(pages)
            assert held == wanted, f"after page {number} and without its cache there was {_difference(held, wanted)}"

    @on_every_stream
    def test_a_kill_before_or_after_any_commit_loses_and_doubles_nothing(self, bench: Bench, stream: str) -> None:
        bench.filled(stream)
        wanted = folded(reading(bench.open("whole").pull, stream))

        def pull(stream: str, cursor: str | None) -> Page:
            bench.open().pull(stream, cursor)  # killed before the page and its cursor were saved
            return bench.open().pull(stream, cursor)  # killed right after

        held = folded(reading(pull, stream))
        assert held == wanted, f"a host that was killed at every page holds {_difference(held, wanted)}"

    @on_every_stream
    def test_a_change_during_a_reading_hides_no_record(self, bench: Bench, stream: str) -> None:
        refs = bench.filled(stream)
        connector = bench.open()
        first = first_page(connector.pull, stream)
        moved = next(ref for ref in folded([first]) if ref in refs)
        bench.world.change(moved)
        bench.world.rest()
        pages = [first, *reading(connector.pull, stream, first.cursor)]
        pages += reading(connector.pull, stream, pages[-1].cursor)
        held = folded(pages)
        missing = set(refs) - set(held)
        assert not missing, f"{sorted(missing)[:1]} never came, because {moved} changed while the stream was read"
        assert held[moved] == bench.whole(stream)[moved], f"{moved} changed while the stream was read, and that never came"

    @on_every_stream
    def test_a_deletion_during_a_reading_hides_no_record(self, bench: Bench, stream: str) -> None:
        refs = bench.filled(stream)
        connector = bench.open()
        first = first_page(connector.pull, stream)
        gone = next(ref for ref in folded([first]) if ref in refs)
        bench.world.delete(gone)
        bench.world.rest()
        missing = set(refs) - set(folded([first, *reading(connector.pull, stream, first.cursor)]))
        assert not missing, f"{sorted(missing)[:1]} never came, because {gone} was deleted while the stream was read"


def _after(bench: Bench, stream: str, number: int, *, cache: str) -> str:
    """Read *number* pages and return the cursor behind them."""
    connector = bench.open(cache)
    cursor = connector.pull(stream, None).cursor
    for _ in range(1, number):
        cursor = connector.pull(stream, cursor).cursor
    return cursor


def _difference(held: dict[Ref, Record], wanted: dict[Ref, Record]) -> str:
    missing, extra = wanted.keys() - held.keys(), held.keys() - wanted.keys()
    other = [ref for ref in held.keys() & wanted.keys() if held[ref] != wanted[ref]]
    return f"{len(missing)} records too few, {len(extra)} too many, {len(other)} different"
