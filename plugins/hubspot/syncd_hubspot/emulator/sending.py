"""Carries webhooks to their subscriber and lets the company live, beside the server, until it stops."""

from __future__ import annotations

import asyncio
from random import Random
from urllib.error import URLError
from urllib.request import Request, urlopen

from syncd_hubspot.emulator.living import Life
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.webhooks import Delivery, Webhooks

PATIENCE_S = 5
LOOK_S = 0.25
OK = range(200, 300)


async def send(webhooks: Webhooks) -> None:
    """Send what is due, for ever."""
    while True:
        for delivery in webhooks.due():
            if not await asyncio.to_thread(_taken, delivery):
                webhooks.refused(delivery)
        await asyncio.sleep(LOOK_S)


def _taken(delivery: Delivery) -> bool:
    """Tell whether the subscriber took it in time."""
    request = Request(delivery.url, data=delivery.body, headers=dict(delivery.headers), method="POST")
    try:
        with urlopen(request, timeout=PATIENCE_S) as reply:
            return reply.status in OK
    except (URLError, OSError):
        return False


async def live(portal: Portal, rng: Random, *, per_minute: float) -> None:
    """Let things happen, so many a minute on average, at random moments."""
    life = Life(portal, rng)
    while True:
        await asyncio.sleep(rng.expovariate(per_minute / 60))
        with portal.lock:
            life.step()
