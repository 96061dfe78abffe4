"""The cursor of a stream: which version of which file has been delivered, and how far the one in progress is. Pure.

A snapshot on disk counts as delivered only if the cursor that the host hands back says so; what was read and never saved
is read again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Cursor", "Progress", "Version", "decoded", "encoded"]

_FORMAT = 1


class Version(NamedTuple):
    """One version of a file: its signature, the hash of its content and that of the way it is read.

    ``mtime_ns`` is 0 if the file was so fresh when it was copied that a later change might not show in its time.
    """

    size: int
    mtime_ns: int
    inode: int
    content: str
    layout: str

    @property
    def name(self) -> str:
        """The name under which its rows are remembered."""
        return f"{self.content}-{self.layout}"


class Progress(NamedTuple):
    """How far a file has been read: ``good`` rows are in the log, ``bad`` of all that were ``seen`` were refused.

    ``known`` names the snapshot that its rows are compared with, "" for none. ``attempt`` counts fresh starts.
    """

    path: str
    version: Version
    is_fresh: bool
    known: str
    offset: int
    line: int
    good: int = 0
    bad: int = 0
    seen: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """``plan`` is the hash of all that decides how rows are read; ``last`` the file that was delivered last."""

    plan: str
    files: Mapping[str, Version] = field(default_factory=dict)
    last: str = ""
    progress: Progress | None = None


def encoded(cursor: Cursor) -> str:
    """Return *cursor* as compact JSON."""
    return json.dumps([_FORMAT, cursor.plan, cursor.files, cursor.last, cursor.progress], separators=(",", ":"))


def decoded(text: str | None, plan: str) -> Cursor:
    """Return the cursor that *text* stands for; an empty one if it belongs to another plan or is not one of ours.

    Reading everything again costs time, never data.
    """
    if text is None:
        return Cursor(plan=plan)
    try:
        form, made_for, files, last, progress = json.loads(text)
        if form != _FORMAT or made_for != plan:
            return Cursor(plan=plan)
        versions = {str(path): Version(*version) for path, version in files.items()}
        return Cursor(plan=plan, files=versions, last=str(last), progress=_progress(progress))
    except (ValueError, TypeError, AttributeError):
        return Cursor(plan=plan)


def _progress(parts: list[object] | None) -> Progress | None:
    if parts is None:
        return None
    path, version, *rest = parts
    if not isinstance(version, list):
        raise TypeError("a progress without a version")
    return Progress(str(path), Version(*version), *rest)  # type: ignore[arg-type]  # our own text, written by `encoded`
