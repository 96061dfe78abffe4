"""Each fault does what its line in the table says, again and again the same."""

from __future__ import annotations

import pytest
from emulator_calls import CONTACTS, Asked, Got, Json
from syncd_hubspot.emulator.fault_table import FAULTS, table
from syncd_hubspot.emulator.misbehaviour import parsed

BATCH = f"{CONTACTS}/batch/update"


def test_a_switch_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="there is no fault 'lagg'"):
        parsed("ties,lagg:3", seed=1)


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="'often' is no number"):
        parsed("503:often", seed=1)


def test_help_lists_every_fault() -> None:
    assert [line.split()[0] for line in table().splitlines()[1:]] == list(FAULTS)


def test_with_a_lag_a_search_finds_a_contact_late_and_a_read_at_once() -> None:
    hub = Asked(misbehave="lag:60")
    one = hub.make("ann@firm.example")
    assert hub.get(f"{CONTACTS}/{one}").status == 200
    assert hub.search().ids() == []
    hub.clock.forward(61)
    assert hub.search().ids() == [one]


def test_an_archived_contact_is_counted_until_the_index_knows() -> None:
    hub = Asked(misbehave="lag:60")
    one = hub.make("ann@firm.example")
    hub.clock.forward(61)
    hub.search()
    hub.ask("DELETE", f"{CONTACTS}/{one}")
    late = hub.search()
    assert (late.at("total"), late.ids()) == (1, [])
    hub.clock.forward(61)
    assert hub.search().at("total") == 0


def test_ties_give_many_contacts_one_modified_time() -> None:
    hub = Asked(misbehave="ties:60000")
    for n in range(5):
        hub.make(f"p{n}@firm.example")
        hub.clock.forward(7)
    assert len({one.updated_at for one in hub.service.portal.of("contacts").live.values()}) == 1


def test_a_wrong_clock_stamps_what_is_written() -> None:
    hub = Asked(misbehave="skew:90")
    one = hub.make("ann@firm.example")
    assert hub.get(f"{CONTACTS}/{one}").text("updatedAt") == "2026-11-21T12:01:30.000Z"


def test_while_pages_are_read_a_record_moves() -> None:
    hub = Asked(contacts=20, misbehave="shift:1")
    hub.clock.forward(60)
    hub.get(CONTACTS)
    assert [one.updated_at for one in hub.service.portal.of("contacts").live.values()].count(hub.clock.at) == 1


def test_while_pages_are_read_a_record_vanishes() -> None:
    hub = Asked(contacts=20, misbehave="vanish:1")
    assert len(hub.get(f"{CONTACTS}?limit=50").ids()) == 19
    assert len(hub.service.portal.of("contacts").archived) == 1


def test_while_pages_are_read_two_records_merge() -> None:
    hub = Asked(contacts=20, misbehave="merge:1")
    assert len(hub.search().ids()) == 19
    assert len(hub.service.portal.of("contacts").merged_into) == 2


@pytest.mark.parametrize(
    ("switch", "status", "message"),
    [
        ("429:1", 429, "You have reached your ten_secondly_rolling limit."),
        ("429-daily:1", 429, "You have reached your daily limit."),
        ("500:1", 500, "internal error"),
        ("503:1", 503, "Service Unavailable"),
        ("477:1", 477, "Migration in progress"),
    ],
)
def test_a_fault_answers_in_its_own_words(switch: str, status: int, message: str) -> None:
    got = Asked(misbehave=switch).get(CONTACTS)
    assert (got.status, got.text("message")) == (status, message)


def test_a_limit_of_searches_strikes_searches_alone() -> None:
    hub = Asked(misbehave="429-search:1")
    assert (hub.search().status, hub.get(CONTACTS).status) == (429, 200)
    assert "Retry-After" not in hub.search().outcome.answer.headers


