"""What becomes of records: written, refused, merged, archived, erased; alone and in batches."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from emulator_calls import CONTACTS, NOON, Asked, Json

DEALS = "/crm/objects/2026-09/deals"


@pytest.fixture
def hub() -> Asked:
    return Asked()


def contact(hub: Asked, record_id: int, *names: str) -> list[Json]:
    got = hub.get(f"{CONTACTS}/{record_id}?properties={','.join(names)}")
    assert got.status == 200, got.json
    return [got.at("properties", name) for name in names]


def write(hub: Asked, record_id: int, values: dict[str, Json]) -> int:
    return hub.ask("PATCH", f"{CONTACTS}/{record_id}", {"properties": values}).status


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nothing", "1", "PROPERTY_DOESNT_EXIST"),
        ("hs_object_id", "1", "READ_ONLY_VALUE"),
        ("hubspotscore", "1", "READ_ONLY_VALUE"),
        ("email", "000", "INVALID_EMAIL"),
        ("closedate", "asd000", "INVALID_LONG"),
        ("hs_lead_status", "New", "INVALID_OPTION"),
        ("hubspot_owner_id", "1", "INVALID_OPTION"),
        ("hs_language", "en;xx", "INVALID_OPTION"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_code(name: str, value: str, code: str) -> None:
    got = Asked(contacts=1).post(CONTACTS, {"properties": {name: value}})
    assert got.status == 400
    assert (got.text("errors", 0, "code"), got.text("errors", 0, "context", "propertyName", 0)) == (code, name)
    assert got.text("message").startswith('Property values were not valid: [{"')


def test_all_that_is_wrong_is_said_at_once(hub: Asked) -> None:
    got = hub.post(CONTACTS, {"properties": {"email": "x", "nothing": "1"}})
    assert [got.text("errors", n, "code") for n in range(2)] == ["INVALID_EMAIL", "PROPERTY_DOESNT_EXIST"]


def test_instants_are_stored_in_one_form(hub: Asked) -> None:
    one = hub.make("ann@firm.example", closedate="1763628600117")
    assert contact(hub, one, "closedate") == ["2025-11-20T08:50:00.117Z"]


def test_null_is_no_value_to_write(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    assert write(hub, one, {"phone": None}) == 400


def test_an_address_belongs_to_one_contact(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    got = hub.post(CONTACTS, {"properties": {"email": "ANN@firm.example"}})
    assert (got.status, got.text("message"), got.text("category")) == (
        409,
        f"Contact already exists. Existing ID: {one}",
        "CONFLICT",
    )


def test_writing_what_is_so_moves_nothing_and_a_change_moves_the_time(hub: Asked) -> None:
    one = hub.make("ann@firm.example", jobtitle="CEO")
    hub.clock.forward(5)
    write(hub, one, {"jobtitle": "CEO"})
    assert contact(hub, one, "lastmodifieddate") == ["2026-11-21T12:00:00.000Z"]
    write(hub, one, {"jobtitle": "CFO"})
    assert contact(hub, one, "lastmodifieddate") == ["2026-11-21T12:00:05.000Z"]


def test_a_stage_goes_forward_and_back_only_through_empty(hub: Asked) -> None:
    one = hub.make("ann@firm.example", lifecyclestage="opportunity")
    assert write(hub, one, {"lifecyclestage": "lead"}) == 200
    assert contact(hub, one, "lifecyclestage") == ["opportunity"]
    write(hub, one, {"lifecyclestage": ""})
    write(hub, one, {"lifecyclestage": "lead"})
    assert contact(hub, one, "lifecyclestage") == ["lead"]


def test_a_leading_semicolon_adds_to_a_checkbox(hub: Asked) -> None:
    one = hub.make("ann@firm.example", hs_legal_basis="Not applicable")
    write(hub, one, {"hs_legal_basis": ";Legitimate interest"})
    assert contact(hub, one, "hs_legal_basis") == ["Not applicable;Legitimate interest"]


def test_history_tells_what_was_newest_first(hub: Asked) -> None:
    one = hub.make("ann@firm.example", jobtitle="CEO")
    hub.clock.forward(60)
    write(hub, one, {"jobtitle": "CFO"})
    got = hub.get(f"{CONTACTS}/{one}?propertiesWithHistory=jobtitle")
    history = got.at("propertiesWithHistory", "jobtitle")
    assert isinstance(history, list)
    assert [(got.text("propertiesWithHistory", "jobtitle", n, "value")) for n in range(len(history))] == ["CFO", "CEO"]
    assert got.text("propertiesWithHistory", "jobtitle", 1, "timestamp") == "2026-11-21T12:00:00.000Z"


def test_a_calculated_value_moves_no_time(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    hub.clock.forward(60)
    hub.service.portal.compute("contacts", one, {"hs_analytics_num_page_views": "3"})
    assert contact(hub, one, "hs_analytics_num_page_views", "lastmodifieddate") == ["3", "2026-11-21T12:00:00.000Z"]


def test_a_merge_makes_a_new_record_that_both_old_ids_lead_to(hub: Asked) -> None:
    one, other = hub.make("ann@firm.example", jobtitle="CEO"), hub.make("ann2@firm.example", phone="1")
    got = hub.post(f"{CONTACTS}/merge", {"primaryObjectId": str(one), "objectIdToMerge": str(other)})
    new = int(got.text("id"))
    assert new not in (one, other)
    assert contact(hub, other, "email", "phone", "jobtitle", "hs_merged_object_ids", "hs_additional_emails") == [
        "ann@firm.example",
        "1",
        "CEO",
        f"{one};{other}",
        "ann2@firm.example",
    ]
    assert hub.get(f"{CONTACTS}/ann2@firm.example?idProperty=email").text("id") == str(new)
    assert hub.get(f"{CONTACTS}/{new}").text("createdAt") == hub.get(f"{CONTACTS}/{new}").text("properties", "createdate")
    assert write(hub, one, {"jobtitle": "CFO"}) == 200


def test_a_batch_says_nothing_of_ids_that_were_merged_away(hub: Asked) -> None:
    one, other = hub.make("ann@firm.example"), hub.make("ann2@firm.example")
    hub.service.portal.merge("contacts", one, other)
    wish: list[Json] = [{"id": name, "properties": {"jobtitle": "CEO"}} for name in (str(one), "7")]
    got = hub.post(f"{CONTACTS}/batch/update", {"inputs": wish})
    assert (got.status, got.at("results")) == (200, [])


def test_no_more_than_250_identities_are_merged(hub: Asked) -> None:
    """Each merge brings two old ids, so that the 126th would make 252."""
    last = hub.make("p@firm.example")
    for n in range(125):
        last = hub.service.portal.merge("contacts", last, hub.make(f"p{n}@firm.example")).id
    got = hub.post(f"{CONTACTS}/merge", {"primaryObjectId": str(last), "objectIdToMerge": str(hub.make("q@firm.example"))})
    assert (got.status, got.text("message")) == (414, "Cannot have more than 250 identities on a profile")


def test_archived_records_are_listed_apart_and_come_back(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    assert hub.ask("DELETE", f"{CONTACTS}/{one}").status == 204
    assert hub.get(CONTACTS).ids() == []
    got = hub.get(f"{CONTACTS}?archived=true")
    assert (got.ids(), got.text("results", 0, "archivedAt")) == ([one], "2026-11-21T12:00:00.000Z")
    hub.service.portal.restore("contacts", one)
    assert hub.get(CONTACTS).ids() == [one]


def test_a_deleted_email_is_gone_for_good(hub: Asked) -> None:
    path = "/crm/objects/2026-09/emails"
    one = hub.post(path, {"properties": {"hs_timestamp": str(NOON), "hs_email_subject": "Hello"}}).text("id")
    hub.ask("DELETE", f"{path}/{one}")
    assert hub.get(f"{path}?archived=true").ids() == []


def test_an_erased_person_is_nowhere_and_does_not_come_back(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    assert hub.post(f"{CONTACTS}/gdpr-delete", {"objectId": str(one)}).status == 204
    assert (hub.get(CONTACTS).ids(), hub.get(f"{CONTACTS}?archived=true").ids()) == ([], [])
    assert hub.post(CONTACTS, {"properties": {"email": "ann@firm.example"}}).status == 400


def test_lists_do_not_shift_when_records_are_archived_behind_the_reader(hub: Asked) -> None:
    everybody = [hub.make(f"p{n}@firm.example") for n in range(6)]
    first = hub.get(f"{CONTACTS}?limit=3")
    hub.ask("DELETE", f"{CONTACTS}/{everybody[0]}")
    rest = hub.get(f"{CONTACTS}?limit=3&after={first.text('paging', 'next', 'after')}")
    assert first.ids() + rest.ids() == everybody
    assert "paging" not in str(rest.json)


def inputs(*pairs: tuple[str, str], traced: bool) -> Json:
    found: list[Json] = []
    for n, (email, language) in enumerate(pairs):
        trace: dict[str, Json] = {"objectWriteTraceId": str(n)} if traced else {}
        found.append({"properties": {"email": email, "hs_language": language}, **trace})
    return {"inputs": found}


def test_without_trace_ids_one_bad_input_fails_the_batch(hub: Asked) -> None:
    got = hub.post(f"{CONTACTS}/batch/create", inputs(("a@firm.example", "en"), ("b@firm.example", "xx"), traced=False))
    assert got.status == 400
    assert not hub.service.portal.of("contacts").live


def test_with_trace_ids_the_others_are_written(hub: Asked) -> None:
    got = hub.post(f"{CONTACTS}/batch/create", inputs(("a@firm.example", "en"), ("b@firm.example", "xx"), traced=True))
    assert (got.status, got.at("numErrors")) == (207, 1)
    assert got.text("errors", 0, "context", "objectWriteTraceId", 0) == "1"
    assert got.text("results", 0, "objectWriteTraceId") == "0"


def test_an_id_twice_refuses_the_batch(hub: Asked) -> None:
    one: dict[str, Json] = {"id": str(hub.make("a@firm.example")), "properties": {"jobtitle": "CEO"}}
    got = hub.post(f"{CONTACTS}/batch/update", {"inputs": [one, one]})
    assert got.text("message") == f"Duplicate IDs found in batch input: [{one['id']}]. IDs must be unique"


def test_a_batch_without_inputs_is_complete_and_empty(hub: Asked) -> None:
    got = hub.post(f"{CONTACTS}/batch/update", {"contacts": []})
    assert (got.status, got.text("status"), got.at("results")) == (200, "COMPLETE", [])


def test_a_batch_holds_a_hundred(hub: Asked) -> None:
    many: Sequence[Json] = [{"id": str(n), "properties": {}} for n in range(101)]
    assert hub.post(f"{CONTACTS}/batch/update", {"inputs": many}).status == 400
    assert hub.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": str(n)} for n in range(101)]}).status == 400


def test_an_update_by_address_is_refused(hub: Asked) -> None:
    one: dict[str, Json] = {"id": "a@firm.example", "idProperty": "email", "properties": {"jobtitle": "CEO"}}
    got = hub.post(f"{CONTACTS}/batch/update", {"inputs": [one]})
    assert "non-unique 0-1 property email" in got.text("message")


def test_an_upsert_changes_or_creates_and_says_which(hub: Asked) -> None:
    one = hub.make("a@firm.example")
    names = ("a@firm.example", "b@firm.example")
    wish: list[Json] = [{"id": name, "idProperty": "email", "properties": {"jobtitle": "CEO"}} for name in names]
    got = hub.post(f"{CONTACTS}/batch/upsert", {"inputs": wish})
    told = {got.text("results", n, "id"): got.at("results", n, "new") for n in range(2)}
    assert told[str(one)] is False
    assert sorted(map(str, told.values())) == ["False", "True"]


def test_an_archive_of_nothing_succeeds(hub: Asked) -> None:
    assert hub.post(f"{CONTACTS}/batch/archive", {"inputs": [{"id": "7"}]}).status == 204


def test_a_deal_follows_its_stage(hub: Asked) -> None:
    one = hub.post(DEALS, {"properties": {"dealname": "D", "dealstage": "closedwon", "pipeline": "default"}}).text("id")
    got = hub.get(f"{DEALS}/{one}?properties=hs_is_closed_won,hs_v2_date_entered_closedwon")
    assert got.text("properties", "hs_is_closed_won") == "true"
    assert got.text("properties", "hs_v2_date_entered_closedwon") == "2026-11-21T12:00:00.000Z"


@pytest.mark.parametrize("path", ["v3/objects/contacts", "objects/2026-03/contact", "v3/objects/0-1", "v3/objects/CONTACT"])
def test_a_kind_goes_by_many_names_and_versions(hub: Asked, path: str) -> None:
    one = hub.make("ann@firm.example")
    assert hub.get(f"/crm/{path}").ids() == [one]


def test_what_is_not_there_is_not_found(hub: Asked) -> None:
    assert hub.get("/crm/objects/2019-01/contacts").status == 404
    assert hub.get(f"{CONTACTS}/abc").text("category") == "OBJECT_NOT_FOUND"
    assert hub.get("/crm/objects/2026-09/unicorns").status == 400
    assert hub.ask("PUT", CONTACTS).status == 405


def test_a_body_that_is_no_json_is_refused(hub: Asked) -> None:
    form = {"email": "ann@firm.example"}
    assert hub.ask("POST", CONTACTS, form=form).status == 415
    assert hub.post(CONTACTS, ["properties"]).text("message").startswith("Invalid input JSON")


def test_what_the_admin_requires_stops_every_write_to_a_record_that_lacks_it(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    hub.service.portal.of("contacts").required.add("country")
    got = hub.ask("PATCH", f"{CONTACTS}/{one}", {"properties": {"jobtitle": "CEO"}})
    assert (got.status, got.text("errors", 0, "code")) == (400, "MISSING_REQUIRED_PROPERTY")
    assert write(hub, one, {"jobtitle": "CEO", "country": "Spain"}) == 200
