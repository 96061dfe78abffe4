"""What one stream of one connection means: its fields into golden candidates, its activities into the agreement's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import NamedTuple

from syncd.mapping.fields import Candidate
from syncd.mapping.transforms import Inverse, Transform, Unfit
from syncd.model import Kind, Problem, Raw

ASSESSED = ("score", "band", "grade", "reasons", "stage", "sla", "sla_due", "next_step", "assigned_to", "agreement_version")
"""What the assessment gives to write back, beside the golden fields."""


class Read(NamedTuple):
    """Fills golden ``field`` from the first of the ``remote`` fields with a value; ``inverse`` writes it back, if it can."""

    field: str
    remote: tuple[str, ...]
    transform: Transform
    inverse: Inverse | None


class SameAs(NamedTuple):
    """The remote field that holds this record's identifier in another connection."""

    remote: str
    connection: str
    stream: str


class Write(NamedTuple):
    """Fills the ``remote`` field with a part of the assessment or a golden field."""

    remote: str
    of: str


@dataclass(frozen=True, kw_only=True)
class StreamMap:
    """The mapping of one stream.

    ``kinds`` and ``assets`` are (pattern, our word): they turn a source's words for activities into the agreement's; patterns
    may hold ``*`` and ``?``, the first that fits wins.
    """

    connection: str
    stream: str
    kind: Kind
    reads: tuple[Read, ...] = ()
    same_as: tuple[SameAs, ...] = ()
    writes: tuple[Write, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    assets: tuple[tuple[str, str], ...] = ()

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The remote fields the mapping reads."""
        return frozenset({name for read in self.reads for name in read.remote} | {link.remote for link in self.same_as})

    @cached_property
    def kept(self) -> frozenset[str]:
        """The remote fields worth storing: those read, and those written, to know what they hold."""
        return self.wanted | {write.remote for write in self.writes}


class Mapped(NamedTuple):
    """What a record says: candidates by golden field, and the values that could not be read."""

    candidates: dict[str, Candidate]
    problems: tuple[Problem, ...]


def mapped(stream: StreamMap, raw: Mapping[str, Raw], *, record: int, at: int, field_at: Mapping[str, int]) -> Mapped:
    """Read the fields that *raw* mentions; *at* is when they took their values, *field_at* where one differs."""
    candidates: dict[str, Candidate] = {}
    problems: list[Problem] = []
    for field, remotes, transform, _ in stream.reads:
        for remote in remotes:
            if remote not in raw:
                continue
            value = transform(raw[remote])
            if isinstance(value, Unfit):
                problems.append(Problem(where=f"{stream.stream}.{remote}", what=value.what, code=value.code))
                continue
            if value is not None or field not in candidates:
                candidates[field] = Candidate(value, field_at.get(remote, at), stream.connection, record)
            if value is not None:
                break
    return Mapped(candidates, tuple(problems))


def kind_of(stream: StreamMap, kind: str) -> str:
    """Return the agreement's word for a source's kind of activity; an unmapped one becomes a plain word of its own.

    >>> kind_of(StreamMap(connection="c", stream="s", kind="activity", kinds=(("open*", "email_open"),)), "Opened")
    'email_open'
    >>> kind_of(StreamMap(connection="c", stream="s", kind="activity"), "Page View")
    'page_view'
    """
    found = _first_fit(stream.kinds, kind)
    return found if found is not None else re.sub(r"\W+", "_", kind.strip().casefold()).strip("_")


def asset_of(stream: StreamMap, asset: str) -> str:
    """Return the agreement's word for what an activity was about; an unmapped address loses its query and fragment."""
    found = _first_fit(stream.assets, asset)
    return found if found is not None else re.split(r"[?#]", asset.strip(), maxsplit=1)[0]


def _first_fit(patterns: tuple[tuple[str, str], ...], text: str) -> str | None:
    folded = text.strip().casefold()
    return next((word for pattern, word in patterns if _compiled(pattern).fullmatch(folded)), None)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.casefold()))
