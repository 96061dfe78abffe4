"""Settings: one way to log in, one address, and sentences for what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from pydantic import ValidationError
from syncd_salesforce.settings import Flow, SalesforceSettings, kinds, off

BASE: Mapping[str, object] = {"login_url": "https://acme.my.salesforce.com", "client_id": "3MVG9"}


@pytest.mark.parametrize(
    ("given", "flow"),
    [
        pytest.param({"username": "sync@acme.example", "private_key": "file:key.pem"}, "jwt", id="JWT bearer"),
        pytest.param({"client_secret": "env:SECRET"}, "client_credentials", id="client credentials"),
        pytest.param({"refresh_token": "env:TOKEN"}, "refresh_token", id="refresh token"),
        pytest.param({"refresh_token": "env:TOKEN", "client_secret": "env:SECRET"}, "refresh_token", id="with secret"),
    ],
)
def test_what_is_given_decides_how_to_log_in(given: Mapping[str, object], flow: Flow) -> None:
    assert SalesforceSettings.model_validate({**BASE, **given}).flow == flow


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({}, "client_secret", id="nothing to log in with"),
        pytest.param({"username": "sync@acme.example"}, "together", id="a user without a key"),
        pytest.param({"client_secret": "hunter2"}, "never stands in this file", id="a secret in the open"),
        pytest.param({"client_secret": "env:S", "login_url": "http://acme.my.salesforce.com"}, "https", id="in the clear"),
        pytest.param(
            {"client_secret": "env:S", "login_url": "https://acme.lightning.force.com"}, "NAME.my", id="where people work"
        ),
        pytest.param(
            {"client_secret": "env:S", "login_url": "https://acme.my.salesforce.com/login"}, "without a path", id="path"
        ),
        pytest.param({"client_secret": "env:S", "streams": ["Lead", "Leads"]}, "not among", id="an unknown object"),
        pytest.param({"client_secret": "env:S", "package": "../elsewhere"}, "below", id="outside"),
        pytest.param({"client_secret": "env:S", "api_version": "66"}, "pattern", id="half a version"),
        pytest.param({"client_secret": "env:S", "lag": "PT5M"}, "write for example 30s", id="no duration of ours"),
        pytest.param({"client_secret": "env:S", "lag": "2h"}, "less than or equal to 1 hour", id="too far behind"),
    ],
)
def test_what_does_not_fit_is_said(given: Mapping[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SalesforceSettings.model_validate({**BASE, **given})


def test_times_are_written_as_everywhere() -> None:
    settings = SalesforceSettings.model_validate({**BASE, "client_secret": "env:S", "lag": "30s", "overlap": "1h"})
    assert (settings.lag, settings.overlap) == (timedelta(seconds=30), timedelta(hours=1))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_http_is_for_this_machine(host: str) -> None:
    settings = SalesforceSettings.model_validate({**BASE, "client_secret": "env:S", "login_url": f"http://{host}/"})
    assert settings.login_url == f"http://{host}"


def test_what_is_not_read_is_off() -> None:
    settings = SalesforceSettings.model_validate({**BASE, "client_secret": "env:S", "streams": ["Lead"]})
    assert (dict(kinds(settings)), len(off(settings)), off(settings)["User"]) == ({"Lead": "person"}, 11, "owner")
