"""Refuses what a connector may not use: it was given a client, two folders and a clock, and needs nothing else.

Two of the interpreter's own watch posts see it, so that no name has to be patched and none slips through by an early
``from time import sleep``: audit events (sockets, processes, files) and the profile function (pauses, threads, the
environment). An audit hook can never be removed again; ours is installed once and looks only while a guard stands in its
thread. It does not see C extensions that bring their own input and output, nor a pause in a lock.
"""

from __future__ import annotations

import _thread
import os
import select
import sys
import sysconfig
import threading
import time
import zoneinfo
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FrameType
from typing import TypeAlias

from syncd.spi import Client, Reply


class Use(StrEnum):
    """What a connector has no business with."""

    NETWORK = "the network"
    PROCESS = "another process"
    FILE = "a file outside home and cache"
    PAUSE = "a pause"
    THREAD = "a thread"
    ENVIRONMENT = "the environment"


class GivenClient:
    """The client of an opening, past the guard: what it does is the host's business."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """Pass the request on."""
        with _lifted():
            return self._client.request(method, url, params=params, headers=headers, content=content)


@contextmanager
def refusing(use: Use, *, folders: Sequence[Path]) -> Generator[None]:
    """Fail whatever makes *use* in this thread; reading and writing below *folders* is free.

    Raises: AssertionError naming the use, at its place and, should that have been caught there, again at the end.
    """
    _install()
    watch = _Watch(use, folders)
    before = sys.getprofile(), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # what is imported within would be written beside its source
    _here.watch = watch
    if use in {*_BUILTINS.values(), *_CODES.values()}:
        sys.setprofile(watch.called)
    try:
        yield
    finally:
        _here.watch = None
        sys.setprofile(before[0])
        sys.dont_write_bytecode = before[1]
        if watch.seen:
            raise AssertionError(watch.seen[0])


@contextmanager
def _lifted() -> Generator[None]:
    watch, profile = _here.watch, sys.getprofile()
    if watch is None:
        yield
        return
    _here.watch = None
    sys.setprofile(None)
    try:
        yield
    finally:
        _here.watch = watch
        sys.setprofile(profile)


# ---------------------------------------------------------------- what is seen

_PROCESSES = ("subprocess.", "os.system", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "pty.")
_READS = {"os.listdir", "os.scandir"}
_Places: TypeAlias = tuple[slice, slice]
_FIRST: _Places = (slice(1), slice(0))
_WRITES: Mapping[str, _Places] = {  # which arguments are paths, and which descriptors of folders they start from
    "os.chmod": (slice(1), slice(2, 3)),
    "os.chown": (slice(1), slice(3, 4)),
    "os.link": (slice(2), slice(2, 4)),
    "os.mkdir": (slice(1), slice(2, 3)),
    "os.remove": (slice(1), slice(1, 2)),
    "os.rename": (slice(2), slice(2, 4)),
    "os.rmdir": (slice(1), slice(1, 2)),
    "os.symlink": (slice(1, 2), slice(2, 3)),
    "os.truncate": _FIRST,
    "os.utime": (slice(1), slice(3, 4)),
    "sqlite3.connect": _FIRST,
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_BUILTINS: Mapping[object, Use] = {
    time.sleep: Use.PAUSE,  # noqa: TID251  named to be refused
    select.select: Use.PAUSE,
    _thread.start_new_thread: Use.THREAD,
}
_CODES: Mapping[CodeType, Use] = {
    threading.Condition.wait.__code__: Use.PAUSE,
    os._Environ.__getitem__.__code__: Use.ENVIRONMENT,
}


class _Here(threading.local):
    watch: _Watch | None = None


class _Watch:
    """Looks for one use and remembers what it refused."""

    def __init__(self, use: Use, folders: Sequence[Path]) -> None:
        self.seen: list[str] = []
        self._use = use
        self._free = (*(os.path.realpath(folder) for folder in folders), os.devnull)
        self._readable = (*self._free, *_python())

    def audited(self, event: str, arguments: Sequence[object]) -> None:
        """Judge an audit event."""
        if _use_of(event) is not self._use:
            return
        if self._use is not Use.FILE:
            self._refuse(event)
        for path in _paths(event, arguments):
            if not self._is_free(path, is_read=_is_read(event, arguments)):
                self._refuse(f"{event} {path}")

    def called(self, frame: FrameType, event: str, argument: object) -> None:
        """Judge a call; see `sys.setprofile`."""
        if event == "c_call" and isinstance(argument, BuiltinFunctionType) and _BUILTINS.get(argument) is self._use:
            self._refuse(argument.__qualname__)
        elif event == "call" and _CODES.get(frame.f_code) is self._use and not _is_incidental(frame):
            self._refuse(frame.f_code.co_qualname)

    def _refuse(self, what: str) -> None:
        self.seen.append(f"the connector used {self._use} ({what}); it has its client, its folders and its clock")
        raise AssertionError(self.seen[-1])

    def _is_free(self, path: str, *, is_read: bool) -> bool:
        place = os.path.realpath(path)
        free = self._readable if is_read else self._free
        return any(place == folder or place.startswith(folder + os.sep) for folder in free)


def _use_of(event: str) -> Use | None:
    """Return what an audit event shows the use of."""
    if event == "open" or event in _READS or event in _WRITES:
        return Use.FILE
    if event in {"os.putenv", "os.unsetenv"}:
        return Use.ENVIRONMENT
    if event.startswith("socket."):
        return Use.NETWORK
    return Use.PROCESS if event.startswith(_PROCESSES) else None


def _is_incidental(frame: FrameType) -> bool:
    """Tell whether the standard library or the import of a module reads the environment, and not the connector itself."""
    caller = frame.f_back
    while caller is not None and caller.f_globals.get("__name__") in {"os", "collections.abc"}:
        caller = caller.f_back
    if caller is None or frame.f_code is threading.Condition.wait.__code__:
        return False
    root = str(caller.f_globals.get("__name__", "")).partition(".")[0]
    return root in sys.stdlib_module_names or caller.f_code.co_name == "<module>"


def _paths(event: str, arguments: Sequence[object]) -> list[str]:
    """Return the paths an event speaks of.

    A relative one given to os.open or together with a folder's descriptor starts from a folder that was judged when it was
    opened, so it counts only if it leads upward.
    """
    which, descriptors = _WRITES.get(event, _FIRST)
    paths = [os.fsdecode(name) for name in arguments[which] if isinstance(name, str | bytes | os.PathLike)]
    is_bare = event == "open" and arguments[1] is None
    if is_bare or any(isinstance(one, int) and one >= 0 for one in arguments[descriptors]):
        return [path for path in paths if path.startswith(os.sep) or ".." in Path(path).parts]
    return [path for path in paths if path != ":memory:"]


def _is_read(event: str, arguments: Sequence[object]) -> bool:
    flags = arguments[2] if event == "open" else 0
    return event not in _WRITES and not (isinstance(flags, int) and flags & _WRITING)


@cache
def _python() -> tuple[str, ...]:
    """Return the folders of the interpreter and of everything it can import: reading there is importing."""
    folders = {*sysconfig.get_paths().values(), sys.base_prefix, *zoneinfo.TZPATH, *(path or os.curdir for path in sys.path)}
    return tuple(os.path.realpath(folder) for folder in folders)


_here = _Here()


@cache
def _install() -> None:
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[object, ...], here: _Here = _here) -> None:
    watch = here.watch
    if watch is not None:
        watch.audited(event, arguments)
