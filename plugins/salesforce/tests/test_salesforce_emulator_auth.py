"""Logging in: each grant, each refusal with its own text, sessions that end, refresh tokens that rotate."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Call, Json
from syncd_salesforce.emulator.gate import by_soap, login, rest

from syncd.testing.clock import VirtualClock

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def answered(emulator: Emulator, **form: str) -> Mapping[str, Json]:
    emulator.instance.url = "https://acme.my.salesforce.example"
    known = {"client_id": emulator.credentials.client_id, "client_secret": emulator.credentials.client_secret}
    content = login(emulator.instance, {**known, **form}).content
    assert isinstance(content, dict)
    return content


def refused(emulator: Emulator, **form: str) -> tuple[Json, Json]:
    content = answered(emulator, **form)
    return content.get("error"), content.get("error_description")


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def assertion(emulator: Emulator, **changes: str | float) -> str:
    key = serialization.load_pem_private_key(emulator.credentials.private_key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    claims = {
        "iss": emulator.credentials.client_id,
        "sub": emulator.credentials.username,
        "aud": "https://login.salesforce.com",
        "exp": emulator.org.now().timestamp() + 180,
        **changes,
    }
    signed = packed(msgspec.json.encode({"alg": "RS256"})) + "." + packed(msgspec.json.encode(claims))
    return signed + "." + packed(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))


@pytest.mark.parametrize("grant", ["client_credentials", "password", "refresh_token", "authorization_code", JWT])
def test_each_grant_opens_a_session(emulator: Emulator, grant: str) -> None:
    known, sessions = emulator.credentials, emulator.instance.sessions
    more = {
        "username": known.username,
        "password": known.password + known.security_token,
        "refresh_token": sessions.offer(),
        "code": sessions.code(),
        "assertion": assertion(emulator),
    }
    content = answered(emulator, grant_type=grant, **more)
    assert content["instance_url"] == "https://acme.my.salesforce.example"
    assert content["id"] == f"https://acme.my.salesforce.example/id/{emulator.org.id}/{emulator.org.user_id}"
    assert "expires_in" not in content
    assert sessions.holds(str(content["access_token"]), emulator.org.now())


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"grant_type": "client_credentials", "client_secret": "no"}, ("invalid_client", "invalid client credentials")),
        ({"grant_type": "client_credentials", "client_id": "no"}, ("invalid_client_id", "client identifier invalid")),
        ({"grant_type": "refresh_token", "refresh_token": "no"}, ("invalid_grant", "expired access/refresh token")),
        ({"grant_type": "authorization_code", "code": "no"}, ("invalid_grant", "expired authorization code")),
        ({"grant_type": "password", "username": "no"}, ("invalid_grant", "authentication failure")),
        ({"grant_type": "no"}, ("unsupported_grant_type", "grant type not supported")),
    ],
)
def test_each_refusal_has_its_own_text(emulator: Emulator, form: dict[str, str], expected: tuple[str, str]) -> None:
    assert refused(emulator, **form) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"iss": "no"}, ("invalid_client_id", "client identifier invalid"), id="app"),
        pytest.param({"sub": "no"}, ("invalid_grant", "user hasn't approved this consumer"), id="user"),
        pytest.param({"aud": "https://example.com"}, ("invalid_grant", "audience is invalid"), id="audience"),
        pytest.param({"exp": 1_000.0}, ("invalid_grant", "expired authorization code"), id="expired"),
    ],
)
def test_an_assertion_is_looked_at_closely(
    emulator: Emulator, changes: dict[str, str | float], expected: tuple[str, str]
) -> None:
    assert refused(emulator, grant_type=JWT, assertion=assertion(emulator, **changes)) == expected


def test_an_assertion_may_reach_as_far_as_the_salesforce_cli_writes_them(emulator: Emulator) -> None:
    in_milliseconds = emulator.org.now().timestamp() * 1000
    assert answered(emulator, grant_type=JWT, assertion=assertion(emulator, exp=in_milliseconds))["access_token"]


def test_an_assertion_of_another_key_is_invalid(emulator: Emulator, clock: VirtualClock) -> None:
    other = assertion(Emulator(clock=clock.now))
    assert refused(emulator, grant_type=JWT, assertion=other) == ("invalid_grant", "invalid assertion")


def test_a_rotating_refresh_token_is_good_once(emulator: Emulator) -> None:
    emulator.instance.sessions.rotating = True
    token = emulator.instance.sessions.offer()
    second = answered(emulator, grant_type="refresh_token", refresh_token=token)["refresh_token"]
    assert refused(emulator, grant_type="refresh_token", refresh_token=token)[0] == "invalid_grant"
    assert answered(emulator, grant_type="refresh_token", refresh_token=str(second))["refresh_token"] != second


def test_a_session_ends(emulator: Emulator, clock: VirtualClock) -> None:
    token = answered(emulator, grant_type="client_credentials")["access_token"]
    call = Call(method="GET", path="/limits", version="67.0", headers={"authorization": f"Bearer {token}"})
    assert rest(emulator.instance, call, length=7).status == 200
    clock.advance(timedelta(hours=2))
    answer = rest(emulator.instance, call, length=7)
    assert (answer.status, answer.content) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )


def test_by_soap_answers_with_a_session_or_a_fault(emulator: Emulator) -> None:
    known = emulator.credentials
    body = "<login><n1:username>{}</n1:username><n1:password>{}</n1:password></login>"
    good = by_soap(emulator.instance, body.format(known.username, known.password + known.security_token).encode(), "59.0")
    bad = by_soap(emulator.instance, body.format(known.username, "no").encode(), "59.0")
    assert b"<sessionId>00D" in good.payload()
    assert (bad.status, b"INVALID_LOGIN" in bad.payload()) == (500, True)


@pytest.mark.parametrize(("version", "status"), [("30.0", 410), ("31.0", 200), ("68.0", 200), ("69.0", 404), ("x", 404)])
def test_versions_are_served_from_31_to_68(emulator: Emulator, version: str, status: int) -> None:
    token = emulator.instance.sessions.begin(emulator.org)
    call = Call(method="GET", path="/limits", version=version, headers={"authorization": f"Bearer {token}"})
    assert rest(emulator.instance, call, length=7).status == status
