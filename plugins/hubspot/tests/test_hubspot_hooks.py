"""Webhooks: what is believed, and what they speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from syncd_hubspot.hooks import hints, signature
from syncd_hubspot.settings import HubSpotSettings

from syncd.spi import Hook, Ref, Unauthorized

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
SETTINGS = HubSpotSettings.model_validate({"token": "env:T", "webhook_secret": "env:S", "portal": 33})
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
STAMP = str(int(NOW.timestamp() * 1000))
URL = "https://syncd.acme.example/hooks/hubspot"


def hook(
    body: bytes, *, url: str = URL, stamp: str = STAMP, signed: str | None = None, settings: HubSpotSettings = SETTINGS
) -> Hook:
    signed = signature(SECRET, "POST", url, body, stamp) if signed is None else signed
    headers = {"x-hubspot-signature-v3": signed, "x-hubspot-request-timestamp": stamp}
    return Hook(settings=settings, resolve=lambda ref: SECRET, method="POST", url=url, headers=headers, body=body, now=NOW)


def events(*rows: str) -> bytes:
    return f"[{','.join(rows)}]".encode()


CHANGE = '{"eventId":1,"portalId":33,"subscriptionType":"contact.propertyChange","objectId":101,"propertyName":"email"}'


def test_the_published_signatures_come_out() -> None:
    body = b"{'example_field':'example_value'}"
    made = [
        signature(SECRET, "POST", "https://www.example.com/webhook_uri", body, at) for at in ("1693657560000", "1700000300000")
    ]
    assert made == ["K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="]


def test_an_address_is_signed_with_twelve_characters_decoded_and_no_others() -> None:
    encoded = signature(SECRET, "POST", "https://a.example/h?to=a%40b%3Ac&x=%20%26%3d", b"", "1")
    assert encoded == signature(SECRET, "POST", "https://a.example/h?to=a@b:c&x=%20%26%3d", b"", "1")


def test_a_signed_batch_names_each_record_once() -> None:
    merge = '{"portalId":33,"subscriptionType":"contact.merge","primaryObjectId":5,"mergedObjectIds":[6],"newObjectId":7}'
    link = (
        '{"portalId":33,"subscriptionType":"contact.associationChange","associationType":"CONTACT_TO_COMPANY",'
        '"fromObjectId":101,"toObjectId":55}'
    )
    call = '{"portalId":33,"subscriptionType":"object.creation","objectTypeId":"0-48","objectId":9}'
    assert hints(hook(events(CHANGE, CHANGE, merge, link, call))) == [
        Ref("contacts", "101"),
        Ref("contacts", "5"),
        Ref("contacts", "7"),
        Ref("contacts", "6"),
        Ref("companies", "55"),
        Ref("calls", "9"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[]", id="nothing"),
        pytest.param(b"not json", id="no JSON"),
        pytest.param(events(CHANGE.replace("33", "34")), id="another portal"),
        pytest.param(events(CHANGE.replace("contact.", "quote.")), id="a kind that is not read"),
        pytest.param(events('{"subscriptionType":"contact.creation"}'), id="nobody"),
        pytest.param(events('"x"', "7"), id="no events"),
    ],
)
def test_what_cannot_be_understood_is_left_out_and_not_refused(body: bytes) -> None:
    assert hints(hook(body)) == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(hook(events(CHANGE), signed="x"), id="another signature"),
        pytest.param(hook(events(CHANGE), signed=""), id="no signature"),
        pytest.param(hook(events(CHANGE), signed="é"), id="no base64"),
        pytest.param(hook(events(CHANGE), stamp="1.7636e12"), id="no whole number"),
        pytest.param(hook(events(CHANGE), stamp=str(int(STAMP) - 301_000)), id="old"),
        pytest.param(hook(events(CHANGE), stamp=str(int(STAMP) + 301_000)), id="from the future"),
    ],
)
def test_nothing_is_believed_that_hubspot_did_not_sign_just_now(bad: Hook) -> None:
    with pytest.raises(Unauthorized):
        hints(bad)


def test_a_changed_body_is_not_believed() -> None:
    signed = signature(SECRET, "POST", URL, events(CHANGE), STAMP)
    with pytest.raises(Unauthorized, match="webhook_secret"):
        hints(hook(events(CHANGE.replace("101", "102")), signed=signed))


def test_a_signature_is_good_for_five_minutes() -> None:
    assert hints(hook(events(CHANGE), stamp=str(int(STAMP) - int(timedelta(minutes=4).total_seconds() * 1000))))


def test_behind_a_proxy_the_public_address_counts_with_the_query_that_came() -> None:
    public = SETTINGS.model_copy(update={"webhook_url": "https://public.example/hooks/hubspot"})
    signed = signature(SECRET, "POST", "https://public.example/hooks/hubspot?a=1", events(CHANGE), STAMP)
    came = hook(events(CHANGE), url="http://10.0.0.7:8080/hooks/hubspot?a=1", signed=signed, settings=public)
    assert hints(came) == [Ref("contacts", "101")]


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Unauthorized, match="webhook_secret is not set"):
        hints(hook(events(CHANGE), settings=HubSpotSettings.model_validate({"token": "env:T"})))
