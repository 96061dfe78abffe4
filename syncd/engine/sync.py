"""A sync run of one connection: pull until there is no more, assess whoever is due, push until the outbox is empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from syncd.engine.assess import assess_due, assess_everyone_anew, go_live
from syncd.engine.connectors import connector
from syncd.engine.coverage import compare
from syncd.engine.hints import reread_due, reread_refs
from syncd.engine.pull import Pulled, pull_page, reread_page
from syncd.engine.push import push_batch
from syncd.engine.refold import refold_is_needed, refold_range
from syncd.engine.scope import Scope, selector
from syncd.engine.site import Counts, Site
from syncd.mapping.characters import clean
from syncd.model import Kind
from syncd.spi import BadAnswer, Connector, ConnectorError, SupportsReread, SupportsSince
from syncd.store import hints, outbox, runs, streams
from syncd.store.streams import INFERRED, Stream

_ORDER: tuple[Kind, ...] = ("owner", "account", "person", "deal", "activity")


class Watcher(Protocol):
    """Whoever wants to see a run while it goes on, and may stop it between two steps."""

    def pulled(self, stream: Stream, page: Pulled) -> None:
        """Hear of a page that was saved."""
        ...

    def stepped(self, step: str, counts: Counts) -> None:
        """Hear of an assessment, a push or a reread that was committed."""
        ...

    def stopping(self) -> bool:
        """Tell whether the run shall end now."""
        ...


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a step did. ``error`` is the connector's, ``None`` if it went through."""

    connection: str
    step: str
    counts: Counts = field(default_factory=Counts)
    notes: list[str] = field(default_factory=list)
    error: ConnectorError | None = None
    stopped: bool = False

    @property
    def word(self) -> str:
        match self.error:
            case None:
                return "stopped" if self.stopped else "complete"
            case BadAnswer():
                return "bad answer"
            case error:
                return type(error).__name__.lower()


def readable(site: Site, name: str) -> list[Stream]:
    """Return the mapped streams of a connection: accounts before the people they belong to, people before what they did."""
    mine = [site.streams[key] for key, one in site.maps.items() if one.connection == name and one.stream not in INFERRED]
    return sorted(mine, key=lambda one: (_ORDER.index(one.kind), one.id))


def pull(site: Site, name: str, watcher: Watcher, *, full: bool = False, scope: Scope | None = None) -> Outcome:
    """Pull everything new of a connection, page by page, each saved before the next is asked for.

    *full* reads from the beginning; *scope* reads a part again and leaves the cursors where they are. Raises: Busy.
    """

    def work(connector: Connector, outcome: Outcome) -> None:
        if scope is not None and scope.ref is not None and isinstance(connector, SupportsReread):
            outcome.counts += reread_refs(site, connector, name, [scope.ref])
            return
        for stream in _present(site, name):
            if scope is not None and scope.ref is not None and scope.ref.stream != stream.name:
                continue
            start = _start(site, connector, stream, full=full, scope=scope)
            _pull_stream(site, connector, start, scope, watcher, outcome)
            if outcome.stopped:
                return

    return _run(site, name, "pull", work)


def push(site: Site, name: str, watcher: Watcher) -> Outcome:
    """Send what waits in the outbox for a connection, batch by batch; nothing unless its write-back is live. Raises: Busy."""
    connection, began = site.config.connections[name], site.now()
    if connection.write_back != "live":
        return Outcome(connection=name, step="push")

    def work(connector: Connector, outcome: Outcome) -> None:
        for stream in _with_writes(site, name):
            while counts := push_batch(site, connector, stream, batch=connection.spec.batch, until=min(began, site.now())):
                outcome.counts += counts
                watcher.stepped("push", counts)
                if watcher.stopping():
                    outcome.stopped = True
                    return

    return _run(site, name, "push", work)


def reread(site: Site, name: str, watcher: Watcher) -> Outcome:
    """Read again the records of a connection that hints speak of and whose time has come. Raises: Busy."""
    began = site.now()

    def work(connector: Connector, outcome: Outcome) -> None:
        while counts := reread_due(site, connector, name, until=min(began, site.now())):
            outcome.counts += counts
            watcher.stepped("reread", counts)
            if watcher.stopping():
                outcome.stopped = True
                return

    return _run(site, name, "reread", work)


