"""Webhooks: whether HubSpot signed them, and which records they speak of. Nothing they say is believed beyond that. Pure.

Source: developers.hubspot.com/docs, "validating requests" and the webhooks guide (read 2026-11-21).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from syncd.spi import BadAnswer, Hook, Ref, Unauthorized
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.plain import Plain, plain, text_of
from syncd_hubspot.settings import HubSpotSettings
from syncd_hubspot.values import instant

__all__ = ["hints", "signature"]

_OLDEST = timedelta(minutes=5)
# HubSpot decodes these, and no others, before it signs an address
_DECODED = {"%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'"}
_DECODED |= {"%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";"}
_STREAMS: Mapping[str, str] = {name: one.name for one in OBJECTS.values() for name in (one.singular, one.type_id)}


def hints(hook: Hook) -> list[Ref]:
    """Return the records that a webhook speaks of, each once. Raises: Unauthorized unless HubSpot signed it just now.

    What it cannot be understood to mean is left out: a refusal would only make HubSpot send it again for a day.
    """
    settings = hook.settings
    if not isinstance(settings, HubSpotSettings) or settings.webhook_secret is None:
        raise Unauthorized("a webhook came, and webhook_secret is not set; set it to the app's client secret")
    secret = hook.resolve(settings.webhook_secret).strip()
    timestamp, given = hook.headers.get("x-hubspot-request-timestamp", ""), hook.headers.get("x-hubspot-signature-v3", "")
    at = instant(timestamp) if re.fullmatch(r"[0-9]{1,14}", timestamp) else None
    if at is None or not given:
        raise Unauthorized("a webhook without signature v3 or its time; it is not believed")
    expected = signature(secret, hook.method, _called(settings, hook.url), hook.body, timestamp)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise Unauthorized("a webhook is not signed with webhook_secret; correct it, or webhook_url if a proxy is in between")
    if abs(hook.now - at) > _OLDEST:
        raise Unauthorized(
            "a webhook's signature is older than five minutes, or from the future; check the clock of this machine"
        )
    return _refs(settings, hook.body)


def signature(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """Return signature v3; *timestamp* is taken word for word.

    >>> signature("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", "POST", "https://www.example.com/webhook_uri",
    ...           b"{'example_field':'example_value'}", "1693657560000")
    'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y='
    """
    decoded = re.sub(r"%[0-9A-Fa-f]{2}", lambda found: _DECODED.get(found[0].upper(), found[0]), url)
    signed = method.upper().encode() + decoded.encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def _called(settings: HubSpotSettings, url: str) -> str:
    """Return the address that HubSpot called: the public one, with the query that came."""
    if not settings.webhook_url:
        return url
    query = urlsplit(url).query
    return f"{settings.webhook_url}?{query}" if query and "?" not in settings.webhook_url else settings.webhook_url


def _refs(settings: HubSpotSettings, body: bytes) -> list[Ref]:
    try:
        told = plain(body, "a webhook")
    except BadAnswer:
        return []
    events = told if isinstance(told, list) else [told]
    found = [ref for event in events if isinstance(event, dict) for ref in _meant(settings, event)]
    return list(dict.fromkeys(ref for ref in found if ref.external_id and ref.stream in settings.streams))


def _meant(settings: HubSpotSettings, event: dict[str, Plain]) -> Iterator[Ref]:
    portal = event.get("portalId")
    if settings.portal is not None and portal is not None and portal != settings.portal:
        return
    kind, _, what = text_of(event.get("subscriptionType")).partition(".")
    if what == "associationChange":
        yield from _ends(event)
        return
    stream = _STREAMS.get(text_of(event.get("objectTypeId")) if kind == "object" else kind, "")
    if stream:
        merged = event.get("mergedObjectIds")
        several = merged if isinstance(merged, list) else []
        named = [event.get("objectId"), event.get("primaryObjectId"), event.get("newObjectId"), *several]
        yield from (Ref(stream, text_of(one)) for one in named)


def _ends(event: dict[str, Plain]) -> Iterator[Ref]:
    """Yield both ends of an association, of which neither bears a new date."""
    one, _, other = text_of(event.get("associationType")).casefold().partition("_to_")
    types = (
        text_of(event.get("fromObjectTypeId")) or one,
        text_of(event.get("toObjectTypeId")) or other.removesuffix("_unlabeled"),
    )
    for name, key in zip(types, ("fromObjectId", "toObjectId"), strict=True):
        if name in _STREAMS:
            yield Ref(_STREAMS[name], text_of(event.get(key)))
