"""The daemon's loops together, on a real store."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Generator, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from syncd.config.settings import Web
from syncd.daemon.service import Workers
from syncd.engine.pull import Pulled
from syncd.engine.refold import PROGRESS_MARK
from syncd.engine.site import opened
from syncd.model import Ref
from syncd.spi import Hook, Unavailable
from syncd.store import streams
from syncd.store.database import Store
from tests.engine.build import Home


def hints(hook: Hook) -> Sequence[Ref]:
    return [Ref(*one) for one in json.loads(hook.body)]


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that the daemon does by itself."""
    for _ in range(500):
        if reached():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen in 10 seconds")


Events = list[MutableMapping[str, Any]]


@pytest.fixture
def home(tmp_path: Path, open_store: Callable[[str], Store]) -> Home:
    """An installation that hears webhooks and looks for changes once a minute only."""
    home = Home(tmp_path, open_store("sqlite:///syncd.db"))
    crm = home.site.config.connections["crm"]
    crm = replace(crm, spec=replace(crm.spec, hints=hints))
    config = replace(home.site.config, connections={"crm": crm}, web=Web(listen="127.0.0.1:0"))
    home.site = replace(home.site, config=config)
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com", "City": "Rome"})
    return home


@pytest.fixture
def events(home: Home) -> Generator[Events]:
    """What the running daemon logs."""
    with capture_logs() as logged:
        workers = Workers(home.site, Random(7))
        workers.start()
        try:
            yield logged
        finally:
            assert workers.stop()


def named(events: Events, name: str) -> Events:
    return [one for one in list(events) if one["event"] == name]


def test_a_page_without_news_is_no_news(home: Home) -> None:
    workers = Workers(home.site, Random(7))
    home.pull("crm")
    stream = home.site.stream("crm", "contacts")
    assert stream is not None

    def logged(**counts: int) -> list[str]:
        page = Pulled(stream, Counter(counts), [], more=False, progress=None, wait=None)
        with capture_logs() as found:
            workers.pulled(stream, page)
        return [one["log_level"] for one in found]

    assert logged(read=5, unchanged=4, stale=1, new=0, overridden=0, refused=0) == ["debug"]
    assert logged(read=5, unchanged=4, changed=1) == ["info"]
    assert logged(refused=1) == ["info"]
    assert logged(read=1, deleted=1) == ["info"]
    assert logged() == []


def test_a_webhook_is_followed_at_once(home: Home, events: Events) -> None:
    until(lambda: bool(named(events, "web.started")) and len(home.crm.written) == 1)
    home.crm.put("contacts", "1", {"City": "Oslo"})
    (started,) = named(events, "web.started")
    url = f"http://127.0.0.1:{started['port']}/hooks"
    assert httpx.post(f"{url}/crm", json=[["contacts", "1"]], trust_env=False).status_code == 200
    until(lambda: bool(named(events, "records.reread")))

    assert home.fields("ann@gmail.com")["city"] == "Oslo"
    assert httpx.post(f"{url}/shop", json=[], trust_env=False).status_code == 404
    assert named(events, "loop.parked") == []


def test_a_port_that_is_taken_is_told_and_the_other_loops_go_on(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as logged:
        config = replace(home.site.config, web=Web(listen=f"127.0.0.1:{taken.getsockname()[1]}"))
        workers = Workers(replace(home.site, config=config), Random(7))
        workers.start()
        until(lambda: bool(named(logged, "source.lost")) and len(home.crm.written) == 1)
        assert workers.stop()

    (lost,) = named(logged, "source.lost")
    assert (lost["loop"], lost["error"]) == ("web", "Misconfigured")
    assert "Address already in use; choose another port" in lost["what"]


def test_a_stop_ends_the_pauses_of_connectors_too(home: Home) -> None:
    workers = Workers(home.site, Random(7))
    workers.start()
    assert workers.stop()

    assert home.site.stop.is_set()


def test_a_new_field_of_the_mapping_is_folded_once_it_was_read(home: Home) -> None:
    home.crm.put("contacts", "1", {"Town": "Oslo"})
    home.pull("crm")
    home.mapping = home.mapping.replace("city: City", "city: Town")
    config = home.config()
    config = replace(config, connections={"crm": config.connections["crm"]})
    home.site = opened(config, home.store, clock=home.clock.now, rng=home.rng)
    home.crm.fail(Unavailable("down"))

    def is_folded() -> bool:
        with home.store.read() as tx:
            return streams.remembered(tx, PROGRESS_MARK) == ""

    workers = Workers(home.site, Random(7))
    workers.start()
    try:
        until(is_folded)
        home.crm.mend()
        until(lambda: home.golden("ann@gmail.com")["city"] == "Oslo")
    finally:
        assert workers.stop()
