"""What HubSpot allows per connection, with a margin left to others who use the same portal.

Source: developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines, and the associations guide for its own limit
(read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from syncd.spi import Budget, Settings
from syncd_hubspot.settings import HubSpotSettings, Plan

__all__ = ["ALLOWED", "Allowed", "budgets"]


class Allowed(NamedTuple):
    """Calls of one app in ten seconds, and of the whole account in a day."""

    burst: int
    daily: int


ALLOWED: Mapping[Plan, Allowed] = {
    "free": Allowed(100, 250_000),
    "starter": Allowed(100, 250_000),
    "professional": Allowed(190, 625_000),
    "enterprise": Allowed(190, 1_000_000),
}
_OAUTH_BURST = 110  # of an installed app in one account, whatever its tier; without a daily limit


def budgets(settings: Settings) -> Sequence[Budget]:
    """Return the budgets of a connection: four fifths of the burst, four of five searches a second, nine tenths of a day."""
    if not isinstance(settings, HubSpotSettings):
        return ()
    allowed = ALLOWED[settings.plan]
    burst = _OAUTH_BURST if settings.oauth is not None else allowed.burst
    general = Budget(name="general", calls=burst * 4 // 5, per=timedelta(seconds=10), covers=_is_general)
    found = [
        general,
        Budget(name="search", calls=4, per=timedelta(seconds=1), covers=_is_search),
        Budget(name="associations", calls=100, per=timedelta(seconds=10), covers=_is_association),
    ]
    if settings.oauth is None:
        found.append(Budget(name="daily", calls=allowed.daily * 9 // 10, per=timedelta(days=1)))
    return found


def _is_search(method: str, path: str) -> bool:
    return path.endswith("/search")


def _is_association(method: str, path: str) -> bool:
    return path.startswith("/crm/associations/")


def _is_general(method: str, path: str) -> bool:
    return not _is_search(method, path) and not _is_association(method, path)
