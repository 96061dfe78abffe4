"""The limits on calls, with their headers and bodies.

Source: developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines (read 2026-11-21) and 69 recorded answers:
a 429 carries no Retry-After, and what search answers carries no headers of the ten-second window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from syncd_hubspot.emulator.account import Account
from syncd_hubspot.emulator.wire import ErrorBody, Refusal

WINDOW = 10_000
SECOND = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a subscription allows: calls in ten seconds, on a day, and searches in a second."""

    burst: int
    daily: int
    search: int = 5
    associations: int = 150


PLANS: Mapping[str, Plan] = MappingProxyType(
    {
        "free": Plan(burst=100, daily=250_000, associations=100),
        "professional": Plan(burst=190, daily=625_000),
        "enterprise": Plan(burst=190, daily=1_000_000),
        "unlimited": Plan(burst=1_000_000, daily=1_000_000_000, search=100_000, associations=1_000_000),
    }
)


class Limits:
    """Counts calls and refuses what is too many."""

    def __init__(self, plan: Plan, account: Account) -> None:
        self.plan = plan
        self.used_today = 0
        self._zone = ZoneInfo(account.time_zone)
        self._portal_id = account.portal_id
        self.resets_at = 0
        self._general: deque[int] = deque()
        self._search: deque[int] = deque()
        self._associations: deque[int] = deque()

    def take(self, family: str, *, is_search: bool, now: int) -> Mapping[str, str]:
        """Count a call and return the headers of its answer. Raises: Refusal if it is one too many."""
        self._new_day(now)
        if family in _EXEMPT:
            return {}
        if self.used_today >= self.plan.daily:
            raise self.refusal("DAILY", self._headers(is_search=True))
        if is_search:
            self._count(self._search, "SECONDLY", (self.plan.search, SECOND), now)
        elif family == "associations":
            self._count(self._associations, "TEN_SECONDLY_ROLLING", (self.plan.associations, WINDOW), now)
        else:
            self._count(self._general, "TEN_SECONDLY_ROLLING", (self.plan.burst, WINDOW), now)
        self.used_today += 1
        return self._headers(is_search=is_search)

    def _count(self, seen: deque[int], policy: str, limit: tuple[int, int], now: int) -> None:
        most, window = limit
        while seen and seen[0] <= now - window:
            seen.popleft()
        if len(seen) >= most:
            raise self.refusal(policy, self._headers(is_search=policy == "SECONDLY"))
        seen.append(now)

    def _headers(self, *, is_search: bool) -> dict[str, str]:
        headers = {
            "X-HubSpot-RateLimit-Daily": str(self.plan.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.plan.daily - self.used_today)),
        }
        if is_search:
            return headers
        return headers | {
            "X-HubSpot-RateLimit-Max": str(self.plan.burst),
            "X-HubSpot-RateLimit-Remaining": str(max(0, self.plan.burst - len(self._general))),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW),
        }

    def _new_day(self, now: int) -> None:
        """The day begins at midnight where the account is."""
        if now >= self.resets_at:
            today = datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zone)
            self.resets_at = now + DAY_MS - ((today.hour * 60 + today.minute) * 60 + today.second) * 1000
            self.used_today = 0

    def refusal(self, policy: str, headers: Mapping[str, str]) -> Refusal:
        """Refuse a call for a policy: ``DAILY``, ``TEN_SECONDLY_ROLLING`` or ``SECONDLY``."""
        if policy == "SECONDLY":  # as recorded
            body = ErrorBody(message="You have reached your secondly limit.", category="RATE_LIMITS")
        else:
            body = ErrorBody(
                message=f"You have reached your {policy.lower()} limit.",
                error_type="RATE_LIMIT",
                policy_name=policy,
                group_name=f"publicapi:private_app-api-calls-{_GROUPS[policy]}:{self._portal_id}",
            )
        return Refusal(429, body, headers=headers)


DAY_MS = 86_400_000
_GROUPS = MappingProxyType({"DAILY": "daily", "TEN_SECONDLY_ROLLING": "ten-secondly"})
_EXEMPT = frozenset({"oauth"})
