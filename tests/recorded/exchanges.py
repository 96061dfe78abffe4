"""Reads recorded exchanges."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

__all__ = ["Exchange", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer; ``response`` is parsed JSON, or text."""

    method: str
    path: str
    query: str
    body: object
    status: int
    response: object
    at: datetime


def read(folder: Path) -> Sequence[Exchange]:
    """Return the exchanges of *folder* in the order in which they happened."""
    texts = [gzip.decompress(file.read_bytes()) for file in sorted(folder.glob("exchanges*.jsonl.gz"))]
    return sorted((_exchange(json.loads(line)) for text in texts for line in text.splitlines()), key=lambda one: one.at)


def _exchange(row: Mapping[str, object]) -> Exchange:
    headers, status = row["response_headers"], row["status"]
    assert isinstance(headers, Mapping)
    assert isinstance(status, int)
    return Exchange(
        method=str(row["method"]),
        path=str(row["path"]),
        query=str(row["query"] or ""),
        body=row["body"],
        status=status,
        response=row["response"],
        at=parsedate_to_datetime(headers["date"]).astimezone(UTC),
    )
