"""What the contract's tests share: a world, the connector opened anew at will, and the reading of a stream."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeVar

from syncd.spi import Activity, Connector, ConnectorError, Kind, Opening, Page, Ref, SourceRecord
from syncd.testing.guard import GivenClient
from syncd.testing.world import CANARY, SECRET, Exempt, World

Record: TypeAlias = SourceRecord | Activity
Pull: TypeAlias = Callable[[str, str | None], Page]

MOST_PAGES = 1000
"""A reading of a test's few records that is longer than this has no end."""
_T = TypeVar("_T")
_Contract = TypeVar("_Contract")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A world to test in and a folder for the connector's caches."""

    world: World
    folder: Path

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams of the connection."""
        return tuple(self.kinds)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What the streams of the connection hold."""
        return self.world.spec.streams(self.opening().settings)

    def opening(self, cache: str = "cache") -> Opening:
        """Return what the connector is opened with, as in a new process."""
        opening = self.world.opening(self.cache(cache))
        return replace(opening, client=GivenClient(opening.client))

    def open(self, cache: str = "cache") -> Connector:
        """Open the connector as a new process would, over the cache of that name."""
        return self.world.spec.open(self.opening(cache))

    def cache(self, name: str) -> Path:
        """Return the cache folder of that name; a new name is a cache that got lost."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def filled(self, stream: str) -> tuple[Ref, ...]:
        """Fill three pages of *stream* and let the world come to rest."""
        refs = tuple(self.world.fill(stream, self.world.many))
        self.world.rest()
        return refs

    def whole(self, stream: str, cursor: str | None = None) -> dict[Ref, Record]:
        """Read *stream* to the end over a cache of its own."""
        return folded(reading(self.open("whole").pull, stream, cursor))


@contextmanager
def bench_of(world: Callable[[Path], World], folder: Path) -> Generator[Bench]:
    """Make a world and a bench around it, and close the world if that is a context manager."""
    home = folder / "world"
    home.mkdir()
    made = world(home)
    with made if isinstance(made, AbstractContextManager) else nullcontext():
        yield Bench(world=made, folder=folder / "caches")


def on_every_stream(test: Callable[[_Contract, Bench, str], None]) -> Callable[[_Contract, Bench], None]:
    """Run a test for each stream; it is skipped if the world exempts it for all of them."""

    def on_each(contract: _Contract, bench: Bench) -> None:
        reasons: list[str] = []
        for stream in bench.streams:
            try:
                test(contract, bench, stream)
            except Exempt as exempt:
                reasons.append(f"{stream}: {exempt}")
            except Exception as error:
                error.add_note(f"stream: {stream}")
                raise
        if len(reasons) == len(bench.streams):
            raise Exempt("; ".join(reasons))

    on_each.__name__ = test.__name__  # not functools.wraps: pytest would see the stream and take it for a fixture
    on_each.__doc__ = test.__doc__
    return on_each


def reading(pull: Pull, stream: str, cursor: str | None = None) -> list[Page]:
    """Pull page after page from *cursor* to the end. Raises: AssertionError if that leads in a circle or nowhere."""
    pages: list[Page] = []
    seen = {cursor}
    while not pages or pages[-1].more:
        page = pull(stream, cursor)
        assert not page.more or page.cursor not in seen, f"the cursor {page.cursor!r} came twice in one reading: that is a loop"
        cursor = page.cursor
        seen.add(cursor)
        pages.append(page)
        assert len(pages) < MOST_PAGES, f"a reading of {stream} did not end after {MOST_PAGES} pages"
    return pages


def first_page(pull: Pull, stream: str) -> Page:
    """Pull the first page that brings something; before it a source may have to prepare its answer."""
    page = pull(stream, None)
    while page.wait is not None and not page.records:
        page = pull(stream, page.cursor)
    return page


def ref_of(record: Record) -> Ref:
    """Return what identifies a record within its connection."""
    return Ref(record.stream, record.source_id if isinstance(record, Activity) else record.external_id)


def folded(pages: Iterable[Page]) -> dict[Ref, Record]:
    """Return what a host holds once it has saved *pages*: the last version of each record."""
    return {ref_of(record): record for page in pages for record in page.records}


def attempt(call: Callable[[], _T]) -> _T | ConnectorError:
    """Return what *call* returns, or the error of the SPI that it raises. Raises: AssertionError for any other error."""
    try:
        return call()
    except ConnectorError as error:
        return error
    except (AssertionError, Exempt):
        raise
    except Exception as error:
        raise AssertionError(f"a {type(error).__name__} came out of the connector; only a ConnectorError may") from error


def leaks(text: str) -> bool:
    """Tell whether *text* holds a value of a record or a secret."""
    return any(word in text.lower() for word in (CANARY, SECRET))
