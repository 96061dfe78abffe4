"""What the teams agreed about time and deadlines, as data: already read and checked. Instants and spans are microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.agreement.calendars import Calendar

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTerms:
    """How dates and business hours are told.

    ``week_starts`` counts from 0, Monday. What was due before ``go_live`` is measured and never alarmed; alerts older than
    ``max_alert_age`` go into the digest.
    """

    zone: str = "UTC"
    week_starts: int = 0
    fiscal_year_starts: int = 1
    go_live: int | None = None
    max_alert_age: int = _DAY
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
