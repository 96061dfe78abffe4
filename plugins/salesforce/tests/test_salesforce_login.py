"""Logging in: three ways to the same pass, and whose token it is."""

from __future__ import annotations

from collections.abc import Generator, Mapping, MutableMapping

import httpx
import pytest
from salesforce_desk import START
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.login import log_in

from syncd.spi import BadAnswer, Client, Login, Misconfigured, Pass, Reply, SecretRef, Unauthorized
from syncd.testing import VirtualClock, installed


@pytest.fixture
def emulator() -> Generator[Emulator]:
    with Emulator(Options(rotate=True), clock=VirtualClock(START).now) as one:
        yield one


class Direct:
    """A client without a pass; it sends as the host does, and nothing twice."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        self.sent.append((content or b"").decode())
        answer = httpx.request(method, url, params=params, headers=headers, content=content, trust_env=False)
        return Reply(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def login(emulator: Emulator, secrets: Mapping[str, str], kept: Mapping[str, str] | None = None, **settings: str) -> Pass:
    made = installed("salesforce").settings.model_validate(
        {"login_url": emulator.url, "client_id": emulator.credentials.client_id, **settings}
    )

    def resolve(reference: SecretRef) -> str:
        return secrets[reference]

    client: Client = Direct()
    return log_in(Login(settings=made, resolve=resolve, kept=kept or {}, client=client, now=START))


def test_a_signed_assertion_opens_a_session_where_the_org_is(emulator: Emulator) -> None:
    credentials = emulator.credentials
    given = login(emulator, {"env:KEY": credentials.private_key}, username=credentials.username, private_key="env:KEY")
    assert given.origin == emulator.url
    token = given.headers["Authorization"].removeprefix("Bearer ")
    assert emulator.instance.sessions.holds(token, START)
    assert (given.kept, given.expires_at) == ({}, None)


def test_client_credentials_open_one_too(emulator: Emulator) -> None:
    assert login(emulator, {"env:S": emulator.credentials.client_secret}, client_secret="env:S").headers


def test_a_rotated_refresh_token_is_kept_and_used_next(emulator: Emulator) -> None:
    kept: MutableMapping[str, str] = {}
    secrets = {"env:T": emulator.instance.sessions.offer()}
    for _ in range(3):  # each token is good once
        kept.update(login(emulator, secrets, kept, refresh_token="env:T").kept)
    assert kept["refresh_token"] in emulator.instance.sessions.refresh_tokens


def test_a_token_that_an_admin_replaced_is_not_overruled_by_what_was_kept(emulator: Emulator) -> None:
    kept = dict(login(emulator, {"env:T": emulator.instance.sessions.offer()}, refresh_token="env:T").kept)
    emulator.instance.sessions.refresh_tokens.clear()
    renewed = {"env:T": emulator.instance.sessions.offer()}
    assert login(emulator, renewed, kept, refresh_token="env:T").headers


def test_a_refusal_is_told_in_words(emulator: Emulator) -> None:
    with pytest.raises(Unauthorized, match="client_secret"):
        login(emulator, {"env:S": "wrong"}, client_secret="env:S")
    with pytest.raises(Unauthorized, match="consent again"):
        login(emulator, {"env:T": "stale"}, refresh_token="env:T")
    emulator.credentials.approved = False
    credentials = emulator.credentials
    with pytest.raises(Unauthorized, match="pre-authorized"):
        login(emulator, {"env:KEY": credentials.private_key}, username=credentials.username, private_key="env:KEY")


@pytest.mark.parametrize("key", ["", "secret", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_is_a_setting_to_correct_and_not_quoted(emulator: Emulator, key: str) -> None:
    with pytest.raises(Misconfigured, match="private_key: not a PEM") as raised:
        login(emulator, {"env:KEY": key}, username="sync@acme.example", private_key="env:KEY")
    assert "MIIB" not in str(raised.value)


def test_an_answer_without_a_token_makes_no_sense(emulator: Emulator) -> None:
    class Silent(Direct):
        def request(self, method: str, url: str, **rest: object) -> Reply:
            return Reply(status=200, headers={}, body=b'{"access_token": 7}')

    settings = installed("salesforce").settings.model_validate(
        {"login_url": emulator.url, "client_id": "x", "client_secret": "env:S"}
    )
    with pytest.raises(BadAnswer, match="no access_token"):
        log_in(Login(settings=settings, resolve=lambda _: "s", kept={}, client=Silent(), now=START))
