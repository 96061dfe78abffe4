"""The one way out of the process: the HTTP client a connector is given.

httpx limits neither a whole exchange nor the size of an answer; so every limit, repetition and refusal of an address is decided
here, once for all connectors. It may know no vendor: what a status below 500 means is for the connector to say.

Sent again after pauses of seconds: what changes nothing (GET, HEAD) or carries an ``Idempotency-Key``, when no answer came or
one of 5xx, 408 or 425; anything else only when it certainly had no effect: never sent, or answered 429 or 401.
"""

from syncd.transport.budgets import Meters
from syncd.transport.client import Access, HttpClient
from syncd.transport.limits import Limits, Timing
from syncd.transport.passes import Passport

__all__ = ["Access", "HttpClient", "Limits", "Meters", "Passport", "Timing"]
