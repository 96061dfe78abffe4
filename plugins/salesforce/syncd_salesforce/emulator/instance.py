"""The serving side of an org: sessions, cursors and jobs, what is used of the limits, what goes wrong on purpose."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from syncd_salesforce.emulator.answers import Json
from syncd_salesforce.emulator.auth import Credentials, Sessions
from syncd_salesforce.emulator.misbehaviour import Faults
from syncd_salesforce.emulator.org import Org

if TYPE_CHECKING:
    from syncd_salesforce.emulator.bulk import Job
    from syncd_salesforce.emulator.soql.run import Found

__all__ = ["Cursor", "Instance", "Seen", "Usage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that was answered."""

    method: str
    path: str
    query: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A query whose rows are fetched page by page."""

    found: Found
    size: int
    made_at: datetime


@dataclass(slots=True, kw_only=True)
class Usage:
    """How much of the day's requests is used; ``app`` adds the figures of one app to the header."""

    used: int = 0
    limit: int = 100_000
    app: str | None = None

    def header(self) -> str:
        """Return the text of ``Sforce-Limit-Info``."""
        app = f"; per-app-api-usage={self.used}/{self.limit}(appName={self.app})" if self.app else ""
        return f"api-usage={self.used}/{self.limit}{app}"


@dataclass(slots=True, kw_only=True)
class Instance:
    """All that the endpoints work on. ``page`` is the most rows of a REST page, ``bulk_page`` of a page of Bulk results."""

    org: Org
    credentials: Credentials
    sessions: Sessions
    random: Random
    faults: Faults
    url: str = ""
    page: int = 2_000
    bulk_page: int = 50_000
    bulk_takes: timedelta = timedelta(0)
    usage: Usage = field(default_factory=Usage)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    deployments: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    requests: deque[Seen] = field(default_factory=lambda: deque(maxlen=10_000))
    live: Callable[[], None] | None = None

    def now(self) -> datetime:
        """Return the present instant."""
        return self.org.now()