@pytest.mark.parametrize("switch", ["502:1", "504:1", "521:1", "523:1", "524:1", "html:1"])
def test_a_page_of_html_comes_instead_of_json(switch: str) -> None:
    answer = Asked(misbehave=switch).get(CONTACTS).outcome.answer
    assert answer.media.startswith("text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_a_lost_answer_is_lost_after_the_write() -> None:
    hub = Asked(misbehave="lost:1")
    got = hub.post(CONTACTS, {"properties": {"email": "ann@firm.example"}})
    assert got.outcome.lost
    assert len(hub.service.portal.of("contacts").live) == 1


def test_a_reset_comes_before_the_write() -> None:
    hub = Asked(misbehave="reset:1")
    assert hub.post(CONTACTS, {"properties": {"email": "ann@firm.example"}}).outcome.lost
    assert not hub.service.portal.of("contacts").live


def test_a_gateway_that_gave_up_hides_what_was_written() -> None:
    hub = Asked(misbehave="gateway:1")
    assert hub.post(CONTACTS, {"properties": {"email": "ann@firm.example"}}).status == 524
    assert len(hub.service.portal.of("contacts").live) == 1


def test_a_body_is_cut_somewhere_before_its_end() -> None:
    outcome = Asked(misbehave="cut:1").get(CONTACTS).outcome
    assert outcome.cut is not None
    assert outcome.cut < len(outcome.answer.body)


def batch(hub: Asked) -> list[Json]:
    return [{"id": str(one), "properties": {"jobtitle": "CEO"}} for one in hub.service.portal.of("contacts").live]


def test_some_inputs_of_a_batch_fail_aloud() -> None:
    hub = Asked(contacts=40, misbehave="207:0.3")
    got = hub.post(BATCH, {"inputs": batch(hub)})
    errors = got.at("errors")
    assert isinstance(errors, list)
    assert got.status == 207
    assert got.at("numErrors") == len(errors) > 0
    failed = {int(got.text("errors", n, "context", "ids", 0)) for n in range(len(errors))}
    written = {one.id for one in hub.service.portal.of("contacts").live.values() if one.values["jobtitle"] == "CEO"}
    assert set(got.ids()) <= written
    assert set(got.ids()) | failed == set(hub.service.portal.of("contacts").live)


def test_some_inputs_of_a_batch_are_passed_over_in_silence() -> None:
    hub = Asked(contacts=40, misbehave="omit:0.3")
    got = hub.post(BATCH, {"inputs": batch(hub)})
    assert got.status == 200
    assert 0 < len(got.ids()) < 40


def test_a_switch_can_be_for_some_requests_alone() -> None:
    hub = Asked(misbehave="503:1@POST")
    assert (hub.get(CONTACTS).status, hub.search().status) == (200, 503)


def test_a_fault_of_chance_never_strikes_thrice_in_a_row() -> None:
    hub = Asked(misbehave="503:0.9")
    statuses = [hub.get(CONTACTS).status for _ in range(60)]
    assert "503503503" not in "".join(map(str, statuses))
    assert statuses.count(503) > 30


def test_faults_together_never_spoil_a_request_thrice_in_a_row() -> None:
    hub = Asked(misbehave="503:0.7,429:0.7,html:0.7,cut:0.7")
    spoiled = [got.status != 200 or got.outcome.cut is not None or "html" in got.outcome.answer.media for got in _many(hub)]
    assert all(not all(spoiled[n : n + 3]) for n in range(len(spoiled) - 2))


def _many(hub: Asked) -> list[Got]:
    return [hub.get(CONTACTS) for _ in range(90)]


def test_the_same_seed_gives_the_same_faults() -> None:
    hubs = [Asked(misbehave="5xx:0.4") for _ in range(2)]
    first, second = ([hub.get(CONTACTS).status for _ in range(50)] for hub in hubs)
    assert first == second


def test_faults_can_rest() -> None:
    hub = Asked(misbehave="503:1,lag:60")
    hub.service.misbehaviour.switch("")
    one = hub.make("ann@firm.example")
    assert hub.search().ids() == [one]


def token(hub: Asked, refresh: str) -> tuple[int, str, str]:
    access = hub.service.access
    form = {"grant_type": "refresh_token", "client_id": access.client_id, "client_secret": access.client_secret}
    got = hub.ask("POST", "/oauth/2026-09/token", form={**form, "refresh_token": refresh})
    return (
        (200, got.text("access_token"), got.text("refresh_token"))
        if got.status == 200
        else (got.status, got.text("status"), "")
    )


def test_an_access_token_dies_while_pages_are_read() -> None:
    hub = Asked(misbehave="expiry:3")
    _, access, _ = token(hub, hub.service.access.refresh_token)
    got = [hub.ask("GET", CONTACTS, token=access) for _ in range(4)]
    assert [one.status for one in got] == [200, 200, 200, 401]
    assert got[3].text("category") == "EXPIRED_AUTHENTICATION"


def test_a_refresh_token_that_rotates_works_once() -> None:
    hub = Asked(misbehave="rotate")
    first = hub.service.access.refresh_token
    _, access, second = token(hub, first)
    assert second != first
    assert token(hub, first)[:2] == (400, "BAD_REFRESH_TOKEN")
    hub.clock.forward(1)
    assert hub.ask("GET", CONTACTS, token=access).status == 401
    assert token(hub, second)[0] == 400


def test_a_property_drifts_to_another_name() -> None:
    hub = Asked(misbehave="drift:4")
    properties = "/crm/properties/2026-09/contacts"
    hub.post(f"{properties}/groups", {"name": "own", "label": "Own"})
    new = {"name": "fit", "label": "Fit", "type": "number", "fieldType": "number", "groupName": "own"}
    assert hub.post(properties, new).status == 201
    for _ in range(2):
        hub.get(CONTACTS)
    assert (hub.get(f"{properties}/fit").status, hub.get(f"{properties}/fit_2").status) == (404, 200)
