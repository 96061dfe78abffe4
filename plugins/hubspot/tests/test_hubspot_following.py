"""Following by webhooks and from an instant on; properties that vanish; answers that are anything at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hubspot_history import History
from hubspot_world import HubSpotWorld
from hypothesis import given, settings
from hypothesis import strategies as st
from syncd_hubspot.answers import objects
from syncd_hubspot.api import HubSpotConnector, opened
from syncd_hubspot.emulator.webhooks import Webhooks

from syncd.spi import BadAnswer, Change, Connector, Done, FieldChange, Hook, Ref, RemoteField
from syncd.testing import CANARY
from syncd.testing.bench import folded, reading, ref_of

URL = "https://syncd.example/hooks/hubspot"


@pytest.fixture
def world(tmp_path: Path) -> HubSpotWorld:
    return HubSpotWorld(tmp_path)


def connector(world: HubSpotWorld, tmp_path: Path) -> HubSpotConnector:
    (tmp_path / "cache").mkdir(exist_ok=True)
    made = opened(world.opening(tmp_path / "cache"))
    assert isinstance(made, HubSpotConnector)
    return made


def whole(source: Connector, stream: str) -> dict[Ref, object]:
    return dict(folded(reading(source.pull, stream)))


@pytest.mark.parametrize("misbehave", ["", "hooks-double:0.5,hooks-shuffle:0.8"])
def test_what_a_webhook_speaks_of_is_read_again_as_it_is_now(world: HubSpotWorld, tmp_path: Path, misbehave: str) -> None:
    """Edits, associations, merges, purges: whatever happened, in whatever order it is told."""
    secret = "yyyyyyyy-yyyy"
    history = History(world, seed=17)
    history.steps(30)
    hooks = Webhooks(world.service.portal, world.service.misbehaviour, url=URL, secret=secret, rng=Random(1))
    world.service.misbehaviour.switch(misbehave)
    history.steps(90)
    world.settings = world.settings.model_copy(update={"webhook_secret": "env:S", "portal": 62_515})
    assert world.spec.hints is not None
    refs: set[Ref] = set()
    for delivery in hooks.due():
        headers = {name.lower(): value for name, value in delivery.headers.items()}
        now = datetime.fromtimestamp(world.service.portal.now() / 1000, UTC)
        came = Hook(
            settings=world.settings,
            resolve=lambda ref: secret,
            method="POST",
            url=delivery.url,
            headers=headers,
            body=delivery.body,
            now=now,
        )
        refs |= set(world.spec.hints(came))
    assert len(refs) > 30

    source = connector(world, tmp_path)
    reread = {ref_of(one): one for one in source.reread(sorted(refs))}
    present = {ref: one for stream in ("companies", "contacts", "deals", "calls") for ref, one in whole(source, stream).items()}
    assert refs <= reread.keys()
    for ref, one in reread.items():
        assert one == present[ref] if ref in present else one.deleted, ref


@pytest.mark.parametrize(
    ("ref", "what"),
    [
        pytest.param(Ref("contacts", "notanid"), "not an identifier of HubSpot: those are digits", id="no identifier"),
        pytest.param(Ref("owners", "1?x=1"), "not an identifier of HubSpot: those are digits", id="an address"),
        pytest.param(Ref("contacts", "12"), "", id="an identifier"),
        pytest.param(Ref("page_views", "12"), "page_views are not read one by one; name the person, or a time", id="a log"),
    ],
)
def test_what_cannot_be_read_again_by_itself_is_told_and_not_asked_for(
    world: HubSpotWorld, tmp_path: Path, ref: Ref, what: str
) -> None:
    assert world.spec.not_rereadable(ref) == what
    assert [ref_of(one) for one in connector(world, tmp_path).reread([ref])] == ([] if what else [ref])


@pytest.mark.parametrize("stream", ["contacts", "form_submissions", "email_events", "page_views", "owners"])
def test_a_reading_from_a_moment_ago_brings_that_moment(world: HubSpotWorld, tmp_path: Path, stream: str) -> None:
    world.fill(stream, 3)
    world.rest()
    since = world.clock.now()
    (late,) = world.fill(stream, 1)
    world.clock.advance(timedelta(seconds=30))
    source = connector(world, tmp_path)
    came = folded(reading(source.pull, stream, source.cursor_since(stream, since)))
    assert late in came and (len(came) == 1 or stream == "owners")


def test_a_property_that_was_taken_away_is_put_back_and_written(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    properties = world.service.portal.of("contacts").properties
    del properties["own_note"]
    source = connector(world, tmp_path)
    assert ref in whole(source, "contacts")
    (finding,) = source.provision({"contacts": [RemoteField(name="own_note")]}, dry_run=False)
    assert finding.what == "contacts.own_note (string) is new"
    change = Change(ref=ref, fields={"own_note": FieldChange(None, CANARY)}, key="1")
    assert source.push([change]) == [Done()]
    assert world.fields(ref)["own_note"] == CANARY


def test_a_row_that_cannot_be_read_is_told_in_a_lane_as_in_a_walk(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("calls", 1)
    source = connector(world, tmp_path)
    cursor = reading(source.pull, "calls")[-1].cursor
    world.rest()
    world.change(ref)
    table = world.service.portal.of("calls")
    held = table.live[int(ref.external_id)]
    table.put(replace(held, values={**held.values, "hs_timestamp": CANARY}))
    refused = [one for page in reading(source.pull, "calls", cursor) for one in page.refused]
    assert [(one.external_id, one.problem.where) for one in refused] == [(ref.external_id, "calls.hs_timestamp")]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "results", "properties", "x"]), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(_JSON | st.fixed_dictionaries({"results": st.lists(_JSON, max_size=3), "paging": _JSON}))
def test_whatever_is_answered_is_records_or_a_bad_answer(answer: object) -> None:
    try:
        page = objects(json.dumps(answer).encode(), "contacts")
    except BadAnswer:
        return
    assert all(one.id and one.updated_at.tzinfo for one in page.results)
