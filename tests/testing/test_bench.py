"""How the suite runs in pytest: exemptions skip with their reason, failures name the stream, worlds are closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from syncd.spi import Ref
from syncd.testing import Exempt, FakeWorld
from syncd.testing.bench import Bench, bench_of, on_every_stream
from syncd.testing.contract import exemptions


class Outcomes:
    """A pytest plugin that notes what became of each test."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        noted = {"failed": self.failed, "skipped": self.skipped}.get(report.outcome)
        if noted is not None:
            noted.append(f"{report.nodeid.rpartition('::')[2]}: {report.longrepr}")


class Rigid(FakeWorld):
    """A remote in which visits cannot change and nothing merges."""

    def change(self, ref: Ref) -> None:
        if ref.stream == "visits":
            raise Exempt("what happened stays as it was")
        super().change(ref)

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        raise Exempt("the remote keeps every record")


class Door(FakeWorld):
    """A world with something to close."""

    is_open = False

    def __enter__(self) -> Self:
        self.is_open = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_open = False


@contextmanager
def _bench(world: type[FakeWorld], folder: Path) -> Iterator[Bench]:
    with bench_of(world, folder) as bench:
        yield bench


def _streams_seen(world: type[FakeWorld], folder: Path) -> Sequence[str]:
    seen: list[str] = []

    @on_every_stream
    def test(_: None, bench: Bench, stream: str) -> None:
        (ref,) = bench.world.fill(stream, 1)
        bench.world.change(ref)
        seen.append(stream)

    with _bench(world, folder) as bench:
        test(None, bench)
    return seen


def test_an_exemption_for_one_stream_leaves_the_others_tested(tmp_path: Path) -> None:
    assert _streams_seen(Rigid, tmp_path) == ["companies", "people"]


def test_an_exemption_for_every_stream_skips_with_the_reasons(tmp_path: Path) -> None:
    @on_every_stream
    def test(_: None, bench: Bench, stream: str) -> None:
        bench.world.merge(Ref(stream, "1"), Ref(stream, "2"))

    with _bench(Rigid, tmp_path) as bench, pytest.raises(Exempt, match="people: the remote keeps every record"):
        test(None, bench)


def test_a_failure_names_its_stream(tmp_path: Path) -> None:
    @on_every_stream
    def test(_: None, bench: Bench, stream: str) -> None:
        assert stream != "people"

    with _bench(FakeWorld, tmp_path) as bench, pytest.raises(AssertionError) as failure:
        test(None, bench)
    assert failure.value.__notes__ == ["stream: people"]


def test_a_world_that_is_a_context_manager_is_closed(tmp_path: Path) -> None:
    with _bench(Door, tmp_path) as bench:
        assert isinstance(bench.world, Door)
        assert bench.world.is_open
    assert not bench.world.is_open


def test_exemptions_are_listed_with_their_reasons(tmp_path: Path) -> None:
    with _bench(Rigid, tmp_path) as bench:
        assert exemptions(bench) == {
            "changes, visits": "what happened stays as it was",
            "merges, companies": "the remote keeps every record",
            "merges, people": "the remote keeps every record",
        }


_SUITE = """
from syncd.testing.contract import ConnectorContract
from tests.testing.test_bench import Rigid
from tests.testing.breaking import opened, pulling
from tests.testing.broken_paging import skips_a_page

class TestRigid(ConnectorContract):
    world = Rigid

class TestBroken(ConnectorContract):
    world = pulling(skips_a_page)
"""


def test_pytest_fails_what_is_broken_and_skips_what_is_exempt(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(_SUITE)
    outcomes = Outcomes()
    chosen = "test_a_merge_comes_through or test_every_exemption or test_a_reading_brings_every_record"
    options = [
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-q",
        "-s",
        "--rootdir",
        str(tmp_path),
        "-k",
        chosen,
    ]
    pytest.main([*options, str(tmp_path / "test_suite.py")], plugins=[outcomes])

    (broken,) = outcomes.failed
    merge, listed = sorted(outcomes.skipped)
    assert "never came" in broken and "test_a_reading_brings_every_record" in broken
    assert "the remote keeps every record" in merge
    assert "changes, visits: what happened stays as it was" in listed
