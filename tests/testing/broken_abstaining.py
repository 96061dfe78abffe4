"""Connectors that use what is not theirs or talk too much."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from time import sleep

import structlog

from syncd.spi import (
    Page,
)
from syncd.testing import CANARY, SECRET
from tests.testing.breaking import Patched, Variant, opened, paging


def beside(act: Callable[[Patched], object]) -> Callable[[Patched], Patched]:
    """Do something else before every page."""

    def broken(whole: Patched) -> Patched:
        def pull(stream: str, cursor: str | None) -> Page:
            act(whole)
            return whole.fake.pull(stream, cursor)

        return replace(whole, on_pull=pull)

    return broken


def opens_a_socket_in_secret(_: Patched) -> None:
    with suppress(Exception):
        socket.create_connection(("127.0.0.1", 9), timeout=0.01).close()


def starts_a_thread(_: Patched) -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def leaves_a_thread(_: Patched) -> None:
    threading.Thread(target=threading.Event().wait, args=(0.5,), daemon=True).start()


def logs_where_nobody_listens(_: Patched) -> None:
    log = logging.getLogger("somebody.s.library")
    log.propagate = False
    log.debug("reply", extra={"body": f"{CANARY}@example.org"})


_USED = "test_nothing_is_used_but_what_was_given"
_LOGGED = "test_no_log_or_warning_quotes_a_value_or_a_secret"

VARIANTS = [
    Variant(
        fault="a socket is opened, and what that raises is hidden",
        world=opened(beside(opens_a_socket_in_secret)),
        caught={_USED: "the network (socket.getaddrinfo)"},
    ),
    Variant(
        fault="a program is run",
        world=opened(beside(lambda _: subprocess.run(["true"], check=True))),
        caught={_USED: "another process"},
    ),
    Variant(
        fault="a file is written elsewhere",
        world=opened(beside(lambda whole: (whole.opening.home.parent / "stray").touch())),
        caught={_USED: "a file outside home and cache"},
    ),
    Variant(
        fault="a folder is listed elsewhere",
        world=opened(beside(lambda whole: list(whole.opening.home.parent.iterdir()))),
        caught={_USED: "a file outside home and cache"},
    ),
    Variant(fault="it sleeps", world=opened(beside(lambda _: sleep(0.001))), caught={_USED: "a pause (sleep)"}),
    Variant(
        fault="it waits for an event",
        world=opened(beside(lambda _: threading.Event().wait(0.001))),
        caught={_USED: "a pause (Condition.wait)"},
    ),
    Variant(fault="it starts a thread", world=opened(beside(starts_a_thread)), caught={_USED: "a thread"}),
    Variant(
        fault="it leaves a thread behind",
        world=opened(beside(leaves_a_thread)),
        caught={"test_no_thread_is_left_behind": "left behind", _USED: "a thread"},
    ),
    Variant(
        fault="it reads the environment",
        world=opened(beside(lambda _: os.environ.get("HOME"))),
        caught={_USED: "the environment"},
    ),
    Variant(
        fault="it prints",
        world=opened(beside(lambda _: print("page pulled"))),
        caught={"test_nothing_is_printed": "printed something"},
    ),
    Variant(
        fault="it logs a payload for debugging",
        world=opened(beside(lambda _: logging.getLogger("fake").debug("got %s", {"email": CANARY}))),
        caught={_LOGGED: "went into a log"},
    ),
    Variant(
        fault="it logs a payload where nobody listens",
        world=opened(beside(logs_where_nobody_listens)),
        caught={_LOGGED: "went into a log"},
    ),
    Variant(
        fault="it logs a payload with structlog",
        world=opened(beside(lambda _: structlog.get_logger().info("page.pulled", email=CANARY))),
        caught={_LOGGED: "went into a log"},
    ),
    Variant(
        fault="it warns with a secret",
        world=opened(beside(lambda _: warnings.warn(f"{SECRET} expires soon", stacklevel=1))),
        caught={_LOGGED: "went into a log"},
    ),
    Variant(
        fault="a note quotes a value",
        world=paging(lambda page: replace(page, notes=[f"{CANARY} has no address"])),
        caught={"test_nothing_for_operators_quotes_a_value_or_a_secret": "quote"},
    ),
]
