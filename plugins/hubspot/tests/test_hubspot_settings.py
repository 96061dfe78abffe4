"""Settings: what is refused before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from syncd_hubspot.limits import budgets
from syncd_hubspot.paths import Paths
from syncd_hubspot.settings import STREAMS, HubSpotSettings, OAuth, kinds

OAUTH = {"client_id": "a", "client_secret": "env:B", "refresh_token": "env:C"}


def settings(**given: object) -> HubSpotSettings:
    return HubSpotSettings.model_validate({"token": "env:HUBSPOT_TOKEN", **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"token": None}, "either token or oauth", id="no access"),
        pytest.param({"oauth": OAUTH}, "either token or oauth", id="two accesses"),
        pytest.param({"token": "pat-na1-x"}, "env:NAME", id="the secret itself"),
        pytest.param({"base_url": "http://api.hubapi.com"}, "plain http", id="an open token"),
        pytest.param({"base_url": "https://api.hubapi.com/crm"}, "the host alone", id="a path"),
        pytest.param({"base_url": "ftp://x"}, "the host alone", id="another protocol"),
        pytest.param({"api_version": "v3"}, "2026-09", id="an old version"),
        pytest.param({"streams": ["contact"]}, "no stream 'contact'", id="an unknown stream"),
        pytest.param({"settle": "1m"}, "5 minutes", id="too close to the index"),
        pytest.param({"sweep": 24}, "not a duration", id="a number without a unit"),
        pytest.param({"colour": "red"}, "colour", id="an unknown key"),
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**given)


@pytest.mark.parametrize(
    "url", ["https://api.hubapi.com/", "http://127.0.0.1:8500", "http://localhost:8500", "http://[::1]:80"]
)
def test_an_emulator_on_this_machine_needs_no_tls(url: str) -> None:
    assert settings(base_url=url).base_url == url.rstrip("/")


def test_all_streams_are_offered_unless_some_are_chosen() -> None:
    assert kinds(settings()) == STREAMS
    assert kinds(settings(streams=["calls", "contacts"])) == {"contacts": "person", "calls": "activity"}


@pytest.mark.parametrize("version", ["2026-09", "2026-03"])
def test_the_version_stands_in_every_dated_address(version: str) -> None:
    paths = Paths(version=version)
    dated = [paths.owners, paths.account, paths.token, paths.occurrences, paths.objects("contacts", "search")]
    dated += [paths.properties("deals"), paths.pipelines("deals"), paths.associations("calls", "contacts")]
    assert all(f"/{version}" in one for one in dated)


def test_budgets_leave_a_margin_to_others() -> None:
    found = {one.name: (one.calls, one.per.total_seconds()) for one in budgets(settings(plan="professional"))}
    assert found == {"general": (152, 10), "search": (4, 1), "associations": (100, 10), "daily": (562_500, 86_400)}


def test_an_installed_app_has_a_burst_of_its_own_and_no_daily_limit() -> None:
    found = {one.name: one.calls for one in budgets(settings(token=None, oauth=OAUTH, plan="enterprise"))}
    assert found == {"general": 88, "search": 4, "associations": 100}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        pytest.param("/crm/objects/2026-09/contacts/search", {"search", "daily"}, id="search"),
        pytest.param("/crm/associations/2026-09/a/b/batch/read", {"associations", "daily"}, id="associations"),
        pytest.param("/crm/objects/2026-09/contacts", {"general", "daily"}, id="the rest"),
    ],
)
def test_every_request_counts_against_one_burst_and_the_day(path: str, names: set[str]) -> None:
    assert {one.name for one in budgets(settings()) if one.covers("POST", path)} == names


def test_every_setting_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*HubSpotSettings.model_fields, *OAuth.model_fields) if f"`{name}`" not in readme] == []
