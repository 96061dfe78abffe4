"""Facts of a real org that replaying its exchanges found (`python -m tests.recorded`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Json
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.describe import described
from syncd_salesforce.emulator.writing import add

from syncd.testing.clock import VirtualClock


def viewed(emulator: Emulator, path: str) -> Json:
    content = emulator.ask("GET", path).content
    assert isinstance(content, Mapping)
    return content["LastViewedDate"]


def told(emulator: Emulator, entity: str, part: str, *keys: str, version: str = "67.0") -> set[tuple[Json, ...]]:
    whole = emulator.org.whole(entity)
    rows = described(emulator.org, whole, f"/services/data/v{version}", "https://acme.example")[part]
    assert isinstance(rows, list)
    return {tuple(row.get(key) for key in keys) for row in rows if isinstance(row, Mapping)}


def test_reading_shows_when_a_record_was_viewed_before(emulator: Emulator, clock: VirtualClock) -> None:
    lead = add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd"})
    made = convert(emulator.org, str(lead["Id"]))
    path = f"/sobjects/Contact/{made.contact}"
    assert viewed(emulator, path) is None
    clock.advance(timedelta(seconds=5))
    assert viewed(emulator, path) == "2026-11-20T08:15:02.000+0000"
    emulator.ask("PATCH", path, {"Title": "Head"})
    assert viewed(emulator, path) == "2026-11-20T08:15:07.000+0000"


@pytest.mark.parametrize(
    ("entity", "field", "extra"),
    [
        pytest.param("Lead", "Street", "plaintextarea", id="text"),
        pytest.param("Lead", "FirstName", "personname", id="person"),
        pytest.param("Account", "Name", "switchablepersonname", id="account"),
        pytest.param("Contact", "PhotoUrl", "imageurl", id="photo"),
        pytest.param("Task", "WhatId", None, id="reference"),
    ],
)
def test_a_describe_says_what_kind_of_text_a_field_is(emulator: Emulator, entity: str, field: str, extra: str | None) -> None:
    assert (field, extra) in told(emulator, entity, "fields", "name", "extraTypeInfo")


def test_some_texts_name_a_relation(emulator: Emulator) -> None:
    assert ("JigsawContactId", "JigsawContact") in told(emulator, "Lead", "fields", "name", "relationshipName")


def test_a_merged_record_is_no_child_of_its_winner(emulator: Emulator) -> None:
    assert ("Lead", "MasterRecordId") not in told(emulator, "Lead", "childRelationships", "childSObject", "field")


def test_lists_may_be_of_ones_own_or_ones_teams_records(emulator: Emulator) -> None:
    scopes = told(emulator, "Lead", "supportedScopes", "name", "label")
    own = {("mine", "My leads"), ("team", "My team's leads")}
    assert scopes == {
        ("everything", "All leads"),
        *own,
        ("queue_owned", "Queue owned leads"),
        ("user_owned", "User owned leads"),
    }
    assert told(emulator, "OpportunityContactRole", "supportedScopes", "name") == {("everything",)}


def test_old_versions_do_not_tell_the_developer_names_of_record_types(emulator: Emulator) -> None:
    assert told(emulator, "Lead", "recordTypeInfos", "name", "developerName", version="42.0") == {("Master", None)}
    assert told(emulator, "Lead", "recordTypeInfos", "name", "developerName") == {("Master", "Master")}
