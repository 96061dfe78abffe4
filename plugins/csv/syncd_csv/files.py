"""Reads and replaces files below one folder, and nothing outside it.

Every path is walked step by step from the folder without following symbolic links, so that a link put there between
check and use leads nowhere. What is read is first copied as UTF-8 into the cache: pages come from that copy, and a file
replaced, cut or grown meanwhile cannot mix two versions.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from hashlib import blake2b
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, TypeAlias

from syncd.spi import Misconfigured, Unavailable
from syncd_csv.dialect import HEAD, Encoding, encoding

__all__ = ["Folder", "Glimpse", "Signature", "Staged", "explained", "glimpse", "is_closed", "stage"]

_BLOCK = 1 << 18
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # non-blocking: opening a FIFO must not wait
_STEP = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Signature(NamedTuple):
    """What changes whenever a file does."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of a connection."""

    root: Path

    def names(self, pattern: str) -> list[str]:
        """Return the files that *pattern* names, oldest first.

        Raises: Unavailable if a file named outright is missing, Misconfigured if the folder is.
        """
        if self._regular(pattern):  # also one whose name only looks like a glob: report[1].csv
            return [pattern]
        if not has_magic(pattern):
            self.signature(pattern)  # says what is wrong with it
        with explained(pattern):
            os.close(self._root())
        regular = [(self._regular(name), name) for name in self._matches(pattern)]
        return [name for seen, name in sorted((seen.mtime_ns, name) for seen, name in regular if seen)]

    def unreadable(self, pattern: str) -> list[str]:
        """Return what *pattern* matches that is left out: symbolic links, folders, devices and what lies behind them."""
        if not has_magic(pattern):
            return []
        return sorted(name for name in self._matches(pattern) if self._regular(name) is None)

    def signature(self, name: str) -> Signature:
        """Look at a file without opening it. Raises: Unavailable, Misconfigured."""
        with explained(name), self._parent(name) as (parent, last):
            return _signature(os.stat(last, dir_fd=parent, follow_symlinks=False), name)

    def exists(self, name: str) -> bool:
        """Tell whether a file is there. Raises: Unavailable if a folder below is missing, Misconfigured if it is no file."""
        with explained(name), self._parent(name) as (parent, last):
            try:
                _signature(os.stat(last, dir_fd=parent, follow_symlinks=False), name)
            except FileNotFoundError:
                return False
            return True

    def check_writable(self, name: str) -> None:
        """Raises: Unavailable if a folder below is missing, Misconfigured if it may not be written."""
        with explained(name), self._parent(name) as (parent, _):
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=parent):
                raise PermissionError

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Open a regular file for reading. Raises: Unavailable, Misconfigured."""
        with explained(name):
            with self._parent(name) as (parent, last):
                _signature(os.stat(last, dir_fd=parent, follow_symlinks=False), name)
                descriptor = os.open(last, _READ, dir_fd=parent)
            with os.fdopen(descriptor, "rb") as file:
                _signature(os.fstat(descriptor), name)
                yield file

    @contextmanager
    def replaced(self, name: str) -> Iterator[BinaryIO]:
        """Write a new version of a file, which takes the old one's place whole when the block ends, or not at all.

        Others see it only then; it keeps the old one's mode, a first one is readable by its owner alone.
        Raises: Unavailable, Misconfigured.
        """
        with explained(name), self._parent(name) as (parent, last):
            with os.scandir(parent) as entries:
                left = [entry.name for entry in entries if entry.name.startswith(f".{last}.") and entry.name.endswith(".syncd")]
            for name_left in left:  # by a process that was killed; should it live after all, its write fails and is repeated
                _remove(name_left, parent)
            draft = f".{last}.{os.getpid()}.syncd"
            descriptor = os.open(draft, _CREATE, 0o600, dir_fd=parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    os.fchmod(descriptor, _mode(last, parent))
                    yield file
                    file.flush()
                    os.fsync(descriptor)
                os.replace(draft, last, src_dir_fd=parent, dst_dir_fd=parent)
                os.fsync(parent)
            except BaseException:
                _remove(draft, parent)
                raise

    @contextmanager
    def _parent(self, name: str) -> Iterator[tuple[int, str]]:
        """Walk to the folder that holds *name*; give its descriptor and the last part of the path."""
        *steps, last = PurePosixPath(name).parts
        here = self._root()
        try:
            for step in steps:
                further = os.open(step, _STEP, dir_fd=here)
                os.close(here)
                here = further
            yield here, last
        finally:
            os.close(here)

    def _root(self) -> int:
        """Return a descriptor of the folder. Raises: Misconfigured if there is none; check and pull say the same."""
        try:
            return os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            what = f'the folder {self.root.name} is missing; create it, mount it or correct "folder" in the settings'
            raise Misconfigured(what) from error

    def _matches(self, pattern: str) -> list[str]:
        return glob(pattern, root_dir=self.root, recursive=True)  # noqa: PTH207  Path.glob cannot leave out hidden files

    def _regular(self, name: str) -> Signature | None:
        try:
            return self.signature(name)
        except (Misconfigured, Unavailable):
            return None


def _signature(seen: os.stat_result, name: str) -> Signature:
    if stat.S_ISLNK(seen.st_mode):
        raise Misconfigured(f"{name} is a symbolic link, which is not followed; name the file itself")
    if not stat.S_ISREG(seen.st_mode):
        raise Misconfigured(f"{name} is no regular file")
    return Signature(seen.st_size, seen.st_mtime_ns, seen.st_ino)


def _mode(name: str, parent: int) -> int:
    try:
        return stat.S_IMODE(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode) & 0o777
    except FileNotFoundError:
        return 0o600


def _remove(name: str, parent: int) -> None:
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn an operating system's error about *name* into what the engine does next."""
    try:
        yield
    except FileNotFoundError as error:
        raise Unavailable(f"{name} or its folder is missing") from error
    except PermissionError as error:
        raise Misconfigured(f"{name}: syncd's user lacks the right; grant it on the file and its folder") from error
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise Misconfigured(f"{name} leads through a symbolic link or a file, which is not followed") from error
        if error.errno == errno.EROFS:
            raise Misconfigured(f"{name} lies on a read-only file system") from error
        raise Unavailable(f"{name}: {error.strerror}; free space or repair the disk") from error


