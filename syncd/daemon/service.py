"""The daemon: starts the loops of a site, stops them, and starts them anew when the configuration changed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from syncd.agreement.counting import FOREVER, instant
from syncd.config import Config, ConfigInvalid
from syncd.config.secrets import SecretMissing
from syncd.config.settings import Web
from syncd.daemon.loop import Loop, repeat
from syncd.engine import sync
from syncd.engine.assess import assess_due, assess_everyone_anew, go_live
from syncd.engine.hints import Call, receive
from syncd.engine.notices import channels, next_notice, notify_due
from syncd.engine.pull import Pulled
from syncd.engine.refold import refold_is_needed, refold_range
from syncd.engine.site import Counts, Site, at_work
from syncd.spi import Misconfigured
from syncd.store import assessments
from syncd.store.database import StoreError
from syncd.store.streams import Stream

if TYPE_CHECKING:
    from syncd.web.hooks import HookServer

STOP_WITHIN = timedelta(seconds=9)
PUSH_EVERY = timedelta(seconds=5)
REREAD_EVERY = timedelta(seconds=30)
ASSESS_EVERY = timedelta(seconds=30)
NOTIFY_EVERY = timedelta(seconds=30)
AT_ONCE = timedelta(0)

_NO_NEWS = {"read", "unchanged", "stale"}
"""What a page may count that tells nothing new."""

log = structlog.get_logger("syncd")


@dataclass(slots=True)
class Requests:
    """What signals asked for; the main thread looks at it."""

    changed: Event = field(default_factory=Event)
    stop: bool = False
    reload: bool = False

    def listen(self) -> None:
        """SIGTERM and SIGINT stop, SIGHUP reloads."""

        def ask(number: int, _: FrameType | None) -> None:
            if number == signal.SIGHUP:
                self.reload = True
            else:
                self.stop = True
                signal.signal(number, signal.SIG_DFL)  # a second one ends at once: what is not committed is done again
            self.changed.set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, ask)


def serve(load: Callable[[], Config], *, clock: Callable[[], datetime], rng: Random, requests: Requests) -> None:
    """Run until a signal asks for the end.

    *load* reads the configuration. One that cannot be used is refused on reload and the old one stays.
    Raises: ConfigInvalid, StoreError, SecretMissing at the start; Busy if another daemon serves the store.
    """
    config = load()
    while True:
        with at_work(config, clock=clock, rng=rng) as site, site.store.lock("daemon"):
            workers = Workers(site, rng)
            workers.start()
            log.info("daemon.started", connections=list(config.connections), store=site.store.engine.dialect.name)
            if site.draft:
                log.warning("agreement.draft", what=site.draft)
            next_config = None
            while not requests.stop and next_config is None:
                requests.changed.wait(_until(site))
                requests.changed.clear()
                if site.now() >= site.changes_at:
                    next_config = config
                if requests.reload:
                    requests.reload = False
                    next_config = _reloaded(load, clock, rng)
            if requests.stop:
                log.info("daemon.stopping", within_s=STOP_WITHIN.seconds)
            finished = workers.stop()
        if requests.stop:
            log.info("daemon.stopped", finished=finished)
            return
        config = next_config or config
        log.info("config.reloaded")


def _until(site: Site) -> float | None:
    """Return the seconds until another version of the agreement is in force, as far as a wait can be that long."""
    return None if site.changes_at == FOREVER else min(max((site.changes_at - site.now()) / 1e6, 0), 86_400)


def _reloaded(load: Callable[[], Config], clock: Callable[[], datetime], rng: Random) -> Config | None:
    """Return the configuration as the files have it now, tried out while the old one is still at work."""
    try:
        config = load()
        with at_work(config, clock=clock, rng=rng):
            return config
    except ConfigInvalid as error:
        problems = [str(problem) for problem in error.problems]
    except (StoreError, SecretMissing) as error:
        problems = [str(error)]
    log.error("config.refused", problems=problems, remedy="the old one stays in force")
    return None


class Workers:
    """The threads of a site: pull, push and reread per connection; one each that assesses, tells and hears webhooks."""

    def __init__(self, site: Site, rng: Random) -> None:
        self._site = site
        self._rng = rng
        self._stop = site.stop
        self._refold = refold_is_needed(site)
        assess_everyone_anew(site)
        self._assess = Loop(name="assess", step=self._assess_step)
        self._pushes: dict[str, Loop] = {}
        self._rereads: dict[str, Loop] = {}
        self._server: HookServer | None = None
        self._notify = Loop(name="notify", step=self._notify_step)
        self._loops = [self._assess, self._notify]
        for name, connection in site.config.connections.items():
            self._loops.append(Loop(name=f"pull {name}", step=partial(self._pull_step, name)))
            if connection.write_back == "live":
                self._pushes[name] = Loop(name=f"push {name}", step=partial(self._push_step, name))
            if connection.spec.reads_back or connection.spec.hints is not None:
                self._rereads[name] = Loop(name=f"reread {name}", step=partial(self._reread_step, name))
        self._loops += [*self._pushes.values(), *self._rereads.values()]
        if site.config.web is not None:
            self._loops.append(Loop(name="web", step=partial(self._web_step, site.config.web)))
        self._threads = [Thread(target=self._work, args=(loop,), name=loop.name, daemon=True) for loop in self._loops]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Let every loop finish its running step; tell whether all did in time. What did not is safe to abandon."""
        self._stop.set()
        if self._server is not None:
            self._server.stop()
        for loop in self._loops:
            loop.wake.set()
        deadline = self._site.clock() + STOP_WITHIN
        for thread in self._threads:
            thread.join(max((deadline - self._site.clock()).total_seconds(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, loop: Loop) -> None:
        repeat(loop, stop=self._stop, log=log, clock=self._site.clock, rng=self._rng)

    # -- steps

    def _pull_step(self, name: str) -> timedelta:
        outcome = sync.pull(self._site, name, self)
        if refold_is_needed(self._site):  # a stream was read to its end for a new field
            self._refold = True
            self._assess.wake.set()
        if outcome.error is not None:
            raise outcome.error
        return self._site.config.connections[name].every

    def _push_step(self, name: str) -> timedelta:
        if not sync.something_to_push(self._site, name):
            return PUSH_EVERY
        outcome = sync.push(self._site, name, self)
        if outcome.error is not None:
            raise outcome.error
        return PUSH_EVERY

    def _reread_step(self, name: str) -> timedelta:
        """Read again what hints speak of, as soon as it is due."""
        due = sync.next_reread(self._site, name)
        wait = REREAD_EVERY if due is None else instant(due) - instant(self._site.now())
        if wait > AT_ONCE:
            return min(wait, REREAD_EVERY)
        outcome = sync.reread(self._site, name, self)
        if outcome.error is not None:
            raise outcome.error
        return AT_ONCE

    def _web_step(self, web: Web) -> timedelta:
        """Hear webhooks until stopped."""
        try:
            from syncd.web.hooks import HookServer, app
        except ImportError as error:
            raise Misconfigured("web: needs packages that are not installed; pip install 'syncd[web]'") from error
        doors = {
            name: partial(self._hear, name)
            for name, connection in self._site.config.connections.items()
            if connection.spec.hints is not None
        }
        try:
            self._server = HookServer(app(doors, url=web.url), web.listen)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise Misconfigured(f"web.listen {web.listen}: {why}; choose another port or address") from error
        if self._stop.is_set():
            self._server.stop()
        log.info("web.started", port=self._server.port, hooks=list(doors))
        self._server.serve()
        return AT_ONCE

    def _hear(self, name: str, call: Call) -> None:
        heard = receive(self._site, self._site.config.connections[name], call)
        log.info("hook.heard", connection=name, records=heard)
        if heard:
            self._rereads[name].wake.set()

    def _assess_step(self) -> timedelta:
        """Fold and assess what is due; wait until somebody is due next, or something arrives."""
        if self._refold:
            self._refold = bool(refold_range(self._site))
            return AT_ONCE
        now = self._site.now()
        counts = assess_due(self._site, now)
        if counts:
            log.info("people.assessed", **counts)
            self._notify.wake.set()
            if counts["planned"]:
                for loop in self._pushes.values():
                    loop.wake.set()
            return AT_ONCE
        go_live(self._site)
        with self._site.store.read() as tx:
            due = assessments.next_due(tx)
        return ASSESS_EVERY if due is None else min(max(instant(due) - instant(now), AT_ONCE), ASSESS_EVERY)

    def _notify_step(self) -> timedelta:
        """Tell what is due; wait until something is, or is raised."""
        if counts := notify_due(self._site, channels(self._site)):
            log.info("people.told", **counts)
            return AT_ONCE
        due = next_notice(self._site)
        return NOTIFY_EVERY if due is None else min(max(instant(due) - self._site.clock(), AT_ONCE), NOTIFY_EVERY)

    # -- watching (`syncd.engine.sync.Watcher`)

    def pulled(self, stream: Stream, page: Pulled) -> None:
        if page.counts["read"] or page.counts["refused"]:
            say = log.info if any(page.counts[word] for word in page.counts.keys() - _NO_NEWS) else log.debug
            say("page.saved", connection=stream.connection, stream=stream.name, **page.counts)
            self._assess.wake.set()

    def stepped(self, step: str, counts: Counts) -> None:
        if step == "reread":
            log.info("records.reread", **counts)
            self._assess.wake.set()
        else:
            log.info("changes.pushed", **counts)

    def stopping(self) -> bool:
        return self._stop.is_set()