def next_reread(site: Site, name: str) -> int | None:
    """Return when a record of a connection is to be read again."""
    with site.store.read() as tx:
        return hints.next_due(tx, name)


def something_to_reread(site: Site, name: str) -> bool:
    """Tell whether a record of a connection is due to be read again."""
    due = next_reread(site, name)
    return due is not None and due <= site.now()


def something_to_push(site: Site, name: str) -> bool:
    """Tell whether a write of a connection may be sent now."""
    return bool(_with_writes(site, name))


def _with_writes(site: Site, name: str) -> list[Stream]:
    with site.store.read() as tx:
        ready = outbox.ready(tx, site.now())
    return [stream for stream in readable(site, name) if stream.id in ready]


def settle(site: Site, watcher: Watcher) -> Counts:
    """Fold and assess whomever a change of mapping, of the agreement, of facts or of time concerns, until nobody is due."""
    total = Counts()
    if refold_is_needed(site):
        total += _repeat("fold", lambda: refold_range(site), watcher)
    assess_everyone_anew(site)
    total += _repeat("assess", lambda: assess_due(site, site.now()), watcher)
    if not watcher.stopping():
        go_live(site)
    return total


def _repeat(name: str, step: Callable[[], Counts], watcher: Watcher) -> Counts:
    total = Counts()
    while not watcher.stopping() and (counts := step()):
        total += counts
        watcher.stepped(name, counts)
    return total


# ---------------------------------------------------------------- one run


def _run(site: Site, name: str, step: str, work: Callable[[Connector, Outcome], None]) -> Outcome:
    """Do *work* with the opened connector under the connection's lock, and keep a record of how it ended."""
    outcome = Outcome(connection=name, step=step)
    with site.store.lock(f"connection {name}"):
        run_id = site.ids()
        with site.store.write() as tx:
            runs.begin(tx, run_id, streams.connection_id(tx, name), step, site.now())
        try:
            connection = site.config.connections[name]
            with connector(site, connection) as opened:
                compare(site, opened, connection)
                work(opened, outcome)
        except ConnectorError as error:
            outcome.error = error
        with site.store.write() as tx:
            message = clean(str(outcome.error) if outcome.error else "; ".join(outcome.notes))
            runs.end(tx, run_id, outcome.word, outcome.counts, message, site.now())
    return outcome


def _present(site: Site, connection: str) -> list[Stream]:
    """Return the streams as the store knows them now, for the fields this run reads.

    Not when the site is opened: a command beside a daemon that still reads by another mapping leaves its cursors alone.
    """
    wanted = site.config.connections[connection].wanted
    with site.store.write() as tx:
        now = {one.id: one for one in streams.of_connection(tx, connection)}
        return [streams.cover(tx, now[one.id], wanted[one.name]) for one in readable(site, connection)]


def _start(site: Site, connector: Connector, stream: Stream, *, full: bool, scope: Scope | None) -> Stream:
    """Return where to begin reading a stream."""
    if scope is not None:
        if scope.since is not None and isinstance(connector, SupportsSince):
            return stream._replace(cursor=connector.cursor_since(stream.name, scope.since))
        return stream._replace(cursor=None)
    if full:
        with site.store.write() as tx:
            streams.rewind(tx, stream.id)
        return stream._replace(cursor=None)
    return stream


def _pull_stream(
    site: Site, connector: Connector, stream: Stream, scope: Scope | None, watcher: Watcher, outcome: Outcome
) -> None:
    wanted = selector(site, stream, scope) if scope is not None else None
    more = True
    while more:
        if watcher.stopping():
            outcome.stopped = True
            return
        page = pull_page(site, connector, stream) if wanted is None else reread_page(site, connector, stream, wanted)
        outcome.counts += page.counts
        outcome.notes += [note for note in page.notes if note not in outcome.notes]
        watcher.pulled(stream, page)
        stream, more = page.stream, page.more
        if more and page.wait is not None:
            site.stop.wait(page.wait.total_seconds())