def is_closed(file: BinaryIO, size: int) -> bool:
    """Tell whether a file's last line has a line end, in any encoding."""
    file.seek(max(0, size - 8))
    return file.read(8).rstrip(b"\x1a\0").endswith((b"\n", b"\r"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The begin of a file, as UTF-8 in whole lines, and what shows without reading all of it."""

    signature: Signature
    head: bytes
    codec: str
    is_closed: bool


def glimpse(folder: Folder, name: str, declared: str) -> Glimpse:
    """Look into *name*. Raises: Unavailable, Misconfigured."""
    with folder.opened(name) as file:
        signature = _signature(os.fstat(file.fileno()), name)
        raw = file.read(HEAD)
        ended = is_closed(file, signature.size)
    known = encoding(raw, declared, name)
    is_all = len(raw) < HEAD
    try:
        codec = known.codec
        text = codecs.getincrementaldecoder(codec)("strict").decode(raw[known.mark :], final=is_all)
    except UnicodeDecodeError:
        codec = known.codec if known.certain else "cp1252"
        text = raw[known.mark :].decode(codec, "replace")
    head = text.encode("utf-8", "replace")
    if not is_all:
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    return Glimpse(signature=signature, head=head, codec=codec, is_closed=ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A copy of one version of a file: UTF-8 without a byte order mark, named by the hash of its ``content``."""

    signature: Signature
    content: str
    size: int
    notes: tuple[str, ...] = ()


def stage(folder: Folder, name: str, *, declared: str, cache: Path, limit: int) -> Staged:
    """Copy *name* into *cache* as ``<content>.csv``.

    Raises: Unavailable if the file changes meanwhile, Misconfigured if it is no text or larger than *limit* bytes.
    """
    draft = cache / f"{os.getpid()}.draft"
    with folder.opened(name) as file:
        before = _signature(os.fstat(file.fileno()), name)
        if before.size > limit:
            raise Misconfigured(f'{name} has {before.size >> 20} MiB, more than "largest_file_mb" allows')
        known = encoding(file.read(HEAD), declared, name)
        copy, notes = _decoded(partial(_blocks, file, known.mark, before.size), draft, known, name)
        if _signature(os.fstat(file.fileno()), name) != before:
            raise Unavailable(f"{name} changed while it was being read; it will be read again")
    draft.replace(cache / f"{copy.content}.csv")
    return Staged(signature=before, content=copy.content, size=copy.size, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """Result of copying: ``broken`` counts what could not be decoded, ``foreign`` the characters beyond ASCII that could."""

    content: str
    size: int
    broken: int = 0
    foreign: int = 0


_Blocks: TypeAlias = Callable[[], Iterator[bytes]]


def _blocks(file: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """Read *file* from *begin* to *end* and no further: it may be growing as fast as it is read."""
    file.seek(begin)
    while begin < end and (block := file.read(min(_BLOCK, end - begin))):
        begin += len(block)
        yield block


def _decoded(blocks: _Blocks, target: Path, known: Encoding, name: str) -> tuple[_Copy, tuple[str, ...]]:
    """Copy a file; if an assumed UTF-8 is wrong more often than right, it was cp1252."""
    try:
        return _copied(blocks(), target, known.codec, "strict"), ()
    except UnicodeDecodeError:
        copy = _copied(blocks(), target, known.codec, "replace")
    if known.certain or copy.broken <= copy.foreign:
        return copy, (f"{name}: {copy.broken} characters could not be read as {known.codec}",)
    copy = _copied(blocks(), target, "cp1252", "replace")
    return copy, (f"{name}: read as cp1252, because it is no UTF-8",)


def _copied(blocks: Iterator[bytes], target: Path, codec: str, errors: str) -> _Copy:
    """Copy *blocks*. UTF-8 is copied as it is: a row with broken bytes is refused by itself later."""
    decoder = codecs.getincrementaldecoder(codec)(errors)
    content = blake2b(digest_size=16)
    size = broken = foreign = 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        for block in chain(blocks, (b"",)):
            text = decoder.decode(block, final=not block)
            if errors != "strict" and not text.isascii():
                broken += text.count("\ufffd")
                foreign += len(text) - len(text.encode("ascii", "ignore")) - text.count("\ufffd")
            copied = block if codec == "utf-8" else text.encode("utf-8", "replace")
            content.update(copied)
            file.write(copied)
            size += len(copied)
    return _Copy(content=content.hexdigest(), size=size, broken=broken, foreign=foreign)
