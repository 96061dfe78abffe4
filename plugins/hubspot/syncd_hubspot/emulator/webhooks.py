"""Webhooks: what is told of each happening, signed as HubSpot signs it, in batches, again if nobody takes it.

Source: developers.hubspot.com/docs, webhooks guide and "validating requests" (read 2026-11-21): a JSON array of up to 100
events; signature v3; anything but 2xx within 5 seconds is tried up to 10 times more within 24 hours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.events import Event
from syncd_hubspot.emulator.misbehaviour import Misbehaviour
from syncd_hubspot.emulator.portal import Portal

BATCH = 100
RETRIES = 10
FIRST_RETRY_MS = 30_000
APP = 1_160_452
_SILENT = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events", "hs_object_id"})
_DECODED = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'"}
_DECODED |= {"%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";"}


class Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event of a webhook."""

    event_id: int
    subscription_id: int
    portal_id: int
    app_id: int
    occurred_at: int
    subscription_type: str
    attempt_number: int
    object_id: int
    change_source: str
    source_id: str | UnsetType = UNSET
    change_flag: str | UnsetType = UNSET
    property_name: str | UnsetType = UNSET
    property_value: str | UnsetType = UNSET
    is_sensitive: bool | UnsetType = UNSET
    primary_object_id: int | UnsetType = UNSET
    merged_object_ids: Sequence[int] | UnsetType = UNSET
    new_object_id: int | UnsetType = UNSET
    number_of_properties_moved: int | UnsetType = UNSET
    association_type: str | UnsetType = UNSET
    from_object_id: int | UnsetType = UNSET
    to_object_id: int | UnsetType = UNSET
    association_type_id: int | UnsetType = UNSET
    association_removed: bool | UnsetType = UNSET
    is_primary_association: bool | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A request to send: the *attempt* it is, and the events in it should it have to be sent again."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    attempt: int
    events: tuple[Told, ...]


class Webhooks:
    """The queue of one subscriber at *url*, who checks signatures with *secret*."""

    def __init__(self, portal: Portal, misbehaviour: Misbehaviour, *, url: str, secret: str, rng: Random) -> None:
        self.url = url
        self.secret = secret
        self._portal = portal
        self._misbehaviour = misbehaviour
        self._rng = rng
        self._queue: list[Told] = []
        self._again: list[tuple[int, Delivery]] = []
        portal.listeners.append(self._hear)

    def due(self) -> list[Delivery]:
        """Take out what is to be sent now, signed with the present time."""
        now = self._portal.now()
        with self._portal.lock:
            events, self._queue = self._disordered(self._queue), []
            retried = [delivery for at, delivery in self._again if at <= now]
            self._again = [(at, delivery) for at, delivery in self._again if at > now]
        fresh = [self._delivery(events[n : n + BATCH], attempt=0, now=now) for n in range(0, len(events), BATCH)]
        return fresh + [self._delivery(one.events, attempt=one.attempt, now=now) for one in retried]

    def refused(self, delivery: Delivery) -> None:
        """Plan to send again what was not taken; after the tenth time it is given up."""
        if delivery.attempt >= RETRIES:
            return
        pause = FIRST_RETRY_MS * 2**delivery.attempt * self._rng.uniform(0.8, 1.2)
        events = tuple(msgspec.structs.replace(one, attempt_number=delivery.attempt + 1) for one in delivery.events)
        later = Delivery(url=self.url, headers={}, body=b"", attempt=delivery.attempt + 1, events=events)
        with self._portal.lock:
            self._again.append((self._portal.now() + int(pause), later))

    def _hear(self, event: Event) -> None:
        if event.property_name not in _SILENT:
            self._queue.append(self._told(event))

    def _told(self, event: Event) -> Told:
        told = Told(
            event_id=self._rng.randrange(1 << 31),
            subscription_id=_SUBSCRIPTIONS.get(event.what, 20),
            portal_id=self._portal.account.portal_id,
            app_id=APP,
            occurred_at=event.at,
            subscription_type=f"{event.kind}.{event.what}",
            attempt_number=0,
            object_id=event.object_id,
            change_source=event.source,
            source_id=f"userId:{self._rng.randint(1, 9)}" if event.source == "CRM_UI" else UNSET,
        )
        return msgspec.structs.replace(told, **_extra(event))

    def _disordered(self, events: list[Told]) -> list[Told]:
        """Lose, double and shuffle, as far as that is switched on."""
        lost, double = self._misbehaviour.share("hooks-lost"), self._misbehaviour.share("hooks-double")
        kept = [one for one in events if self._rng.random() >= lost] if lost else events
        if double:
            kept = [copy for one in kept for copy in [one] * (2 if self._rng.random() < double else 1)]
        shuffled = self._misbehaviour.share("hooks-shuffle")
        moved = [n for n in range(len(kept)) if shuffled and self._rng.random() < shuffled]
        for here, there in zip(moved, self._rng.sample(moved, len(moved)), strict=True):
            kept[here], kept[there] = kept[there], kept[here]
        return kept

    def _delivery(self, events: Sequence[Told], *, attempt: int, now: int) -> Delivery:
        body = msgspec.json.encode(events)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) - WebHooks",
            "X-HubSpot-Request-Timestamp": str(now),
            "X-HubSpot-Signature-Version": "v3",
            "X-HubSpot-Signature-v3": signature(self.secret, "POST", self.url, body, str(now)),
        }
        return Delivery(url=self.url, headers=headers, body=body, attempt=attempt, events=tuple(events))


_SUBSCRIPTIONS = {"creation": 21, "deletion": 22, "propertyChange": 23, "merge": 24, "associationChange": 25, "restore": 26}
_FLAGS = {"creation": "NEW", "deletion": "DELETED", "restore": "RESTORED"}


def _extra(event: Event) -> dict[str, str | int | bool | tuple[int, ...]]:
    match event.what:
        case "propertyChange":
            return {"property_name": event.property_name, "property_value": event.property_value, "is_sensitive": False}
        case "merge":
            return {
                "primary_object_id": event.primary,
                "merged_object_ids": event.merged,
                "new_object_id": event.object_id,
                "number_of_properties_moved": event.moved,
            }
        case "associationChange":
            return {
                "association_type": f"{event.kind}_to_{event.to_kind}".upper(),
                "association_type_id": event.association_type,
                "from_object_id": event.object_id,
                "to_object_id": event.to_id,
                "association_removed": event.removed,
                "is_primary_association": event.association_type in {1, 2, 5, 6},
            }
    return {"change_flag": _FLAGS[event.what]} if event.what in _FLAGS else {}


def signature(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """Return signature v3 of a request.

    >>> signature("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", "POST", "https://www.example.com/webhook_uri",
    ...           b"{'example_field':'example_value'}", "1693657560000")
    'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y='
    """
    plain = re.sub("%[0-9A-Fa-f]{2}", lambda found: _DECODED.get(found[0].upper(), found[0]), url)
    signed = f"{method}{plain}".encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
