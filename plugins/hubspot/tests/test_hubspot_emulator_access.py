"""Who is let in, how often, and what the account says of itself."""

from __future__ import annotations

import pytest
from emulator_calls import CONTACTS, Asked
from syncd_hubspot.emulator.account import ALL_SCOPES


def test_a_token_that_is_none_is_refused() -> None:
    got = Asked().ask("GET", CONTACTS, token="wrong")
    assert (got.status, got.text("category")) == (401, "INVALID_AUTHENTICATION")


def test_every_refusal_and_answer_has_a_correlation_id() -> None:
    hub = Asked()
    refused = hub.get(f"{CONTACTS}/7")
    assert len(refused.text("correlationId")) == 36
    assert refused.outcome.answer.headers["x-hubspot-correlation-id"] == refused.text("correlationId")
    assert "x-hubspot-correlation-id" in hub.get(CONTACTS).outcome.answer.headers


def test_the_date_is_that_of_the_accounts_clock() -> None:
    hub = Asked(misbehave="skew:90")
    assert hub.get(CONTACTS).outcome.answer.headers["date"] == "Sat, 21 Nov 2026 12:01:30 GMT"


def test_an_access_token_lives_half_an_hour() -> None:
    hub = Asked()
    token = hub.service.access.grant().access_token
    assert hub.ask("GET", CONTACTS, token=token).status == 200
    hub.clock.forward(1_805)
    got = hub.ask("GET", CONTACTS, token=token)
    assert got.text("message") == "The OAuth token used to make this call expired 5 second(s) ago."
    assert got.text("context", "expire time", 0) == "2026-11-21T12:30:00.000Z"


def test_the_token_endpoint_takes_forms_alone() -> None:
    assert Asked().post("/oauth/2026-09/token", {"grant_type": "refresh_token"}).status == 415


def test_a_client_that_is_none_is_told_apart_from_a_token_that_is_none() -> None:
    hub = Asked()
    access = hub.service.access
    mine = {"client_id": access.client_id, "client_secret": access.client_secret}
    wish = {"grant_type": "refresh_token", "refresh_token": "gone"}
    assert hub.ask("POST", "/oauth/2026-09/token", form={**wish, **mine}).text("status") == "BAD_REFRESH_TOKEN"
    assert hub.ask("POST", "/oauth/2026-09/token", form=wish).text("status") == "BAD_CLIENT_ID"


def test_introspection_tells_scopes_until_the_token_is_revoked() -> None:
    hub = Asked()
    token = hub.service.access.grant().access_token
    got = hub.ask("POST", "/oauth/2026-09/token/introspect", form={"token": token})
    assert got.at("active") is True
    assert got.at("scopes") == sorted(ALL_SCOPES)
    hub.ask("POST", "/oauth/2026-09/token/revoke", form={"token": token})
    assert hub.ask("POST", "/oauth/2026-09/token/introspect", form={"token": token}).at("active") is False


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.contacts.read", "GET", CONTACTS),
        ("crm.objects.contacts.write", "POST", CONTACTS),
        ("crm.objects.contacts.read", "POST", f"{CONTACTS}/batch/read"),
        ("sales-email-read", "GET", "/crm/objects/2026-09/emails"),
        ("crm.objects.owners.read", "GET", "/crm/owners/2026-09"),
        ("crm.schemas.deals.write", "POST", "/crm/properties/2026-09/deals"),
        ("forms", "GET", "/marketing/v3/forms"),
        ("content", "GET", "/email/public/v1/events"),
    ],
)
def test_a_scope_that_was_not_granted_is_named(scope: str, method: str, path: str) -> None:
    hub = Asked()
    hub.service.portal.account.scopes = ALL_SCOPES - {scope}
    got = hub.ask(method, path, {})
    assert (got.status, got.text("category")) == (403, "MISSING_SCOPES")
    assert got.at("errors", 0, "context", "requiredGranularScopes") == [scope]


def test_the_window_of_ten_seconds_rolls() -> None:
    hub = Asked(plan="free")
    statuses = [hub.get(CONTACTS).status for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    refused = hub.get(CONTACTS)
    assert refused.text("policyName") == "TEN_SECONDLY_ROLLING"
    assert refused.outcome.answer.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    hub.clock.forward(10)
    assert hub.get(CONTACTS).status == 200


def test_searches_have_a_limit_of_their_own_and_no_headers_of_the_window() -> None:
    hub = Asked(plan="enterprise")
    got = [hub.search() for _ in range(6)]
    assert [one.status for one in got] == [200] * 5 + [429]
    assert got[5].text("message") == "You have reached your secondly limit."
    assert "X-HubSpot-RateLimit-Remaining" not in got[0].outcome.answer.headers
    assert hub.get(CONTACTS).status == 200


def test_the_day_ends_at_midnight_where_the_account_is() -> None:
    """It is 13:00 in Madrid, so that eleven hours are left."""
    hub = Asked()
    hub.get(CONTACTS)
    hub.service.limits.used_today = hub.service.limits.plan.daily
    assert hub.get(CONTACTS).text("policyName") == "DAILY"
    hub.clock.forward(11 * 3600 - 1)
    assert hub.get(CONTACTS).status == 429
    hub.clock.forward(1)
    assert hub.get(CONTACTS).status == 200


def test_the_account_tells_its_zone_and_usage() -> None:
    hub = Asked(plan="professional")
    got = hub.get("/account-info/2026-09/details")
    assert (got.at("portalId"), got.text("timeZone"), got.at("utcOffsetMilliseconds")) == (62_515, "Europe/Madrid", 3_600_000)
    usage = hub.get("/account-info/2026-09/api-usage/daily/private-apps")
    assert (usage.at("results", 0, "currentUsage"), usage.at("results", 0, "usageLimit")) == (2, 625_000)


def test_calls_are_counted_by_method_and_path() -> None:
    hub = Asked()
    hub.get(f"{CONTACTS}?limit=1")
    hub.search()
    assert hub.service.calls[("GET", CONTACTS)] == 1
    assert hub.service.calls[("POST", f"{CONTACTS}/search")] == 1
