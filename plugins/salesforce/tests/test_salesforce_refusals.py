"""Refusals: each has the error of what happens next, and a sentence somebody can act on."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from syncd_salesforce.refusals import Refusal, error_of, login_error, refusal

from syncd.spi import BadAnswer, ConnectorError, Misconfigured, Reply, Unauthorized, Unavailable
from syncd.testing import installed


def reply(status: int, body: object) -> Reply:
    return Reply(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], "INVALID_SESSION_ID", id="a list"
        ),
        pytest.param(
            [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}], "NOT_FOUND", id="other order"
        ),
        pytest.param({"exceptionCode": "InvalidVersion", "exceptionMessage": "no"}, "INVALIDVERSION", id="Bulk of old"),
        pytest.param({"error": "invalid_grant", "error_description": "expired"}, "INVALID_GRANT", id="OAuth"),
        pytest.param(["/services/data/v66.0/sobjects/Lead/00Q1"], "", id="addresses of records"),
        pytest.param([], "", id="nothing"),
        pytest.param([{"errorCode": "ada@firm.example", "message": "no"}], "", id="a code that is none"),
        pytest.param(b"<html>Access Declined</html>", "", id="a page"),
        pytest.param(b"", "", id="no body"),
    ],
)
def test_every_form_of_refusal_is_read(body: object, code: str) -> None:
    assert refusal(reply(400, body)).code == code


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        pytest.param(Refusal(status=403, code="API_DISABLED_FOR_ORG"), Unauthorized, id="the API is off"),
        pytest.param(Refusal(status=400, code="INVALID_FIELD"), Misconfigured, id="a field"),
        pytest.param(Refusal(status=404, code="NOT_FOUND"), Misconfigured, id="a version or an object"),
        pytest.param(Refusal(status=410, code="GONE"), Misconfigured, id="a retired version"),
        pytest.param(Refusal(status=406, code=""), Unavailable, id="too many describes"),
        pytest.param(Refusal(status=420, code=""), Unavailable, id="an org that is moved"),
        pytest.param(Refusal(status=400, code=""), Unavailable, id="a page that declines access"),
        pytest.param(Refusal(status=414, code=""), Misconfigured, id="too long"),
        pytest.param(Refusal(status=400, code="SOMETHING_NEW"), BadAnswer, id="what is not known"),
    ],
)
def test_a_code_or_a_status_leads_to_what_happens_next(found: Refusal, kind: type[ConnectorError]) -> None:
    error = error_of(found, "Lead: query")
    assert type(error) is kind
    assert str(error).startswith("Lead: query: ")


@pytest.mark.parametrize(("status", "words"), [(420, "it is being moved"), (500, "it had an error of its own")])
def test_a_status_says_more_than_a_code_for_anything(status: int, words: str) -> None:
    assert words in str(error_of(Refusal(status=status, code="UNKNOWN_EXCEPTION"), "Lead: query"))


def test_the_two_limits_of_one_code_are_told_apart() -> None:
    daily = error_of(Refusal(status=403, code="REQUEST_LIMIT_EXCEEDED", text="TotalRequests Limit exceeded."), "Lead: query")
    busy = error_of(
        Refusal(status=403, code="REQUEST_LIMIT_EXCEEDED", text="ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
        "Lead: query",
    )
    assert isinstance(daily, Unavailable) and daily.retry_after == timedelta(minutes=15)
    assert isinstance(busy, Unavailable) and busy.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("error", "description", "kind", "words"),
    [
        pytest.param("invalid_grant", "user hasn't approved this consumer", Unauthorized, "pre-authorized", id="not approved"),
        pytest.param("invalid_grant", "expired access/refresh token", Unauthorized, "consent again", id="refresh token"),
        pytest.param("invalid_grant", "user hasn't approved this consumer", Unauthorized, "username", id="nobody"),
        pytest.param("invalid_grant", "audience is invalid", Misconfigured, "audience is wrong, 'acme'", id="audience"),
        pytest.param("invalid_grant", "Audience validation failed", Misconfigured, "sandbox", id="audience, otherwise"),
        pytest.param("invalid_grant", "invalid assertion", Unauthorized, "private_key", id="assertion"),
        pytest.param("invalid_grant", "authentication failure - Invalid Password", Unauthorized, "locked", id="password"),
        pytest.param("inactive_user", "user is inactive", Unauthorized, "deactivated", id="inactive"),
        pytest.param("invalid_grant", "no client credentials user enabled", Misconfigured, "Run As", id="run as"),
        pytest.param(
            "invalid_app_access", "user is not admin approved to access this app", Unauthorized, "permission set", id="app"
        ),
        pytest.param("invalid_client_id", "client identifier invalid", Unauthorized, "ten minutes", id="key"),
        pytest.param("invalid_client", "invalid client credentials", Unauthorized, "client_secret", id="secret"),
        pytest.param("unsupported_grant_type", "grant type not supported", Misconfigured, "flow", id="flow"),
        pytest.param("invalid_request", "request not supported on this domain", Misconfigured, "My Domain", id="login host"),
        pytest.param("invalid_grant", "who knows", Unauthorized, "login history", id="unknown text"),
        pytest.param("brand_new", "who knows", Unauthorized, "login history", id="unknown code"),
    ],
)
def test_a_refused_login_says_what_an_admin_does(error: str, description: str, kind: type[ConnectorError], words: str) -> None:
    found = login_error(reply(400, {"error": error, "error_description": description}), audience="acme")
    assert type(found) is kind
    assert words in str(found)


def test_a_login_address_that_is_none_is_a_setting_and_a_page_is_an_outage() -> None:
    assert isinstance(login_error(reply(404, b"<html>"), audience=""), Misconfigured)
    assert isinstance(login_error(reply(400, b"<html>"), audience=""), Unavailable)


def test_a_redirect_is_told_without_what_it_carries() -> None:
    sent = Reply(status=302, headers={"location": "https://me:secret@moved.example/services?token=secret"}, body=b"")
    found = login_error(sent, audience="")
    assert isinstance(found, Unavailable)
    assert "login_url redirects to moved.example, which" in str(found)
    assert "correct login_url" in str(error_of(refusal(sent), "Lead: query"))


@pytest.mark.parametrize("code", ["GONE", "UNSUPPORTED_API_VERSION", ""])
def test_a_retired_version_is_told_with_where_the_others_are(code: str) -> None:
    assert "/services/data at login_url" in str(error_of(Refusal(status=410, code=code), "Lead: query"))


def test_salesforce_gives_a_query_up_before_we_do() -> None:
    assert installed("salesforce").patience > timedelta(minutes=2)  # then it says QUERY_TIMEOUT, which leads to less at once
